"""Events of the past twelve months on any day, from counts that are only ever added to."""

import datetime
from collections import deque

import numpy as np

from abm.people.year_groups import same_day
from abm.simulation.census import FLOWS
from abm.simulation.world import CELLS, World

DAYS_KEPT = 368


class PastYear:
    """Sums over the twelve months that end today, or since the first reported day.

    On the day of a census they are those of the census.

    Parameters
    ----------
    world
        Looked at after every day by `note_the_day`.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._closed = np.zeros((*CELLS, len(FLOWS)), np.int64)
        self._censuses = len(world.censuses)
        before = world.start.toordinal() - 1
        self._known: deque[tuple[int, np.ndarray]] = deque([(before, self._closed)], DAYS_KEPT)

    def note_the_day(self) -> None:
        """Take in the reported day that has just been lived."""
        world = self._world
        if len(world.censuses) > self._censuses:  # a census empties the counts of the world
            self._censuses = len(world.censuses)
            self._closed = self._closed + world.censuses[-1].flows
        self._known.append((last_day(world).toordinal(), self._closed + world.flows))

    def flows(self) -> np.ndarray:
        """Return the sums, shape (2, 15, columns of FLOWS)."""
        return self._known[-1][1] - self._before()[1]

    def days(self) -> int:
        """Return over how many days they go."""
        return self._known[-1][0] - self._before()[0]

    def _before(self) -> tuple[int, np.ndarray]:
        """Return what was known a year before the latest day, or at first."""
        today = datetime.date.fromordinal(self._known[-1][0])
        wanted = same_day(today.year - 1, today.month, today.day).toordinal()
        place = wanted - self._known[0][0]
        return self._known[min(max(place, 0), len(self._known) - 1)]


def last_day(world: World) -> datetime.date:
    """Return the last day that was lived."""
    return world.date - datetime.timedelta(days=1)
