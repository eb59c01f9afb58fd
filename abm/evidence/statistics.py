"""What a study computes: one definition of every statistic, over columns without missing values.

Each takes `of` (what is asked or measured) and, where it needs them, `by` (groups, or what it is
set against), `given` (a third column) and `per` (a multiplier).
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from abm.studies import intervals
from abm.studies.intervals import quotient

FEWEST = 20
"""Rows of a group below which its mean is not looked at."""
LOGISTIC_VARIANCE = math.pi**2 / 3
HERMITE_NODES, WIDEST_INTERCEPTS = 32, 8.0  # how a normal is summed over; logits


class Columns(NamedTuple):
    """The columns that a statistic is computed from, of the same length."""

    of: np.ndarray
    by: np.ndarray
    given: np.ndarray
    per: float

    def split(self) -> tuple[np.ndarray, np.ndarray]:
        """Return `of` where `by` is true, and where it is not."""
        chosen = self.by != 0
        return self.of[chosen], self.of[~chosen]


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else math.nan


def percentage(c: Columns) -> float:
    """Return the percentage of rows for which `of` is true."""
    return 100.0 * _mean(c.of != 0)


def mean(c: Columns) -> float:
    """Return the mean of `of`, times `per`."""
    return c.per * _mean(c.of)


def median(c: Columns) -> float:
    """Return the median of `of`."""
    return float(np.median(c.of)) if len(c.of) else math.nan


def mode(c: Columns) -> float:
    """Return the whole number that begins most values of `of`: the modal completed age."""
    if not len(c.of):
        return math.nan
    whole, counts = np.unique(np.floor(c.of), return_counts=True)
    return float(whole[np.argmax(counts)])


def modal_group(c: Columns) -> float:
    """Return the whole number of `by` for which the mean of `of` is highest."""
    means = _means_by(c)
    return max(means, key=lambda value: (means[value], -value)) if means else math.nan


def _means_by(c: Columns) -> dict[float, float]:
    """Return the mean of `of` for every whole number of `by` with rows enough."""
    whole = np.floor(c.by)
    values, index, counts = np.unique(whole, return_inverse=True, return_counts=True)
    sums = np.bincount(index, c.of, minlength=len(values))
    return {
        float(value): float(total / count)
        for value, total, count in zip(values, sums, counts, strict=True)
        if count >= FEWEST
    }


def smallest_step(c: Columns) -> float:
    """Return the smallest rise of the mean of `of` from one value of `by` to the next, x `per`.

    Above 0 the means rise throughout.
    """
    means = _means_by(c)
    steps = np.diff([means[value] for value in sorted(means)])
    return c.per * float(steps.min()) if len(steps) else math.nan


def rate(c: Columns) -> float:
    """Return the sum of `of` over the sum of `by`, times `per`."""
    return c.per * quotient(float(c.of.sum()), float(c.by.sum()))


def ratio(c: Columns) -> float:
    """Return the mean of `of` where `by` is true over that elsewhere: of shares, the risk ratio."""
    inside, outside = c.split()
    return quotient(_mean(inside), _mean(outside))


def odds_ratio(c: Columns) -> float:
    """Return the odds of `of` where `by` is true over those elsewhere."""
    counts = [float(rows.sum()) for group in c.split() for rows in (group != 0, group == 0)]
    return intervals.odds_ratio(*counts)


def odds_over_expected(c: Columns) -> float:
    """Return the odds of `of` over those that the chances `by` of the same rows let expect."""
    seen, expected = _mean(c.of != 0), _mean(c.by)
    return intervals.odds_ratio(seen, 1.0 - seen, expected, 1.0 - expected)


def hazard_ratio(c: Columns) -> float:
    """Return the events `of` per time `given` where `by` is true over those elsewhere.

    Hazards are taken as constant within a row.
    """
    chosen = c.by != 0
    inside = quotient(float(c.of[chosen].sum()), float(c.given[chosen].sum()))
    return quotient(inside, quotient(float(c.of[~chosen].sum()), float(c.given[~chosen].sum())))


def difference(c: Columns) -> float:
    """Return the mean of `of` where `by` is true minus that elsewhere, times `per`."""
    inside, outside = c.split()
    return c.per * (_mean(inside) - _mean(outside))


def standardised_difference(c: Columns) -> float:
    """Return Cohen's d of `of`, where `by` is true minus elsewhere, over the pooled spread."""
    return intervals.standardised_difference(*c.split())


def standardised_change(c: Columns) -> float:
    """Return the mean of a change `of` over its spread between rows."""
    return quotient(_mean(c.of), float(c.of.std(ddof=1))) if len(c.of) > 1 else math.nan


def standardised_mean_change(c: Columns) -> float:
    """Return the mean of `of` minus that of `by` in the same rows, over their pooled spread."""
    return intervals.standardised_difference(c.of, c.by)


def variance_ratio(c: Columns) -> float:
    """Return the variance of `of` where `by` is true over that elsewhere."""
    inside, outside = c.split()
    if len(inside) < 2 or len(outside) < 2:
        return math.nan
    return quotient(float(inside.var(ddof=1)), float(outside.var(ddof=1)))


class _Variance(NamedTuple):
    """Variance of rows, parted by whose they are."""

    between: float  # of groups, without what the chance of their rows adds; may be below 0
    within: float


def _parted_variance(c: Columns) -> _Variance:
    """Part the variance of `of` by `by`: one-way analysis of variance, groups of any sizes."""
    groups, group, counts = np.unique(c.by, return_inverse=True, return_counts=True)
    if not 1 < len(groups) < len(c.of):
        return _Variance(math.nan, math.nan)
    means = np.bincount(group, c.of) / counts
    within = float(((c.of - means[group]) ** 2).sum()) / (len(c.of) - len(groups))
    among = float((counts * (means - c.of.mean()) ** 2).sum()) / (len(groups) - 1)
    typical = (len(c.of) - float((counts**2).sum()) / len(c.of)) / (len(groups) - 1)
    return _Variance((among - within) / typical, within)


def variance_share(c: Columns) -> float:
    """Return the share of the variance of `of` that lies between the groups `by`.

    By moments, which takes no form of the distribution for granted: yearly acts are mostly 0 and
    sometimes dozens, and no model of counts in use fits both.
    """
    variance = _parted_variance(c)
    return quotient(variance.between, variance.between + variance.within)


def latent_variance_share(c: Columns) -> float:
    """Return the intraclass correlation of a yes or no, `of`, on the latent logistic scale.

    It is that of a logistic model with a normal intercept a group `by`: the variance of intercepts
    over itself and pi^2 / 3 (Snijders and Bosker). The variance is the one with which shares of
    groups differ as they do beyond the chance of their rows; below 0 where they differ by less, so
    that the mean over samples is right.
    """
    between, share = _parted_variance(c).between, _mean(c.of != 0)
    if math.isnan(between) or not 0.0 < share < 1.0:
        return math.nan
    variance = math.copysign(_intercept_variance(share, abs(between)), between)
    return variance / (abs(variance) + LOGISTIC_VARIANCE)


def _intercept_variance(share: float, between: float) -> float:
    """Return the variance of normal intercepts of groups whose shares have this mean and variance.

    Shares cannot vary by more than a yes or no does; what is beyond has the largest variance.
    """
    from scipy.optimize import brentq
    from scipy.special import expit, logit

    nodes, weights = np.polynomial.hermite_e.hermegauss(HERMITE_NODES)
    weights = weights / weights.sum()

    def excess(spread: float) -> float:
        centre = brentq(lambda at: weights @ expit(at + spread * nodes) - share, *ends)
        return float(weights @ (expit(centre + spread * nodes) - share) ** 2) - between

    reach = WIDEST_INTERCEPTS * float(nodes.max())
    ends = float(logit(share)) - reach, float(logit(share)) + reach
    if excess(WIDEST_INTERCEPTS) <= 0.0:
        return WIDEST_INTERCEPTS**2
    return float(brentq(excess, 0.0, WIDEST_INTERCEPTS)) ** 2


def _pearson(x: np.ndarray, y: np.ndarray) -> float:
    if len(x) < 3:
        return math.nan
    dx, dy = x - x.mean(), y - y.mean()
    return quotient(float(dx @ dy), math.sqrt(float(dx @ dx) * float(dy @ dy)))


def correlation(c: Columns) -> float:
    """Return Pearson's r of `of` and `by` (with a yes or no: point-biserial)."""
    return _pearson(c.of, c.by)


def rank_correlation(c: Columns) -> float:
    """Return Spearman's r of `of` and `by`."""
    from scipy.stats import rankdata

    return _pearson(rankdata(c.of), rankdata(c.by))


def correlation_difference(c: Columns) -> float:
    """Return r of `of` and `by` minus r of `given` and `by`."""
    return _pearson(c.of, c.by) - _pearson(c.given, c.by)


def _regression(of: np.ndarray, *columns: np.ndarray) -> np.ndarray:
    """Return the coefficients of a least-squares regression with an intercept (the first)."""
    design = np.column_stack([np.ones(len(of)), *columns])
    if len(of) <= design.shape[1]:
        return np.full(design.shape[1], math.nan)
    return np.linalg.lstsq(design, of, rcond=None)[0]


def slope(c: Columns) -> float:
    """Return the slope of `of` on `by`, times `per`."""
    return c.per * float(_regression(c.of, c.by)[1])


def partial_slope(c: Columns) -> float:
    """Return the slope of `of` on `by` with `given` held, times `per`."""
    return c.per * float(_regression(c.of, c.by, c.given)[1])


def interaction(c: Columns) -> float:
    """Return how much the slope of `of` on `by` rises per unit of `given`, times `per`."""
    return c.per * float(_regression(c.of, c.by, c.given, c.by * c.given)[3])


def _log_odds(of: np.ndarray, *columns: np.ndarray) -> np.ndarray:
    """Return the coefficients of a logistic regression with an intercept (the first), by Newton."""
    design = np.column_stack([np.ones(len(of)), *columns])
    outcome, coefficients = of != 0, np.zeros(design.shape[1])
    for _ in range(25):
        chance = 1.0 / (1.0 + np.exp(-np.clip(design @ coefficients, -30.0, 30.0)))
        weight = chance * (1.0 - chance)
        information = design.T @ (design * weight[:, None])
        try:
            step = np.linalg.solve(information, design.T @ (outcome - chance))
        except np.linalg.LinAlgError:
            return np.full(len(coefficients), math.nan)
        coefficients = coefficients + step
        if np.abs(step).max() < 1e-9:
            break
    return coefficients


def mediated(c: Columns) -> float:
    """Return the share of the log-odds of `of` per unit of `by` that goes when `given` is held."""
    whole, direct = _log_odds(c.of, c.by)[1], _log_odds(c.of, c.by, c.given)[1]
    return quotient(float(whole - direct), float(whole))


def _yearly_growth(years: np.ndarray, *counts: np.ndarray) -> float:
    """Return the percent by which yearly counts grow a year, the first over others if there are."""
    whole, index = np.unique(years, return_inverse=True)
    sums = [np.bincount(index, each_row) for each_row in counts]
    if len(whole) < 2 or min(of_years.min() for of_years in sums) <= 0:
        return math.nan
    quotient = sums[0] / sums[1] if len(sums) > 1 else sums[0]
    return 100.0 * math.expm1(float(_regression(np.log(quotient), whole)[1]))


def growth(c: Columns) -> float:
    """Return the percent by which the yearly sum of `of` grows a year; `by` holds the years."""
    return _yearly_growth(c.by, c.of)


def extra_growth(c: Columns) -> float:
    """Return the percent by which the sum of `of` grows a year beyond that of `given` rows."""
    return _yearly_growth(c.by, c.of * (c.given <= 0), c.of * (c.given > 0))


def is_significant(c: Columns) -> bool:
    """Return whether Pearson's r of `of` and `by` is positive with p < .05 (two-sided)."""
    from scipy.special import stdtr

    r, freedom = _pearson(c.of, c.by), len(c.of) - 2
    if not r > 0:
        return False
    t = r * math.sqrt(freedom / max(1.0 - r * r, 1e-12))
    return bool(2.0 * stdtr(freedom, -t) < 0.05)


class Statistic(NamedTuple):
    """How a statistic is computed, which columns it needs besides `of`, and what it can be."""

    compute: Callable[[Columns], float]
    needs: tuple[str, ...]
    bounds: tuple[float, float]


_BY, _BOTH = ("by",), ("by", "given")
_BOUNDS = {
    **{percentage: (0.0, 100.0), correlation: (-1.0, 1.0), rank_correlation: (-1.0, 1.0)},
    **dict.fromkeys((rate, ratio, odds_ratio, hazard_ratio, variance_ratio), (0.0, math.inf)),
    odds_over_expected: (0.0, math.inf),
    **dict.fromkeys((variance_share, latent_variance_share), (-1.0, 1.0)),
}
STATISTICS: Mapping[str, Statistic] = MappingProxyType(
    {
        function.__name__: Statistic(function, needs, _BOUNDS.get(function, (-math.inf, math.inf)))
        for needs, functions in (
            ((), (percentage, mean, median, mode, standardised_change)),
            (_BY, (modal_group, smallest_step, rate, ratio, odds_ratio, difference)),
            (_BY, (standardised_difference, variance_ratio, correlation, rank_correlation)),
            (_BY, (slope, growth, standardised_mean_change)),
            (_BY, (variance_share, latent_variance_share, odds_over_expected)),
            (_BOTH, (hazard_ratio, correlation_difference, partial_slope, interaction, mediated)),
            (_BOTH, (extra_growth,)),
        )
        for function in functions
    }
)
"""Every statistic of a whole sample by name; statistics over studies are in `evaluation`."""
