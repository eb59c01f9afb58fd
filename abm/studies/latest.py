"""The latest view of every age: the last census, or a birth cohort on its way through the ages."""

import numpy as np
import pandas as pd

from abm.simulation.census import measure_named
from abm.simulation.curves import COLUMNS, age_groups


def follows_one_cohort(curves: pd.DataFrame) -> bool:
    """Return whether the curves are of one birth cohort: one age at each census, not the same."""
    chosen = (curves["sex"] == "all") & (curves["measure"] == "lifetime_prevalence")
    single = curves[chosen & ~curves["age"].str.contains("-")]
    ages = single.groupby("date")["age"].nunique()
    return bool(len(ages)) and bool((ages == 1).all()) and single["age"].nunique() == len(ages)


def latest_by_age(curves: pd.DataFrame) -> pd.DataFrame:
    """Return one row a seed, measure, sex and age, as recent as there is.

    Of an open population these are the rows of the last census. A birth cohort has one age at each
    census: there every age comes from its own census, and a band is the mean over its ages
    (`people` are the persons of the cohort for a share, all person-years in the band for a rate).
    """
    if not follows_one_cohort(curves):
        return curves[curves["date"] == curves["date"].max()]
    single = curves[~curves["age"].str.contains("-")]
    rows: list[pd.DataFrame] = []
    for (_, measure, _), cells in single.groupby(["seed", "measure", "sex"], sort=False):
        for label, (first, last) in age_groups().items():
            chosen = cells[cells["age"].astype(int).between(first, last)]
            if chosen["age"].nunique() == last - first + 1:
                rows.append(_combined(chosen, str(measure), label))
    return pd.concat(rows, ignore_index=True)


def _combined(cells: pd.DataFrame, measure: str, label: str) -> pd.DataFrame:
    """Return one row for an age or band of a cohort: the mean over its cells."""
    people = cells["people"].to_numpy(dtype=np.float64)
    is_share = measure_named(measure).kind == "share"
    return cells.iloc[[-1]].assign(
        age=label,
        value=float(np.average(cells["value"], weights=people)),
        people=float(people.max() if is_share else people.sum()),
    )[list(COLUMNS)]
