"""The command `run`: parses, calls; what it calls is imported when it is called."""

from pathlib import Path
from typing import Annotated

import typer

from abm.cli.answers import answering
from abm.cli.options import (
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
    from abm.scenario.scenario import load_scenario

    chosen_seeds = seeds_of(seeds, seed)
    check_folder(out)
    loaded = load_scenario(
        scenario, population=population, years=years, overrides=overrides_of(settings or [])
    )
    with answering(context, out / loaded.name, [loaded]) as answer:
        from abm.cli.run_command import run_command
        from abm.runs.folder import RunFolder
        from abm.scenario.draws import chosen_draws
        from abm.simulation.record import Logs

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
