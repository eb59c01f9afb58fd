"""The command `sweep`: parses, calls; what it calls is imported when it is called."""

from pathlib import Path
from typing import Annotated

import typer

from abm.cli.answers import answering
from abm.cli.options import ScenarioArgument, SharedOptions, setting_names, shares

MOST_POINTS = 1_000_000


@shares(
    "seeds seed population years settings out jobs dask retry_failed quiet as_json",
    seeds="Runs at each point, from seed 1 or S. Default: 1.",
)
def sweep(
    context: typer.Context,
    shared: SharedOptions,
    scenario: ScenarioArgument = "baseline",
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=A,B,C",
            help="Values to combine with all others; with --samples NAME=LOW:HIGH. Repeatable.",
            autocompletion=setting_names,
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
) -> None:
    """Simulate a scenario at every point of a design, and write one tidy table."""
    seeds = shared.all_seeds()
    loaded = shared.scenario(scenario)
    files = [] if design is None else [design]
    with answering(context, shared.out / loaded.name, [loaded], files) as answer:
        from abm.cli.sweep_command import sweep_command
        from abm.experiments.sweeps.design import check_size
        from abm.experiments.sweeps.study_folder import StudyFolder
        from abm.experiments.sweeps.sweep import sweep_design

        points = sweep_design(vary or [], samples, design, seeds[0])
        check_size(len(points.points), len(seeds))
        code = sweep_command(loaded, points, seeds, shared.run_options())
        answer.leave(code, StudyFolder(shared.out, loaded, "sweep", points.plain()).path)
