"""A generation of first acts: how many follow from one person's acts becoming known to friends.

Two worlds are the same up to the first reported day, and have the same draws after it. In one of
them friends learn of acts for one more year, in the other no longer; after that year they do in
neither. So every first act that there is more was passed on in that year by somebody whose acts
became known in it, and none by those who began through it later. Over the number of these people
it is a reproduction number: first acts, net of those that only come earlier, that one person's
acts bring about by becoming known to friends for a year. Exposure online stays in both worlds.
"""

from collections.abc import Iterator

import numpy as np

from abm.people.layout import PlainRecord
from abm.scenario.dates import years_later
from abm.scenario.scenario import Scenario
from abm.simulation.census import FLOWS
from abm.simulation.kernel import friend_learns
from abm.simulation.world import World
from abm.simulation.world_state import WorldState, resume, run_warm_up, state_of


def one_generation(
    scenario: Scenario, seed: int, state: WorldState | None = None
) -> dict[str, np.ndarray]:
    """Return one row a reported year: `known`, `first_acts`, `first_acts_without`.

    `known` are people of whose acts a friend learnt in that year, 0 in all but the first;
    `first_acts_without` is of the world in which none did. The state is that of the scenario and
    seed at the first reported day, which is run up to where it is not given.
    """
    if state is None:
        state = state_of(run_warm_up(World(scenario, seed)))
    heard_of, unheard_of = (resume(scenario, seed, state=state) for _ in range(2))
    unheard_of.change(friends_learn=0.0)
    known = set[int]()
    while heard_of.date < years_later(heard_of.start, 1):
        heard_of.live_day()
        known.update(known_today(heard_of))
    heard_of.change(friends_learn=0.0)
    first_acts, first_acts_without = (_first_acts_by_year(w) for w in (heard_of, unheard_of))
    index_year = np.arange(len(first_acts)) == 0
    return {
        "known": len(known) * index_year,
        "first_acts": first_acts,
        "first_acts_without": first_acts_without,
    }


def known_today(world: World) -> Iterator[int]:
    """Yield who has acted on the day that a world has just lived, and a friend learns of it."""
    p, today = (PlainRecord.copy_of(rows[0]) for rows in (world.parameters, world.days))
    people, acted = world.people, world.acted
    for row in acted[: np.argmax(acted < 0) if (acted < 0).any() else None]:
        person, acts = int(people["person"][row]), int(people["acts_today"][row])
        listed = slice(world.offsets[row], world.offsets[row + 1])
        friends = people["person"][world.neighbours[listed]].tolist()
        pairs = zip(friends, world.distant[listed].tolist(), strict=True)
        if any(friend_learns(today, p, person, friend, acts, far) for friend, far in pairs):
            yield person


def _first_acts_by_year(world: World) -> np.ndarray:
    """Run a world to its end; return the first acts of every reported year."""
    while world.days_lived < world.total_days:
        world.live_day()
    column = FLOWS.index("first_acts")
    return np.array([census.flows[..., column].sum() for census in world.censuses], np.int64)
