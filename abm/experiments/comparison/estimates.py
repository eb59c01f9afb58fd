"""Estimates over seeds: what is averted, for how many reached, at what cost, and how sure.

With one seed intervals come from its people: the spread of a sum of independent changes of
persons, for cases the root of the number of people whose status changed. That leaves out what
people do to each other and what differs between populations. With several seeds what their people
say and how much seeds differ are pooled (`abm.studies.intervals.pooled_half`). Where nobody changed
there is no interval.

Where seeds draw their parameters from the posterior, the columns that every comparison has keep
their meaning: their intervals are of chance, here among runs of one draw. What the draws of the
parameters come to stands in further columns.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from abm.experiments.comparison.groups import EVERYBODY
from abm.experiments.comparison.pairing import PairSums
from abm.scenario.draws import pair_of
from abm.studies.intervals import (
    FREE_OF_CHANGES,
    NO_INTERVAL,
    ROUNDING,
    pooled_half,
    unless_zero,
)
from abm.studies.variance_between_draws import BetweenDraws, variance_between_draws

if TYPE_CHECKING:
    import pandas as pd

ALL_SEEDS = "all"
CHANCE = "chance"
BETWEEN_PEOPLE, PEOPLE_AND_SEEDS = "between people", "people and seeds"
WITHIN_DRAWS = "within draws"
PEOPLE_OF_A_RATE, PEOPLE_REACHED = 100_000.0, 1000.0
NOBODY = "nobody was reached"
NOT_COUNTED = "how many were reached in this part of the population is not counted"
NOTHING = "nobody's outcome changed"
UNCLEAR = "the interval of what is averted includes 0"
UNCLEAR_PARAMETERS = "the interval over draws of the parameters includes 0"
MORE = "there is more, not less, than in the scenario compared with"

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

# Where seeds draw their parameters, these follow: of other tables, and of differences.csv.
ENDS = ("parameter_low", "parameter_high", "one_run_low", "one_run_high")
DRAW_COLUMNS = ("draws", *ENDS)
SPLIT = ("averted", "per_100k", "per_1000_reached")
SPLIT_COLUMNS = ("draws", *(f"{name}_{end}" for name in SPLIT for end in ENDS))


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


class Change(Protocol):
    """What one seed says: a sum over its people, and the sum of its squares."""

    @property
    def seed(self) -> int: ...
    @property
    def averted(self) -> float: ...
    @property
    def squares(self) -> float: ...


def differences_table(
    sums: Iterable[PairSums], years: float, is_by_draw: bool = False
) -> "pd.DataFrame":
    """Return one row a scenario, outcome and group: over all seeds first, then each seed.

    Groups that nobody is in are left out.
    `years` are those reported. `is_by_draw`: seeds draw their parameters from the posterior, and
    further columns tell parameters and chance apart.
    """
    import pandas as pd

    cells: dict[tuple[str, str, str, str], list[PairSums]] = {}
    for pair in sums:
        key = (pair.scenario, pair.outcome, pair.group, pair.level)
        cells.setdefault(key, []).append(pair)
    over_all = difference_by_draw if is_by_draw else difference
    rows = []
    for pairs in cells.values():
        if pairs[0].group != EVERYBODY and not any(pair.people for pair in pairs):
            continue  # a group that nobody is in
        rows.append(over_all(pairs, years))
        rows += [{"draws": 0} | difference([pair], years, str(pair.seed)) for pair in pairs]
    return pd.DataFrame(rows, columns=[*COLUMNS, *(SPLIT_COLUMNS if is_by_draw else ())])


def difference(
    sums: Sequence[PairSums],
    years: float,
    seed: str = ALL_SEEDS,
    spreads: "Mapping[str, BetweenDraws] | None" = None,
) -> dict[str, object]:
    """Return one row of the table, from seeds of the same scenario, outcome and group.

    `spreads` are those of draws of the parameters, by the names of `_denominators`.
    """
    averted, per_person_year, per_reached, per_cost = (
        over_seeds(sums, below, (spreads or {}).get(name))
        for name, below in _denominators(sums).items()
    )
    row: dict[str, object] = {
        **{name: getattr(sums[0], name) for name in ("scenario", "outcome", "group", "level")},
        **{name: float(np.mean([getattr(pair, name) for pair in sums])) for name in MEANS},
        "seed": seed,
        "seeds": len(sums),
        "interval": BETWEEN_PEOPLE if len(sums) == 1 else PEOPLE_AND_SEEDS,
        "uncertainty": CHANCE,
        "note": _note(sums, per_reached),
    }
    row |= averted.named("averted", "low", "high")
    row |= per_person_year.times(years * PEOPLE_OF_A_RATE).named("per_100k")
    row |= per_reached.times(PEOPLE_REACHED).named("per_1000_reached")
    row |= per_reached.turned().named("needed_to_reach")
    return row | per_cost.turned().named("cost_per_averted")


def _denominators(sums: Sequence[PairSums]) -> dict[str, list[float]]:
    """Return what is averted is divided by, one number a seed."""
    return {
        "averted": [1.0] * len(sums),
        "per_100k": [pair.person_years for pair in sums],
        "per_1000_reached": [pair.reached for pair in sums],
        "cost_per_averted": [pair.cost for pair in sums],
    }


def difference_by_draw(sums: Sequence[PairSums], years: float) -> dict[str, object]:
    """Return one row of the table over all seeds that draw parameters, with the further columns.

    Seeds without the partner that has the same draw are left out; of such alone the first is taken.
    """
    chosen = with_partner(sums)
    spreads = {
        name: posterior_spread(chosen, below) for name, below in _denominators(chosen).items()
    }
    row = difference(chosen, years, spreads=spreads)
    if len(chosen) > 1:
        row["interval"] = WITHIN_DRAWS
    row["draws"] = int(spreads["averted"].draws)
    units = (1.0, years * PEOPLE_OF_A_RATE, PEOPLE_REACHED)
    for name, unit in zip(SPLIT, units, strict=True):
        row |= split_columns(spreads[name], f"{name}_", unit)
    if float(spreads["per_1000_reached"].parameter.low) <= 0 and row["note"] == "":
        row |= UNKNOWN.named("needed_to_reach") | UNKNOWN.named("cost_per_averted")
        row["note"] = UNCLEAR_PARAMETERS
    return row


def _note(sums: Sequence[PairSums], per_reached: Estimate) -> str:
    """Say why the number needed is not shown, if it is not."""
    if not any(pair.squares for pair in sums):
        return NOTHING
    if math.isnan(per_reached.value):
        return NOT_COUNTED if any(math.isnan(pair.reached) for pair in sums) else NOBODY
    if per_reached.low > 0:
        return ""
    return MORE if per_reached.high < 0 else UNCLEAR


def over_seeds(
    changes: Sequence[Change],
    denominators: Sequence[float],
    spread: BetweenDraws | None = None,
) -> Estimate:
    """Return what is averted over a denominator, all seeds together: a ratio of sums.

    Changes and denominators are one a seed; denominators of 1.0 give the mean of a seed. The
    interval pools what people say with what each seed leaves unexplained (with a constant
    denominator: with how the seeds' differences differ); given the `spread` between draws of the
    parameters, it is of chance within draws. NaN where the denominators sum to nothing or are not
    known.
    """
    below = np.array(denominators, float)
    total = float(below.sum())
    if not total > 0:
        return UNKNOWN
    above = np.array([change.averted for change in changes], float)
    ratio = float(above.sum()) / total
    if spread is not None and len(changes) > 1 and not math.isnan(spread.chance.low):
        return Estimate(ratio, *map(float, spread.chance))
    left = above - ratio * below
    left = np.where(np.abs(left) > ROUNDING * np.abs(above), left, 0.0)
    within = math.fsum(change.squares for change in changes) / len(changes)
    between = float((left**2).sum()) / max(len(changes) - 1, 1)
    of_mean = pooled_half(within, between, len(changes), FREE_OF_CHANGES)
    half = float(unless_zero(of_mean * len(changes) / total))
    return Estimate(ratio, ratio - half, ratio + half)


def with_partner[OneSeed: Change](changes: Sequence[OneSeed]) -> Sequence[OneSeed]:
    """Return those whose draw was run with both its seeds; the first one if there are none."""
    pairs = [pair_of(change.seed) for change in changes]
    whole = [one for one, pair in zip(changes, pairs, strict=True) if pairs.count(pair) > 1]
    return whole or changes[:1]


def posterior_spread(changes: Sequence[Change], denominators: Sequence[float]) -> BetweenDraws:
    """Return what is averted over a denominator, parameters and chance apart.

    As in `over_seeds` it is a ratio of sums, and what each seed leaves unexplained tells how sure.
    """
    seeds = [change.seed for change in changes]
    ratio = over_seeds(changes, denominators).value
    if math.isnan(ratio):
        return variance_between_draws(np.full(len(changes), math.nan), seeds)
    above, below = np.array([change.averted for change in changes]), np.array(denominators)
    return variance_between_draws(ratio + (above - ratio * below) / below.mean(), seeds)


def split_columns(spread: BetweenDraws, before: str = "", unit: float = 1.0) -> dict[str, object]:
    """Return the intervals over parameters and of one run, named as in `ENDS`."""
    ends = (*spread.parameter, *spread.one_run)
    return {f"{before}{name}": unit * float(end) for name, end in zip(ENDS, ends, strict=True)}
