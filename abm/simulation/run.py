"""A run is a function: a scenario and a seed in, a record out."""

from collections.abc import Callable
from pathlib import Path

from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.record import Logs, Record
from abm.simulation.world import World

Progress = Callable[[int, int], None]


def run(
    scenario: Scenario | str | Path,
    seed: int = 1,
    logs: Logs = Logs(people=True, acts=True),  # noqa: B008
    progress: Progress | None = None,
    world: World | None = None,
) -> Record:
    """Run one scenario once, from the start of its warm-up to the end of its calendar.

    The same seed and scenario (or its name or path) give the same record, bit for bit, on one type
    of machine. Logs are tables of rows to keep besides the curves. `progress` is called after every
    day with the days lived and the days in all. `world` is one of the same scenario, seed and logs
    to go on with, for instance at its first reported day (`abm.simulation.world_state.resume`).

    ScenarioError if no scenario can be loaded by that name or path; ValueError if the world is one
    of another scenario, seed or logs.
    """
    if not isinstance(scenario, Scenario):
        scenario = load_scenario(scenario)
    if world is None:
        world = World(scenario, seed, logs)
    elif (world.scenario, world.seed, world.logs) != (scenario, seed, logs):
        raise ValueError("the world was made of another scenario, seed or logs than the run's")
    while world.days_lived < world.total_days:
        world.live_day()
        if progress is not None:
            progress(world.days_lived, world.total_days)
    return record_of(world)


def record_of(world: World) -> Record:
    """Return what a world that has come to its end hands back."""
    return Record(
        world.scenario,
        world.seed,
        tuple(world.censuses),
        world.logged(),
        world.interventions.reached(),
    )
