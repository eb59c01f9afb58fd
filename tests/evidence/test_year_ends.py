"""Columns are kept in small types, and small types lose nothing."""

import hand_made
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from abm.evidence.year_ends import OF_FRIENDS, add_years_around, by_person, kept_of, pairs_of

TYPES = st.sampled_from([np.int64, np.float64, np.bool_])


@given(arrays.arrays(TYPES, st.integers(0, 30)))
def test_a_small_type_holds_the_same_values(values: np.ndarray) -> None:
    kept = kept_of({"x": values, "y": values}, {"x"})
    assert set(kept) == {"x"}
    assert kept["x"].dtype.itemsize <= values.dtype.itemsize
    np.testing.assert_array_equal(kept["x"].astype(values.dtype), values)


def test_years_of_a_person_stand_together_in_order() -> None:
    first = {"person": np.array([7, 3]), "x": np.array([1.0, 2.0])}
    second = {"person": np.array([3, 9]), "x": np.array([3.0, 4.0])}
    table = by_person([first, second])
    assert table["person"].tolist() == [3, 3, 7, 9]
    assert table["year"].tolist() == [0, 1, 0, 1]
    assert table["x"].tolist() == [2, 3, 1, 4]


def test_every_year_has_the_years_around_it_of_the_same_person() -> None:
    people = {
        "person": np.array([3, 3, 3, 3, 7, 7, 9]),
        "past_year_acts": np.array([2, 0, 0, 1, 0, 0, 5]),
    }
    add_years_around(people)
    np.testing.assert_array_equal(people["acts_year_before"], [np.nan, 2, 0, 0, np.nan, 0, np.nan])
    assert people["years_after"].tolist() == [3, 2, 1, 0, 1, 0, 0]
    assert people["years_to_acts"].tolist() == [3, 2, 1, *[np.inf] * 4]


def test_friends_stand_twice_each_beside_the_other_every_year() -> None:
    person, year = np.array([4, 4, 6, 9, 9]), np.array([0, 1, 0, 0, 1])
    people = {"person": person, "year": year, **dict.fromkeys(OF_FRIENDS, person + year / 2)}
    pairs = pairs_of(people, [np.array([[4, 9], [6, 4]]), np.array([[9, 4]])])
    assert pairs["person"].tolist() == [4, 4, 4, 6, 9, 9]
    for own, other in ((name, f"friend_{name}") for name in OF_FRIENDS):
        values = sorted(zip(pairs[own], pairs[other], strict=True))
        assert values == [(4, 6), (4, 9), (4.5, 9.5), (6, 4), (9, 4), (9.5, 4.5)]


def test_friends_who_are_anybody_act_as_is_expected_of_them() -> None:
    """Where everybody is everybody's friend the chances are right to the last act, in any group."""
    count = 60
    person = np.arange(count)
    people = {"person": person, "year": np.zeros(count), "years_to_acts": np.ones(count)}
    people |= {
        "years_after": np.zeros(count),
        "sex": person % 2,
        "age": 12.5 + person % 3,
        "ever": person % 2,
    }
    people["past_year_acts"] = np.floor(2.5 * hand_made.spread(count, 3))
    pairs = pairs_of(people, [np.column_stack(np.triu_indices(count, 1))])
    active = pairs["past_year_acts"] > 0
    expected = pairs["friend_expected"][active].sum()
    assert (pairs["friend_past_year_acts"][active] > 0).sum() == pytest.approx(expected)
