"""The school network of some year-groups: who is friends with whom, laid out once."""

from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np

from abm.simulation.census import FIRST_AGE
from abm.simulation.world import World

MOST_SHOWN = 300
NEVER, PAST, RECENT = 0, 1, 2
STATE_NAMES = ("never", "earlier", "past year")
ROUNDS = 60


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the people of some year-groups are drawn, until a year-group turns.

    Parameters
    ----------
    rows
        Rows of the table of people that are shown.
    places
        Shape (rows, 2), both from 0 to 1.
    friendships
        Pairs of places in `rows`, shape (friendships, 2).
    present
        How many people these year-groups have.
    """

    rows: np.ndarray
    places: np.ndarray
    friendships: np.ndarray
    present: int


@dataclass(frozen=True, eq=False)
class School:
    """The network on one day; arrays have one entry a person shown.

    Parameters
    ----------
    ages
        Completed ages shown.
    layout
        Places and friendships.
    person, state, distress
        Number, `STATE_NAMES` index, and distress in the morning.
    """

    ages: tuple[int, ...]
    layout: Layout
    person: np.ndarray
    state: np.ndarray
    distress: np.ndarray


class SchoolView:
    """Chooses year-groups and lays them out, anew only when somebody enters or leaves.

    Parameters
    ----------
    world
        Whose people are shown.
    ages
        Completed ages to show at first.
    """

    def __init__(self, world: World, ages: Sequence[int]) -> None:
        self._world = world
        self.ages = tuple(sorted(ages))
        self._laid_out: tuple[tuple[int, ...], int, int] | None = None

    def school(self) -> School:
        """Return the network as it is today."""
        world = self._world
        year = int(world.days["school_year"][0])
        ages = self.ages if world.is_open else (FIRST_AGE + year - world.first_year,)
        wanted = (ages, world.entries, year)
        if wanted != self._laid_out:
            self._layout = lay_out(world, ages)
            self._laid_out = wanted
        people = world.people[self._layout.rows]
        state = np.where(
            people["past_year_acts"] > 0, RECENT, np.where(people["acts"] > 0, PAST, NEVER)
        )
        return School(ages, self._layout, people["person"].copy(), state, people["distress"].copy())


def lay_out(world: World, ages: Sequence[int]) -> Layout:
    """Return a layout of the people of these completed ages; of many, the first of each group."""
    people = world.people
    age = FIRST_AGE + int(world.days["school_year"][0]) - people["year_group"]
    groups = [np.flatnonzero((people["present"] == 1) & (age == each)) for each in ages]
    present = sum(len(group) for group in groups)
    most = -(-MOST_SHOWN // max(len(groups), 1))
    rows = np.concatenate([np.zeros(0, np.int64), *(group[:most] for group in groups)])
    place_of = np.full(len(people), -1)
    place_of[rows] = np.arange(len(rows))
    edges = place_of[world.network.edges]
    edges = edges[(edges >= 0).all(axis=1)]
    return Layout(rows, spring_places(len(rows), edges), edges, present)


def spring_places(count: int, edges: np.ndarray) -> np.ndarray:
    """Return places in the unit square, friends near each other; the same ones every time."""
    if count == 0:
        return np.zeros((0, 2))
    graph = nx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(map(tuple, edges.tolist()))
    golden = np.pi * (3.0 - np.sqrt(5.0))
    turn, reach = golden * np.arange(count), np.sqrt((np.arange(count) + 0.5) / count)
    start = {
        at: (reach[at] * np.cos(turn[at]), reach[at] * np.sin(turn[at])) for at in range(count)
    }
    found = nx.spring_layout(graph, pos=start, k=2.2 / np.sqrt(count), iterations=ROUNDS)
    places = np.array([found[at] for at in range(count)])
    # Ranks pull the crowded middle apart a little, so that 300 people stay readable.
    ranks = places.argsort(axis=0).argsort(axis=0) / max(count - 1, 1)
    low, high = places.min(axis=0), places.max(axis=0)
    scaled = (places - low) / np.maximum(high - low, 1e-9)
    return 0.55 * scaled + 0.45 * ranks
