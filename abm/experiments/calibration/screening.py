"""Which parameters move which fitted figures: a Morris screening over every prior."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from abm.experiments.calibration.bank import Design, WaveFolder
from abm.experiments.calibration.recipe import Recipe, Space
from abm.experiments.calibration.targets import Target
from abm.experiments.sweeps.design import Range, morris_design
from abm.parameters import parameters

if TYPE_CHECKING:
    import pandas as pd

NAME = "screening"
SMALLEST_STEP = 1e-9
FEWEST_STEPS = 3
COLUMNS = ("parameter", "largest", "moves", "chosen")


def all_priors(recipe: Recipe) -> Space:
    """Return the space of every parameter that has a prior or is screened besides."""
    ranges = recipe.screening.ranges
    names = [p.name for p in parameters().values() if p.prior is not None or p.name in ranges]
    return Space(names, recipe.runs.log_from, ranges)


def screening_design(recipe: Recipe) -> Design:
    """Return Morris trajectories over all priors; the runs of a trajectory share their luck."""
    space, how = all_priors(recipe), recipe.screening
    unit = morris_design(_unit_ranges(space), how.trajectories, how.first_seed)
    points = space.values(unit.points.to_numpy(np.float64))
    about = {"drawn": "Morris trajectories", "priors": space.plain()}
    return Design(space.names, points, how.first_seed, about, sharing=len(space) + 1)


def screening_folder(bank: Path, recipe: Recipe) -> WaveFolder:
    """Return where the screening's runs lie: trajectories are parts of their own."""
    return WaveFolder(bank, NAME, len(all_priors(recipe)) + 1)


def screened(
    space: Space, targets: Sequence[Target], runs: "pd.DataFrame", free: Mapping[str, str]
) -> "pd.DataFrame":
    """Return what each parameter moves, the strongest first.

    Parameters
    ----------
    space
        Of the screening.
    targets
        Figures that are fitted.
    runs
        Of whole trajectories.
    free
        The parameters that the recipe frees.

    Returns
    -------
    pandas.DataFrame
        parameter, `largest` (over targets), `moves` (the target it is largest for), `chosen`
        (whether the recipe frees it), then one column a target: the size of the change of the
        figure over the whole range, in half-widths of what is accepted. That is Morris's mu*
        with the median in place of the mean over trajectories, of those steps at whose both ends
        the figure is defined; NaN with fewer than three such steps.
    """
    import pandas as pd

    points = space.unit(runs[space.names].to_numpy(np.float64))
    effects = {
        target.name: _sizes(points, target.scale.to(runs[target.name].to_numpy(np.float64)))
        / target.half_width
        for target in targets
    }
    columns = {name: found.tolist() for name, found in effects.items()}
    table = pd.DataFrame(columns, index=space.names)
    filled = table.fillna(0.0)
    table.insert(0, "largest", filled.max(axis=1))
    table.insert(1, "moves", filled.idxmax(axis=1))
    table.insert(2, "chosen", [name in free for name in space.names])
    table.index.name = "parameter"
    return table.sort_values("largest", ascending=False, kind="stable").reset_index()


def _sizes(points: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return for every parameter the median size of the steps along it, per unit of its range."""
    steps, rises = np.diff(points, axis=0), np.diff(np.asarray(values, np.float64))
    moved = np.abs(steps) > SMALLEST_STEP
    alone = (moved.sum(axis=1) == 1) & np.isfinite(rises)
    sizes = np.full(points.shape[1], np.nan)
    for place in range(points.shape[1]):
        own = alone & moved[:, place]
        if own.sum() >= FEWEST_STEPS:
            sizes[place] = np.median(np.abs(rises[own] / steps[own, place]))
    return sizes


def _unit_ranges(space: Space) -> list[Range]:
    return [Range(name, 0.0, 1.0) for name in space.names]
