"""What a world carries over its first reported day, and a world that goes on from there.

Up to that day nothing has been looked at and nothing logged, so a few plain arrays and counts are
everything: a world made from them goes on bit for bit as the one that lived its warm-up.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from abm.people.friendships import FriendshipNetwork
from abm.record import NO_LOGS, Logs
from abm.scenario import Scenario
from abm.world import World

TABLES = ("people", "parameters", "days", "stages", "childhoods")
"""Attributes of `World` that hold structured arrays of fields of eight bytes, kept bit for bit."""

WORD = np.dtype(np.int64)


@dataclass(frozen=True)
class WorldState:
    """A world on the morning of its first reported day.

    Parameters
    ----------
    tables
        The arrays of `TABLES` by name, as one row of 64-bit words each.
    friendships
        Every friendship once: shape (friendships, 2), rows of the table of people.
    days_lived
        Days of the warm-up.
    entries
        How often somebody has entered.
    """

    tables: Mapping[str, np.ndarray]
    friendships: np.ndarray
    days_lived: int
    entries: int


def state_of(world: World) -> WorldState:
    """Return the state of a world that stands at its first reported day.

    The arrays are those of the world: write or copy them before it lives on.

    Raises
    ------
    ValueError
        If it stands at another day.
    """
    if world.days_lived != world.warm_up_days:
        raise ValueError(
            f"the world has lived {world.days_lived} days; its state can be taken at its first "
            f"reported day only, after {world.warm_up_days}"
        )
    tables = {name: _words_of(getattr(world, name)) for name in TABLES}
    return WorldState(tables, world.network.edges, world.days_lived, world.entries)


def live_warm_up(world: World) -> World:
    """Live every day before the first reported one; return the same world."""
    while world.days_lived < world.warm_up_days:
        world.live_day()
    return world


def resume(scenario: Scenario, seed: int, logs: Logs = NO_LOGS, *, state: WorldState) -> World:
    """Return a world at its first reported day that did not live its warm-up itself.

    Parameters
    ----------
    scenario, seed
        What is lived; they must agree, up to the first reported day, with those of the state.
    logs
        Which tables of rows are kept.
    state
        From `state_of`; its arrays are copied.

    Raises
    ------
    ValueError
        If the state cannot belong to this scenario: other days of warm-up, or other arrays.
    """
    world = World(scenario, seed, logs)
    if state.days_lived != world.warm_up_days:
        raise ValueError(
            f"the state has lived {state.days_lived} days; expected {world.warm_up_days}, the "
            "warm-up of this scenario"
        )
    for name in TABLES:
        found, place = state.tables[name], _words_of(getattr(world, name))
        if found.dtype != WORD or found.shape != place.shape:
            raise ValueError(
                f"the state's {name} are {found.size} numbers of type {found.dtype}; expected "
                f"{place.size} of type {WORD}"
            )
        place[:] = found
    world.network = FriendshipNetwork()
    world.network.add(state.friendships)
    world.offsets, world.neighbours = world.network.compressed(len(world.people))
    world.days_lived = state.days_lived
    world.entries = state.entries
    world.date = world.start
    return world


def _words_of(table: np.ndarray) -> np.ndarray:
    """Return an array of records as one row of 64-bit words that share its memory."""
    return table.reshape(-1).view(WORD)
