"""The reference of a comparison names every column that its tables have."""

import numpy as np

from abm.comparison import curve_changes, estimates, findings, packages
from abm.comparison.groups import groupings
from abm.comparison.lives import LIFE_DTYPE
from abm.comparison.pairing import OUTCOMES
from abm.report.comparison_columns import COMPARISON_TABLES, comparison_reference, levels
from abm.report.reference import output_reference
from abm.scenario import load_scenario

COLUMNS = {
    "differences.csv": estimates.COLUMNS,
    "curve_differences.csv": curve_changes.COLUMNS,
    "reached.csv": findings.REACHED_COLUMNS,
    "packages.csv": packages.COLUMNS,
}


def test_every_column_is_described() -> None:
    documented = {name: [row[0] for row in rows] for name, (_, rows) in COMPARISON_TABLES.items()}
    assert documented == {name: list(columns) for name, columns in COLUMNS.items()}


def test_every_outcome_and_group_is_described() -> None:
    text = "\n".join(comparison_reference())
    assert all(f"`{outcome.name}`" in text for outcome in OUTCOMES)
    nobody = np.zeros(0, LIFE_DTYPE)
    named = [grouping.name for grouping in groupings(nobody, load_scenario("baseline"))]
    assert [name for name, _, _ in levels()] == named


def test_the_reference_of_all_tables_holds_it() -> None:
    assert "\n".join(comparison_reference()) in output_reference()
