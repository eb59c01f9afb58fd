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


def taker_of(
    world: "World", columns_of: Callable[["World"], Columns]
) -> tuple[list[YearEnd], Callable[[int, int], None]]:
    """Return a list that fills while a world lives, and what to call after every day of it."""
    taken: list[YearEnd] = []

    def take(*_: int) -> None:
        if len(world.censuses) > len(taken):
            taken.append(YearEnd(world.date.toordinal(), columns_of(world)))

    return taken, take


def by_person(snapshots: Sequence[Columns]) -> Columns:
    """Return snapshots as one table, by person and `year`, which counts from 0."""
    years = [len(people["person"]) for people in snapshots]
    order = np.argsort(np.concatenate([people["person"] for people in snapshots]), kind="stable")
    columns = {
        name: np.concatenate([people[name] for people in snapshots])[order] for name in snapshots[0]
    }
    return {**columns, "year": np.repeat(np.arange(len(years)), years)[order]}


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
