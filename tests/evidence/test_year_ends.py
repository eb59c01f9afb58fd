"""Columns are kept in small types, and small types lose nothing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from abm.evidence.year_ends import YearEnd, add_years_around, by_person, kept_of, pairs_of

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


def test_friends_stand_twice_each_beside_the_other() -> None:
    names = ("sex", "age", "ever", "past_year_acts")
    people = {"person": np.array([9, 4, 6]), **{name: np.array([0, 1, 2]) for name in names}}
    pairs = pairs_of([YearEnd(1, people, np.array([[4, 9], [6, 4]]))])
    assert pairs["person"].tolist() == [4, 4, 6, 9]
    for own, other in ((name, f"friend_{name}") for name in names):
        assert sorted(zip(pairs[own], pairs[other], strict=True)) == [
            (0, 1),
            (1, 0),
            (1, 2),
            (2, 1),
        ]
