"""Numbers of several scenarios that go together: their means over seeds, and how sure any sum is.

All scenarios of a comparison have the same people and draws, so what one person changes by in one
scenario goes with what they change by in another. Sums of products over persons keep that, and from
them comes the variance of every difference: of two scenarios, of costs less what is saved.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from abm.studies.intervals import FREE_OF_CHANGES, LEVEL, ROUNDING, SUREST, weight_of_people
from abm.studies.variance_between_draws import places_of_pairs


class SumEstimate(NamedTuple):
    """A sum of numbers: its mean over seeds, 95 % interval, and the chance that it is above 0.

    NaN where nothing says how sure it is.
    """

    value: float
    low: float
    high: float
    above_zero: float


@dataclass(frozen=True)
class JointEstimate:
    """Means over seeds of numbers that go together, and how chance spreads one run.

    Within is what the people of the runs say, between how runs differ: covariances of one run, zero
    where they say nothing. Both are pooled as in `abm.studies.intervals.pooled_variance`. Where
    seeds drew their parameters, `draws` says how many; then these are covariances within draws and
    between their means, and the spread is of parameters and chance together.
    """

    mean: np.ndarray  # shape (numbers,)
    within: np.ndarray  # shape (numbers, numbers)
    between: np.ndarray
    runs: int
    draws: int = 0

    def judge(self, weights: np.ndarray) -> SumEstimate:
        """Return a sum of the numbers times weights, with what chance may make of it."""
        from scipy.special import stdtr, stdtrit

        value = float(weights @ self.mean)
        people, runs = (float(weights @ part @ weights) for part in self._parts())
        variance = people + runs
        if self.draws > 1:
            variance = max(variance, runs / (self.draws + 1))  # that of the mean over draws
        if not variance > (ROUNDING * value) ** 2:
            return SumEstimate(value, math.nan, math.nan, math.nan)
        free = (self.draws or self.runs) - 1
        unsure = runs**2 / free if runs > 0 and free else 0.0
        if people > 0:
            unsure += people**2 / (1 if self.draws else FREE_OF_CHANGES)
        degrees = min(variance**2 / unsure, SUREST)
        half = float(stdtrit(degrees, (1 + LEVEL) / 2)) * math.sqrt(variance)
        chance = float(stdtr(degrees, value / math.sqrt(variance)))
        return SumEstimate(value, value - half, value + half, chance)

    @property
    def covariance(self) -> np.ndarray:
        """Return the covariance of the means."""
        people, runs = self._parts()
        return people + runs

    def _parts(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the covariance of the means, in so far as people and runs say it."""
        if self.draws == 1:
            return self.within / 2, self.between
        if self.draws:  # what differs between draws holds half of what chance does within them
            return -self.within / 2, (1 + 1 / self.draws) * self.between
        share = np.where(np.diag(self.within) > 0, weight_of_people(self.runs), 0.0)
        one, other = np.sqrt(share), np.sqrt(1 - share)
        within, between = np.outer(one, one) * self.within, np.outer(other, other) * self.between
        return within / self.runs, between / self.runs


def joint_of_seeds(values: np.ndarray, products: np.ndarray) -> JointEstimate:
    """Return what seeds say together: values (seeds, numbers), products (seeds, numbers, numbers).

    Products are sums over the people of a seed of what one number changes by times what another
    does.
    """
    runs = len(values)
    between = np.cov(values, rowvar=False, ddof=1) if runs > 1 else np.zeros(products.shape[1:])
    return JointEstimate(
        values.mean(axis=0), products.mean(axis=0), between.reshape(products.shape[1:]), runs
    )


def joint_of_draws(values: np.ndarray, seeds: Sequence[int]) -> JointEstimate | None:
    """Return what seeds say that drew their parameters two by two; None without a whole draw.

    Variances are taken apart as in `abm.studies.variance_between_draws`.
    """
    places = places_of_pairs(seeds)
    if not len(places):
        return None
    pairs = values[places]  # draws, two seeds, numbers
    means, halves = pairs.mean(axis=1), (pairs[:, 0] - pairs[:, 1]) / math.sqrt(2)
    numbers, draws = values.shape[1], len(places)
    within = halves.T @ halves / draws
    between = np.zeros((numbers, numbers))
    if draws > 1:
        between = np.cov(means, rowvar=False, ddof=1).reshape(numbers, numbers)
    return JointEstimate(means.mean(axis=0), within, between, 2 * draws, draws)
