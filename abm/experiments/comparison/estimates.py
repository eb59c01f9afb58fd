"""Estimates over seeds: what is averted, for how many reached, at what cost, and how sure.

With several seeds intervals are Student's t over the paired differences of the seeds. With one
seed they come from its people: the spread of a sum of independent changes of persons, for cases
the root of the number of people whose status changed. That leaves out what people do to each
other and what differs between populations. The same where all seeds happen to agree although
people changed: no spread between seeds would say that chance had no part. Where nobody changed
there is no interval.

Where seeds draw their parameters from the posterior, intervals are of chance within draws, and
further columns hold what is due to the parameters (`abm.experiments.comparison.estimates_by_draw`).
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from abm.experiments.comparison.pairing import PairSums
from abm.studies.intervals import NO_INTERVAL, ROUNDING, Z_95, between_seeds, unless_zero

if TYPE_CHECKING:
    import pandas as pd

ALL_SEEDS = "all"
CHANCE = "chance"
BETWEEN_SEEDS, BETWEEN_PEOPLE = "between seeds", "between people"
PEOPLE_OF_A_RATE, PEOPLE_REACHED = 100_000.0, 1000.0
NOBODY = "nobody was reached"
NOT_COUNTED = "how many were reached in this part of the population is not counted"
NOTHING = "nobody's outcome changed"
UNCLEAR = "the interval of what is averted includes 0"
MORE = "there is more, not less, than in the base"


class Estimate(NamedTuple):
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> "Estimate":
        """Return it in another unit."""
        return Estimate(self.value * factor, self.low * factor, self.high * factor)

    def named(self, value: str, low: str = "", high: str = "") -> dict[str, float]:
        """Return it by the names of three columns."""
        names = (value, low or f"{value}_low", high or f"{value}_high")
        return dict(zip(names, self, strict=True))

    def turned(self) -> "Estimate":
        """Return how much of the denominator goes with one of the numerator.

        Only where the interval lies above zero; otherwise everything is NaN.
        """
        if not self.low > 0:
            return UNKNOWN
        return Estimate(1 / self.value, 1 / self.high, 1 / self.low)


UNKNOWN = Estimate(math.nan, *NO_INTERVAL)
Estimator = Callable[[Sequence[PairSums], Sequence[float]], Estimate]

COLUMNS = (
    *("scenario", "seed", "outcome", "group", "level", "seeds", "people", "person_years"),
    *("base", "other", "averted", "low", "high", "interval", "uncertainty", "helped", "harmed"),
    *("per_100k", "per_100k_low", "per_100k_high"),
    *("reached", "per_1000_reached", "per_1000_reached_low", "per_1000_reached_high"),
    *("needed_to_reach", "needed_to_reach_low", "needed_to_reach_high"),
    *("cost", "cost_per_averted", "cost_per_averted_low", "cost_per_averted_high", "note"),
)
"""Of differences.csv; `abm/report/columns.toml` says what each means."""
MEANS = ("people", "person_years", "base", "other", "helped", "harmed", "reached", "cost")


def differences_table(
    sums: Iterable[PairSums], years: float, is_by_draw: bool = False
) -> "pd.DataFrame":
    """Return one row a scenario, outcome and group: over all seeds first, then each seed.

    Parameters
    ----------
    sums
        Of every scenario and seed, in order.
    years
        How many years are reported.
    is_by_draw
        Whether seeds draw their parameters from the posterior: then further columns tell
        parameters and chance apart.
    """
    import pandas as pd

    from abm.experiments.comparison import estimates_by_draw

    cells: dict[tuple[str, str, str, str], list[PairSums]] = {}
    for each in sums:
        key = (each.scenario, each.outcome, each.group, each.level)
        cells.setdefault(key, []).append(each)
    rows = []
    for of_seeds in cells.values():
        over_all = estimates_by_draw.difference_by_draw if is_by_draw else difference
        rows.append(over_all(of_seeds, years))
        rows += [{"draws": 0} | difference([one], years, str(one.seed)) for one in of_seeds]
    further = estimates_by_draw.COLUMNS if is_by_draw else ()
    return pd.DataFrame(rows, columns=[*COLUMNS, *further])


def difference(
    sums: Sequence[PairSums],
    years: float,
    seed: str = ALL_SEEDS,
    estimate: Estimator | None = None,
) -> dict[str, object]:
    """Return one row of the table, from one or more seeds.

    Parameters
    ----------
    sums
        Of the same scenario, outcome and group, one a seed.
    years
        How many years are reported.
    seed
        What stands in the column `seed`.
    estimate
        What gives estimates with their intervals, by default `over_seeds`.
    """
    first = sums[0]
    found = estimate or over_seeds
    averted = found(sums, [1.0] * len(sums))
    per_person_year = found(sums, [each.person_years for each in sums])
    per_reached = found(sums, [each.reached for each in sums])
    per_cost = found(sums, [each.cost for each in sums])
    row: dict[str, object] = {
        **{name: getattr(first, name) for name in ("scenario", "outcome", "group", "level")},
        **{name: float(np.mean([getattr(each, name) for each in sums])) for name in MEANS},
        "seed": seed,
        "seeds": len(sums),
        "interval": BETWEEN_PEOPLE if is_by_people(sums) else BETWEEN_SEEDS,
        "uncertainty": CHANCE,
        "note": _note(sums, per_reached),
    }
    row |= averted.named("averted", "low", "high")
    row |= per_person_year.times(years * PEOPLE_OF_A_RATE).named("per_100k")
    row |= per_reached.times(PEOPLE_REACHED).named("per_1000_reached")
    row |= per_reached.turned().named("needed_to_reach")
    return row | per_cost.turned().named("cost_per_averted")


def _note(sums: Sequence[PairSums], per_reached: Estimate) -> str:
    """Say why the number needed is not shown, if it is not."""
    if not any(each.squares for each in sums):
        return NOTHING
    if math.isnan(per_reached.value):
        return NOT_COUNTED if any(math.isnan(each.reached) for each in sums) else NOBODY
    if per_reached.low > 0:
        return ""
    return MORE if per_reached.high < 0 else UNCLEAR


def over_seeds(sums: Sequence[PairSums], denominators: Sequence[float]) -> Estimate:
    """Return what is averted over a denominator, all seeds together.

    Parameters
    ----------
    sums
        One a seed.
    denominators
        What it is divided by, one a seed; 1.0 gives the mean of a seed.

    Returns
    -------
    Estimate
        A ratio of sums. Its interval is Student's t over what each seed leaves unexplained
        (with a constant denominator: over the seeds' differences), or that of people. NaN where
        the denominators sum to nothing or are not known.
    """
    return ratio_of_sums(sums, denominators, is_by_people(sums))


class Changed(Protocol):
    """What one seed says: a sum over its people, and the sum of its squares."""

    @property
    def averted(self) -> float: ...
    @property
    def squares(self) -> float: ...


def ratio_of_sums(
    changes: Sequence[Changed], denominators: Sequence[float], is_by_people: bool
) -> Estimate:
    """Return a ratio of sums with its interval, between seeds or `is_by_people`.

    Where seeds leave nothing unexplained, the interval is that of people, too; where nobody
    changed there is none.
    """
    below = np.array(denominators, float)
    total = float(below.sum())
    if not total > 0:
        return UNKNOWN
    above = np.array([each.averted for each in changes], float)
    ratio = float(above.sum()) / total
    left = above - ratio * below
    rest = between_seeds(np.where(np.abs(left) > ROUNDING * np.abs(above), left, 0.0))
    half = (rest.high - rest.mean) * len(changes) / total
    if is_by_people or math.isnan(half):
        half = Z_95 * math.sqrt(math.fsum(each.squares for each in changes)) / total
        half = float(unless_zero(half))
    return Estimate(ratio, ratio - half, ratio + half)


def is_by_people(sums: Sequence[Changed]) -> bool:
    """Return whether intervals come from people: of one seed, or of seeds that all agree."""
    agree = len({each.averted for each in sums}) == 1 and any(each.squares for each in sums)
    return len(sums) == 1 or agree
