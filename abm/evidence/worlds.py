"""The worlds that studies look at: run once a seed, and kept in the store as tables."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from abm.compilation import version_of
from abm.evidence.observed_tables import live_and_look
from abm.evidence.register import Entry, LivedWorld, Register
from abm.io.files import arrays_bytes, parse_arrays
from abm.parameters import parameters, switches
from abm.runs.executors import local_executor
from abm.runs.kept_result import KeptResult, kept
from abm.runs.keys import agent_days, result_key
from abm.runs.processes import processors
from abm.runs.result_store import ResultStore
from abm.runs.run_tasks import run_tasks
from abm.runs.task import Failure, Finished, Task
from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.compiled import announce_compiling

if TYPE_CHECKING:
    from abm.scenario.draws import Draws

Tables = dict[str, dict[str, np.ndarray]]
Look = Callable[[Scenario, int, LivedWorld], Tables]
Progress = Callable[[str], None]
KIND, FILE = "world", "tables.npz"
BETWEEN = "/"  # the name of a table and of its column


class WorldError(Exception):
    """A world could not be run; the message is one line for the user."""


@dataclass(frozen=True)
class WorldRun:
    """One world to be run with one seed, its scenario as that seed lives it."""

    world: str
    how: LivedWorld
    scenario: Scenario
    seed: int
    look: Look = live_and_look

    @property
    def key(self) -> str:
        """Key of its tables: the same for all worlds that give the same."""
        given = {name: getattr(self.how, name) for name in ("kind", "logs", "keep")}
        look = f"{self.look.__module__}.{self.look.__qualname__}"
        extra = f"{json.dumps(given)} {look} {version_of('evidence/observed_tables.py')}"
        return result_key(KIND, self.scenario, self.seed, extra)


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


def runs_of(
    register: Register,
    worlds: Sequence[str],
    seeds: Sequence[int],
    baseline: str,
    population: int,
    draws: "Draws | None" = None,
    look: Look = live_and_look,
) -> list[WorldRun]:
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
    look
        What runs one and returns its tables.

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
            found.append(WorldRun(name, how, lived, seed, look))
    return sorted(found, key=lambda run: -run.how.share)


def run_worlds(
    runs: Sequence[WorldRun],
    jobs: int | None,
    tell: Progress,
    store: ResultStore | None = None,
) -> dict[str, dict[int, Tables]]:
    """Run every world that is not kept; return tables by world, seed and name.

    Parameters
    ----------
    runs
        Which ones.
    jobs
        Processes; by default one a processor. With one everything is run in this process.
    tell
        Called with a line whenever one is done.
    store
        Keeps tables as they come; by default nothing is kept.

    Raises
    ------
    StoreError
        If tables cannot be kept; those before them are.
    WorldError
        If a world fails, or its process is killed again and again; all others are run and kept.
    RunnerError
        If the workers are lost.
    """
    keys = [run.key for run in runs]
    by_key = dict(zip(reversed(keys), reversed(runs), strict=True))  # the first of each
    tables = _Tables(store, tell, len(by_key))
    known = tables.are_found(by_key)
    tasks = [
        Task(key, observe_world, run, agent_days(run.scenario))
        for key, run in reversed(by_key.items())
        if key not in known
    ]
    if any(task.argument.look is live_and_look for task in tasks):
        announce_compiling(tell)
    with local_executor(min(processors() if jobs is None else jobs, len(tasks))) as executor:
        run_tasks(tasks, tables.keep, executor, is_known=tables.are_found, claims=store, say=tell)
    if tables.errors:
        more = f" (and {len(tables.errors) - 1} more)" if len(tables.errors) > 1 else ""
        raise WorldError(f"a world failed: {tables.errors[0]}{more}; what was run is kept")
    found: dict[str, dict[int, Tables]] = {run.world: {} for run in runs}
    for key, run in zip(keys, runs, strict=True):
        found[run.world][run.seed] = tables.found[key]
    return found


@dataclass
class _Tables:
    """Tables of worlds by key, as they are found in a store or come from workers."""

    store: ResultStore | None
    tell: Progress
    number: int  # of all worlds
    found: dict[str, Tables] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def are_found(self, keys: Collection[str]) -> set[str]:
        """Return those keys whose tables are at hand; what is kept is read now."""
        for key in set(keys) - self.found.keys():
            if (tables := _kept(self.store, key)) is not None:
                self.found[key] = tables
        return self.found.keys() & set(keys)

    def keep(self, batch: list[Finished]) -> None:
        """Take what comes from workers, and keep it in the store."""
        good = [each for each in batch if not isinstance(each.result, Failure)]
        if self.store:
            self.store.put_many([_to_keep(each) for each in good])
        for each in batch:
            run: WorldRun = each.task.argument
            name = f"{run.world}, seed {run.seed}"
            if isinstance(each.result, Failure):
                self.errors.append(f"{name}: {each.result.error.strip().splitlines()[-1]}")
            else:
                self.found[each.task.key] = tables_in(each.result)
                self.tell(f"{len(self.found)} of {self.number} worlds run: {name}")


def observe_world(run: WorldRun) -> bytes:
    """Run a world in a worker and return its tables as the bytes of an `.npz` file."""
    tables = run.look(run.scenario, run.seed, run.how)
    flat = {
        f"{name}{BETWEEN}{column}": values
        for name, columns in tables.items()
        for column, values in columns.items()
    }
    return arrays_bytes(flat)


def tables_in(content: bytes) -> Tables:
    """Return the tables that `observe_world` gave.

    Raises
    ------
    ValueError
        If they are none.
    """
    tables: Tables = {}
    for key, values in parse_arrays(content).items():
        name, column = key.split(BETWEEN, 1)
        tables.setdefault(name, {})[column] = values
    return tables


def _kept(store: ResultStore | None, key: str) -> Tables | None:
    """Return the tables of a world, or None where none that are sound are kept."""
    result = store.get(key) if store else None
    try:
        return tables_in(result.files[FILE]) if result else None
    except (KeyError, ValueError):
        return None


def _to_keep(finished: Finished) -> KeptResult:
    run: WorldRun = finished.task.argument
    files = {FILE: finished.result}
    return kept(finished, KIND, run.scenario, run.seed, files=files, world=run.world)
