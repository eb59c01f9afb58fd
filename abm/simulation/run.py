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

    Parameters
    ----------
    scenario
        What to run: a scenario, or the name or path of one.
    seed
        The same seed and scenario give the same record, bit for bit, on one type of machine.
    logs
        Tables of rows to keep besides the curves; they do not change what happens.
    progress
        Called after every day with the days lived and the days in all.
    world
        Go on with this world of the same scenario, seed and logs, for instance one that stands at
        its first reported day (`abm.simulation.world_state.resume`).

    Returns
    -------
    Record
        Curves and the logs asked for.

    Raises
    ------
    ScenarioError
        If no scenario can be loaded by that name or path.
    ValueError
        If the world is one of another scenario, seed or logs.
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
