"""Expressions of the register: a small language over columns, and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.evidence.expressions import ExpressionError, evaluate, names_in, parse
from abm.evidence.tables import StudyTable, latest_rows


@pytest.fixture
def table() -> StudyTable:
    columns = {"x": np.array([1.0, 3.0, 2.0, np.nan, 8.0]), "sex": np.array([0, 0, 1, 1, 1])}
    key = np.array([5, 5, 6, 6, 7])
    return StudyTable(columns, key, np.zeros(5, np.int64))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + 2 * x", [3, 9, 6, np.nan, 24]),
        ("-x / 2", [-0.5, -1.5, -1, np.nan, -4]),
        ("1 < x <= 3", [0, 1, 1, 0, 0]),
        ("x > 1 and not sex", [0, 1, 0, 0, 0]),
        ("sex == 0 or x == 8", [1, 1, 0, 0, 1]),
        ("missing(x)", [0, 0, 0, 1, 0]),
        ("first()", [1, 0, 1, 0, 1]),
        ("next(x)", [3, np.nan, np.nan, np.nan, np.nan]),
        ("own_mean(x)", [2, 2, 2, 2, 8]),
        ("own_max(x > 2)", [1, 1, 0, 0, 1]),
        ("top(x, 0.25)", [0, 0, 0, 0, 1]),
        ("bottom(x, 0.5)", [1, 0, 1, 0, 0]),
        ("third(x)", [0, 1, 0, np.nan, 2]),
        ("7", [7, 7, 7, 7, 7]),
    ],
)
def test_what_expressions_mean(table: StudyTable, text: str, expected: list[float]) -> None:
    np.testing.assert_array_equal(evaluate(text, table), expected)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-9, 9)), min_size=1), st.booleans())
def test_own_rows_are_those_of_the_same_person_in_any_order(
    rows: list[tuple[int, int]], in_order: bool
) -> None:
    key, x = np.array(sorted(rows) if in_order else rows).T
    table = StudyTable({"x": x}, key, np.zeros(len(x), np.int64))
    for text, of in (("own_mean(x)", np.mean), ("own_max(x)", np.max)):
        expected = [of(x[key == person]) for person in key]
        np.testing.assert_allclose(evaluate(text, table), expected)


def test_the_columns_that_an_expression_names_are_known() -> None:
    assert names_in("first() and top(who_x, 0.25) or y > own_mean(y)") == {"who_x", "y"}


@given(st.lists(st.integers(0, 6)), st.lists(st.integers(0, 8)))
def test_the_latest_row_of_a_person_is_the_last_that_there_is(
    known: list[int], keys: list[int]
) -> None:
    rows = {person: row for row, person in enumerate(known)}
    found = latest_rows(np.array(known, np.int64), np.array(keys, np.int64))
    assert found.tolist() == [rows.get(key, -1) for key in keys]


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "x.real",
        "[x]",
        "x[0]",
        "'word'",
        "lambda: x",
        "open(x)",
        "x if x else x",
        "x +",
        "True",
        "log(x=1)",
    ],
)
def test_nothing_else_is_accepted(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


def test_a_misspelt_column_is_named_with_the_nearest_right_one(table: StudyTable) -> None:
    with pytest.raises(ExpressionError, match=r"'sexx'.*did you mean 'sex'"):
        evaluate("sexx == 1", table)


def test_the_person_of_a_row_is_looked_up() -> None:
    people = StudyTable({"sex": np.array([1, 0])}, np.array([9, 4]), np.zeros(2, np.int64))
    acts = StudyTable({"x": np.arange(3)}, np.array([4, 9, 12]), np.zeros(3, np.int64), people)
    np.testing.assert_array_equal(evaluate("who_sex", acts), [0, 1, np.nan])
