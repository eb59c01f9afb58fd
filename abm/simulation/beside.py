"""Worlds run beside a first one of the same seed: only people who differ from it are run again.

All draws are keyed by the person, so somebody whose record, friends and numbers of the day are
those of the first world lives the same day there and here, bit for bit. Who differs is found
by comparing whole records on the mornings on which something may reach people from outside, and
each evening among the friends of those who differ. Where the numbers of the day differ, all do.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from abm.people.layout import MALTREATMENT_TYPES
from abm.simulation.kernel import copy_alike, find_apart, tell_friends_apart
from abm.simulation.schedule import POPULATION_DAY
from abm.simulation.world import World

READ_BY_NO_RULE = (
    *("specialist_places", "therapy_acts", "therapy_share"),
    *(f"prevalence_{kind}" for kind in MALTREATMENT_TYPES),
)
"""Parameters that interventions change and only mornings read: places, and childhoods at entry."""

_NO_ROWS = np.zeros(0, np.int64)


class Beside:
    """A world beside a first one; its methods stand in for those of the world in a day.

    Between mornings that touch people, the records of those who do not differ are out of date.
    """

    def __init__(self, first: World, world: World, number: int) -> None:
        self.first, self.world = first, world
        self.apart = first.apart[number]
        self.flows_apart = first.flows_apart[number]
        self.touched = True
        self._tables = _words(first.people), _words(world.people)
        self._more = np.zeros(len(world.people), np.int64)
        fields = world.parameters.dtype.names or ()
        self._read = np.array([name not in READ_BY_NO_RULE for name in fields])
        self._find_apart(world.rows)

    def __getattr__(self, name: str) -> Any:
        """Let the world do what is no different beside another one."""
        return getattr(self.world, name)

    def wake(self, touched: bool) -> None:
        """Begin a day; `touched` says whether something may reach people before they live it."""
        self.touched = touched
        if touched:
            copy_alike(*self._tables, self.apart)

    def allocate_places(self) -> None:
        """Do so, and look who differs, now that nothing else happens before people live."""
        self.world.allocate_places()
        if self._has_other_numbers():
            if not self.touched:
                copy_alike(*self._tables, self.apart)
            self.apart[:] = True
        elif self.touched:
            self._find_apart(self._changed_rows())

    def _has_other_numbers(self) -> bool:
        first, world = self.first, self.world
        read = self._read
        return (
            (_words(first.parameters)[0, read] != _words(world.parameters)[0, read]).any()
            or first.days.tobytes() != world.days.tobytes()
            or first.stages.tobytes() != world.stages.tobytes()
        )

    def _changed_rows(self) -> np.ndarray:
        """Return the rows of all whom the morning may have changed, in either world."""
        if self.world.date == self.world.school.start_of(self.world.date.year):
            return np.arange(len(self.apart))  # friends come and go
        return np.concatenate([*self.first.changed_rows, *self.world.changed_rows, _NO_ROWS])

    def _find_apart(self, rows: np.ndarray) -> None:
        friends = *_friends(self.first), *_friends(self.world)
        find_apart(*self._tables, *friends, rows, self.apart)

    def run_people(self) -> None:
        """Let those who differ live today."""
        self.world.rows = np.flatnonzero(self.apart)
        self.world.run_compiled()

    def tell_friends(self) -> None:
        """Push today's acts to friends; who hears more or less than in the first world differs."""
        first, world = self.first, self.world
        tell_friends_apart(
            *(first.people, first.acted, *_friends(first)),
            *(world.people, world.acted, *_friends(world)),
            self.apart,
            world.parameters,
            world.days,
            self._more,
        )
        rows = np.flatnonzero(self._more)
        world.people[rows] = first.people[rows]
        world.people["learnt"][rows] += self._more[rows]
        self.apart[rows] = True
        self._more[rows] = 0

    def observe(self) -> None:
        """Do so before the first world does, which then begins to count anew."""
        first, world = self.first, self.world
        if world.is_census_day:
            copy_alike(*self._tables, self.apart)
            world.flows += first.flows - self.flows_apart
        elif self.touched and world.interventions:  # therapy, which they count, ends on Mondays
            np.copyto(world.people["care"], first.people["care"], where=~self.apart)
        world.observe()
        if world.is_census_day or not world.is_reported:
            self.flows_apart[:] = 0


def run_worlds_together(
    worlds: Sequence[World], progress: Callable[[int, int], None] | None = None
) -> None:
    """Run worlds of one seed to their end, each bit for bit as if alone; see the module.

    They must stand at the same day, end on the same day and live in the same calendar, hold as many
    people, and log people or a panel at most; else ValueError. `progress` is called after every day
    with the days lived and the days in all.
    """
    first, *others = worlds
    for world in others:
        _refuse_unlike(first, world)
    first.apart = np.ones((len(others), len(first.people)), np.bool_)
    first.flows_apart = np.zeros((len(others), *first.flows.shape), np.int64)
    beside = [Beside(first, world, number) for number, world in enumerate(others)]
    while first.days_lived < first.total_days:
        _live_day(first, beside)
        if progress is not None:
            progress(first.days_lived, first.total_days)


def _live_day(first: World, others: Sequence[Beside]) -> None:
    """Live one day of all worlds, phase by phase."""
    worlds = [first, *(beside.world for beside in others)]
    touched = any(world.touches_people for world in worlds)
    for beside in others:
        beside.wake(touched)
    for phase in POPULATION_DAY:
        for turn in (*others, first) if phase.method == "observe" else (first, *others):
            getattr(turn, phase.method)()
    for world in worlds:
        world.end_day()


def _refuse_unlike(first: World, world: World) -> None:
    for name in ("seed", "date", "start", "end", "is_open", "first_year"):
        if getattr(first, name) != getattr(world, name):
            raise ValueError(f"worlds run together must have the same {name}")
    if len(first.people) != len(world.people):
        raise ValueError("worlds run together must have as many people")
    if any(logs.acts or logs.moments for logs in (first.logs, world.logs)):
        raise ValueError("worlds run together log people or a panel at most")


def _words(table: np.ndarray) -> np.ndarray:
    """Return a table of records as rows of 64-bit words that share its memory."""
    return table.view(np.int64).reshape(len(table), -1)


def _friends(world: World) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return world.offsets, world.neighbours, world.distant
