"""Living the worlds that studies look at: one task a world and seed, in processes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from abm.evidence.observed_tables import live_and_look
from abm.evidence.register import Entry, LivedWorld, Register
from abm.evidence.shelf import Shelf, Tables
from abm.parameters import parameters, switches
from abm.runs.crew import Piece, do_all
from abm.runs.executors import local_executor
from abm.runs.processes import processors
from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.compiled import announce_compiling

if TYPE_CHECKING:
    from abm.scenario.draws import Draws

Look = Callable[[Scenario, int, LivedWorld], Tables]
Progress = Callable[[str], None]


class WorldError(Exception):
    """A world could not be lived; the message is one line for the user."""


@dataclass(frozen=True)
class Task:
    """One world to be lived with one seed, its scenario as that seed lives it."""

    world: str
    how: LivedWorld
    scenario: Scenario
    seed: int


def scenario_of(how: LivedWorld, baseline: str, population: int) -> Scenario:
    """Return the scenario of a world.

    Parameters
    ----------
    how
        The world; where its scenario is the baseline, `baseline` stands for it. Another scenario
        takes the parameters and switches that `baseline` changes from their defaults, as far as
        it leaves them at theirs and the world does not change them.
    baseline
        Name or path of a scenario.
    population
        Number of people, of which the world may take a share.

    Raises
    ------
    ScenarioError
        If a scenario cannot be read, or cannot have these values.
    """
    people = population if how.share == 1 else max(1, round(population * how.share))

    def loaded(name: str, overrides: Mapping[str, object]) -> Scenario:
        return load_scenario(name, population=people, years=how.years, overrides=overrides)

    if how.scenario == "baseline":
        return loaded(baseline, how.changes)
    own = loaded(how.scenario, how.changes)
    kept = {*_changed(own), *how.changes}
    changed = _changed(load_scenario(baseline))
    taken = {name: value for name, value in changed.items() if name not in kept}
    return loaded(how.scenario, {**taken, **how.changes}) if taken else own


def _changed(scenario: Scenario) -> dict[str, object]:
    """Return the parameters and switches that are not at their defaults, by name."""
    numbers, positions = scenario.parameters.items(), scenario.switches.items()
    found = {name: value for name, value in numbers if value != parameters()[name].default}
    return found | {name: each for name, each in positions if each != switches()[name].default}


def worlds_needed(register: Register, entries: Iterable[Entry]) -> list[str]:
    """Return the worlds that the studies of some entries look at, in the register's order."""
    studies = [study for entry in entries for study in entry.study]
    wanted = {study.world for study in studies} | {study.against for study in studies}
    return [name for name in register.worlds if name in wanted]


def tasks_of(
    register: Register,
    worlds: Sequence[str],
    seeds: Sequence[int],
    baseline: str,
    population: int,
    draws: "Draws | None" = None,
) -> list[Task]:
    """Return every world with every seed, the longest worlds first.

    Parameters
    ----------
    register
        Declares the worlds.
    worlds
        Their names.
    seeds
        One life of every world each.
    baseline
        Name or path of the scenario that stands for the baseline.
    population
        Number of people.
    draws
        The posterior that seeds draw their parameters from, one draw a seed in all its worlds;
        None leaves parameters as they are.

    Raises
    ------
    ScenarioError
        If a scenario cannot be read, or cannot have the parameters drawn.
    """
    found = []
    for name in worlds:
        how = register.worlds[name]
        scenario = scenario_of(how, baseline, population)
        for seed in seeds:
            lived = scenario if draws is None else draws.drawn(scenario, seed)
            found.append(Task(name, how, lived, seed))
    return sorted(found, key=lambda task: -task.how.share)


def live_tasks(
    tasks: Sequence[Task],
    jobs: int | None,
    tell: Progress,
    look: Look = live_and_look,
    shelf: Shelf | None = None,
) -> dict[str, dict[int, Tables]]:
    """Live every task that is not on the shelf; return tables by world, seed and name.

    Parameters
    ----------
    tasks
        What to live.
    jobs
        Processes; by default one a processor. With one everything is lived in this process.
    tell
        Called with a line whenever one is lived.
    look
        What lives one and returns its tables.
    shelf
        Keeps what is lived as it comes.

    Raises
    ------
    TableError
        If the shelf cannot be written; what it holds is kept.
    WorldError
        If a world fails, or its process is killed again and again; all others are lived and kept.
    RunnerError
        If the workers are lost.
    """
    lived: dict[str, dict[int, Tables]] = {task.world: {} for task in tasks}
    for task in tasks:
        if shelf is not None and (kept := shelf.found(task.world, task.seed)) is not None:
            lived[task.world][task.seed] = kept
    missing = [task for task in tasks if task.seed not in lived[task.world]]
    if missing and look is live_and_look:
        announce_compiling(tell)
    number = min(processors() if jobs is None else jobs, len(missing))
    errors: list[str] = []

    def keep(piece: Piece, tables: Tables | None, error: str | None) -> None:
        task: Task = piece.argument[1]
        if tables is None:
            first, *_ = (error or "").strip().splitlines() or ["no reason given"]
            errors.append(f"{task.world}, seed {task.seed}: {first}")
            return
        lived[task.world][task.seed] = tables
        if shelf is not None:
            shelf.keep(task.world, task.seed, tables)
        done = sum(map(len, lived.values()))
        tell(f"{done} of {len(tasks)} worlds lived: {task.world}, seed {task.seed}")

    with local_executor(number) as executor:
        do_all([Piece(_look_at, (look, task)) for task in missing], executor, keep)
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise WorldError(f"a world failed: {errors[0]}{more}; what was lived is kept")
    return lived


def _look_at(work: tuple[Look, Task]) -> Tables:
    """Live a world and look at it, in a worker."""
    look, task = work
    return look(task.scenario, task.seed, task.how)
