"""The reference of a comparison names every column that its tables have."""

import numpy as np

from abm.experiments.comparison import alternatives, compare, curve_changes, estimates, packages
from abm.experiments.comparison.groups import groupings
from abm.experiments.comparison.pairing import OUTCOMES
from abm.experiments.comparison.person_outcomes import PEOPLE_DTYPE
from abm.report.columns import tables
from abm.scenario.scenario import load_scenario
from docs.make.outputs import levels, page

COLUMNS = {
    "differences.csv": estimates.COLUMNS,
    "curve_differences.csv": curve_changes.COLUMNS,
    "reached.csv": compare.REACHED_COLUMNS,
    "packages.csv": packages.COLUMNS,
    "pairs.csv": alternatives.PAIR_COLUMNS,
    "frontier.csv": alternatives.FRONTIER_COLUMNS,
    "acceptability.csv": alternatives.ACCEPTABILITY_COLUMNS,
}


def test_every_column_is_described() -> None:
    documented = {name: [column.name for column in tables()[name].columns] for name in COLUMNS}
    assert documented == {name: list(columns) for name, columns in COLUMNS.items()}


def test_every_outcome_and_group_is_described() -> None:
    text = page()
    assert all(f"`{outcome.name}`" in text for outcome in OUTCOMES)
    nobody = np.zeros(0, PEOPLE_DTYPE)
    named = [grouping.name for grouping in groupings(nobody, *[load_scenario("baseline")] * 2)]
    assert [name for name, _, _ in levels()] == named
