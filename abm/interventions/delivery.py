"""How interventions take place: persons are reached one by one, or numbers change for everybody.

Nothing is drawn, written or changed before the first intervention starts.
"""

import datetime
from typing import Any

import numpy as np

from abm.calendar import years_later
from abm.chance import Purpose, draws_for
from abm.codes import SPECIALIST
from abm.interventions.library import FIELDS_OF_PERSONS
from abm.interventions.schema import (
    MOST_INTERVENTIONS,
    ForEverybody,
    ForPersons,
    Intervention,
    Interventions,
)
from abm.parameters import parameters
from abm.people.layout import SEXES

DAYS_A_YEAR = 365.25
DAYS_A_MONTH = DAYS_A_YEAR / 12
AFTER_HOSPITAL_DAYS = 31.0
HIGH_ADVERSITY = 1.0  # standard deviations above the mean of the reference population
ENTRY_AGE = 10.0 + 1 / 400  # younger than this is who enters today
NOT_REACHED = -1
LARGEST_SHIFT = 50.0
BLOCKADE = FIELDS_OF_PERSONS["opioid_blockade"]


def runs_on(each: Intervention, date: datetime.date) -> bool:
    """Return whether an intervention runs on a date."""
    return each.start <= date and (each.end is None or date < each.end)


def risen_coverage(each: Intervention, date: datetime.date) -> float:
    """Return the share it reaches on a date on which it runs: coverage, as far as it has risen."""
    days = (date - each.start).days
    rising = each.ramp_years * DAYS_A_YEAR
    return each.coverage if days >= rising else each.coverage * (days / rising)


def chance_to_be_reached(coverage: float, uptake_risk: float, adversity: np.ndarray) -> np.ndarray:
    """Return everybody's chance to be reached: coverage, its log-odds shifted by adversity.

    Parameters
    ----------
    coverage
        From 0 to 1; 0 and 1 stay what they are.
    uptake_risk
        Log-odds per standard deviation of adversity; 0 gives everybody exactly `coverage`.
    adversity
        Standardised adversity.
    """
    if uptake_risk == 0.0:
        return np.full(adversity.shape, coverage)
    odds = np.exp(np.clip(uptake_risk * adversity, -LARGEST_SHIFT, LARGEST_SHIFT))
    chance: np.ndarray = coverage * odds / (1.0 - coverage + coverage * odds)
    return chance


def strength_after(days: np.ndarray, each: ForPersons) -> np.ndarray:
    """Return how much of the full effect is there, some days after a person was reached.

    It grows evenly over `months_to_full` and then halves every `half_life_years`; a half-life of
    0 stands for an effect that does not fade.
    """
    growing = each.months_to_full * DAYS_A_MONTH
    grown = np.minimum(days / growing, 1.0) if growing > 0.0 else np.ones(days.shape)
    if each.half_life_years == 0.0:
        return grown
    fading = np.maximum(days - growing, 0.0) / (each.half_life_years * DAYS_A_YEAR)
    strength: np.ndarray = grown * np.exp2(-fading)
    return strength


def looks_for_people(
    each: ForPersons, date: datetime.date, is_monday: bool, is_month_start: bool
) -> bool:
    """Return whether people are reached today: on Mondays after hospital, else every month."""
    if each.who == "after_hospital":
        return bool(is_monday)
    return bool(is_month_start) or date == each.start


def is_for(
    each: ForPersons, people: np.ndarray, ages: np.ndarray, adversity: np.ndarray, today: int
) -> np.ndarray:
    """Return for every row whether an intervention is for this person today.

    Parameters
    ----------
    each
        The intervention.
    people, ages, adversity
        The table of people; age in years with decimals and standardised adversity of every row.
    today
        Day of the proleptic Gregorian calendar.
    """
    first, last = each.ages
    found = (people["present"] == 1) & (ages >= first) & (ages < last + 1)
    if each.sex != "all":
        found &= people["sex"] == SEXES.index(each.sex)
    if each.who == "high_adversity":
        found &= adversity >= HIGH_ADVERSITY
    elif each.who == "self_injured_ever":
        found &= people["acts"] > 0
    elif each.who == "self_injured_past_year":
        a_year_ago = years_later(datetime.date.fromordinal(today), -1)
        found &= people["last_act"] >= a_year_ago.toordinal()  # to the day: counts are monthly
    elif each.who == "after_hospital":
        since = today - people["last_hospital"]
        found &= (people["last_hospital"] >= 0.0) & (since <= AFTER_HOSPITAL_DAYS)
    elif each.who == "in_specialist_care":
        found &= people["care"] >= SPECIALIST
    return found


class Programmes:
    """The interventions of one run: who was reached when, and what that changes today.

    Parameters
    ----------
    interventions
        Those of the scenario; empty is false.
    seed
        Seed of the keyed luck.
    size
        How many rows the table of people has.
    """

    def __init__(self, interventions: Interventions, seed: int, size: int) -> None:
        self.interventions = tuple(interventions)
        self._seed = seed
        kinds = [each.kind for each in self.interventions]
        self._luck = [
            each.about().number * MOST_INTERVENTIONS + kinds[:place].count(each.kind)
            for place, each in enumerate(self.interventions)
        ]
        self._first_day = min((each.start for each in self.interventions), default=None)
        self._reached_on = np.full((len(kinds), size), NOT_REACHED, np.int32)
        self._counted = [0] * len(kinds)  # distinct persons, or therapies
        self._highest = [0.0] * len(kinds)  # the coverage that was reached, as it rose
        self._has_begun = [False] * len(kinds)
        self._therapies = np.zeros((len(kinds), size), np.int64)
        self._somebody_entered = True

    def __bool__(self) -> bool:
        """Return whether there is any intervention."""
        return bool(self.interventions)

    # Numbers

    def change_numbers(self, record: np.ndarray, date: datetime.date) -> None:
        """Change today's numbers for everybody, where an intervention runs that does so.

        Parameters
        ----------
        record
            Today's parameters, set afresh every morning: what was changed here yesterday must
            not stand in it.
        date
            Today.
        """
        for place, each in enumerate(self.interventions):
            if runs_on(each, date):
                self._highest[place] = risen_coverage(each, date)
        for how in ("factor", "add"):
            for each in self.interventions:
                if isinstance(each, ForEverybody) and runs_on(each, date):
                    change_numbers_by(each, how, risen_coverage(each, date), record)

    # Persons

    def is_due(self, date: datetime.date, is_monday: bool, is_month_start: bool) -> bool:
        """Return whether `deliver` has anything to do today; on other days it may be left out."""
        if self._first_day is None or date < self._first_day:
            return False
        starts = any(each.start == date for each in self.interventions)
        return bool(is_monday or is_month_start or starts or self._somebody_entered)

    def deliver(
        self,
        people: np.ndarray,
        date: datetime.date,
        ages: np.ndarray,
        is_monday: bool,
        is_month_start: bool,
        adversity_mean: float,
        adversity_spread: float,
    ) -> None:
        """Reach whom it is time to reach, and on Mondays write what has been gained.

        Parameters
        ----------
        people
            The table of people, this morning.
        date
            Today.
        ages
            Age in years with decimals of every row.
        is_monday, is_month_start
            Whether a week, a month of the reported year, begins today.
        adversity_mean, adversity_spread
            What standardises adversity.
        """
        if self._first_day is None or date < self._first_day:
            return
        today = date.toordinal()
        for place, each in enumerate(self.interventions):
            if not runs_on(each, date):
                continue
            if isinstance(each, ForEverybody):
                self._count(place, each, people, ages)
            elif looks_for_people(each, date, is_monday, is_month_start):
                adversity = (people["adversity"] - adversity_mean) / adversity_spread
                found = is_for(each, people, ages, adversity, today)
                found &= self._reached_on[place] == NOT_REACHED
                self._reach(place, each, people, np.flatnonzero(found), adversity, date)
        if is_monday:
            self._write_gains(people, today)
        self._somebody_entered = False

    def _reach(
        self,
        place: int,
        each: ForPersons,
        people: np.ndarray,
        rows: np.ndarray,
        adversity: np.ndarray,
        date: datetime.date,
    ) -> None:
        """Reach those of some rows whose luck, drawn once for all, lies below their chance."""
        persons = people["person"][rows]
        luck = draws_for(self._seed, persons, 0, Purpose.INTERVENTION, self._luck[place])[0]
        coverage = risen_coverage(each, date)
        chance = chance_to_be_reached(coverage, each.uptake_risk, adversity[rows])
        rows = rows[luck < chance]
        self._reached_on[place, rows] = date.toordinal()
        self._counted[place] += len(rows)
        people["reached_by"][rows] |= 1 << place

    def _write_gains(self, people: np.ndarray, today: int) -> None:
        """Write the sums of all effects to those reached; who changed is to be settled again."""
        anyone = (self._reached_on != NOT_REACHED).any(axis=0) & (people["present"] == 1)
        rows = np.flatnonzero(anyone)
        changed = np.zeros(len(rows), bool)
        for field, gains in self._gains(rows, today).items():
            differs = gains != people[field][rows]
            people[field][rows[differs]] = gains[differs]
            changed |= differs
        people["settlement"][rows[changed]] = -1

    def _gains(self, rows: np.ndarray, today: int) -> dict[str, np.ndarray]:
        """Return what the interventions together change in some rows, by field."""
        sums: dict[str, np.ndarray] = {}
        for place, each in enumerate(self.interventions):
            if not isinstance(each, ForPersons):
                continue
            since = self._reached_on[place, rows]
            days = np.maximum(today - since, 0).astype(np.float64)
            strength = np.where(since != NOT_REACHED, strength_after(days, each), 0.0)
            for quantity, value in each.effects.items():
                field = FIELDS_OF_PERSONS[quantity]
                before = sums.get(field, np.zeros(len(rows)))
                own = value * strength
                together = before + own * (1.0 - before) if field == BLOCKADE else before + own
                sums[field] = together
        return sums

    def forget(self, start: int, stop: int) -> None:
        """Forget the people of some rows, which are given to a new year-group."""
        self._reached_on[:, start:stop] = NOT_REACHED
        self._therapies[:, start:stop] = 0
        self._somebody_entered = True

    # Counting

    def _count(
        self,
        place: int,
        each: ForEverybody,
        people: np.ndarray,
        ages: np.ndarray,
    ) -> None:
        """Count those whom a change for everybody concerns; see `reached`."""
        audience = each.about().audience
        begins = not self._has_begun[place]
        self._has_begun[place] = True
        present = people["present"] == 1
        if audience == "present" and begins:
            self._counted[place] += int(np.count_nonzero(present))
        elif audience == "therapies":
            self._count_therapies(place, people, begins)
        elif self._somebody_entered:
            self._counted[place] += int(np.count_nonzero(present & (ages < ENTRY_AGE)))

    def _count_therapies(self, place: int, people: np.ndarray, begins: bool) -> None:
        now = people["therapies"].copy()
        if not begins:
            self._counted[place] += int(np.maximum(now - self._therapies[place], 0).sum())
        self._therapies[place] = now

    def reached(self) -> tuple[dict[str, Any], ...]:
        """Return how many were reached so far, and at what cost, for each intervention.

        Returns
        -------
        tuple of dict
            In the scenario's order, with `kind`, `title`, `people` and `cost`. `people` counts
            distinct persons. Where numbers change for everybody, it is coverage, as far as it has
            risen, times everybody who was present on any day on which it ran (or, for prevention,
            who entered while it ran); for a therapy it is all courses begun while it ran, counted
            on Mondays, those of the world without it included.
        """
        return tuple(self._reached_by(place) for place in range(len(self.interventions)))

    def _reached_by(self, place: int) -> dict[str, Any]:
        each = self.interventions[place]
        kind = each.about()
        people = self._counted[place]
        if not changes_anything(each):
            people = 0
        elif kind.audience in ("present", "entrants"):
            people = round(people * self._highest[place])
        return {
            "kind": each.kind,
            "title": kind.title,
            "people": people,
            "cost": people * each.cost,
        }


def changes_anything(each: Intervention) -> bool:
    """Return whether an intervention reaches anybody; a change for everybody must change a number.

    Programmes for persons count whom they reach, whatever they do to them.
    """
    if not isinstance(each, ForEverybody):
        return True
    effects = each.about().effects.items()
    return each.coverage > 0.0 and any(each.effects[n] != effect.null for n, effect in effects)


def change_numbers_by(each: ForEverybody, how: str, coverage: float, record: np.ndarray) -> None:
    """Change the numbers that an intervention multiplies, or those that it adds to.

    Numbers stay within the range that a scenario may say. What changes nothing leaves every bit.
    """
    declared = parameters()
    for name, effect in each.about().effects.items():
        if effect.how != how:
            continue
        change = coverage * (each.effects[name] - effect.null)
        if change != 0.0:
            before = float(record[name][0])
            after = before * (1.0 + change) if how == "factor" else before + change
            record[name] = min(max(after, declared[name].low), declared[name].high)
