"""The worlds that studies look at: run once a seed, and kept in the store as tables."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from abm.compilation import code_version, version_of
from abm.evidence.observed_tables import observe, observe_alike
from abm.evidence.quantity_verdicts import prior_passes
from abm.evidence.register import Entry, Register, Signature, StudiedWorld
from abm.io.files import arrays_bytes, parse_arrays
from abm.parameters import parameters, switches
from abm.runs.errors import RunnerError
from abm.runs.executors import local_executor
from abm.runs.folder import RUN_ID_DIGITS
from abm.runs.kept_result import KeptResult, kept
from abm.runs.keys import agent_days, key_of_kind, result_key
from abm.runs.processes import processors
from abm.runs.result_store import ResultStore
from abm.runs.run_tasks import run_tasks
from abm.runs.task import Failure, Finished, Task
from abm.scenario.draws import CHANCE, POSTERIOR, PRIOR, SEEDS_A_DRAW
from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.compiled import announce_compiling

if TYPE_CHECKING:
    from abm.scenario.draws import Draws

Tables = dict[str, dict[str, np.ndarray]]
Observe = Callable[[Scenario, int, StudiedWorld], Tables]
Progress = Callable[[str], None]
KIND, FILE = "world", "tables.npz"
LOOKED_AT = ("kind", "logs", "yearly", "columns")
"""Fields of a world that say what is looked at in it."""
BETWEEN = "/"  # the name of a table and of its column


class WorldError(RunnerError):
    """A world could not be run; the message is one line for the user."""


@dataclass(frozen=True)
class WorldRun:
    """One world to be run with one seed, its scenario as that seed has it."""

    world: str
    studied: StudiedWorld
    scenario: Scenario
    seed: int
    observe: Observe = observe

    @property
    def key(self) -> str:
        """Key of its tables: the same for all worlds that give the same."""
        given: dict[str, Any] = {name: getattr(self.studied, name) for name in LOOKED_AT}
        given["observation"] = self.scenario.observation.model_dump(mode="json")
        made_by = f"{self.observe.__module__}.{self.observe.__qualname__}"
        modules = ("observed_tables", "year_ends", "hours_from_acts")
        code = version_of(*(f"evidence/{name}.py" for name in modules), "studies")
        extra = f"{json.dumps(given)} {made_by} {code}"
        return result_key(KIND, self.scenario, self.seed, extra)

    @property
    def beginning(self) -> str:
        """Key of all worlds that have the same warm-up; its own where it is run alone."""
        from abm.runs.warm_ups import warm_up_key

        warm_up = warm_up_key(self.scenario, self.seed) if self.observe is observe else None
        return self.key if warm_up is None else key_of_kind(KIND, warm_up)


def scenario_of(studied: StudiedWorld, baseline: str, population: int) -> Scenario:
    """Return the scenario of a world, which may take a share of the population.

    Where its scenario is the baseline, the name or path `baseline` stands for it. Another scenario
    takes the parameters and switches that `baseline` changes from their defaults, as far as it
    leaves them at theirs and the world does not change them. A ScenarioError says that a scenario
    cannot be read, or cannot have these values.
    """
    people = population if studied.share == 1 else max(1, round(population * studied.share))

    def loaded(name: str, overrides: Mapping[str, object]) -> Scenario:
        return load_scenario(name, population=people, years=studied.years, overrides=overrides)

    if studied.scenario == "baseline":
        return loaded(baseline, studied.changes)
    own = loaded(studied.scenario, studied.changes)
    kept = {*_changed(own), *studied.changes}
    changed = _changed(load_scenario(baseline))
    taken = {name: value for name, value in changed.items() if name not in kept}
    return loaded(studied.scenario, {**taken, **studied.changes}) if taken else own


def _changed(scenario: Scenario) -> dict[str, object]:
    """Return the parameters and switches that are not at their defaults, by name."""
    defaults: dict[str, object] = {name: known.default for name, known in parameters().items()}
    defaults |= {name: known.default for name, known in switches().items()}
    values: dict[str, object] = {**scenario.parameters, **scenario.switches}
    return {name: value for name, value in values.items() if value != defaults[name]}


def worlds_needed(register: Register, asked: Iterable[Entry | Signature]) -> list[str]:
    """Return the worlds that the studies of some entries look at, in the register's order."""
    studies = [study for one in asked for study in one.study]
    wanted = {study.world for study in studies} | {study.against for study in studies}
    return [name for name in register.worlds if name in wanted]


def runs_of(
    register: Register,
    worlds: Sequence[str],
    seeds: Sequence[int],
    baseline: str,
    population: int,
    draws: "Draws | None" = None,
    observe: Observe = observe,
) -> list[WorldRun]:
    """Return these worlds of a register with every seed, the longest worlds first.

    `baseline` is the name or path of the scenario that stands for the baseline. Seeds draw their
    parameters from the posterior `draws`, one draw a seed in all its worlds; None leaves them as
    they are. `observe` runs one and returns its tables. ScenarioError if a scenario cannot be read,
    or cannot have the parameters drawn.
    """
    runs = []
    for name in worlds:
        studied = register.looked_at(name)
        scenario = scenario_of(studied, baseline, population)
        for seed in seeds:
            drawn = scenario if draws is None else draws.drawn(scenario, seed)
            runs.append(WorldRun(name, studied, drawn, seed, observe))
    return sorted(runs, key=lambda run: -run.studied.share)


def run_worlds(
    runs: Sequence[WorldRun],
    jobs: int | None,
    tell: Progress,
    store: ResultStore | None = None,
) -> dict[str, dict[int, Tables]]:
    """Run every world that is not kept; return tables by world, seed and name.

    Worlds with the same warm-up are one task, so that it is run once.

    With one process (`jobs`; by default one a processor) everything is run in this one. `tell` is
    called with a line whenever one is done; `store` keeps tables as they come. StoreError if they
    cannot be kept (those before them are); WorldError if a world fails, or its process is killed
    again and again, once all others are run and kept; RunnerError if the workers are lost.
    """
    keys = [run.key for run in runs]
    by_key = dict(zip(reversed(keys), reversed(runs), strict=True))  # the first of each
    tables = _TablesAtHand(store, tell, len(by_key))
    tasks = tables.tasks(dict(reversed(by_key.items())))
    if any(task.argument[0].observe is observe for task in tasks):
        announce_compiling(tell)
    with local_executor(min(processors() if jobs is None else jobs, len(tasks))) as executor:
        run_tasks(tasks, tables.keep, executor, is_known=tables.known, claims=store, say=tell)
    if tables.errors:
        more = f" (and {len(tables.errors) - 1} more)" if len(tables.errors) > 1 else ""
        raise WorldError(f"a world failed: {tables.errors[0]}{more}; what was run is kept")
    by_world: dict[str, dict[int, Tables]] = {run.world: {} for run in runs}
    for key, run in zip(keys, runs, strict=True):
        by_world[run.world][run.seed] = tables.by_key[key]
    return by_world


@dataclass
class _TablesAtHand:
    """Tables of worlds by key, as they are read from a store or come from workers."""

    store: ResultStore | None
    tell: Progress
    number: int  # of all worlds
    together: dict[str, list[WorldRun]] = field(default_factory=dict)  # to be run, by beginning
    by_key: dict[str, Tables] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def at_hand(self, keys: Collection[str]) -> set[str]:
        """Return those keys whose tables are at hand; what is kept is read now."""
        for key in set(keys) - self.by_key.keys():
            if (tables := _kept(self.store, key)) is not None:
                self.by_key[key] = tables
        return self.by_key.keys() & set(keys)

    def tasks(self, runs: Mapping[str, WorldRun]) -> list[Task]:
        """Return what is to be done for runs, by key: those that begin alike are one task."""
        known = self.at_hand(runs)
        for key, run in runs.items():
            if key not in known:
                self.together.setdefault(run.beginning, []).append(run)
        return [
            Task(beginning, observe_worlds, group, max(agent_days(run.scenario) for run in group))
            for beginning, group in self.together.items()
        ]

    def known(self, tasks: Collection[str]) -> set[str]:
        """Return the keys of those tasks whose every table is at hand."""
        keys = {task: {run.key for run in self.together[task]} for task in tasks}
        at_hand = self.at_hand(set().union(*keys.values()))
        return {task for task, wanted in keys.items() if wanted <= at_hand}

    def keep(self, batch: list[Finished]) -> None:
        """Take what comes from workers, and keep it in the store."""
        worlds = [world for done in batch for world in _each_world(done)]
        if self.store:
            good = [done for done in worlds if not isinstance(done.result, Failure)]
            self.store.put_many([_to_keep(done) for done in good])
        for done in worlds:
            run: WorldRun = done.task.argument
            name = f"{run.world}, seed {run.seed}"
            if isinstance(done.result, Failure):
                self.errors.append(f"{name}: {done.result.error.strip().splitlines()[-1]}")
            else:
                self.by_key[done.task.key] = tables_in(done.result)
                self.tell(f"{len(self.by_key)} of {self.number} worlds run: {name}")


def observe_worlds(runs: Sequence[WorldRun]) -> list[bytes]:
    """Run worlds that begin alike in a worker; return tables of each as bytes of an `.npz` file."""
    if runs[0].observe is observe:
        every = observe_alike([(run.scenario, run.studied) for run in runs], runs[0].seed)
    else:
        every = [run.observe(run.scenario, run.seed, run.studied) for run in runs]
    return [_file_of(tables) for tables in every]


def _file_of(tables: Tables) -> bytes:
    flat = {
        f"{name}{BETWEEN}{column}": values
        for name, columns in tables.items()
        for column, values in columns.items()
    }
    return arrays_bytes(flat)


def _each_world(finished: Finished) -> Iterator[Finished]:
    """Yield what came of each of the worlds that were run together."""
    runs, result = finished.task.argument, finished.result
    results = [result] * len(runs) if isinstance(result, Failure) else result
    weight, seconds = finished.task.weight / len(runs), finished.seconds / len(runs)
    for run, tables in zip(runs, results, strict=True):
        yield Finished(Task(run.key, observe_worlds, run, weight), tables, seconds)


def tables_in(content: bytes) -> Tables:
    """Return what tables `observe_worlds` gave of a world; a ValueError says that they are none."""
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


FIRST_SEED = 101
"""Seeds from here on no fit used."""


class Standard(NamedTuple):
    """What is run of every world, unless something else is asked for."""

    seeds: int
    step: int  # from one seed to the next
    population: int


STANDARDS: Mapping[str, Standard] = MappingProxyType(
    {
        CHANCE: Standard(4, 1, 10_000),
        POSTERIOR: Standard(16, SEEDS_A_DRAW, 2_500),
        PRIOR: Standard(48, SEEDS_A_DRAW, 1_000),
    }
)
"""By what seeds draw their parameters from. Two neighbouring seeds have the same draw, so every
second one is run: 101, 103, 105 and so on. Under the posterior there are as many people in all as
without, in smaller populations. Of the prior the share of draws that pass is wanted, to some 7 of
100, so that there are more draws of fewer people: still so many that rare ones are not missing."""


def validation_id(judged: Register, runs: Sequence[WorldRun], draws: "Draws | None" = None) -> str:
    """Return the start of a hash over all that decides the table.

    These are what is judged, worlds, seeds and code, how many draws of the prior pass, and what
    parameters are drawn from.
    """
    content: dict[str, Any] = {
        "code": code_version(),
        "judged by": version_of("studies", "evidence"),
        "prior passes": dict(prior_passes()),
    }
    declared = {
        "entries": judged.entries,
        "signatures": judged.signatures,
        "own entries": judged.own_entries,  # quantities may name what is not judged
        "own quantities": judged.own_quantities,
    }
    for name, tables in declared.items():
        content[name] = [table.model_dump(mode="json") for table in tables.values()]
    looked_at = [[getattr(run.studied, name) for name in LOOKED_AT] for run in runs]
    content["worlds"] = [
        [run.world, run.seed, *fields, run.scenario.resolved()]
        for run, fields in zip(runs, looked_at, strict=True)
    ]
    if draws is not None:
        content |= draws.design
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:RUN_ID_DIGITS]
