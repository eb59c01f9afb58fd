"""Where points of the figures of quantities lie, and how their lines are named and paged."""

import math
from typing import Any

import pytest

from abm.evidence.quantity_members import quantities_judged
from abm.evidence.quantity_verdicts import GROUPS, QUANTITY_VERDICTS
from abm.evidence.register import register
from abm.report.figures.quantities import (
    BY_SIZE,
    FARTHEST,
    HEADINGS,
    MARKS,
    MOST_PAGES,
    NAME_CHARACTERS,
    draw_quantities,
    name_of,
    pages,
    position,
)
from abm.report.html.pictures import captions
from abm.report.quantities import QuantityRow


def row(**given: Any) -> QuantityRow:
    own = {"id": "a", "group": "tested", "verdict": "inside", "statement": "Some do, %"}
    sized = {"size": "share", "published": 20.0, "low": 10.0, "high": 30.0, "simulated": 25.0}
    return QuantityRow(**{**own, **sized, "factor": 1.3, **given})


def test_published_lies_in_the_middle_and_what_is_far_at_the_edge() -> None:
    assert position(row(), 20.0) == 0.0
    assert position(row(), 100 / 3) == pytest.approx(math.log(2.0))
    assert position(row(), 99.9) == FARTHEST
    assert position(row(), 0.0) == -FARTHEST
    assert math.isnan(position(row(), None))
    assert math.isnan(position(row(size="none"), 13.0))


def test_every_verdict_on_a_number_has_a_mark_and_every_group_its_heading() -> None:
    assert set(MARKS) == set(QUANTITY_VERDICTS) - {"not answerable", "no answer"}
    assert set(HEADINGS) == set(GROUPS) - {"not answerable"}


@pytest.mark.parametrize("count", [0, 1, 30, 90, 200, 500])
def test_every_row_is_on_one_page_and_every_page_is_in_the_report(count: int) -> None:
    rows = [row(id=str(number), group=HEADING_ORDER[number % 5]) for number in range(count)]
    every = pages(rows)
    assert len(every) <= MOST_PAGES
    lines = [line for page in every for line in page]
    assert sorted(line.id for line in lines if isinstance(line, QuantityRow)) == sorted(
        given.id for given in rows
    )
    assert f"{BY_SIZE}_{MOST_PAGES}" in captions()["validate"]


HEADING_ORDER = list(HEADINGS)


def test_what_has_no_answer_is_not_drawn(tmp_path) -> None:
    assert draw_quantities([row(simulated=None)], tmp_path, "nothing") == []
    assert draw_quantities([row()], tmp_path, "one") == [f"{BY_SIZE}.png", f"{BY_SIZE}.svg"]


def test_every_name_is_short_and_ends_with_the_identifier() -> None:
    for quantity in quantities_judged(register()).values():
        label, identifier = name_of(row(id=quantity.id, statement=quantity.statement)).split("  ")
        assert identifier == quantity.id
        assert 0 < len(label) <= NAME_CHARACTERS - len(identifier)
        if not label.endswith("…"):
            assert label == quantity.statement.removesuffix(".")
