"""The verdict: how what was simulated stands to what is accepted, and draws of the parameters."""

import math
from collections.abc import Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

import numpy as np

from abm.studies.intervals import TAILS

Verdict = Literal[
    "inside", "near", "outside", "direction right", "direction wrong", "no answer", "not answerable"
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
GOOD: frozenset[Verdict] = frozenset({"inside", "direction right"})
NEAR_SHARE = 0.25
NO_EFFECT = MappingProxyType(
    dict.fromkeys(("ratio", "odds_ratio", "hazard_ratio", "variance_ratio"), 1.0)
    | dict.fromkeys(("difference", "standardised_difference", "correlation"), 0.0)
    | dict.fromkeys(("rank_correlation", "slope", "interaction", "growth", "extra_growth"), 0.0)
    | {"standardised_mean_change": 0.0, "latent_variance_share": 0.0, "odds_over_expected": 1.0}
)
"""What statistics of effects are where there is none; the others have no direction."""


def verdict_of(
    value: float, low: float, high: float, own_low: float = math.nan, own_high: float = math.nan
) -> Verdict:
    """Return the verdict on one number.

    With two bounds: "inside" them, "near" if at most a quarter of their distance beyond one of
    them, or if the simulation's own interval reaches in; else "outside". With one bound only the
    side counts: "direction right" if all of the simulation's own interval lies on it, "near" if
    the number does and its interval reaches across, else "direction wrong". "no answer": the
    simulation gave no number. What is accepted is infinite where one side is open; the
    simulation's own interval is NaN where there is none.
    """
    if math.isnan(value):
        return "no answer"
    if not (math.isfinite(low) and math.isfinite(high)):
        if not low < value < high:
            return "direction wrong"
        crosses = own_low <= low or own_high >= high
        return "near" if crosses else "direction right"
    if low <= value <= high:
        return "inside"
    beyond = max(low - value, value - high)
    reaches_in = own_low <= high and own_high >= low
    return "near" if reaches_in or beyond <= NEAR_SHARE * (high - low) else "outside"


def direction_of(
    low: float, high: float, nothing: float, own_low: float, own_high: float
) -> Literal["right", "wrong", "open", ""]:
    """Return whether an effect has the published direction, whatever its size.

    "right" or "wrong" if all of the simulation's own interval lies on one side of `nothing`, which
    stands for no effect; "open" if it does not; "" where what is accepted has no direction.
    """
    if low >= nothing:
        above = True
    elif high <= nothing:
        above = False
    else:
        return ""
    if own_low > nothing:
        return "right" if above else "wrong"
    if own_high < nothing:
        return "wrong" if above else "right"
    return "open"


RANKED: tuple[tuple[Verdict, ...], ...] = (
    *(("inside", "direction right"), ("near",), ("outside", "direction wrong")),
    *(("no answer",), ("not answerable",)),
)
RANKS = {verdict: rank for rank, alike in enumerate(RANKED) for verdict in alike}


def worst(verdicts: list[Verdict]) -> int:
    """Return the index of the worst verdict; of equals the first."""
    return max(range(len(verdicts)), key=lambda index: (RANKS[verdicts[index]], -index))


class PosteriorSpread(NamedTuple):
    """A study done in every draw of the parameters alone: where they lie, how many are accepted."""

    # Where the middle 95 % of the draws lie: what is not known of the parameters and the chance of
    # one population together. NaN with fewer than `LEAST_DRAWS` that give a number.
    low: float
    high: float
    inside: int  # draws whose own number is accepted
    draws: int  # that give a number; the others are left out

    def interval_for_verdict(
        self, own_low: float, own_high: float, low: float, high: float
    ) -> tuple[float, float]:
        """Return the interval that a verdict goes by: the simulation's own, for chance alone.

        The interval over draws would make of a vague posterior a better verdict. Only a claim
        about a side (one of the accepted `low` and `high` is open) whose study has no interval of
        its own (a census has no persons) goes by it: there it can only lower the verdict.
        """
        has_one_side = not (math.isfinite(low) and math.isfinite(high))
        if has_one_side and math.isnan(own_low) and math.isnan(own_high):
            return self.low, self.high
        return own_low, own_high


LEAST_DRAWS = 3
"""Draws with a number below which no interval over them is told."""


def posterior_spread(values: Sequence[float], low: float, high: float) -> PosteriorSpread:
    """Return where draws lie, from the number of each; NaN or infinite where it has none.

    Quantiles are median-unbiased (Hyndman and Fan 1996, The American Statistician 50, 361-365,
    their eighth), which with few draws are the lowest and the highest. What lies between the
    accepted `low` and `high` is inside, as verdicts have it.
    """
    numbers = np.array([value for value in values if math.isfinite(value)])
    two_sided = math.isfinite(low) and math.isfinite(high)
    beyond = (numbers > low) & (numbers < high)
    accepted = (numbers >= low) & (numbers <= high) if two_sided else beyond
    ends = (math.nan, math.nan)
    if len(numbers) >= LEAST_DRAWS:
        least, most = np.quantile(numbers, TAILS, method="median_unbiased")
        ends = (float(least), float(most))
    return PosteriorSpread(*ends, int(accepted.sum()), len(numbers))
