"""A second opinion on the posterior, which asks the runs themselves and no likelihood.

Regression-adjusted approximate Bayesian computation (Beaumont, Zhang and Balding 2002, Genetics
162, 2025-2035): of all runs those nearest to what was observed are kept, weighted by nearness, and
moved along a plane to where it was. The chance of runs is in it, so it is compared with the fit of
a run. Near is what a regression of the free numbers on the figures
says of both (Fearnhead and Prangle 2012, Journal of the Royal Statistical Society B 74, 419-474).
"""

import numpy as np
import pandas as pd

from abm.chance import Purpose, generator
from abm.experiments.calibration.fit import BankRuns, Fit
from abm.experiments.calibration.recipe import FitSettings, Space
from abm.experiments.calibration.sampling import (
    Normal,
    Sample,
    effective_size,
    evened,
    unit_of,
)

COPIES = 20  # of every run, each observed with errors of its own
KEPT = 0.3  # share of the weight of all copies that is kept
BINS = 20  # of a prior, in which overlap is counted


def second_opinion(runs: BankRuns, fit: Fit, settings: FitSettings) -> Sample:
    """Return a sample of the posterior that no regression of the figures was needed for."""
    runs = runs.of_known_density()
    prior = Normal.prior(runs.scores.shape[1])
    scores = np.repeat(runs.scores, COPIES, axis=0)
    stream = generator(settings.seed, Purpose.FIT)
    shape = len(scores), len(fit.observed)
    errors = stream.normal(size=shape) * fit.likelihood.noise**0.5
    figures = np.repeat(runs.figures, COPIES, axis=0) + errors - fit.observed
    log_weights = np.repeat(prior.log_density(runs.scores) - runs.log_proposal(), COPIES)
    everything = weights = evened(log_weights, 1.0)
    for _ in range(2):  # the second time what is near is learnt from what was near at first
        summaries = figures @ _plane(figures, scores, weights)
        weights = everything * _nearness(summaries, everything)
        weights = weights / weights.sum()
    moved = scores - summaries @ _plane(summaries, scores, weights)
    middle = weights @ moved
    lost = min(summaries.shape[1] / _worth(weights), 0.9)  # of the variance: the plane takes it
    return Sample(middle + (moved - middle) / (1.0 - lost) ** 0.5, weights)


def _worth(weights: np.ndarray) -> float:
    """Return how many runs weighted copies of them are worth."""
    return effective_size(weights.reshape(-1, COPIES).sum(axis=1))


def _plane(given: np.ndarray, answers: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the slopes of a weighted linear regression, a row a column of what is given."""
    root = np.sqrt(weights)[:, None]
    terms = np.hstack([np.ones((len(given), 1)), given])
    return np.asarray(np.linalg.lstsq(terms * root, answers * root)[0][1:])


def _nearness(summaries: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return a kernel that falls to 0 where enough points are nearer (Epanechnikov)."""
    away = (summaries**2).sum(axis=1)
    order = np.argsort(away)
    farthest = away[order][np.searchsorted(np.cumsum(weights[order]), KEPT)]
    return np.asarray(np.maximum(1.0 - away / farthest, 0.0))


def opinions_table(space: Space, own: Sample, other: Sample) -> pd.DataFrame:
    """Return how far two posteriors differ, by parameter, in the unit cube.

    `difference` is between means, in standard deviations of the first; `overlap` the share of the
    two densities that is common; `worth` the runs that the second is worth.
    """
    (mean, spread), (other_mean, other_spread) = _moments(own), _moments(other)
    return pd.DataFrame({
        "parameter": space.names,
        "mean": mean, "sd": spread, "other_mean": other_mean, "other_sd": other_spread,
        "difference": (other_mean - mean) / spread,
        "overlap": np.minimum(_shares(own), _shares(other)).sum(axis=1),
        "worth": round(_worth(other.weights), 1),
    })  # fmt: skip


def _moments(given: Sample) -> tuple[np.ndarray, np.ndarray]:
    unit = unit_of(given.scores)
    mean = given.weights @ unit
    return mean, np.sqrt(given.weights @ (unit - mean) ** 2)


def _shares(given: Sample) -> np.ndarray:
    """Return the share of the weight that lies in every bin, shape (parameters, bins)."""
    columns = unit_of(given.scores).T
    return np.array([
        np.histogram(column, BINS, (0.0, 1.0), weights=given.weights)[0] for column in columns
    ])  # fmt: skip
