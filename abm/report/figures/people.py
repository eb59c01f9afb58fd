"""Figures of people and acts: ages at first act, acts per person, motives."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.report.figures import style
from abm.report.figures.lines import MANY_SEEDS, RunResults, age_axis, draw_by_age, label_bands
from abm.studies.aggregates import (
    BINS_A_YEAR,
    MOTIVE_BANDS,
    counted_median,
    median_onset,
    motive_share,
)
from abm.studies.intervals import Interval, between_seeds, binomial_interval
from abm.studies.key_figures import MOTIVE_WORDS
from abm.studies.latest import latest_by_age
from abm.studies.variance_between_draws import variance_between_draws

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PUBLISHED_SOURCE = (
    "Published: onset is typically at 13 to 14; Klonsky et al. (2014), cited by Martin (2022)."
)
SEXES = ("female", "male")
BINS_IN_HALF_A_YEAR = BINS_A_YEAR // 2

# Doubling classes: an axis of logarithms that can be read without knowing any.
FEWEST = (1, 2, 3, 5, 9, 17, 33, 65, 129)


def onset_ages(results: RunResults) -> "Figure | None":
    """Draw the ages at first act, or the incidence by age where people were not logged."""
    if any(sums.onset.sum() for sums in results.aggregates.values()):
        return _onset_histogram(results)
    return _incidence_by_age(results)


def _onset_histogram(results: RunResults) -> "Figure":
    """Draw when those who have ever self-injured first did."""
    import seaborn as sns

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
    style.finish(
        figure,
        "When young people who self-injure first did",
        (
            f"Simulation “{results.title}”, {results.people:,} people, {_runs(results)}.",
            "Those aged 18 or older at the end, in half-years of age; each sex adds up to 100 %.",
            PUBLISHED_SOURCE,
        ),
        legend=axes,
    )
    return figure


def _runs(results: RunResults) -> str:
    count = len(results.aggregates)
    return f"{count} runs together" if count > 1 else "1 run"


def _median_onset(results: RunResults) -> tuple[float, str]:
    """Return the median age at first act and its label with the interval."""
    medians = [median_onset(sums) for sums in results.aggregates.values()]
    if len(medians) == 1:
        median, (low, high) = medians[0]
    else:
        values = np.array([value for value, _ in medians])
        median, _, low, high = between_seeds(values)
        if results.has_draws:
            apart = variance_between_draws(values, list(results.aggregates))
            median, (low, high) = float(apart.mean), map(float, apart.parameter)
            if not np.isnan(low):
                ends = f"by parameters {low:.1f} to {high:.1f}"
                return median, f"median as asked at 18: {median:.1f} ({ends})"
    if np.isnan(low):
        return median, f"median as asked at 18: {median:.1f}"
    return median, f"median as asked at 18: {median:.1f} (95 % interval {low:.1f} to {high:.1f})"


def _incidence_by_age(results: RunResults) -> "Figure | None":
    """Draw first acts per 100 person-years by age."""
    rows = latest_by_age(results.curves)
    if not (rows[rows["measure"] == "incidence"]["value"] > 0).any():
        return None
    figure, (axes,) = style.canvas()
    for sex in SEXES:
        draw_by_age(axes, results, rows, "incidence", sex)
    _published_onset(axes, shift=-0.5)
    axes.set(
        xlabel="Age (completed years)", ylabel="First acts per 100 person-years among those never"
    )
    axes.set_ylim(0, None)
    age_axis(axes)
    label_bands(axes, results)
    style.finish(
        figure,
        "At what age young people first self-injure",
        (results.note_of_curves(), PUBLISHED_SOURCE),
        legend=axes,
    )
    return figure


def _published_onset(axes: "Axes", shift: float = 0.0) -> None:
    """Draw the published typical ages: from the 13th birthday to the day before the 15th."""
    axes.axvspan(
        13 + shift, 15 + shift, color=style.PUBLISHED, alpha=style.PUBLISHED_ALPHA, linewidth=0,
        label="published: typically at 13 or 14", zorder=0.5,
    )  # fmt: skip


def acts_per_person(results: RunResults) -> "Figure | None":
    """Draw how many acts people with any had in the past year; None without such people."""
    per_seed = [_classes(sums.yearly_acts) for sums in results.aggregates.values()]
    if not any(counts.sum() for counts in per_seed):
        return None
    figure, (axes,) = style.canvas()
    labels = [_class_label(index) for index in range(len(FEWEST))]
    for index, sex in enumerate(SEXES):
        points = [_share_points(counts[index]) for counts in per_seed if counts[index].sum()]
        if points:
            _bars(axes, points, (index - 0.5) * 0.4, sex)
    axes.set_xticks(range(len(labels)), labels)
    axes.set(
        xlabel="Acts in the past year (each class twice as wide as the one before)",
        ylabel="Share of people with any act",
    )
    style.percent_axis(axes)
    axes.grid(axis="x", visible=False)
    style.finish(
        figure,
        "How often young people who self-injure did so in the past year",
        (f"{results.note()} People present at the end, aged 10 to 24: {_typical_acts(results)}.",),
        legend=axes,
    )
    return figure


def _classes(yearly_acts: np.ndarray) -> np.ndarray:
    """Return people by sex and class of acts in the past year."""
    counts = np.zeros((2, len(FEWEST)), dtype=np.int64)
    active = yearly_acts[yearly_acts[:, 2] > 0]
    index = np.searchsorted(np.array(FEWEST), active[:, 2], side="right") - 1
    np.add.at(counts, (active[:, 0], index), active[:, 3])
    return counts


def _class_label(index: int) -> str:
    first = FEWEST[index]
    if index + 1 == len(FEWEST):
        return f"{first} or\nmore"
    last = FEWEST[index + 1] - 1
    return str(first) if first == last else f"{first}-{last}"


def _share_points(counts: np.ndarray) -> list[tuple[float, Interval]]:
    """Return the share of each class with its interval within a seed."""
    people = int(counts.sum())
    return [(int(n) / people, binomial_interval(int(n), people)) for n in counts]


def _bars(
    axes: "Axes", seeds: Sequence[Sequence[tuple[float, Interval]]], shift: float, sex: str
) -> None:
    """Draw one sex's bars with whiskers."""
    middle, low, high = _over_seeds(seeds)
    places = np.arange(len(middle)) + shift
    axes.bar(
        places, middle, width=0.38, color=style.SEX_COLOURS[sex], label=sex,
        yerr=_lengths(middle, low, high) * (middle > 0),
        error_kw={"ecolor": "#222222", "elinewidth": 1.2},
    )  # fmt: skip


def _over_seeds(
    seeds: Sequence[Sequence[tuple[float, Interval]]],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return estimate and limits: within the only seed, or median and range between seeds."""
    values = np.array([[value for value, _ in points] for points in seeds])
    if len(seeds) == 1:
        limits = np.array([interval for _, interval in seeds[0]])
        return values[0], limits[:, 0], limits[:, 1]
    tail = 0 if len(seeds) < MANY_SEEDS else 2.5
    middle, low, high = np.full((3, values.shape[1]), np.nan)
    known = ~np.isnan(values).all(axis=0)
    if known.any():
        ends = np.nanpercentile(values[:, known], [50, tail, 100 - tail], axis=0)
        middle[known], low[known], high[known] = ends
    return middle, low, high


def _lengths(middle: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return the lengths of whiskers below and above, never negative."""
    return np.maximum(np.array([middle - low, high - middle]), 0)


def _typical_acts(results: RunResults) -> str:
    """Return median and mean acts of people with any, over all seeds."""
    rows = np.concatenate([sums.yearly_acts for sums in results.aggregates.values()])
    active = rows[rows[:, 2] > 0]
    order = np.argsort(active[:, 2], kind="stable")
    median, _ = counted_median(active[order, 2], active[order, 3])
    mean = float(np.average(active[:, 2], weights=active[:, 3]))
    return f"median {median:g}, mean {mean:.1f} acts"


def motives(results: RunResults) -> "Figure | None":
    """Draw the shares of acts by motive, age and sex; None if there were no acts."""
    if not any(sums.motives[..., 0].sum() for sums in results.aggregates.values()):
        return None
    figure, panels = style.canvas(2)
    for sex, axes in enumerate(panels):
        for route, (label, marker) in enumerate(zip(MOTIVE_WORDS, "osD", strict=True)):
            _motive_line(axes, results, (sex, route), label, marker)
        axes.set_xticks(range(len(MOTIVE_BANDS) - 1), [_band_label(b) for b in MOTIVE_BANDS[:-1]])
        axes.set_xlim(-0.4, len(MOTIVE_BANDS) - 1.6)
        axes.set(title=SEXES[sex].capitalize(), xlabel="Age at the act (completed years)")
        style.percent_axis(axes, 1.0)
    panels[0].set_ylabel("Share of acts")
    style.finish(
        figure,
        "Why young people self-injure, by age and sex",
        (
            results.note("95 % interval over people, as a few have many of the acts"),
            "All acts of the reported years; an act's motive is the strongest of its three urges.",
        ),
        legend=panels[0],
    )
    return figure


def _motive_line(
    axes: "Axes", results: RunResults, group: tuple[int, int], label: str, marker: str
) -> None:
    """Draw the share of one motive over the age bands."""
    sex, route = group
    bands = range(len(MOTIVE_BANDS) - 1)
    seeds = [
        [motive_share(sums.motives[sex, band, route]) for band in bands]
        for sums in results.aggregates.values()
    ]
    middle, low, high = _over_seeds(seeds)
    known = ~np.isnan(middle)
    look: dict[str, Any] = {"color": style.ROUTE_COLOURS[label], "marker": marker, "label": label}
    shifted = np.arange(len(middle)) + (route - 1) * 0.06
    axes.errorbar(
        shifted[known], middle[known], capsize=3, linewidth=1.8,
        yerr=_lengths(middle, low, high)[:, known], **look,
    )  # fmt: skip


def _band_label(band: tuple[int, int]) -> str:
    return f"{band[0]}-{band[1]}"
