"""The verdict: how what was simulated stands to what is accepted."""

import math
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
