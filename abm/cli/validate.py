"""The commands `evidence` and `validate`: parse, call; what they call is imported when called."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from abm.cli.answers import answering
from abm.cli.options import (
    MOST_SEEDS,
    ForceOption,
    JobsOption,
    JsonOption,
    OutOption,
    QuietOption,
    check_folder,
    seeds_of,
)


def evidence(
    name: Annotated[
        str | None, typer.Argument(metavar="ID", help="One claim or figure, such as P61.")
    ] = None,
    json_: JsonOption = False,
) -> None:
    """List every claim and published figure the model is held against, or explain one."""
    from abm.evidence.listing import COLUMNS, as_lines, as_object, as_row, find_entry
    from abm.evidence.register import register
    from abm.io.terminal import print_json, print_table

    if name is None and json_:
        print_json([as_object(entry) for entry in register().entries.values()])
    elif name is None:
        print_table(COLUMNS, map(as_row, register().entries.values()))
    elif json_:
        print_json(as_object(find_entry(name)))
    else:
        entry = find_entry(name)
        print_table(("id", entry.id), as_lines(entry))


def validate(
    context: typer.Context,
    scenario: Annotated[
        str, typer.Argument(metavar="RUN", help="The scenario that stands for the baseline.")
    ] = "baseline",
    seeds: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MOST_SEEDS,
            help="Lives of every world. Default: 4, from seed 101; under the posterior 16.",
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, metavar="S", help="The first seed. Default: 101.")
    ] = None,
    population: Annotated[
        int | None,
        typer.Option(help="Number of people. Default: 10,000; under the posterior 2,500."),
    ] = None,
    uncertainty: Annotated[
        Literal["chance", "posterior"],
        typer.Option(help="posterior: every seed lives another draw of the fitted parameters."),
    ] = "chance",
    out: OutOption = Path("results"),
    jobs: JobsOption = None,
    force: ForceOption = False,
    quiet: QuietOption = False,
    json_: JsonOption = False,
) -> None:
    """Do every simulated study, and set what it finds beside what was published."""
    from abm.evidence.register import register
    from abm.scenario.scenario import load_scenario

    check_folder(out)
    names = dict.fromkeys([scenario, *(each.scenario for each in register().worlds.values())])
    with answering(context, out / "validate", [load_scenario(name) for name in names]) as answer:
        from abm.cli.validate_command import validate_command, validation_folder
        from abm.evidence.validation import FIRST_SEED, standards
        from abm.runs.options import RunOptions
        from abm.scenario.draws import chosen_draws

        draws = chosen_draws(uncertainty)
        number, step, people = standards(is_drawn=draws is not None)
        chosen = seeds_of(seeds or number, FIRST_SEED if seed is None else seed, step)
        how = RunOptions(out, jobs, None, quiet, json_, force, draws=draws)
        people = people if population is None else population
        code = validate_command(scenario, chosen, people, how)
        answer.leave(code, validation_folder(scenario, chosen, people, how))
