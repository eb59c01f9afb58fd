"""Tables that a page, a terminal and a notebook show alike."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from abm.experiments.comparison.groups import ADVERSITY, NEVER
from abm.report.format import (
    FORMATS,
    Format,
    format_count,
    format_fewer_or_more,
    format_number,
    format_range,
    format_whole_percent,
)
from abm.report.rendering import prose
from abm.report.sections import TextTable
from abm.report.terminal.draws import NOT_TOLD, notes_by_draw
from abm.studies.key_figures import Row
from abm.studies.key_figures_by_draw import RowByDraw
from abm.studies.variance_between_draws import FEWEST_DRAWS, whole_draws

GROUPS = ("sex", "age", "adversity", "adversity_quartile")
SEXES = {"female": "girls and young women", "male": "boys and young men"}
NO_ADVERSITY = "no childhood adversity"


def key_figures_table(rows: Sequence[Row], seeds: Sequence[int]) -> TextTable:
    """Return the key figures; where parameters were drawn, they and chance stand apart."""
    headings = ["", "estimate", "95 % interval", "interval from"]
    is_by_draw = any(isinstance(row, RowByDraw) for row in rows)
    notes = notes_by_draw(seeds) if is_by_draw else prose("run_intervals")
    is_apart = is_by_draw and whole_draws(seeds) >= FEWEST_DRAWS
    if is_apart:
        parts = ("parameters", "chance", "one run")
        headings[2:3] = [f"95 % interval, {part}" for part in parts]
    cells = []
    for row in rows:
        form = FORMATS[row.form]
        limits = [format_range(row.low, row.high, form)]
        if is_apart and isinstance(row, RowByDraw):
            low, high = row.parameter_low, row.parameter_high
            is_point = low == high and row.low < row.high
            limits.insert(0, NOT_TOLD if is_point else format_range(low, high, form))
            limits.append(format_range(row.one_run_low, row.one_run_high, form))
        cells.append((row.label, form(row.estimate), *limits, row.interval or "-"))
    numbers = frozenset(range(1, len(headings) - 1))
    return TextTable("Key figures", tuple(headings), tuple(cells), numbers, " ".join(notes))


def reached_table(cases: pd.DataFrame, titles: Mapping[str, str], base: str) -> TextTable:
    """Return what new cases averted mean for those reached.

    `cases` are the rows of differences.csv on new cases among everybody, over all seeds: one a
    scenario. `titles` are what scenarios are called, by name.
    """
    rows = tuple(
        (
            titles.get(row["scenario"], row["scenario"]),
            format_number(row["reached"]),
            changed(row, "per_1000_reached"),
            _with_range(row, "needed_to_reach"),
            _with_range(row, "cost_per_averted"),
            format_number(row["helped"]),
            format_number(row["harmed"]),
        )
        for row in cases.to_dict("records")
    )
    headings = ("scenario", "people reached", "per 1,000 reached", "number needed to reach")
    return TextTable(
        "New cases, fewer or more for those reached: means of a run",
        (*headings, "cost of one", "better off", "worse off"),
        rows,
        frozenset({1, 2, 3, 4, 5, 6}),
        note=" ".join(prose("comparison_reached", base=base)),
    )


def _with_range(row: Mapping[Any, Any], name: str) -> str:
    """Return a number with its interval, where it is shown at all."""
    if math.isnan(row[name]):
        return "not shown"
    limits = format_range(row[f"{name}_low"], row[f"{name}_high"])
    return format_number(row[name]) if limits == "-" else f"{format_number(row[name])} ({limits})"


def groups_table(
    cases: pd.DataFrame, titles: Mapping[str, str], base: str, years: int, most_beside: int
) -> TextTable:
    """Return how large groups are, how many begin in them, and how many fewer or more.

    `cases` are the rows of differences.csv on new cases, over all seeds; `titles` are what
    scenarios are called, by name. More than `most_beside` scenarios stand below each other.
    """
    rows = cases[cases["group"].isin(list(GROUPS)) & (cases["people"] > 0)]
    rows = rows.sort_values("group", key=lambda names: names.map(GROUPS.index), kind="stable")
    by_group = dict(iter(rows.groupby(["group", "level"], sort=False)))
    everybody = cases[cases["group"] == "all"].set_index("scenario")["people"]

    def cells_of(key: Any, own: pd.DataFrame) -> tuple[str, str, str]:
        shares = own["people"] / own["scenario"].map(everybody)
        rates = own["base"] / own["person_years"] * years * 100_000
        sizes = _spanned(shares, format_whole_percent)
        return group_label(*key), sizes, _spanned(rates, format_number)

    beside = ("of all people", f"in {base}")
    if len(titles) <= most_beside:
        headings: tuple[str, ...] = ("group", *beside, *titles.values())
        cells = [
            (*cells_of(key, own), *(_changed_by(own, name) for name in titles))
            for key, own in by_group.items()
        ]
    else:
        headings = ("scenario and group", *beside, "difference")
        cells = []
        for name, title in titles.items():
            for key, own in rows[rows["scenario"] == name].groupby(["group", "level"], sort=False):
                label, *numbers = cells_of(key, own)
                cells.append((f"{title}: {label}", *numbers, _changed_by(own, name)))
    return TextTable(
        f"New cases per 100,000 people over {format_count(years, 'year')}, by group",
        headings,
        tuple(cells),
        frozenset(range(1, len(headings))),
        "With 95 % intervals. In small groups they can be too narrow by chance.",
    )


def _spanned(values: pd.Series, form: Format) -> str:
    """Return a number, or where it is not the same in all scenarios its lowest and highest."""
    low, high = float(values.min()), float(values.max())
    return form(low) if form(low) == form(high) else format_range(low, high, form)


def _changed_by(own: pd.DataFrame, name: str) -> str:
    rows = own[own["scenario"] == name].to_dict("records")
    return changed(rows[0]) if rows else "-"


def changed(row: Any, name: str = "per_100k") -> str:
    """Return how many fewer or more there are, with the interval where there is one."""
    if row["helped"] == row["harmed"] == 0 and row[name] == 0:
        return "0, nobody changed"
    limits = format_fewer_or_more(row[f"{name}_low"], row[f"{name}_high"])
    return format_fewer_or_more(row[name]) + ("" if limits == "-" else f" ({limits})")


def group_label(group: str, level: str) -> str:
    """Return what a group of people is called; in tables of former versions too."""
    if group == "age":
        return "never of its ages" if level == NEVER else f"aged {level} when it begins for them"
    if group == "adversity":
        return NO_ADVERSITY if level == ADVERSITY[0] else f"childhood adversity, {level}"
    if group == "adversity_quartile":
        return f"childhood adversity, quarter {level}"
    return SEXES.get(level, level)
