"""How every curve changes between two scenarios, date by date, from pairs of runs with one seed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from abm.experiments.comparison.estimates import CHANCE, DRAW_COLUMNS, ENDS
from abm.scenario.draws import SEEDS_A_DRAW
from abm.studies.intervals import students_half
from abm.studies.variance_between_draws import variance_between_draws

if TYPE_CHECKING:
    import pandas as pd

CELL = ["date", "sex", "age", "measure"]
COLUMNS = (
    *("scenario", "date", "year", "sex", "age", "measure", "seeds"),
    *("base", "other", "difference", "low", "high", "uncertainty"),
)


def paired_curves(base: "pd.DataFrame", other: "pd.DataFrame", seed: int) -> "pd.DataFrame":
    """Return the curves of one seed side by side; cells that only one has are left out."""
    columns = [*CELL, "value"]
    pair = base[columns].merge(other[columns], on=CELL, suffixes=("_base", "_other"))
    difference = pair["value_other"] - pair["value_base"]
    return pair.assign(seed=seed, difference=difference)


def curve_changes(
    pairs: "Mapping[str, Sequence[pd.DataFrame]]", is_by_draw: bool = False
) -> "pd.DataFrame":
    """Return one row a scenario, date, sex, age and measure, in the order of the curves.

    `pairs` has by scenario, of every seed, what `paired_curves` gives. Means over seeds of base,
    other and difference (other minus base) have Student's t interval over the seeds' differences;
    NaN with one seed, and where all agree. Where seeds draw their parameters (`is_by_draw`) the
    interval is chance within draws, and further columns hold what is due to the parameters.
    """
    import pandas as pd

    columns = [*COLUMNS, *(DRAW_COLUMNS if is_by_draw else ())]
    tables = [
        _changes(scenario, pd.concat(curves, ignore_index=True), is_by_draw)[columns]
        for scenario, curves in pairs.items()
        if sum(map(len, curves))
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


def _changes(scenario: str, pairs: "pd.DataFrame", is_by_draw: bool) -> "pd.DataFrame":
    """Return the rows of one scenario."""
    cells = pairs.groupby(CELL, sort=False)
    table = cells[["value_base", "value_other", "difference"]].mean().reset_index()
    spread = cells["difference"].std(ddof=1).to_numpy(float)
    counts = cells["difference"].count().to_numpy()
    half = students_half(spread, counts, table["difference"].to_numpy())
    table = table.rename(columns={"value_base": "base", "value_other": "other"})
    table["scenario"], table["seeds"] = scenario, counts
    table["year"] = table["date"].dt.year
    table["low"], table["high"] = table["difference"] - half, table["difference"] + half
    table["uncertainty"] = CHANCE
    if is_by_draw:
        _add_posterior_spread(table, pairs)
    return table


def _add_posterior_spread(table: "pd.DataFrame", pairs: "pd.DataFrame") -> None:
    """Put means over whole draws, chance within them and the parameters' part into a table.

    A cell without any whole draw keeps its mean over seeds, without an interval.
    """
    import pandas as pd

    by_seed = pairs.set_index([*CELL, "seed"]).unstack("seed")
    by_seed = by_seed.reindex(pd.MultiIndex.from_frame(table[CELL]))
    sources = {"base": "value_base", "other": "value_other", "difference": "difference"}
    for name, column in sources.items():
        values = by_seed[column]
        spread = variance_between_draws(values.to_numpy(float), list(values.columns))
        table[name] = np.where(spread.draws > 0, spread.mean, table[name])
    table["low"], table["high"] = spread.chance  # of the difference, the last one
    table["draws"] = spread.draws
    table["seeds"] = np.where(spread.draws > 0, SEEDS_A_DRAW * spread.draws, table["seeds"])
    for name, end in zip(ENDS, (*spread.parameter, *spread.one_run), strict=True):
        table[name] = end
