"""Knobs and numbers say in plain words what they move, and move it."""

import re

import pytest

from abm.browser.choices import Choices
from abm.browser.knobs import knobs
from abm.browser.numbers import matching, part_options, parts
from abm.browser.plain_words import CODE, plain_source, plain_unit
from abm.browser.session import Session
from abm.parameters import parameters, switches
from abm.scenario.intervention_library import kinds

KNOWN = [*parameters().values(), *switches().values()]


@pytest.fixture
def session() -> Session:
    """Return a session whose player was never started."""
    return Session(Choices(population=300))


def test_every_number_and_question_has_one_place(session: Session) -> None:
    places = [name for names in parts().values() for name in names]
    assert sorted(places) == sorted([*parameters(), *switches()])
    assert {group for group, *_ in part_options()} == set(parts())


def test_numbers_are_found_by_words_of_name_sentence_and_source() -> None:
    assert "stressor_rate" in matching("stressor RATE")
    assert "stressor_rate" in matching("everyday puberty")
    assert "stressor_rate" in matching("Zawadzki")
    assert "friends_alike_by" in matching("are friends alike")
    assert matching("xyzzy") == []


def test_no_source_and_no_unit_is_in_private_words() -> None:
    sources = [known.source for known in KNOWN] + [kind.evidence for kind in kinds().values()]
    for source in sources:
        plain = plain_source(source)
        assert plain, source
        assert not re.search(CODE, plain), plain
        assert "posterior" not in plain, plain
        assert not re.search(r"^[,;:]|[,;:] ?[,;]|[,:]$|\bon about\b", plain), plain
    for known in parameters().values():
        assert not re.search(r"\bz\b|\bSD\b|logit|^1", plain_unit(known.unit)), known.unit


@pytest.mark.parametrize("name", knobs())
def test_a_knob_moves_what_a_reset_runs_and_back(name: str, session: Session) -> None:
    knob = knobs()[name]
    low, middle, high = knob.marks
    assert knob.least <= low < middle < high <= knob.most
    before = session.choices.value.resolve()
    reached = []
    for mark in (low, high):
        knob.turn(session, mark)
        assert knob.value(session) == pytest.approx(mark)
        reached.append(session.choices.value.resolve())
    assert reached[0] != reached[1]
    knob.turn(session, knob.original(session))
    assert session.choices.value.resolve() == before
    assert not session.is_waiting()
