"""A world with what the page remembers of its course: rolling counts and a point a week."""

import datetime
from collections import deque
from dataclasses import dataclass

import numpy as np

from abm.people.year_groups import same_day
from abm.simulation.census import DAYS_A_YEAR, FIRST_AGE, FLOWS, MEASURES, STOCKS, Census, Measure
from abm.simulation.curves import SEX_ROWS
from abm.simulation.kernel import count_people
from abm.simulation.world import CELLS, World

FIRST, LAST = 12, 18  # completed ages of the adolescents that the curves over time are about
BAND = f"{FIRST}-{LAST}"
WEEK = 7
MOST_POINTS = 6_000  # a hundred years of weeks and more; older points are dropped
DAYS_BEFORE_A_RATE = 60  # a rate over fewer days is not shown: it would be mostly chance
DAYS_KEPT = 368  # a year and what a leap day may add


@dataclass(frozen=True, eq=False)
class Point:
    """What is known of one day."""

    day: int  # number in the calendar
    values: dict[tuple[str, str], float]  # by measure and sex


class PastYear:
    """Sums of events over the twelve months that end today, or since the first reported day.

    They come of counts that are only ever added to; on the day of a census they are those of the
    census. `note_the_day` is called after every day.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._closed = np.zeros((*CELLS, len(FLOWS)), np.int64)
        self._censuses = len(world.censuses)
        before = world.start.toordinal() - 1
        self._known: deque[tuple[int, np.ndarray]] = deque([(before, self._closed)], DAYS_KEPT)

    def note_the_day(self) -> None:
        """Take in the reported day that has just gone by."""
        world = self._world
        if len(world.censuses) > self._censuses:  # a census empties the counts of the world
            self._censuses = len(world.censuses)
            self._closed = self._closed + world.censuses[-1].flows
        self._known.append((_last_day(world).toordinal(), self._closed + world.flows))

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
        index = wanted - self._known[0][0]
        return self._known[min(max(index, 0), len(self._known) - 1)]


def _last_day(world: World) -> datetime.date:
    return world.date - datetime.timedelta(days=1)


class Course:
    """A world at its first reported day or later, and its history; only `live_day` moves it on."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.past_year = PastYear(world)
        self.history: list[Point] = []

    @property
    def days(self) -> int:
        """How many reported days have gone by."""
        return self.world.days_lived - self.world.warm_up_days

    @property
    def is_over(self) -> bool:
        """Whether the calendar has come to its end."""
        return self.world.days_lived >= self.world.total_days

    def live_day(self) -> None:
        """Live one day and remember what the page shows of it."""
        self.world.live_day()
        self.past_year.note_the_day()
        if self.days % WEEK == 0:
            self.history.append(self._point())
            del self.history[:-MOST_POINTS]

    def points(self) -> tuple[Point, ...]:
        """Return a point a week, and that of today."""
        today = [self._point()] if self.days % WEEK else []
        return (*self.history, *today)

    def census(self) -> Census:
        """Return a census of today, with the events of the past twelve months."""
        stocks = np.zeros((*CELLS, len(STOCKS)), np.int64)
        count_people(self.world.people, self.world.days, stocks)
        return Census(_last_day(self.world), stocks, self.past_year.flows())

    def _point(self) -> Point:
        """Return today's values at ages 12 to 18."""
        census, days = self.census(), self.past_year.days()
        values = {
            (measure.name, sex): value
            for measure in MEASURES
            for sex in SEX_ROWS
            if (value := value_of(census, measure, sex, FIRST, LAST, days)) is not None
        }
        return Point(census.date.toordinal(), values)


def value_of(
    census: Census, measure: Measure, sex: str, first: int, last: int, days: int
) -> float | None:
    """Return a measure of one sex, or all, at some completed ages (both ends included).

    The events of the census go over so many days; None where nothing can be said yet.
    """
    is_share = measure.kind == "share"
    above, below = counts_of(census, measure, sex, first, last)
    if below == 0 or (not is_share and days < DAYS_BEFORE_A_RATE):
        return None
    return above / below if is_share else measure.per * above / (below / DAYS_A_YEAR)


def counts_of(census: Census, measure: Measure, sex: str, first: int, last: int) -> tuple[int, int]:
    """Return what a measure counts, and among how many: people, or days that people lived."""
    is_share = measure.kind == "share"
    table, names = (census.stocks, STOCKS) if is_share else (census.flows, FLOWS)
    ages = slice(first - FIRST_AGE, last - FIRST_AGE + 1)
    counts = table[list(SEX_ROWS[sex]), ages].sum(axis=(0, 1))
    above, below = (counts[names.index(name)] for name in (measure.numerator, measure.denominator))
    return int(above), int(below)
