"""The command ``nssi``: parses, calls, prints; what it calls is imported when it is called."""

import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn

import typer

DONE, WRONG_INPUT = 0, 2
LARGEST_SEED = 2**64 - 1
MOST_SEEDS = 1_000_000
SUPPORT = (
    "If you or someone you know needs support: findahelpline.com lists crisis lines worldwide."
)
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

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def main() -> NoReturn:
    """Run the command; wrong input is one message on stderr and exit code 2."""
    from abm.scenario_files import ScenarioError

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not when a test has put its own in place
            stream.reconfigure(errors="backslashreplace")
    code: int | str | None = DONE
    try:
        app(prog_name="nssi")
    except SystemExit as leaving:
        code = leaving.code
    except ScenarioError as error:
        print(f"Error: {error}", file=sys.stderr)
        code = WRONG_INPUT
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


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
    scenario: Annotated[str, typer.Argument(help="A scenario's name, or a path.")] = "baseline",
    seeds: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_SEEDS, help="Run this many replicates, from seed 1 or S."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=LARGEST_SEED, metavar="S", help="The (first) seed. Default: 1."),
    ] = None,
    population: Annotated[int | None, typer.Option(help="Number of people.")] = None,
    years: Annotated[int | None, typer.Option(help="Number of reported years.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Change one value; may be repeated."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for results.")] = Path("results"),
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes at once. Default: one a core.")
    ] = None,
    people: Annotated[bool, typer.Option("--people", help="Write people.parquet.")] = False,
    acts: Annotated[bool, typer.Option("--acts", help="Write acts.parquet.")] = False,
    panel: Annotated[bool, typer.Option("--panel", help="Write panel.parquet.")] = False,
    moments: Annotated[bool, typer.Option("--moments", help="Write moments.parquet.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Run again what is finished.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
    json_: JsonOption = False,
) -> None:
    """Live one scenario, print what was found and write a run folder."""
    from abm.scenario import load_scenario

    chosen_seeds = _seeds(seeds, seed)
    _check_folder(out)
    loaded = load_scenario(
        scenario, population=population, years=years, overrides=_overrides(settings or [])
    )
    from abm.experiments.run_folder import run_command

    code = run_command(
        scenario=loaded,
        seeds=chosen_seeds,
        out=out,
        jobs=jobs,
        people=people,
        acts=acts,
        panel=panel,
        moments=moments,
        force=force,
        quiet=quiet,
        as_json=json_,
    )
    raise typer.Exit(code)


@app.command()
def scenarios(json_: JsonOption = False) -> None:
    """List the scenarios that can be named here."""
    from abm.console import print_json, print_table
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
    from abm.console import print_json, print_table
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
def init(
    name: Annotated[str, typer.Argument(help="Letters, digits, - and _ only.")],
) -> None:
    """Write scenarios/NAME.toml, commented, to start a scenario from."""
    from abm.scenario_text import write_starter

    path = write_starter(name, Path("scenarios"))
    print(f"Wrote {path}. Edit it, then: nssi run {name}", file=sys.stderr)


@explain.command()
def day() -> None:
    """List the phases of a day in the order in which they run."""
    from abm.console import print_table
    from abm.mechanisms.day import DAY
    from abm.world import POPULATION_DAY

    rows: list[tuple[str, str, str, str]] = []
    for place, phase in enumerate(POPULATION_DAY, 1):
        rows.append((str(place), phase.name, "", phase.sentence))
        if phase.name == "live":
            own = [(step.name, step.section, step.sentence) for step in DAY]
            rows += [(f"{place}.{at}", *step) for at, step in enumerate(own, 1)]
    print_table(("", "phase", "section", "what happens"), rows)


def _seeds(number: int | None, first: int | None) -> Sequence[int]:
    """Return the seeds meant: 1..N, or S..S+N-1, or S, or 1."""
    start = 1 if first is None else first
    chosen = range(start, start + (number or 1))
    if chosen[-1] > LARGEST_SEED:
        raise typer.BadParameter(f"the last seed would be {chosen[-1]}, above {LARGEST_SEED}")
    return chosen


def _overrides(settings: list[str]) -> dict[str, str]:
    """Return ``--set NAME=VALUE`` options by name; of two with one name the last holds."""
    for setting in settings:
        if "=" not in setting:
            raise typer.BadParameter(f"--set: expected NAME=VALUE, not '{setting}'")
    pairs = (setting.split("=", 1) for setting in settings)
    return {name.strip(): value.strip() for name, value in pairs}


def _check_folder(out: Path) -> None:
    """Refuse a folder that cannot be made or written to, before anything runs."""
    try:
        nearest = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    except (OSError, ValueError):
        raise typer.BadParameter(f"--out: {str(out)!r} is not a usable path") from None
    if not nearest.is_dir():
        raise typer.BadParameter(f"--out: {nearest} is not a folder")
    if not os.access(nearest, os.W_OK):
        raise typer.BadParameter(f"--out: {nearest} cannot be written to")
