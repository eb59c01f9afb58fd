"""Parameters and chance told apart, by an analysis of variance over draws with two seeds each."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from abm.scenario.draws import pair_of
from abm.studies.variance_between_draws import (
    MANY_DRAWS,
    places_of_pairs,
    variance_between_draws,
    whole_draws,
)

SMALL = st.floats(-1e6, 1e6)


def seeds_of(draws):
    return list(range(1, 2 * draws + 1))


def simulated(draws, parameter, chance, stream):
    """Return numbers with this spread between draws and within them, one a seed."""
    centres = 10.0 + parameter * stream.standard_normal(draws)
    return (centres[:, None] + chance * stream.standard_normal((draws, 2))).ravel()


def test_two_seeds_share_a_draw():
    assert [pair_of(seed) for seed in (0, 1, 2, 3, 4, 2**64 - 1)] == [-1, 0, 0, 1, 1, 2**63 - 1]
    assert places_of_pairs([4, 1, 5, 3, 2]).tolist() == [[1, 4], [3, 0]]
    assert (whole_draws([1]), whole_draws([2, 3]), whole_draws([0, 1, 2, 7])) == (0, 0, 1)


def test_the_variances_are_those_of_the_textbook():
    found = variance_between_draws(np.array([3.0, 5.0, 8.0, 10.0, 4.0, 6.0]), seeds_of(3))
    within, between = 2.0, np.var([4.0, 9.0, 5.0], ddof=1)
    assert (float(found.mean), int(found.draws)) == (6.0, 3)
    half = 1.959964 * math.sqrt(between - within / 2)
    assert np.array(found.parameter) == pytest.approx([6 - half, 6 + half])
    t = stats.t.ppf(0.975, 3)
    assert np.array(found.chance) == pytest.approx([6 - t * (1 / 3) ** 0.5, 6 + t * (1 / 3) ** 0.5])
    assert np.array(found.one_run) == pytest.approx([6 - t * 2**0.5, 6 + t * 2**0.5])
    tables = stats.f_oneway([3, 5], [8, 10], [4, 6])
    assert 2 * between / within == pytest.approx(tables.statistic)


@pytest.mark.parametrize("draws", [5, 40])
@pytest.mark.parametrize(("parameter", "chance"), [(2.0, 0.5), (0.5, 2.0), (0.0, 1.0)])
def test_known_spreads_are_found_again(draws, parameter, chance):
    stream = np.random.default_rng(7)
    many = np.array([simulated(draws, parameter, chance, stream) for _ in range(2000)])
    found = variance_between_draws(many, seeds_of(draws))
    widths = (found.parameter.high - found.parameter.low) / (2 * 1.959964)
    floor = math.sqrt((parameter**2 + chance**2 / 2) / draws) if parameter <= 0.5 else 0.0
    assert np.median(widths) == pytest.approx(parameter, abs=0.2 * parameter + 1.5 * floor)


def test_the_interval_of_chance_covers_the_mean_of_the_draws_as_they_are():
    stream, hits = np.random.default_rng(3), 0
    for _ in range(2000):
        centres = 5 * stream.standard_normal(4)
        values = (centres[:, None] + stream.standard_normal((4, 2))).ravel()
        low, high = variance_between_draws(values, seeds_of(4)).chance
        hits += bool(low <= centres.mean() <= high)
    assert hits / 2000 == pytest.approx(0.95, abs=0.015)


def test_many_draws_keep_their_shape():
    stream = np.random.default_rng(11)
    centres = stream.exponential(size=400)
    values = np.repeat(centres, 2) + 0.05 * stream.standard_normal(800)
    low, high = variance_between_draws(values, seeds_of(400)).parameter
    assert [float(low), float(high)] == pytest.approx(
        np.quantile(centres, [0.025, 0.975]), abs=0.05
    )
    assert high - centres.mean() > 2 * (centres.mean() - low)


@given(st.lists(SMALL, min_size=2, max_size=2 * MANY_DRAWS + 9), st.integers(0, 6))
def test_intervals_hold_the_mean_and_stay_within_bounds(values, first):
    seeds = range(first, first + len(values))
    found = variance_between_draws(np.array(values), seeds, (-10.0, 10.0))
    assert int(found.draws) == whole_draws(seeds)
    if found.draws == 0:
        assert np.isnan([*found.chance, *found.parameter, found.mean]).all()
        return
    if found.draws < 2:
        assert np.isnan(found.parameter).all()
    for low, high in (found.parameter, found.chance, found.one_run):
        if not np.isnan(low):
            assert -10.0 <= low <= high <= 10.0
    if not np.isnan(found.chance.low):
        assert found.one_run.low <= found.chance.low <= found.chance.high <= found.one_run.high


@given(SMALL, st.integers(1, MANY_DRAWS + 3))
def test_equal_runs_say_nothing_of_spread(value, draws):
    found = variance_between_draws(np.full(2 * draws, value), seeds_of(draws))
    assert np.isnan([*found.chance, *found.one_run, *found.parameter]).all()
    assert found.mean == pytest.approx(value)


def test_a_seed_without_its_partner_or_without_a_value_is_left_out():
    whole = variance_between_draws(np.array([3.0, 5.0, 8.0, 9.0]), [1, 2, 5, 6])
    for values, seeds in (
        ([3.0, 5.0, 100.0, 8.0, 9.0], [1, 2, 4, 5, 6]),
        ([3.0, 5.0, 100.0, math.nan, 8.0, 9.0], [1, 2, 3, 4, 5, 6]),
        ([9.0, 3.0, 8.0, 5.0], [6, 1, 5, 2]),
    ):
        found = variance_between_draws(np.array(values), seeds)
        assert np.array_equal(np.hstack(found), np.hstack(whole))


def test_many_quantities_at_once_are_each_alone():
    table = np.random.default_rng(1).standard_normal((6, 2 * MANY_DRAWS + 2))
    table[1, 5] = table[2, :4] = table[3, 3:] = math.nan
    seeds = seeds_of(MANY_DRAWS + 1)
    together = variance_between_draws(table, seeds)
    for row, values in enumerate(table):
        alone = variance_between_draws(values, seeds)
        for ours, theirs in zip(together[2:], alone[2:], strict=True):
            assert np.array(ours)[:, row] == pytest.approx(np.array(theirs), nan_ok=True)
    assert together.draws.tolist() == [21, 20, 19, 1, 21, 21]
