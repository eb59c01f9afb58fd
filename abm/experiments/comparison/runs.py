"""The runs of a comparison: which are missing, and what several of them share.

Runs of one seed share their warm-up, and are done in one task, beside the first of them.
"""

import hashlib
import itertools
import math
import statistics
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from abm.compilation import version_of
from abm.experiments.comparison import folder_name
from abm.experiments.comparison.person_outcomes import PersonOutcomes, Reached
from abm.experiments.sweeps.study import time_to_come
from abm.io.progress import Progress
from abm.io.tables import TableError
from abm.io.terminal import NOTHING_NEW
from abm.runs.executors import executor_for
from abm.runs.folder import RunFolder
from abm.runs.kept_result import KeptResult, kept
from abm.runs.keys import AGENT_DAYS_A_SECOND, result_key
from abm.runs.options import RunOptions
from abm.runs.processes import processors
from abm.runs.result_store import ResultStore, StoreError
from abm.runs.run_tasks import run_tasks
from abm.runs.task import Failure, Finished, Task, report_share
from abm.runs.warm_ups import kept_warm_up, resumed, warm_up_agent_days, warm_up_task
from abm.scenario.dates import DAYS_A_YEAR
from abm.simulation.beside import run_worlds_together
from abm.simulation.compiled import announce_compiling
from abm.simulation.record import Logs, columns_of
from abm.simulation.run import record_of
from abm.simulation.world import World

if TYPE_CHECKING:
    from abm.scenario.draws import Draws
    from abm.scenario.scenario import Scenario
    from abm.simulation.record import Record

KIND = "people"
PEOPLE_ONLY = Logs(people=True)
MOST_PEOPLE_TOGETHER = 500_000  # of all worlds of a task; about a kilobyte each
Simulate = Callable[["Scenario", int, Path | None], "Record"]
Outcome = tuple[dict[str, bytes], tuple[Reached, ...]]
Failures = dict[tuple[str, int], str]


def simulate(scenario: "Scenario", seed: int, store: Path | None) -> "Record":
    """Run a scenario and log its people; the standard way.

    `store` is the folder of the store that holds its warm-up, or None to run the whole. It changes
    no bit.
    """
    return simulate_together([scenario], seed, store)[0]


def simulate_together(
    scenarios: "Sequence[Scenario]", seed: int, store: Path | None
) -> "list[Record]":
    """Run scenarios that share a warm-up beside the first; each gives what `simulate` gives."""
    kept_worlds = [
        resumed(ResultStore(store), scenario, seed, PEOPLE_ONLY)
        for scenario in scenarios
        if store is not None
    ]
    worlds = [world for world in kept_worlds if world is not None]
    if len(worlds) < len(scenarios):
        worlds = [World(scenario, seed, PEOPLE_ONLY) for scenario in scenarios]
    first = worlds[0].days_lived

    def tell(day: int, days: int) -> None:
        report_share((day - first) / (days - first))

    run_worlds_together(worlds, tell)
    return [record_of(world) for world in worlds]


@dataclass(frozen=True)
class Run:
    """One run of a comparison."""

    scenario: "Scenario"
    seed: int
    simulate: Simulate = simulate
    store: Path | None = None  # folder of the store that holds its warm-up

    @property
    def key(self) -> str:
        """Key of what is kept of it: the same for equal scenarios, whatever they are called."""
        is_standard = self.simulate is simulate
        name = "" if is_standard else f"{self.simulate.__module__}.{self.simulate.__qualname__}"
        made_by = version_of("experiments/comparison/person_outcomes.py")
        return result_key(KIND, self.scenario, self.seed, f"{made_by} {name}".strip())

    @property
    def warm_up(self) -> Task | None:
        """The task that makes its warm-up, if it has one that it can go on from."""
        return warm_up_task(self.scenario, self.seed) if self.simulate is simulate else None


def comparison_folder(
    out: Path, scenarios: "Sequence[Scenario]", draws: "Draws | None" = None
) -> RunFolder:
    """Return the folder `<out>/compare-<names>/<run id>/`."""
    others = [scenario.resolved() for scenario in scenarios[1:]]
    design = {"others": others, **({} if draws is None else draws.design)}
    return RunFolder(out, scenarios[0], "compare", design, folder_name(scenarios))


def run_of(scenario: "Scenario", seed: int, options: RunOptions) -> Run:
    """Return the run of a scenario and seed, with the parameters that the seed draws."""
    drawn = scenario if options.draws is None else options.draws.drawn(scenario, seed)
    return Run(drawn, seed, options.simulate or simulate)


@dataclass
class _Missing:
    """The runs of a comparison that are to be done."""

    runs: dict[str, Run]  # by key
    known: int  # other runs, which are kept already
    damaged: int  # of those to do, kept once
    again: set[str]  # keys of those that are to be done though they are kept
    pace: float | None  # seconds an agent-day, the median of those that are kept
    first: list[Task]  # warm-ups that several runs share
    then: list[Task]  # the runs, those of one seed together

    @property
    def weight(self) -> float:
        """Agent-days of all."""
        return sum(task.weight for task in (*self.first, *self.then))


def run_missing(
    scenarios: "Sequence[Scenario]",
    asked: Sequence[int],
    spanned: Sequence[int],
    options: RunOptions,
    executor: Executor | None = None,
    tell: Callable[[float], None] | None = None,
) -> Failures:
    """Run every scenario and seed that is not kept; return tracebacks of those that failed.

    `spanned` are the seeds that were `asked` for now, which `force` runs again, and earlier. Runs
    are done by the `executor` if one is given, else by one that lasts as long as this does. `tell`
    is called again and again with the share that is done; what it raises ends everything.
    """
    runs = {
        (scenario.name, seed): run_of(scenario, seed, options)
        for seed in spanned
        for scenario in scenarios
    }
    keys = {pair: run.key for pair, run in runs.items()}
    again = {key for (_, seed), key in keys.items() if options.force and seed in set(asked)}
    jobs = min(options.jobs or processors(), len(runs))
    missing = _missing({key: runs[pair] for pair, key in keys.items()}, again, jobs, options)
    if not missing.runs:
        options.say(NOTHING_NEW)
        return {}
    jobs = min(jobs, len(missing.then))
    lasting = executor_for(jobs, options.dask) if executor is None else nullcontext(executor)
    with lasting as executor:  # before anything is run
        if options.is_on_this_machine and options.simulate is None and not options.quiet:
            announce_compiling(options.say)
        options.say(_announcement(missing, jobs, options))
        with Progress(f"{len(missing.runs):,} runs", options.quiet) as progress:
            errors = _run(missing, executor, options, tell or progress.update)
    return {pair: errors[key] for pair, key in keys.items() if key in errors}


def _missing(runs: dict[str, Run], again: set[str], jobs: int, options: RunOptions) -> _Missing:
    """Look which runs are not kept, or are to be done again."""
    store = options.store
    listed = store.has(runs, failed=False)
    known = store.has(runs, failed=False, whole=True) - again
    wanted = {key: run for key, run in runs.items() if key not in known}
    first, then = tasks_of(wanted, jobs, store if options.is_on_this_machine else None)
    damaged = len(listed - known - again)
    return _Missing(wanted, len(known), damaged, again, _pace(store, known), first, then)


def _pace(store: ResultStore, keys: set[str]) -> float | None:
    """Return the seconds that an agent-day took, the median of some runs."""
    table = store.frame(sorted(keys), ("seconds", "agent_days"))
    paces = [
        seconds / days
        for seconds, days in zip(table["seconds"], table["agent_days"], strict=True)
        if all(isinstance(number, int | float) and 0 < number < 1e15 for number in (seconds, days))
    ]
    return statistics.median(paces) if paces else None


def tasks_of(
    runs: Mapping[str, Run], jobs: int, store: ResultStore | None
) -> tuple[list[Task], list[Task]]:
    """Return the warm-ups that several runs share and that are not kept, and the runs.

    `store` keeps warm-ups where workers can read them; None to run everything whole.
    """
    warm_ups = {key: run.warm_up for key, run in runs.items()}
    uses = Counter(task.key for task in warm_ups.values() if task is not None)
    kept_before = store.has(uses, whole=True) if store is not None else set()
    first: dict[str, Task] = {}
    weights = {}
    together: dict[object, dict[str, Run]] = defaultdict(dict)
    for key, run in sorted(runs.items(), key=lambda item: item[1].seed):
        warm_up, calendar = warm_ups[key], run.scenario.calendar
        weights[key] = run.scenario.population.size * calendar.years * DAYS_A_YEAR
        if store is not None and warm_up is not None:
            if uses[warm_up.key] > 1 and warm_up.key not in kept_before:
                first[warm_up.key] = warm_up
            if warm_up.key in kept_before | first.keys():
                run = replace(run, store=store.folder.absolute())
        if run.store is None:
            weights[key] += warm_up_agent_days(run.scenario)
        alike = key if warm_up is None else (warm_up.key, calendar.years, run.store)
        together[alike][key] = run
    most = math.ceil(len(runs) / jobs)  # so that there are tasks for all workers
    parts = [part for alike in together.values() for part in _parts(alike, most)]
    return list(first.values()), [_task_of(part, weights) for part in parts]


def _parts(runs: dict[str, Run], most: int) -> list[dict[str, Run]]:
    """Share out runs that can be done together, at most so many in a part."""
    size = next(iter(runs.values())).scenario.population.size
    most = max(1, min(most, MOST_PEOPLE_TOGETHER // size))
    return [dict(part) for part in itertools.batched(runs.items(), most)]


def _task_of(runs: dict[str, Run], weights: Mapping[str, float]) -> Task:
    """Return the task that does some runs; the key of a single one is that of its run."""
    keys = list(runs)
    key = keys[0] if len(keys) == 1 else hashlib.sha256(" ".join(keys).encode()).hexdigest()
    return Task(key, run_people, runs, sum(weights[one] for one in keys))


def run_people(runs: Mapping[str, Run]) -> dict[str, Outcome | Failure]:
    """Do runs in a worker, by key; return the tables of each as files, and who was reached.

    Where several cannot be done together, each is tried by itself, to find out which it is.
    """
    if len(runs) > 1:
        with suppress(Exception):
            scenarios, (run, *_) = [run.scenario for run in runs.values()], runs.values()
            records = simulate_together(scenarios, run.seed, run.store)
            return dict(zip(runs, map(_outcome, records), strict=True))
    return {key: _try(run) for key, run in runs.items()}


def _try(run: Run) -> Outcome | Failure:
    try:
        return _outcome(run.simulate(run.scenario, run.seed, run.store))
    except (Exception, SystemExit):
        return Failure(traceback.format_exc())


def _outcome(record: "Record") -> Outcome:
    outcomes = PersonOutcomes.from_record(record)
    return outcomes.files(), outcomes.reached


def _run(
    missing: _Missing,
    executor: Executor | None,
    options: RunOptions,
    tell: Callable[[float], None],
) -> dict[str, str]:
    """Run what is missing: shared warm-ups first; return tracebacks of failed runs by key."""
    store, errors = options.store, dict[str, str]()
    share = sum(task.weight for task in missing.first) / missing.weight

    def keep_warm_ups(batch: list[Finished]) -> None:  # runs do without those that failed
        done = [kept_warm_up(task) for task in batch if not isinstance(task.result, Failure)]
        with suppress(StoreError):
            store.put_many(done)

    def keep(batch: list[Finished]) -> None:
        done = [run for task in batch for run in _runs_of(task)]
        good = [run for run in done if not isinstance(run.result, Failure)]
        store.put_many([_kept_run(run) for run in good])
        errors.update({run.task.key: run.result.error for run in done if run not in good})

    def known_tasks(keys: Collection[str]) -> set[str]:
        known = store.has(missing.runs, failed=False, whole=True) - missing.again
        return {task.key for task in missing.then if task.argument.keys() <= known} & {*keys}

    run = partial(run_tasks, executor=executor, claims=store, say=options.say)
    run(
        missing.first,
        keep_warm_ups,
        is_known=partial(store.has, whole=True),
        progress=lambda done: tell(share * done),
    )
    run(
        missing.then,
        keep,
        is_known=known_tasks,
        progress=lambda done: tell(share + (1 - share) * done),
    )
    return errors


def _runs_of(finished: Finished) -> list[Finished]:
    """Return what came of each run of a task, to which an equal share of its time belongs."""
    task, result = finished.task, finished.result
    runs, number = task.argument.items(), len(task.argument)
    return [
        Finished(
            Task(key, run_people, run, task.weight / number),
            result if isinstance(result, Failure) else result[key],
            finished.seconds / number,
        )
        for key, run in runs
    ]


def _kept_run(finished: Finished) -> KeptResult:
    """Return what is kept of a run that is done."""
    run: Run = finished.task.argument
    files, reached = finished.result
    plain = [asdict(intervention) for intervention in reached]
    return kept(finished, KIND, run.scenario, run.seed, files=files, reached=plain)


def _announcement(missing: _Missing, jobs: int, options: RunOptions) -> str:
    """Say how many runs are to come and about how long they take."""
    text = f"{len(missing.runs):,} runs to do"
    if missing.first:
        text += f" after {len(missing.first):,} warm-ups that they share"
    if missing.known:
        text += f", {missing.known:,} known already"
    if missing.damaged:
        text += f"; {missing.damaged:,} of them were damaged"
    seconds = missing.weight * (missing.pace or 1 / AGENT_DAYS_A_SECOND)
    sure = "about" if missing.pace else "at a guess"
    return f"{text}: {sure} {time_to_come(seconds, jobs, options.dask)}"


def kept_outcomes(options: RunOptions, scenario: "Scenario", seed: int) -> PersonOutcomes | None:
    """Return the people of a scenario and seed, or None if they are not kept.

    Raises TableError if what is kept holds none; it is removed.
    """
    key = run_of(scenario, seed, options).key
    result = options.store.get(key)
    try:
        return None if result is None else outcomes_in(result)
    except ValueError as error:
        options.store.remove([key])
        raise TableError(
            f"what is kept of {scenario.name}, seed {seed}, holds no people of a run "
            f"({str(error).splitlines()[0]}); removed, and the same command runs it again"
        ) from error


def people_of_all(
    scenarios: "Sequence[Scenario]", seeds: Iterable[int], options: RunOptions
) -> Iterator[dict[str, np.ndarray]]:
    """Yield the columns of everybody, run by run, of runs that are kept: one row a person."""
    for scenario in scenarios:
        for seed in seeds:
            outcomes = kept_outcomes(options, scenario, seed)
            if outcomes is not None:
                names = np.full(len(outcomes.people), scenario.name)
                yield {"scenario": names, **columns_of(outcomes.people, seed)}


def outcomes_in(result: KeptResult) -> PersonOutcomes:
    """Return the people that were kept of a run; ValueError if it holds none."""
    try:
        reached = tuple(Reached.from_plain(plain) for plain in result.about["reached"])
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"another shape: {error}") from None
    return PersonOutcomes.from_files(result.files, reached)
