"""How interventions take place: persons are reached one by one, or numbers change for everybody.

Nothing is drawn, written or changed before the first intervention starts.
"""

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np

from abm.chance import Purpose, draws_for, index_of_text
from abm.parameters import parameters
from abm.people.codes import SPECIALIST
from abm.people.layout import SEXES
from abm.scenario.dates import years_later
from abm.scenario.intervention_library import FIELDS_OF_PERSONS
from abm.scenario.interventions import ForEverybody, ForPersons, Intervention, Interventions
from abm.simulation.counts import Counts
from abm.simulation.coverage import (
    chance_to_be_reached,
    is_of_ages,
    risen_coverage,
    runs_on,
    strength_after,
)

AFTER_HOSPITAL_DAYS = 31.0
HIGH_ADVERSITY = 1.0  # standard deviations above the mean of the reference population
NOT_REACHED = -1
NUMBERS_A_KIND = 16  # between the indices of kinds, for ever: they key who is reached
BLOCKADE = FIELDS_OF_PERSONS["opioid_blockade"]


def looks_for_people(
    intervention: ForPersons, date: datetime.date, is_monday: bool, is_month_start: bool
) -> bool:
    """Return whether people are reached today: on Mondays after hospital, else every month."""
    if intervention.who == "after_hospital":
        return bool(is_monday)
    return bool(is_month_start) or date == intervention.start


def is_for(
    intervention: ForPersons,
    people: np.ndarray,
    ages: np.ndarray,
    adversity: np.ndarray,
    today: int,
) -> np.ndarray:
    """Return for every row whether an intervention is for this person today.

    Ages are in years with decimals, adversity is standardised, today is a proleptic ordinal.
    """
    fits = (people["present"] == 1) & is_of_ages(intervention, ages)
    if intervention.sex != "all":
        fits &= people["sex"] == SEXES.index(intervention.sex)
    if intervention.who == "high_adversity":
        fits &= adversity >= HIGH_ADVERSITY
    elif intervention.who == "self_injured_ever":
        fits &= people["acts"] > 0
    elif intervention.who == "self_injured_past_year":
        a_year_ago = years_later(datetime.date.fromordinal(today), -1)
        fits &= people["last_act"] >= a_year_ago.toordinal()  # to the day: counts are monthly
    elif intervention.who == "after_hospital":
        since = today - people["last_hospital"]
        fits &= (people["last_hospital"] >= 0.0) & (since <= AFTER_HOSPITAL_DAYS)
    elif intervention.who == "in_specialist_care":
        fits &= people["care"] >= SPECIALIST
    return fits


def draw_index(intervention: Intervention) -> int:
    """Return the index of the draws of who is reached: of the kind, or of a name beside it.

    What stands elsewhere in the scenario has no part in it. So interventions of one kind reach the
    same people first, unless they have names.
    """
    number, name = intervention.about().number, intervention.name
    return index_of_text(f"{number} {name}") if name else number * NUMBERS_A_KIND


class RunningInterventions:
    """The interventions of one run: who was reached when, and what that changes today."""

    def __init__(self, interventions: Interventions, seed: int, size: int) -> None:
        self.interventions = tuple(interventions)
        self._seed = seed
        # What several do together must not depend on their order in the scenario, to the last bit.
        self._ordered = sorted(enumerate(self.interventions), key=lambda pair: pair[1].content())
        self._first_day = min((listed.start for listed in self.interventions), default=None)
        self._reached_on = np.full((len(self.interventions), size), NOT_REACHED, np.int32)
        self._counts = Counts(self._ordered, size)

    def __bool__(self) -> bool:
        """Return whether there is any intervention."""
        return bool(self.interventions)

    # Numbers

    def change_numbers(self, record: np.ndarray, date: datetime.date) -> None:
        """Change today's numbers for everybody, where an intervention runs that does so.

        The record is set afresh every morning: what was changed yesterday must not stand in it.
        """
        for operation in ("factor", "add"):
            for _, intervention in self._ordered:
                if isinstance(intervention, ForEverybody) and runs_on(intervention, date):
                    coverage = risen_coverage(intervention, date)
                    change_numbers_by(intervention, operation, coverage, record)

    # Persons

    def is_due(self, date: datetime.date, is_monday: bool, is_month_start: bool) -> bool:
        """Return whether `deliver` has anything to do today; on other days it may be left out."""
        if self._first_day is None or date < self._first_day:
            return False
        starts = any(listed.start == date for listed in self.interventions)
        return bool(is_monday or is_month_start or starts)

    def deliver(
        self,
        people: np.ndarray,
        date: datetime.date,
        ages: np.ndarray,
        is_monday: bool,
        is_month_start: bool,
        adversity_mean: float,
        adversity_spread: float,
    ) -> list[np.ndarray]:
        """Reach whom it is time to reach this morning, and on Mondays write what has been gained.

        Ages are in years with decimals; mean and spread standardise adversity. Returned are the
        rows of people who were changed, in any order, some perhaps more than once.
        """
        if self._first_day is None or date < self._first_day:
            return []
        changed = []
        if date == self._first_day:
            self._counts.begin(people)
        today = date.toordinal()
        for index, intervention in self._ordered:
            if not (isinstance(intervention, ForPersons) and runs_on(intervention, date)):
                continue
            if looks_for_people(intervention, date, is_monday, is_month_start):
                adversity = (people["adversity"] - adversity_mean) / adversity_spread
                fits = is_for(intervention, people, ages, adversity, today)
                fits &= self._reached_on[index] == NOT_REACHED
                fitting = np.flatnonzero(fits)
                changed.append(self._reach(index, intervention, people, fitting, adversity, date))
        if is_monday:
            changed.append(self._write_gains(people, today))
        return changed

    def _reach(
        self,
        index: int,
        intervention: ForPersons,
        people: np.ndarray,
        rows: np.ndarray,
        adversity: np.ndarray,
        date: datetime.date,
    ) -> np.ndarray:
        """Reach those of some rows whose draw, made once for all, lies below their chance."""
        persons = people["person"][rows]
        drawn = draws_for(self._seed, persons, 0, Purpose.INTERVENTION, draw_index(intervention))[0]
        coverage = risen_coverage(intervention, date)
        chance = chance_to_be_reached(coverage, intervention.uptake_risk, adversity[rows])
        rows = rows[drawn < chance]
        self._reached_on[index, rows] = date.toordinal()
        people["reached_by"][rows] |= 1 << index
        return rows

    def _write_gains(self, people: np.ndarray, today: int) -> np.ndarray:
        """Write the sums of all effects to those reached; who changed is to be settled again."""
        anyone = (self._reached_on != NOT_REACHED).any(axis=0) & (people["present"] == 1)
        rows = np.flatnonzero(anyone)
        changed = np.zeros(len(rows), bool)
        for field, gains in self._gains(rows, today).items():
            differs = gains != people[field][rows]
            people[field][rows[differs]] = gains[differs]
            changed |= differs
        people["settlement"][rows[changed]] = -1
        return rows[changed]

    def _gains(self, rows: np.ndarray, today: int) -> dict[str, np.ndarray]:
        """Return what the interventions together change in some rows, by field."""
        sums: dict[str, np.ndarray] = {}
        for index, intervention in self._ordered:
            if not isinstance(intervention, ForPersons):
                continue
            since = self._reached_on[index, rows]
            days = np.maximum(today - since, 0).astype(np.float64)
            strength = np.where(since != NOT_REACHED, strength_after(days, intervention), 0.0)
            for quantity, value in intervention.effects.items():
                field = FIELDS_OF_PERSONS[quantity]
                before = sums.get(field, np.zeros(len(rows)))
                own = value * strength
                together = before + own * (1.0 - before) if field == BLOCKADE else before + own
                sums[field] = together
        return sums

    def forget(self, start: int, stop: int) -> None:
        """Forget the people of some rows, which are given to a new year-group."""
        self._reached_on[:, start:stop] = NOT_REACHED
        self._counts.forget(start, stop)

    # Counting

    def count(
        self,
        people: np.ndarray,
        date: datetime.date,
        ages_of: Callable[[np.ndarray], np.ndarray],
        is_still: bool = False,
    ) -> None:
        """Count, at the end of a day, whom what runs has reached, and what that costs.

        On a still day nobody was reached, entered, left or began therapy.
        """
        if self._first_day is not None and date >= self._first_day:
            reached = self._reached_on != NOT_REACHED
            self._counts.count(people, date, ages_of, reached, is_still)

    def end_year(self) -> None:
        """Note, at the end of twelve reported months, what all has cost so far."""
        self._counts.end_year()

    def reached(self) -> tuple[dict[str, Any], ...]:
        """Return what each intervention came to so far; see `abm.simulation.counts.Counts.rows`."""
        return self._counts.rows()


def change_numbers_by(
    intervention: ForEverybody, operation: str, coverage: float, record: np.ndarray
) -> None:
    """Change the numbers that an intervention multiplies, or those that it adds to.

    Numbers stay within the range that a scenario may say. What changes nothing leaves every bit.
    """
    declared = parameters()
    for name, effect in intervention.about().effects.items():
        if effect.how != operation:
            continue
        change = coverage * (intervention.effects[name] - effect.null)
        if change != 0.0:
            before = float(record[name][0])
            after = before * (1.0 + change) if operation == "factor" else before + change
            record[name] = min(max(after, declared[name].low), declared[name].high)
