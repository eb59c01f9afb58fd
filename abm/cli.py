"""The command ``nssi``: parses, calls, prints; what it calls is imported when it is called."""

import errno
import os
import sys
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from abm import calibrate_cli, compare_cli, evidence_cli, many_runs_cli, report_cli, view_cli
from abm.cli_options import (
    MOST_SEEDS,
    ForceOption,
    JobsOption,
    JsonOption,
    OutOption,
    PopulationOption,
    QuietOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    UncertaintyOption,
    YearsOption,
    check_folder,
    overrides_of,
    seeds_of,
)
from abm.console import (
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    complain,
    print_json,
    print_table,
    refuse,
    stopped_by_signals,
)
from abm.experiments.folders.answers import answering

SUPPORT = (
    "If you or someone you know needs support: findahelpline.com lists crisis lines worldwide."
)
NOT_COMPILED = (
    "NUMBA_DISABLE_JIT is set, and the model has to be compiled. To follow it in a debugger, unset "
    'it and use NSSIModel(..., activation="agents"), which lives people in plain Python'
)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_EPILOG = f"\b\n{SUPPORT}"  # \b keeps it on one line

app = typer.Typer(
    help="Simulate non-suicidal self-injury in an adolescent population.",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
explain = typer.Typer(help="Explain how the model works.", no_args_is_help=True)
app.add_typer(explain, name="explain")


def main() -> NoReturn:
    """Run the command; wrong input is one message on stderr and exit code 2."""
    from abm.scenario_files import ScenarioError

    if not sys.warnoptions:  # what libraries warn of is for developers; Python's -W brings it back
        warnings.simplefilter("ignore")
        os.environ["PYTHONWARNINGS"] = "ignore"  # in the processes that run seeds, too
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not when a test has put its own in place
            stream.reconfigure(errors="backslashreplace")
    code: int | str | None = EXIT_DONE
    signals = stopped_by_signals()
    try:
        if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
            raise ScenarioError(NOT_COMPILED)
        app(prog_name="nssi")
    except SystemExit as leaving:
        code = leaving.code
    except ScenarioError as error:
        code = refuse(error)
    except KeyboardInterrupt:
        code = complain("interrupted", EXIT_INTERRUPTED)
    except MemoryError:
        code = complain("there is too little memory for this", EXIT_FAILED)
    except OSError as error:
        code = complain(_about_output(error), EXIT_FAILED)
    code = 128 + signals[0] if signals and code != EXIT_DONE else code
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # else the reader has seen enough
            code = code or complain(_about_output(error), EXIT_FAILED)
    sys.exit(code)


def _about_output(error: OSError) -> str:
    """Return a line about an error of standard output; others are faults of the program.

    Raises
    ------
    OSError
        If it is about something else.
    """
    if error.filename is not None or error.errno not in NO_ROOM:
        raise error
    return f"cannot write what was found: {error.strerror}"


def _print_version(wanted: bool) -> None:
    if wanted:
        from abm import __version__

        print(f"nssi {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    pass


@app.command(epilog=_EPILOG)
def run(
    context: typer.Context,
    scenario: ScenarioArgument = "baseline",
    seeds: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_SEEDS, help="Run this many replicates, from seed 1 or S."),
    ] = None,
    seed: SeedOption = None,
    population: PopulationOption = None,
    years: YearsOption = None,
    settings: SetOption = None,
    out: OutOption = Path("results"),
    jobs: JobsOption = None,
    people: Annotated[bool, typer.Option("--people", help="Write people.parquet.")] = False,
    acts: Annotated[bool, typer.Option("--acts", help="Write acts.parquet.")] = False,
    panel: Annotated[bool, typer.Option("--panel", help="Write panel.parquet.")] = False,
    moments: Annotated[bool, typer.Option("--moments", help="Write moments.parquet.")] = False,
    uncertainty: UncertaintyOption = "chance",
    force: ForceOption = False,
    quiet: QuietOption = False,
    json_: JsonOption = False,
) -> None:
    """Live one scenario, print what was found and write a run folder."""
    from abm.scenario import load_scenario

    chosen_seeds = seeds_of(seeds, seed)
    check_folder(out)
    loaded = load_scenario(
        scenario, population=population, years=years, overrides=overrides_of(settings or [])
    )
    with answering(context, out / loaded.name, [loaded]) as answer:
        from abm.calibration.uncertainty import chosen_draws
        from abm.experiments.folders.folder import RunFolder
        from abm.experiments.folders.run_command import run_command
        from abm.record import Logs

        draws = chosen_draws(uncertainty)
        code = run_command(
            scenario=loaded,
            seeds=chosen_seeds,
            out=out,
            jobs=jobs,
            logs=Logs(people, acts, panel, moments),
            force=force,
            quiet=quiet,
            as_json=json_,
            draws=draws,
        )
        design = None if draws is None else draws.design
        answer.leave(code, RunFolder(out, loaded, design=design).path)


app.command(epilog=_EPILOG)(compare_cli.compare)
app.command(epilog=_EPILOG)(many_runs_cli.sweep)
app.command(epilog=_EPILOG)(many_runs_cli.sensitivity)
app.command()(evidence_cli.evidence)
app.command(epilog=_EPILOG)(evidence_cli.validate)
app.command(epilog=_EPILOG)(calibrate_cli.calibrate)
app.command(epilog=_EPILOG)(report_cli.report)
app.command(epilog=_EPILOG)(view_cli.view)


@app.command()
def scenarios(json_: JsonOption = False) -> None:
    """List the scenarios that can be named here."""
    from abm.scenario_files import available_scenarios

    found = available_scenarios()
    if json_:
        print_json([asdict(each) | {"path": str(each.path)} for each in found])
    else:
        rows = [(each.name, each.title, " ".join(each.about)) for each in found]
        print_table(("name", "title", "what it asks"), rows)


@app.command()
def parameters(
    name: Annotated[str | None, typer.Argument(help="One parameter or switch.")] = None,
    json_: JsonOption = False,
) -> None:
    """List every parameter and switch, or explain one."""
    from abm.parameter_list import COLUMNS, all_declared, as_lines, as_object, as_row, find_declared

    if name is None and json_:
        print_json([as_object(each) for each in all_declared()])
    elif name is None:
        print_table(COLUMNS, map(as_row, all_declared()))
    elif json_:
        print_json(as_object(find_declared(name)))
    else:
        print_table(("name", name), as_lines(find_declared(name)))


@app.command()
def interventions(
    kind: Annotated[str | None, typer.Argument(help="One kind of intervention.")] = None,
    json_: JsonOption = False,
) -> None:
    """List the kinds of interventions a scenario can have, or explain one."""
    from abm.interventions.library import kinds
    from abm.interventions.listing import COLUMNS, as_lines, as_object, as_row, find_kind

    if kind is None and json_:
        print_json([as_object(each) for each in kinds().values()])
    elif kind is None:
        print_table(COLUMNS, map(as_row, kinds().values()))
    elif json_:
        print_json(as_object(find_kind(kind)))
    else:
        print_table(("kind", kind), as_lines(find_kind(kind)))


@app.command()
def init(
    name: Annotated[str, typer.Argument(help="Letters, digits, - and _ only.")],
) -> None:
    """Write scenarios/NAME.toml, commented, to start a scenario from."""
    from abm.scenario_text import write_starter

    path = write_starter(name, Path("scenarios"))
    print(f"Wrote {path}. Edit it, then: nssi run {name}", file=sys.stderr)


@app.command()
def store(
    out: Annotated[Path, typer.Option(help="Folder for results.")] = Path("results"),
    verify: Annotated[bool, typer.Option("--verify", help="Check every part.")] = False,
    clear_warm_ups: Annotated[
        bool, typer.Option("--clear-warm-ups", help="Remove the kept warm-ups.")
    ] = False,
    json_: JsonOption = False,
) -> None:
    """List what has been computed by commands of many runs, and check it."""
    from abm.comparison.shelf import Shelf, shelf_folder
    from abm.experiments.store.command import store_command

    check_folder(out, is_written=verify or clear_warm_ups)
    lives = Shelf(shelf_folder(out))
    code = store_command(out, verify, json_, clear_warm_ups, lives)
    raise typer.Exit(code)


@explain.command()
def day() -> None:
    """List the phases of a day in the order in which they run."""
    from abm.mechanisms.day import DAY
    from abm.population_day import POPULATION_DAY

    rows: list[tuple[str, str, str, str]] = []
    for place, phase in enumerate(POPULATION_DAY, 1):
        rows.append((str(place), phase.name, "", phase.sentence))
        if phase.name == "live":
            own = [(step.name, step.section, step.sentence) for step in DAY]
            rows += [(f"{place}.{at}", *step) for at, step in enumerate(own, 1)]
    print_table(("", "phase", "section", "what happens"), rows)
