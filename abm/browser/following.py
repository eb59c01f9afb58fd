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
TYPICAL_ACTS = 4  # the median of those active in a year (Lloyd-Richardson et al. 2007)


@dataclass(frozen=True)
class Act:
    """One act: its hour, its strongest motive, and the relief that it brought."""

    hour: float
    route: str
    relief: float


@dataclass(frozen=True, eq=False)
class Day:
    """One day of the person followed.

    Parameters
    ----------
    day
        Number in the calendar.
    moments
        States and urges at some thirty hours of the waking day; `MOMENT_DTYPE`.
    acts
        In order of their hours.
    expectancies
        What is expected of calm, feel, punish in the evening.
    window
        Edges of the window of tolerance.
    care
        Stage of help.
    """

    day: int
    moments: np.ndarray
    acts: tuple[Act, ...]
    expectancies: tuple[float, float, float]
    window: float
    care: str


@dataclass(frozen=True, eq=False)
class Trace:
    """The latest days of one person; `person` is None where nobody is followed."""

    person: int | None = None
    sex: str = ""
    age: float = 0.0
    ever: bool = False
    has_left: bool = False
    days: tuple[Day, ...] = ()


class Following:
    """Watches one person of a world; the world lives as it would without.

    Parameters
    ----------
    world
        A world that logs acts. Its log is emptied every day.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._row = -1
        self.person: int | None = None
        self._days: deque[Day] = deque(maxlen=DAYS_KEPT)
        self._room = np.zeros((0, MOMENTS_A_DAY), MOMENT_DTYPE)
        # The world asks its own method for room; here one person is watched on every day.
        vars(world)["room_for_moments"] = self._room_for_moments

    def follow(self, person: int) -> None:
        """Follow the person of this number, if present; forget the one followed before."""
        found = np.flatnonzero(
            (self._world.people["person"] == person) & (self._world.people["present"] == 1)
        )
        if len(found) == 0 or person == self.person:
            return
        self.person, self._row = person, int(found[0])
        self._days.clear()

    def follow_somebody(self) -> None:
        """Follow the person aged 15 whose year has been nearest to a typical one."""
        people = self._world.people
        ages = self._world.ages_of(people)
        able = (people["present"] == 1) & (ages >= 15) & (ages < 16)
        if not able.any():
            able = people["present"] == 1
        rows = np.flatnonzero(able)
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
        """Take in the day that has just been lived."""
        world = self._world
        logged, world._acts_logged = world._acts[: world._acts_logged], 0
        if self.person is None or self.has_left or len(self._room) == 0:
            return
        me = world.people[self._row]
        mine = logged[logged["person"] == self.person]
        acts = tuple(
            Act(float(act["hour"]), ROUTE_NAMES[int(act["route"])], float(act["relief"]))
            for act in mine[np.argsort(mine["hour"])]
        )
        expected = tuple(float(me[f"expectancy_{route}"]) for route in ROUTE_NAMES)
        self._days.append(
            Day(
                int(world.days["day"][0]),
                self._room[0].copy(),
                acts,
                (expected[0], expected[1], expected[2]),
                float(me["window"]),
                CARE_STAGES[int(me["care"])],
            )
        )

    def trace(self) -> Trace:
        """Return what has been seen so far."""
        if self.person is None:
            return Trace()
        if self.has_left:
            return Trace(self.person, has_left=True, days=tuple(self._days))
        me = self._world.people[self._row : self._row + 1]
        return Trace(
            self.person,
            "female" if me["sex"][0] == 0 else "male",
            float(self._world.ages_of(me)[0]),
            bool(me["acts"][0] > 0),
            False,
            tuple(self._days),
        )

    def _room_for_moments(self) -> np.ndarray:
        people = self._world.people
        people["watched"] = 0
        watched = int(self.person is not None and not self.has_left)
        if watched:
            people["watched"][self._row] = 1
        self._room = np.zeros((watched, MOMENTS_A_DAY), MOMENT_DTYPE)
        return self._room
