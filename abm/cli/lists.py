"""The commands that list what there is to name, and `init`, which begins a scenario."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from abm.cli.options import JsonOption
from abm.io.terminal import print_json, print_table


def scenarios(json_: JsonOption = False) -> None:
    """List the scenarios that can be named here."""
    from abm.scenario.files import available_scenarios

    found = available_scenarios()
    if json_:
        print_json([asdict(each) | {"path": str(each.path)} for each in found])
    else:
        rows = [(each.name, each.title, " ".join(each.about)) for each in found]
        print_table(("name", "title", "what it asks"), rows)


def parameters(
    name: Annotated[str | None, typer.Argument(help="One parameter or switch.")] = None,
    json_: JsonOption = False,
) -> None:
    """List every parameter and switch, or explain one."""
    from abm.cli.parameter_list import COLUMNS, all_declared, as_lines, as_object, as_row
    from abm.parameters import find_declared

    if name is None and json_:
        print_json([as_object(each) for each in all_declared()])
    elif name is None:
        print_table(COLUMNS, map(as_row, all_declared()))
    elif json_:
        print_json(as_object(find_declared(name)))
    else:
        print_table(("name", name), as_lines(find_declared(name)))


def interventions(
    kind: Annotated[str | None, typer.Argument(help="One kind of intervention.")] = None,
    json_: JsonOption = False,
) -> None:
    """List the kinds of interventions a scenario can have, or explain one."""
    from abm.cli.intervention_list import COLUMNS, as_lines, as_object, as_row, find_kind
    from abm.scenario.intervention_library import kinds

    if kind is None and json_:
        print_json([as_object(each) for each in kinds().values()])
    elif kind is None:
        print_table(COLUMNS, map(as_row, kinds().values()))
    elif json_:
        print_json(as_object(find_kind(kind)))
    else:
        print_table(("kind", kind), as_lines(find_kind(kind)))


def init(
    name: Annotated[str, typer.Argument(help="Letters, digits, - and _ only.")],
) -> None:
    """Write scenarios/NAME.toml, commented, to start a scenario from."""
    from abm.scenario.toml_text import write_starter

    path = write_starter(name, Path("scenarios"))
    print(f"Wrote {path}. Edit it, then: nssi run {name}", file=sys.stderr)
