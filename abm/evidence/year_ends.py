"""Snapshots: everybody present on the last day of every twelve reported months of a run.

Studies of people look at all of them together, so that no verdict hangs on one day. A person's
snapshots stand together, in order of time.
"""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from abm.simulation.world import World

Columns = dict[str, np.ndarray]


class YearEnd(NamedTuple):
    """Everybody present at the end of a day."""

    end: int  # the day after it
    people: Columns
    friends: np.ndarray  # numbers of persons who are friends, each pair once: shape (pairs, 2)


def taker_of(
    world: "World", columns_of: Callable[["World"], Columns]
) -> tuple[list[YearEnd], Callable[[int, int], None]]:
    """Return a list that fills while a world lives, and what to call after every day of it."""
    taken: list[YearEnd] = []

    def take(*_: int) -> None:
        if len(world.censuses) > len(taken):
            friends = world.people["person"][world.network.edges]
            taken.append(YearEnd(world.date.toordinal(), columns_of(world), friends))

    return taken, take


def by_person(snapshots: Sequence[Columns]) -> Columns:
    """Return snapshots as one table, by person and `year`, which counts from 0."""
    years = [len(people["person"]) for people in snapshots]
    order = np.argsort(np.concatenate([people["person"] for people in snapshots]), kind="stable")
    columns = {
        name: np.concatenate([people[name] for people in snapshots])[order] for name in snapshots[0]
    }
    return {**columns, "year": np.repeat(np.arange(len(years)), years)[order]}


def add_years_around(people: Columns) -> None:
    """Add to snapshots, by person and year, what lies before and after each of the same person.

    `acts_year_before` are acts of the year before (NaN at the first snapshot), `years_after` how
    many later snapshots there are, `years_to_acts` which of them is the first with acts in its
    year (infinite: none).
    """
    person, acts = people["person"], people["past_year_acts"]
    same = person[1:] == person[:-1]
    before = np.full(len(person), np.nan)
    before[1:][same] = acts[:-1][same]
    row = np.arange(len(person))
    ends = np.append(np.flatnonzero(~same), len(person) - 1)  # the last rows of persons
    last = ends[np.searchsorted(ends, row)]
    active = np.append(np.flatnonzero(acts > 0), len(person))
    following = active[np.searchsorted(active, row, side="right")]
    people["acts_year_before"], people["years_after"] = before, last - row
    people["years_to_acts"] = np.where(following <= last, following - row, np.inf)


OF_FRIENDS = ("sex", "age", "ever", "past_year_acts", "years_after", "years_to_acts")


def pairs_of(people: Columns, friends: Sequence[np.ndarray]) -> Columns:
    """Return friends at every snapshot: a row a person and friend, so each pair twice.

    `people` are by person and year, with the years around; `friends` the pairs of every year. What
    is known of the friend has `friend_` before its name (see `OF_FRIENDS`); `friend_expected` is
    the share with acts in the year among all others of the friend's sex and completed age.
    """
    years = []
    for year, pairs in enumerate(friends):
        rows = np.flatnonzero(people["year"] == year)
        both = np.vstack((pairs, pairs[:, ::-1]))
        own, other = np.searchsorted(people["person"][rows], both).T
        columns = {"person": both[:, 0]}
        for name in OF_FRIENDS:
            values = people[name][rows]
            columns |= {name: values[own], f"friend_{name}": values[other]}
        cell = people["age"][rows].astype(np.int64) * 2 + people["sex"][rows].astype(np.int64)
        active = people["past_year_acts"][rows] > 0
        is_in_it = cell[own] == cell[other]
        acted = np.bincount(cell, active)[cell[other]] - (is_in_it & active[own])
        columns["friend_expected"] = acted / (np.bincount(cell)[cell[other]] - is_in_it)
        years.append(columns)
    return by_person(years)


def kept_of(columns: Columns, names: Collection[str]) -> Columns:
    """Return the columns of these names, each in the smallest type that holds all its values."""
    return {name: _small(values) for name, values in columns.items() if name in names}


def _small(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind == "f":
        with np.errstate(over="ignore"):
            half = values.astype(np.float32)
        return half if np.array_equal(half, values, equal_nan=True) else values.copy()
    if values.dtype.kind != "i" or not len(values) or values.min() < 0:
        return values.copy()
    return values.astype(np.min_scalar_type(values.max()))
