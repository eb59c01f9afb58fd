"""The verdict: how what was simulated stands to what is accepted."""

import math
from types import MappingProxyType
from typing import Literal

Verdict = Literal[
    "inside", "near", "outside", "direction right", "direction wrong", "not answerable", "no answer"
]
VERDICTS: tuple[Verdict, ...] = (
    *("inside", "near", "outside", "direction right", "direction wrong"),
    *("no answer", "not answerable"),
)
GOOD: frozenset[Verdict] = frozenset({"inside", "direction right"})
NEAR_SHARE = 0.25
NO_EFFECT = MappingProxyType(
    dict.fromkeys(("ratio", "odds_ratio", "hazard_ratio", "variance_ratio"), 1.0)
    | dict.fromkeys(("difference", "standardised_difference", "correlation"), 0.0)
    | dict.fromkeys(("rank_correlation", "slope", "interaction", "growth", "extra_growth"), 0.0)
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
    simulation gave no number.

    Parameters
    ----------
    value
        What was simulated.
    low, high
        What is accepted; infinite where one side is open.
    own_low, own_high
        The simulation's own interval; NaN where there is none.
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

    Parameters
    ----------
    low, high
        What is accepted.
    nothing
        The number that stands for no effect.
    own_low, own_high
        The simulation's own interval.

    Returns
    -------
    str
        "right" or "wrong" if all of the simulation's interval lies on one side of no effect,
        "open" if it does not; "" where what is accepted has no direction.
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


RANKS: dict[Verdict, int] = {
    "inside": 0,
    "direction right": 0,
    "near": 1,
    "outside": 2,
    "direction wrong": 2,
    "no answer": 3,
    "not answerable": 4,
}


def worst(verdicts: list[Verdict]) -> int:
    """Return the place of the worst verdict; of equals the first."""
    return max(range(len(verdicts)), key=lambda place: (RANKS[verdicts[place]], -place))
