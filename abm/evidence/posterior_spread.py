"""What single draws of the parameters say of a study: where they lie, and how many are accepted."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

FEWEST = 3
"""Draws with a number below which no interval over them is told."""
MIDDLE = (0.025, 0.975)


class OverDraws(NamedTuple):
    """A study done in every draw of the parameters alone.

    Attributes
    ----------
    low, high : float
        Where the middle 95 % of the draws lie: what is not known of the parameters and the chance
        of one population together. NaN with fewer than three draws that give a number.
    inside : int
        Draws whose own number is accepted.
    draws : int
        Draws that give a number; the others are left out.
    """

    low: float
    high: float
    inside: int
    draws: int

    def sureness(
        self, own_low: float, own_high: float, low: float, high: float
    ) -> tuple[float, float]:
        """Return the interval that a verdict goes by: the simulation's own, for chance alone.

        The interval over draws would make of a vague posterior a better verdict. Only a claim
        about a side whose study has no interval of its own (a census has no persons) goes by it:
        there it can only lower the verdict.

        Parameters
        ----------
        own_low, own_high
            The simulation's own interval; NaN where there is none.
        low, high
            What is accepted; infinite where one side is open.
        """
        has_one_side = not (math.isfinite(low) and math.isfinite(high))
        if has_one_side and math.isnan(own_low) and math.isnan(own_high):
            return self.low, self.high
        return own_low, own_high


def over_draws(values: Sequence[float], low: float, high: float) -> OverDraws:
    """Return where draws lie.

    Quantiles are median-unbiased (Hyndman and Fan 1996, The American Statistician 50, 361-365,
    their eighth), which with few draws are the lowest and the highest.

    Parameters
    ----------
    values
        The number of every draw; NaN or infinite where it has none.
    low, high
        What is accepted; infinite where one side is open.
    """
    numbers = np.array([value for value in values if math.isfinite(value)])
    two_sided = math.isfinite(low) and math.isfinite(high)
    accepted = (numbers >= low) & (numbers <= high) if two_sided else _beyond(numbers, low, high)
    ends = (math.nan, math.nan)
    if len(numbers) >= FEWEST:
        found = np.quantile(numbers, MIDDLE, method="median_unbiased")
        ends = (float(found[0]), float(found[1]))
    return OverDraws(*ends, int(accepted.sum()), len(numbers))


def _beyond(numbers: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return which numbers lie on the accepted side of a bound, as verdicts have it."""
    return (numbers > low) & (numbers < high)
