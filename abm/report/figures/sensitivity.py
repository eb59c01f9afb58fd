"""Figures of a sensitivity analysis: which parameters move which outcomes, and how surely."""

import itertools
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from abm.report.figures import style
from abm.report.figures.sensitivity_lines import convergence, indices_over_age
from abm.report.figures.sensitivity_shown import (
    NAMES,
    SYMBOLS,
    Shown,
    few_ticks,
    grid,
    title_of,
    unit_label,
    wrapped,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from abm.experiments.sensitivity.analysis import SensitivityFindings

BAR, PALE_BAR, INNER_BAR, POINT, CHANCE = "#56B4E9", "#9ecae9", "#0072B2", "#0072B2", "#D55E00"
MOST_NAMED, LEAST_NAMED = 5, 0.2  # names, and the share of the largest from which on
HEAT_OUTCOMES = 12
# The line from a name to its point.
LEADER = {
    "arrowstyle": "-", "color": "#777777", "lw": 0.7, "relpos": (0, 0.5), "shrinkA": 1,
    "shrinkB": 3,
}  # fmt: skip


def draw_sensitivity_figures(
    folder: Path, findings: "SensitivityFindings", title: str, people: int
) -> list[str]:
    """Draw every figure there is data for.

    Parameters
    ----------
    folder
        Where the files go.
    findings
        Tables of the analysis.
    title
        Title of the scenario.
    people
        Size of the population.

    Returns
    -------
    list of str
        Names of the files written, PNG and SVG of each figure.
    """
    analysis = Shown(findings, title, people)
    drawers: dict[str, Callable[[Shown], Figure | None]] = {
        "sensitivity_ranked": ranked_bars,
        "sensitivity_mu_sigma": mu_and_sigma,
        "sensitivity_by_age": indices_over_age,
        "sensitivity_heat_map": heat_map,
        "sensitivity_convergence": convergence,
    }
    written: list[str] = []
    if not analysis.outcomes:
        return written
    with style.theme():
        for name, drawer in drawers.items():
            figure = drawer(analysis)
            if figure is not None:
                written += style.save(figure, folder, name)
    return written


def ranked_bars(analysis: Shown) -> "Figure | None":
    """Draw the main index of every parameter for every main outcome, most influential on top."""
    order = analysis.order
    figure, panels = grid(1, len(analysis.outcomes), 2.1 + 0.26 * len(order), share_y=True)
    places = np.arange(len(order))[::-1]
    for axes, outcome in zip(panels, analysis.outcomes, strict=True):
        rows = analysis.rows(outcome, analysis.main).loc[order]
        _bars(axes, places, rows, BAR if analysis.is_morris else PALE_BAR, analysis.main)
        if not analysis.is_morris:
            alone = analysis.rows(outcome, "S1").loc[order]["value"].clip(lower=0)
            axes.barh(places, alone, height=0.36, color=INNER_BAR, label="S1, alone", zorder=3)
        floor = analysis.by_chance(outcome)
        if not math.isnan(floor):
            axes.axvline(floor, color=CHANCE, ls=":", lw=1.8, zorder=5, label="by chance, at most")
        axes.set_title(title_of(outcome, 18), fontsize=10.5)
        axes.set_xlabel(unit_label(analysis.main, outcome), fontsize=9)
        axes.set_xlim(0, None)
        axes.grid(axis="y", visible=False)
        few_ticks(axes)
    panels[0].set_yticks(places, order)
    panels[0].set_ylim(-0.6, len(order) - 0.4)
    panels[0].tick_params(axis="y", labelsize=10)
    style.finish(
        figure,
        "Which parameters matter, most influential on top",
        wrapped(
            analysis.note,
            f"{analysis.meaning} Whiskers: {analysis.intervals} {_chance(analysis)}",
        ),
        legend=panels[0],
    )
    return figure


def _bars(axes: "Axes", places: np.ndarray, rows: "pd.DataFrame", colour: str, index: str) -> None:
    """Draw horizontal bars with whiskers that stay right of zero."""
    value = rows["value"].clip(lower=0).to_numpy(float)
    low = np.clip(value - rows["low"].clip(lower=0).to_numpy(float), 0, None)
    high = np.clip(rows["high"].to_numpy(float) - value, 0, None)
    label = "ST, with all interactions" if index == "ST" else SYMBOLS[index]
    axes.barh(
        places, value, height=0.72, color=colour, label=label, xerr=np.array([low, high]),
        error_kw={"ecolor": "#222222", "elinewidth": 1.1, "zorder": 4}, zorder=2,
    )  # fmt: skip


def mu_and_sigma(analysis: Shown) -> "Figure | None":
    """Draw how far outcomes move against how unevenly; None for Sobol."""
    if not analysis.is_morris:
        return None
    count = len(analysis.outcomes)
    across = min(3, count)
    figure, panels = grid(math.ceil(count / across), across, 7.6 if count > 3 else 5.0)
    for axes in panels[count:]:
        axes.set_visible(False)
    for axes, outcome in zip(panels, analysis.outcomes, strict=False):
        _mu_sigma_panel(axes, analysis, outcome)
    style.finish(
        figure,
        "How far each parameter moves an outcome, and how unevenly",
        wrapped(
            analysis.note,
            (
                f"{analysis.meaning} sigma: how much that differs from place to place. Above the "
                "line sigma = µ* the effect depends on others or bends. Named: the largest µ*."
            ),
        ),
        legend=None,
    )
    return figure


def _mu_sigma_panel(axes: "Axes", analysis: Shown, outcome: str) -> None:
    """Draw one outcome's parameters and name the largest without overlaps."""
    mu_star, sigma = (analysis.rows(outcome, index)["value"] for index in ("mu_star", "sigma"))
    right, top = 1.8 * float(mu_star.max()), 1.2 * float(max(sigma.max(), 1e-300))
    axes.plot([0, min(right, top)], [0, min(right, top)], color="#999999", lw=1, ls="--", zorder=1)
    axes.scatter(mu_star, sigma.loc[mu_star.index], s=30, color=POINT, zorder=3)
    axes.set_xlim(0, right or 1)
    axes.set_ylim(0, top)
    axes.set_title(title_of(outcome), fontsize=11)
    axes.set_xlabel(unit_label("mu_star", outcome), fontsize=10)
    axes.set_ylabel("sigma", fontsize=10)
    axes.tick_params(labelsize=9)
    few_ticks(axes)
    large = mu_star[mu_star >= LEAST_NAMED * mu_star.max()]
    named = large.sort_values(ascending=False, kind="stable").index[:MOST_NAMED]
    heights = _apart([float(sigma[name]) / top for name in named], 0.075)
    for name, height in zip(named, heights, strict=True):
        axes.annotate(
            str(name), (mu_star[name], sigma[name]), (mu_star[name] + 0.03 * right, height * top),
            fontsize=8.5, va="center", zorder=4,
            arrowprops=LEADER,
        )  # fmt: skip


def _apart(heights: Sequence[float], least: float) -> list[float]:
    """Return heights, at least so far apart, near where they were, within 0 to 1."""
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    moved = [heights[index] for index in order]
    for _ in range(200):
        for lower, upper in itertools.pairwise(range(len(moved))):
            overlap = least - (moved[upper] - moved[lower])
            if overlap > 0:
                moved[lower] -= overlap / 2
                moved[upper] += overlap / 2
        lift = max(0.03 - moved[0], 0.0) - max(moved[-1] - 0.97, 0.0)
        moved = [height + lift for height in moved]
    return [moved[order.index(index)] for index in range(len(heights))]


def heat_map(analysis: Shown) -> "Figure | None":
    """Draw the main index of every parameter and outcome, relative to the outcome's largest."""
    import seaborn as sns

    table = analysis.findings.indices
    chosen = table[(table["index"] == analysis.main) & (table["age"] == "")]
    known = [name for name in NAMES if name in set(chosen["outcome"])]
    columns = (known or list(dict.fromkeys(chosen["outcome"])))[:HEAT_OUTCOMES]
    wide = chosen.pivot(index="parameter", columns="outcome", values="value")
    wide = wide.loc[analysis.order, columns].clip(lower=0)
    if analysis.is_morris:
        wide = wide / wide.max()
    figure, (axes,) = grid(1, 1, 2.9 + 0.26 * len(wide))
    sns.heatmap(
        wide.rename(columns=NAMES), ax=axes, cmap="cividis", vmin=0, vmax=1, annot=True, fmt=".2f",
        annot_kws={"fontsize": 9}, linewidths=0.5,
        cbar_kws={"label": "share of the largest µ*" if analysis.is_morris else "ST", "pad": 0.02},
    )  # fmt: skip
    axes.set(xlabel="", ylabel="")
    axes.tick_params(axis="y", labelsize=10, rotation=0)
    for label in axes.get_xticklabels():
        label.set(rotation=30, ha="right", fontsize=10)
    meaning = "Each column: µ* relative to its largest." if analysis.is_morris else analysis.meaning
    style.finish(
        figure,
        "Which parameters matter for which outcome",
        wrapped(analysis.note, f"{meaning} Rows: most influential over the main outcomes on top."),
        legend=None,
    )
    return figure


def _chance(analysis: Shown) -> str:
    """Return how much of the variance is chance, in words."""
    noise = analysis.findings.noise
    shares = noise[noise["outcome"].isin(analysis.outcomes)]["noise_share"].dropna()
    if not len(shares):
        return ""
    low, high = 100 * float(shares.min()), 100 * float(shares.max())
    span = f"{low:.0f} to {high:.0f} %" if round(low) != round(high) else f"{low:.0f} %"
    return (
        f"Chance within runs is {span} of the variance over the design; dotted: what a parameter "
        "without effect would get from it."
    )
