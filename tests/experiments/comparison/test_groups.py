"""Everybody is in one group of each kind, and lived as long as the calendar says."""

import made_up_outcomes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.experiments.comparison.groups import (
    NEVER_REACHED,
    adversity_levels,
    ages_when_it_begins,
    first_ages,
    groupings,
    person_years,
)


@pytest.mark.parametrize("kind", ["open", "cohort"])
def test_everybody_is_in_one_group_of_each_kind(kind):
    scenario = made_up_outcomes.scenario(kind=kind)
    people = made_up_outcomes.outcomes(scenario).people
    for grouping in groupings(people, scenario, scenario):
        assert len(grouping.level_of) == len(people)
        assert grouping.sums(np.ones(len(people))).sum() == len(people)
        assert set(grouping.level_of) <= set(range(len(grouping.levels)))


def test_person_years_of_an_open_population_are_its_size_times_the_years():
    scenario = made_up_outcomes.scenario(size=450, years=4)
    people = made_up_outcomes.outcomes(scenario).people
    years = person_years(people["year_group"], scenario)
    assert years.sum() == pytest.approx(450 * 4, rel=1e-3)
    assert years.max() == pytest.approx(4, rel=1e-3)
    last = people["year_group"] == scenario.calendar.start.year + 3
    assert years[last] == pytest.approx(1.0, rel=1e-2)


def test_person_years_of_a_cohort_are_the_reported_ones():
    scenario = made_up_outcomes.scenario(size=50, years=15, kind="cohort")
    years = person_years(np.full(50, scenario.calendar.start.year), scenario)
    assert years == pytest.approx(15, rel=1e-3)


def test_who_left_before_the_first_reported_day_lived_none():
    scenario = made_up_outcomes.scenario()
    assert person_years(np.array([scenario.calendar.start.year - 15]), scenario) == [0.0]


def test_first_ages_are_those_of_the_first_day_or_of_entry():
    scenario = made_up_outcomes.scenario()
    start = scenario.calendar.start.year
    groups = np.array([start - 14, start - 3, start, start + 1])
    assert first_ages(groups, scenario).tolist() == [24, 13, 10, 10]


def test_ages_are_those_at_which_a_programme_could_first_be_for_somebody():
    scenario = made_up_outcomes.scenario(years=6)
    start = scenario.calendar.start
    begins = start.replace(year=start.year + 3)
    lessons = {"kind": made_up_outcomes.SKILLS, "ages": [13, 15], "start": begins}
    other = made_up_outcomes.scenario("lessons", (lessons,), years=6)
    ages = {10: 13, 12: 15, 13: NEVER_REACHED, 8: 13, 7: NEVER_REACHED}  # on the first day
    groups = np.array([start.year - (age - 10) for age in ages])
    assert ages_when_it_begins(groups, scenario, other).tolist() == list(ages.values())
    assert (ages_when_it_begins(groups, other, other) == first_ages(groups, other)).all()


def test_prevention_is_for_those_who_enter_after_it_began():
    scenario = made_up_outcomes.scenario()
    prevention = {"kind": "prevention_of_maltreatment", "coverage": 0.5}
    other = made_up_outcomes.scenario("kinder", (prevention,))
    start = scenario.calendar.start.year
    ages = ages_when_it_begins(np.array([start - 3, start, start + 1]), scenario, other)
    assert ages.tolist() == [NEVER_REACHED, 10, 10]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_adversity_is_none_or_in_one_half_of_the_rest(values):
    loads = np.array(values)
    levels = adversity_levels(loads)
    assert ((levels == 0) == (loads == 0)).all()
    assert (np.diff(levels[np.argsort(loads, kind="stable")]) >= 0).all()
    assert all(len(set(levels[loads == load])) == 1 for load in loads)
    assert (levels == 2).sum() <= (levels == 1).sum()
