"""A table of people for tests of interventions: nobody lives a day in it."""

from datetime import date, timedelta
from typing import Any

import numpy as np

from abm.parameters import parameter_record
from abm.people.layout import NEVER, person_dtype
from abm.scenario.interventions import Interventions, complete_interventions
from abm.simulation.delivery import RunningInterventions

FIRST_DAY, END = date(2015, 9, 1), date(2025, 9, 1)
A_WEEK = timedelta(days=7)
MEAN, SPREAD = 0.33, 0.34


def interventions(*tables: dict[str, Any]) -> Interventions:
    """Return complete interventions of ten reported years from 1 September 2015."""
    return complete_interventions([*tables], FIRST_DAY, END)


def skills(**keys: Any) -> dict[str, Any]:
    """Return a school skills programme that reaches every age at once, unless told otherwise.

    Of its effects only those that are told are kept; none are told: the library's on regulation.
    """
    given = {"coverage": 1.0, "ages": [10, 24], "months_to_full": 0, "half_life_years": 0}
    effects = {"distress_tolerance": 0.0, **keys.pop("effects", {})}
    return {"kind": "school_skills_programme", **given, **keys, "effects": effects}


class Village:
    """People of all ages, halves female and male, on a first Tuesday of a reported year."""

    def __init__(self, size: int = 3_000, **fields: float) -> None:
        self.people = np.zeros(size, person_dtype())
        self.people["person"] = np.arange(size) + 2_000_000
        self.people["present"] = 1
        self.people["sex"] = np.arange(size) % 2
        self.people["last_hospital"] = NEVER
        self.people["adversity"] = np.linspace(0.0, 1.0, size)
        self.people["settlement"] = 5
        for name, value in fields.items():
            self.people[name] = value
        self.ages = 10.5 + np.arange(size) % 15
        self.numbers = parameter_record({}, {})

    def morning(self, running: RunningInterventions, day: date) -> None:
        """Let one day pass; months begin on the first."""
        running.change_numbers(self.numbers.copy(), day)
        running.deliver(self.people, day, self.ages, day.weekday() == 0, day.day == 1, MEAN, SPREAD)
        running.count(self.people, day, lambda people: self.ages)

    def live(self, running: RunningInterventions, first: date, last: date) -> None:
        """Let every morning from one day to another come."""
        day = first
        while day <= last:
            self.morning(running, day)
            day += timedelta(days=1)

    def running(self, *tables: dict[str, Any], seed: int = 1) -> RunningInterventions:
        """Return the interventions that tables describe, running."""
        return RunningInterventions(interventions(*tables), seed, len(self.people))

    def reached(self, place: int = 0) -> np.ndarray:
        """Return whether each person was reached by the intervention in a place of the list."""
        found: np.ndarray = (self.people["reached_by"] >> place) & 1 == 1
        return found
