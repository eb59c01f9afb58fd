"""How far the points of a sweep differ: paired by seed, for all have the same people and draws."""

import itertools
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from abm.studies.intervals import between_seeds

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("point", "against", "outcome", "seeds", "difference", "low", "high", "seeds_above")


def point_differences(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return how every point differs from the first one, a row a point and outcome.

    `table` has the columns point, seed, outcome and value. Means are over seeds that have both
    points, with Student's t interval over their differences; NaN with one, and where all agree.
    """
    import pandas as pd

    by_seed = table.pivot_table(
        index=["outcome", "seed"], columns="point", values="value", sort=False, dropna=False
    )
    rows = []
    points = by_seed.columns.tolist()
    for first, point in itertools.product(points[:1], points[1:]):
        for outcome, values in by_seed.groupby(level="outcome", sort=False):
            change = (values[point] - values[first]).to_numpy(float)
            change = change[np.isfinite(change)]
            if not len(change):
                continue
            estimate = between_seeds(change)
            above = float((change > 0).mean())
            ends = estimate.mean, estimate.low, estimate.high, above
            rows.append((point, first, outcome, len(change), *ends))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def paired(one: Mapping[str, float], other: Mapping[str, float]) -> tuple[float, float, float]:
    """Return by how much one point has more than another, by seed, with its interval."""
    change = np.array([one[seed] - other[seed] for seed in one if seed in other])
    change = change[np.isfinite(change)]
    if not len(change):
        return math.nan, math.nan, math.nan
    estimate = between_seeds(change)
    return estimate.mean, estimate.low, estimate.high
