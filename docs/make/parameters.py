"""The reference of parameters and switches, written from `parameters.toml`.

``python -m docs.make.parameters docs/parameters.md`` writes it; a test compares them.
"""

import sys
from itertools import groupby
from pathlib import Path

from abm.io.tables import write_bytes
from abm.parameters import Parameter, parameters, switches
from docs.make.templates import Row, render


def page() -> str:
    """Return the text of docs/parameters.md."""
    groups: list[tuple[str, list[Row]]] = []
    seen: set[str] = set()
    for group, members in groupby(parameters().values(), key=lambda parameter: parameter.group):
        title = group.capitalize() + (", further" if group in seen else "")
        seen.add(group)
        groups.append((title, list(map(_row, members))))
    answers = [
        (
            f"`{switch.name}`",
            switch.default,
            ", ".join(switch.values),
            switch.sentence,
            switch.source,
        )
        for switch in switches().values()
    ]
    return render("parameters.md", groups=groups, switches=answers)


def _row(parameter: Parameter) -> Row:
    prior = parameter.prior
    return (
        f"`{parameter.name}`",
        f"{parameter.default:g}",
        f"{parameter.low:g} to {parameter.high:g}",
        f"{prior[0]:g} to {prior[1]:g}" if prior else "-",
        parameter.unit,
        parameter.trend_on if parameter.trend else "-",
        parameter.sentence,
        parameter.source,
    )


if __name__ == "__main__":
    write_bytes(Path(sys.argv[1]), page().encode())
