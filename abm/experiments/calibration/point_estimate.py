"""The point that stands for the posterior: found by running the likeliest draws several times more.

Emulators are exact enough to draw from, but the best of many draws is partly the luckiest error of
the emulators. So the last word has what runs at the points themselves find.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from abm.experiments.calibration.emulators import EmulatorError
from abm.experiments.calibration.fitting import BankFit, WaveFigures, of_posterior

STRIDE = 0.2  # of the unit cube: leaving a point by so much costs as much as one standard error
MIDDLE = 0.25  # weight of lying far from the middle of the draws, which the figures know already


def likeliest(
    fit: BankFit, waves: Sequence[WaveFigures], count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return which draws of the last posterior wave have the highest density.

    These are their indices in that wave's design, the likeliest first, and points of the unit cube.
    """
    drawn = of_posterior(waves)[-1]
    once = drawn.take(drawn.index < drawn.wave.unique)
    order = np.argsort(-fit.density(once.unit), kind="stable")[:count]
    return once.index[order], once.unit[order]


@dataclass(frozen=True)
class PointFigures:
    """What the runs of one point found together, on natural scales, one a figure."""

    unit: np.ndarray  # the point, in the unit cube
    figures: np.ndarray  # of the mean of its runs; NaN where fewer than two know a figure
    variance: np.ndarray  # of that by chance


def point_figures(fit: BankFit, wave: WaveFigures) -> list[PointFigures]:
    """Return what the runs of each point of a wave found, whose points are run several times."""
    points = []
    for number in range(wave.wave.unique):
        rows = wave.index % wave.wave.unique == number
        figures = wave.figures[rows]
        known = np.isfinite(figures).sum(axis=0)
        if (known < 2).any():
            nothing = np.full(figures.shape[1], np.nan)
            points.append(PointFigures(wave.unit[rows][:1].ravel(), nothing, nothing))
            continue
        means = [
            float(target.scale.to(np.nanmean(target.scale.back(column))))
            for target, column in zip(fit.last.targets, figures.T, strict=True)
        ]
        chance = np.nanvar(figures, axis=0, ddof=1) / known
        points.append(PointFigures(wave.unit[rows][0], np.array(means), chance))
    return points


def misfit(fit: BankFit, point: PointFigures, figures: np.ndarray | None = None) -> float:
    """Return how far a point is from what was observed, by its own runs or by some figures.

    That is the sum over figures of squared distances, each over the variance of the observation
    and of what its runs found; infinite where a figure is not known.
    """
    expected = point.figures if figures is None else figures
    variance = np.diag(fit.spreads.observed) + point.variance
    total = float(((expected - fit.last.observed) ** 2 / variance).sum())
    return total if np.isfinite(total) else np.inf


@dataclass(frozen=True)
class Middle:
    """Where the draws of the last posterior wave lie, in the unit cube: by parameter."""

    mean: np.ndarray
    spread: np.ndarray  # standard deviations

    def away(self, unit: np.ndarray) -> float:
        """Return the sum over parameters of squared distances from the mean over the spread."""
        return float((((unit - self.mean) / self.spread) ** 2).sum())


def middle_of(waves: Sequence[WaveFigures]) -> Middle:
    """Return where the draws of the last posterior wave lie."""
    unit = of_posterior(waves)[-1].unit
    return Middle(unit.mean(axis=0), np.maximum(unit.std(axis=0), 1e-6))


class Move(NamedTuple):
    """A point near one that was run, and what it is expected to cost there."""

    unit: np.ndarray
    cost: float
    """Squared distances of the expected figures from what was observed, of the parameters from the
    middle of the draws, and of the move itself; infinite where a figure is not known."""


def moved(fit: BankFit, point: PointFigures, middle: Middle) -> Move:
    """Return the point near one that was run where all figures should meet what was observed.

    Emulators tell how figures change from the point on, its own runs where they start. Parameters
    pay for leaving the point, so that it moves no further than it must, and for lying far from the
    middle of the draws: what the figures tell little of should not lie at an edge.
    """
    from scipy.optimize import minimize

    if not np.isfinite(point.figures).all():
        return Move(point.unit, np.inf)
    emulated = fit.last.emulators
    start = emulated(point.unit[None])[0]

    def cost(unit: np.ndarray) -> float:
        away = misfit(fit, point, point.figures + emulated(unit[None])[0] - start)
        leaving = float(((unit - point.unit) ** 2).sum()) / STRIDE**2
        return away + MIDDLE * middle.away(unit) + leaving

    bounds = [(0.0, 1.0)] * len(point.unit)
    best = minimize(cost, point.unit, method="L-BFGS-B", bounds=bounds)
    return Move(np.clip(best.x, 0.0, 1.0), float(best.fun))


def best_of(fit: BankFit, points: Sequence[PointFigures], middle: Middle) -> tuple[int, Move]:
    """Return the place of the point whose move costs least, and that move."""
    moves = [moved(fit, point, middle) for point in points]
    best = int(np.argmin([move.cost for move in moves]))
    if not np.isfinite(moves[best].cost):
        raise EmulatorError("none of the likeliest draws has runs that know every figure")
    return best, moves[best]
