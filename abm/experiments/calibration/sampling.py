"""Sampling: normal distributions of normal scores, weights, and rounds of importance sampling.

Points are handled as normal scores: a parameter that is uniform over its prior is a standard normal
number there, without ends.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from abm.chance import Purpose, generator

LogDensity = Callable[[np.ndarray], np.ndarray]  # of many points, up to a constant

ROUNDS, POWER = 8, 14  # rounds of importance sampling, of so many points (a power of 2)
FROM_PRIOR = 0.2  # share of the points of a round that a bad proposal cannot lose
INFLATED = 1.2  # variance of a proposal: its tails are to be heavier than what is sampled
WORTH = 1 / 16  # share of the points of a round that they are to be worth at least
ENOUGH = 0.3  # share of the points of a round that they are worth when it is the last
FARTHEST = 1e-9  # of a prior's width from its end: normal scores stay finite


def one_thread[**P, T](function: Callable[P, T]) -> Callable[P, T]:
    """Let linear algebra use one thread: many small products only wait for one another."""

    @functools.wraps(function)
    def limited(*given: P.args, **named: P.kwargs) -> T:
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):
            return function(*given, **named)

    return limited


# Normal scores


def scores_of(unit: np.ndarray) -> np.ndarray:
    """Return the normal scores of points of the unit cube."""
    from scipy.special import ndtri

    return np.asarray(ndtri(np.clip(unit, FARTHEST, 1.0 - FARTHEST)))


def unit_of(scores: np.ndarray) -> np.ndarray:
    """Return the points of the unit cube that have these normal scores."""
    from scipy.special import ndtr

    return np.asarray(ndtr(scores))


@dataclass(frozen=True)
class Normal:
    """A normal distribution of normal scores."""

    mean: np.ndarray
    covariance: np.ndarray

    @classmethod
    def prior(cls, dimensions: int) -> "Normal":
        """Return the distribution that all priors together are."""
        return cls(np.zeros(dimensions), np.eye(dimensions))

    @classmethod
    def matching(cls, scores: np.ndarray, weights: np.ndarray) -> "Normal":
        """Return the distribution with the mean and covariance of weighted points."""
        covariance = np.atleast_2d(np.cov(scores, rowvar=False, aweights=weights, ddof=0))
        return cls(weights @ scores / weights.sum(), covariance + 1e-9 * np.eye(scores.shape[1]))

    @cached_property
    def _root(self) -> np.ndarray:
        return np.linalg.cholesky(self.covariance)

    def at(self, standard: np.ndarray) -> np.ndarray:
        """Return the points where independent standard normal numbers put them."""
        return np.asarray(self.mean + standard @ self._root.T)

    def distances(self, scores: np.ndarray) -> np.ndarray:
        """Return squared Mahalanobis distances from the mean."""
        whitened = np.linalg.solve(self._root, (scores - self.mean).T)
        return np.asarray((whitened**2).sum(axis=0))

    def log_density(self, scores: np.ndarray) -> np.ndarray:
        """Return log-densities, but for a constant that all normal distributions share."""
        return -0.5 * self.distances(scores) - np.log(np.diag(self._root)).sum()

    def widened(self, times: float) -> "Normal":
        """Return the posterior that so many times less information would give.

        What the prior does not know already is information: its precision is divided.
        """
        dimensions = len(self.mean)
        precision = np.linalg.inv(self.covariance)
        values, vectors = np.linalg.eigh(precision - np.eye(dimensions))
        gained = (vectors * np.maximum(values, 0.0)) @ vectors.T / times
        covariance = np.linalg.inv(np.eye(dimensions) + gained)
        return Normal(covariance @ precision @ self.mean / times, covariance)


def standard_normals(count: int, dimensions: int, seed: int) -> np.ndarray:
    """Return normal scores of scrambled Sobol points; more of them begin with fewer."""
    from scipy.stats import qmc

    scramble = int(generator(seed, Purpose.BANK).integers(1, 2**31))
    sobol = qmc.Sobol(dimensions, scramble=True, bits=30, seed=scramble)
    return scores_of(sobol.random_base2(max(count - 1, 1).bit_length())[:count])


# Weights


def effective_size(weights: np.ndarray) -> float:
    """Return how many equally weighted points are worth the same (Kish)."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def evened(log_weights: np.ndarray, worth: float) -> np.ndarray:
    """Return weights that sum to 1, evened out until they are worth so many points.

    They are raised to the largest power up to 1 that reaches it.
    """

    def raised(power: float) -> np.ndarray:
        return np.asarray(np.exp(power * (log_weights - log_weights.max())))

    low, high = 0.0, 1.0
    if effective_size(raised(high)) < worth:
        for _ in range(30):
            middle = (low + high) / 2
            low, high = (middle, high) if effective_size(raised(middle)) >= worth else (low, middle)
        high = low
    weights = raised(high)
    return np.asarray(weights / weights.sum())


class Sample(NamedTuple):
    """Weighted points."""

    scores: np.ndarray  # shape (points, parameters)
    weights: np.ndarray  # they sum to 1

    def resampled(self, count: int, seed: int) -> np.ndarray:
        """Return points as often as their weights say, spread evenly through the weights."""
        stream = generator(seed, Purpose.FIT)
        shares = (np.arange(count) + stream.random()) / count
        rows = np.searchsorted(np.cumsum(self.weights), shares, side="right")
        return np.asarray(self.scores[np.minimum(rows, len(self.weights) - 1)])


def sample(log_likelihood: LogDensity, prior: Normal, seed: int, power: int = POWER) -> Sample:
    """Sample the posterior of a prior by rounds of importance sampling; the last round is given.

    Each round draws from the normal distribution that the round before leaves, and a share of its
    points from the prior. Rounds end early where they can hardly become better.
    """
    standard = standard_normals(2**power, len(prior.mean), seed)
    from_prior = np.arange(2**power) % round(1 / FROM_PRIOR) == 0
    posterior = prior
    for _ in range(ROUNDS):
        proposal = Normal(posterior.mean, INFLATED * posterior.covariance)
        scores = np.where(from_prior[:, None], prior.at(standard), proposal.at(standard))
        log_prior = prior.log_density(scores)
        drawn = np.logaddexp(
            np.log(FROM_PRIOR) + log_prior,
            np.log(1 - FROM_PRIOR) + proposal.log_density(scores),
        )
        log_weights = log_likelihood(scores) + log_prior - drawn
        weights = evened(log_weights, WORTH * len(scores))
        if effective_size(weights) >= ENOUGH * len(weights):
            break
        posterior = Normal.matching(scores, weights)
    return Sample(scores, evened(log_weights, 1.0))
