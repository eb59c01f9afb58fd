"""The one runner: calls functions on any executor, and keeps each result as it comes.

Use::

    tasks = (Task(key_of(seed), run_seed, seed) for seed in seeds)
    with executor_for(jobs, dask) as executor:
        summary = run_tasks(tasks, keep, executor, is_known=store.has, claims=store)

What a task gives must not depend on where it is done. Workers may be killed: what was lost is
done again, at last alone, and given up if it ends its worker there, too.
"""

import contextlib
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent import futures
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from abm.runs.errors import RunnerError, runner_error
from abm.runs.executors import InThisProcess, is_about_sending, workers_of
from abm.runs.keys import made_with
from abm.runs.processes import sigterm_interrupts
from abm.runs.result_store import ResultStore
from abm.runs.task import Failure, Finished, OtherVersionError, Task, do_batch

POLL_SECONDS = 0.2
BATCH_SECONDS = 1.5
LARGEST_BATCH = 200  # tasks; about as many are read ahead
SECONDS_BETWEEN_COUNTS = 3.0  # of workers: some executors have to ask a scheduler
BATCHES_A_WORKER = 2  # one being done, one at hand
BREAKS_BEFORE_ALONE = 2
BREAKS_BEFORE_FAILED = 4  # two of them alone
WAITING = "another process is doing what is left; waiting for its results"
KILLED_ON_DASK = "KilledWorker"  # the name of its error about work that killed several workers
KILLED = (
    "The process that did this ended abruptly, twice, with nothing else being done (killed, or "
    "out of memory). Fewer --jobs leave more memory to each.\n"
)
NO_WORKER_LIVES = "every worker ended before anything came back: out of memory, or it cannot begin"
BROKEN = "the executor broke (a worker was killed?); what is finished is kept"


@dataclass
class Summary:
    """What `run_tasks` did."""

    keys: dict[str, None] = field(default_factory=dict)  # of all tasks, in their order
    known: int = 0  # known already, or done by another process meanwhile
    done: int = 0
    failed: int = 0


def run_tasks(
    tasks: Iterable[Task],  # read once and only a little ahead, so a generator costs no memory
    keep: Callable[[list[Finished]], None],  # called here with tasks that have just finished
    executor: futures.Executor | None = None,  # any; by default this very process
    *,
    is_known: Callable[[Collection[str]], Collection[str]] = lambda keys: (),  # need not be done
    claims: ResultStore | None = None,  # what others do with it is waited for
    total: float | None = None,  # weight of all tasks, if `tasks` has no length
    progress: Callable[[float], None] | None = None,  # called with the share of weight, 0 to 1
    say: Callable[[str], None] | None = None,  # called once nothing is left but what others do
    is_over: Callable[[], bool] = lambda: False,  # once true, nothing more is begun
) -> Summary:
    """Do the tasks that are not known, and keep results as they arrive; of one key the first.

    RunnerError if the executor is lost, or its workers have other code or cannot load what is to be
    done; KeyboardInterrupt on Ctrl-C or SIGTERM. In all cases, as when `keep` raises, what is
    finished is kept.
    """
    if total is None:
        total = sum(task.weight for task in tasks) if isinstance(tasks, Collection) else 0.0
    where = InThisProcess() if executor is None else executor
    runner = _Runner(iter(tasks), keep, where, is_known, claims, total, progress, say, is_over)
    with sigterm_interrupts():
        try:
            runner.run()
        finally:
            runner.leave()
    return runner.summary


@dataclass
class _Batch:
    """Tasks that are sent to a worker together."""

    tasks: list[Task]
    is_alone: bool = False  # nothing else is in flight while it is done
    slot: int = 0  # where its worker notes how far it is

    @property
    def weight(self) -> float:
        return sum(task.weight for task in self.tasks)


@dataclass
class _Runner:
    """The state of one call of `run_tasks`."""

    tasks: Iterator[Task]
    keep: Callable[[list[Finished]], None]
    executor: futures.Executor
    is_known: Callable[[Collection[str]], Collection[str]]
    claims: ResultStore | None
    total: float
    progress: Callable[[float], None] | None
    say: Callable[[str], None] | None
    is_over: Callable[[], bool]

    summary: Summary = field(default_factory=Summary)
    ready: deque[Task] = field(default_factory=deque)  # read, and not known
    deferred: list[Task] = field(default_factory=list)  # done by another process
    suspects: list[Task] = field(default_factory=list)  # of killing workers; done last, alone
    in_flight: dict[futures.Future[Any], _Batch] = field(default_factory=dict)
    lost: list[Task] = field(default_factory=list)  # with a pool that has just broken
    breaks: Counter[str] = field(default_factory=Counter)  # by key: how often its pool broke
    claimed: set[str] = field(default_factory=set)
    pace: float | None = None  # seconds a weight, once measured
    begun: float = 0.0  # weight, as the next two
    settled: float = 0.0
    heard: float = 0.0  # of the batch that is done in this very process
    reported: float = 0.0  # share
    workers: int = 0  # how many there were when they were counted
    counted: float = 0.0  # when, by the monotonic clock
    next_look: float = 0.0  # at what others do, by the monotonic clock
    has_come_back: bool = False  # anything, so that workers are known to work

    def __post_init__(self) -> None:
        self.is_here = isinstance(self.executor, InThisProcess)
        self.unseen = self._unseen()

    def run(self) -> None:
        """Do everything that is not known."""
        while True:
            self._send()
            if self.in_flight:
                done, _ = futures.wait(self.in_flight, POLL_SECONDS, futures.FIRST_COMPLETED)
                self._collect(done)
            elif not self.lost:
                if not self.deferred or self.is_over():
                    break
                if self.say is not None:
                    self.say(WAITING)
                    self.say = None  # once is enough
                time.sleep(POLL_SECONDS)
            if self.lost:
                self._recover()
            self._tell()
        self._tell()

    @property
    def shares(self) -> Any:
        """Weights that local workers note of what is in flight, by slot."""
        return getattr(self.executor, "shares", ())

    def _hear(self, weight: float) -> None:
        self.heard = weight
        self._tell()

    def _tell(self) -> None:
        """Report the share that is done; it never falls, whatever is lost."""
        if self.progress is not None and self.total:
            slots = [batch.slot for batch in self.in_flight.values()]
            noted = sum(self.shares[slot] for slot in slots if slot < len(self.shares))
            share = (self.settled + self.heard + noted) / self.total
            self.reported = min(1.0, max(self.reported, share))
            self.progress(self.reported)

    # Sending

    def _send(self) -> None:
        """Send as much as the workers need at hand."""
        while not self.lost and (batch := self._next_batch()):
            used = {other.slot for other in self.in_flight.values()}
            batch.slot = min(set(range(len(used) + 1)) - used)
            if batch.slot < len(self.shares):
                self.shares[batch.slot] = 0.0
            note = self._hear if self.is_here else batch.slot
            try:
                future = self.executor.submit(do_batch, made_with(), batch.tasks, note)
            except futures.BrokenExecutor:
                self._lose(batch)
            except Exception as error:
                raise runner_error(error, "work could not be sent to the workers") from error
            else:
                self.in_flight[future] = batch

    def _next_batch(self) -> _Batch | None:
        """Return what nobody has done or is doing, or None if there is nothing to send now."""
        flying = self.in_flight.values()
        if (
            self.is_over()
            or len(flying) >= self._window()
            or any(batch.is_alone for batch in flying)
        ):
            return None
        while self._read_ahead() or self._look_again():
            batch = _Batch(self._claim(self._cut()))
            if batch.tasks:
                self.begun += batch.weight
                return batch
        return _Batch([self.suspects.pop()], True) if self.suspects and not flying else None

    def _window(self) -> int:
        """Return how many batches may be in flight."""
        if self.is_here:
            return 1
        now = time.monotonic()
        if not self.workers or now - self.counted >= SECONDS_BETWEEN_COUNTS:
            self.workers, self.counted = workers_of(self.executor), now
        return BATCHES_A_WORKER * self.workers

    def _read_ahead(self) -> bool:
        """Read tasks until there are enough for a batch; return whether there are any."""
        while len(self.ready) < LARGEST_BATCH:
            tasks = list(islice(self.unseen, LARGEST_BATCH))
            if not tasks:
                break
            self._sort(tasks)
        return bool(self.ready)

    def _unseen(self) -> Iterator[Task]:
        for task in self.tasks:
            if task.key in self.summary.keys:
                self._find(task)
            else:
                self.summary.keys[task.key] = None
                yield task

    def _look_again(self) -> bool:
        """Look what has become of tasks that others did; return whether any is to be done."""
        if not self.deferred or time.monotonic() < self.next_look:
            return False
        self.next_look = time.monotonic() + POLL_SECONDS
        deferred, self.deferred = self.deferred, []
        self._sort(deferred)
        return bool(self.ready)

    def _sort(self, tasks: list[Task]) -> None:
        """Count the tasks that are known; the others are to be done."""
        known = set(self.is_known([task.key for task in tasks]))
        for task in tasks:
            if task.key in known:
                self._find(task)
            else:
                self.ready.append(task)

    def _find(self, task: Task) -> None:
        self.summary.known += 1
        self.begun += task.weight
        self.settled += task.weight

    def _cut(self) -> list[Task]:
        """Take tasks that last about `BATCH_SECONDS`, fewer towards the end."""
        most = BATCH_SECONDS / self.pace if self.pace else 0.0
        if self.total:  # so that all workers end together
            most = min(most, (self.total - self.begun) / self._window())
        tasks = [self.ready.popleft()]
        weight = tasks[0].weight
        while self.ready and len(tasks) < LARGEST_BATCH:
            weight += self.ready[0].weight
            if weight > most:
                break
            tasks.append(self.ready.popleft())
        return tasks

    def _claim(self, tasks: list[Task]) -> list[Task]:
        """Return those tasks that no other process has done or is doing."""
        if self.claims is None:
            return tasks
        ours = set(self.claims.claim([task.key for task in tasks]))
        self.claimed |= ours
        known = set(self.is_known(ours))  # they may have been done since they were read
        self._release(known)
        for task in tasks:
            if task.key in known:
                self._find(task)
            elif task.key not in ours:
                self.deferred.append(task)
        return [task for task in tasks if task.key in ours - known]

    def _release(self, keys: Collection[str]) -> None:
        if self.claims is not None and keys:
            self.claims.release(keys)
            self.claimed.difference_update(keys)

    # Collecting

    def _collect(self, finished: set[futures.Future[Any]]) -> None:
        """Keep what has come back."""
        while finished:
            future = finished.pop()
            batch = self.in_flight[future]
            try:
                results = future.result()
            except futures.BrokenExecutor:
                self._lose(batch)
            except (futures.CancelledError, OtherVersionError) as error:
                raise RunnerError(str(error) or "the workers or the scheduler were lost") from error
            except Exception as error:
                self._blame(batch, error)
            else:
                self.has_come_back = True
                self._keep(batch, results)
                del results
            del self.in_flight[future], future  # not before: Ctrl-C may come while it is kept

    def _keep(self, batch: _Batch, results: list[tuple[Any, float]]) -> None:
        """Hand on what came of a batch, and learn from it how long a weight takes."""
        finished = [Finished(t, *result) for t, result in zip(batch.tasks, results, strict=True)]
        self.keep(finished)
        self._release({task.key for task in batch.tasks})
        self.settled += batch.weight
        self.heard = 0.0
        good = [done for done in finished if not isinstance(done.result, Failure)]
        self.summary.done += len(good)
        self.summary.failed += len(finished) - len(good)
        if weight := sum(done.task.weight for done in good):
            pace = sum(done.seconds for done in good) / weight
            quickest = min(pace, self.pace or pace)  # the first ones compile
            self.pace = (quickest + pace) / 2

    def _blame(self, batch: _Batch, error: Exception) -> None:
        """Give up a task that does not come back; of several, find out which it is.

        RunnerError if it is not a task that is to blame: the same would come of all of them.
        """
        if is_about_sending(error):
            raise runner_error(error, "the workers cannot load what is to be done") from error
        was_killed = type(error).__name__ == KILLED_ON_DASK
        if len(batch.tasks) > 1:
            self.suspects.extend(batch.tasks)
        elif was_killed or self.has_come_back:
            self._keep(batch, [(Failure(KILLED if was_killed else f"{error!r}\n"), 0.0)])
        else:
            raise runner_error(error, "the workers can do nothing") from error

    def _lose(self, batch: _Batch) -> None:
        self.lost += batch.tasks
        self.breaks.update(task.key for task in batch.tasks)

    def _recover(self) -> None:
        """Go on with new workers after one was killed; what was lost is done again."""
        while self.in_flight:
            self._collect(futures.wait(self.in_flight, None, futures.FIRST_COMPLETED).done)
        renew: Any = getattr(self.executor, "renew", None)
        if renew is None:
            raise RunnerError(BROKEN)
        renew()
        while self.lost:
            task = self.lost.pop()
            breaks = self.breaks[task.key]
            if breaks < BREAKS_BEFORE_ALONE:
                self.ready.appendleft(task)
                self.begun -= task.weight
            elif breaks < BREAKS_BEFORE_FAILED:
                self.suspects.insert(0, task)
            elif self.has_come_back:
                self._keep(_Batch([task]), [(Failure(KILLED), 0.0)])
            else:
                raise RunnerError(NO_WORKER_LIVES)

    def leave(self) -> None:
        """Keep what has come back by now, and give up the rest."""
        for future, batch in list(self.in_flight.items()):
            if not future.cancel() and future.done() and not future.cancelled():
                with contextlib.suppress(Exception):
                    self._keep(batch, future.result())
        self.in_flight.clear()
        with contextlib.suppress(Exception):  # what ends this matters more
            self._release(self.claimed.copy())
