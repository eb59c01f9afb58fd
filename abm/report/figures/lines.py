"""What figures are drawn from, and lines with their bands."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from abm.report.figures import style
from abm.report.terminal.draws import BANDS_BY_DRAW
from abm.simulation.census import measure_named
from abm.studies.aggregates import Aggregates
from abm.studies.intervals import NO_INTERVAL, binomial_interval, rate_interval
from abm.studies.latest import follows_one_cohort
from abm.studies.variance_between_draws import (
    FEWEST_DRAWS,
    Limits,
    variance_between_draws,
    whole_draws,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# From this many seeds on a band leaves out the outermost 5 % of them.
MANY_SEEDS = 20


@dataclass(frozen=True)
class RunResults:
    """What figures are drawn from.

    Parameters
    ----------
    curves
        Curves of one or more seeds of a scenario.
    aggregates
        Sums over people and acts by seed; may be empty.
    title
        Title of the scenario.
    people
        Size of the population.
    is_by_draw
        Whether seeds drew their parameters from the posterior.
    """

    curves: "pd.DataFrame"
    aggregates: Mapping[int, Aggregates]
    title: str
    people: int
    is_by_draw: bool = False

    @property
    def seeds(self) -> int:
        """Number of seeds."""
        return int(self.curves["seed"].nunique())

    @property
    def has_draws(self) -> bool:
        """Whether there are draws enough to tell parameters and chance apart."""
        return self.draws >= FEWEST_DRAWS

    @property
    def draws(self) -> int:
        """How many draws of the parameters were run with both their seeds."""
        return whole_draws(list(map(int, self.curves["seed"].unique()))) if self.is_by_draw else 0

    @property
    def is_cohort(self) -> bool:
        """Whether one birth cohort was followed."""
        return follows_one_cohort(self.curves)

    def note(self, one_seed: str = "95 % interval for chance among the people of one run") -> str:
        """Return the line below a figure: what was simulated and what the bands mean."""
        count = f"{self.seeds} runs" if self.seeds > 1 else "1 run"
        if self.seeds == 1:
            band = one_seed
        elif self.seeds < MANY_SEEDS:
            band = "range between runs; points and lines: median run"
        else:
            band = "middle 95 % of runs; points and lines: median run"
        if self.is_by_draw and self.seeds > 1:
            band += "; parameters and chance together"
        return (
            f"Simulation “{self.title}”, {self.people:,} people, {count}. Bands and bars: {band}."
        )

    def note_of_curves(self) -> str:
        """Return that line for a figure of lines, whose bands tell parameters and chance apart."""
        if not self.has_draws:
            return self.note()
        return (
            f"Simulation “{self.title}”, {self.people:,} people, {self.draws} draws of the "
            f"parameters with two runs each. Lines: their mean. {BANDS_BY_DRAW}"
        )

    @property
    def errorbar(self) -> tuple[str, float]:
        """Seaborn's name for the band between seeds."""
        return ("pi", 100 if self.seeds < MANY_SEEDS else 95)


def draw_by_age(
    axes: "Axes", results: RunResults, rows: "pd.DataFrame", measure: str, sex: str
) -> None:
    """Draw one measure of one sex over completed ages."""
    single = rows[~rows["age"].str.contains("-")]
    chosen = single[(single["measure"] == measure) & (single["sex"] == sex)]
    chosen = chosen.assign(age=chosen["age"].astype(int)).sort_values(["age", "seed"])
    draw_line(axes, results, chosen, "age", measure, sex)


def draw_line(
    axes: "Axes", results: RunResults, rows: "pd.DataFrame", x: str, measure: str, sex: str
) -> None:
    """Draw a line with its band: between seeds, or the interval within the only one."""
    import seaborn as sns

    colour, marker = style.SEX_COLOURS[sex], style.SEX_MARKERS[sex]
    look = {"color": colour, "marker": marker, "label": sex, "ax": axes, "legend": False}
    if results.has_draws:
        by_seed = rows.pivot(index=x, columns="seed", values="value")
        seeds = [int(seed) for seed in by_seed.columns]
        apart = variance_between_draws(by_seed.to_numpy(float), seeds, bounds_of(measure))
        mean = rows.drop_duplicates(x).set_index(x).reindex(by_seed.index).assign(value=apart.mean)
        sns.lineplot(mean.reset_index(), x=x, y="value", errorbar=None, **look)
        draw_two_bands(axes, by_seed.index.to_numpy(), apart.parameter, apart.chance, colour)
        return
    if results.seeds > 1:
        sns.lineplot(
            rows, x=x, y="value", estimator="median", errorbar=results.errorbar,
            err_kws={"alpha": style.BAND_ALPHA, "linewidth": 0}, **look,
        )  # fmt: skip
        return
    sns.lineplot(rows, x=x, y="value", errorbar=None, **look)
    limits = [
        interval_of(measure, v, n) for v, n in zip(rows["value"], rows["people"], strict=True)
    ]
    low, high = [limit[0] for limit in limits], [limit[1] for limit in limits]
    axes.fill_between(rows[x], low, high, color=colour, alpha=style.BAND_ALPHA, linewidth=0)


def draw_two_bands(axes: "Axes", x: Any, parameter: Limits, chance: Limits, colour: str) -> None:
    """Draw what is due to parameters as a light band, and what is due to chance as a darker one."""
    axes.fill_between(x, *parameter, color=colour, alpha=style.BAND_ALPHA, linewidth=0)
    axes.fill_between(x, *chance, color=colour, alpha=style.DARK_BAND_ALPHA, linewidth=0)


def label_bands(axes: "Axes", results: RunResults) -> None:
    """Put the two bands into the legend of a panel, if there are two."""
    if results.has_draws:
        for label, alpha in style.BANDS.items():
            axes.fill_between([], [], [], color=style.GREY, alpha=alpha, linewidth=0, label=label)


def bounds_of(measure: str) -> tuple[float, float]:
    """Return the least and the largest value that a measure of the curves can have."""
    return (0.0, 1.0 if measure_named(measure).kind == "share" else math.inf)


def interval_of(name: str, value: float, people: float) -> tuple[float, float]:
    """Return the interval of one cell of the curves within a seed, NaN where it cannot tell."""
    measure = measure_named(name)
    if measure.kind == "share":
        return binomial_interval(value * people, people)
    if measure.repeats:
        return NO_INTERVAL
    low, high = rate_interval(round(value * people / measure.per), people)
    return low * measure.per, high * measure.per


def age_axis(axes: "Axes") -> None:
    """Mark every second age from 10 to 24."""
    axes.set_xticks(range(10, 25, 2))
    axes.set_xlim(9.6, 24.4)
