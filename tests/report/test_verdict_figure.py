"""Where points of the figure lie."""

import math

import pytest

from abm.evidence.register import register
from abm.evidence.verdicts import VERDICTS
from abm.report.figures.verdicts import (
    FARTHEST,
    MARKS,
    NAME_CHARACTERS,
    name_of,
    position_in_band,
    position_on_side,
)


def row(**numbers: float | None) -> dict[str, float | None]:
    empty = {"low": None, "high": None, "simulated_low": None, "simulated_high": None}
    return empty | numbers


def test_the_ends_of_what_is_accepted_are_0_and_1() -> None:
    assert position_in_band(row(simulated=10.0, low=10, high=20)) == 0.0
    assert position_in_band(row(simulated=20.0, low=10, high=20)) == 1.0
    assert position_in_band(row(simulated=900.0, low=10, high=20)) == 1.0 + FARTHEST
    assert math.isnan(position_in_band(row(simulated=None, low=10, high=20)))


@pytest.mark.parametrize(
    ("numbers", "place"),
    [
        ({"simulated": 3.0, "low": 1.0}, 1.0),
        ({"simulated": 3.0, "high": 1.0}, -1.0),
        ({"simulated": 1.0, "low": 1.0}, -1.0),
        ({"simulated": 3.0, "low": 1.0, "simulated_low": 2.0, "simulated_high": 4.0}, 1.0),
        ({"simulated": 0.0, "high": 1.0, "simulated_low": -1.0, "simulated_high": 1.0}, 0.5),
    ],
)
def test_the_right_side_is_above_0(numbers: dict[str, float], place: float) -> None:
    assert position_on_side(row(**numbers)) == place


def test_every_verdict_on_a_number_has_a_mark() -> None:
    assert set(MARKS) == set(VERDICTS) - {"not answerable"}


def test_every_name_is_short_cut_at_a_word_and_ends_with_the_identifier() -> None:
    for entry in register().entries.values():
        words, identifier = name_of({"statement": entry.statement, "id": entry.id}).split("  ")
        assert identifier == entry.id
        assert 0 < len(words) <= NAME_CHARACTERS
        if words != entry.statement:
            begun = words.removesuffix("…")
            assert words.endswith("…")
            assert entry.statement.startswith(begun)
            assert not entry.statement.removeprefix(begun)[0].isalnum()
