"""What interventions come to: how many people each reaches, and how many units of its cost.

Everything is counted at the end of the days on which an intervention runs, to the day.
"""

import datetime
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from abm.people.codes import THERAPY
from abm.scenario.dates import DAYS_A_YEAR
from abm.scenario.interventions import ForEverybody, ForPersons, Intervention
from abm.simulation.coverage import is_of_ages, risen_coverage, runs_on

ENTRY_AGE = 10.0 + 1 / 400  # younger than this is who enters today
DAYS = ("person_year", "year")
"""Units of cost that are counted in days."""


class Counts:
    """How many people every intervention of a run reached, and what that costs.

    Interventions come with their index in the scenario, in an order that does not depend on it.
    """

    def __init__(self, ordered: Sequence[tuple[int, Intervention]], size: int) -> None:
        self._ordered = ordered
        self._same = {  # windows of one programme
            index: [other for other, also in ordered if also.programme == intervention.programme]
            for index, intervention in ordered
        }
        # How far each row was reached while it ran: 0 to 1; where numbers change for everybody
        # the highest coverage that the person met.
        self._met = np.zeros((len(ordered), size))
        self._therapies = np.zeros(size, np.int64)  # last night
        self._people = np.zeros(len(ordered))
        self._newly = np.zeros(len(ordered))
        self._units = np.zeros(len(ordered))
        self._fixed = np.zeros(len(ordered))  # costs that come once
        self._costs: list[dict[int, float]] = []  # so far, at the end of every reported year

    def begin(self, people: np.ndarray) -> None:
        """Note, on the first morning, the courses of therapy that were begun before."""
        self._therapies[:] = people["therapies"]

    def count(
        self,
        people: np.ndarray,
        date: datetime.date,
        ages_of: Callable[[np.ndarray], np.ndarray],
        reached: np.ndarray,
        is_still: bool = False,
    ) -> None:
        """Count one day; `reached` says for every index and row whether the person was reached.

        On a still day nobody was reached, entered, left or began therapy.
        """
        begun = np.zeros(0, np.int64)
        if not is_still:
            begun = np.maximum(people["therapies"] - self._therapies, 0)
            self._therapies[:] = people["therapies"]
        present = people["present"] == 1
        for index, intervention in self._ordered:
            if not (runs_on(intervention, date) and changes_anything(intervention)):
                continue
            self._fixed[index] = intervention.fixed_cost or 0.0
            courses = intervention.about().audience == "therapies"
            if isinstance(intervention, ForPersons):
                share = None if is_still else (reached[index] & present).astype(float)
            elif is_still and courses:
                share = None
            else:
                share = share_today(intervention, people, present, date, ages_of, begun)
            starts, newly = (0.0, 0.0) if share is None else self._meet(index, share)
            self._people[index] += starts
            self._newly[index] += newly
            if intervention.cost_per == "person":
                self._units[index] += newly
            elif intervention.cost_per == "start":
                self._units[index] += begun.sum() if courses else starts
            elif intervention.cost_per == "year":
                self._units[index] += 1
            else:
                here = is_in_it(intervention, people, present, ages_of)
                self._units[index] += self._met[index][here].sum()

    def _meet(self, index: int, share: np.ndarray) -> tuple[float, float]:
        """Let rows be reached so far; return how many start, and how many no window had reached."""
        if not (share > self._met[index]).any():
            return 0.0, 0.0
        known = self._met[self._same[index]].max(axis=0)
        starts = np.maximum(share - self._met[index], 0.0)
        self._met[index] += starts
        return float(starts.sum()), float(np.maximum(share - known, 0.0).sum())

    def end_year(self) -> None:
        """Note, at the end of twelve reported months, what all comes to so far."""
        self._costs.append({index: self._cost(index, listed) for index, listed in self._ordered})

    def forget(self, start: int, stop: int) -> None:
        """Forget the people of some rows, which are given to a new year-group."""
        self._met[:, start:stop] = 0.0
        self._therapies[start:stop] = 0

    def rows(self) -> tuple[dict[str, Any], ...]:
        """Return what each intervention came to so far, in the scenario's order.

        `people` are distinct persons reached: where numbers change for everybody each as far as
        coverage had risen while they were present (or, for prevention, when they entered), and for
        therapy those who began a course; `newly` those of them whom no other intervention of the
        same kind and name had reached before; `units` how many of what the cost is of. `cost` is
        in all, the fixed cost among it, `cost_by_year` that of every reported year.
        """
        return tuple(self._row(*numbered) for numbered in sorted(self._ordered))

    def _row(self, index: int, intervention: Intervention) -> dict[str, Any]:
        so_far = [0.0, *(costs[index] for costs in self._costs)]
        return {
            "kind": intervention.kind,
            "name": intervention.name or "",
            "title": intervention.about().title,
            "people": round(self._people[index]),
            "newly": round(self._newly[index]),
            "cost_per": intervention.cost_per,
            "units": self._units_of(index, intervention),
            "cost": self._cost(index, intervention),
            "cost_by_year": [round(cost - before, 6) for before, cost in pairwise(so_far)],
        }

    def _units_of(self, index: int, intervention: Intervention) -> float:
        days = DAYS_A_YEAR if intervention.cost_per in DAYS else 1.0
        return round(float(self._units[index] / days), 6)

    def _cost(self, index: int, intervention: Intervention) -> float:
        units = self._units_of(index, intervention)
        return round(units * intervention.cost + float(self._fixed[index]), 6)


def share_today(
    intervention: Intervention,
    people: np.ndarray,
    present: np.ndarray,
    date: datetime.date,
    ages_of: Callable[[np.ndarray], np.ndarray],
    begun: np.ndarray,
) -> np.ndarray:
    """Return how far a change for everybody reaches each row today, from 0 to 1."""
    audience = intervention.about().audience
    if audience == "therapies":
        return (begun > 0).astype(float)
    if audience == "entrants":
        present = present & (ages_of(people) < ENTRY_AGE)
    return risen_coverage(intervention, date) * present


def is_in_it(
    intervention: Intervention,
    people: np.ndarray,
    present: np.ndarray,
    ages_of: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Return for every row whether a person, once reached, is in an intervention today."""
    if isinstance(intervention, ForPersons):
        return present & is_of_ages(intervention, ages_of(people))
    if intervention.about().audience == "therapies":
        return present & (people["care"] == THERAPY)
    return present


def changes_anything(intervention: Intervention) -> bool:
    """Return whether an intervention reaches anybody; a change for everybody must change a number.

    Programmes for persons count whom they reach, whatever they do to them.
    """
    if intervention.coverage == 0.0 or not isinstance(intervention, ForEverybody):
        return intervention.coverage > 0.0
    effects = intervention.about().effects
    return any(intervention.effects[name] != effects[name].null for name in effects)
