"""What the page draws: an immutable picture of a model, made at the end of a step."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from abm.browser.cited import CitedFigure, Survey, beside_today
from abm.browser.counterfactual import Counterfactual
from abm.browser.course import Course, Point
from abm.browser.following import Trace
from abm.browser.paired_seeds import Compared
from abm.browser.school import School
from abm.scenario.scenario import Scenario
from abm.simulation.census import Census

BINS = 16
STANDARD = "standard deviations from the average"
TRAITS: dict[str, tuple[str, str, tuple[float, float]]] = {
    "adversity": ("Childhood adversity", "from none (0) to the most (1)", (0.0, 1.0)),
    "vagal_tone": ("Resting vagal tone at entry", STANDARD, (-4.0, 4.0)),
    "self_criticism": ("Self-criticism", STANDARD, (-4.0, 4.0)),
}
"""Traits of the view of who: title, unit, range that is drawn; what lies outside is at its ends."""


@dataclass(frozen=True, eq=False)
class Spread:
    """How a trait is spread in one group."""

    shares: np.ndarray  # of the group, a bin
    mean: float
    people: int


@dataclass(frozen=True, eq=False)
class Without:
    """The same people without what was changed: what is drawn in grey."""

    label: str  # what it is, for legends
    day: int  # how many reported days have gone by there; it may be behind
    census: Census
    censuses: tuple[Census, ...]
    flow_days: int
    history: tuple[Point, ...]
    states: np.ndarray  # of whoever is shown in the school, index of `STATE_NAMES`
    trace: Trace
    who: dict[str, tuple[Spread, Spread]]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One picture; nothing in it changes when the model goes on."""

    frame: int  # counts up, so that it can be told when a picture has been drawn
    scenario: Scenario
    seed: int
    is_altered: bool  # whether the scenario was changed on the page
    counterfactual: Counterfactual | None  # None where there is nothing to compare
    without: Without | None  # None until it is prepared, too
    day: int  # how many reported days have gone by
    days: int  # how many there are
    census: Census  # counts of today, events of the past `flow_days` days
    censuses: tuple[Census, ...]  # the yearly ones so far
    flow_days: int  # twelve months in the end
    history: tuple[Point, ...]  # a point a week, and that of the day
    school: School
    trace: Trace
    who: dict[str, tuple[Spread, Spread]]  # by trait: who never, then who ever self-injured
    asked: Mapping[str, np.ndarray]  # what studies look at of everybody present
    surveys: tuple[Survey, ...]  # at the end of every year so far, where there are any
    compared: Compared | None = None  # over paired seeds; a page knows it, a model does not

    @property
    def date(self) -> datetime.date:
        """The last day that went by."""
        return self.census.date

    @cached_property
    def besides(self) -> Mapping[str, CitedFigure]:
        """What is found here beside each published figure of no one place; made once."""
        return beside_today(self.asked, self.scenario, self.seed)

    @property
    def grey(self) -> Without | None:
        """The same day without what was changed; None while it is computed."""
        is_there = self.without is not None and self.without.day == self.day
        return self.without if is_there else None

    @property
    def title(self) -> str:
        """The scenario in words."""
        return (self.scenario.title or self.scenario.name) + (
            ", with changes" if self.is_altered else ""
        )

    @property
    def grey_sentence(self) -> str:
        """What the grey is, and how far it has come; empty where there is nothing to compare."""
        if self.counterfactual is None:
            return ""
        if self.grey is not None:
            return self.counterfactual.sentence
        day = 0 if self.without is None else self.without.day
        how_far = f": day {day:,} of {self.day:,}" if self.day else ""
        return f"{self.counterfactual.sentence} Computing{how_far}."

    @property
    def is_over(self) -> bool:
        """Whether the scenario's years are over."""
        return self.day >= self.days

    @property
    def people(self) -> int:
        """How many people are present."""
        return int(self.census.stocks[:, :, 0].sum())


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
    counts = np.histogram(np.clip(values, *ends), BINS, ends)[0]
    return Spread(counts / len(values), float(values.sum() / len(values)), len(values))
