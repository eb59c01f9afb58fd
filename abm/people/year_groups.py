"""Year-groups: who enters and leaves when, and which rows they live in (model: between people).

An open population holds 15 school year-groups. Each enters together on 1 September, counts as
exactly 10.0 years old that day and leaves on the day it is 25.0; the next one takes its rows.
A cohort is one year-group that enters on the day the calendar starts.
"""

import datetime
import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from abm.people.layout import YEAR_GROUPS

NUMBERS_A_YEAR = 1_000_000
ENTRY_MONTH, ENTRY_DAY = 9, 1


@functools.cache  # asked for several times on each day that is lived
def same_day(year: int, month: int, day: int) -> datetime.date:
    """Return a date; 29 February becomes 1 March in a common year."""
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return datetime.date(year, month + 1, 1)


@dataclass(frozen=True)
class SchoolCalendar:
    """On which day of the year year-groups turn a year older; in a cohort the day of its entry."""

    month: int = ENTRY_MONTH
    day: int = ENTRY_DAY

    def start_of(self, year: int) -> datetime.date:
        """Return the first day of the school year that begins in this calendar year."""
        return same_day(year, self.month, self.day)

    def year_of(self, date: datetime.date) -> int:
        """Return the calendar year in which the school year of a date began."""
        return date.year if date >= self.start_of(date.year) else date.year - 1

    def share_gone(self, date: datetime.date) -> float:
        """Return the share of the school year that is gone, 0 on its first day."""
        year = self.year_of(date)
        start = self.start_of(year)
        return (date - start).days / (self.start_of(year + 1) - start).days


@dataclass(frozen=True)
class Block:
    """The rows of one year-group at a time."""

    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start


def blocks_of(size: int, groups: int = YEAR_GROUPS) -> list[Block]:
    """Share `size` rows out to year-groups as equally as whole people allow."""
    edges = [size * index // groups for index in range(groups + 1)]
    return [Block(edges[index], edges[index + 1]) for index in range(groups)]


def block_of_year(blocks: list[Block], year: int) -> Block:
    """Return the rows of the year-group that enters in a calendar year."""
    return blocks[year % len(blocks)]


def number_people(people: np.ndarray, block: Block, year: int) -> None:
    """Empty the rows of a block and give its new people their numbers, never used again."""
    rows = people[block.start : block.stop]
    rows[:] = np.zeros(1, people.dtype)
    rows["person"] = year * NUMBERS_A_YEAR + np.arange(len(block))
    rows["year_group"] = year


def present_years(school_year: int, first_year: int) -> Iterator[int]:
    """Yield the entry years of the groups present in a school year, oldest first."""
    for year in range(school_year - YEAR_GROUPS + 1, school_year + 1):
        if year >= first_year:
            yield year
