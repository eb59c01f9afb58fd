"""Warm-ups kept in memory, so that a reset, another tab and the ghost need not live them again."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from abm.runs.warm_ups import warm_up_key
from abm.scenario.scenario import Scenario
from abm.simulation.record import Logs
from abm.simulation.world import World
from abm.simulation.world_state import WorldState, resume, state_of

Progress = Callable[[float], None]
"""Called now and then with the share that is done; raising stops the warm-up."""

LOGS = Logs(acts=True)
MOST_KEPT = 4
MOST_PEOPLE_KEPT = 40_000
DAYS_BETWEEN_CALLS = 20


class WarmUpMemory:
    """The latest few warm-ups; several threads may use it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[int, WorldState]] = OrderedDict()
        self._lock = threading.Lock()

    def world(self, scenario: Scenario, seed: int, progress: Progress) -> World:
        """Return a world at its first reported day."""
        key = warm_up_key(scenario, seed)
        with self._lock:
            kept = self._kept.get(key) if key else None
        if kept is not None:
            return resume(scenario, seed, LOGS, state=kept[1])
        world = World(scenario, seed, LOGS)
        while world.days_lived < world.warm_up_days:
            if world.days_lived % DAYS_BETWEEN_CALLS == 0:
                progress(world.days_lived / world.warm_up_days)
            world.live_day()
        if key is not None:
            self._keep(key, world)
        return world

    def _keep(self, key: str, world: World) -> None:
        state = state_of(world)
        copy = WorldState(state.people.copy(), state.friendships.copy(), state.days_lived)
        with self._lock:
            self._kept[key] = (world.scenario.population.size, copy)
            while len(self._kept) > MOST_KEPT or self._people() > MOST_PEOPLE_KEPT:
                if len(self._kept) == 1:
                    break
                self._kept.popitem(last=False)

    def _people(self) -> int:
        return sum(people for people, _ in self._kept.values())


MEMORY = WarmUpMemory()
