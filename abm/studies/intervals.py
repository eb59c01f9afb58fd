"""Effects of two groups, and intervals for shares, rates, ratios and medians.

Intervals are exact or closed, never by resampling.

Values that all agree say nothing about how far chance could have moved them: an interval of no
width is none, here and everywhere else (`unless_zero`).

How far chance moves the mean over runs is known in two ways: from the people of each run, as if
they were independent of each other, and from how much runs differ. Few runs say little about the
second, so both are pooled (`pooled_half`).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

LEVEL = 0.95
Z_95 = 1.9599639845400536  # two-sided standard normal quantile of LEVEL
TAILS = (0.025, 0.975)  # shares below the ends of the middle 95 %
UNBOUNDED = (-math.inf, math.inf)
ROUNDING = 1e-12  # relative; what agrees but for rounding agrees
RUNS_OF_PEOPLE = 8.0
"""What the people of the runs say about the variance of one weighs as much as so many further runs.

More would not let many runs correct it where people depend on each other; fewer would let two runs
that happen to agree, or to differ, say too much. `docs/comparing.md` has the coverage that follows.
"""
SUREST = 1e9  # degrees of freedom beyond which Student's t is the normal distribution
FREE_OF_CHANGES = RUNS_OF_PEOPLE
"""Degrees of freedom of a variance that rests on the people who changed, of whom there are few."""


class Interval(NamedTuple):
    """A lower and an upper limit; NaN where there is none."""

    low: float
    high: float


NO_INTERVAL = Interval(math.nan, math.nan)


def _unless_same(low: float, high: float) -> Interval:
    return NO_INTERVAL if low == high else Interval(low, high)


def unless_zero(half: ArrayLike, centre: ArrayLike = 0.0) -> np.ndarray:
    """Return half-widths of intervals, NaN where they are zero but for rounding of the centre."""
    half = np.asarray(half, np.float64)
    return np.where(half > ROUNDING * np.abs(centre), half, math.nan)


def students_half(spread: ArrayLike, counts: ArrayLike, centre: ArrayLike) -> np.ndarray:
    """Return half of Student's t interval for means: NaN below two values, and where all agree.

    The spread is the standard deviation, with one degree of freedom less than there are values.
    """
    from scipy.special import stdtrit

    several = np.where(np.asarray(counts) > 1, counts, math.nan)
    half = stdtrit(several - 1, (1 + LEVEL) / 2) * spread / np.sqrt(several)
    return unless_zero(half, centre)


def weight_of_people(runs: ArrayLike) -> np.ndarray:
    """Return how much of the pooled variance of one run is what people say, 1 for one run."""
    return RUNS_OF_PEOPLE / (RUNS_OF_PEOPLE + np.asarray(runs, np.float64) - 1)


def pooled_variance(
    within: ArrayLike, between: ArrayLike, runs: ArrayLike, free: float = SUREST
) -> tuple[np.ndarray, np.ndarray]:
    """Return the variance of one run, pooled from two, and its degrees of freedom.

    Within: what the people of the runs say, 0 or NaN where they say nothing. Between: the variance
    between runs, of one degree of freedom less than there are; NaN or ignored of one run. The first
    weighs as `RUNS_OF_PEOPLE`, the second as its degrees of freedom; those of the sum are by
    Satterthwaite (1946), where the first has so many as are `free`. NaN where neither is known.
    """
    within, more = np.asarray(within, np.float64), np.asarray(runs, np.float64) - 1
    weight = np.where(within > 0, weight_of_people(runs), 0.0)
    from_people = np.where(weight > 0, weight * within, 0.0)
    from_runs = np.where(more > 0, (1 - weight) * np.asarray(between, np.float64), 0.0)
    variance = np.where((weight > 0) | (more > 0), from_people + from_runs, math.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_runs = np.where(from_runs > 0, from_runs**2 / more, 0.0)
        degrees = np.where(variance > 0, variance**2 / (from_people**2 / free + of_runs), SUREST)
    return variance, np.minimum(degrees, SUREST)


def pooled_half(
    within: ArrayLike, between: ArrayLike, runs: ArrayLike, free: float = SUREST
) -> np.ndarray:
    """Return half of the interval for a mean over runs; see `pooled_variance`.

    With one run it is that of its people. Without people it is Student's t between runs.
    """
    from scipy.special import stdtrit

    variance, degrees = pooled_variance(within, between, runs, free)
    half: np.ndarray = stdtrit(degrees, (1 + LEVEL) / 2) * np.sqrt(variance / runs)
    return half


def binomial_interval(count: float, people: float) -> Interval:
    """Return Wilson's interval for a share, within 0 to 1; NaN if there is nobody."""
    if not people > 0:
        return NO_INTERVAL
    z = Z_95
    share = count / people
    centre = share + z * z / (2 * people)
    half = z * math.sqrt(share * (1 - share) / people + z * z / (4 * people * people))
    scale = 1 + z * z / people
    low = (centre - half) / scale if count else 0.0  # exactly, without rounding
    return Interval(max(0.0, low), min(1.0, (centre + half) / scale) if count < people else 1.0)


def rate_interval(events: float, person_years: float, repeats: float = 1.0) -> Interval:
    """Return Garwood's exact Poisson interval for a rate; NaN where nobody lived.

    First acts may use it as they are: each person has at most one. What repeats within persons,
    such as presentations to hospital, may use it only with `repeats`: the sum over persons of their
    events squared over the number of events, which is the variance of the number, where persons are
    independent, over that of as many events of different persons. The interval is then as of so
    many times fewer events in so many times fewer years. Acts and urges may not: a few people have
    most of them.
    """
    from scipy.special import gammaincinv

    if not person_years > 0:
        return NO_INTERVAL
    events, person_years = events / repeats, person_years / repeats
    tail = (1 - LEVEL) / 2
    low = float(gammaincinv(events, tail)) if events > 0 else 0.0
    high = float(gammaincinv(events + 1, 1 - tail))
    return Interval(low / person_years, high / person_years)


def ratio_interval(first: tuple[float, float], second: tuple[float, float]) -> Interval:
    """Return Katz's interval for the ratio of two shares, each a count and a number of people.

    It is NaN if one of the counts is zero or not known.
    """
    (a, n), (b, m) = first, second
    if not all(count > 0 for count in (a, b, n, m)):
        return NO_INTERVAL
    ratio = (a / n) / (b / m)
    spread = Z_95 * math.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    return _unless_same(ratio * math.exp(-spread), ratio * math.exp(spread))


def mean_interval(mean: float, variance: float, people: float) -> Interval:
    """Return an interval for a positive mean over persons, symmetric on the logarithmic scale."""
    if not (people > 1 and mean > 0):
        return NO_INTERVAL
    spread = Z_95 * math.sqrt(variance / people) / mean
    return _unless_same(mean * math.exp(-spread), mean * math.exp(spread))


def clustered_share_interval(share: float, residual_squares: float, events: float) -> Interval:
    """Return an interval for a share of events that cluster within persons.

    It is that of the linearised ratio estimator with persons as clusters, clipped to 0 to 1, from
    the sum over persons of (own events of this kind - share x own events) squared.
    """
    if events <= 0:
        return NO_INTERVAL
    half = Z_95 * math.sqrt(max(0.0, residual_squares)) / events
    return _unless_same(max(0.0, share - half), min(1.0, share + half))


def median_ranks(people: int) -> tuple[int, int] | None:
    """Return the ranks (from 1) of the ordered values that enclose the median.

    The interval holds for any distribution: the number of values below the median is binomial
    with chance one half. Returns None below six values, where no such interval exists.
    """
    from scipy.special import bdtr

    if people < 2:
        return None
    below = bdtr(np.arange(people // 2 + 1, dtype=np.float64), people, 0.5)
    lower = int(np.searchsorted(below, (1 - LEVEL) / 2, side="right"))
    return (lower, people - lower + 1) if lower > 0 else None


class BetweenSeeds(NamedTuple):
    """What several seeds say about one number."""

    mean: float
    median: float
    low: float
    high: float


def between_seeds(values: np.ndarray, bounds: tuple[float, float] = UNBOUNDED) -> BetweenSeeds:
    """Return mean and median over seeds, with Student's t interval for the mean.

    What is not finite is left out, and the interval cut off at the bounds of the number. NaN for
    one seed, and where all agree: what has people to say more is for `over_runs`.
    """
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return BetweenSeeds(math.nan, math.nan, *NO_INTERVAL)
    mean, median = float(known.mean()), float(np.median(known))
    spread = known.std(ddof=1) if len(known) > 1 else math.nan
    half = float(students_half(spread, len(known), mean))
    low, high = np.clip((mean - half, mean + half), *bounds)
    return BetweenSeeds(mean, median, float(low), float(high))


class OfPeople(NamedTuple):
    """A number of one run, or of several as one population, with the interval of its people."""

    value: float
    interval: Interval

    @property
    def variance(self) -> float:
        """Return the variance that the width of the interval stands for; NaN without one."""
        return ((self.interval.high - self.interval.low) / (2 * Z_95)) ** 2


def over_runs(
    runs: Sequence[OfPeople], together: OfPeople, bounds: tuple[float, float] = UNBOUNDED
) -> Interval:
    """Return the interval for the mean of a number over runs, people and runs pooled.

    It has the width of `pooled_half` and leans as the interval of the people of all runs `together`
    does, so that it ends where the number can. Not known runs are left out; NaN where people say
    nothing and runs agree, or there is one.
    """
    known = [run for run in runs if math.isfinite(run.value)]
    if not known:
        return NO_INTERVAL
    values = np.array([run.value for run in known])
    variances = [run.variance for run in known if run.variance > 0]
    within = float(np.mean(variances)) if variances else 0.0
    between = float(values.var(ddof=1)) if len(known) > 1 else math.nan
    mean = float(values.mean())
    half = float(unless_zero(pooled_half(within, between, len(known)), mean))
    low, high = _leaning(together)
    ends = np.clip((mean - half * low, mean + half * high), *bounds)
    return _unless_same(float(ends[0]), float(ends[1]))


def _leaning(together: OfPeople) -> tuple[float, float]:
    """Return how an interval's width is shared out below and above its number; 1 and 1 if even."""
    (low, high), value = together.interval, together.value
    if not low <= value <= high or low == high:
        return 1.0, 1.0
    return 2 * (value - low) / (high - low), 2 * (high - value) / (high - low)


def quotient(above: float, below: float) -> float:
    """Return one number over another, NaN where that is 0."""
    return above / below if below != 0 else math.nan


HALF = 0.5
"""Added to every cell of an odds ratio, it keeps that finite (Haldane's correction)."""


def odds_ratio(*cells: float, added: float = 0.0) -> float:
    """Return the odds of one group over those of another, something `added` to every cell.

    Cells are how many of one group do and do not, and how many of the other.
    """
    a, b, c, d = (cell + added for cell in cells)
    return quotient(a * d, b * c)


def standardised_difference(one: np.ndarray, other: np.ndarray) -> float:
    """Return Cohen's d: the mean of one group minus that of another over the pooled spread."""
    n, m = len(one), len(other)
    if n < 2 or m < 2:
        return math.nan
    squares = (n - 1) * one.var(ddof=1) + (m - 1) * other.var(ddof=1)
    return quotient(float(one.mean()) - float(other.mean()), math.sqrt(squares / (n + m - 2)))
