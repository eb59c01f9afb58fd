"""The command `compare`: parses, calls; what it calls is imported when it is called."""

from typing import Annotated

import typer

from abm.cli.answers import answering
from abm.cli.options import SharedOptions, scenario_names, shares
from abm.experiments.comparison import folder_name


@shares(
    "seeds seed population years settings uncertainty out jobs dask force quiet as_json",
)
def compare(
    context: typer.Context,
    shared: SharedOptions,
    base: Annotated[
        str,
        typer.Argument(
            metavar="BASE",
            help="What to compare with: a name, or a path.",
            autocompletion=scenario_names,
        ),
    ],
    others: Annotated[
        list[str],
        typer.Argument(
            metavar="OTHER...", help="One or more other scenarios.", autocompletion=scenario_names
        ),
    ],
) -> None:
    """Simulate scenarios with the same seeds, pair their people, and say what each prevents, for
    whom, and how sure that is.
    """
    seeds = shared.all_seeds()
    scenarios = [shared.scenario(name) for name in (base, *others)]
    with answering(context, shared.out / folder_name(scenarios), scenarios) as answer:
        from abm.cli.compare_command import compare_command
        from abm.experiments.comparison.runs import comparison_folder

        options = shared.run_options()
        code = compare_command(scenarios, seeds, options)
        answer.leave(code, comparison_folder(options.out, scenarios, options.draws).path)
