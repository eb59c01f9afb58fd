"""Columns are kept in small types, and small types lose nothing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from abm.evidence.year_ends import by_person, kept_of

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
