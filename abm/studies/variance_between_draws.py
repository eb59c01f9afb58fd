"""What differs between draws of the parameters, and what is chance, told apart.

Every draw is run with two seeds. Two runs of one draw differ by chance alone; what else draws
differ by is due to their parameters: a one-way analysis of variance.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from abm.scenario.draws import SEEDS_A_DRAW
from abm.studies.intervals import LEVEL, UNBOUNDED, Z_95, unless_zero

FEWEST_DRAWS = 2  # fewer do not tell parameters from chance
MANY_DRAWS = 20  # from so many on the interval over parameters is made of quantiles


class Limits(NamedTuple):
    """Lower and upper ends of 95 % intervals, of the shape of the means; NaN where unknown."""

    low: np.ndarray
    high: np.ndarray


class BetweenDraws(NamedTuple):
    """What draws of the parameters, each run with two seeds, say about one or more numbers."""

    draws: np.ndarray  # that have both their runs
    mean: np.ndarray  # over these draws
    parameter: Limits  # where 95 % of their expected values lie, chance taken out
    chance: Limits  # where the mean might lie by chance, the draws as they are
    one_run: Limits  # where a single run might lie by chance, the parameters as on average


def places_of_pairs(seeds: Sequence[int]) -> np.ndarray:
    """Return where the two seeds of every draw stand, shape (draws, 2), seeds ascending.

    Seeds without their partner are left out.
    """
    places = {int(seed): index for index, seed in enumerate(seeds)}
    firsts = sorted(seed for seed in places if seed % 2 == 1 and seed + 1 in places)
    pairs = [[places[seed], places[seed + 1]] for seed in firsts]
    return np.array(pairs, np.int64).reshape(-1, SEEDS_A_DRAW)


def variance_between_draws(
    values: np.ndarray, seeds: Sequence[int], bounds: tuple[float, float] = UNBOUNDED
) -> BetweenDraws:
    """Tell parameters and chance apart, for values of shape (..., seeds), NaN where there is none.

    The variance by chance is the mean variance within draws. That by parameters is the variance of
    the means of draws, less half of it, for a mean of two runs still holds that much chance. The
    interval over parameters is the mean plus or minus 1.96 roots of it; from `MANY_DRAWS` on it is
    made of the quantiles of the draws' means, drawn together so that they have that variance.
    Intervals for chance are Student's t with one degree of freedom a draw. All are cut off at the
    bounds of the quantity.

    `mean` and intervals for chance are NaN without any whole draw, `parameter` with fewer than
    `FEWEST_DRAWS`. Where the two runs of every draw agree, there is no interval for chance; where
    the means of all draws do, none over parameters. Variances are taken apart as by O'Hagan,
    Stevenson and Madan (2007), Health Economics 16, 1009-1023.
    """
    from scipy.special import stdtrit

    pairs = np.asarray(values, np.float64)[..., places_of_pairs(seeds)]
    whole = np.isfinite(pairs).all(axis=-1)
    draws = whole.sum(axis=-1)
    means = np.where(whole, pairs.mean(axis=-1), np.nan)
    halves = np.where(whole, (pairs[..., 0] - pairs[..., 1]) ** 2 / 2, 0.0)
    some = np.where(draws > 0, draws, np.nan)
    mean = np.where(whole, means, 0.0).sum(axis=-1) / some
    within = halves.sum(axis=-1) / some
    quantile = stdtrit(some, 1 - (1 - LEVEL) / 2)
    return BetweenDraws(
        draws,
        mean,
        _of_parameters(means, mean, within, bounds),
        _around(
            mean, unless_zero(quantile * np.sqrt(within / (SEEDS_A_DRAW * some)), mean), bounds
        ),
        _around(mean, unless_zero(quantile * np.sqrt(within), mean), bounds),
    )


def _of_parameters(
    means: np.ndarray, mean: np.ndarray, within: np.ndarray, bounds: tuple[float, float]
) -> Limits:
    """Return the interval over parameters, from the means of draws (NaN where not whole)."""
    whole = ~np.isnan(means)
    draws = whole.sum(axis=-1)
    several = np.where(draws >= FEWEST_DRAWS, draws, np.nan)
    apart = np.where(whole, means - mean[..., None], 0.0)
    between = unless_zero(np.sqrt((apart**2).sum(axis=-1) / (several - 1)), mean) ** 2
    variance = np.maximum(between - within / SEEDS_A_DRAW, 0.0)
    half = Z_95 * np.sqrt(variance)
    limits = _around(mean, half, bounds)
    many = (draws >= MANY_DRAWS) & (between > 0)
    if not many.any():
        return limits
    share = np.sqrt(np.where(between > 0, variance / np.where(between > 0, between, 1.0), 0.0))
    drawn_together = np.where(whole, mean[..., None] + share[..., None] * apart, np.nan)
    ends = [(1 - LEVEL) / 2, 1 - (1 - LEVEL) / 2]
    low, high = np.array(limits.low), np.array(limits.high)
    low[many], high[many] = np.nanquantile(drawn_together[many], ends, axis=-1)
    return Limits(np.clip(low, *bounds), np.clip(high, *bounds))


def _around(mean: np.ndarray, half: np.ndarray, bounds: tuple[float, float]) -> Limits:
    return Limits(np.clip(mean - half, *bounds), np.clip(mean + half, *bounds))


def whole_draws(seeds: Sequence[int]) -> int:
    """Return how many draws have both their seeds among these."""
    return len(places_of_pairs(seeds))
