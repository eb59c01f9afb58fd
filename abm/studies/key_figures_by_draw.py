"""The key figures of runs whose parameters were drawn: what is due to them, and what to chance."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from abm.studies.aggregates import Aggregates
from abm.studies.key_figures import BOUNDS, Row, known_of, over_seeds, where_agreed
from abm.studies.variance_between_draws import variance_between_draws


@dataclass(frozen=True)
class RowByDraw(Row):
    """One key figure: `low` and `high` are chance among runs of one draw."""

    draws: int = 0  # that the figure rests on, each with two runs
    parameter_low: float = math.nan  # as of `BetweenDraws`, like all below
    parameter_high: float = math.nan
    one_run_low: float = math.nan
    one_run_high: float = math.nan


def summary_by_draw(curves: pd.DataFrame, aggregates: Mapping[int, Aggregates]) -> list[RowByDraw]:
    """Return the key figures at the last census, parameters and chance apart.

    Seeds without the partner that has the same draw are left out. Where there is no whole draw,
    estimate and interval are those of the first seed that knows the figure.
    """
    seeds = sorted(int(seed) for seed in curves["seed"].unique())
    rows = []
    for quantity, estimates in known_of(curves, aggregates):
        values = np.array([estimate for estimate, _, _ in estimates.of_seeds], dtype=np.float64)
        apart = variance_between_draws(values, seeds, BOUNDS[quantity.form])
        draws = int(apart.draws)
        if draws == 0:
            first = [one for one in estimates.of_seeds if not math.isnan(one[0])][:1]
            estimate, (low, high), method = over_seeds(quantity, estimates._replace(of_seeds=first))
        else:
            estimate, (low, high) = float(apart.mean), map(float, apart.chance)
            method = f"{draws} draws, two runs each" if draws > 1 else "two runs of one draw"
            if math.isnan(apart.chance.low):
                estimate, (low, high), method = where_agreed(estimate, estimates)
        rows.append(
            RowByDraw(
                quantity.label, quantity.measure, quantity.sex, quantity.age, estimate, low, high,
                method, quantity.unit, quantity.form, draws,
                *map(float, apart.parameter), *map(float, apart.one_run),
            )
        )  # fmt: skip
    return rows
