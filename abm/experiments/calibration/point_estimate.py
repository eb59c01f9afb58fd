"""The point that stands for the posterior: found by living the likeliest draws several times more.

Emulators are exact enough to draw from, but the best of many draws is partly the luckiest error of
the emulators. So the last word has what runs at the points themselves find.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from abm.experiments.calibration.emulators import EmulatorError
from abm.experiments.calibration.fitting import Fitted, Lived, drawn_waves

STRIDE = 0.2  # of the unit cube: leaving a point by so much costs as much as one standard error
MIDDLE = 0.25  # weight of lying far from the middle of the draws, which the figures know already


@dataclass(frozen=True)
class Reached:
    """What the runs of one point found together, on natural scales, one a figure.

    Parameters
    ----------
    unit
        The point, in the unit cube.
    figures
        Of the mean of its runs; NaN where fewer than two know a figure.
    variance
        Of that by chance.
    """

    unit: np.ndarray
    figures: np.ndarray
    variance: np.ndarray


def reached(found: Fitted, wave: Lived) -> list[Reached]:
    """Return what the runs of each point of a wave found, whose points are lived several times."""
    points = []
    for place in range(wave.wave.unique):
        rows = wave.index % wave.wave.unique == place
        figures = wave.figures[rows]
        known = np.isfinite(figures).sum(axis=0)
        if (known < 2).any():
            nothing = np.full(figures.shape[1], np.nan)
            points.append(Reached(wave.unit[rows][:1].ravel(), nothing, nothing))
            continue
        means = [
            float(target.scale.to(np.nanmean(target.scale.back(column))))
            for target, column in zip(found.last.targets, figures.T, strict=True)
        ]
        chance = np.nanvar(figures, axis=0, ddof=1) / known
        points.append(Reached(wave.unit[rows][0], np.array(means), chance))
    return points


def distance(found: Fitted, point: Reached) -> float:
    """Return how far a point is from what was observed, by its own runs.

    Returns
    -------
    float
        Sum over figures of squared distances, each over the variance of the observation and of
        what was reached; infinite where a figure is not known.
    """
    squares = (point.figures - _observed(found)) ** 2 / _variance(found, point)
    whole = float(squares.sum())
    return whole if np.isfinite(whole) else np.inf


@dataclass(frozen=True)
class Middle:
    """Where the draws of the last posterior wave lie, in the unit cube.

    Parameters
    ----------
    mean, spread
        Of every parameter; the spread is a standard deviation.
    """

    mean: np.ndarray
    spread: np.ndarray

    def away(self, unit: np.ndarray) -> float:
        """Return the sum over parameters of squared distances from the mean over the spread."""
        return float((((unit - self.mean) / self.spread) ** 2).sum())


def middle_of(waves: Sequence[Lived]) -> Middle:
    """Return where the draws of the last posterior wave lie."""
    unit = drawn_waves(waves)[-1].unit
    return Middle(unit.mean(axis=0), np.maximum(unit.std(axis=0), 1e-6))


class Move(NamedTuple):
    """A point near one that was lived, and what it is expected to cost there.

    Attributes
    ----------
    unit : numpy.ndarray
        In the unit cube.
    cost : float
        Squared distances of the expected figures from what was observed, of the parameters from
        the middle of the draws, and of the move itself; infinite where a figure is not known.
    """

    unit: np.ndarray
    cost: float


def moved(found: Fitted, point: Reached, middle: Middle) -> Move:
    """Return the point near one that was lived where all figures should meet what was observed.

    Emulators tell how figures change from the point on, its own runs where they start. Parameters
    pay for leaving the point, so that it moves no further than it must, and for lying far from the
    middle of the draws: what the figures tell little of should not lie at an edge.
    """
    from scipy.optimize import minimize

    if not np.isfinite(point.figures).all():
        return Move(point.unit, np.inf)
    observed, variance = _observed(found), _variance(found, point)
    start = found.last.emulators(point.unit[None])[0]

    def cost(unit: np.ndarray) -> float:
        figures = point.figures + found.last.emulators(unit[None])[0] - start
        away = float(((figures - observed) ** 2 / variance).sum())
        leaving = float(((unit - point.unit) ** 2).sum()) / STRIDE**2
        return away + MIDDLE * middle.away(unit) + leaving

    bounds = [(0.0, 1.0)] * len(point.unit)
    best = minimize(cost, point.unit, method="L-BFGS-B", bounds=bounds)
    return Move(np.clip(best.x, 0.0, 1.0), float(best.fun))


def best_of(found: Fitted, points: Sequence[Reached], middle: Middle) -> tuple[int, Move]:
    """Return the place of the point whose move costs least, and that move.

    Raises
    ------
    EmulatorError
        If no point knows every figure.
    """
    moves = [moved(found, point, middle) for point in points]
    best = int(np.argmin([each.cost for each in moves]))
    if not np.isfinite(moves[best].cost):
        raise EmulatorError("none of the likeliest draws has runs that know every figure")
    return best, moves[best]


def _observed(found: Fitted) -> np.ndarray:
    return np.array([target.centre for target in found.last.targets])


def _variance(found: Fitted, point: Reached) -> np.ndarray:
    return np.diag(found.spreads.observed) + point.variance
