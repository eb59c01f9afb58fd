"""The reference of what a run writes, made from the declarations in the code.

``python -m docs.make.outputs docs/outputs.md`` writes it; a test compares the file with it.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from abm.experiments.comparison.groups import ADVERSITY, AGES
from abm.experiments.comparison.pairing import OUTCOMES as COMPARED
from abm.io.tables import write_bytes
from abm.people.layout import STATES
from abm.report.columns import Column, tables
from abm.simulation.census import MEASURES
from abm.studies.outcomes import OUTCOMES
from docs.make.templates import Row, render


def page() -> str:
    """Return the text of docs/outputs.md."""
    return render(
        "outputs.md",
        states=", ".join(STATES),
        tables=[(name, one.about, _columns(one.columns)) for name, one in tables().items()],
        measures=_named((measure.name, measure.unit, measure.meaning) for measure in MEASURES),
        compared=_named((outcome.name, outcome.label, outcome.sentence) for outcome in COMPARED),
        groups=_named(levels()),
        by_draw=[(name, _columns(one.by_draw)) for name, one in tables().items() if one.by_draw],
        outcomes=_named((item.name, item.unit, item.sentence) for item in OUTCOMES.values()),
    )


def _columns(columns: Iterable[Column]) -> list[Row]:
    return _named((column.name, column.unit, column.meaning) for column in columns)


def _named(rows: Iterable[Row]) -> list[Row]:
    """Return rows with their names set as code."""
    return [(f"`{name}`", *rest) for name, *rest in rows]


def levels() -> list[tuple[str, str, str]]:
    """Return the groups of people that comparisons tell apart: name, levels and meaning."""
    adversity = (
        "Load of childhood adversity in the scenario compared with: none, or the lower or upper "
        "half of those who have any; equal loads lie together"
    )
    age = (
        "Completed age at which what is new in the scenario first could be for a person, by its "
        "dates and ages; never: it never is. Where nothing is new, age on the first reported day, "
        "or at entry"
    )
    return [
        ("all", "all", "Everybody who lived a reported day"),
        ("sex", "female, male", "Sex"),
        ("age", ", ".join(AGES), age),
        ("adversity", ", ".join(ADVERSITY), adversity),
    ]


if __name__ == "__main__":
    write_bytes(Path(sys.argv[1]), page().encode())
