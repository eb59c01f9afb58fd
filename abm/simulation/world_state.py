"""What a world carries over its first reported day, and a world that goes on from there.

Up to that day nothing has been looked at and nothing logged, so people and their ties are
all that there is: the calendar, the numbers of the day and childhoods follow from the
scenario. A world made from them goes on bit for bit as the one that lived its warm-up.
"""

import datetime
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from abm.mechanisms.day_log import MOST_ACTS
from abm.mechanisms.relaxing import MOST_POINTS
from abm.people.codes import CARE_STAGES, TIE_KINDS
from abm.people.layout import SEXES, declared_fields
from abm.people.ties import TIE_DTYPE, TieNetwork
from abm.people.year_groups import block_of_year, number_people, present_years
from abm.scenario.scenario import Scenario
from abm.simulation.record import NO_LOGS, Logs
from abm.simulation.world import World

WORD = np.dtype(np.int64)
MOST_COUNTED = 10_000_000
LARGEST_OF_UNIT = {"yes/no": 1, "packed": 2**60 - 1, "bits": 2**62, "id": 2**62}
LARGEST_OF_FIELD = {
    **{"watched": 0, "sex": len(SEXES) - 1, "care": len(CARE_STAGES) - 1},
    **{"acts_today": MOST_ACTS, "points": MOST_POINTS},
}
"""What whole numbers of a person may be at most, if not `MOST_COUNTED`; at least they are 0."""


@dataclass(frozen=True)
class WorldState:
    """A world on the morning of its first reported day."""

    people: np.ndarray  # the table of people, as one row of 64-bit words
    ties: np.ndarray  # each once, in the columns of `abm.people.ties.TIE_DTYPE`, int32
    days_lived: int  # of the warm-up


def state_of(world: World) -> WorldState:
    """Return the state of a world that stands at its first reported day.

    The arrays are those of the world: write or copy them before it lives on.
    """
    if world.days_lived != world.warm_up_days:
        raise ValueError(
            f"the world has lived {world.days_lived} days; its state can be taken at its first "
            f"reported day only, after {world.warm_up_days}"
        )
    ties = world.network.table
    columns = ties.view(np.int32).reshape(len(ties), -1)
    return WorldState(_words_of(world.people), columns, world.days_lived)


def run_warm_up(world: World) -> World:
    """Live every day before the first reported one; return the same world."""
    while world.days_lived < world.warm_up_days:
        world.live_day()
    return world


def __getattr__(name: str) -> Any:
    if name == "run_warm_up":
        warnings.warn("run_warm_up is called run_warm_up", DeprecationWarning, stacklevel=2)
        return run_warm_up
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def resume(scenario: Scenario, seed: int, logs: Logs = NO_LOGS, *, state: WorldState) -> World:
    """Return a world at its first reported day that did not live its warm-up itself.

    The state is from `state_of`, of a scenario and seed that agree with these up to that day; its
    arrays are copied. ValueError if it cannot belong to this scenario: other days of warm-up, other
    people, or numbers that no person has. Kernels check nothing, so nothing of it may reach one.
    """
    world = World(scenario, seed, logs)
    if not world.warms_up:
        raise ValueError("a cohort has no warm-up to go on from")
    if state.days_lived != world.warm_up_days:
        raise ValueError(
            f"the state has lived {state.days_lived} days; expected {world.warm_up_days}, the "
            "warm-up of this scenario"
        )
    _go_to_the_last_day(world)
    take_people(world, state.people)
    take_ties(world, state.ties)
    world.days_lived = state.days_lived
    world.date = world.start
    return world


def _go_to_the_last_day(world: World) -> None:
    """Set what a scenario alone decides as it stood on the last day of the warm-up."""
    last = world.start - datetime.timedelta(days=1)
    year = world.school.year_of(last)
    for date, somebody_enters in ((world.school.start_of(year), True), (last, False)):
        world.date = date
        world.days_lived = (date - world.start).days + world.warm_up_days
        world.turn_the_calendar()
        if somebody_enters:
            world.prepare_childhood()
    world.entries = year - world.first_year + 1


def take_people(world: World, state: np.ndarray) -> None:
    """Copy people into a world whose calendar stands at the last day of its warm-up.

    Other people, or what nobody can have, are refused: see `resume`.
    """
    table = _words_of(world.people)
    if state.dtype != WORD or state.shape != table.shape:
        raise ValueError(
            f"the state's people are {state.size} numbers of type {state.dtype}; expected "
            f"{table.size} of type {WORD}"
        )
    people = state.view(world.people.dtype)
    numbered = np.zeros_like(people)
    for year in present_years(int(world.days["school_year"][0]), world.first_year):
        number_people(numbered, block_of_year(world.blocks, year), year)
    numbered["present"] = 1
    for name in ("person", "year_group", "present"):
        if (people[name] != numbered[name]).any():
            raise ValueError(f"the state's people have another {name} than expected")
    for name, (kind, field) in declared_fields().items():
        if kind is float:
            is_sound = np.isfinite(people[name])
        else:
            largest = LARGEST_OF_UNIT.get(field.unit, MOST_COUNTED)
            largest = LARGEST_OF_FIELD.get(name, largest)
            is_sound = (people[name] >= 0) & (people[name] <= largest)
        if not is_sound.all():
            raise ValueError(f"the state's people have a {name} that nobody can have")
    table[:] = state


def take_ties(world: World, state: np.ndarray) -> None:
    """Copy ties into a world whose people are there; ValueError for ties that cannot be."""
    if state.dtype != np.int32 or state.shape[1:] != (len(TIE_DTYPE.names or ()),):
        raise ValueError("the state's ties are none")
    ties = np.ascontiguousarray(state).view(TIE_DTYPE).ravel().copy()
    first, second = ties["first"], ties["second"]
    largest = {"first": len(world.people) - 1, "second": len(world.people) - 1}
    largest |= {"kind": len(TIE_KINDS) - 1, "since": world.start.toordinal()}
    is_sound = [(ties[name] >= 0) & (ties[name] <= most) for name, most in largest.items()]
    if not np.all(is_sound) or (first == second).any():
        raise ValueError("the state's ties are between people who are not there, or no ties")
    world.network = TieNetwork(ties)
    friends = world.network.compressed(len(world.people))
    world.offsets, world.neighbours, world.distant = friends


def _words_of(table: np.ndarray) -> np.ndarray:
    """Return an array of records as one row of 64-bit words that share its memory."""
    return table.reshape(-1).view(WORD)
