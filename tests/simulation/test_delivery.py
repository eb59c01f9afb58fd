"""Programmes for persons: who is reached, when, and how the gain grows and fades."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_people import FIRST_DAY, Village, interventions, skills

from abm.scenario.dates import DAYS_A_YEAR
from abm.simulation.coverage import chance_to_be_reached, risen_coverage, runs_on
from abm.simulation.delivery import RunningInterventions

MONDAY = date(2015, 9, 7)
SHARES = st.floats(0, 1)


def reached_at(coverage: float, seed: int = 1, **keys: Any) -> np.ndarray:
    """Return who is reached on the first day at some coverage."""
    village = Village()
    running = village.running(skills(coverage=coverage, **keys), seed=seed)
    village.morning(running, FIRST_DAY)
    return village.reached()


# Who is reached


def test_nobody_is_reached_at_coverage_0_and_everybody_at_1() -> None:
    for risk in (0.0, -5.0, 5.0):
        assert not reached_at(0.0, uptake_risk=risk).any()
        assert reached_at(1.0, uptake_risk=risk).all()


@settings(deadline=None, max_examples=60)
@given(coverages=st.tuples(SHARES, SHARES).map(sorted), risk=st.floats(-5, 5))
def test_more_coverage_reaches_a_superset(coverages: list[float], risk: float) -> None:
    less, more = (reached_at(coverage, uptake_risk=risk) for coverage in coverages)
    assert not (less & ~more).any()


@pytest.mark.parametrize("coverage", [0.05, 0.3, 0.7])
def test_the_share_reached_is_close_to_coverage(coverage: float) -> None:
    found = np.array([reached_at(coverage, seed=seed) for seed in range(20)])
    noise = np.sqrt(coverage * (1 - coverage) / found.size)
    assert abs(found.mean() - coverage) < 4 * noise
    assert len({row.tobytes() for row in found}) == 20  # every seed has luck of its own


@settings(deadline=None, max_examples=100)
@given(coverage=SHARES, risk=st.floats(-5, 5), z=st.floats(-4, 4))
def test_the_chance_is_coverage_with_shifted_odds(coverage: float, risk: float, z: float) -> None:
    adversity = np.array([z])
    assert chance_to_be_reached(coverage, 0.0, adversity).tolist() == [coverage]
    chance = chance_to_be_reached(coverage, risk, adversity)[0]
    assert 0.0 <= chance <= 1.0
    if coverage in (0.0, 1.0):
        assert chance == coverage
    elif 1e-9 < coverage < 1 - 1e-9 and abs(risk * z) < 15:
        odds = chance / (1 - chance) / (coverage / (1 - coverage))
        assert np.log(odds) == pytest.approx(risk * z, abs=1e-6)


def test_risk_moves_who_is_reached_by_adversity() -> None:
    adversity = Village().people["adversity"]
    means = [adversity[reached_at(0.4, uptake_risk=risk)].mean() for risk in (-1.0, 0.0, 1.0)]
    assert means[0] < means[1] < means[2]


def test_only_those_it_is_for_are_reached() -> None:
    village = Village(acts=0, last_act=-1.0)
    people = village.people
    people["present"][::10] = 0
    people["acts"][::3] = 2
    people["last_act"][::3] = FIRST_DAY.toordinal() - 700.5
    people["last_act"][::6] = FIRST_DAY.toordinal() - 364.5
    people["care"] = np.arange(len(people)) % 5
    here = people["present"] == 1
    years = np.floor(village.ages)
    for keys, expected in (
        ({"ages": [12, 13]}, (years >= 12) & (years <= 13)),
        ({"ages": [24, 24]}, years == 24),
        ({"sex": "female"}, people["sex"] == 0),
        ({"sex": "male", "ages": [15, 15]}, (people["sex"] == 1) & (years == 15)),
        ({"who": "high_adversity"}, (people["adversity"] - 0.33) / 0.34 >= 1.0),
        ({"who": "self_injured_ever"}, people["acts"] > 0),
        ({"who": "self_injured_past_year"}, people["last_act"] > FIRST_DAY.toordinal() - 365),
        ({"who": "in_specialist_care"}, people["care"] >= 3),
    ):
        people["reached_by"] = 0
        running = village.running(skills(**keys))
        village.morning(running, FIRST_DAY)
        assert np.array_equal(village.reached(), expected & here), keys
        assert running.reached()[0]["people"] == village.reached().sum()


@pytest.mark.parametrize(
    ("today", "a_year_ago"),
    [
        (date(2016, 9, 16), date(2015, 9, 16)),
        (date(2017, 2, 28), date(2016, 2, 28)),
        (date(2016, 2, 29), date(2015, 3, 1)),
    ],
)
def test_an_act_of_the_past_year_counts_to_the_day(today: date, a_year_ago: date) -> None:
    """Whatever day of the month it is, and though the monthly counts know months only."""
    village = Village(size=4)
    noon = a_year_ago.toordinal() + 0.5
    village.people["last_act"] = [noon, noon - 1.0, today.toordinal() - 0.5, -1.0]
    running = village.running(skills(start=today, who="self_injured_past_year"))
    village.morning(running, today)
    assert village.reached().tolist() == [True, False, True, False]


def test_completed_years_count_up_to_the_day_before_a_birthday() -> None:
    village = Village(size=4)
    village.ages = np.array([11.999, 12.0, 13.999, 14.0])
    village.morning(village.running(skills(ages=[12, 13])), FIRST_DAY)
    assert village.reached().tolist() == [False, True, True, False]


# When


def test_people_are_looked_for_at_the_start_and_on_the_first_of_months() -> None:
    village = Village(size=300)
    running = village.running(skills(start=date(2016, 2, 10), ages=[12, 12]))
    village.live(running, FIRST_DAY, date(2016, 2, 9))
    assert not village.people["reached_by"].any()
    village.ages[:] = 11.5
    village.ages[0] = 12.5
    village.morning(running, date(2016, 2, 10))
    village.ages[1] = 12.5
    village.live(running, date(2016, 2, 11), date(2016, 2, 29))
    assert np.flatnonzero(village.reached()).tolist() == [0]
    village.morning(running, date(2016, 3, 1))
    assert np.flatnonzero(village.reached()).tolist() == [0, 1]


def test_nobody_is_reached_twice_or_after_being_passed_over() -> None:
    """Luck is drawn once for all: a second look changes nothing."""
    village = Village()
    running = village.running(skills(coverage=0.4))
    village.morning(running, FIRST_DAY)
    first = village.reached()
    village.live(running, date(2015, 9, 2), date(2016, 9, 1))
    assert np.array_equal(village.reached(), first)
    assert running.reached()[0]["people"] == first.sum()


def test_coverage_rises_and_more_are_reached_month_by_month() -> None:
    village = Village()
    running = village.running(skills(coverage=0.8, ramp_years=2))
    found = []
    for month in range(36):
        village.morning(running, date(2015 + (8 + month) // 12, (8 + month) % 12 + 1, 1))
        found.append(village.reached())
    shares = [reached.mean() for reached in found]
    assert shares[0] == 0.0
    assert shares[12] == pytest.approx(0.4, abs=0.03)
    assert not any((before & ~after).any() for before, after in pairwise(found))
    assert np.array_equal(found[-1], reached_at(0.8))
    assert np.array_equal(found[25], found[-1])


def test_after_the_end_nobody_new_is_reached() -> None:
    village = Village(size=100)
    running = village.running(skills(end=date(2015, 12, 1), ages=[12, 12]))
    village.live(running, FIRST_DAY, date(2015, 11, 30))
    before = village.reached()
    village.ages[:] = 12.5
    village.live(running, date(2015, 12, 1), date(2016, 3, 1))
    assert np.array_equal(village.reached(), before)
    assert village.people["regulation_gained"][before].tolist() == [0.2] * int(before.sum())


def test_after_hospital_people_are_looked_for_on_mondays_for_31_days() -> None:
    village = Village(size=40)
    monday = MONDAY.toordinal()
    village.people["last_hospital"][0] = monday - 0.3
    village.people["last_hospital"][1] = monday - 31.0
    village.people["last_hospital"][2] = monday - 31.1
    running = village.running(skills(who="after_hospital"))
    village.live(running, FIRST_DAY, MONDAY - timedelta(days=1))
    assert not village.people["reached_by"].any()
    village.morning(running, MONDAY)
    assert np.flatnonzero(village.reached()).tolist() == [0, 1]


def test_it_runs_from_its_start_until_the_day_before_its_end() -> None:
    (each,) = interventions(skills(start=date(2016, 1, 1), end=date(2016, 3, 1)))
    days = {day: runs_on(each, day) for day in (date(2015, 12, 31), date(2016, 1, 1))}
    assert list(days.values()) == [False, True]
    assert runs_on(each, date(2016, 2, 29))
    assert not runs_on(each, date(2016, 3, 1))


def test_coverage_rises_evenly() -> None:
    (each,) = interventions(skills(coverage=0.6, ramp_years=2))
    assert risen_coverage(each, FIRST_DAY) == 0.0
    assert risen_coverage(each, FIRST_DAY + timedelta(days=365)) == 0.6 * 365 / (2 * DAYS_A_YEAR)
    assert risen_coverage(each, FIRST_DAY + timedelta(days=731)) == 0.6
    (at_once,) = interventions(skills(coverage=0.6))
    assert risen_coverage(at_once, FIRST_DAY) == 0.6


# Luck


def test_another_intervention_changes_nobodys_draws() -> None:
    mine = skills(coverage=0.4)
    other = {"kind": "self_compassion_programme", "coverage": 0.4, "ages": [10, 24]}
    places = {"kind": "more_specialist_places"}
    alone = reached_at(0.4)
    boys = skills(coverage=0.7, sex="male")
    for tables in ([mine, other], [other, mine], [places, mine], [boys, mine], [mine, boys]):
        village = Village()
        village.morning(village.running(*tables), FIRST_DAY)
        assert np.array_equal(village.reached(tables.index(mine)), alone)


def test_windows_of_one_programme_reach_the_same_people_first() -> None:
    village = Village()
    mine, more = skills(coverage=0.4), skills(coverage=0.6, end=date(2016, 1, 1))
    later = skills(coverage=0.4, start=date(2016, 2, 10))
    running = village.running(mine, more, later)
    village.morning(running, FIRST_DAY)
    village.morning(running, date(2016, 2, 10))
    assert np.array_equal(village.reached(2), village.reached(0))
    assert not (village.reached(0) & ~village.reached(1)).any()


def test_kinds_and_names_have_luck_of_their_own() -> None:
    village = Village()
    other = {"kind": "self_compassion_programme", "coverage": 0.5, "ages": [10, 24]}
    tables = [skills(coverage=0.5, **name) for name in ({}, {"name": "a"}, {"name": "b"})]
    tables += [other, other | {"name": "a"}]
    village.morning(village.running(*tables), FIRST_DAY)
    found = np.array([village.reached(place) for place in range(5)], float)
    assert np.abs(np.corrcoef(found) - np.eye(5)).max() < 5 / np.sqrt(found.shape[1])
    turned = Village()
    turned.morning(turned.running(*tables[::-1]), FIRST_DAY)
    assert np.array_equal(turned.reached(3), village.reached(1))


def test_luck_belongs_to_a_person_not_to_a_row() -> None:
    village, turned = Village(), Village()
    turned.people["person"] = village.people["person"][::-1]
    for each in (village, turned):
        each.morning(each.running(skills(coverage=0.4)), FIRST_DAY)
    assert np.array_equal(turned.reached(), village.reached()[::-1])


# The whole


def test_no_intervention_is_false_and_does_nothing() -> None:
    village = Village(size=30)
    none = RunningInterventions((), 1, 30)
    assert not none
    village.live(none, FIRST_DAY, MONDAY)
    none.forget(0, 30)
    assert none.reached() == ()
    assert not none.is_due(MONDAY, True, True)
    assert village.people.tobytes() == Village(size=30).people.tobytes()
    assert village.running(skills())


def test_nothing_at_all_happens_before_the_first_start() -> None:
    village = Village(size=300)
    running = village.running(skills(start=date(2017, 1, 1)), skills(start=date(2018, 1, 1)))
    village.live(running, FIRST_DAY, date(2016, 12, 31))
    assert village.people.tobytes() == Village(size=300).people.tobytes()
    assert [each["people"] for each in running.reached()] == [0, 0]


def test_days_on_which_nothing_is_due_may_be_left_out() -> None:
    whole, thrifty = Village(), Village()
    tables = (
        skills(coverage=0.5, ramp_years=1, months_to_full=6, start=date(2015, 11, 11)),
        skills(who="after_hospital"),
        {"kind": "media_guidelines", "start": date(2015, 12, 24)},
        {"kind": "prevention_of_maltreatment"},
    )
    for village in (whole, thrifty):
        village.people["last_hospital"][::7] = date(2015, 10, 10).toordinal() + 0.4
    left_out = 0
    every, some = whole.running(*tables), thrifty.running(*tables)
    day = FIRST_DAY
    while day < date(2016, 9, 1):
        whole.morning(every, day)
        some.change_numbers(thrifty.numbers.copy(), day)
        if some.is_due(day, day.weekday() == 0, day.day == 1):
            thrifty.morning(some, day)
        else:
            some.count(thrifty.people, day, lambda people: thrifty.ages)
            left_out += 1
        day += timedelta(days=1)
    assert left_out > 250
    assert whole.people.tobytes() == thrifty.people.tobytes()
    assert every.reached() == some.reached()
