"""Living many seeds: in this process, or spread over processes that cannot outlive it."""

import gc
import multiprocessing
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from abm.runs.processes import LocalProcesses
from abm.simulation.record import Logs, Record
from abm.studies.aggregates import Aggregates, aggregate
from abm.studies.follow_up import follow_up_frame

if TYPE_CHECKING:
    import pandas as pd

    from abm.scenario.scenario import Scenario

Live = Callable[["Scenario", int, Logs, Callable[[int, int], None]], Record]
Report = Callable[[float], None]
POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Task:
    """One seed to live.

    Parameters
    ----------
    scenario
        What to live.
    seed
        Seed of the random streams.
    logs
        Tables of rows to hand back.
    aggregated
        Whether to log people and acts for the figures, even if not to hand back.
    live
        The function that lives it, by default `abm.simulation.run.run`.
    """

    scenario: "Scenario"
    seed: int
    logs: Logs
    aggregated: bool
    live: Live


@dataclass(frozen=True)
class Outcome:
    """What became of a task: a record and what was made of it, or the traceback of an error.

    Where a seed was lived and nothing could be made of it, there is a record and `unmade`, the
    traceback of that.
    """

    seed: int
    seconds: float = 0.0
    record: Record | None = None
    aggregates: Aggregates | None = None
    follow_up: "pd.DataFrame | None" = None
    error: str | None = None
    unmade: str | None = None


def live_task(task: Task, progress: Callable[[int, int], None]) -> Outcome:
    """Live one seed; an error becomes part of the outcome."""
    started = time.perf_counter()
    wanted = task.logs | Logs(people=True, acts=True) if task.aggregated else task.logs
    if task.scenario.observation.follow_up:
        wanted |= Logs(acts=True)
    try:
        record = task.live(task.scenario, task.seed, wanted, progress)
    except Exception:
        return Outcome(task.seed, time.perf_counter() - started, error=traceback.format_exc())
    finally:
        gc.collect()
    aggregates = followed = unmade = None
    try:
        aggregates, followed = aggregate(record), follow_up_frame(record)
    except Exception:  # what was lived is kept all the same
        unmade = traceback.format_exc()
    seconds, kept = time.perf_counter() - started, record.keeping(task.logs)
    return Outcome(task.seed, seconds, kept, aggregates, followed, unmade=unmade)


def live_all(tasks: Sequence[Task], jobs: int, report: Report) -> Iterator[Outcome]:
    """Live every task and yield outcomes as they come.

    Parameters
    ----------
    tasks
        Seeds to live.
    jobs
        Processes; with 1 everything happens in this one.
    report
        Called now and then with the share of all the work that is done, 0 to 1.

    Yields
    ------
    Outcome
        One a task, in the order of completion.
    """
    if jobs <= 1 or len(tasks) <= 1:
        yield from _live_here(tasks, report)
    else:
        yield from _live_in_processes(tasks, jobs, report)


def _live_here(tasks: Sequence[Task], report: Report) -> Iterator[Outcome]:
    for done, task in enumerate(tasks):

        def progress(day: int, days: int, done: int = done) -> None:
            report((done + day / max(days, 1)) / len(tasks))

        yield live_task(task, progress)
        report((done + 1) / len(tasks))


def _live_in_processes(tasks: Sequence[Task], jobs: int, report: Report) -> Iterator[Outcome]:
    """Live in processes; if one is killed, what is missing is tried once more in new ones."""
    missing = dict(enumerate(tasks))
    shares = multiprocessing.get_context("spawn").RawArray("d", len(tasks))
    for attempt in (1, 2):
        with LocalProcesses(min(jobs, len(missing)), _share_progress, (shares,)) as pool:
            futures = {pool.submit(_work, index, task): index for index, task in missing.items()}
            for future in _completed(futures, lambda: report(sum(shares) / len(shares))):
                index = futures[future]
                try:
                    outcome = future.result()
                except BrokenProcessPool:
                    continue
                except Exception:  # the outcome could not be sent
                    outcome = Outcome(tasks[index].seed, error=traceback.format_exc())
                del missing[index]
                shares[index] = 1.0
                yield outcome
        if not missing:
            return
        if attempt == 2:
            break
    for task in missing.values():
        yield Outcome(
            task.seed,
            error="The process that lived this seed ended abruptly, twice (killed, or out of "
            "memory). Fewer --jobs need less memory.\n",
        )


def _completed(
    futures: dict["Future[Outcome]", int], poll: Callable[[], None]
) -> Iterator["Future[Outcome]"]:
    """Yield futures as they complete, forgetting each so that its record can be freed."""
    waiting = set(futures)
    while waiting:
        finished, waiting = wait(waiting, POLL_SECONDS, FIRST_COMPLETED)
        poll()
        while finished:
            future = finished.pop()
            yield future
            del futures[future], future


_shares: Any = None


def _share_progress(shares: Any) -> None:
    """Note in a new process where progress is written."""
    global _shares
    _shares = shares


def _work(index: int, task: Task) -> Outcome:
    """Live a task in a worker, noting how far it is where the parent can see it."""

    def progress(day: int, days: int) -> None:
        _shares[index] = 0.999 * day / max(days, 1)

    return live_task(task, progress)
