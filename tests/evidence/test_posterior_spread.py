"""What single draws of the parameters say, apart from what all of them together do."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.evidence.verdicts import LEAST_DRAWS, RANKS, PosteriorSpread, posterior_spread, verdict_of

NUMBERS = st.floats(-10, 10)


def test_few_draws_lie_from_the_lowest_to_the_highest() -> None:
    found = posterior_spread([3.0, 1.0, 2.0, 9.0], 0.0, 5.0)
    assert (found.low, found.high) == (1.0, 9.0)
    assert (found.inside, found.draws) == (3, 4)


def test_of_many_draws_the_middle_is_told() -> None:
    found = posterior_spread(list(np.arange(1001.0)), -1.0, 2000.0)
    assert found.low == pytest.approx(25.0, abs=1.0)
    assert found.high == pytest.approx(975.0, abs=1.0)


def test_draws_without_a_number_are_left_out_and_not_counted() -> None:
    found = posterior_spread([math.nan, 1.0, math.inf, 2.0, 3.0], 1.5, 9.0)
    assert found == PosteriorSpread(1.0, 3.0, 2, 3)


def test_fewer_than_three_numbers_make_no_interval() -> None:
    found = posterior_spread([1.0] * (LEAST_DRAWS - 1), 0.0, 2.0)
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert (found.inside, found.draws) == (2, 2)
    assert posterior_spread([], 0.0, 2.0).draws == 0


@pytest.mark.parametrize(("low", "high"), [(0.0, math.inf), (-math.inf, 0.0), (0.0, 2.0)])
def test_a_draw_is_accepted_where_a_verdict_would_have_it(low: float, high: float) -> None:
    for value in (-1.0, 0.0, 1.0, 2.0, 3.0):
        is_good = verdict_of(value, low, high) in ("inside", "direction right")
        assert posterior_spread([value], low, high).inside == is_good, value


@given(NUMBERS, NUMBERS, st.floats(0.1, 5), st.sampled_from(["both", "low", "high"]))
def test_the_interval_over_draws_never_makes_a_verdict_better(
    value: float, low: float, width: float, side: str
) -> None:
    bounds = {"both": (low, low + width), "low": (low, math.inf), "high": (-math.inf, low)}[side]
    wide = posterior_spread([value - 20.0, value, value + 20.0], *bounds)
    for own in ((math.nan, math.nan), (value - 0.01, value + 0.01)):
        alone = verdict_of(value, *bounds, *own)
        assert (
            RANKS[verdict_of(value, *bounds, *wide.interval_for_verdict(*own, *bounds))]
            >= RANKS[alone]
        )
