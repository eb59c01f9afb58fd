"""How every curve changes against the base, date by date, from pairs of runs with one seed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from abm.experiments.comparison.estimates import CHANCE
from abm.experiments.comparison.estimates_by_draw import ENDS
from abm.scenario.draws import SEEDS_A_DRAW
from abm.studies.between_draws import between_draws
from abm.studies.intervals import students_half

if TYPE_CHECKING:
    import pandas as pd

CELL = ("date", "sex", "age", "measure")
COLUMNS = (
    *("scenario", "date", "year", "sex", "age", "measure", "seeds"),
    *("base", "other", "difference", "low", "high", "uncertainty"),
)
DRAW_COLUMNS = ("draws", *ENDS)  # after these, where seeds draw their parameters


class CurvePairs:
    """Curves of one scenario and of the base, collected seed by seed."""

    def __init__(self, scenario: str) -> None:
        self.scenario = scenario
        self._pairs: list[pd.DataFrame] = []

    def add(self, base: "pd.DataFrame", other: "pd.DataFrame", seed: int = 0) -> None:
        """Add the curves of one seed; cells that only one of them has are left out."""
        columns = [*CELL, "value"]
        pair = base[columns].merge(other[columns], on=list(CELL), suffixes=("_base", "_other"))
        self._pairs.append(pair.assign(seed=seed))

    def table(self, is_by_draw: bool = False) -> "pd.DataFrame":
        """Return one row a date, sex, age and measure, in the order of the curves.

        Parameters
        ----------
        is_by_draw
            Whether seeds draw their parameters from the posterior.

        Returns
        -------
        pandas.DataFrame
            Means over seeds of base, other and difference (other minus base), with Student's t
            interval over the seeds' differences; NaN with one seed, and where all agree. By
            draw the interval is chance within draws, and further columns hold what is due to the
            parameters.
        """
        import pandas as pd

        columns = [*COLUMNS, *(DRAW_COLUMNS if is_by_draw else ())]
        if not self._pairs:
            return pd.DataFrame(columns=columns)
        pairs = pd.concat(self._pairs, ignore_index=True)
        pairs["difference"] = pairs["value_other"] - pairs["value_base"]
        cells = pairs.groupby(list(CELL), sort=False)
        table = cells[["value_base", "value_other", "difference"]].mean().reset_index()
        spread = cells["difference"].std(ddof=1).to_numpy(float)
        counts = cells["difference"].count().to_numpy()
        half = students_half(spread, counts, table["difference"].to_numpy())
        table = table.rename(columns={"value_base": "base", "value_other": "other"})
        table["scenario"], table["seeds"] = self.scenario, counts
        table["year"] = table["date"].dt.year
        table["low"], table["high"] = table["difference"] - half, table["difference"] + half
        table["uncertainty"] = CHANCE
        if is_by_draw:
            _tell_apart(table, pairs)
        return table[columns]


def _tell_apart(table: "pd.DataFrame", pairs: "pd.DataFrame") -> None:
    """Put means over whole draws, chance within them and the parameters' part into a table.

    A cell without any whole draw keeps its mean over seeds, without an interval.
    """
    import pandas as pd

    by_seed = pairs.set_index([*CELL, "seed"]).unstack("seed")
    by_seed = by_seed.reindex(pd.MultiIndex.from_frame(table[list(CELL)]))
    for name, column in (("base", "value_base"), ("other", "value_other")):
        own = by_seed[column]
        found = between_draws(own.to_numpy(float), list(own.columns))
        table[name] = np.where(found.draws > 0, found.mean, table[name])
    own = by_seed["difference"]
    found = between_draws(own.to_numpy(float), list(own.columns))
    table["difference"] = np.where(found.draws > 0, found.mean, table["difference"])
    table["low"], table["high"] = found.chance
    table["draws"] = found.draws
    table["seeds"] = np.where(found.draws > 0, SEEDS_A_DRAW * found.draws, table["seeds"])
    for name, end in zip(ENDS, (*found.parameter, *found.one_run), strict=True):
        table[name] = end


def curve_changes(pairs: Sequence[CurvePairs], is_by_draw: bool = False) -> "pd.DataFrame":
    """Return the tables of several scenarios, one after another."""
    import pandas as pd

    tables = [each.table(is_by_draw) for each in pairs]
    filled = [table for table in tables if len(table)]
    if filled:
        return pd.concat(filled, ignore_index=True)
    return pd.DataFrame(columns=[*COLUMNS, *(DRAW_COLUMNS if is_by_draw else ())])
