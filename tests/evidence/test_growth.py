"""Growth is read exactly from exact counts, and its interval covers it, crowded counts too."""

import math

import numpy as np
import pytest

from abm.evidence.growth import dispersion, yearly_growth

YEARS = np.arange(7)
EXPECTED = 45 * 1.065**YEARS


def test_counts_that_grow_evenly_grow_by_that_much():
    for factor in (1.065, 1.0, 0.9):
        counts = np.array([1000 * factor**YEARS])
        assert yearly_growth(counts).percent == pytest.approx(100 * (factor - 1))


def test_more_events_narrow_the_interval_and_leave_the_growth():
    few, many = yearly_growth(EXPECTED[None]), yearly_growth(100 * EXPECTED[None])
    assert few.percent == pytest.approx(many.percent)
    assert np.diff(few.interval) > 8 * np.diff(many.interval)


@pytest.mark.parametrize("crowding", [0, 1])
def test_the_interval_covers_the_true_growth(crowding):
    """With crowding, counts have twice the variance of Poisson's."""
    luck = np.random.default_rng(1)
    covered = 0
    for _ in range(400):
        mean = luck.gamma(EXPECTED, 1.0, (8, 7)) if crowding else np.tile(EXPECTED, (8, 1))
        low, high = yearly_growth(luck.poisson(mean)).interval
        covered += low <= 6.5 <= high
    assert 0.91 < covered / 400 < 0.99


def test_dispersion_is_one_for_poisson_and_more_for_crowded_counts():
    luck = np.random.default_rng(2)
    assert dispersion(luck.poisson(EXPECTED, (2000, 7))) == pytest.approx(1.0, abs=0.03)
    crowded = luck.poisson(luck.gamma(EXPECTED, 1.0, (2000, 7)))
    assert dispersion(crowded) == pytest.approx(2.0, abs=0.1)
    assert dispersion(EXPECTED[None]) == 1.0
    assert dispersion(np.zeros((3, 7))) == 1.0


@pytest.mark.parametrize("counts", [[[0, 3, 5]], [[4]], [[0, 0]]])
def test_no_growth_where_none_can_be_read(counts):
    found = yearly_growth(np.array(counts))
    assert math.isnan(found.percent)
    assert all(map(math.isnan, found.interval))
