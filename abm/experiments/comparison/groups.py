"""Whom outcomes are told apart by, and how long each person lived in the reported years."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from abm.people.layout import FIRST_AGE, SEXES, YEAR_GROUPS
from abm.people.year_groups import SchoolCalendar
from abm.scenario.dates import DAYS_A_YEAR, years_later

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario

EVERYBODY = "all"
AGE_BANDS = ((10, 12), (13, 15), (16, 18), (19, 24))
QUARTILES = ("1", "2", "3", "4")


@dataclass(frozen=True)
class Grouping:
    """One way to tell people apart."""

    name: str  # "all", "sex", "age" or "adversity_quartile"
    levels: tuple[str, ...]
    level_of: np.ndarray  # for each person, counted from 0

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return the sum of whole numbers over the people of each level, exactly."""
        return np.bincount(self.level_of, values, len(self.levels))


def groupings(people: np.ndarray, scenario: "Scenario") -> list[Grouping]:
    """Return every way in which people are told apart.

    Traits in the scenario compared with decide, so that a person is in one group whatever an
    intervention changes; its calendar says how old people are on the first reported day.
    """
    everybody = np.zeros(len(people), np.int64)
    ages = first_ages(people["year_group"], scenario)
    starts = [first for first, _ in AGE_BANDS]
    bands = np.searchsorted(starts, ages, side="right") - 1
    return [
        Grouping(EVERYBODY, (EVERYBODY,), everybody),
        Grouping("sex", SEXES, people["sex"].astype(np.int64)),
        Grouping("age", tuple(f"{first}-{last}" for first, last in AGE_BANDS), bands),
        Grouping("adversity_quartile", QUARTILES, quartiles(people["adversity"])),
    ]


def quartiles(values: np.ndarray) -> np.ndarray:
    """Return in which quarter of all values each one lies, 0 to 3; equal values lie together."""
    if len(values) == 0:
        return np.zeros(0, np.int64)
    edges = np.quantile(values, [0.25, 0.5, 0.75])
    return np.searchsorted(edges, values, side="left").astype(np.int64)


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
