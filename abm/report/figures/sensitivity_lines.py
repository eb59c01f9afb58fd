"""Sensitivity as lines: over age, and with growing parts of the design."""

from typing import TYPE_CHECKING

from abm.report.figures.sensitivity_shown import (
    NAMES,
    Shown,
    finish_with_names,
    grid,
    title_of,
    unit_label,
    wrapped,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours without yellow, each with a marker of its own.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#333333")
MARKERS = "osD^vP"
MOST_PANELS, MOST_LINES = 3, 6


def indices_over_age(analysis: Shown) -> "Figure | None":
    """Draw the main index over completed age for each series; None without such outcomes."""
    table = analysis.findings.indices
    by_age = table[(table["index"] == analysis.main) & (table["age"] != "")]
    outcomes = set(by_age["outcome"])
    series = sorted(outcomes, key=lambda name: ([*NAMES, name].index(name), name))[:MOST_PANELS]
    if not series or by_age["age"].nunique() < 2:
        return None
    figure, panels = grid(1, len(series), 5.8)
    relative = by_age.assign(
        value=by_age["value"] / by_age.groupby(["outcome"])["value"].transform("max")
    )
    weight = relative.groupby("parameter")["value"].sum().reindex(analysis.order)
    chosen = weight.sort_values(ascending=False, kind="stable").index[:MOST_LINES]
    for axes, name in zip(panels, series, strict=True):
        rows = by_age[by_age["outcome"] == name]
        for index, parameter in enumerate(chosen):
            own = rows[rows["parameter"] == parameter]
            _line(axes, own["age"].astype(int), own, index, str(parameter))
        axes.set_title(title_of(name), fontsize=12)
        axes.set_ylabel(unit_label(analysis.main, name, "14"), fontsize=10)
        axes.set_xlabel("Age (completed years)")
        axes.set_xticks(range(10, 25, 2))
        axes.set_xlim(9.6, 24.4)
        axes.set_ylim(0, None)
    finish_with_names(
        figure,
        "Which parameters matter at which age",
        wrapped(
            analysis.note,
            (
                f"{analysis.meaning} The {len(chosen)} parameters that matter most over age. "
                f"Bands: {analysis.intervals} Ages at which nothing varies are left out."
            ),
        ),
        panels[0],
    )
    return figure


def _line(axes: "Axes", x: "pd.Series", rows: "pd.DataFrame", index: int, label: str) -> None:
    """Draw one parameter's line with its band."""
    colour, marker = COLOURS[index], MARKERS[index]
    axes.plot(x, rows["value"], color=colour, marker=marker, ms=5, lw=1.6, label=label)
    low, high = rows["low"].clip(lower=0), rows["high"].clip(lower=0)
    axes.fill_between(x, low, high, color=colour, alpha=0.10, linewidth=0)


def convergence(analysis: Shown) -> "Figure | None":
    """Draw the main index with growing parts of the design; None if there is one size only."""
    table = analysis.findings.convergence
    if table["blocks"].nunique() < 2:
        return None
    outcomes = analysis.outcomes[:MOST_PANELS]
    figure, panels = grid(1, len(outcomes), 5.8)
    for axes, outcome in zip(panels, outcomes, strict=True):
        for index, parameter in enumerate(analysis.order[:MOST_LINES]):
            rows = table[(table["outcome"] == outcome) & (table["parameter"] == parameter)]
            _line(axes, rows["blocks"], rows, index, parameter)
        top = None
        if not analysis.is_morris:
            axes.set_xscale("log", base=2)
            last = table[(table["outcome"] == outcome) & (table["blocks"] == table["blocks"].max())]
            top = max(1.2, 1.2 * float(last["high"].max()))  # small samples may lie far above
        sizes = sorted(table["blocks"].unique())
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.minorticks_off()
        axes.set_ylim(0, top)
        axes.set_title(title_of(outcome), fontsize=12)
        axes.set_ylabel(unit_label(analysis.main, outcome), fontsize=10)
        axes.set_xlabel(analysis.findings.plan.problem.unit.capitalize())
    finish_with_names(
        figure,
        "Whether more runs would change the picture",
        wrapped(
            analysis.note,
            (
                f"{analysis.meaning} From the first trajectories or samples of the same design, up "
                f"to all. Bands: {analysis.intervals}"
            ),
        ),
        panels[0],
    )
    return figure
