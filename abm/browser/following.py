"""Following one young person: what is seen of their days, hour by hour, without changing them."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from abm.people.codes import CARE_STAGES
from abm.simulation.moments import MOMENT_DTYPE
from abm.simulation.record import ROUTE_NAMES
from abm.simulation.world import World

MOMENTS_A_DAY = 32
DAYS_KEPT = 60
USUAL_AGE = 15  # of who is followed, unless somebody else is chosen
TYPICAL_ACTS = 4  # the median of those active in a year (Lloyd-Richardson et al. 2007)


@dataclass(frozen=True)
class Act:
    """One act."""

    hour: float
    route: str  # its strongest motive
    relief: float  # that it brought


@dataclass(frozen=True, eq=False)
class Day:
    """One day of the person followed."""

    day: int  # number in the calendar
    moments: np.ndarray  # states and urges at some thirty waking hours; `MOMENT_DTYPE`
    acts: tuple[Act, ...]  # in order of their hours
    expectancies: tuple[float, ...]  # what is expected of calm, feel, punish in the evening
    window: float  # edges of the window of tolerance
    care: str  # stage of help


@dataclass(frozen=True, eq=False)
class Trace:
    """The latest days of one person; `person` is None where nobody is followed."""

    person: int | None = None
    sex: str = ""
    age: float = 0.0
    ever: bool = False
    has_left: bool = False
    days: tuple[Day, ...] = ()
    missing: int | None = None  # whom it was asked to follow last, if they are not here


class Following:
    """Watches one person of a world that logs acts, and empties that log every day.

    The world lives as it would without.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._row = -1
        self.person: int | None = None
        self._missing: int | None = None
        self._days: deque[Day] = deque(maxlen=DAYS_KEPT)
        self._room = np.zeros((0, MOMENTS_A_DAY), MOMENT_DTYPE)
        # The world asks its own method for room; here one person is watched on every day.
        vars(world)["room_for_moments"] = self._room_for_moments

    def follow(self, person: int) -> None:
        """Follow the person of this number, if present; forget the one followed before."""
        people = self._world.people
        rows = np.flatnonzero((people["person"] == person) & (people["present"] == 1))
        self._missing = None if len(rows) else person
        if len(rows) and person != self.person:
            self.person, self._row = person, int(rows[0])
            self._days.clear()

    def follow_somebody(self, age: int = USUAL_AGE) -> None:
        """Follow the person of this age whose year has been nearest to a typical one."""
        people = self._world.people
        ages = self._world.ages_of(people)
        is_present = people["present"] == 1
        is_of_age = is_present & (ages >= age) & (ages < age + 1)
        rows = np.flatnonzero(is_of_age if is_of_age.any() else is_present)
        if len(rows):
            distance = np.abs(people["past_year_acts"][rows] - TYPICAL_ACTS)
            self.follow(int(people["person"][rows[np.argmin(distance)]]))

    @property
    def has_left(self) -> bool:
        """Whether the person followed has turned 25 and left."""
        if self.person is None:
            return False
        row = self._world.people[self._row]
        return bool(row["person"] != self.person or not row["present"])

    def note_the_day(self) -> None:
        """Take in the day that has just gone by."""
        world = self._world
        logged, world._acts_logged = world._acts[: world._acts_logged], 0
        if self._missing is not None:  # who may have entered today
            self.follow(self._missing)
        if self.person is None or self.has_left or len(self._room) == 0:
            return
        me = world.people[self._row]
        mine = logged[logged["person"] == self.person]
        day = Day(
            day=int(world.days["day"][0]),
            moments=self._room[0].copy(),
            acts=tuple(
                Act(float(act["hour"]), ROUTE_NAMES[int(act["route"])], float(act["relief"]))
                for act in mine[np.argsort(mine["hour"])]
            ),
            expectancies=tuple(float(me[f"expectancy_{route}"]) for route in ROUTE_NAMES),
            window=float(me["window"]),
            care=CARE_STAGES[int(me["care"])],
        )
        self._days.append(day)

    def trace(self) -> Trace:
        """Return what has been seen so far."""
        if self.person is None:
            return Trace(missing=self._missing)
        days = tuple(self._days)
        if self.has_left:
            return Trace(self.person, has_left=True, days=days, missing=self._missing)
        me = self._world.people[self._row : self._row + 1]
        sex = "female" if me["sex"][0] == 0 else "male"
        age = float(self._world.ages_of(me)[0])
        ever = bool(me["acts"][0] > 0)
        return Trace(self.person, sex, age, ever, days=days, missing=self._missing)

    def _room_for_moments(self) -> np.ndarray:
        people = self._world.people
        people["watched"] = 0
        watched = int(self.person is not None and not self.has_left)
        if watched:
            people["watched"][self._row] = 1
        self._room = np.zeros((watched, MOMENTS_A_DAY), MOMENT_DTYPE)
        return self._room
