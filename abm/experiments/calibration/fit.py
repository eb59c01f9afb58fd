"""The fit: regressions of what runs find on the free numbers, and what they leave of the prior.

A wave of runs is drawn, regressions are learnt, and the next wave is drawn from the posterior that
they give, widened (population Monte Carlo: Cappé et al. 2004, Journal of Computational and
Graphical Statistics 13, 907-929).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from abm.experiments.calibration.recipe import FitSettings
from abm.experiments.calibration.sampling import (
    POWER,
    LogDensity,
    Normal,
    Sample,
    effective_size,
    evened,
    one_thread,
    sample,
    unit_of,
)
from abm.experiments.calibration.targets import Target
from abm.runs.errors import RunnerError

PENALTIES = tuple(10.0**power for power in np.arange(-2.0, 4.01, 0.5))
FOLDS = 5
FEWEST_RUNS = 20
PASSES = 4  # of regressing where the posterior is, which regressions decide
ROUGHLY = 12  # power of 2: points of a round of all passes but the last
BEYOND = 0.999  # of the distances that chance and error allow; farther off is ruled out
LEAST_ERROR = 0.1  # of what is unexplained: a regression is never taken as more exact
REPEATS = 2  # of points for each figure: fewer do not tell chance
EVERYWHERE = 1e6  # variance of a distribution from which all points are alike near


class FitError(RunnerError):
    """The runs do not allow what is asked; one line for the user."""


# What is learnt from


@dataclass(frozen=True)
class BankRuns:
    """The finished runs of waves, as a fit sees them: those in which every target is defined."""

    scores: np.ndarray  # shape (runs, parameters)
    figures: np.ndarray  # on natural scales, shape (runs, targets)
    wave: np.ndarray  # of each run, counted from 0
    drawn_from: tuple[Normal | None, ...]  # what the points of each wave were; else the posterior

    @cached_property
    def point(self) -> np.ndarray:
        """Number of the point of each run: runs of one point differ by chance alone."""
        return np.unique(self.scores, axis=0, return_inverse=True)[1].reshape(-1)

    def take(self, rows: np.ndarray) -> "BankRuns":
        """Return some of the runs."""
        return BankRuns(self.scores[rows], self.figures[rows], self.wave[rows], self.drawn_from)

    def of_known_density(self) -> "BankRuns":
        """Return the runs of those waves that were drawn from a normal distribution."""
        known = np.array([normal is not None for normal in self.drawn_from])
        return self.take(np.flatnonzero(known[self.wave]))

    def log_proposal(self) -> np.ndarray:
        """Return the log-density at every run of the mixture that all waves together are."""
        counts = np.bincount(self.wave, minlength=len(self.drawn_from))
        parts = [
            normal.log_density(self.scores) + np.log(count / counts.sum())
            for normal, count in zip(self.drawn_from, counts, strict=True)
            if normal is not None and count
        ]
        return np.asarray(np.logaddexp.reduce(parts))


@dataclass(frozen=True)
class Regression:
    """Figures as a quadratic of the free numbers."""

    slopes: np.ndarray  # shape (terms, figures)
    start: np.ndarray  # one a figure
    covariance: np.ndarray  # of what is not explained in runs left out: error and chance
    explained: np.ndarray  # share of the variance between runs left out (R2), by figure

    def __call__(self, unit: np.ndarray) -> np.ndarray:
        """Return the figures expected at points of the unit cube, shape (points, figures)."""
        return np.asarray(_terms(unit) @ self.slopes + self.start)


def _terms(unit: np.ndarray) -> np.ndarray:
    """Return the terms of a quadratic: numbers between -1 and 1, and their products."""
    middle = 2.0 * np.asarray(unit, np.float64) - 1.0
    first, second = np.triu_indices(middle.shape[1])
    return np.hstack([middle, middle[:, first] * middle[:, second]])


def regress(
    unit: np.ndarray, figures: np.ndarray, weights: np.ndarray, point: np.ndarray
) -> Regression:
    """Learn a ridge regression from weighted runs; a FitError with fewer points than `FEWEST_RUNS`.

    `unit` has the shape (runs, parameters), `figures` (runs, figures), without missing values;
    `point` numbers the point of each run, and the runs of a point are left out together.
    """
    from sklearn.linear_model import Ridge, RidgeCV
    from sklearn.model_selection import GroupKFold

    if (points := len(np.unique(point))) < FEWEST_RUNS:
        raise FitError(
            f"runs of {points} points are too few to fit; expected {FEWEST_RUNS} or more"
        )
    weights = weights / weights.mean()
    terms = _terms(unit)
    size = np.sqrt(np.average((terms - np.average(terms, 0, weights)) ** 2, 0, weights))
    terms = terms / np.where(size > 0, size, 1.0)
    middle = np.average(figures, axis=0, weights=weights)
    spread = np.average((figures - middle) ** 2, axis=0, weights=weights)
    scaled = figures / np.where(spread > 0, spread, 1.0) ** 0.5
    search = RidgeCV(PENALTIES, alpha_per_target=True).fit(terms, scaled, weights)
    model = Ridge(alpha=search.alpha_)
    errors = np.empty_like(figures)
    for rest, left_out in GroupKFold(FOLDS).split(terms, groups=point):
        model.fit(terms[rest], figures[rest], weights[rest])
        errors[left_out] = figures[left_out] - model.predict(terms[left_out]).reshape(
            len(left_out), -1
        )
    model.fit(terms, figures, weights)
    slopes = np.atleast_2d(model.coef_).T / np.where(size > 0, size, 1.0)[:, None]
    covariance = (errors * weights[:, None]).T @ errors / weights.sum()
    explained = 1.0 - np.diag(covariance) / np.where(spread > 0, spread, np.inf)
    return Regression(slopes, np.atleast_1d(model.intercept_), covariance, explained)


# The posterior


@dataclass(frozen=True)
class Likelihood:
    """How likely figures make points: normal on natural scales, with every source of spread in it.

    A point is ruled out where the regression over all runs, which is less exact, is farther off
    than chance and error allow: the local regression says nothing there.
    """

    local: Regression
    everywhere: Regression
    error: np.ndarray  # covariance of the error of the local regression, without chance
    noise: np.ndarray  # variance by target, of the observation and of what the model leaves out

    def given(self, observed: np.ndarray, is_run: bool = False) -> LogDensity:
        """Return the log-likelihood of normal scores, given observed figures.

        What is expected at a point is held against published figures, in whose intervals chance is
        already. Where a run is taken as observed its own chance counts, too.
        """
        from scipy.stats import chi2

        farthest = float(chi2.ppf(BEYOND, len(observed)))
        error = self.local.covariance if is_run else self.error

        def squared(off: np.ndarray, covariance: np.ndarray) -> np.ndarray:
            root = np.linalg.cholesky(np.linalg.inv(np.diag(self.noise) + covariance))
            return np.asarray(((off @ root) ** 2).sum(axis=1))

        def log_likelihood(scores: np.ndarray) -> np.ndarray:
            unit = unit_of(scores)
            near = squared(self.local(unit) - observed, error)
            far = squared(self.everywhere(unit) - observed, self.everywhere.covariance)
            return np.asarray(-0.5 * (near + np.maximum(far - farthest, 0.0)))

        return log_likelihood


@dataclass(frozen=True)
class Fit:
    """What was learnt from the runs of waves."""

    likelihood: Likelihood
    observed: np.ndarray  # on natural scales
    near: Normal  # where the regression was learnt
    worth: float  # runs that those it was learnt from are worth
    posterior: Sample
    normal: Normal  # with the mean and covariance of the posterior
    of_a_run: Sample  # the posterior if a run, with its chance, had given what was observed


def noise_of(targets: Sequence[Target], settings: FitSettings) -> np.ndarray:
    """Return the variance of every target's observation and of what the model leaves out."""
    spread = np.array([target.spread for target in targets])
    left_out = np.array([settings.discrepancy * target.unit for target in targets])
    return np.asarray(spread**2 + left_out**2)


def learn(runs: BankRuns, near: Normal, noise: np.ndarray, settings: FitSettings) -> Likelihood:
    """Learn the regressions, that over all runs and that near a distribution."""
    unit, even = unit_of(runs.scores), np.ones(len(runs.scores))
    everywhere = regress(unit, runs.figures, even, runs.point)
    local = regress(unit, runs.figures, weights_near(runs, near, settings), runs.point)
    return Likelihood(local, everywhere, _error(local.covariance, chance_of(runs)), noise)


def chance_of(runs: BankRuns) -> np.ndarray | None:
    """Return the covariance of chance, told by runs of one point; None where there are too few."""
    counts = np.bincount(runs.point)
    sums = np.zeros((len(counts), runs.figures.shape[1]))
    np.add.at(sums, runs.point, runs.figures)
    off = runs.figures - (sums / counts[:, None])[runs.point]
    freedom = len(runs.figures) - len(counts)
    return off.T @ off / freedom if freedom >= REPEATS * off.shape[1] else None


def _error(unexplained: np.ndarray, chance: np.ndarray | None) -> np.ndarray:
    """Return the part of the unexplained covariance that chance leaves, at least a little.

    All of it where chance is not known, which makes a posterior wider than it need be.
    """
    if chance is None:
        return unexplained
    size = np.sqrt(np.outer(np.diag(unexplained), np.diag(unexplained)))
    values, vectors = np.linalg.eigh((unexplained - chance) / size)
    return np.asarray((vectors * np.maximum(values, LEAST_ERROR)) @ vectors.T * size)


def weights_near(runs: BankRuns, near: Normal, settings: FitSettings) -> np.ndarray:
    """Return weights of runs that fall with the distance from a distribution.

    Only where a run stands decides, not what it found. They are worth at least so many runs a term
    of the regression as the settings say, or all runs.
    """
    dimensions = runs.scores.shape[1]
    terms = (dimensions + 1) * (dimensions + 2) / 2
    return evened(-near.distances(runs.scores) / 4, settings.runs_a_term * terms)


@one_thread
def fit_runs(runs: BankRuns, targets: Sequence[Target], settings: FitSettings) -> Fit:
    """Fit the runs of waves to targets."""
    observed = np.array([target.centre for target in targets])
    noise = noise_of(targets, settings)
    prior = Normal.prior(runs.scores.shape[1])
    near = Normal(prior.mean, EVERYWHERE * prior.covariance)
    for left in reversed(range(PASSES)):
        likelihood = learn(runs, near, noise, settings)
        power = ROUGHLY if left else POWER
        drawn = sample(likelihood.given(observed), prior, settings.seed, power)
        normal = Normal.matching(*drawn)
        if left:
            near = normal
    worth = effective_size(weights_near(runs, near, settings))
    of_a_run = sample(likelihood.given(observed, is_run=True), prior, settings.seed)
    return Fit(likelihood, observed, near, worth, drawn, normal, of_a_run)


# The point that stands for the posterior


class PointEstimate(NamedTuple):
    """A point that was run, and how near its own runs came."""

    scores: np.ndarray
    runs: int
    distance: float  # squared, from what was observed, over targets in standard errors
    outside: np.ndarray  # whether each number lies near an end of its prior, or in a tail


def point_estimate(fit: Fit, runs: BankRuns, settings: FitSettings) -> PointEstimate:
    """Return the point of the last wave whose own runs fit best.

    None of its numbers is to lie at an end of its prior or outside the interval of the posterior;
    where every point has some that do, those with the fewest are chosen from.
    """
    last = runs.take(np.flatnonzero(runs.wave == runs.wave.max()))
    first = np.unique(last.point, return_index=True)[1]
    unit, count = unit_of(last.scores[first]), np.bincount(last.point)
    sums = np.zeros((len(first), len(fit.observed)))
    np.add.at(sums, last.point, last.figures)
    chance = np.diag(fit.likelihood.local.covariance) / count[:, None]
    off = sums / count[:, None] - fit.observed
    distance = (off**2 / (fit.likelihood.noise + chance)).sum(axis=1)
    low, high = interval(unit_of(fit.posterior.scores), fit.posterior.weights, settings.share)
    low, high = np.maximum(low, settings.inside), np.minimum(high, 1.0 - settings.inside)
    outside = (unit < low) | (unit > high)
    best = int(np.lexsort((distance, outside.sum(axis=1)))[0])
    return PointEstimate(
        last.scores[first[best]], int(count[best]), float(distance[best]), outside[best]
    )


def interval(values: np.ndarray, weights: np.ndarray, share: float) -> tuple[Any, Any]:
    """Return the ends between which a share of weighted values lies, by column."""
    ends = np.array([(1 - share) / 2, (1 + share) / 2])
    low, high = np.quantile(values, ends, axis=0, weights=weights, method="inverted_cdf")
    return low, high
