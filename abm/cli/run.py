"""The command `run`: parses, calls; what it calls is imported when it is called."""

from typing import Annotated

import typer

from abm.cli.answers import answering
from abm.cli.options import ScenarioArgument, SharedOptions, shares


@shares(
    "seeds seed population years settings uncertainty out jobs force quiet as_json",
    seeds="Run this many replicates, from seed 1 or S.",
)
def run(
    context: typer.Context,
    shared: SharedOptions,
    scenario: ScenarioArgument = "baseline",
    people: Annotated[bool, typer.Option("--people", help="Write people.parquet.")] = False,
    acts: Annotated[bool, typer.Option("--acts", help="Write acts.parquet.")] = False,
    panel: Annotated[bool, typer.Option("--panel", help="Write panel.parquet.")] = False,
    moments: Annotated[bool, typer.Option("--moments", help="Write moments.parquet.")] = False,
) -> None:
    """Simulate one scenario, print its key figures, and write a run folder with tables, figures
    and a report.
    """
    seeds = shared.all_seeds()
    loaded = shared.scenario(scenario)
    with answering(context, shared.out / loaded.name, [loaded]) as answer:
        from abm.cli.run_command import run_command
        from abm.runs.folder import RunFolder
        from abm.simulation.record import Logs

        options = shared.run_options()
        code = run_command(loaded, seeds, options, Logs(people, acts, panel, moments))
        design = None if options.draws is None else options.draws.design
        answer.leave(code, RunFolder(options.out, loaded, design=design).path)
