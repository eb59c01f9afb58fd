"""Figures of a comparison: how curves differ over time, what is fewer or more, and for whom."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from abm.experiments.comparison.pairing import NEW_CASES
from abm.report.figures import style
from abm.report.figures.alternatives import worth_its_cost
from abm.report.tables import GROUPS, group_label
from abm.report.terminal.draws import BANDS_BY_DRAW
from abm.studies.variance_between_draws import FEWEST_DRAWS, Limits

if TYPE_CHECKING:
    from abm.experiments.comparison.compare import ComparisonFindings

MOST_LINES = len(style.COLOURS)
PANELS = (
    ("past_year_prevalence", "Self-injured in the past year", "in percentage points", 100.0),
    ("incidence", "First acts", "per 100 person-years", 1.0),
)
FOREST = ((NEW_CASES, "New cases"), ("active_years", "Person-years with self-injury"))
PER_100K = "← more   per 100,000 people   fewer →"
LABEL_CHARACTERS, LEGEND_COLUMNS = 24, 4
PALE, LIGHT_WIDTH, DARK_WIDTH = 0.3, 7.0, 2.2  # lines of parameters, and of chance
ROW_INCHES, MARGIN_INCHES, TALLEST = 0.42, 2.6, 14.0


def draw_comparison_figures(folder: Path, findings: "ComparisonFindings") -> list[str]:
    """Draw every figure there is data for; return the names of the files, PNG and SVG of each."""
    drawers = (differences_over_time, averted, averted_by_group, worth_its_cost)
    return style.draw_all(folder, {drawer.__name__: drawer for drawer in drawers}, findings)


def differences_over_time(findings: "ComparisonFindings") -> Figure | None:
    """Draw how prevalence and incidence differ at every census; None if there is only one."""
    is_open = findings.base.population.kind == "open"
    band = "12-18" if is_open else "10-24"
    table = findings.curve_differences
    rows = table[(table["sex"] == "all") & (table["age"] == band)]
    if rows["date"].nunique() < 2:
        return None
    figure, panels = style.canvas(len(PANELS), share_y=False)
    for axes, (measure, title, unit, scale) in zip(panels, PANELS, strict=True):
        for index, name in enumerate(_drawn(findings)):
            own = rows[(rows["measure"] == measure) & (rows["scenario"] == name)]
            _line(axes, own.sort_values("date"), name, index, scale)
        axes.axhline(0.0, color=style.GREY, linewidth=1.0, zorder=1.5)
        axes.set(title=title, xlabel="Census day", ylabel=f"Difference {unit}")
        style.year_axis(axes, rows["date"])
    _label_bands(panels[0], findings)
    who = f"ages {band}" if is_open else "one birth cohort"
    title = f"Difference from {_title(findings)}, {who}"
    notes = [f"Below the line: less than in {_title(findings)}.", _note(findings, "Bands")]
    return style.finish(figure, title, notes, panels[0], LEGEND_COLUMNS)


def _line(axes: Axes, rows: pd.DataFrame, name: str, index: int, scale: float) -> None:
    """Draw the paired difference of one scenario with its band."""
    dates, colour = rows["date"].to_numpy(), style.COLOURS[index]
    axes.plot(
        dates, scale * rows["difference"], color=colour, marker=style.MARKERS[index],
        markersize=5, linewidth=1.8, label=name,
    )  # fmt: skip
    chance = Limits(*(scale * rows[end].to_numpy(float) for end in ("low", "high")))
    if _tells_apart(rows, "parameter"):
        ends = (rows[f"parameter_{end}"].to_numpy(float) for end in ("low", "high"))
        style.draw_two_bands(axes, dates, Limits(*(scale * end for end in ends)), chance, colour)
    elif not np.isnan(chance.low).all():  # none at the censuses at which all seeds agree
        style.draw_band(axes, dates, *chance, colour)


def averted(findings: "ComparisonFindings") -> Figure | None:
    """Draw how many fewer or more there are per 100,000 people, with intervals (a forest plot)."""
    table = findings.averted()
    names = [scenario.name for scenario in findings.others if scenario.name in set(table.scenario)]
    if not names:
        return None
    figure, panels = style.canvas(len(FOREST), height=_height(len(names)))
    for axes, (outcome, title) in zip(panels, FOREST, strict=True):
        rows = table[table["outcome"] == outcome].set_index("scenario").loc[names]
        _points(axes, rows, np.arange(len(names)), color=style.SEX_COLOURS["all"], fmt="o")
        axes.set(title=title, xlabel=PER_100K)
    _rows_axis(panels[0], names)
    has_bands = _label_bands(panels[0], findings)
    title = f"How many fewer or more than in {_title(findings)}"
    people = f"Among 100,000 people present throughout the {_years(findings)}."
    notes = [f"{people} Left of the line: more than in {_title(findings)}."]
    notes.append(_note(findings, "Bars"))
    return style.finish(figure, title, notes, panels[0] if has_bands else None)


def averted_by_group(findings: "ComparisonFindings") -> Figure | None:
    """Draw how many fewer or more new cases there are by sex, age and adversity."""
    table = findings.differences
    table = table[(table["seed"] == "all") & (table["outcome"] == NEW_CASES)]
    table = table[table["group"].isin(GROUPS) & (table["people"] > 0)]
    table = table.set_index(["group", "level"])
    names = [name for name in _drawn(findings) if name in set(table["scenario"])]
    if not names:
        return None
    keys = list(dict.fromkeys(table.index))
    height = _height(len(keys) * (1 + 0.35 * (len(names) - 1)))
    figure, (axes,) = style.canvas(height=height)
    for index, name in enumerate(names):
        rows = table[table["scenario"] == name].reindex(keys)
        heights = np.arange(len(keys)) + 0.7 * ((index + 0.5) / len(names) - 0.5)
        look = {"color": style.COLOURS[index], "fmt": style.MARKERS[index], "label": name}
        _points(axes, rows, heights, **look)
    axes.set(xlabel=PER_100K)
    _rows_axis(axes, [group_label(str(group), str(level)) for group, level in keys])
    _label_bands(axes, findings)
    title = f"New cases, fewer or more than in {_title(findings)}, by group"
    people = f"Per 100,000 people of each group present throughout the {_years(findings)}."
    notes = [f"{people} Left of the line: more cases.", _note(findings, "Bars")]
    return style.finish(figure, title, notes, axes, LEGEND_COLUMNS)


def _points(axes: Axes, rows: pd.DataFrame, heights: np.ndarray, **look: Any) -> None:
    """Draw one point with its interval a row, and the line of no difference."""
    values = rows["per_100k"].to_numpy(float)
    spread = [values - rows["per_100k_low"], rows["per_100k_high"] - values]
    width = 1.6
    if _tells_apart(rows, "per_100k_parameter"):
        limits = rows["per_100k_parameter_low"], rows["per_100k_parameter_high"]
        axes.hlines(heights, *limits, color=look["color"], alpha=PALE, linewidth=LIGHT_WIDTH)
        width = DARK_WIDTH
    axes.errorbar(values, heights, xerr=spread, capsize=3, markersize=6, elinewidth=width, **look)
    axes.axvline(0.0, color=style.GREY, linewidth=1.0, zorder=1.5)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):,.6g}"))
    axes.grid(visible=False, axis="y")


def _tells_apart(rows: pd.DataFrame, name: str) -> bool:
    """Return whether rows say what is due to the parameters."""
    return f"{name}_low" in rows and bool(rows[f"{name}_low"].notna().any())


def _label_bands(axes: Axes, findings: "ComparisonFindings") -> bool:
    """Put what is light and what is dark into the legend, if parameters are told apart."""
    has_bands = findings.draws >= FEWEST_DRAWS
    if has_bands:
        style.label_two_bands(axes)
    return has_bands


def _rows_axis(axes: Axes, labels: Sequence[str]) -> None:
    """Name the rows, the first one at the top."""
    wrapped = [textwrap.fill(label, LABEL_CHARACTERS) for label in labels]
    axes.set_yticks(range(len(labels)), wrapped)
    axes.set_ylim(len(labels) - 0.5, -0.5)


def _height(rows: float) -> float:
    return min(TALLEST, MARGIN_INCHES + ROW_INCHES * rows)


def _drawn(findings: "ComparisonFindings") -> list[str]:
    """Return the names of the scenarios that have a colour."""
    return [scenario.name for scenario in findings.others][:MOST_LINES]


def _title(findings: "ComparisonFindings") -> str:
    """Return what the scenario compared with is called."""
    return f"“{findings.base.title or findings.base.name}”"


def _years(findings: "ComparisonFindings") -> str:
    years = findings.base.calendar.years
    return f"{years} reported years" if years > 1 else "reported year"


def _note(findings: "ComparisonFindings", marks: str) -> str:
    """Return the line below a figure: what was simulated and what bands mean."""
    size, seeds = findings.base.population.size, len(findings.seeds)
    left_out = len(findings.others) - MOST_LINES
    also = f" {left_out} more scenarios are in the tables." if left_out > 0 else ""
    if findings.draws >= FEWEST_DRAWS:
        return (
            f"Simulation, {size:,} people, {findings.draws} draws of the parameters with two seeds "
            f"each. {BANDS_BY_DRAW}{also}"
        )
    if seeds > 1:
        meaning = f"95 % intervals over {seeds} pairs of runs with the same seed; chance only"
    else:
        meaning = "chance among the people of the only seed, where shown"
    return f"Simulation, {size:,} people. {marks}: {meaning}.{also}"
