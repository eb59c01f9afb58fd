"""What several published estimates of one quantity say together, and where another would lie.

Random effects after DerSimonian and Laird (1986, Controlled Clinical Trials 7, 177-188); prediction
intervals after Higgins, Thompson and Spiegelhalter (2009, Journal of the Royal Statistical Society
A 172, 137-159), with Student's t of k - 2 degrees of freedom.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from abm.studies.intervals import LEVEL

FEWEST_POOLED = 5
"""Estimates below which no interval between studies is made: the published range stands."""
NORMAL_T = 2.0
"""Stands for Student's t where it is not known how many studies a review had."""


class PooledEstimates(NamedTuple):
    """A centre and its prediction interval, on the scale of the estimates."""

    centre: float
    error: float  # standard error of the centre
    spread: float  # between studies: tau
    low: float  # where another study would lie, 95 %
    high: float


def pool(values: Sequence[float], errors: Sequence[float]) -> PooledEstimates:
    """Pool independent estimates with their standard errors, all on one scale.

    ValueError with fewer than `FEWEST_POOLED`, or where a number is not finite or an error is 0.
    """
    estimates, variances = np.asarray(values, float), np.asarray(errors, float) ** 2
    if len(estimates) < FEWEST_POOLED:
        raise ValueError(f"expected at least {FEWEST_POOLED} estimates, not {len(estimates)}")
    if not (np.isfinite([*estimates, *variances]).all() and (variances > 0).all()):
        raise ValueError("expected numbers with standard errors above 0")
    tau2 = _variance_between(estimates, variances)
    weights = 1.0 / (variances + tau2)
    centre = float(np.average(estimates, weights=weights))
    error = 1.0 / math.sqrt(weights.sum())
    return predicted(centre, error, math.sqrt(tau2), len(estimates))


def _variance_between(estimates: np.ndarray, variances: np.ndarray) -> float:
    """Return the variance between studies by the method of moments, 0 at least."""
    weights = 1.0 / variances
    excess = weights @ (estimates - np.average(estimates, weights=weights)) ** 2
    excess -= len(estimates) - 1
    return max(0.0, float(excess / (weights.sum() - (weights**2).sum() / weights.sum())))


def predicted(centre: float, error: float, spread: float, number: int | None) -> PooledEstimates:
    """Return where another study would lie, from the spread between a number of them.

    `number` is None where a review does not say how many there were.
    """
    from scipy.special import stdtrit

    t = NORMAL_T if number is None else float(stdtrit(number - 2, (1 + LEVEL) / 2))
    half = t * math.hypot(spread, error)
    return PooledEstimates(centre, error, spread, centre - half, centre + half)


def largest_spread(error: float, number: int) -> float:
    """Return the most that studies of a review can differ: the error of its mean times root k.

    An upper bound, as the sampling variance of the studies is not taken out of it.
    """
    return error * math.sqrt(number)
