"""History matching: which points the fitted figures rule out, stage after stage.

A stage is a set of emulators with the targets they are held against. A point is ruled out by a
stage if its second largest implausibility is above the cut-off: the distance of what is expected
there from what was observed, over the spread of observation, emulator and chance together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from abm.experiments.calibration.emulators import Emulators, finite_rows, learn
from abm.experiments.calibration.targets import Target

WALL = 50.0  # how steep the density falls beyond the cut-off


@dataclass(frozen=True)
class Stage:
    """Emulators, and what they are held against.

    Parameters
    ----------
    targets
        One a figure.
    emulators
        Of these figures.
    runs
        How many they were learnt from.
    """

    targets: tuple[Target, ...]
    emulators: Emulators
    runs: int

    def implausibility(self, unit: np.ndarray) -> np.ndarray:
        """Return the second largest implausibility over targets (the only one's, of one target).

        Parameters
        ----------
        unit
            Shape (points, parameters).
        """
        centre = np.array([target.centre for target in self.targets])
        observed = np.array([target.spread for target in self.targets])
        unexplained = np.array([each.residual for each in self.emulators.qualities])
        distance = np.abs(self.emulators(unit) - centre) / np.hypot(observed, unexplained)
        if distance.shape[1] == 1:
            return np.asarray(distance[:, 0])
        return np.asarray(np.partition(distance, -2, axis=1)[:, -2])


def implausibility(stages: Sequence[Stage], unit: np.ndarray) -> np.ndarray:
    """Return the largest implausibility of the stages at points; 0 without a stage."""
    found = np.zeros(len(unit))
    for stage in stages:
        found = np.maximum(found, stage.implausibility(unit))
    return found


def log_wall(stages: Sequence[Stage], unit: np.ndarray, cut_off: float) -> np.ndarray:
    """Return a log-density that is 0 where nothing is ruled out and falls steeply beyond."""
    if not stages:
        return np.zeros(len(unit))
    beyond = np.maximum(implausibility(stages, unit) - cut_off, 0.0)
    return np.asarray(-WALL * beyond**2)


def next_stage(
    stages: Sequence[Stage],
    targets: Sequence[Target],
    unit: np.ndarray,
    figures: np.ndarray,
    window: float,
    seed: int,
    always: np.ndarray | None = None,
) -> Stage:
    """Learn emulators from the runs near what is not ruled out.

    Parameters
    ----------
    stages
        Those before: with none, all runs are learnt from.
    targets
        One a column of figures.
    unit, figures
        Points of the runs in the unit cube, and what they found on natural scales.
    window
        Runs up to this implausibility are learnt from, and at least three a coefficient of a
        quadratic, the least implausible first. Only where a run stands decides, not what it
        found, so nothing is learnt from a choice of outcomes.
    seed
        Of the emulators.
    always
        Which runs are learnt from wherever they stand.
    """
    defined = finite_rows(figures)
    points, found = unit[defined], figures[defined]
    if stages:
        score = implausibility(stages, points)
        if always is not None:
            score[always[defined]] = 0.0
        dimensions = unit.shape[1]
        fewest = 3 * (dimensions + 1) * (dimensions + 2) // 2
        order = np.argsort(score, kind="stable")
        count = max(int((score <= window).sum()), min(fewest, len(order)))
        points, found = points[order[:count]], found[order[:count]]
    return Stage(tuple(targets), learn(points, found, seed), len(points))
