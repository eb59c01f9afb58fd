"""Runs in batches: large enough that handing them around costs little, lived wherever."""

import gc
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from abm.runs.keys import (
    AGENT_DAYS_A_SECOND,
    DONE,
    FAILED,
    RunResult,
    agent_days,
    as_json,
    differences_of,
    made_with,
    run_key,
)
from abm.runs.task import OtherVersionError

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario

Evaluate = Callable[["Scenario", int], dict[str, float]]
Work = tuple[str, list[tuple[str, "RunTask"]]]

MOST_TIMES_FASTER = 8  # than that: how far a measurement is believed
BATCH_SECONDS = 1.5
LARGEST_BATCH = 500


def live_outcomes(scenario: "Scenario", seed: int) -> dict[str, float]:
    """Live one run and return its figures; the standard evaluator.

    A scenario with interventions is lived without them, too: the effects are figures as well.

    Returns
    -------
    dict of str to float
        See `abm.studies.outcomes.OUTCOMES`.
    """
    from abm.simulation.run import run
    from abm.studies.outcomes import LOGS, outcomes_of

    record = run(scenario, seed, LOGS)
    if not scenario.interventions:
        return outcomes_of(record)
    without = scenario.model_copy(update={"interventions": scenario.interventions[:0]})
    return outcomes_of(record, run(without, seed, LOGS))


@dataclass(frozen=True)
class RunTask:
    """One run to live.

    Parameters
    ----------
    scenario
        What to live.
    seed
        Seed of the keyed luck.
    evaluate
        A function of a module that returns figures by name; called in a worker. Or an instance
        that says in `key_name` what stands for it in the key.
    """

    scenario: "Scenario"
    seed: int
    evaluate: Evaluate = live_outcomes

    @property
    def key(self) -> str:
        """Key of its result in a store."""
        evaluate = self.evaluate
        standard = evaluate is live_outcomes
        name = "" if standard else name_of(evaluate)
        return run_key(self.scenario, self.seed, name)


def name_of(evaluate: Evaluate) -> str:
    """Return what stands for an evaluator in the key of a run."""
    own = getattr(evaluate, "key_name", None)
    return own if own else f"{evaluate.__module__}.{evaluate.__qualname__}"


def expected_seconds(agent_days: float, workers: int = 1) -> float:
    """Return about how long so many agent-days take, before anything was measured."""
    return agent_days / AGENT_DAYS_A_SECOND / max(workers, 1)


@dataclass
class Batch:
    """Runs that are sent to a worker together, by key."""

    runs: list[tuple[str, RunTask]] = field(default_factory=list)
    breaks: int = 0  # how often its pool broke
    is_alone: bool = False  # nothing else is in flight while it is lived

    def work(self) -> Work:
        """Return what a worker needs to live them."""
        return made_with(), self.runs

    def singles(self, alone: bool = False) -> list["Batch"]:
        """Return a batch for each run."""
        return [Batch([run], is_alone=alone) for run in self.runs]


class Batcher:
    """Makes batches of about `BATCH_SECONDS` of the tasks, by the speed measured so far.

    Parameters
    ----------
    tasks
        Read once, a batch ahead.
    total
        How many there are, if known: the last batches are smaller, so that all workers end
        together.
    """

    def __init__(self, tasks: Iterable[RunTask], total: int | None) -> None:
        self._tasks: Iterator[RunTask] = iter(tasks)
        self._total = total
        self._pulled = 0
        self._pace = 1 / AGENT_DAYS_A_SECOND  # seconds an agent-day
        self._is_measured = False

    def pull(self, is_wanted: Callable[[str], bool], shares: int) -> list[tuple[str, RunTask]]:
        """Return the next wanted runs, about a batch of them; none when the tasks are over.

        Parameters
        ----------
        is_wanted
            Called with the key of every task in turn.
        shares
            Into how many batches the rest is split at least.
        """
        found: list[tuple[str, RunTask]] = []
        seconds = 0.0
        most = self._most(shares)
        while seconds < BATCH_SECONDS and len(found) < most:
            task = next(self._tasks, None)
            if task is None:
                break
            self._pulled += 1
            key = task.key
            if is_wanted(key):
                found.append((key, task))
                seconds += agent_days(task.scenario) * self._pace
        return found

    def _most(self, shares: int) -> int:
        if self._total is None:
            return LARGEST_BATCH
        left = max(self._total - self._pulled, 1)
        return max(1, min(LARGEST_BATCH, -(-left // max(shares, 1))))

    def split(self, batch: Batch) -> list[Batch]:
        """Return batches of the usual size of the runs of one that may be larger."""
        batches = [Batch()]
        seconds = 0.0
        for run in batch.runs:
            if seconds >= BATCH_SECONDS or len(batches[-1].runs) >= LARGEST_BATCH:
                batches.append(Batch())
                seconds = 0.0
            batches[-1].runs.append(run)
            seconds += agent_days(run[1].scenario) * self._pace
        return batches

    def learn(self, batch: Batch, results: list[RunResult]) -> None:
        """Learn from the runs of a batch that are done how long an agent-day takes."""
        seconds = {result.key: result.seconds for result in results if result.status == DONE}
        days = sum(agent_days(task.scenario) for key, task in batch.runs if key in seconds)
        if days <= 0:
            return
        quickest = 1 / (AGENT_DAYS_A_SECOND * MOST_TIMES_FASTER)
        pace = max(sum(seconds.values()) / days, quickest)
        self._pace = (self._pace + pace) / 2 if self._is_measured else pace
        self._is_measured = True


def live_batch(work: Work) -> list[RunResult]:
    """Live runs one after another; an error becomes part of the run's result.

    Raises
    ------
    OtherVersionError
        If this process has another version of the code than the one that asks.
    """
    version, runs = work
    if version != made_with():
        raise OtherVersionError(
            f"a worker has another version of the code ({made_with()}, not {version}); "
            "install the same one everywhere and start the workers anew"
        )
    results = [_live(key, task) for key, task in runs]
    _tidy.up()
    return results


class _Tidy:
    """Frees what runs leave behind, often enough for memory and seldom enough for speed."""

    def __init__(self) -> None:
        self._next = 0.0

    def up(self) -> None:
        """Collect garbage, unless that would take more than a hundredth of the time."""
        started = time.perf_counter()
        if started >= self._next:
            gc.collect()
            ended = time.perf_counter()
            self._next = ended + 100 * (ended - started)


_tidy = _Tidy()


def _live(key: str, task: RunTask) -> RunResult:
    started = time.perf_counter()
    try:
        found = task.evaluate(task.scenario, task.seed)
        outcomes = {str(name): float(value) for name, value in found.items()}
    except Exception:
        return failed_result(key, task, traceback.format_exc(), time.perf_counter() - started)
    seconds = time.perf_counter() - started
    return RunResult(key, task.seed, DONE, _differences(task), outcomes, seconds=seconds)


def failed_result(key: str, task: RunTask, error: str, seconds: float = 0.0) -> RunResult:
    """Return the result of a run that did not end well."""
    return RunResult(key, task.seed, FAILED, _differences(task), {}, error, seconds)


def _differences(task: RunTask) -> str:
    return as_json(differences_of(task.scenario))
