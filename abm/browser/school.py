"""The school network of some year-groups: laid out once, with the ties of the day."""

from dataclasses import dataclass

import networkx as nx
import numpy as np

from abm.people.codes import CLOSE, DISTANT, TIE_KINDS
from abm.simulation.census import AGES, FIRST_AGE
from abm.simulation.world import World

MOST_SHOWN = 300
NEVER, PAST, RECENT = 0, 1, 2
STATE_NAMES = ("never", "earlier", "past year")
YEAR_GROUPS: dict[str, tuple[int, ...]] = {
    **{str(age): (age,) for age in AGES},
    "12 to 18": (12, 13, 14, 15, 16, 17, 18),
    "13 to 16": (13, 14, 15, 16),
}  # what can be chosen, and the completed ages of each
ROUNDS = 60


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the people of some year-groups are drawn, until a year-group turns."""

    rows: np.ndarray  # of the table of people, that are shown
    positions: np.ndarray  # shape (rows, 2), both from 0 to 1
    present: int  # how many people these year-groups have


@dataclass(frozen=True, eq=False)
class School:
    """The network on one day; arrays have one entry a person shown."""

    ages: tuple[int, ...]  # completed ages shown
    layout: Layout
    person: np.ndarray  # number
    state: np.ndarray  # index of `STATE_NAMES`
    distress: np.ndarray  # in the morning
    ties: tuple[np.ndarray, ...]  # by kind: pairs of indices of `Layout.rows`, shape (ties, 2)


class SchoolView:
    """Chooses year-groups and lays them out, anew only when somebody enters or leaves."""

    def __init__(self, world: World, ages: tuple[int, ...]) -> None:
        self._world = world
        self.ages = ages
        self._laid_out: tuple[tuple[int, ...], int, int] | None = None

    def school(self) -> School:
        """Return the network as it is today."""
        world = self._world
        year = int(world.days["school_year"][0])
        ages = self.ages if world.is_open else (FIRST_AGE + year - world.first_year,)
        wanted = (ages, world.entries, year)
        if wanted != self._laid_out:
            self._layout = _lay_out(world, ages)
            self._laid_out = wanted
        people = world.people[self._layout.rows]
        state = self.states(world.people)
        person, distress = people["person"].copy(), people["distress"].copy()
        ties = ties_among(world, self._layout.rows)
        return School(ages, self._layout, person, state, distress, ties)

    def states(self, people: np.ndarray) -> np.ndarray:
        """Return the states of whoever is shown, from this or another table of the same people."""
        rows = people[self._layout.rows]
        recent, ever = rows["past_year_acts"] > 0, rows["acts"] > 0
        return np.where(recent, RECENT, np.where(ever, PAST, NEVER))


def ties_among(world: World, rows: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return today's ties among the people of some rows, as pairs of indices of these, by kind."""
    index_of_row = np.full(len(world.people), -1)
    index_of_row[rows] = np.arange(len(rows))
    table = world.network.table
    pairs = index_of_row[np.column_stack((table["first"], table["second"]))]
    is_among = (pairs >= 0).all(axis=1)
    return tuple(pairs[is_among & (table["kind"] == kind)] for kind in range(len(TIE_KINDS)))


def _lay_out(world: World, ages: tuple[int, ...]) -> Layout:
    """Return a layout of the people of these completed ages; of many, the first of each group."""
    people = world.people
    age_now = FIRST_AGE + int(world.days["school_year"][0]) - people["year_group"]
    groups = [np.flatnonzero((people["present"] == 1) & (age_now == age)) for age in ages]
    most = MOST_SHOWN // max(len(groups), 1)
    rows = np.concatenate([np.zeros(0, np.int64), *(group[:most] for group in groups)])
    friends = np.concatenate([ties_among(world, rows)[kind] for kind in (CLOSE, DISTANT)])
    return Layout(rows, spring_positions(len(rows), friends), sum(map(len, groups)))


def spring_positions(count: int, edges: np.ndarray) -> np.ndarray:
    """Return positions in the unit square, friends near each other; the same ones every time."""
    if count == 0:
        return np.zeros((0, 2))
    graph = nx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(map(tuple, edges.tolist()))
    golden = np.pi * (3.0 - np.sqrt(5.0))
    turn, reach = golden * np.arange(count), np.sqrt((np.arange(count) + 0.5) / count)
    start = dict(enumerate(np.stack([reach * np.cos(turn), reach * np.sin(turn)], axis=1)))
    sprung = nx.spring_layout(graph, pos=start, k=2.2 / np.sqrt(count), iterations=ROUNDS)
    positions = np.array([sprung[node] for node in range(count)])
    # Ranks pull the crowded middle apart a little, so that 300 people stay readable.
    ranks = positions.argsort(axis=0).argsort(axis=0) / max(count - 1, 1)
    low, high = positions.min(axis=0), positions.max(axis=0)
    scaled = (positions - low) / np.maximum(high - low, 1e-9)
    return 0.55 * scaled + 0.45 * ranks
