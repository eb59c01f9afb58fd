"""Estimates over seeds that draw their parameters from the posterior: parameters and chance apart.

The columns that every comparison has keep their meaning: their intervals are of chance, here among
runs of one draw. What the draws of the parameters come to stands in further columns.
"""

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from abm.experiments.comparison.estimates import (
    PEOPLE_OF_A_RATE,
    PEOPLE_REACHED,
    UNKNOWN,
    Estimate,
    difference,
    is_by_people,
    over_seeds,
    ratio_of_sums,
)
from abm.experiments.comparison.pairing import PairSums
from abm.scenario.draws import pair_of
from abm.studies.between_draws import BetweenDraws, between_draws

WITHIN_DRAWS = "within draws"
UNCLEAR_PARAMETERS = "the interval over draws of the parameters includes 0"
ENDS = ("parameter_low", "parameter_high", "one_run_low", "one_run_high")
SPLIT = ("averted", "per_100k", "per_1000_reached")
COLUMNS = ("draws", *(f"{name}_{end}" for name in SPLIT for end in ENDS))
"""Of differences.csv, after those of every comparison."""


class _OfSeed(Protocol):
    """What one seed says about something."""

    @property
    def seed(self) -> int: ...


def difference_by_draw(sums: Sequence[PairSums], years: float) -> dict[str, object]:
    """Return one row of the table over all seeds, with the further columns.

    Parameters
    ----------
    sums
        Of the same scenario, outcome and group, one a seed. Seeds without the partner that has
        the same draw are left out; of such alone the first one is taken.
    years
        How many years are reported.
    """
    chosen = with_partner(sums)
    row = difference(chosen, years, estimate=chance_over_seeds)
    if not is_by_people(chosen):
        row["interval"] = WITHIN_DRAWS
    of_runs = by_draw(chosen, [1.0] * len(chosen))
    rates = by_draw(chosen, [each.person_years for each in chosen])
    reached = by_draw(chosen, [each.reached for each in chosen])
    row["draws"] = int(of_runs.draws)
    row |= split_columns(of_runs, "averted_")
    row |= split_columns(rates, "per_100k_", years * PEOPLE_OF_A_RATE)
    row |= split_columns(reached, "per_1000_reached_", PEOPLE_REACHED)
    if float(reached.parameter.low) <= 0 and row["note"] == "":
        row |= UNKNOWN.named("needed_to_reach") | UNKNOWN.named("cost_per_averted")
        row["note"] = UNCLEAR_PARAMETERS
    return row


def with_partner[OfSeed: _OfSeed](sums: Sequence[OfSeed]) -> Sequence[OfSeed]:
    """Return those whose draw was lived with both its seeds; the first one if there are none."""
    pairs = [pair_of(each.seed) for each in sums]
    whole = [each for each, pair in zip(sums, pairs, strict=True) if pairs.count(pair) > 1]
    return whole or sums[:1]


def by_draw(sums: Sequence[PairSums], denominators: Sequence[float]) -> BetweenDraws:
    """Return what is averted over a denominator, parameters and chance apart.

    As in `over_seeds` it is a ratio of sums, and what each seed leaves unexplained tells how sure.
    """
    seeds = [each.seed for each in sums]
    ratio = over_seeds(sums, denominators).value
    if math.isnan(ratio):
        return between_draws(np.full(len(sums), math.nan), seeds)
    above, below = np.array([each.averted for each in sums]), np.array(denominators)
    return between_draws(ratio + (above - ratio * below) / below.mean(), seeds)


def chance_over_seeds(sums: Sequence[PairSums], denominators: Sequence[float]) -> Estimate:
    """Return what is averted over a denominator with the interval of chance within draws."""
    estimate = over_seeds(sums, denominators)
    if is_by_people(sums):
        return estimate
    chance = by_draw(sums, denominators).chance
    if math.isnan(chance.low):
        return ratio_of_sums(sums, denominators, is_by_people=True)
    return Estimate(estimate.value, float(chance.low), float(chance.high))


def split_columns(found: BetweenDraws, before: str = "", unit: float = 1.0) -> dict[str, object]:
    """Return the intervals over parameters and of one run, named as in `ENDS`."""
    ends = (*found.parameter, *found.one_run)
    return {f"{before}{name}": unit * float(end) for name, end in zip(ENDS, ends, strict=True)}
