"""The command `compare`: parses, calls; what it calls is imported when it is called."""

from pathlib import Path
from typing import Annotated

import typer

from abm.cli.answers import answering
from abm.cli.options import (
    MOST_SEEDS,
    DaskOption,
    ForceOption,
    JobsOption,
    JsonOption,
    OutOption,
    PopulationOption,
    QuietOption,
    SeedOption,
    SetOption,
    UncertaintyOption,
    YearsOption,
    check_folder,
    overrides_of,
    seeds_of,
)
from abm.experiments.comparison.names import folder_name


def compare(
    context: typer.Context,
    base: Annotated[
        str, typer.Argument(metavar="BASE", help="What to compare with: a name, or a path.")
    ],
    others: Annotated[
        list[str], typer.Argument(metavar="OTHER...", help="One or more other scenarios.")
    ],
    seeds: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_SEEDS, help="Runs of each scenario, from seed 1 or S. Default: 1."
        ),
    ] = None,
    seed: SeedOption = None,
    population: PopulationOption = None,
    years: YearsOption = None,
    settings: SetOption = None,
    out: OutOption = Path("results"),
    jobs: JobsOption = None,
    dask: DaskOption = None,
    uncertainty: UncertaintyOption = "chance",
    force: ForceOption = False,
    quiet: QuietOption = False,
    json_: JsonOption = False,
) -> None:
    """Live scenarios with the same seeds, pair their people, and tell what each averts."""
    from abm.scenario.scenario import load_scenario

    chosen_seeds = seeds_of(seeds, seed)
    check_folder(out)
    overrides = overrides_of(settings or [])
    scenarios = [
        load_scenario(name, population=population, years=years, overrides=overrides)
        for name in (base, *others)
    ]
    with answering(context, out / folder_name(scenarios), scenarios) as answer:
        from abm.cli.compare_command import compare_command
        from abm.experiments.comparison.folder import ComparisonFolder
        from abm.runs.options import RunOptions
        from abm.scenario.draws import chosen_draws

        draws = chosen_draws(uncertainty)
        how = RunOptions(out, jobs, dask, quiet, json_, force=force, draws=draws)
        code = compare_command(scenarios, chosen_seeds, how)
        design = None if draws is None else draws.design
        answer.leave(code, ComparisonFolder(out, scenarios, design).path)
