"""Estimates: intervals as textbooks give them, and no number where chance hides its sign."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from abm.experiments.comparison.estimates import COLUMNS, difference, differences_table, over_seeds
from abm.experiments.comparison.pairing import PairSums
from abm.studies.intervals import FREE_OF_CHANGES, pooled_half

YEARS = 10.0


def sums(averted, seed=1, squares=None, reached=100.0, person_years=1000.0, cost=500.0, **given):
    whole = {"people": 160.0, "base": 50.0, "other": 50.0 - averted, "helped": max(averted, 0.0)}
    whole |= {"harmed": max(-averted, 0.0), "squares": abs(averted) if squares is None else squares}
    whole |= {"reached": reached, "person_years": person_years, "cost": cost}
    return PairSums("other", seed, "new_cases", "all", "all", **(whole | given))


def rows_of(values, **given):
    return [sums(float(value), seed, **given) for seed, value in enumerate(values, 1)]


def test_the_interval_of_many_seeds_is_that_of_a_paired_t_test():
    values = [12.0, 9.0, 15.0, 4.0, 11.0, 7.0] * 20
    row = difference(rows_of(values), YEARS)
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert row["averted"] == pytest.approx(sum(values) / len(values))
    assert row["low"] == pytest.approx(expected.low, abs=0.02)
    assert row["interval"] == "people and seeds"


def test_the_interval_of_few_seeds_pools_what_their_people_say():
    values = [12.0, 9.0, 15.0, 4.0, 11.0, 7.0]
    row = difference(rows_of(values, squares=40.0), YEARS)
    half = pooled_half(40.0, np.var(values, ddof=1), 6, FREE_OF_CHANGES)
    assert row["high"] - row["averted"] == pytest.approx(half)
    assert row["uncertainty"] == "chance"
    assert (row["seed"], row["seeds"]) == ("all", 6)


def test_with_one_seed_the_interval_is_the_root_of_how_many_changed():
    row = difference([sums(10.0, squares=64.0)], YEARS)
    assert row["interval"] == "between people"
    assert row["high"] - row["averted"] == pytest.approx(2.306004 * 8.0)
    assert row["averted"] - row["low"] == pytest.approx(2.306004 * 8.0)


@given(st.lists(st.integers(-40, 40), min_size=1, max_size=12))
def test_rates_are_the_counts_in_another_unit(values):
    row = difference(rows_of(values), YEARS)
    for name, factor in (("per_100k", 1e5 * YEARS / 1000.0), ("per_1000_reached", 10.0)):
        for end, own in (("", "averted"), ("_low", "low"), ("_high", "high")):
            expected = pytest.approx(row[own] * factor, abs=1e-6, nan_ok=True)
            assert row[f"{name}{end}"] == expected


@given(st.lists(st.integers(-40, 40), min_size=1, max_size=12))
def test_the_number_needed_is_shown_only_where_chance_leaves_no_doubt(values):
    row = difference(rows_of(values), YEARS)
    shown = not math.isnan(row["needed_to_reach"])
    assert shown == (row["per_1000_reached_low"] > 0)
    assert (row["note"] == "") == shown
    if shown:
        assert row["needed_to_reach"] == pytest.approx(1000 / row["per_1000_reached"])
        assert 0 < row["needed_to_reach_low"] <= row["needed_to_reach"]
        assert row["needed_to_reach"] <= row["needed_to_reach_high"]
        assert row["cost_per_averted"] == pytest.approx(5 * row["needed_to_reach"])


@given(st.integers(1, 12), st.floats(0, 1e6), st.floats(0, 1e6))
def test_nothing_averted_has_no_interval(seeds, reached, cost):
    row = difference(rows_of([0] * seeds, reached=reached, cost=cost), YEARS)
    for name in ("averted", "per_100k"):
        ends = ("low", "high") if name == "averted" else (f"{name}_low", f"{name}_high")
        assert row[name] == 0.0
        assert all(math.isnan(row[end]) for end in ends)
    assert math.isnan(row["needed_to_reach"])
    assert row["note"] == "nobody's outcome changed"


@pytest.mark.parametrize(
    ("values", "given", "expected"),
    [
        ([5, 6, 5], {"reached": 0.0}, "nobody was reached"),
        ([5, 6, 5], {"reached": math.nan}, "not counted"),
        ([5, -6, 5], {}, "includes 0"),
        ([-5, -6, -5], {}, "more, not less"),
    ],
)
def test_why_a_number_needed_is_not_shown(values, given, expected):
    row = difference(rows_of(values, **given), YEARS)
    assert expected in row["note"]
    assert math.isnan(row["needed_to_reach"])
    assert math.isnan(row["needed_to_reach_low"])


def test_a_ratio_over_seeds_is_that_of_their_sums():
    two = [sums(4.0, 1, reached=100.0), sums(8.0, 2, reached=300.0)]
    found = over_seeds(two, [each.reached for each in two])
    assert found.value == pytest.approx(12 / 400)


@pytest.mark.parametrize("seeds", [2, 3, 10])
def test_seeds_that_agree_by_chance_do_not_pretend_to_be_sure(seeds):
    exact = [sums(4.0 * each, each, reached=100.0 * each) for each in range(1, seeds + 1)]
    one, all_ = (over_seeds(some, [each.reached for each in some]) for some in (exact[:1], exact))
    assert 0 < all_.high - all_.value < one.high - one.value
    row = difference(rows_of([3] * seeds, squares=7.0), YEARS)
    assert row["low"] < 3 < row["high"]


def test_the_table_has_all_seeds_first_and_then_each():
    table = differences_table(rows_of([3, 4, 5]), YEARS)
    assert tuple(table.columns) == COLUMNS
    assert table["seed"].tolist() == ["all", "1", "2", "3"]
    assert table["averted"].tolist() == [4.0, 3.0, 4.0, 5.0]
    assert table["seeds"].tolist() == [3, 1, 1, 1]


def test_costs_that_are_not_known_give_no_cost_of_one():
    row = difference(rows_of([3, 4, 5], cost=math.nan), YEARS)
    assert math.isnan(row["cost"])
    assert math.isnan(row["cost_per_averted"])
    assert not math.isnan(row["needed_to_reach"])
