"""Intervals agree with published examples, closed forms and each other."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from abm.studies.aggregates import counted_median
from abm.studies.intervals import (
    NO_INTERVAL,
    Interval,
    OfPeople,
    between_seeds,
    binomial_interval,
    clustered_share_interval,
    mean_interval,
    median_ranks,
    over_runs,
    pooled_half,
    rate_interval,
    ratio_interval,
)


@pytest.mark.parametrize(("count", "people"), [(0, 10), (1, 29), (15, 148), (81, 263), (29, 29)])
def test_binomial_interval_is_wilsons(count, people):
    expected = stats.binomtest(count, people).proportion_ci(method="wilson")
    assert binomial_interval(count, people) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("events", [0, 1, 7, 400])
def test_rate_interval_is_garwoods(events):
    low = stats.chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    high = stats.chi2.ppf(0.975, 2 * events + 2) / 2
    assert rate_interval(events, 10) == pytest.approx((low / 10, high / 10))


def test_ratio_interval_encloses_the_ratio_and_needs_events():
    low, high = ratio_interval((30, 200), (20, 200))
    assert low < 1.5 < high
    assert math.isnan(ratio_interval((0, 200), (20, 200)).low)


@pytest.mark.parametrize("people", [6, 7, 25, 100, 4001])
def test_median_ranks_cover_with_at_least_the_level(people):
    ranks = median_ranks(people)
    assert ranks is not None
    low, high = ranks
    covered = stats.binom.cdf(high - 1, people, 0.5) - stats.binom.cdf(low - 1, people, 0.5)
    narrower = stats.binom.cdf(high - 2, people, 0.5) - stats.binom.cdf(low, people, 0.5)
    assert low + high == people + 1
    assert covered >= 0.95 > narrower


def test_five_values_have_no_interval_for_their_median():
    assert median_ranks(5) is None


@pytest.mark.parametrize("people", [1, 2, 9, 40])
def test_counted_median_is_the_median_of_the_values_written_out(people):
    values = np.array([1.0, 2.0, 3.5, 8.0])
    counts = np.array([people, 1, people + 2, 1])
    written_out = np.repeat(values, counts)
    median, (low, high) = counted_median(values, counts)
    assert median == np.median(written_out)
    ranks = median_ranks(len(written_out))
    if ranks is not None:
        assert (low, high) == (written_out[ranks[0] - 1], written_out[ranks[1] - 1])


def test_counted_median_of_nobody_is_unknown():
    median, interval = counted_median(np.array([1.0]), np.array([0]))
    assert math.isnan(median)
    assert math.isnan(interval.low)


def test_between_seeds_is_students_t():
    values = np.array([0.1, 0.12, 0.17, 0.11])
    expected = stats.t.interval(0.95, 3, loc=values.mean(), scale=stats.sem(values))
    found = between_seeds(values)
    assert (found.low, found.high) == pytest.approx(expected)
    assert found.median == pytest.approx(0.115)


@given(
    st.lists(st.sampled_from([0.0, 0.1, 1.0, math.nan, math.inf]), min_size=1, max_size=9),
    st.sampled_from([(0.0, 1.0), (-math.inf, math.inf)]),
)
def test_no_interval_between_seeds_has_no_width_or_leaves_what_is_possible(values, bounds):
    found = between_seeds(np.array(values), bounds)
    if not math.isnan(found.low):
        assert bounds[0] <= found.low < found.mean < found.high <= bounds[1]


def of_shares(counts, people):
    """Return shares of runs of so many people each, and what all are together."""
    runs = [OfPeople(count / people, binomial_interval(count, people)) for count in counts]
    total, everybody = sum(counts), len(counts) * people
    return runs, OfPeople(total / everybody, binomial_interval(total, everybody))


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12))
def test_shares_over_runs_lie_within_0_and_1_and_are_never_certain(counts):
    runs, together = of_shares(counts, 60)
    found = over_runs(runs, together, (0.0, 1.0))
    assert 0 <= found.low <= sum(counts) / 60 / len(counts) + 1e-12
    assert sum(counts) / 60 / len(counts) - 1e-12 <= found.high <= 1
    assert found.high - found.low > 0.001


def test_one_run_has_the_interval_of_its_people():
    runs, together = of_shares([9], 60)
    assert over_runs(runs, together) == pytest.approx(binomial_interval(9, 60))


@given(st.integers(0, 60), st.integers(1, 12))
def test_runs_that_agree_make_it_narrower_the_more_they_are(count, runs):
    widths = []
    for several in (runs, runs + 1):
        found = over_runs(*of_shares([count] * several, 60), (0.0, 1.0))
        widths.append(found.high - found.low)
    assert widths[1] < widths[0]


def test_two_runs_keep_what_their_people_say():
    """Runs of 1,000 that happen to differ by 3 points: Student's t alone is 6 times as wide."""
    runs, together = of_shares([170, 200], 1000)
    found = over_runs(runs, together, (0.0, 1.0))
    alone = between_seeds(np.array([0.17, 0.20]), (0.0, 1.0))
    one = over_runs(*of_shares([185], 1000))
    assert found.high - found.low < one.high - one.low
    assert alone.high - alone.low > 5 * (found.high - found.low)


def test_many_runs_that_differ_more_than_their_people_say_are_believed():
    values = np.linspace(0.1, 0.3, 60)
    runs = [OfPeople(value, Interval(value - 0.02, value + 0.02)) for value in values.tolist()]
    found, alone = over_runs(runs, runs[30]), between_seeds(values)
    assert found.high - found.low == pytest.approx(alone.high - alone.low, rel=0.1)


def test_without_people_runs_have_students_t_and_none_where_they_agree():
    silent = [OfPeople(value, NO_INTERVAL) for value in (3.0, 4.0, 6.5)]
    found = over_runs(silent, silent[0])
    assert found == pytest.approx(between_seeds(np.array([3.0, 4.0, 6.5]))[2:])
    assert math.isnan(over_runs(silent[:1] * 2, silent[0]).low)
    assert math.isnan(over_runs(silent[:1], silent[0]).low)
    assert math.isnan(between_seeds(np.full(3, 0.1)).low)  # whose mean is not 0.1 to the last bit


SPREADS = (0.75, 1.0, 1.25)
"""Variances of runs over what their people say: they depend on each other, or are alike."""


@pytest.mark.parametrize("runs", [1, 2, 3, 10])
@pytest.mark.parametrize("spread", SPREADS)
def test_intervals_cover_as_often_as_they_say(runs, spread):
    drawn = np.random.default_rng(runs).normal(0.0, spread**0.5, (20_000, runs))
    between = drawn.var(axis=1, ddof=1) if runs > 1 else math.nan
    half = pooled_half(1.0, between, runs)
    assert 0.91 < (np.abs(drawn.mean(axis=1)) < half).mean() < 0.98


def test_nobody_has_no_interval_and_no_error():
    nan = math.nan
    for a, n, b, m in itertools.product((nan, 0, 3), (nan, 0, 9), (nan, 0, 3), (nan, 0, 9)):
        known = a == b == 3 and n == m == 9
        assert math.isnan(ratio_interval((a, n), (b, m)).low) != known
    for interval in (binomial_interval(nan, nan), rate_interval(0, nan), mean_interval(nan, 1, 9)):
        assert math.isnan(interval.low)


def test_people_who_are_all_alike_leave_no_interval_of_no_width():
    alike = (
        ratio_interval((9, 9), (7, 7)),
        mean_interval(2.0, 0.0, 50),
        clustered_share_interval(1.0, 0.0, 12),
    )
    assert all(math.isnan(interval.low) for interval in alike)


def test_repeats_widen_a_rate_as_their_variance_does():
    once, twice = rate_interval(400, 10), rate_interval(400, 10, repeats=2.0)
    assert twice.high - twice.low == pytest.approx(2**0.5 * (once.high - once.low), rel=0.01)
    assert twice.low < 40 < twice.high


def test_one_seed_says_nothing_about_seeds():
    assert math.isnan(between_seeds(np.array([0.3, math.nan])).low)


def test_clustering_widens_the_interval_of_a_share():
    # Ten people with ten acts each, all of one kind in a person.
    share, residuals = 0.5, 10 * (0.5 * 10) ** 2
    low, high = clustered_share_interval(share, residuals, 100)
    one_each = clustered_share_interval(share, 100 * 0.5**2, 100)
    assert high - low > 3 * (one_each.high - one_each.low)


def test_mean_interval_stays_positive():
    low, high = mean_interval(2.0, 100.0, 50)
    assert 0 < low < 2 < high
