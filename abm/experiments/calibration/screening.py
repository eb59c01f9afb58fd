"""Which parameters move which fitted figures: a Morris screening over every prior."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from abm.experiments.calibration.bank import WaveDesign, WaveFolder
from abm.experiments.calibration.recipe import Recipe, Space
from abm.experiments.calibration.targets import Target
from abm.experiments.sweeps.design import Range, morris_design
from abm.parameters import parameters

NAME = "screening"
SMALLEST_STEP = 1e-9
FEWEST_STEPS = 3


def all_priors(recipe: Recipe) -> Space:
    """Return the space of every parameter that has a prior or is screened besides."""
    ranges = recipe.screening.ranges
    names = [p.name for p in parameters().values() if p.prior is not None or p.name in ranges]
    return Space(names, recipe.runs.log_from, ranges)


def screening_design(recipe: Recipe) -> WaveDesign:
    """Return Morris trajectories over all priors; the runs of a trajectory share their seed."""
    space, screening = all_priors(recipe), recipe.screening
    ranges = [Range(name, 0.0, 1.0) for name in space.names]
    unit = morris_design(ranges, screening.trajectories, screening.first_seed)
    points = space.values(unit.points.to_numpy(np.float64))
    about = {"drawn": "Morris trajectories", "priors": space.plain()}
    return WaveDesign(space.names, points, screening.first_seed, about, sharing=len(space) + 1)


def screening_folder(bank: Path, recipe: Recipe) -> WaveFolder:
    """Return where the screening's runs lie: trajectories are parts of their own."""
    return WaveFolder(bank, NAME, len(all_priors(recipe)) + 1)


def screened(
    space: Space, targets: Sequence[Target], runs: pd.DataFrame, free: Mapping[str, str]
) -> pd.DataFrame:
    """Return what each parameter moves, the strongest first, by runs of whole trajectories.

    Columns are parameter, `largest` (over targets), `moves` (the target it is largest for),
    `chosen` (whether the recipe frees it), then one a target: the size of the change of the figure
    over the whole range, in half-widths of what is accepted. That is Morris's mu* with the median
    in place of the mean over trajectories, of those steps at whose both ends the figure is
    defined; NaN with fewer than three such steps.
    """
    points = space.unit(runs[space.names].to_numpy(np.float64))
    effects = {}
    for target in targets:
        values = target.scale.to(runs[target.name].to_numpy(np.float64))
        effects[target.name] = _sizes(points, values) / target.half_width
    table = pd.DataFrame(effects, index=space.names)
    filled = table.fillna(0.0)
    table.insert(0, "largest", filled.max(axis=1))
    table.insert(1, "moves", filled.idxmax(axis=1))
    table.insert(2, "chosen", [name in free for name in space.names])
    table.index.name = "parameter"
    return table.sort_values("largest", ascending=False, kind="stable").reset_index()


def _sizes(points: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return for every parameter the median size of the steps along it, per unit of its range."""
    steps, rises = np.diff(points, axis=0), np.diff(values)
    moved = np.abs(steps) > SMALLEST_STEP
    alone = (moved.sum(axis=1) == 1) & np.isfinite(rises)
    sizes = np.full(points.shape[1], np.nan)
    for parameter in range(points.shape[1]):
        own = alone & moved[:, parameter]
        if own.sum() >= FEWEST_STEPS:
            sizes[parameter] = np.median(np.abs(rises[own] / steps[own, parameter]))
    return sizes
