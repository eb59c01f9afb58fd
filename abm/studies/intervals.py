"""Intervals for shares, rates, ratios and medians; exact or closed, never by resampling."""

import math
from typing import NamedTuple

import numpy as np

LEVEL = 0.95


class Interval(NamedTuple):
    """A lower and an upper limit; NaN where there is none."""

    low: float
    high: float


NO_INTERVAL = Interval(math.nan, math.nan)


def binomial_interval(count: float, people: float, level: float = LEVEL) -> Interval:
    """Return Wilson's interval for a share.

    Parameters
    ----------
    count
        Persons who have the property.
    people
        Persons in all.
    level
        Confidence level.

    Returns
    -------
    Interval
        Limits within 0 to 1; NaN if there is nobody.
    """
    if people <= 0:
        return NO_INTERVAL
    z = _normal_quantile(level)
    share = count / people
    centre = share + z * z / (2 * people)
    half = z * math.sqrt(share * (1 - share) / people + z * z / (4 * people * people))
    scale = 1 + z * z / people
    return Interval(max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale))


def rate_interval(events: float, person_years: float, level: float = LEVEL) -> Interval:
    """Return Garwood's exact Poisson interval for a rate of events that do not cluster.

    First acts are such events: each person has at most one. Acts and urges are not: a few people
    have most of them, and this interval would be far too narrow.

    Parameters
    ----------
    events
        Number of events.
    person_years
        Years lived by those who could have them.
    level
        Confidence level.
    """
    from scipy.special import gammaincinv

    if person_years <= 0:
        return NO_INTERVAL
    tail = (1 - level) / 2
    low = float(gammaincinv(events, tail)) if events > 0 else 0.0
    high = float(gammaincinv(events + 1, 1 - tail))
    return Interval(low / person_years, high / person_years)


def ratio_interval(
    first: tuple[float, float], second: tuple[float, float], level: float = LEVEL
) -> Interval:
    """Return Katz's interval for the ratio of two shares.

    Parameters
    ----------
    first, second
        Count and number of people in each group.
    level
        Confidence level.

    Returns
    -------
    Interval
        NaN if one of the counts is zero.
    """
    (a, n), (b, m) = first, second
    if min(a, b, n, m) <= 0:
        return NO_INTERVAL
    ratio = (a / n) / (b / m)
    spread = _normal_quantile(level) * math.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    return Interval(ratio * math.exp(-spread), ratio * math.exp(spread))


def mean_interval(mean: float, variance: float, people: float, level: float = LEVEL) -> Interval:
    """Return an interval for a positive mean over persons, symmetric on the logarithmic scale.

    Parameters
    ----------
    mean, variance
        Over persons.
    people
        Number of persons.
    level
        Confidence level.
    """
    if people <= 1 or mean <= 0:
        return NO_INTERVAL
    spread = _normal_quantile(level) * math.sqrt(variance / people) / mean
    return Interval(mean * math.exp(-spread), mean * math.exp(spread))


def clustered_share_interval(
    share: float, residual_squares: float, events: float, level: float = LEVEL
) -> Interval:
    """Return an interval for a share of events that cluster within persons.

    Parameters
    ----------
    share
        Share of all events.
    residual_squares
        Sum over persons of (own events of this kind - share x own events) squared.
    events
        Number of events in all.
    level
        Confidence level.

    Returns
    -------
    Interval
        From the linearised ratio estimator with persons as clusters, clipped to 0 to 1.
    """
    if events <= 0:
        return NO_INTERVAL
    half = _normal_quantile(level) * math.sqrt(max(0.0, residual_squares)) / events
    return Interval(max(0.0, share - half), min(1.0, share + half))


def median_ranks(people: int, level: float = LEVEL) -> tuple[int, int] | None:
    """Return the ranks (from 1) of the ordered values that enclose the median.

    The interval holds for any distribution: the number of values below the median is binomial
    with chance one half. Returns None below six values, where no such interval exists.
    """
    from scipy.special import bdtr

    if people < 2:
        return None
    below = bdtr(np.arange(people // 2 + 1, dtype=np.float64), people, 0.5)
    lower = int(np.searchsorted(below, (1 - level) / 2, side="right"))
    return (lower, people - lower + 1) if lower > 0 else None


class BetweenSeeds(NamedTuple):
    """What several seeds say about one number."""

    mean: float
    median: float
    low: float
    high: float


def between_seeds(values: np.ndarray, level: float = LEVEL) -> BetweenSeeds:
    """Return mean and median over seeds, with Student's t interval for the mean.

    Parameters
    ----------
    values
        One value a seed; NaN values are left out.
    level
        Confidence level.

    Returns
    -------
    BetweenSeeds
        The interval is NaN with fewer than two values.
    """
    from scipy.special import stdtrit

    known = values[~np.isnan(values)]
    count = len(known)
    if count == 0:
        return BetweenSeeds(math.nan, math.nan, *NO_INTERVAL)
    mean, median = float(known.mean()), float(np.median(known))
    if count == 1:
        return BetweenSeeds(mean, median, *NO_INTERVAL)
    quantile = float(stdtrit(count - 1, 1 - (1 - level) / 2))
    half = quantile * float(known.std(ddof=1)) / math.sqrt(count)
    return BetweenSeeds(mean, median, mean - half, mean + half)


def _normal_quantile(level: float) -> float:
    """Return the two-sided standard normal quantile."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(1 - (1 - level) / 2)
