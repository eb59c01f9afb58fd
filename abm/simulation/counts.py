"""What interventions come to: how many people each reaches, and how many units of its cost.

Everything is counted at the end of the days on which an intervention runs, to the day.
"""

import datetime
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from abm.people.codes import THERAPY
from abm.scenario.dates import DAYS_A_YEAR
from abm.scenario.interventions import ForEverybody, ForPersons, Intervention
from abm.simulation.coverage import risen_coverage, runs_on

ENTRY_AGE = 10.0 + 1 / 400  # younger than this is who enters today
DAYS = ("person_year", "year")
"""Units of cost that are counted in days."""


def is_of_ages(each: ForPersons, ages: np.ndarray) -> np.ndarray:
    """Return for each of some ages, in years with decimals, whether an intervention is for it."""
    first, last = each.ages
    return (ages >= first) & (ages < last + 1)


class Counts:
    """How many people every intervention of a run reached, and what that costs.

    Parameters
    ----------
    ordered
        Place in the scenario and intervention, in an order that does not depend on the places.
    size
        How many rows the table of people has.
    """

    def __init__(self, ordered: Sequence[tuple[int, Intervention]], size: int) -> None:
        self._ordered = ordered
        self._same = {  # windows of one programme
            place: [other for other, also in ordered if also.programme == each.programme]
            for place, each in ordered
        }
        # How far each row was reached while it ran: 0 to 1; where numbers change for everybody
        # the highest coverage that the person met.
        self._met = np.zeros((len(ordered), size))
        self._therapies = np.zeros(size, np.int64)  # last night
        self._people = np.zeros(len(ordered))
        self._newly = np.zeros(len(ordered))
        self._units = np.zeros(len(ordered))

    def begin(self, people: np.ndarray) -> None:
        """Note, on the first morning, the courses of therapy that were begun before."""
        self._therapies[:] = people["therapies"]

    def count(
        self,
        people: np.ndarray,
        date: datetime.date,
        ages_of: Callable[[np.ndarray], np.ndarray],
        reached: np.ndarray,
    ) -> None:
        """Count one day; see `abm.simulation.delivery.RunningInterventions.count`.

        Parameters
        ----------
        people, date, ages_of
            As there.
        reached
            For every place and row whether a programme for persons has reached the person.
        """
        begun = np.maximum(people["therapies"] - self._therapies, 0)
        self._therapies[:] = people["therapies"]
        present = people["present"] == 1
        for place, each in self._ordered:
            if not (runs_on(each, date) and changes_anything(each)):
                continue
            if isinstance(each, ForPersons):
                share = (reached[place] & present).astype(float)
            else:
                share = share_today(each, people, present, date, ages_of, begun)
            starts, newly = self._meet(place, share)
            self._people[place] += starts
            self._newly[place] += newly
            courses = each.about().audience == "therapies"
            if each.cost_per == "person":
                self._units[place] += newly
            elif each.cost_per == "start":
                self._units[place] += begun.sum() if courses else starts
            elif each.cost_per == "year":
                self._units[place] += 1
            else:
                here = is_in_it(each, people, present, ages_of)
                self._units[place] += self._met[place][here].sum()

    def _meet(self, place: int, share: np.ndarray) -> tuple[float, float]:
        """Let rows be reached so far; return how many start, and how many no window had reached."""
        if not (share > self._met[place]).any():
            return 0.0, 0.0
        known = self._met[self._same[place]].max(axis=0)
        starts = np.maximum(share - self._met[place], 0.0)
        self._met[place] += starts
        return float(starts.sum()), float(np.maximum(share - known, 0.0).sum())

    def forget(self, start: int, stop: int) -> None:
        """Forget the people of some rows, which are given to a new year-group."""
        self._met[:, start:stop] = 0.0
        self._therapies[start:stop] = 0

    def rows(self) -> tuple[dict[str, Any], ...]:
        """Return what each intervention came to so far, in the scenario's order.

        Returns
        -------
        tuple of dict
            `kind`, `name` (empty without one), `title`; `people`: distinct persons reached, where
            numbers change for everybody each as far as coverage had risen while they were present
            (or, for prevention, when they entered), and for therapy those who began a course;
            `newly`: those of them whom no other intervention of the same kind and name had reached
            before; `cost_per`; `units`: how many of these; `cost`.
        """
        return tuple(self._row(place, each) for place, each in sorted(self._ordered))

    def _row(self, place: int, each: Intervention) -> dict[str, Any]:
        units = self._units[place] / (DAYS_A_YEAR if each.cost_per in DAYS else 1.0)
        units = round(float(units), 6)
        return {
            "kind": each.kind,
            "name": each.name or "",
            "title": each.about().title,
            "people": round(self._people[place]),
            "newly": round(self._newly[place]),
            "cost_per": each.cost_per,
            "units": units,
            "cost": round(units * each.cost, 6),
        }


def share_today(
    each: Intervention,
    people: np.ndarray,
    present: np.ndarray,
    date: datetime.date,
    ages_of: Callable[[np.ndarray], np.ndarray],
    begun: np.ndarray,
) -> np.ndarray:
    """Return how far a change for everybody reaches each row today, from 0 to 1."""
    audience = each.about().audience
    if audience == "therapies":
        return (begun > 0).astype(float)
    if audience == "entrants":
        present = present & (ages_of(people) < ENTRY_AGE)
    return risen_coverage(each, date) * present


def is_in_it(
    each: Intervention,
    people: np.ndarray,
    present: np.ndarray,
    ages_of: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Return for every row whether a person, once reached, is in an intervention today."""
    if isinstance(each, ForPersons):
        return present & is_of_ages(each, ages_of(people))
    if each.about().audience == "therapies":
        return present & (people["care"] == THERAPY)
    return present


def changes_anything(each: Intervention) -> bool:
    """Return whether an intervention reaches anybody; a change for everybody must change a number.

    Programmes for persons count whom they reach, whatever they do to them.
    """
    if each.coverage == 0.0 or not isinstance(each, ForEverybody):
        return each.coverage > 0.0
    effects = each.about().effects
    return any(each.effects[name] != effects[name].null for name in effects)
