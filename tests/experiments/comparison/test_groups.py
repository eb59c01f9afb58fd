"""Everybody is in one group of each kind, and lived as long as the calendar says."""

import made_up_outcomes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.experiments.comparison.groups import first_ages, groupings, person_years, quartiles


@pytest.mark.parametrize("kind", ["open", "cohort"])
def test_everybody_is_in_one_group_of_each_kind(kind):
    scenario = made_up_outcomes.scenario(kind=kind)
    people = made_up_outcomes.outcomes(scenario).people
    for grouping in groupings(people, scenario):
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


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_quartiles_follow_the_values(values):
    found = quartiles(np.array(values))
    order = np.argsort(values, kind="stable")
    assert (np.diff(found[order]) >= 0).all()
    for value in set(values):
        assert len({place for place, own in zip(found, values, strict=True) if own == value}) == 1


def test_quarters_of_different_values_are_equally_large():
    assert np.bincount(quartiles(np.arange(400) / 400.0)).tolist() == [100] * 4
