"""Pairs: sums over groups are sums over everybody, signs are right, and equal runs give zero."""

import math

import made_up_outcomes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_outcomes import BASE, BOTH, KIND, NULL, SKILLED

from abm.experiments.comparison.pairing import OUTCOMES, PairingError, added_bits, pair_sums
from abm.experiments.comparison.person_outcomes import Reached

PERSON = st.fixed_dictionaries(
    {
        "sex": st.integers(0, 1),
        "adversity": st.floats(0, 1),
        "reported_case": st.integers(0, 1),
        "reported_acts": st.integers(0, 500),
        "reported_hospital": st.integers(0, 9),
        "active_years": st.integers(0, 10),
    }
)
OUTCOME_FIELDS = {outcome.name: outcome.field for outcome in OUTCOMES}


def changed(row, other):
    """Return the same person with the outcomes of another."""
    return row | {name: other[name] for name in OUTCOME_FIELDS.values()}


@st.composite
def worlds(draw):
    """Return the people of a base, and the same people with other outcomes."""
    rows = draw(st.lists(PERSON, min_size=1, max_size=30))
    others = draw(st.lists(PERSON, min_size=len(rows), max_size=len(rows)))
    return rows, [changed(row, other) for row, other in zip(rows, others, strict=True)]


def sums_of(ours, theirs, scenarios=(BASE, SKILLED), reached=()):
    base, other = made_up_outcomes.made_up(ours), made_up_outcomes.made_up(theirs, reached)
    return list(pair_sums(base, other, scenarios, 1))


@given(worlds())
def test_groups_add_up_to_everybody(pair):
    sums = sums_of(*pair)
    added = ("people", "person_years", "base", "other", "averted", "helped", "harmed", "squares")
    for outcome in OUTCOMES:
        own = [each for each in sums if each.outcome == outcome.name]
        (whole,) = [each for each in own if each.group == "all"]
        for group in ("sex", "age", "adversity"):
            parts = [each for each in own if each.group == group]
            for name in added:
                total = math.fsum(getattr(each, name) for each in parts)
                assert total == pytest.approx(getattr(whole, name), rel=1e-12)


@given(worlds())
def test_averted_is_the_base_minus_the_other_person_by_person(pair):
    ours, theirs = pair
    for each in sums_of(ours, theirs):
        if each.group != "all":
            continue
        field = OUTCOME_FIELDS[each.outcome]
        less = [a[field] - b[field] for a, b in zip(ours, theirs, strict=True)]
        assert each.averted == each.base - each.other == sum(less)
        assert each.helped == sum(value > 0 for value in less)
        assert each.harmed == sum(value < 0 for value in less)
        assert each.squares == sum(value * value for value in less)


@given(worlds())
def test_turned_round_everything_changes_its_sign(pair):
    ours, theirs = pair
    for there, back in zip(sums_of(ours, theirs), sums_of(theirs, ours), strict=True):
        assert back.averted == -there.averted
        assert (back.helped, back.harmed) == (there.harmed, there.helped)
        assert back.squares == there.squares


@given(st.lists(PERSON, min_size=1, max_size=30))
def test_equal_runs_differ_by_exactly_nothing(rows):
    for each in sums_of(rows, rows):
        assert (each.averted, each.squares, each.helped, each.harmed) == (0, 0, 0, 0)


def test_people_of_one_scenario_only_are_refused():
    one, two = made_up_outcomes.made_up([{}, {}]), made_up_outcomes.made_up([{}, {}, {}])
    with pytest.raises(PairingError, match=r"seed 4: person 2000000002 .* same people in both"):
        list(pair_sums(one, two, (BASE, SKILLED), 4))
    three = made_up_outcomes.made_up([{}, {"sex": 1}])
    with pytest.raises(PairingError, match="differ in sex"):
        list(pair_sums(one, three, (BASE, SKILLED), 4))


def test_groups_are_those_of_the_base_even_if_traits_change():
    rows = [{"adversity": share / 8} for share in range(5)]
    kinder = [{"adversity": 0.0} for _ in rows]
    sums = sums_of(rows, kinder)
    sizes = [s.people for s in sums if s.group == "adversity" and s.outcome == "acts"]
    assert sizes == [1, 2, 2]


def test_reached_are_those_of_interventions_that_the_base_does_not_have():
    assert added_bits(BASE, BOTH) == 0b11
    assert added_bits(SKILLED, BOTH) == 0b10
    assert added_bits(BOTH, SKILLED) == 0
    rows = [{"reached_by": 0b01}, {"reached_by": 0b11}, {"reached_by": 0b10}, {}]
    plain = [{}] * 4
    counted = (Reached("a", "A", 2, 20.0), Reached("b", "B", 2, 30.0))
    whole = sums_of(plain, rows, (BASE, BOTH), counted)[0]
    assert (whole.reached, whole.cost) == (3, 50.0)
    more = sums_of(plain, rows, (SKILLED, BOTH), counted)[0]
    assert more.reached == 2


def test_a_change_for_everybody_counts_by_itself_and_not_by_group():
    rows = [{"reached_by": 0b01, "sex": 0}, {"sex": 1}]
    counted = (Reached("a", "A", 1, 10.0), Reached("b", "B", 200, 20.0))
    sums = sums_of([{"sex": 0}, {"sex": 1}], rows, (BASE, BOTH), counted)
    assert sums[0].reached == 200
    assert all(math.isnan(each.reached) for each in sums if each.group == "sex")


def test_people_of_two_windows_count_once():
    """A change for everybody in two windows: those whom only the second reached come on top."""
    rows = [{"sex": 0}, {"sex": 1}]
    windows = (Reached("a", "A", 200, 20.0, newly=200), Reached("a", "A", 190, 2.0, newly=10))
    assert sums_of(rows, rows, (BASE, BOTH), windows)[0].reached == 210
    others = (windows[0], Reached("a", "A", 200, 20.0, name="other", newly=200))
    assert sums_of(rows, rows, (BASE, BOTH), others)[0].reached == 200


def test_costs_are_those_of_everybody_beyond_the_base():
    rows = [{"sex": 0}, {"sex": 1}]
    base = made_up_outcomes.made_up(rows, (Reached("a", "A", 1, 10.0),))
    other = made_up_outcomes.made_up(rows, (Reached("a", "A", 1, 10.0), Reached("b", "B", 1, 7.0)))
    sums = list(pair_sums(base, other, (SKILLED, BOTH), 1))
    assert {each.cost for each in sums if each.group == "all"} == {7.0}
    assert all(math.isnan(each.cost) for each in sums if each.group != "all")
    assert all(math.isnan(each.cost) for each in sums_of(rows, rows))


def test_a_null_intervention_of_a_made_up_world_averts_exactly_nothing():
    base, null = made_up_outcomes.outcomes(BASE), made_up_outcomes.outcomes(NULL)
    assert np.array_equal(base.people, null.people)
    assert all(each.squares == 0 for each in pair_sums(base, null, (BASE, NULL), 1))
    kind = made_up_outcomes.outcomes(KIND)
    assert any(each.squares > 0 for each in pair_sums(base, kind, (BASE, KIND), 1))
