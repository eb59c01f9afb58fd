"""Living many runs over any executor, and storing each as it comes.

Use::

    store = Store(store_folder(out))
    tasks = [RunTask(scenario, seed) for ...]         # or a generator: it is read once
    with executor_for(jobs, dask) as executor:
        lived = run_missing(store, tasks, executor, progress=bar.update)
    table = store.results(lived.keys)                 # in the order of tasks

Only this process writes the store. What a run gives does not depend on where it was lived, so
the table is the same whatever executor, number of workers or order of completion.
"""

import contextlib
import time
from collections.abc import Callable, Iterable
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from dataclasses import dataclass, field
from typing import Any

from abm.runs.claims import Claims
from abm.runs.errors import RunnerError, runner_error
from abm.runs.executors import (
    InThisProcess,
    WorkerCount,
    executor_for,
    is_about_sending,
    local_executor,
)
from abm.runs.store import RunResult, Store
from abm.runs.tasks import (
    Batch,
    Batcher,
    Evaluate,
    OtherVersionError,
    RunTask,
    agent_days,
    expected_seconds,
    failed_result,
    live_batch,
    live_outcomes,
)

__all__ = [
    "Evaluate",
    "Lived",
    "RunTask",
    "RunnerError",
    "agent_days",
    "executor_for",
    "expected_seconds",
    "live_outcomes",
    "local_executor",
    "run_missing",
]

POLL_SECONDS = 0.5
BATCHES_A_WORKER = 2  # one being lived, one at hand
BREAKS_BEFORE_ALONE = 2
DEATHS_BEFORE_FAILED = 2
WAITING = "another process is living the runs that are left; waiting for its results"
KILLED_ON_DASK = "KilledWorker"  # the name of its error about a run that killed several workers
KILLED = (
    "The process that lived this run ended abruptly, twice, with nothing else being lived "
    "(killed, or out of memory). Fewer --jobs leave more memory to each.\n"
)

NO_WORKER_LIVES = (
    "every worker ended before any run came back: out of memory, or what is to be lived cannot be "
    "loaded by another process"
)


@dataclass
class Lived:
    """What `run_missing` did.

    Parameters
    ----------
    keys
        Keys of all tasks, in their order.
    found
        How many had a result, or got one from another process meanwhile.
    done, failed
        How many were lived now, and how many of those tried failed.
    """

    keys: list[str] = field(default_factory=list)
    found: int = 0
    done: int = 0
    failed: int = 0

    @property
    def settled(self) -> int:
        """How many tasks have a result now."""
        return self.found + self.done + self.failed


def run_missing(
    store: Store,
    tasks: Iterable[RunTask],
    executor: Executor | None = None,
    *,
    total: int | None = None,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
    say: Callable[[str], None] | None = None,
    retry_failed: bool = False,
) -> Lived:
    """Live the tasks that have no result, and append results as they arrive.

    Parameters
    ----------
    store
        Where results are kept. Several processes may live into one store at once.
    tasks
        Runs to live; read once and only a little ahead, so a generator costs no memory.
    executor
        Where to live them: any `concurrent.futures.Executor`; by default this very process.
    total
        How many tasks there are, for the progress, if `tasks` has no length.
    workers
        How many runs the executor can live at once, if it does not say.
    progress
        Called now and then with the share of the tasks that have a result, 0 to 1.
    say
        Called with a message when nothing is left but runs that another process lives.
    retry_failed
        Live runs again that failed before.

    Returns
    -------
    Lived
        A run that raises is stored as failed, with its traceback; the rest goes on.

    Raises
    ------
    StoreError
        If results cannot be stored, for instance because the disk is full.
    RunnerError
        If the executor is lost, or its workers have other code or cannot load what is lived.
    KeyboardInterrupt
        On Ctrl-C. In all cases what is finished is stored, and the same call goes on.
    """
    if total is None and hasattr(tasks, "__len__"):
        total = len(tasks)  # type: ignore[arg-type]
    chosen = InThisProcess() if executor is None else executor
    with Claims(store.folder) as claims:
        crew = _Crew(store, claims, chosen, workers, retry_failed)
        crew.tell, crew.say = _teller(progress, total, crew.lived), say
        store.refresh()
        try:
            crew.live(Batcher(tasks, total))
        finally:
            crew.leave()
            store.write_index()
    return crew.lived


def _teller(
    progress: Callable[[float], None] | None, total: int | None, lived: Lived
) -> Callable[[], None]:
    """Return a function that reports the share of the tasks that have a result."""

    def tell() -> None:
        if progress is not None and total:
            progress(min(1.0, lived.settled / total))

    return tell


class _Crew:
    """The state of one call of `run_missing`."""

    def __init__(
        self,
        store: Store,
        claims: Claims,
        executor: Executor,
        workers: int | None,
        retry_failed: bool,
    ) -> None:
        self.store, self.claims, self.executor = store, claims, executor
        self.workers, self.retry_failed = workers, retry_failed
        self.lived = Lived()
        self.tell: Callable[[], None] = lambda: None
        self.say: Callable[[str], None] | None = None
        self.has_come_back = False  # any batch, so that workers are known to work
        self.count_workers = WorkerCount(executor)
        self.in_flight: dict[Future[list[RunResult]], Batch] = {}
        self.again: list[Batch] = []  # lost with a pool that broke
        self.alone: list[Batch] = []  # single runs, suspected of killing their worker
        self.deferred: list[tuple[str, RunTask]] = []  # lived by another process
        self.asked: set[str] = set()
        self.settled_now: set[str] = set()  # of these keys, a failure is not tried again

    def live(self, batcher: Batcher) -> None:
        """Live everything that is missing."""
        self.batcher = batcher
        while True:
            broken = self._fill()
            if self.in_flight:
                finished, _ = wait(self.in_flight, POLL_SECONDS, FIRST_COMPLETED)
                broken += self._collect(finished)
            elif not broken:
                if not self.deferred:
                    break
                self._say_that_we_wait()
                time.sleep(POLL_SECONDS)
            if broken:
                self._recover(broken)
            self.tell()
        self.tell()

    def _say_that_we_wait(self) -> None:
        say, self.say = self.say, None  # once
        if say is not None:
            say(WAITING)

    # Submitting

    def _fill(self) -> list[Batch]:
        """Submit as much as the workers need at hand; return what could not be submitted."""
        while len(self.in_flight) < self._window():
            batch = self._next_batch()
            if batch is None:
                break
            try:
                future = self.executor.submit(live_batch, batch.work())
            except BrokenExecutor:
                return [batch]
            except Exception as error:
                raise runner_error(error, "a run could not be sent to the workers") from error
            self.in_flight[future] = batch
        return []

    def _window(self) -> int:
        """Return how many batches may be in flight now."""
        flying = [batch.is_alone for batch in self.in_flight.values()]
        if any(flying):
            return 1
        if self.alone and not self.again:
            return 0 if flying else 1
        return self._widest_window()

    def _widest_window(self) -> int:
        """Return how many batches may be in flight when no run is suspected."""
        if isinstance(self.executor, InThisProcess):
            return 1
        return BATCHES_A_WORKER * (self.workers or self.count_workers())

    def _next_batch(self) -> Batch | None:
        """Return runs that nobody has lived or is living, or None if there are none now."""
        if self.again:
            return self.again.pop()
        if self.alone:
            return self.alone.pop()
        while candidates := self.batcher.pull(self._is_wanted, self._widest_window()):
            batch = self._claim(candidates)
            if batch is not None:
                return batch
        if not self.deferred:
            return None
        candidates, self.deferred = self.deferred, []
        batch = self._claim(candidates)
        if batch is None:
            return None
        first, *others = self.batcher.split(batch)
        self.again.extend(others)
        return first

    def _is_wanted(self, key: str) -> bool:
        """Note a key; return whether its run is to be lived, as far as is known."""
        self.lived.keys.append(key)
        was_asked = key in self.asked
        self.asked.add(key)
        if was_asked or self._has(key):
            self.lived.found += 1
            return False
        return True

    def _has(self, key: str) -> bool:
        counted = not self.retry_failed or key in self.settled_now
        return self.store.has(key, failed=counted)

    def _claim(self, candidates: list[tuple[str, RunTask]]) -> Batch | None:
        """Claim those candidates that nobody else has lived or is living now."""
        with self.claims.exclusive():
            others = self.claims.of_others()
            self.store.refresh()
            batch = Batch()
            for key, task in candidates:
                if self._has(key):
                    self.lived.found += 1
                elif key in others:
                    self.deferred.append((key, task))
                else:
                    batch.runs.append((key, task))
            self.claims.add([key for key, _ in batch.runs])
        return batch if batch.runs else None

    # Collecting

    def _collect(self, finished: Iterable[Future[list[RunResult]]]) -> list[Batch]:
        """Store what has come back; return batches whose executor broke."""
        broken = []
        for future in finished:
            batch = self.in_flight[future]
            try:
                results = future.result()
            except BrokenExecutor:
                broken.append(batch)
            except (CancelledError, OtherVersionError) as error:
                raise RunnerError(str(error) or "the workers or the scheduler were lost") from error
            except Exception as error:
                self._split(batch, error)
            else:
                self.has_come_back = True
                self._keep(batch, results)
            del self.in_flight[future]  # not before: Ctrl-C may come while it is stored
        return broken

    def _keep(self, batch: Batch, results: list[RunResult]) -> None:
        self.store.append(results)
        keys = [key for key, _ in batch.runs]
        self.settled_now.update(key for key in keys if self.retry_failed)
        self.claims.release(keys)
        done = sum(not result.error for result in results)
        self.lived.done += done
        self.lived.failed += len(results) - done
        self.batcher.learn(batch, results)

    def _split(self, batch: Batch, error: Exception) -> None:
        """Find which run of a batch does not come back; on its own it is stored as failed.

        Raises
        ------
        RunnerError
            If it is not a run that is to blame: the same would come of all of them.
        """
        if is_about_sending(error):
            raise runner_error(error, "the workers cannot load what is to be lived") from error
        if len(batch.runs) > 1:
            self.again.extend(batch.singles())
            return
        if not self.has_come_back and type(error).__name__ != KILLED_ON_DASK:
            raise runner_error(error, "the workers can live nothing") from error
        self._keep(batch, [failed_result(*batch.runs[0], f"{type(error).__name__}: {error}\n")])

    def _recover(self, broken: list[Batch]) -> None:
        """Go on with new workers after one was killed; what was lost is lived again."""
        while self.in_flight:
            finished, _ = wait(self.in_flight, return_when=FIRST_COMPLETED)
            broken += self._collect(finished)
        renew: Any = getattr(self.executor, "renew", None)
        if renew is None:
            raise RunnerError(
                "the executor broke (a worker was killed?); what is finished is stored, and the "
                "same call goes on from there with a new executor"
            )
        renew()
        for batch in broken:
            batch.breaks += 1
            if batch.is_alone and batch.breaks >= DEATHS_BEFORE_FAILED:
                if not self.has_come_back:
                    raise RunnerError(NO_WORKER_LIVES)
                self._keep(batch, [failed_result(*batch.runs[0], KILLED)])
            elif batch.is_alone:
                self.alone.insert(0, batch)  # after all others were tried
            elif batch.breaks >= BREAKS_BEFORE_ALONE:
                self.alone.extend(batch.singles(alone=True))
            else:
                self.again.append(batch)

    def leave(self) -> None:
        """Store what has come back by now, and give up the rest."""
        for future, batch in list(self.in_flight.items()):
            if not future.cancel() and future.done() and not future.cancelled():
                with contextlib.suppress(Exception):
                    self._keep(batch, future.result())
        self.in_flight.clear()
