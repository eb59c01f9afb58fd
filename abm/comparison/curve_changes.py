"""How every curve changes against the base, date by date, from pairs of runs with one seed."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from abm.comparison.estimates import CHANCE
from abm.studies.intervals import LEVEL

if TYPE_CHECKING:
    import pandas as pd

CELL = ("date", "sex", "age", "measure")
COLUMNS = (
    *("scenario", "date", "year", "sex", "age", "measure", "seeds"),
    *("base", "other", "difference", "low", "high", "uncertainty"),
)


class CurvePairs:
    """Curves of one scenario and of the base, collected seed by seed."""

    def __init__(self, scenario: str) -> None:
        self.scenario = scenario
        self._pairs: list[pd.DataFrame] = []

    def add(self, base: "pd.DataFrame", other: "pd.DataFrame") -> None:
        """Add the curves of one seed; cells that only one of them has are left out."""
        columns = [*CELL, "value"]
        pair = base[columns].merge(other[columns], on=list(CELL), suffixes=("_base", "_other"))
        self._pairs.append(pair)

    def table(self) -> "pd.DataFrame":
        """Return one row a date, sex, age and measure, in the order of the curves.

        Returns
        -------
        pandas.DataFrame
            Means over seeds of base, other and difference (other minus base), with Student's t
            interval over the seeds' differences; NaN with one seed.
        """
        import pandas as pd

        if not self._pairs:
            return pd.DataFrame(columns=list(COLUMNS))
        pairs = pd.concat(self._pairs, ignore_index=True)
        pairs["difference"] = pairs["value_other"] - pairs["value_base"]
        cells = pairs.groupby(list(CELL), sort=False)
        table = cells[["value_base", "value_other", "difference"]].mean().reset_index()
        spread = cells["difference"].std(ddof=1).to_numpy(float)
        counts = cells["difference"].count().to_numpy()
        half = t_quantiles(counts) * spread / np.sqrt(counts)
        table = table.rename(columns={"value_base": "base", "value_other": "other"})
        table["scenario"], table["seeds"] = self.scenario, counts
        table["year"] = table["date"].dt.year
        table["low"], table["high"] = table["difference"] - half, table["difference"] + half
        table["uncertainty"] = CHANCE
        return table[list(COLUMNS)]


def t_quantiles(counts: np.ndarray) -> np.ndarray:
    """Return the two-sided quantile of Student's t for so many values each; NaN for one."""
    from scipy.special import stdtrit

    quantiles = np.full(len(counts), math.nan)
    several = counts > 1
    quantiles[several] = stdtrit(counts[several] - 1, 1 - (1 - LEVEL) / 2)
    return quantiles


def curve_changes(pairs: Sequence[CurvePairs]) -> "pd.DataFrame":
    """Return the tables of several scenarios, one after another."""
    import pandas as pd

    tables = [each.table() for each in pairs]
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(COLUMNS))
