"""A generation of first acts: what is more in one world follows from what became known in it."""

import numpy as np
import pytest

from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.world import World
from abm.simulation.world_state import WorldState, resume, run_warm_up, state_of
from abm.studies.generation import one_generation

PASSED_ON = {"awareness_friend": 1.0, "awareness_rate": 0.1, "barrier_mean": 6.0}


def scenario(**values: float) -> Scenario:
    return load_scenario("baseline", population=300, years=2, overrides={**PASSED_ON, **values})


@pytest.fixture(scope="module")
def state() -> WorldState:
    """Return a population in which hardly anybody has heard of self-injury by themselves."""
    return state_of(run_warm_up(World(scenario(friends_learn=0.0), 5)))


def test_nothing_follows_where_nobody_learns_of_acts(state: WorldState) -> None:
    table = one_generation(scenario(friends_learn=0.0), 5, state)
    assert table["known"].sum() == 0
    np.testing.assert_array_equal(table["first_acts"], table["first_acts_without"])


def test_where_friends_learn_of_every_act_first_acts_follow_from_those_with_friends(
    state: WorldState,
) -> None:
    heard = scenario(friends_learn=1.0, distant_learn=1.0)
    table = one_generation(heard, 5, state)
    assert table["first_acts"].sum() > table["first_acts_without"].sum()
    world, actors = resume(heard, 5, state=state), set[int]()
    while not world.censuses:
        world.live_day()
        acted = world.people["acts_today"] > 0
        has_friends = np.diff(world.offsets) > 0
        actors.update(world.people["person"][acted & has_friends].tolist())
    assert table["known"].tolist() == [len(actors), 0]
