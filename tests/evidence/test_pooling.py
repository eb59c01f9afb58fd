"""Pooled estimates and prediction intervals, against figures worked out by others and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.evidence.pooling import FEWEST_POOLED, PooledEstimates, pool
from abm.evidence.scales import SCALES, log_factor, off_scale, on_scale, standard_error

values = st.floats(-3, 3)
errors = st.floats(0.02, 1)
studies = st.lists(st.tuples(values, errors), min_size=FEWEST_POOLED, max_size=12)


def pooled(estimates: list[tuple[float, float]]) -> PooledEstimates:
    return pool(*zip(*estimates, strict=True))


@given(studies)
def test_the_centre_lies_between_the_lowest_and_the_highest(
    estimates: list[tuple[float, float]],
) -> None:
    result = pooled(estimates)
    every = [value for value, _ in estimates]
    assert min(every) - 1e-9 <= result.centre <= max(every) + 1e-9
    assert result.low < result.centre < result.high


@given(studies, st.floats(1.5, 5))
def test_studies_that_differ_more_leave_more_room_for_another(
    estimates: list[tuple[float, float]], stretch: float
) -> None:
    first = pooled(estimates)
    second = pooled([(stretch * value, error) for value, error in estimates])
    assert second.spread >= first.spread
    if first.spread > 0:
        assert second.high - second.low > first.high - first.low


@given(studies, st.floats(0.1, 10), st.floats(-5, 5))
def test_units_and_zero_points_do_not_matter(
    estimates: list[tuple[float, float]], unit: float, zero: float
) -> None:
    first = pooled(estimates)
    second = pooled([(unit * value + zero, unit * error) for value, error in estimates])
    expected = (unit * first.centre + zero, unit * first.low + zero, unit * first.high + zero)
    actual = (second.centre, second.low, second.high)
    assert np.allclose(actual, expected, rtol=1e-6, atol=1e-6)


def test_five_alike_are_their_mean() -> None:
    result = pool([0.1, 0.2, 0.3, 0.4, 0.5], [1.0] * 5)
    assert (result.centre, result.spread) == (pytest.approx(0.3), 0.0)
    half = 3.182446 / math.sqrt(5)  # Student's t with 3 degrees of freedom, from a table
    assert result.high == pytest.approx(0.3 + half, abs=1e-5)


@pytest.mark.parametrize(
    ("numbers", "spreads"),
    [([1.0] * 4, [1.0] * 4), ([1.0] * 5, [0.0] * 5), ([math.inf] + [1.0] * 4, [1.0] * 5)],
)
def test_too_few_or_without_an_error_are_not_pooled(numbers: list, spreads: list) -> None:
    with pytest.raises(ValueError, match="expected"):
        pool(numbers, spreads)


@pytest.mark.parametrize("scale", SCALES)
@given(st.floats(0.01, 0.99))
def test_a_scale_can_be_left_again(scale, value: float) -> None:
    assert off_scale(on_scale(value, scale), scale) == pytest.approx(value)


def test_the_error_of_a_ratio_is_that_of_its_logarithm() -> None:
    ends = [2.0 * math.exp(sign * 1.959964 * 0.1) for sign in (-1, 1)]
    assert standard_error(2.0, *ends, "log") == pytest.approx(0.1)
    assert standard_error(2.0, -1.0, ends[1], "log") == pytest.approx(0.1)
    assert math.isnan(standard_error(2.0, math.nan, math.nan, "log"))


@given(st.floats(1, 99), st.floats(1, 99))
def test_a_share_and_its_rest_have_the_same_error(one: float, other: float) -> None:
    assert log_factor(one, other, "share") == pytest.approx(
        log_factor(100 - one, 100 - other, "share"), abs=1e-9
    )


def test_sizes_of_every_kind_are_told_as_ratios() -> None:
    assert math.exp(log_factor(20.0, 1 / 0.03, "share")) == pytest.approx(2.0)
    assert math.exp(log_factor(3.0, 1.5, "ratio")) == pytest.approx(2.0)
    # A standardised difference of 0.5 is an odds ratio of 2.48, r = 0.2425 a difference of 0.5.
    assert math.exp(log_factor(0.5, 0.0, "standardised difference")) == pytest.approx(
        2.48, abs=0.01
    )
    assert math.exp(log_factor(0.2425, 0.0, "correlation")) == pytest.approx(2.48, abs=0.01)
    assert math.isnan(log_factor(13.0, 14.0, "none"))
