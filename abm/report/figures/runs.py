"""Figures of runs, with published ranges: prevalence, ages at first act, acts, motives."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from abm.evidence.register import register
from abm.report.figures import style
from abm.report.format import format_count, format_date
from abm.report.terminal.draws import BANDS_BY_DRAW
from abm.simulation.census import measure_named
from abm.studies.aggregates import (
    BINS_A_YEAR,
    MOTIVE_BANDS,
    Aggregates,
    counted_median,
    median_onset,
    motive_share,
)
from abm.studies.intervals import (
    NO_INTERVAL,
    Interval,
    OfPeople,
    binomial_interval,
    over_runs,
    rate_interval,
)
from abm.studies.key_figures import MOTIVE_WORDS
from abm.studies.latest import follows_one_cohort, latest_by_age
from abm.studies.variance_between_draws import FEWEST_DRAWS, variance_between_draws, whole_draws

# From this many seeds on a band leaves out the outermost 5 % of them.
MANY_SEEDS = 20

LIFETIME, ONSET = "P01", "P05"
"""Entries of the register with the published ranges: Klonsky, Victor and Saffer (2014) as cited by
Martin (2022), section 1."""
ADOLESCENTS = (12, 18)
BAND = f"{ADOLESCENTS[0]}-{ADOLESCENTS[1]}"
ENDS = (ADOLESCENTS[0] - 0.5, ADOLESCENTS[1] + 0.5)  # of that band, on an axis of ages
PANELS = {
    "lifetime_prevalence": "Ever self-injured",
    "past_year_prevalence": "Self-injured in the past year",
}
PUBLISHED_SOURCE = "Published range: Klonsky et al. (2014), cited by Martin (2022)."
ONSET_SOURCE = (
    "Published: onset is typically at {low:g} to {high:g}; Klonsky et al. (2014), cited by Martin "
    "(2022)."
)
SEXES = ("female", "male")
BINS_IN_HALF_A_YEAR = BINS_A_YEAR // 2

# Doubling classes: an axis of logarithms that can be read without knowing any.
FEWEST = (1, 2, 3, 5, 9, 17, 33, 65, 129)


@dataclass(frozen=True)
class RunResults:
    """What figures are drawn from."""

    curves: pd.DataFrame  # of one or more seeds of a scenario
    aggregates: Mapping[int, Aggregates]  # sums over people and acts by seed; may be empty
    title: str  # of the scenario
    people: int  # size of the population
    is_by_draw: bool = False  # whether seeds drew their parameters from the posterior

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
        """How many draws of the parameters were simulated with both their seeds."""
        return whole_draws(list(map(int, self.curves["seed"].unique()))) if self.is_by_draw else 0

    @property
    def is_cohort(self) -> bool:
        """Whether one birth cohort was followed."""
        return follows_one_cohort(self.curves)

    def simulation(self, runs: int | None = None) -> str:
        """Return what was simulated, and in how many runs if that is given."""
        what = f"Simulation “{self.title}”, {self.people:,} people"
        return what if runs is None else f"{what}, {format_count(runs, 'run')}"

    def note(self, one_seed: str = "95 % interval for chance among the people of one run") -> str:
        """Return the line below a figure: what was simulated and what the bands mean."""
        band = one_seed
        if self.seeds > 1:
            band = "range between runs" if self.seeds < MANY_SEEDS else "middle 95 % of runs"
            band += "; points and lines: median run"
            band += "; parameters and chance together" if self.is_by_draw else ""
        return f"{self.simulation(self.seeds)}. Bands and bars: {band}."

    def note_of_curves(self) -> str:
        """Return that line for a figure of lines, whose bands tell parameters and chance apart."""
        if not self.has_draws:
            return self.note()
        draws = f"{self.draws} draws of the parameters with two runs each"
        return f"{self.simulation()}, {draws}. Lines: their mean. {BANDS_BY_DRAW}"


def draw_figures(folder: Path, results: RunResults) -> list[str]:
    """Draw every figure there is data for; return the names of the files, PNG and SVG of each.

    Figures that need sums over people and acts are left out without; where seeds drew their
    parameters from the posterior, curves have two bands.
    """
    drawers = (prevalence_by_age, prevalence_over_time, onset_ages, acts_per_person, motives)
    return style.draw_all(folder, {drawer.__name__: drawer for drawer in drawers}, results)


def _single_ages(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of completed ages, without those of bands, in their order."""
    single = rows[~rows["age"].str.contains("-")]
    return single.assign(age=single["age"].astype(int)).sort_values(["age", "seed"])


def _draw_line(
    axes: Axes, results: RunResults, table: pd.DataFrame, x: str, measure: str, sex: str
) -> None:
    """Draw a line with its band: between seeds, or the interval within the only one."""
    import seaborn as sns

    rows = table[(table["measure"] == measure) & (table["sex"] == sex)]
    colour, marker = style.SEX_COLOURS[sex], style.SEX_MARKERS[sex]
    look = {"color": colour, "marker": marker, "label": sex, "ax": axes, "legend": False}
    if results.has_draws:
        by_seed = rows.pivot(index=x, columns="seed", values="value")
        seeds = [int(seed) for seed in by_seed.columns]
        bounds = (0.0, 1.0 if measure_named(measure).kind == "share" else math.inf)
        apart = variance_between_draws(by_seed.to_numpy(float), seeds, bounds)
        mean = rows.drop_duplicates(x).set_index(x).reindex(by_seed.index).assign(value=apart.mean)
        sns.lineplot(mean.reset_index(), x=x, y="value", errorbar=None, **look)
        style.draw_two_bands(axes, by_seed.index.to_numpy(), apart.parameter, apart.chance, colour)
        return
    if results.seeds > 1:
        percentiles = ("pi", 100 if results.seeds < MANY_SEEDS else 95)
        sns.lineplot(
            rows, x=x, y="value", estimator="median", errorbar=percentiles,
            err_kws={"alpha": style.BAND_ALPHA, "linewidth": 0}, **look,
        )  # fmt: skip
        return
    sns.lineplot(rows, x=x, y="value", errorbar=None, **look)
    cells = zip(rows["value"], rows["people"], strict=True)
    limits = np.array([interval_of_cell(measure, *cell) for cell in cells]).reshape(-1, 2)
    style.draw_band(axes, rows[x], limits[:, 0], limits[:, 1], colour)


def interval_of_cell(name: str, value: float, people: float) -> tuple[float, float]:
    """Return the interval of one cell of the curves within a seed, NaN where it cannot tell."""
    measure = measure_named(name)
    if measure.kind == "share":
        return binomial_interval(value * people, people)
    if measure.repeats:
        return NO_INTERVAL
    low, high = rate_interval(round(value * people / measure.per), people)
    return low * measure.per, high * measure.per


def prevalence_by_age(results: RunResults) -> Figure | None:
    """Draw lifetime and past-year prevalence by age and sex at the last census."""
    rows = latest_by_age(results.curves)
    single = _single_ages(rows)
    figure, panels = style.canvas(2, share_y=False)
    for axes, (measure, title) in zip(panels, PANELS.items(), strict=True):
        for sex in SEXES:
            _draw_line(axes, results, single, "age", measure, sex)
        if measure == "lifetime_prevalence":
            _published_lifetime(axes, ENDS)
        axes.set(title=title, xlabel="Age (completed years)", ylabel="Share of young people")
        style.percent_axis(axes)
        style.age_axis(axes)
    _mean_of_adolescents(panels[0], results, rows)
    if results.has_draws:
        style.label_two_bands(panels[0])
    last = format_date(str(rows["date"].max()))
    when = "in one birth cohort" if results.is_cohort else f"on {last}"
    return style.finish(
        figure,
        f"Young people who self-injure, by age and sex, {when}",
        [
            results.note_of_curves(),
            f"{PUBLISHED_SOURCE} It is for all these ages together: see the dotted line.",
        ],
        panels[0],
    )


def prevalence_over_time(results: RunResults) -> Figure | None:
    """Draw prevalence at ages 12-18 over the calendar; None for a cohort or a single census."""
    rows = results.curves[results.curves["age"] == BAND]
    if results.is_cohort or rows["date"].nunique() < 2:
        return None
    figure, panels = style.canvas(2, share_y=False)
    for axes, (measure, title) in zip(panels, PANELS.items(), strict=True):
        for sex in (*SEXES, "all"):
            _draw_line(axes, results, rows, "date", measure, sex)
        if measure == "lifetime_prevalence":
            _published_lifetime(axes, None)
        axes.set(title=title, xlabel="Census day", ylabel=f"Share of young people aged {BAND}")
        style.percent_axis(axes)
        style.year_axis(axes, rows["date"])
    if results.has_draws:
        style.label_two_bands(panels[0])
    title = f"Young people aged {BAND} who self-injure, over the years"
    return style.finish(figure, title, [results.note_of_curves(), PUBLISHED_SOURCE], panels[0])


def _published_lifetime(axes: Axes, ends: tuple[float, float] | None) -> None:
    """Draw the published range of lifetime prevalence over its ages, or over all of a time axis."""
    published = register().entries[LIFETIME]
    low, high = published.low / 100, published.high / 100
    label = f"published, ages {BAND}: {100 * low:.0f} to {100 * high:.0f} %"
    look: dict[str, Any] = {"linewidth": 1.2, "zorder": 0.9, "label": label, **style.PUBLISHED_LOOK}
    if ends is None:
        axes.axhspan(low, high, **look)
    else:
        axes.fill_between(ends, low, high, **look)


def _mean_of_adolescents(axes: Axes, results: RunResults, rows: pd.DataFrame) -> None:
    """Draw the simulated share at ages 12-18 together, the number to compare."""
    chosen = rows[
        (rows["measure"] == "lifetime_prevalence") & (rows["sex"] == "all") & (rows["age"] == BAND)
    ]
    if chosen.empty:
        return
    value = float(chosen["value"].median())
    if results.has_draws:
        seeds = [int(seed) for seed in chosen["seed"]]
        value = float(variance_between_draws(chosen["value"].to_numpy(float), seeds).mean)
    label = f"simulated, ages {BAND}: {100 * value:.1f} %"
    colour = style.SEX_COLOURS["all"]
    axes.plot(ENDS, [value, value], color=colour, linestyle=":", lw=2.2, label=label)


def onset_ages(results: RunResults) -> Figure | None:
    """Draw the ages at first act, or the incidence by age where people were not logged."""
    if any(sums.onset.sum() for sums in results.aggregates.values()):
        return _onset_histogram(results)
    return _incidence_by_age(results)


def _onset_histogram(results: RunResults) -> Figure:
    """Draw when those who have ever self-injured first did."""
    import seaborn as sns

    runs = len(results.aggregates)
    figure, (axes,) = style.canvas()
    counts = sum(sums.onset for sums in results.aggregates.values())
    halves = np.asarray(counts).reshape(2, -1, BINS_IN_HALF_A_YEAR).sum(axis=2)
    edges = 10 + np.arange(halves.shape[1] + 1) / 2
    for sex, row in zip(SEXES, halves, strict=True):
        if row.sum():
            sns.histplot(
                x=edges[:-1] + 0.25, weights=row, bins=list(edges), stat="percent", ax=axes,
                element="step", color=style.SEX_COLOURS[sex], alpha=0.15, linewidth=2, label=sex,
            )  # fmt: skip
    median, text = _median_onset(results)
    axes.axvline(median, color=style.SEX_COLOURS["all"], linestyle=":", label=text)
    _published_onset(axes)
    axes.set(xlabel="Age at first act (years)", ylabel="Share of those who ever self-injured (%)")
    axes.set_xticks(range(10, 26))
    axes.set_xlim(10, 25)
    return style.finish(
        figure,
        "When young people who self-injure first did",
        (
            f"{results.simulation(runs)}{' together' if runs > 1 else ''}.",
            "Those aged 18 or older at the end, in half-years of age; each sex adds up to 100 %.",
            _onset_source(),
        ),
        axes,
    )


def _median_onset(results: RunResults) -> tuple[float, str]:
    """Return the median age at first act and its label with the interval."""
    medians = [OfPeople(*median_onset(sums)) for sums in results.aggregates.values()]
    values, limits_of = np.array([median.value for median in medians]), "95 % interval"
    if len(medians) == 1:
        median, (low, high) = medians[0]
    elif results.has_draws:
        apart = variance_between_draws(values, list(results.aggregates))
        median, (low, high) = float(apart.mean), map(float, apart.parameter)
        limits_of = "by parameters"
    else:
        together = OfPeople(*median_onset(Aggregates.together([*results.aggregates.values()])))
        known = values[np.isfinite(values)]
        median = float(known.mean()) if len(known) else np.nan
        low, high = over_runs(medians, together)
    limits = "" if np.isnan(low) else f" ({limits_of} {low:.1f} to {high:.1f})"
    return median, f"median as asked at 18: {median:.1f}{limits}"


def _incidence_by_age(results: RunResults) -> Figure | None:
    """Draw first acts per 100 person-years by age."""
    rows = latest_by_age(results.curves)
    if not (rows[rows["measure"] == "incidence"]["value"] > 0).any():
        return None
    figure, (axes,) = style.canvas()
    for sex in SEXES:
        _draw_line(axes, results, _single_ages(rows), "age", "incidence", sex)
    _published_onset(axes, shift=-0.5)
    axes.set(
        xlabel="Age (completed years)", ylabel="First acts per 100 person-years among those never"
    )
    axes.set_ylim(0, None)
    style.age_axis(axes)
    if results.has_draws:
        style.label_two_bands(axes)
    title = "At what age young people first self-injure"
    return style.finish(figure, title, [results.note_of_curves(), _onset_source()], axes)


def _published_onset(axes: Axes, shift: float = 0.0) -> None:
    """Draw the published typical ages: from a birthday to the day before another."""
    published = register().entries[ONSET]
    axes.axvspan(
        published.low + shift, published.high + 1 + shift, linewidth=0, zorder=0.5,
        label=f"published: typically at {published.low:g} or {published.high:g}",
        **style.PUBLISHED_LOOK,
    )  # fmt: skip


def _onset_source() -> str:
    published = register().entries[ONSET]
    return ONSET_SOURCE.format(low=published.low, high=published.high)


def acts_per_person(results: RunResults) -> Figure | None:
    """Draw how many acts people with any had in the past year; None without such people."""
    per_seed = [_classes(sums.yearly_acts) for sums in results.aggregates.values()]
    if not any(counts.sum() for counts in per_seed):
        return None
    figure, (axes,) = style.canvas()
    for row, sex in enumerate(SEXES):
        points = [_shares(counts[row]) for counts in per_seed if counts[row].sum()]
        if points:
            middle, whiskers = _over_seeds(points)
            axes.bar(
                np.arange(len(middle)) + (row - 0.5) * 0.4, middle, width=0.38, label=sex,
                color=style.SEX_COLOURS[sex], yerr=whiskers * (middle > 0),
                error_kw={"ecolor": "#222222", "elinewidth": 1.2},
            )  # fmt: skip
    axes.set_xticks(range(len(FEWEST)), [_class_label(index) for index in range(len(FEWEST))])
    axes.set(
        xlabel="Acts in the past year (each class twice as wide as the one before)",
        ylabel="Share of people with any act",
    )
    style.percent_axis(axes)
    axes.grid(axis="x", visible=False)
    title = "How often young people who self-injure did so in the past year"
    people = f"People present at the end, aged 10 to 24: {_typical_acts(results)}."
    return style.finish(figure, title, [f"{results.note()} {people}"], axes)


def _classes(yearly_acts: np.ndarray) -> np.ndarray:
    """Return people by sex and class of acts in the past year."""
    counts = np.zeros((2, len(FEWEST)), dtype=np.int64)
    active = yearly_acts[yearly_acts[:, 2] > 0]
    column = np.searchsorted(np.array(FEWEST), active[:, 2], side="right") - 1
    np.add.at(counts, (active[:, 0], column), active[:, 3])
    return counts


def _class_label(index: int) -> str:
    first = FEWEST[index]
    if index + 1 == len(FEWEST):
        return f"{first} or\nmore"
    last = FEWEST[index + 1] - 1
    return str(first) if first == last else f"{first}-{last}"


def _shares(counts: np.ndarray) -> list[tuple[float, Interval]]:
    """Return the share of each class with its interval within a seed."""
    people = int(counts.sum())
    return [(int(n) / people, binomial_interval(int(n), people)) for n in counts]


def _over_seeds(seeds: Sequence[Sequence[tuple[float, Interval]]]) -> tuple[np.ndarray, np.ndarray]:
    """Return estimates and the lengths of whiskers below and above, shape (2, estimates).

    Whiskers are intervals within the only seed, or go from end to end of the seeds.
    """
    values = np.array([[value for value, _ in points] for points in seeds])
    if len(seeds) == 1:
        middle, limits = values[0], np.array([interval for _, interval in seeds[0]]).T
    else:
        tail = 0 if len(seeds) < MANY_SEEDS else 2.5
        known = ~np.isnan(values).all(axis=0)
        ends = np.full((3, values.shape[1]), np.nan)
        if known.any():
            ends[:, known] = np.nanpercentile(values[:, known], [50, tail, 100 - tail], axis=0)
        middle, limits = ends[0], ends[1:]
    return middle, np.maximum([middle - limits[0], limits[1] - middle], 0)


def _typical_acts(results: RunResults) -> str:
    """Return median and mean acts of people with any, over all seeds."""
    rows = np.concatenate([sums.yearly_acts for sums in results.aggregates.values()])
    active = rows[rows[:, 2] > 0]
    order = np.argsort(active[:, 2], kind="stable")
    median, _ = counted_median(active[order, 2], active[order, 3])
    mean = float(np.average(active[:, 2], weights=active[:, 3]))
    return f"median {median:g}, mean {mean:.1f} acts"


def motives(results: RunResults) -> Figure | None:
    """Draw the shares of acts by motive, age and sex; None if there were no acts."""
    if not any(sums.motives[..., 0].sum() for sums in results.aggregates.values()):
        return None
    figure, panels = style.canvas(2)
    bands = [f"{first}-{last}" for first, last in MOTIVE_BANDS[:-1]]
    for sex, axes in enumerate(panels):
        for route in range(len(MOTIVE_WORDS)):
            _motive_line(axes, results, sex, route)
        axes.set_xticks(range(len(bands)), bands)
        axes.set_xlim(-0.4, len(bands) - 0.6)
        axes.set(title=SEXES[sex].capitalize(), xlabel="Age at the act (completed years)")
        style.percent_axis(axes, 1.0)
    panels[0].set_ylabel("Share of acts")
    notes = [
        results.note("95 % interval over people, as a few have many of the acts"),
        "All acts of the reported years; an act's motive is the strongest of its three urges.",
    ]
    return style.finish(figure, "Why young people self-injure, by age and sex", notes, panels[0])


def _motive_line(axes: Axes, results: RunResults, sex: int, route: int) -> None:
    """Draw the share of one motive over the age bands."""
    seeds = [
        [motive_share(sums.motives[sex, band, route]) for band in range(len(MOTIVE_BANDS) - 1)]
        for sums in results.aggregates.values()
    ]
    middle, whiskers = _over_seeds(seeds)
    known, motive = ~np.isnan(middle), MOTIVE_WORDS[route]
    shifted = np.arange(len(middle)) + (route - 1) * 0.06
    axes.errorbar(
        shifted[known], middle[known], yerr=whiskers[:, known], capsize=3, linewidth=1.8,
        color=style.ROUTE_COLOURS[motive], marker="osD"[route], label=motive,
    )  # fmt: skip
