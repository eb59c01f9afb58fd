"""Figures of a sensitivity analysis: which parameters move which outcomes, and how surely."""

import itertools
import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from abm.experiments.sensitivity.analysis import SensitivityFindings
from abm.report.figures import style
from abm.report.format import format_count
from abm.studies.outcomes import OUTCOMES

BAR, PALE_BAR, INNER_BAR, POINT, CHANCE = "#56B4E9", "#9ecae9", "#0072B2", "#0072B2", "#D55E00"
MOST_NAMED, LEAST_NAMED = 5, 0.2  # names, and the share of the largest from which on
HEAT_OUTCOMES, MOST_OUTCOMES, MOST_PANELS, MOST_LINES = 12, 5, 3, 6
LEAST_HEIGHT, LINES_HEIGHT, LEGEND_COLUMNS = 4.2, 5.8, 3
# The line from a name to its point.
LEADER = {
    "arrowstyle": "-", "color": "#777777", "lw": 0.7, "relpos": (0, 0.5), "shrinkA": 1,
    "shrinkB": 3,
}  # fmt: skip
NAMES = {
    "lifetime_prevalence_12_18": "ever self-injured, 12-18",
    "past_year_prevalence_12_18": "in the past year, 12-18",
    "past_year_prevalence_14_17": "in the past year, 14-17",
    "past_month_prevalence_12_18": "in the past month, 12-18",
    "incidence_12_18": "first acts per 100 years",
    "acts_per_person_year_12_18": "acts per person-year",
    "median_onset_age": "median age at onset",
    "share_with_one_or_two_acts": "share with 1 or 2 acts",
    "mean_past_year_acts": "mean acts a year",
    "share_ceased_20_24": "share ceased, 20-24",
    "female_to_male_ratio": "girls to boys",
    "maltreatment_odds_ratio": "maltreatment odds ratio",
    "self_criticism_correlation": "self-criticism correlation",
    "lifetime_prevalence": "ever self-injured",
    "past_year_prevalence": "in the past year",
    "incidence": "first acts per 100 years",
}
SYMBOLS = {"mu_star": "µ*", "ST": "ST"}


@dataclass(frozen=True)
class SensitivityResults:
    """What figures are drawn from: findings, and what was simulated."""

    findings: SensitivityFindings
    title: str  # of the scenario
    people: int  # size of the population

    @property
    def is_morris(self) -> bool:
        """Whether the analysis is Morris's."""
        return self.findings.plan.method == "morris"

    @property
    def main(self) -> str:
        """The index that parameters are ranked by."""
        return "mu_star" if self.is_morris else "ST"

    @property
    def order(self) -> list[str]:
        """The parameters, most influential first."""
        ranking = self.findings.ranking
        return [str(name) for name in ranking[ranking["outcome"] == "all"]["parameter"]]

    @property
    def outcomes(self) -> list[str]:
        """The main outcomes that were analysed."""
        ranked = set(self.findings.ranking["outcome"])
        return [name for name in self.findings.main_outcomes if name in ranked][:MOST_OUTCOMES]

    def rows(self, outcome: str, index: str) -> pd.DataFrame:
        """Return the rows of one outcome and index, by parameter."""
        table = self.findings.indices
        chosen = (table["outcome"] == outcome) & (table["index"] == index) & (table["age"] == "")
        return table[chosen].set_index("parameter")

    def by_chance(self, outcome: str) -> float:
        """Return the main index that chance alone would give, at most; NaN if not known."""
        noise = self.findings.noise
        chosen = noise[(noise["outcome"] == outcome) & (noise["age"] == "")]
        return float(chosen["index_by_chance"].iloc[0])

    @property
    def note(self) -> str:
        """What was simulated, in one line."""
        plan, emulated = self.findings.plan, self.findings.emulated
        if emulated is not None:
            method = f"{plan.method.capitalize()}, {plan.blocks} {plan.problem.unit}"
            return f"{emulated.sentence} {method}."
        runs = format_count(len(plan.all_seeds), "run")
        return (
            f"Simulation “{self.title}”, {self.people:,} people; {plan.method.capitalize()}, "
            f"{plan.blocks} {plan.problem.unit}, {runs} a point."
        )

    @property
    def intervals(self) -> str:
        """What the intervals are."""
        kind = "Student's t" if self.is_morris else "bootstrap"
        without = "at these seeds" if self.findings.emulated is None else "no error of the emulator"
        return f"95 % {kind} intervals over the points, {without}."

    @property
    def meaning(self) -> str:
        """What the main index says, in one line."""
        if self.is_morris:
            return (
                "µ*: how far the outcome moves, on average, when the parameter crosses its whole "
                "range, in the outcome's unit."
            )
        return "ST: share of the outcome's variance that a parameter has a part in; S1: alone."


def title_of(outcome: str, characters: int = 40) -> str:
    """Return what readers call an outcome, in lines of at most so many characters."""
    return textwrap.fill(
        NAMES.get(outcome, outcome.replace("_", " ")), characters, break_on_hyphens=False
    )


def unit_label(index: str, outcome: str, age: str = "") -> str:
    """Return the label of an axis: the index, and for Morris the outcome's unit."""
    if index != "mu_star":
        return SYMBOLS[index]
    name = f"{outcome}_age_{age}" if age else outcome
    unit = OUTCOMES[name].unit if name in OUTCOMES else "outcome"
    return f"{SYMBOLS[index]} ({unit})"


def few_ticks(axes: Axes) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.tick_params(axis="x", labelsize=9)


def draw_sensitivity_figures(
    folder: Path, findings: SensitivityFindings, title: str, people: int
) -> list[str]:
    """Draw every figure there is data for; return the names of the files, PNG and SVG of each.

    `title` is that of the scenario, `people` the size of its population.
    """
    analysis = SensitivityResults(findings, title, people)
    drawers = {
        "sensitivity_ranked": ranked_bars,
        "sensitivity_mu_sigma": mu_and_sigma,
        "sensitivity_by_age": indices_over_age,
        "sensitivity_heat_map": heat_map,
        "sensitivity_convergence": convergence,
    }
    return style.draw_all(folder, drawers, analysis) if analysis.outcomes else []


def ranked_bars(analysis: SensitivityResults) -> Figure | None:
    """Draw the main index of every parameter for every main outcome, most influential on top."""
    order, main = analysis.order, analysis.main
    height = max(LEAST_HEIGHT, 2.1 + 0.26 * len(order))
    figure, panels = style.canvas(len(analysis.outcomes), height=height)
    heights = np.arange(len(order))[::-1]
    for axes, outcome in zip(panels, analysis.outcomes, strict=True):
        rows = analysis.rows(outcome, main).loc[order]
        _bars(axes, heights, rows, BAR if analysis.is_morris else PALE_BAR, main)
        if not analysis.is_morris:
            alone = analysis.rows(outcome, "S1").loc[order]["value"].clip(lower=0)
            axes.barh(heights, alone, height=0.36, color=INNER_BAR, label="S1, alone", zorder=3)
        floor = analysis.by_chance(outcome)
        if not math.isnan(floor):
            axes.axvline(floor, color=CHANCE, ls=":", lw=1.8, zorder=5, label="by chance, at most")
        axes.set_title(title_of(outcome, 18), fontsize=10.5)
        axes.set_xlabel(unit_label(main, outcome), fontsize=9)
        axes.set_xlim(0, None)
        axes.grid(axis="y", visible=False)
        few_ticks(axes)
    panels[0].set_yticks(heights, order)
    panels[0].set_ylim(-0.6, len(order) - 0.4)
    panels[0].tick_params(axis="y", labelsize=10)
    note = f"{analysis.meaning} Whiskers: {analysis.intervals} {_chance(analysis)}"
    title = "Which parameters matter, most influential on top"
    return style.finish(figure, title, [analysis.note, note], panels[0])


def _bars(axes: Axes, heights: np.ndarray, rows: pd.DataFrame, colour: str, index: str) -> None:
    """Draw horizontal bars with whiskers that stay right of zero."""
    value = rows["value"].clip(lower=0).to_numpy(float)
    low = np.clip(value - rows["low"].clip(lower=0).to_numpy(float), 0, None)
    high = np.clip(rows["high"].to_numpy(float) - value, 0, None)
    label = "ST, with all interactions" if index == "ST" else SYMBOLS[index]
    axes.barh(
        heights, value, height=0.72, color=colour, label=label, xerr=np.array([low, high]),
        error_kw={"ecolor": "#222222", "elinewidth": 1.1, "zorder": 4}, zorder=2,
    )  # fmt: skip


def mu_and_sigma(analysis: SensitivityResults) -> Figure | None:
    """Draw how far outcomes move against how unevenly; None for Sobol."""
    if not analysis.is_morris:
        return None
    across = min(3, len(analysis.outcomes))
    down = math.ceil(len(analysis.outcomes) / across)
    figure, panels = style.canvas(across, False, 7.6 if down > 1 else 5.0, down)
    for axes, outcome in itertools.zip_longest(panels, analysis.outcomes):
        if outcome is None:
            axes.set_visible(False)
        else:
            _mu_sigma_panel(axes, analysis, outcome)
    note = (
        f"{analysis.meaning} sigma: how much that differs from place to place. Above the line "
        "sigma = µ* the effect depends on others or bends. Named: the largest µ*."
    )
    title = "How far each parameter moves an outcome, and how unevenly"
    return style.finish(figure, title, [analysis.note, note])


def _mu_sigma_panel(axes: Axes, analysis: SensitivityResults, outcome: str) -> None:
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
            fontsize=8.5, va="center", zorder=4, arrowprops=LEADER,
        )  # fmt: skip


def _apart(heights: Sequence[float], least: float) -> list[float]:
    """Return heights, at least so far apart, near where they were, within 0 to 1."""
    order = np.argsort(heights, kind="stable")
    moved = [float(heights[index]) for index in order]
    for _ in range(200):
        for lower, upper in itertools.pairwise(range(len(moved))):
            overlap = max(least - (moved[upper] - moved[lower]), 0.0)
            moved[lower] -= overlap / 2
            moved[upper] += overlap / 2
        lift = max(0.03 - moved[0], 0.0) - max(moved[-1] - 0.97, 0.0)
        moved = [height + lift for height in moved]
    return [moved[rank] for rank in np.argsort(order)]


def heat_map(analysis: SensitivityResults) -> Figure | None:
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
    figure, (axes,) = style.canvas(height=max(LEAST_HEIGHT, 2.9 + 0.26 * len(wide)))
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
    note = f"{meaning} Rows: most influential over the main outcomes on top."
    title = "Which parameters matter for which outcome"
    return style.finish(figure, title, [analysis.note, note])


def _chance(analysis: SensitivityResults) -> str:
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


def indices_over_age(analysis: SensitivityResults) -> Figure | None:
    """Draw the main index over completed age for each series; None without such outcomes."""
    table = analysis.findings.indices
    by_age = table[(table["index"] == analysis.main) & (table["age"] != "")]
    order = {name: rank for rank, name in enumerate(NAMES)}
    series = sorted(set(by_age["outcome"]), key=lambda name: (order.get(name, len(order)), name))
    series = series[:MOST_PANELS]
    if not series or by_age["age"].nunique() < 2:
        return None
    figure, panels = style.canvas(len(series), False, LINES_HEIGHT)
    relative = by_age["value"] / by_age.groupby("outcome")["value"].transform("max")
    weight = relative.groupby(by_age["parameter"]).sum().reindex(analysis.order)
    chosen = weight.sort_values(ascending=False, kind="stable").index[:MOST_LINES]
    for axes, name in zip(panels, series, strict=True):
        rows = by_age[by_age["outcome"] == name]
        _lines(axes, rows.assign(age=rows["age"].astype(int)), "age", list(chosen))
        axes.set_title(title_of(name), fontsize=12)
        axes.set_ylabel(unit_label(analysis.main, name, "14"), fontsize=10)
        axes.set_xlabel("Age (completed years)")
        style.age_axis(axes)
        axes.set_ylim(0, None)
    note = (
        f"{analysis.meaning} The {len(chosen)} parameters that matter most over age. Bands: "
        f"{analysis.intervals} Ages at which nothing varies are left out."
    )
    title = "Which parameters matter at which age"
    return style.finish(figure, title, [analysis.note, note], panels[0], LEGEND_COLUMNS)


def _lines(axes: Axes, table: pd.DataFrame, x: str, parameters: Sequence[str]) -> None:
    """Draw a line with its band a parameter."""
    for parameter, colour, marker in zip(parameters, style.COLOURS, style.MARKERS, strict=False):
        rows = table[table["parameter"] == parameter]
        axes.plot(
            rows[x], rows["value"], marker, ls="-", color=colour, ms=5, lw=1.6, label=parameter
        )
        low, high = rows["low"].clip(lower=0), rows["high"].clip(lower=0)
        style.draw_band(axes, rows[x], low, high, colour, 0.10)


def convergence(analysis: SensitivityResults) -> Figure | None:
    """Draw the main index with growing parts of the design; None if there is one size only."""
    table = analysis.findings.convergence
    sizes = sorted(table["blocks"].unique())
    if len(sizes) < 2:
        return None
    outcomes = analysis.outcomes[:MOST_PANELS]
    figure, panels = style.canvas(len(outcomes), False, LINES_HEIGHT)
    for axes, outcome in zip(panels, outcomes, strict=True):
        rows = table[table["outcome"] == outcome]
        _lines(axes, rows, "blocks", analysis.order[:MOST_LINES])
        top = None
        if not analysis.is_morris:
            axes.set_xscale("log", base=2)
            last = rows[rows["blocks"] == sizes[-1]]
            top = max(1.2, 1.2 * float(last["high"].max()))  # small samples may lie far above
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.minorticks_off()
        axes.set_ylim(0, top)
        axes.set_title(title_of(outcome), fontsize=12)
        axes.set_ylabel(unit_label(analysis.main, outcome), fontsize=10)
        axes.set_xlabel(analysis.findings.plan.problem.unit.capitalize())
    note = (
        f"{analysis.meaning} From the first trajectories or samples of the same design, up to all. "
        f"Bands: {analysis.intervals}"
    )
    title = "Whether more runs would change the picture"
    return style.finish(figure, title, [analysis.note, note], panels[0], LEGEND_COLUMNS)
