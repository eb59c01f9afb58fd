"""Differences of curves: other minus base, paired by seed, with a paired t interval."""

import pandas as pd
import pytest
from scipy import stats

from abm.experiments.comparison.curve_changes import COLUMNS, curve_changes, paired_curves


def curves(value, ages=("14", "12-18")):
    rows = [
        (pd.Timestamp(2016 + place, 8, 31), sex, age, "incidence", value + place)
        for place in range(2)
        for sex in ("female", "all")
        for age in ages
    ]
    return pd.DataFrame(rows, columns=["date", "sex", "age", "measure", "value"])


def table_of(values):
    pairs = [
        paired_curves(curves(base), curves(other), seed)
        for seed, (base, other) in enumerate(values, 1)
    ]
    return curve_changes({"other": pairs})


def test_a_difference_is_other_minus_base_with_a_paired_interval():
    values = [(4.0, 3.0), (5.0, 3.5), (4.5, 4.4)]
    table = table_of(values)
    expected = stats.ttest_1samp([b - a for a, b in values], 0.0).confidence_interval(0.95)
    assert tuple(table.columns) == COLUMNS
    assert len(table) == 8
    assert table["difference"].tolist() == pytest.approx([-2.6 / 3] * 8)
    assert table["low"].tolist() == pytest.approx([expected.low] * 8)
    assert table["high"].tolist() == pytest.approx([expected.high] * 8)
    assert table["base"].iloc[0] == pytest.approx(4.5)
    assert table["year"].unique().tolist() == [2016, 2017]
    assert set(table["seeds"]) == {3}


def test_equal_curves_differ_by_exactly_nothing_and_tell_no_interval():
    table = table_of([(4.1, 4.1), (5.3, 5.3), (0.1, 0.1)])
    assert (table["difference"] == 0.0).all()
    assert table[["low", "high"]].isna().all(axis=None)


def test_one_seed_has_no_interval():
    table = table_of([(4.0, 3.0)])
    assert table[["low", "high"]].isna().all(axis=None)
    assert (table["difference"] == -1.0).all()


def test_cells_that_only_one_of_them_has_are_left_out():
    pair = paired_curves(curves(1.0), curves(2.0, ages=("14",)), 1)
    assert set(curve_changes({"other": [pair]})["age"]) == {"14"}


def test_nothing_gives_an_empty_table():
    assert curve_changes({"other": []}).empty
    assert tuple(curve_changes({}).columns) == COLUMNS
