"""The reference of what a run writes, made from the declarations in the code.

``python -m docs.make.outputs docs/outputs.md`` writes it; a test compares the file with it.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from abm.experiments.comparison.pairing import OUTCOMES as COMPARED
from abm.io.tables import write_bytes
from abm.people.layout import STATES
from abm.report.columns import columns_of_tables
from abm.report.comparison_columns import BY_DRAW_TABLES, COMPARISON_TABLES, levels
from abm.report.study_columns import STUDY_TABLES
from abm.simulation.census import MEASURES
from abm.studies.outcomes import OUTCOMES
from docs.make.templates import Row, render

OF_A_RUN = {
    "curves": ("curves.csv", "Prevalences and rates at every census."),
    "people": ("people.parquet", "One row a person (`--people`). What never was is empty."),
    "acts": ("acts.parquet", "One row an act of the reported years (`--acts`)."),
    "panel": ("panel.parquet", "Yearly waves of a sampled panel (`--panel`)."),
    "moments": (
        "moments.parquet",
        "What prompts find in a sampled group over the last weeks (`--moments`).",
    ),
}


def page() -> str:
    """Return the text of docs/outputs.md."""
    tables = [(*OF_A_RUN[name], _named(columns)) for name, columns in columns_of_tables().items()]
    further = {**STUDY_TABLES, **COMPARISON_TABLES}
    tables += [(name, about, _named(columns)) for name, (about, columns) in further.items()]
    return render(
        "outputs.md",
        states=", ".join(STATES),
        tables=tables,
        measures=_named((measure.name, measure.unit, measure.meaning) for measure in MEASURES),
        compared=_named((outcome.name, outcome.label, outcome.sentence) for outcome in COMPARED),
        groups=_named(levels()),
        by_draw=[(name, _named(columns)) for name, columns in BY_DRAW_TABLES.items()],
        outcomes=_named((item.name, item.unit, item.sentence) for item in OUTCOMES.values()),
    )


def _named(rows: Iterable[Row]) -> list[Row]:
    """Return rows with their names set as code."""
    return [(f"`{name}`", *rest) for name, *rest in rows]


if __name__ == "__main__":
    write_bytes(Path(sys.argv[1]), page().encode())
