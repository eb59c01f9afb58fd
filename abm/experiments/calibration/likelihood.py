"""The emulated likelihood: normal on natural scales, with every source of spread in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from abm.experiments.calibration.emulators import Emulators
from abm.experiments.calibration.history_matching import Stage, log_wall

LEAST_ERROR = 0.05  # of what is unexplained: an emulator is never taken as more exact


@dataclass(frozen=True)
class Spreads:
    """Covariances on natural scales, each of shape (figures, figures).

    Parameters
    ----------
    observed
        Of what was observed: one figure knows nothing of another.
    emulator
        Of the error of the emulators.
    chance
        Of what one run of the bank finds about what is expected at its point.
    """

    observed: np.ndarray
    emulator: np.ndarray
    chance: np.ndarray


def spreads_of(stage: Stage, pairs: np.ndarray | None) -> Spreads:
    """Return the covariances of a stage.

    Parameters
    ----------
    stage
        The last one.
    pairs
        Differences of figures between two runs of one point, shape (pairs, figures). They tell
        chance from error. Without them everything unexplained counts as both, which makes
        posteriors wider than they need be.
    """
    observed = np.diag([target.spread**2 for target in stage.targets])
    whole = stage.emulators.covariance
    if pairs is None or len(pairs) < fewest_pairs(len(observed)):
        return Spreads(observed, whole, whole)
    chance = np.atleast_2d(pairs.T @ pairs / (2.0 * len(pairs)))
    return Spreads(observed, _error(whole, chance), chance)


def fewest_pairs(figures: int) -> int:
    """Return how many pairs of runs tell the chance of so many figures."""
    return 2 * figures


def _error(whole: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Return the part of the unexplained covariance that chance leaves, at least a little."""
    size = np.sqrt(np.diag(whole))
    standard = (whole - chance) / np.outer(size, size)
    values, vectors = np.linalg.eigh((standard + standard.T) / 2)
    kept = (vectors * np.maximum(values, LEAST_ERROR)) @ vectors.T
    return np.asarray(kept * np.outer(size, size))


class LogDensity:
    """The log of the posterior density at points of the unit cube, up to a constant.

    Parameters
    ----------
    emulators
        Of the figures.
    observed
        What was observed, on natural scales.
    covariance
        Of the distance between that and what is expected.
    walls
        Stages that rule points out.
    cut_off
        Of the implausibility.
    """

    def __init__(
        self,
        emulators: Emulators,
        observed: np.ndarray,
        covariance: np.ndarray,
        walls: Sequence[Stage] = (),
        cut_off: float = 3.0,
    ) -> None:
        self._emulators, self._observed = emulators, observed
        self._inverse = np.linalg.inv(covariance)
        self._walls, self._cut_off = tuple(walls), cut_off

    def likelihood(self, unit: np.ndarray) -> np.ndarray:
        """Return the log-likelihood at points, shape (points,)."""
        distance = self._emulators(unit) - self._observed
        return np.asarray(-0.5 * np.einsum("ij,jk,ik->i", distance, self._inverse, distance))

    def __call__(self, unit: np.ndarray) -> np.ndarray:
        """Return the log-density at points; minus infinity outside the cube."""
        found = np.full(len(unit), -np.inf)
        inside = ((unit >= 0) & (unit <= 1)).all(axis=1)
        if inside.any():
            points = unit[inside]
            walls = log_wall(self._walls, points, self._cut_off)
            found[inside] = self.likelihood(points) + walls
        return found
