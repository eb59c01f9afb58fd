"""One verdict a quantity, on the value that ever more people would give, with its own error.

How many people are simulated decides only whether there are enough of them to tell.
"""

import csv
import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

import numpy as np

from abm.evidence.evaluation import Result
from abm.evidence.quantity_members import JudgedQuantity, Part, ScalePoint, points_of
from abm.evidence.register import FOLDER, Entry
from abm.evidence.scales import limits, log_factor, off_scale, on_scale
from abm.studies.intervals import Z_95

QuantityVerdict = Literal[
    "inside",
    "outside",
    "direction right",
    "direction wrong",
    "not enough people yet",
    "no answer",
    "not answerable",
]
Group = Literal[
    "fitted",
    "in view",
    "tested",
    "weak",
    "follows from the equations",
    "no test",
    "not answerable",
]
QUANTITY_VERDICTS: tuple[QuantityVerdict, ...] = get_args(QuantityVerdict)
GROUPS: tuple[Group, ...] = get_args(Group)
SURE = 0.9
"""A quantity is inside, or beyond one end, when the chance that it is so is at least this."""
WIDEST = 4.0
"""Where the ends of what is accepted differ by more than this factor, nearly everything passes."""
MOST_TESTED, LEAST_FOLLOWING = 0.5, 0.9
"""Of draws from the prior: fewer pass what is a test, at least so many what follows anyhow."""
LARGEST_FACTOR = 100.0
"""A factor of error is cut off here: a share of none is infinitely far from any other."""
PASSES_FILE = "prior_passes.csv"
WORST_FIRST: tuple[QuantityVerdict, ...] = (
    *("not answerable", "no answer", "outside", "direction wrong"),
    *("not enough people yet", "inside", "direction right"),
)


class Chances(NamedTuple):
    """How likely the long-run value lies below, within and above what is accepted."""

    below: float
    inside: float
    above: float


class SimulatedPart(NamedTuple):
    """What the members of a part give together, in its own units."""

    value: float
    low: float  # its Monte Carlo interval (95 %), NaN where it is not known
    high: float
    p_inside: float
    verdict: QuantityVerdict
    factor: float  # of error; NaN where no size is published


NO_ANSWER = SimulatedPart(math.nan, math.nan, math.nan, math.nan, "no answer", math.nan)


@dataclass(frozen=True)
class QuantityResult:
    """What became of one quantity."""

    quantity: JudgedQuantity
    group: Group
    prior_pass: float  # share of draws from the prior that pass; NaN where it is not known
    parts: tuple[SimulatedPart, ...]  # none where it is not answerable
    deciding: int  # the part with the worst verdict, of equals the least likely
    draws_inside: int  # of draws of the parameters, each alone
    draws: int

    @property
    def verdict(self) -> QuantityVerdict:
        """The verdict on the quantity."""
        return self.parts[self.deciding].verdict if self.parts else "not answerable"


def chances(value: float, error: float, low: float, high: float) -> Chances:
    """Return where the long-run value lies, from one estimate of it with a normal error.

    All on one scale. Without a known error all are NaN; an error of 0 makes them certain.
    """
    from scipy.special import ndtr

    if math.isnan(value) or math.isnan(error):
        return Chances(math.nan, math.nan, math.nan)
    if error == 0.0 or math.isinf(value):
        is_sided = math.isinf(low) or math.isinf(high)
        is_below = value <= low if is_sided else value < low
        is_above = value >= high if is_sided else value > high
        return Chances(float(is_below), float(not (is_below or is_above)), float(is_above))
    below, above = float(ndtr((low - value) / error)), float(ndtr((value - high) / error))
    return Chances(below, max(0.0, 1.0 - below - above), above)


def verdict_by(chance: Chances, *, is_sided: bool) -> QuantityVerdict:
    """Return the verdict that chances allow."""
    if chance.inside >= SURE:
        return "direction right" if is_sided else "inside"
    if max(chance.below, chance.above) >= SURE:
        return "direction wrong" if is_sided else "outside"
    return "not enough people yet"


def judge_part(
    part: Part, points: Sequence[ScalePoint], unknown: float = math.nan
) -> SimulatedPart:
    """Return what members give together: their mean on the scale, and the mean of their errors.

    Members share people, so that more of them make no smaller error. `unknown` stands for the error
    where none of them tells it.
    """
    if not points:
        return NO_ANSWER
    value = sum(point.value for point in points) / len(points)
    errors = [point.error for point in points if not math.isnan(point.error)]
    error = sum(errors) / len(errors) if errors else unknown
    chance = chances(value, error, *limits(part.low, part.high, part.scale))
    low, high = value - Z_95 * error, value + Z_95 * error
    simulated = off_scale(value, part.scale)
    return SimulatedPart(
        simulated,
        off_scale(low, part.scale),
        off_scale(high, part.scale),
        chance.inside,
        verdict_by(chance, is_sided=part.is_sided),
        factor_of(simulated, part),
    )


def factor_of(value: float, part: Part) -> float:
    """Return by which factor a number is larger or smaller than what is published."""
    factor = log_factor(value, part.centre, part.size)
    return math.nan if math.isnan(factor) else math.exp(min(factor, math.log(LARGEST_FACTOR)))


def is_too_wide(part: Part) -> bool:
    """Return whether what is accepted is so wide that nearly everything passes."""
    if part.is_sided or part.size == "none":
        return False
    return not log_factor(part.low, part.high, part.size) <= math.log(WIDEST)  # NaN: a scale's end


def others_factor(quantity: JudgedQuantity) -> float:
    """Return the typical factor between one published estimate and the mean of the others."""
    (part, *_), estimates = quantity.parts, quantity.estimates
    if len(estimates) < 2:
        return math.nan
    values = np.array([on_scale(estimate.value, part.scale) for estimate in estimates])
    others = (values.sum() - values) / (len(values) - 1)
    factors = [
        factor_of(estimate.value, replace(part, centre=off_scale(mean, part.scale)))
        for estimate, mean in zip(estimates, others, strict=True)
    ]
    return float(np.median(factors))


def group_of(quantity: JudgedQuantity, entries: Mapping[str, Entry], prior_pass: float) -> Group:
    """Return what a verdict on a quantity is worth; where no draw of the prior is known, "weak"."""
    answerable = [entries[name] for name in quantity.entries if entries[name].is_answerable]
    if not answerable:
        return "not answerable"
    uses = {entry.use for entry in answerable}
    if "fitted" in uses:
        return "fitted"
    if "in view" in uses:
        return "in view"
    if all(map(is_too_wide, quantity.parts)):
        return "no test"
    if prior_pass >= LEAST_FOLLOWING:
        return "follows from the equations"
    return "tested" if prior_pass < MOST_TESTED else "weak"


@functools.cache
def prior_passes() -> Mapping[str, float]:
    """Return which share of draws from the prior pass, by entry and quantity, as far as known."""
    path = FOLDER / PASSES_FILE
    if not path.exists():
        return MappingProxyType({})
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(row["draws"]) > 0]
    return MappingProxyType({row["id"]: int(row["passed"]) / int(row["draws"]) for row in rows})


def judge_quantity(
    quantity: JudgedQuantity,
    results: Mapping[str, Result],
    entries: Mapping[str, Entry],
    passes: Mapping[str, float],
    unknown: float = math.nan,
) -> QuantityResult:
    """Give the verdict on one quantity, from what became of entries (`entries_to_judge`).

    `passes` is as of `prior_passes`, `unknown` as of `judge_part`.
    """
    prior_pass = passes.get(quantity.id, math.nan)
    group = group_of(quantity, entries, prior_pass)
    if group == "not answerable":
        return QuantityResult(quantity, group, prior_pass, (), 0, 0, 0)
    points = points_of(quantity, results)
    parts = tuple(
        judge_part(part, own, unknown) for part, own in zip(quantity.parts, points, strict=True)
    )
    deciding = min(range(len(parts)), key=lambda index: _rank(parts[index]))
    return QuantityResult(
        quantity, group, prior_pass, parts, deciding, *draws_inside(quantity.parts, points)
    )


def _rank(part: SimulatedPart) -> tuple[int, float]:
    chance = 0.0 if math.isnan(part.p_inside) else part.p_inside
    return WORST_FIRST.index(part.verdict), chance


def draws_inside(parts: Sequence[Part], points: Sequence[Sequence[ScalePoint]]) -> tuple[int, int]:
    """Return in how many draws all parts are accepted, and how many gave a number for all."""
    inside = number = 0
    every = [[point.draws for point in own] for own in points]
    for values in zip(*[zip(*draws, strict=False) for draws in every], strict=False):
        together = [float(np.mean(own)) for own in values]
        if not any(map(math.isnan, together)):
            number += 1
            inside += all(map(_accepts, parts, together))
    return inside, number


def _accepts(part: Part, value: float) -> bool:
    return chances(value, 0.0, *limits(part.low, part.high, part.scale)).inside == 1.0
