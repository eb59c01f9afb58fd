"""The commands `sweep` and `sensitivity`: parse, call; what they call is imported when called."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from abm.cli_options import (
    MOST_SEEDS,
    DaskOption,
    JobsOption,
    JsonOption,
    OutOption,
    PopulationOption,
    QuietOption,
    RetryOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    YearsOption,
    check_folder,
    overrides_of,
    seeds_of,
)
from abm.experiments.folders.answers import answering

if TYPE_CHECKING:
    from abm.experiments.designs.design import Range
    from abm.experiments.sensitivity.analysis import Plan
    from abm.scenario import Scenario

MOST_POINTS = 1_000_000
FEWEST_TOP = 2
TRAJECTORIES, SAMPLES, TOP = 20, 128, 8


class MethodName(StrEnum):
    """How parameters are judged."""

    MORRIS = "morris"
    SOBOL = "sobol"


SeedsOption = Annotated[
    int | None,
    typer.Option(min=1, max=MOST_SEEDS, help="Runs at each point, from seed 1 or S. Default: 1."),
]
RepeatOption = Annotated[
    int,
    typer.Option(min=1, max=1000, help="Live the design so often, with other seeds each time."),
]


def sweep(
    context: typer.Context,
    scenario: ScenarioArgument = "baseline",
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=A,B,C",
            help="Values to combine with all others; with --samples NAME=LOW:HIGH. Repeatable.",
        ),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_POINTS, help="Points of a Latin hypercube over ranges or all priors."
        ),
    ] = None,
    design: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Points of a CSV file: a column a parameter or switch."),
    ] = None,
    seeds: SeedsOption = None,
    seed: SeedOption = None,
    population: PopulationOption = None,
    years: YearsOption = None,
    settings: SetOption = None,
    out: OutOption = Path("results"),
    jobs: JobsOption = None,
    dask: DaskOption = None,
    retry_failed: RetryOption = False,
    quiet: QuietOption = False,
    json_: JsonOption = False,
) -> None:
    """Live a scenario at every point of a design, and write one tidy table."""
    chosen_seeds = seeds_of(seeds, seed)
    loaded = _loaded(scenario, population, years, settings, out)
    files = [] if design is None else [design]
    with answering(context, out / loaded.name, [loaded], files) as answer:
        from abm.experiments.designs.design import check_size
        from abm.experiments.designs.study import HowToRun, StudyFolder
        from abm.experiments.designs.sweep import sweep_command, sweep_design

        points = sweep_design(vary or [], samples, design, chosen_seeds[0])
        check_size(len(points.points), len(chosen_seeds))
        how = HowToRun(out, jobs, dask, quiet, json_, retry_failed)
        code = sweep_command(loaded, points, chosen_seeds, how)
        answer.leave(code, StudyFolder(out, loaded, "sweep", points).path)


def sensitivity(
    context: typer.Context,
    scenario: ScenarioArgument = "baseline",
    method: Annotated[
        MethodName, typer.Option(help="Screening, or shares of the variance.")
    ] = MethodName.MORRIS,
    parameters: Annotated[
        str | None,
        typer.Option(
            metavar="A,B=LOW:HIGH,...", help="What varies. Default: every parameter with a prior."
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
        int | None,
        typer.Option(min=2, max=10_000, help=f"Of Morris. Default: {TRAJECTORIES}."),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(min=2, help=f"Of Sobol, a power of two. Default: {SAMPLES}."),
    ] = None,
    second_order: Annotated[
        bool, typer.Option("--second-order", help="Sobol also looks at pairs of parameters.")
    ] = False,
    repeat: RepeatOption = 1,
    seeds: SeedsOption = None,
    seed: SeedOption = None,
    population: PopulationOption = None,
    years: YearsOption = None,
    settings: SetOption = None,
    out: OutOption = Path("results"),
    jobs: JobsOption = None,
    dask: DaskOption = None,
    retry_failed: RetryOption = False,
    quiet: QuietOption = False,
    json_: JsonOption = False,
) -> None:
    """Tell which parameters move which outcomes, with intervals, over outcomes and ages."""
    number, first = seeds or 1, seeds_of((seeds or 1) * repeat + 3, seed)[0]  # 3 more for chance
    loaded = _loaded(scenario, population, years, settings, out)
    files = [] if of is None else [of / "run.json", of / "ranking.csv"]
    with answering(context, out / loaded.name, [loaded], files) as answer:
        from abm.experiments.designs.design import check_size
        from abm.experiments.designs.study import HowToRun, StudyFolder
        from abm.experiments.sensitivity.command import sensitivity_command

        ranges = _ranges(parameters, top, of)
        plan = _plan(method, ranges, trajectories, samples, second_order, (number, repeat, first))
        check_size(plan.blocks * plan.problem.block, number * repeat)
        how = HowToRun(out, jobs, dask, quiet, json_, retry_failed)
        code = sensitivity_command(loaded, plan, how)
        answer.leave(code, StudyFolder(out, loaded, "sensitivity", plan.design()).path)


def _loaded(
    scenario: str,
    population: int | None,
    years: int | None,
    settings: list[str] | None,
    out: Path,
) -> "Scenario":
    """Check the folder and load the scenario with what is set over it."""
    from abm.scenario import load_scenario

    check_folder(out)
    overrides = overrides_of(settings or [])
    return load_scenario(scenario, population=population, years=years, overrides=overrides)


def _ranges(parameters: str | None, top: int | None, of: Path | None) -> "tuple[Range, ...]":
    """Return what varies: what is named, the top of an earlier analysis, or all with priors."""
    from abm.experiments.designs.design import read_ranges
    from abm.experiments.sensitivity.command import top_of

    if of is not None:
        if parameters is not None:
            raise typer.BadParameter("--parameters and --of both say what varies; leave one")
        return top_of(of, top or TOP)
    if top is not None:
        raise typer.BadParameter("--top: expected --of FOLDER, a Morris analysis to take them from")
    named = [text.strip() for text in parameters.split(",")] if parameters is not None else []
    return tuple(read_ranges(named, "--parameters"))


def _plan(
    method: MethodName,
    ranges: "tuple[Range, ...]",
    trajectories: int | None,
    samples: int | None,
    second_order: bool,
    seeding: tuple[int, int, int],
) -> "Plan":
    """Return the plan that the options mean, refusing those of the other method."""
    from abm.experiments.sensitivity.analysis import Plan

    number, repeat, first = seeding
    is_morris = method is MethodName.MORRIS
    if is_morris and (samples is not None or second_order):
        option = "--second-order" if second_order else "--samples"
        raise typer.BadParameter(f"{option} belongs to --method sobol")
    if not is_morris and trajectories is not None:
        raise typer.BadParameter("--trajectories belongs to --method morris")
    blocks = (trajectories or TRAJECTORIES) if is_morris else (samples or SAMPLES)
    return Plan(method.value, ranges, blocks, second_order, number, repeat, first)
