"""What the page draws: an immutable picture of a model, made at the end of a step."""

import datetime
from dataclasses import dataclass

import numpy as np

from abm.browser.course import Course, Point
from abm.browser.following import Trace
from abm.browser.school import School
from abm.scenario.scenario import Scenario
from abm.simulation.census import Census

BINS = 16
TRAITS: dict[str, tuple[str, str, tuple[float, float]]] = {
    "adversity": ("Childhood adversity", "load, 0 to 1", (0.0, 1.0)),
    "vagal_tone": ("Resting vagal tone at entry", "z", (-4.0, 4.0)),
    "self_criticism": ("Self-criticism", "z", (-4.0, 4.0)),
}
"""Traits of the view of who: title, unit, range that is drawn; what lies outside is at its ends."""


@dataclass(frozen=True, eq=False)
class Spread:
    """How a trait is spread in one group: shares a bin, mean, and people."""

    shares: np.ndarray
    mean: float
    people: int


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One picture; nothing in it changes when the model lives on.

    Parameters
    ----------
    frame
        Counts up, so that it can be told when a picture has been drawn.
    scenario, seed
        What is lived.
    is_altered
        Whether the scenario was changed on the page.
    day, days
        Reported days lived, and in all.
    census
        Counts of today, events of the past `flow_days` days (twelve months in the end).
    censuses
        The yearly ones so far.
    history, ghost
        A point a week, of this scenario and of the same people with nothing changed.
    ghost_day
        Reported days that the ghost has lived; None where the scenario is its own ghost.
    school, trace, who
        For the views of these names; `who` by trait, never first, then ever.
    """

    frame: int
    scenario: Scenario
    seed: int
    is_altered: bool
    day: int
    days: int
    census: Census
    censuses: tuple[Census, ...]
    flow_days: int
    history: tuple[Point, ...]
    ghost: tuple[Point, ...]
    ghost_day: int | None
    school: School
    trace: Trace
    who: dict[str, tuple[Spread, Spread]]

    @property
    def date(self) -> datetime.date:
        """The last day lived."""
        return self.census.date

    @property
    def is_over(self) -> bool:
        """Whether the scenario's years are over."""
        return self.day >= self.days


def spreads_of(course: Course) -> dict[str, tuple[Spread, Spread]]:
    """Return how traits are spread among those who never and those who ever self-injured."""
    people = course.world.people
    present, has_acted = people["present"] == 1, people["acts"] > 0
    never, ever = present & ~has_acted, present & has_acted
    return {  # field by field: a row has a hundred of them
        trait: (_spread(people[trait][never], ends), _spread(people[trait][ever], ends))
        for trait, (_, _, ends) in TRAITS.items()
    }


def _spread(values: np.ndarray, ends: tuple[float, float]) -> Spread:
    if len(values) == 0:
        return Spread(np.zeros(BINS), float("nan"), 0)
    inside = np.clip(values, *ends)
    counts = np.histogram(inside, BINS, ends)[0]
    return Spread(counts / len(values), float(values.sum() / len(values)), len(values))
