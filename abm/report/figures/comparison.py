"""Figures of a comparison: how curves differ over time, what is averted, and for whom."""

import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from abm.experiments.comparison.pairing import NEW_CASES
from abm.report.figures import style
from abm.report.figures.lines import draw_two_bands
from abm.report.terminal.comparison import GROUPS, group_label
from abm.report.terminal.draws import BANDS_BY_DRAW
from abm.studies.variance_between_draws import FEWEST_DRAWS, Limits

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from abm.experiments.comparison.compare import ComparisonFindings

# Okabe and Ito's colours, black and grey last; markers tell the scenarios apart in print, too.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#333333", "#888888")
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "*")
MOST_LINES = len(COLOURS)
PANELS = (
    ("past_year_prevalence", "Self-injured in the past year", "Percentage points", 100.0),
    ("incidence", "First acts", "Per 100 person-years", 1.0),
)
FOREST = ((NEW_CASES, "New cases"), ("active_years", "Person-years with self-injury"))
LABEL_CHARACTERS, LEGEND_COLUMNS = 24, 4
PALE, LIGHT_WIDTH, DARK_WIDTH = 0.3, 7.0, 2.2  # lines of parameters, and of chance
ROW_INCHES, MARGIN_INCHES, TALLEST = 0.42, 2.6, 14.0


def draw_comparison_figures(folder: Path, findings: "ComparisonFindings") -> list[str]:
    """Draw every figure there is data for.

    Parameters
    ----------
    folder
        Where the files go.
    findings
        What a comparison found.

    Returns
    -------
    list of str
        Names of the files written, PNG and SVG of each figure.
    """
    drawers: dict[str, Callable[[ComparisonFindings], Figure | None]] = {
        "differences_over_time": differences_over_time,
        "averted": averted,
        "averted_by_group": averted_by_group,
    }
    written: list[str] = []
    with style.theme():
        for name, drawer in drawers.items():
            figure = drawer(findings)
            if figure is not None:
                written += style.save(figure, folder, name)
    return written


def differences_over_time(findings: "ComparisonFindings") -> "Figure | None":
    """Draw differences in prevalence and incidence at every census; None if there is but one."""
    is_open = findings.base.population.kind == "open"
    band = "12-18" if is_open else "10-24"
    table = findings.curve_differences
    rows = table[(table["sex"] == "all") & (table["age"] == band)]
    if rows["date"].nunique() < 2:
        return None
    figure, panels = style.canvas(len(PANELS), share_y=False)
    for axes, (measure, title, label, scale) in zip(panels, PANELS, strict=True):
        of_measure = rows[rows["measure"] == measure]
        for index, name in enumerate(_drawn(findings)):
            own = of_measure[of_measure["scenario"] == name].sort_values("date")
            _line(axes, own, name, index, scale)
        axes.axhline(0.0, color=style.GREY, linewidth=1.0, zorder=1.5)
        axes.set(title=title, xlabel="Census day", ylabel=f"{label} against {findings.base.name}")
        _date_axis(axes, of_measure)
    who = f"ages {band}" if is_open else "one birth cohort"
    style.finish(
        figure,
        f"Difference from {_title(findings.base)}, {who}: below the line there is less",
        [_note(findings, "Bands")],
        None,
    )
    _label_bands(panels[0], findings)
    _legend(figure, panels[0])
    return figure


def _line(axes: "Axes", rows: "pd.DataFrame", name: str, index: int, scale: float) -> None:
    """Draw the paired difference of one scenario with its band."""
    dates = rows["date"].to_numpy()
    axes.plot(
        dates, scale * rows["difference"], color=COLOURS[index], marker=MARKERS[index],
        markersize=5, linewidth=1.8, label=name,
    )  # fmt: skip
    if _tells_apart(rows, "parameter"):
        limits = (rows["parameter_low"], rows["parameter_high"]), (rows["low"], rows["high"])
        light, dark = (Limits(*(scale * end.to_numpy(float) for end in ends)) for ends in limits)
        draw_two_bands(axes, dates, light, dark, COLOURS[index])
    elif rows["low"].notna().any():  # none at the censuses at which all seeds agree
        axes.fill_between(
            dates, scale * rows["low"], scale * rows["high"],
            color=COLOURS[index], alpha=style.BAND_ALPHA, linewidth=0,
        )  # fmt: skip


def _date_axis(axes: "Axes", rows: "pd.DataFrame") -> None:
    """Mark census years, at most about eight of them."""
    from matplotlib.dates import DateFormatter

    dates = sorted(rows["date"].unique())
    step = -(-len(dates) // 8)
    axes.set_xticks([date.to_datetime64() for date in dates[::-1][::step][::-1]])
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))


def averted(findings: "ComparisonFindings") -> "Figure | None":
    """Draw what every scenario averts per 100,000 people, with intervals (a forest plot)."""
    table = findings.averted()
    names = [scenario.name for scenario in findings.others if scenario.name in set(table.scenario)]
    if not names:
        return None
    figure, panels = style.canvas(len(FOREST), share_y=True)
    figure.set_figheight(_height(len(names)))
    for axes, (outcome, title) in zip(panels, FOREST, strict=True):
        rows = table[table["outcome"] == outcome].set_index("scenario").loc[names]
        _points(axes, rows, [float(row) for row in range(len(names))], style.SEX_COLOURS["all"])
        axes.set(title=f"{title} averted", xlabel="per 100,000 people, with 95 % interval")
    _rows_axis(panels[0], names)
    years = findings.base.calendar.years
    style.finish(
        figure,
        f"What is averted against {_title(findings.base)}",
        [
            (
                f"Among 100,000 people present throughout the {years} reported years. Left of the "
                f"line: more than in {findings.base.name}."
            ),
            _note(findings, "Bars"),
        ],
        None,
    )
    if _label_bands(panels[0], findings):
        _legend(figure, panels[0])
    return figure


def averted_by_group(findings: "ComparisonFindings") -> "Figure | None":
    """Draw the new cases averted per 100,000 people by sex, age and quarter of adversity."""
    import pandas as pd

    tables = [findings.averted(group) for group in GROUPS]
    table = pd.concat(tables, ignore_index=True)
    table = table[table["outcome"] == NEW_CASES]
    names = [name for name in _drawn(findings) if name in set(table["scenario"])]
    if not names:
        return None
    keys = list(dict.fromkeys(zip(table["group"], table["level"], strict=True)))
    figure, (axes,) = style.canvas(1)
    figure.set_figheight(_height(len(keys) * (1 + 0.35 * (len(names) - 1))))
    for index, name in enumerate(names):
        own = table[table["scenario"] == name].set_index(["group", "level"]).loc[keys]
        shift = 0.7 * ((index + 0.5) / len(names) - 0.5)
        rows = [row + shift for row in range(len(keys))]
        _points(axes, own, rows, COLOURS[index], MARKERS[index], name)
    axes.set(xlabel="New cases averted per 100,000 people, with 95 % interval")
    _rows_axis(axes, [group_label(str(group), str(level)) for group, level in keys])
    _label_bands(axes, findings)
    style.finish(
        figure,
        f"New cases averted against {_title(findings.base)}, by group",
        [
            (
                f"Per 100,000 people of each group present throughout the "
                f"{findings.base.calendar.years} reported years. Left of the line: more cases."
            ),
            _note(findings, "Bars"),
        ],
        None,
    )
    _legend(figure, axes)
    return figure


def _legend(figure: "Figure", axes: "Axes") -> None:
    """Set the scenarios' names in rows below the title, and make room for them."""
    handles, labels = axes.get_legend_handles_labels()
    rows, height = -(-len(labels) // LEGEND_COLUMNS), figure.get_figheight()
    figure.legend(
        handles, labels, loc="upper left", ncols=min(len(labels), LEGEND_COLUMNS),
        bbox_to_anchor=(0.008, 1 - 0.36 / height), fontsize=style.LEGEND_POINTS,
        columnspacing=1.6, handlelength=1.8,
    )  # fmt: skip
    figure.subplots_adjust(top=1 - (0.8 + 0.25 * rows) / height)


def _points(
    axes: "Axes",
    rows: "pd.DataFrame",
    places: Sequence[float],
    colour: str,
    marker: str = "o",
    label: str | None = None,
) -> None:
    """Draw one point with its interval a row, and the line of no difference."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    values = rows["per_100k"].to_numpy(float)
    spread = [values - rows["per_100k_low"], rows["per_100k_high"] - values]
    width = 1.6
    if _tells_apart(rows, "per_100k_parameter"):
        limits = rows["per_100k_parameter_low"], rows["per_100k_parameter_high"]
        axes.hlines(places, *limits, color=colour, alpha=PALE, linewidth=LIGHT_WIDTH)
        width = DARK_WIDTH
    axes.errorbar(
        values, places, xerr=spread, fmt=marker, color=colour, capsize=3, markersize=6,
        elinewidth=width, label=label,
    )  # fmt: skip
    axes.axvline(0.0, color=style.GREY, linewidth=1.0, zorder=1.5)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
    axes.grid(visible=False, axis="y")


def _tells_apart(rows: "pd.DataFrame", name: str) -> bool:
    """Return whether rows say what is due to the parameters."""
    return f"{name}_low" in rows and bool(rows[f"{name}_low"].notna().any())


def _label_bands(axes: "Axes", findings: "ComparisonFindings") -> bool:
    """Put what is light and what is dark into the legend, if parameters are told apart."""
    is_told = findings.draws >= FEWEST_DRAWS
    if is_told:
        for label, alpha in style.BANDS.items():
            axes.fill_between([], [], [], color=style.GREY, alpha=alpha, linewidth=0, label=label)
    return is_told


def _rows_axis(axes: "Axes", labels: Sequence[str]) -> None:
    """Name the rows, the first one at the top."""
    wrapped = [textwrap.fill(label, LABEL_CHARACTERS) for label in labels]
    axes.set_yticks(range(len(labels)), wrapped)
    axes.set_ylim(len(labels) - 0.5, -0.5)


def _height(rows: float) -> float:
    return min(TALLEST, MARGIN_INCHES + ROW_INCHES * rows)


def _drawn(findings: "ComparisonFindings") -> list[str]:
    """Return the names of the scenarios that have a colour."""
    return [scenario.name for scenario in findings.others][:MOST_LINES]


def _title(scenario: object) -> str:
    title = getattr(scenario, "title", "") or getattr(scenario, "name", "")
    return f"“{title}”"


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
