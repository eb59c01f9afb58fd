"""The command `sensitivity`: which parameters move which outcomes, by Morris or Sobol."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from pydantic import Field

from abm.cli.answers import answering
from abm.cli.frame import Results, carry_out, list_failures
from abm.cli.options import ScenarioArgument, SharedOptions, declared_names, shares
from abm.io.files import ReadBack, files_in, open_regular
from abm.io.messages import InputError, shown
from abm.io.tables import TableError, read_json
from abm.io.terminal import EXIT_FAILED, complain
from abm.runs.folder import RunFolder, sound_tables
from abm.runs.options import RunOptions
from abm.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from abm.experiments.calibration.emulated_bank import EmulatedBank
    from abm.experiments.sensitivity.analysis import Plan, SensitivityFindings
    from abm.experiments.sweeps.design import Design, PointScenarios, Range
    from abm.experiments.sweeps.study import PointSeed

FEWEST_TOP = 2
TRAJECTORIES, SAMPLES, TOP = 20, 128, 8

RepeatOption = Annotated[
    int,
    typer.Option(min=1, max=1000, help="Run the design so often, with other seeds each time."),
]
BankOption = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Run nothing: ask an emulator of this bank of runs."),
]


@shares(
    "seeds seed population years settings out jobs dask retry_failed quiet as_json",
    seeds="Runs at each point, from seed 1 or S. Default: 1.",
)
def sensitivity(
    context: typer.Context,
    shared: SharedOptions,
    scenario: ScenarioArgument = "baseline",
    method: Annotated[
        Literal["morris", "sobol"], typer.Option(help="Screening, or shares of the variance.")
    ] = "morris",
    parameters: Annotated[
        str | None,
        typer.Option(
            metavar="A,B=LOW:HIGH,...",
            help="What varies. Default: every parameter with a prior.",
            autocompletion=declared_names,
        ),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(min=FEWEST_TOP, metavar="K", help=f"The first K of --of. Default: {TOP}."),
    ] = None,
    of: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Run folder of a Morris analysis to take them from."),
    ] = None,
    trajectories: Annotated[
        int | None, typer.Option(min=2, max=10_000, help=f"Of Morris. Default: {TRAJECTORIES}.")
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=2, help=f"Of Sobol, a power of two. Default: {SAMPLES}.")
    ] = None,
    second_order: Annotated[
        bool, typer.Option("--second-order", help="Sobol also looks at pairs of parameters.")
    ] = False,
    repeat: RepeatOption = 1,
    from_bank: BankOption = None,
) -> None:
    """Find which parameters move which outcomes at which ages, with intervals."""
    number = shared.seeds or 1
    if from_bank is not None:
        _refuse_runs(shared, repeat)
    first = shared.all_seeds(number * repeat + 3)[0]  # 3 more for chance
    loaded = shared.scenario(scenario)
    files = [] if of is None else [of / "run.json", of / "ranking.csv"]
    files += [] if from_bank is None else sorted(from_bank.glob("*/*.parquet"))
    with answering(context, shared.out / loaded.name, [loaded], files) as answer:
        from abm.experiments.sweeps.design import check_size

        ranges, bank = _ranges(parameters, top, of), None
        if from_bank is not None:
            loaded, ranges, bank = _of_bank(from_bank, shared, scenario, parameters or of, ranges)
        plan = _plan(method, ranges, trajectories, samples, second_order, (number, repeat, first))
        check_size(plan.blocks * plan.problem.block, number * repeat)
        if bank is None:
            code = sensitivity_command(loaded, plan, shared.run_options())
        else:
            plan = replace(plan, bank={"folder": str(from_bank), "hash": bank.digest})
            code = emulated_command(bank, loaded, plan, shared.run_options())
        answer.leave(code, RunFolder(shared.out, loaded, "sensitivity", plan.design().plain()).path)


def _refuse_runs(shared: SharedOptions, repeat: int) -> None:
    """Refuse options of runs where nothing is run."""
    given = {"seeds": (shared.seeds or 1) > 1, "repeat": repeat > 1, "dask": shared.dask}
    for option in (name for name, is_given in given.items() if is_given):
        raise typer.BadParameter(f"--{option} is about runs; --from-bank runs nothing")


def _of_bank(
    folder: Path, shared: SharedOptions, scenario: str, named: object, ranges: "tuple[Range, ...]"
) -> "tuple[Scenario, tuple[Range, ...], EmulatedBank]":
    """Return the scenario and ranges as a bank holds them, and its emulators; or refuse."""
    from abm.experiments.calibration.bank import BankError
    from abm.experiments.calibration.emulated_bank import OPTION, learn_from_bank
    from abm.experiments.calibration.fit import FitError

    try:
        bank = learn_from_bank(folder)
    except (BankError, FitError) as error:
        raise InputError(f"{OPTION}: {error}") from error
    people, years = bank.made_with.population, bank.made_with.years
    sized = replace(shared, population=shared.population or people, years=shared.years or years)
    loaded, chosen = sized.scenario(scenario), ranges if named else bank.ranges
    bank.refuse(loaded, chosen)
    return loaded, chosen, bank


def _ranges(parameters: str | None, top: int | None, of: Path | None) -> "tuple[Range, ...]":
    """Return what varies: what is named, the top of an earlier analysis, or all with priors."""
    from abm.experiments.sweeps.design import read_ranges

    if of is not None:
        if parameters is not None:
            raise typer.BadParameter("--parameters and --of both say what varies; leave one")
        return top_of(of, top or TOP)
    if top is not None:
        raise typer.BadParameter("--top: expected --of FOLDER, a Morris analysis to take them from")
    named = [text.strip() for text in parameters.split(",")] if parameters is not None else []
    return tuple(read_ranges(named, "--parameters"))


def _plan(
    method: Literal["morris", "sobol"],
    ranges: "tuple[Range, ...]",
    trajectories: int | None,
    samples: int | None,
    second_order: bool,
    seeding: tuple[int, int, int],
) -> "Plan":
    """Return the plan that the options mean, refusing those of the other method."""
    from abm.experiments.sensitivity.analysis import Plan

    number, repeat, first = seeding
    is_morris = method == "morris"
    if is_morris and (samples is not None or second_order):
        option = "--second-order" if second_order else "--samples"
        raise typer.BadParameter(f"{option} belongs to --method sobol")
    if not is_morris and trajectories is not None:
        raise typer.BadParameter("--trajectories belongs to --method morris")
    blocks = (trajectories or TRAJECTORIES) if is_morris else (samples or SAMPLES)
    return Plan(method, ranges, blocks, second_order, number, repeat, first)


class _Kind(ReadBack):
    kind: str


class _Analysis(ReadBack):
    """What of the run.json of an analysis is gone by."""

    design: _Kind
    ranges: dict[str, Annotated[list[float], Field(min_length=2, max_length=2)]]


def top_of(folder: Path, count: int) -> "tuple[Range, ...]":
    """Return the most influential parameters of a finished Morris analysis, with its ranges.

    They are so many from the top of the ranking over all main outcomes.
    """
    import pandas as pd

    from abm.experiments.sweeps.design import read_ranges

    try:
        described = _Analysis.model_validate(read_json(folder / "run.json"))
        with open_regular(folder / "ranking.csv") as file:
            ranking = pd.read_csv(file, keep_default_na=False)
        names = ranking[ranking["outcome"] == "all"].sort_values("rank")["parameter"].tolist()
        ends = [described.ranges[name] for name in names]
    except (TableError, OSError, ValueError, KeyError, TypeError):
        raise InputError(f"--of: {folder} holds no finished sensitivity analysis") from None
    if described.design.kind != "morris":
        kind = shown(described.design.kind)
        raise InputError(f"--of: {folder} is a {kind} analysis; expected a Morris one")
    if not 2 <= count <= len(names):
        raise InputError(f"--top: expected 2 to {len(names)} parameters, not {count}")
    texts = [f"{name}={low}:{high}" for name, (low, high) in zip(names, ends, strict=True)]
    return tuple(read_ranges(texts[:count], "--of"))


def emulated_command(
    bank: "EmulatedBank", scenario: Scenario, plan: "Plan", options: RunOptions
) -> int:
    """Ask the emulators of a bank instead of running a design; else as `sensitivity_command`."""
    from abm.experiments.sensitivity.analysis import Emulated, analyse_emulated

    design, emulated = plan.design(), Emulated(bank.sentence, bank.quality)
    findings = analyse_emulated(plan, design, bank.figures(design.points, scenario), emulated)
    folder = RunFolder(options.out, scenario, "sensitivity", design.plain())
    return carry_out(folder, lambda: _results(folder, design, findings, options))


def sensitivity_command(scenario: Scenario, plan: "Plan", options: RunOptions) -> int:
    """Run a design and write the sensitivity indices of every outcome.

    Where runs have no result nothing is analysed; what is finished is kept, and the same command
    goes on. Returns the exit code; nothing is written if the plan or a point is not allowed.
    """
    from abm.experiments.sweeps.design import PointScenarios

    design = plan.design()
    scenarios = PointScenarios(scenario, design)
    folder = RunFolder(options.out, scenario, "sensitivity", design.plain())
    return carry_out(folder, lambda: _analysed(folder, plan, design, scenarios, options))


def _analysed(
    folder: RunFolder,
    plan: "Plan",
    design: "Design",
    scenarios: "PointScenarios",
    options: RunOptions,
) -> Results | int:
    """Run what is missing, and analyse it if everything is there."""
    from abm.experiments.sensitivity.analysis import analyse_runs
    from abm.experiments.sweeps.study import failures_table, run_points

    pairs = [(point, seed) for point in design.points.index for seed in plan.all_seeds]
    further = plan.noise_pairs(len(design.points))
    options.say(_announcement(plan, design, len(pairs), further))
    title = f"running {design.kind} points of {folder.scenario.name}"
    runs = run_points(scenarios, [*pairs, *further], options, title)
    failures = failures_table(runs, design)
    if len(failures):
        return _refuse(folder, design, failures, len(runs))
    folder.remove("failed.csv")
    findings = analyse_runs(plan, design, runs.iloc[: len(pairs)], runs.iloc[len(pairs) :])
    return _results(folder, design, findings, options)


def _results(
    folder: RunFolder, design: "Design", findings: "SensitivityFindings", options: RunOptions
) -> Results:
    """Write the tables of an analysis; return what is to be drawn, said of it and shown."""
    from abm.report.figures.sensitivity import draw_sensitivity_figures
    from abm.report.terminal.printing import print_result
    from abm.report.terminal.sensitivity import as_plain, sensitivity_section

    plan, scenario, emulated = findings.plan, folder.scenario, findings.emulated
    content: dict[str, Any] = {
        "seeds": plan.all_seeds,
        "repetitions": plan.repetitions,
        "failed": [],
    }
    content |= {} if emulated is None else {"emulator": emulated.sentence}
    ranges = {varied.name: [varied.low, varied.high] for varied in plan.ranges}
    name, people = scenario.title or scenario.name, scenario.population.size
    return Results(
        tables=folder.write({"design.csv": design.csv(), **findings.tables()}),
        content={**content, "ranges": ranges},
        show=lambda hash_: print_result(
            folder,
            as_plain(scenario, findings, hash_)
            if options.as_json
            else sensitivity_section(scenario, findings),
        ),
        draw=lambda path: draw_sensitivity_figures(path, findings, name, people),
    )


def _announcement(plan: "Plan", design: "Design", runs: int, further: "Sequence[PointSeed]") -> str:
    """Return what is going to be run, in one line."""
    from abm.experiments.sensitivity.analysis import NOISE_SEEDS

    seeds = len(plan.all_seeds)
    text = f"{design.shape} of {len(plan.ranges)} parameters ({plan.blocks} {plan.problem.unit})"
    text += f" x {seeds} seeds = {runs:,} runs" if seeds > 1 else f", {runs:,} runs"
    if further:
        points = len({point for point, _ in further})
        text += (
            f", and {len(further)} more to estimate chance: {NOISE_SEEDS} seeds at {points} points"
        )
    return text


def _refuse(folder: RunFolder, design: "Design", failures: "pd.DataFrame", runs: int) -> int:
    """Say which runs are missing and how to finish the design.

    An analysis that was finished before stays: it is of these very points, seeds and code.
    Anything else that looks like one goes.
    """
    from abm.experiments.sweeps.study import reasons

    finished = "indices.csv" in sound_tables(folder.path)
    if not finished:
        _remove_analysis(folder)
    folder.write({"design.csv": design.csv(), "failed.csv": failures})
    list_failures(reasons(failures), folder.path / "failed.csv")
    count = f"{len(failures):,} of {runs:,} runs have no result"
    message = f"nothing was analysed: {count}; the same command runs what is missing"
    if (failures["status"] != "missing").any():
        message += ", with --retry-failed also what failed"
    if finished:
        message += "; the tables are those of the same design when it was complete"
    return complain(message, EXIT_FAILED)


def _remove_analysis(folder: RunFolder) -> None:
    """Remove tables, figures and description of an analysis that is not whole."""
    from abm.experiments.sensitivity.analysis import TABLES

    for name in (*TABLES, "run.json"):
        folder.remove(name)
    for path in files_in(folder.figures_path, "sensitivity_*"):
        path.unlink(missing_ok=True)
