"""Effects of two groups, and intervals for shares, rates, ratios and medians.

Intervals are exact or closed, never by resampling.

Values that all agree say nothing about how far chance could have moved them: an interval of no
width is none, here and everywhere else (`unless_zero`).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

LEVEL = 0.95
Z_95 = 1.9599639845400536  # two-sided standard normal quantile of LEVEL
TAILS = (0.025, 0.975)  # shares below the ends of the middle 95 %
UNBOUNDED = (-math.inf, math.inf)
ROUNDING = 1e-12  # relative; what agrees but for rounding agrees


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


def between_seeds(
    values: np.ndarray, bounds: tuple[float, float] = UNBOUNDED, together: Interval = NO_INTERVAL
) -> BetweenSeeds:
    """Return mean and median over seeds, with Student's t interval for the mean.

    What is not finite is left out, and the interval cut off at the bounds of the number. For one
    seed, and where all agree, it is `together`, that of the people of all seeds.
    """
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return BetweenSeeds(math.nan, math.nan, *NO_INTERVAL)
    mean, median = float(known.mean()), float(np.median(known))
    spread = known.std(ddof=1) if len(known) > 1 else math.nan
    half = float(students_half(spread, len(known), mean))
    low, high = together if math.isnan(half) else np.clip((mean - half, mean + half), *bounds)
    return BetweenSeeds(mean, median, float(low), float(high))


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
