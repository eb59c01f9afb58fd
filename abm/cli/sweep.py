"""The commands `sweep` and `sensitivity`: parse, call; what they call is imported when called."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from abm.cli.answers import answering
from abm.cli.options import (
    DaskOption,
    JobsOption,
    JsonOption,
    OutOption,
    PopulationOption,
    QuietOption,
    RetryOption,
    ScenarioArgument,
    SeedOption,
    SeedsOption,
    SetOption,
    YearsOption,
    loaded_scenario,
    seeds_of,
)

if TYPE_CHECKING:
    pass

MOST_POINTS = 1_000_000


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
    loaded = loaded_scenario(scenario, population, years, settings, out)
    files = [] if design is None else [design]
    with answering(context, out / loaded.name, [loaded], files) as answer:
        from abm.cli.sweep_command import sweep_command
        from abm.experiments.sweeps.design import check_size
        from abm.experiments.sweeps.study import StudyFolder
        from abm.experiments.sweeps.sweep import sweep_design
        from abm.runs.options import RunOptions

        points = sweep_design(vary or [], samples, design, chosen_seeds[0])
        check_size(len(points.points), len(chosen_seeds))
        how = RunOptions(out, jobs, dask, quiet, json_, retry_failed=retry_failed)
        code = sweep_command(loaded, points, chosen_seeds, how)
        answer.leave(code, StudyFolder(out, loaded, "sweep", points).path)
