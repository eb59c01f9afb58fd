"""The school network of some year-groups: who is friends with whom, laid out once."""

from dataclasses import dataclass

import networkx as nx
import numpy as np

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
    friendships: np.ndarray  # pairs of indices of `rows`, shape (friendships, 2)
    present: int  # how many people these year-groups have


@dataclass(frozen=True, eq=False)
class School:
    """The network on one day; arrays have one entry a person shown."""

    ages: tuple[int, ...]  # completed ages shown
    layout: Layout
    person: np.ndarray  # number
    state: np.ndarray  # index of `STATE_NAMES`
    distress: np.ndarray  # in the morning


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
        state = np.where(
            people["past_year_acts"] > 0, RECENT, np.where(people["acts"] > 0, PAST, NEVER)
        )
        return School(ages, self._layout, people["person"].copy(), state, people["distress"].copy())


def _lay_out(world: World, ages: tuple[int, ...]) -> Layout:
    """Return a layout of the people of these completed ages; of many, the first of each group."""
    people = world.people
    age_now = FIRST_AGE + int(world.days["school_year"][0]) - people["year_group"]
    groups = [np.flatnonzero((people["present"] == 1) & (age_now == age)) for age in ages]
    most = -(-MOST_SHOWN // max(len(groups), 1))
    rows = np.concatenate([np.zeros(0, np.int64), *(group[:most] for group in groups)])
    index_of_row = np.full(len(people), -1)
    index_of_row[rows] = np.arange(len(rows))
    edges = index_of_row[world.network.edges]
    edges = edges[(edges >= 0).all(axis=1)]
    return Layout(rows, spring_positions(len(rows), edges), edges, sum(map(len, groups)))


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
