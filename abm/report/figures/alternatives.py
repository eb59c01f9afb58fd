"""Whether alternatives are worth their cost: the plane of effects and costs, and how sure it is."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from abm.experiments.comparison.cost_effectiveness import ON_FRONTIER
from abm.experiments.comparison.pairing import NEW_CASES
from abm.report.figures import style

if TYPE_CHECKING:
    from abm.experiments.comparison.compare import ComparisonFindings


def worth_its_cost(findings: "ComparisonFindings") -> Figure | None:
    """Draw effects and costs, and acceptability; None without a choice, or where nothing costs."""
    rows = findings.frontier[findings.frontier["outcome"] == NEW_CASES]
    if len(rows) < 2 or len(rows) > len(style.COLOURS) or not rows["cost"].any():
        return None
    money = findings.base.economics.money() or "currency of the scenarios"
    figure, (plane, curves) = style.canvas(2, share_y=False)
    _plane(plane, rows, money)
    sure = findings.acceptability[findings.acceptability["outcome"] == NEW_CASES]
    _acceptability(curves, sure, list(rows["scenario"]), money)
    size = findings.base.population.size
    notes = [
        "Left: the line joins those that are the best for some willingness to pay; 95 % intervals.",
        f"Right: marks show the best on average. Simulation, {size:,} people a run.",
    ]
    return style.finish(figure, "Which is worth its cost, judged by new cases", notes, curves)


def _plane(axes: Axes, rows: pd.DataFrame, money: str) -> None:
    """Draw every scenario where its effect and its cost are, and the frontier."""
    line = rows[rows["standing"] == ON_FRONTIER].sort_values("averted")
    axes.plot(line["averted"], line["cost"], color=style.GREY, linewidth=1.2, zorder=1.5)
    for index, row in enumerate(rows.to_dict("records")):
        axes.errorbar(
            row["averted"], row["cost"], xerr=_reach(row, "averted"), yerr=_reach(row, "cost"),
            fmt=style.MARKERS[index], color=style.COLOURS[index], capsize=3, markersize=6,
            elinewidth=1.2,
        )  # fmt: skip
    axes.set(title="Effect and cost", xlabel="New cases fewer, a run", ylabel=f"Cost, {money}")
    _thousands(axes.xaxis)
    _thousands(axes.yaxis)


def _reach(row: Mapping[Any, Any], name: str) -> np.ndarray:
    """Return how far an interval goes below and above; 0 where there is none."""
    ends = np.array([[row[name] - row[f"{name}_low"]], [row[f"{name}_high"] - row[name]]])
    reach: np.ndarray = np.nan_to_num(ends)
    return reach


def _acceptability(axes: Axes, rows: pd.DataFrame, names: list[str], money: str) -> None:
    """Draw the chance to be the best by what one would pay, and which is so on average."""
    for index, name in enumerate(names):
        own = rows[rows["scenario"] == name].sort_values("willingness_to_pay")
        colour = style.COLOURS[index]
        axes.plot(own["willingness_to_pay"], own["p_best"], color=colour, label=name)
        best = own[own["is_best"].astype(bool)]
        axes.plot(
            best["willingness_to_pay"], best["p_best"], style.MARKERS[index], color=colour,
            markersize=5, clip_on=False,
        )  # fmt: skip
    style.percent_axis(axes, 1.0)
    axes.set(
        title="How sure the choice is",
        xlabel=f"Paid for one case fewer, {money}",
        ylabel="Chance to be the best",
    )
    _thousands(axes.xaxis)


def _thousands(axis: Axis) -> None:
    axis.set_major_locator(MaxNLocator(nbins=5))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
