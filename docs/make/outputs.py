"""The reference of what a run writes, made from the declarations in the code.

``python -m docs.make.outputs docs/outputs.md`` writes it; a test compares the file with it.
"""

import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

from abm.people.layout import STATES
from abm.report.columns import columns_of_tables
from abm.report.comparison_columns import BY_DRAW_TABLES, COMPARISON_TABLES, levels
from abm.report.study_columns import STUDY_TABLES, Row
from abm.simulation.census import MEASURES
from abm.studies.outcomes import OUTCOMES

INTRODUCTION = (
    "Made by `python -m docs.make.outputs docs/outputs.md` from the declarations in the code. "
    "Names and meanings of columns are stable. States are those of the model "
    f"({', '.join(STATES)}), in the model's own units."
)


def output_reference() -> str:
    """Return the reference of a run's tables as Markdown."""
    files = {
        "curves": ("curves.csv", "Prevalences and rates at every census."),
        "people": ("people.parquet", "One row a person (`--people`). What never was is empty."),
        "acts": ("acts.parquet", "One row an act of the reported years (`--acts`)."),
        "panel": ("panel.parquet", "Yearly waves of a sampled panel (`--panel`)."),
        "moments": (
            "moments.parquet",
            "What prompts find in a sampled group over the last weeks (`--moments`).",
        ),
    }
    lines = ["# What a run writes", "", INTRODUCTION]
    for table, rows in columns_of_tables().items():
        name, sentence = files[table]
        lines += ["", f"## {name}", "", sentence, "", *markdown_table(rows)]
        if table == "curves":
            measures = [(item.name, item.unit, item.meaning) for item in MEASURES]
            lines += ["", *markdown_table(measures, "measure")]
    for name, (sentence, columns) in STUDY_TABLES.items():
        lines += ["", f"## {name}", "", sentence, "", *markdown_table(columns)]
    lines += comparison_reference()
    outcomes = [(each.name, each.unit, each.sentence) for each in OUTCOMES.values()]
    lines += ["", "## Outcomes of sweeps and sensitivity analyses", ""]
    lines += markdown_table(outcomes, "outcome")
    return "\n".join(lines) + "\n"


def markdown_table(rows: Iterable[Row], first: str = "column") -> list[str]:
    """Return the lines of a Markdown table of names, units and meanings."""
    body = [f"| `{name}` | {unit} | {meaning} |" for name, unit, meaning in rows]
    return [f"| {first} | unit | meaning |", "| --- | --- | --- |", *body]


_BY_DRAW = (
    "With `--uncertainty posterior` seeds draw their parameters. Rows over all seeds are then over "
    "draws that were lived with both their seeds, and `low` and `high` tell of chance alone, by "
    "what differs between runs of one draw (`interval`: within draws). These columns follow; those "
    "over parameters are 95 % intervals with chance taken out, empty with fewer than two draws and "
    "of width 0 where draws differ no more than two runs of one draw do. In rows of one seed only "
    "`draws` is filled, with 0."
)


def comparison_reference() -> list[str]:
    """Return the reference of a comparison's tables as lines of Markdown."""
    from abm.experiments.comparison.pairing import OUTCOMES

    lines: list[str] = []
    for name, (sentence, columns) in COMPARISON_TABLES.items():
        lines += ["", f"## {name}", "", sentence, "", *markdown_table(columns)]
        if name == "differences.csv":
            outcomes = [(each.name, each.label, each.sentence) for each in OUTCOMES]
            lines += ["", *markdown_table(outcomes, "outcome")]
            lines += ["", "| group | levels | meaning |", "| --- | --- | --- |"]
            lines += [f"| `{group}` | {names} | {what} |" for group, names, what in levels()]
    lines += ["", "## Parameters and chance apart", "", *textwrap.wrap(_BY_DRAW, 100)]
    for name, columns in BY_DRAW_TABLES.items():
        lines += ["", f"In {name}:", "", *markdown_table(columns)]
    return lines


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(output_reference(), encoding="utf-8")
