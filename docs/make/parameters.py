"""The reference of parameters and switches, written from `parameters.toml`.

``python -m docs.make.parameters docs/parameters.md`` writes it; a test compares them.
"""

import sys
from itertools import groupby
from pathlib import Path

from abm.io.tables import write_bytes
from abm.parameters import Parameter, parameters, switches
from docs.make.odd import table

HEAD = """\
# Parameters

Made by `python -m docs.make.parameters docs/parameters.md` from `abm/parameters.toml`.
`nssi parameters` lists them, `nssi parameters NAME` explains one.

A scenario sets them under `[parameters]` and `[switches]`, a command with `--set NAME=VALUE`. They
hold for whole lives, the warm-up included; what shall change at a date is a trend or an
[intervention](interventions.md).

- **default**: the value where a scenario says nothing.
- **range**: what a scenario may say, both ends included.
- **prior**: what calibration and sensitivity analyses explore; where there is none they leave the
  number alone.
- **trend**: what the multipliers by calendar year under `[trends.NAME]` multiply: the *number*, or
  the *odds* of the chance whose log-odds it is: a multiplier above 1 always makes that chance
  greater. With *nothing* it may be negative, and only interventions change it.
- **source**: a section of Martin (2022), an entry of the [evidence](evidence.md) (P..., E...), or
  the word assumption.
"""
COLUMNS = ("name", "default", "range", "prior", "unit", "trend", "meaning", "source")


def reference() -> str:
    """Return the text of docs/parameters.md."""
    lines = [HEAD]
    seen: set[str] = set()
    for group, members in groupby(parameters().values(), key=lambda each: each.group):
        title = group.capitalize() + (", further" if group in seen else "")
        seen.add(group)
        lines += [f"## {title}", "", *table(COLUMNS, map(_row, members)), ""]
    rows = [
        (f"`{each.name}`", each.default, ", ".join(each.values), each.sentence, each.source)
        for each in switches().values()
    ]
    head = ("name", "default", "answers", "meaning", "source")
    return "\n".join([*lines, "## Switches", "", *table(head, rows), ""])


def _row(each: Parameter) -> tuple[str, ...]:
    prior = f"{each.prior[0]:g} to {each.prior[1]:g}" if each.prior else "-"
    return (
        *(f"`{each.name}`", f"{each.default:g}", f"{each.low:g} to {each.high:g}", prior),
        *(each.unit, _trend(each), each.sentence, each.source),
    )


def _trend(each: Parameter) -> str:
    return each.trend_on if each.trend else "-"


if __name__ == "__main__":
    write_bytes(Path(sys.argv[1]), reference().encode())
