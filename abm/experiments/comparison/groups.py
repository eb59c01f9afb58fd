"""Whom outcomes are told apart by, and how long each person lived in the reported years."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from abm.people.layout import FIRST_AGE, SEXES, YEAR_GROUPS
from abm.people.year_groups import SchoolCalendar
from abm.scenario.dates import DAYS_A_YEAR, years_later
from abm.scenario.interventions import LAST_AGE, ForPersons, Intervention

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario

EVERYBODY = "all"
AGE_BANDS = ((10, 12), (13, 15), (16, 18), (19, 24))
NEVER = "never"
AGES = (*(f"{first}-{last}" for first, last in AGE_BANDS), NEVER)
ADVERSITY = ("none", "lower half", "upper half")
NEVER_REACHED = LAST_AGE + 1


@dataclass(frozen=True)
class Grouping:
    """One way to tell people apart."""

    name: str  # "all", "sex", "age" or "adversity"
    levels: tuple[str, ...]
    level_of: np.ndarray  # for each person, counted from 0

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return the sum of whole numbers over the people of each level, exactly."""
        return np.bincount(self.level_of, values, len(self.levels))


def groupings(people: np.ndarray, base: "Scenario", other: "Scenario") -> list[Grouping]:
    """Return every way in which people are told apart, for a scenario beside the one compared with.

    `people` are those of `base`: its traits decide, so that a person is in one group whatever an
    intervention changes.
    """
    everybody = np.zeros(len(people), np.int64)
    ages = ages_when_it_begins(people["year_group"], base, other)
    starts = [first for first, _ in AGE_BANDS] + [NEVER_REACHED]
    bands = np.searchsorted(starts, ages, side="right") - 1
    return [
        Grouping(EVERYBODY, (EVERYBODY,), everybody),
        Grouping("sex", SEXES, people["sex"].astype(np.int64)),
        Grouping("age", AGES, bands),
        Grouping("adversity", ADVERSITY, adversity_levels(people["adversity"])),
    ]


def adversity_levels(loads: np.ndarray) -> np.ndarray:
    """Return 0 for no load of childhood adversity, 1 and 2 for the lower and upper half of some.

    Equal loads lie together.
    """
    some = loads > 0
    if not some.any():
        return np.zeros(len(loads), np.int64)
    middle = np.median(loads[some])
    return some.astype(np.int64) + (loads > middle)


def ages_when_it_begins(year_groups: np.ndarray, base: "Scenario", other: "Scenario") -> np.ndarray:
    """Return the completed age at which what only `other` has first could be for each person.

    That is by dates and ages alone; `NEVER_REACHED` where it never is. Scenarios without anything
    new differ from the first reported day on, or from entry.
    """
    known = {own.content() for own in base.interventions}
    added = [own for own in other.interventions if own.content() not in known]
    if not added:
        return first_ages(year_groups, base)
    earliest = [_first_age_of(year_groups, base, own) for own in added]
    ages: np.ndarray = np.min(earliest, axis=0)
    return ages


def _first_age_of(
    year_groups: np.ndarray, scenario: "Scenario", intervention: Intervention
) -> np.ndarray:
    """Return at which age one intervention first could be for each person."""
    groups, school = year_groups.astype(np.int64), _school(scenario)
    last_day = years_later(scenario.calendar.start, scenario.calendar.years)
    stop = min(intervention.end or last_day, last_day) - timedelta(days=1)
    at_start = FIRST_AGE + school.year_of(intervention.start) - groups
    at_stop = np.minimum(FIRST_AGE + school.year_of(stop) - groups, LAST_AGE)
    first, last = FIRST_AGE, LAST_AGE
    if isinstance(intervention, ForPersons):
        first, last = intervention.ages
    if intervention.about().audience == "entrants":
        last = FIRST_AGE
    age = np.maximum(at_start, first)
    return np.where(age <= np.minimum(at_stop, last), age, NEVER_REACHED)


def first_ages(year_groups: np.ndarray, scenario: "Scenario") -> np.ndarray:
    """Return completed ages on the first reported day; of those who enter later, at entry."""
    school_year = _school(scenario).year_of(scenario.calendar.start)
    return FIRST_AGE + np.maximum(school_year - year_groups.astype(np.int64), 0)


def person_years(year_groups: np.ndarray, scenario: "Scenario") -> np.ndarray:
    """Return how many years each person lived within the reported ones.

    A year-group enters and leaves on one day, so this is the same in every scenario.
    """
    start = scenario.calendar.start
    end = years_later(start, scenario.calendar.years)
    school = _school(scenario)
    groups, group_of = np.unique(year_groups, return_inverse=True)
    days = [
        min(school.start_of(group + YEAR_GROUPS), end) - max(school.start_of(group), start)
        for group in groups.tolist()
    ]
    return np.array([max(period.days, 0) / DAYS_A_YEAR for period in days])[group_of]


def _school(scenario: "Scenario") -> SchoolCalendar:
    """Return on which day year-groups turn a year older."""
    if scenario.population.kind == "open":
        return SchoolCalendar()
    return SchoolCalendar(scenario.calendar.start.month, scenario.calendar.start.day)
