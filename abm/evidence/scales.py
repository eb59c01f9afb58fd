"""Scales on which published and simulated numbers are compared, averaged and told apart.

Shares are compared as odds, so that a question and its opposite have the same error; ratios, rates
and counts as logarithms; correlations as Fisher's z.
"""

import math
from typing import Literal, get_args

import numpy as np

from abm.studies.intervals import Z_95

Scale = Literal["log-odds", "log", "Fisher's z", "natural"]
Size = Literal["share", "ratio", "correlation", "standardised difference", "none"]
SCALES: tuple[Scale, ...] = get_args(Scale)
LOGISTIC_SPREAD = math.pi / math.sqrt(3.0)
"""The log odds ratio of a standardised difference of 1 (Chinn 2000, Statistics in Medicine 19)."""


def on_scale(value: float, scale: Scale) -> float:
    """Return a number on a scale; percentages on log-odds.

    At the limits of a scale (0 %, 100 %, a ratio of 0) it is infinite, beyond them NaN.
    """
    with np.errstate(all="ignore"):
        number = np.float64(value)
        if scale == "log-odds":
            number = np.log(number / (100.0 - number))
        elif scale == "log":
            number = np.log(number)
        elif scale == "Fisher's z":
            number = np.arctanh(number)
        return float(number)


def off_scale(number: float, scale: Scale) -> float:
    """Return what stands at a point of a scale, the inverse of `on_scale`."""
    with np.errstate(all="ignore"):
        point = np.float64(number)
        if scale == "log-odds":
            return float(100.0 / (1.0 + np.exp(-point)))
        if scale == "log":
            return float(np.exp(point))
        return float(np.tanh(point)) if scale == "Fisher's z" else number


def limits(low: float, high: float, scale: Scale) -> tuple[float, float]:
    """Return two ends on a scale; an end at or beyond its limits is open, so infinite."""
    below, above = on_scale(low, scale), on_scale(high, scale)
    return (-math.inf if math.isnan(below) else below, math.inf if math.isnan(above) else above)


def standard_error(value: float, low: float, high: float, scale: Scale) -> float:
    """Return the standard error on a scale of a number with a 95 % interval; NaN without one.

    Where one end lies beyond the scale, the other alone decides.
    """
    centre, below, above = (on_scale(number, scale) for number in (value, low, high))
    halves = [half for half in (centre - below, above - centre) if math.isfinite(half)]
    return sum(halves) / len(halves) / Z_95 if halves else math.nan


def log_factor(one: float, other: float, size: Size) -> float:
    """Return the logarithm of the factor between two sizes; NaN where they have none.

    It is that of odds for shares, of the ratios themselves, and of the odds ratios that
    correlations and standardised differences amount to.
    """
    return abs(log_size(one, size) - log_size(other, size))


def log_size(value: float, size: Size) -> float:
    """Return the logarithm of the odds, ratio or odds ratio that a size is, NaN without one."""
    if size == "none":
        return math.nan
    if size == "share":
        return on_scale(value, "log-odds")
    if size == "ratio":
        return on_scale(value, "log")
    if size == "correlation":
        value = 2.0 * value / math.sqrt(1.0 - value * value) if abs(value) < 1.0 else math.nan
    return value * LOGISTIC_SPREAD
