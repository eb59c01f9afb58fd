"""The command `validate`: parses, calls; what it calls is imported when it is called."""

from typing import Annotated

import typer

from abm.cli.answers import answering
from abm.cli.options import SharedOptions, check_folder, scenario_names, shares


@shares(
    "seeds seed population uncertainty out jobs force quiet as_json",
    seeds="Runs of every world. Default: 4, from seed 101; under the posterior 16.",
    seed="The first seed. Default: 101.",
    population="Number of people. Default: 10,000; under the posterior 2,500.",
    uncertainty="posterior: every seed has another draw of the fitted parameters.",
)
def validate(
    context: typer.Context,
    shared: SharedOptions,
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="The scenario that stands for the baseline.",
            autocompletion=scenario_names,
        ),
    ] = "baseline",
) -> None:
    """Do every simulated study, and set what it finds beside what was published."""
    from abm.evidence.register import register
    from abm.scenario.scenario import load_scenario

    check_folder(shared.out)
    worlds = register().worlds.values()
    names = dict.fromkeys([scenario, *(world.scenario for world in worlds)])
    scenarios = [load_scenario(name) for name in names]
    with answering(context, shared.out / "validate", scenarios) as answer:
        from abm.cli.validate_command import validate_command, validation_folder
        from abm.evidence.worlds import FIRST_SEED, standards

        options = shared.run_options()
        number, step, people = standards(is_drawn=options.draws is not None)
        seeds = shared.all_seeds(number, FIRST_SEED, step)
        people = people if shared.population is None else shared.population
        code = validate_command(scenario, seeds, people, options)
        answer.leave(code, validation_folder(scenario, seeds, people, options))
