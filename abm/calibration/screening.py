"""Which parameters move which fitted figures: a Morris screening over every prior."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from abm.calibration.bank import Design, WaveFolder
from abm.calibration.recipe import Recipe, Space
from abm.calibration.targets import Target
from abm.experiments.design import Range, morris_design
from abm.experiments.indices import Problem, analyse
from abm.parameters import parameters

if TYPE_CHECKING:
    import pandas as pd

NAME = "screening"
COLUMNS = ("parameter", "largest", "moves", "chosen")


def all_priors(recipe: Recipe) -> Space:
    """Return the space of every parameter that has a prior."""
    names = [each.name for each in parameters().values() if each.prior is not None]
    return Space(names, recipe.runs.log_from)


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
        parameter, `largest` (of its mu* over targets: the mean size of the change of a figure
        over the whole prior, in half-widths of what is accepted), `moves` (the target it is
        largest for), `chosen` (whether the recipe frees it), then one column a target. NaN for
        targets that are not defined in too many runs.
    """
    import pandas as pd

    problem = Problem("morris", tuple(_unit_ranges(space)))
    points = space.unit(runs[space.names].to_numpy(np.float64))
    columns: dict[str, list[float]] = {}
    for target in targets:
        values = target.scale.to(runs[target.name].to_numpy(np.float64))
        rows = analyse(problem, points, values, seed=1).rows
        sizes = {row[0]: row[3] / target.half_width for row in rows if row[2] == "mu_star"}
        columns[target.name] = [sizes.get(name, np.nan) for name in space.names]
    table = pd.DataFrame(columns, index=space.names)
    filled = table.fillna(0.0)
    table.insert(0, "largest", filled.max(axis=1))
    table.insert(1, "moves", filled.idxmax(axis=1))
    table.insert(2, "chosen", [name in free for name in space.names])
    table.index.name = "parameter"
    return table.sort_values("largest", ascending=False, kind="stable").reset_index()


def _unit_ranges(space: Space) -> list[Range]:
    return [Range(name, 0.0, 1.0) for name in space.names]
