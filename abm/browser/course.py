"""A world with what the page remembers of its course: rolling counts and a point a week."""

from dataclasses import dataclass

import numpy as np

from abm.browser.flows import PastYear, last_day
from abm.simulation.census import FIRST_AGE, FLOWS, MEASURES, STOCKS, Census, Measure
from abm.simulation.curves import SEX_ROWS
from abm.simulation.kernel import count_people
from abm.simulation.world import CELLS, World

FIRST, LAST = 12, 18
"""Completed ages of the adolescents that the curves over time are about."""
BAND = f"{FIRST}-{LAST}"
WEEK = 7
MOST_POINTS = 6_000
"""A hundred years of weeks and more; older points are dropped."""
DAYS_BEFORE_A_RATE = 60
"""A rate over fewer days is not shown: it would be mostly luck."""


@dataclass(frozen=True, eq=False)
class Point:
    """What is known of one day: its number in the calendar, and values by measure and sex."""

    day: int
    values: dict[tuple[str, str], float]


class Course:
    """A world at its first reported day or later, and its history.

    Parameters
    ----------
    world
        Its reported days are lived by `live_day` and by nothing else.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.past_year = PastYear(world)
        self.history: list[Point] = []

    @property
    def days(self) -> int:
        """How many reported days have been lived."""
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
            self.history.append(self.point())
            del self.history[:-MOST_POINTS]

    def census(self) -> Census:
        """Return a census of today, with the events of the past twelve months."""
        stocks = np.zeros((*CELLS, len(STOCKS)), np.int64)
        count_people(self.world.people, self.world.days, stocks)
        return Census(last_day(self.world), stocks, self.past_year.flows())

    def point(self) -> Point:
        """Return today's values at ages 12 to 18, by measure and sex."""
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
    """Return a measure at some completed ages, or None where nothing can be said yet.

    Parameters
    ----------
    census
        Counts of a day, with the events of the days before.
    measure, sex
        What, and of whom (female, male or all).
    first, last
        Completed ages, both included.
    days
        Over how many days the events go.
    """
    is_share = measure.kind == "share"
    table, names = (census.stocks, STOCKS) if is_share else (census.flows, FLOWS)
    ages = slice(first - FIRST_AGE, last - FIRST_AGE + 1)
    cells = table[list(SEX_ROWS[sex]), ages].sum(axis=(0, 1))
    above, below = (
        float(cells[names.index(name)]) for name in (measure.numerator, measure.denominator)
    )
    if below == 0 or (not is_share and days < DAYS_BEFORE_A_RATE):
        return None
    return above / below if is_share else measure.per * above / (below / 365.25)
