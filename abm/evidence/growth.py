"""Growth of yearly counts: how much they change a year, and how sure that is."""

import math
from typing import NamedTuple

import numpy as np

from abm.studies.intervals import NO_INTERVAL, Z_95, Interval


class Growth(NamedTuple):
    """Percent a year, with its 95 % interval; NaN where there is none."""

    percent: float
    interval: Interval


def yearly_growth(counts: np.ndarray) -> Growth:
    """Return 100 x (exp(slope of the logarithm of the counts on the year) - 1).

    The interval is Poisson's, widened where counts of the same year differ more between seeds
    than Poisson's would (by the square root of Pearson's dispersion, never below 1).

    Parameters
    ----------
    counts
        Events, shape (seeds, years); the slope is that of their sum over seeds.

    Returns
    -------
    Growth
        NaN if a year has no events, or there are fewer than two years.
    """
    counts = np.asarray(counts, np.float64)
    pooled = counts.sum(axis=0)
    if len(pooled) < 2 or pooled.min() <= 0:
        return Growth(math.nan, NO_INTERVAL)
    years = np.arange(len(pooled)) - (len(pooled) - 1) / 2
    squares = float((years * years).sum())
    slope = float((years * np.log(pooled)).sum()) / squares
    variance = float((years * years / pooled).sum()) / (squares * squares)
    half = Z_95 * math.sqrt(variance * max(1.0, dispersion(counts)))
    interval = Interval(_percent(slope - half), _percent(slope + half))
    return Growth(_percent(slope), interval)


def dispersion(counts: np.ndarray) -> float:
    """Return the variance over the mean of counts of the same year in different seeds.

    About 1 for Poisson counts; 1 where there is one seed only, or nothing to compare.
    """
    expected = counts.mean(axis=0)
    freedom = (len(counts) - 1) * int((expected > 0).sum())
    if freedom == 0:
        return 1.0
    seen = counts[:, expected > 0]
    return float(((seen - expected[expected > 0]) ** 2 / expected[expected > 0]).sum()) / freedom


def _percent(slope: float) -> float:
    return 100.0 * math.expm1(slope)
