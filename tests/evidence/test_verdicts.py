"""Verdicts, by the words of docs/evidence.md."""

import math

import pytest

from abm.evidence.verdicts import VERDICTS, verdict_of, worst

INF = math.inf


@pytest.mark.parametrize(
    ("numbers", "verdict"),
    [
        ((15, 10, 20), "inside"),
        ((20, 10, 20, 15, 25), "inside"),
        ((22, 10, 20), "near"),
        ((23, 10, 20), "outside"),
        ((30, 10, 20, 18, 42), "near"),
        ((30, 10, 20, 21, 39), "outside"),
        ((2, 0, INF), "direction right"),
        ((2, 0, INF, 1, 3), "direction right"),
        ((2, 0, INF, -1, 5), "near"),
        ((-2, 0, INF, -5, 1), "direction wrong"),
        ((-2, -INF, 0, -3, -1), "direction right"),
        ((0, -INF, 0), "direction wrong"),
        ((math.nan, 0, 1), "no answer"),
    ],
)
def test_verdicts(numbers: tuple[float, ...], verdict: str) -> None:
    assert verdict_of(*numbers) == verdict
    assert verdict in VERDICTS


def test_the_worst_of_several_decides() -> None:
    assert worst(["inside", "near", "direction right"]) == 1
    assert worst(["inside", "direction right"]) == 0
    assert worst(["outside", "no answer", "direction wrong"]) == 1
