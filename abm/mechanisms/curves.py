"""Two curves used everywhere: the logistic and the half-life."""

import math

from abm.compilation import rule

LN_2 = 0.6931471805599453


@rule
def logistic(x: float) -> float:
    """Return 1 / (1 + exp(-x)), safe for any x."""
    if x < -700.0:
        return 0.0
    return 1.0 / (1.0 + math.exp(-x))


@rule
def clipped(value: float, low: float, high: float) -> float:
    """Return the value, kept between `low` and `high`."""
    return min(high, max(low, value))
