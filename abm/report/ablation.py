"""An ablation in words and tables: what each mechanism does, and which are at work."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from abm.experiments.ablation.ablation import mechanisms
from abm.experiments.ablation.outcomes import ABLATION_OUTCOMES, Unit
from abm.report.format import UNKNOWN, format_count, format_list, format_number
from abm.report.sections import Section, TextTable

MAIN = (
    *("lifetime_prevalence_12_18", "past_year_prevalence_12_17", "past_year_prevalence_20_24"),
    *("incidence_12_18", "active_again_a_year_later", "acts_per_person_year"),
)
"""What the printed table shows; the others are in ablation.csv and the figure."""
LEVEL, MOST_NAMED = "past_year_prevalence_12_17", 3
LARGEST = 1e6  # beyond it only powers of ten are told
UNITS: dict[Unit, str] = {"points": "", "%": " %", "years": " y", "r": ""}
DIGITS: dict[Unit, int] = {"points": 1, "%": 0, "years": 1, "r": 2}

Row = dict[str, Any]


def format_change(value: float, unit: Unit) -> str:
    """Return a change with its sign, in its unit; shares in points without one."""
    if not math.isfinite(value):
        return UNKNOWN
    text = f"{value:+.{DIGITS[unit]}f}" if abs(value) < LARGEST else f"{value:+.1e}"
    return ("0" if float(text) == 0 else text) + UNITS[unit]


def ablation_section(table: pd.DataFrame) -> Section:
    """Return what a terminal shows of an ablation."""
    rows = [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]
    title = "Without one mechanism, all else as it is"
    return Section("ablation", title, (*sentences(rows), change_table(rows), at_work_table(rows)))


def sentences(rows: Sequence[Row]) -> Iterator[str]:
    """Say what moves the past year most, and how many mechanisms are at work."""
    level = [row for row in rows if row["outcome"] == LEVEL and math.isfinite(row["change"])]
    largest = sorted(level, key=lambda row: -abs(row["change"]))[:MOST_NAMED]
    if largest:
        count = format_number(100 * largest[0]["whole"])
        yield f"Of 100 young people aged 12 to 17, {count} self-injured in the past year."
        parts = [f"{_in_sentence(row)}, {_cell(row, ' (95 % interval {})')}" for row in largest]
        yield f"Without one mechanism this moves most, in points, for: {'; '.join(parts)}."
    asked = [row for row in rows if row["at_work"]]
    idle = dict.fromkeys(_in_sentence(row) for row in asked if row["at_work"] != "yes")
    if asked:
        number = len(dict.fromkeys(_title(row) for row in asked))
        rest = f" Not, or not for sure, by: {format_list(list(idle))}." if idle else ""
        yield (
            f"For {format_count(number, 'mechanism')} a least effect was fixed beforehand; it is "
            f"reached by {number - len(idle) or 'none'}.{rest}"
        )


def _in_sentence(row: Row) -> str:
    title = _title(row)
    return title[0].lower() + title[1:]


def _title(row: Row) -> str:
    return mechanisms()[row["mechanism"]].title


def _cell(row: Row, interval: str = " ({})") -> str:
    """Return a change and its interval."""
    unit: Unit = row["unit"]
    change = format_change(row["change"], unit)
    if not (math.isfinite(row["low"]) and math.isfinite(row["high"])):
        return change
    ends = (format_change(row[name], unit).removesuffix(UNITS[unit]) for name in ("low", "high"))
    return change + interval.format(" to ".join(ends))


def change_table(rows: Sequence[Row]) -> TextTable:
    """Return how the main outcomes change without every mechanism."""
    by_mechanism: dict[str, dict[str, Row]] = {}
    for row in rows:
        by_mechanism.setdefault(row["mechanism"], {})[row["outcome"]] = row
    return TextTable(
        "What changes without it (points of 100, or %; 95 % interval between seeds)",
        ("without", *(ABLATION_OUTCOMES[name].label for name in MAIN)),
        tuple(
            (
                mechanisms()[name].title,
                *(_cell(own[one]) if one in own else UNKNOWN for one in MAIN),
            )
            for name, own in by_mechanism.items()
        ),
        frozenset(range(1, len(MAIN) + 1)),
    )


def _in_percent(row: Row) -> Row:
    """Return a change of a share in percent of what it is with the mechanism."""
    if row["unit"] != "points" or not row["whole"]:
        return row
    return (
        row | {name: row[name] / row["whole"] for name in ("change", "low", "high")} | {"unit": "%"}
    )


def at_work_table(rows: Sequence[Row]) -> TextTable:
    """Return the mechanisms for which a least effect was fixed before."""
    cells = []
    for row in (row for row in rows if row["at_work"]):
        least, unit = row["least"], row["least_unit"]
        asked = f"{least:+g} {unit}" if least else "no rise"
        label = ABLATION_OUTCOMES[row["outcome"]].label
        moved = _cell(_in_percent(row) if unit.startswith("%") else row)
        cells.append((_title(row), label, asked, moved, row["at_work"]))
    headings = ("without", "what moves", "at least", "it moves by", "at work")
    return TextTable("Is it at work?", headings, tuple(cells), frozenset({2, 3}))
