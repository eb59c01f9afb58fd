"""Where runs are lived: in this process, in processes of this machine, or on a Dask cluster."""

import contextlib
import os
import pickle
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future

from abm.runs.errors import runner_error
from abm.runs.processes import LocalProcesses, processors

LOCAL = "local"
SECONDS_BETWEEN_COUNTS = 3.0  # of workers: some executors have to ask a scheduler
# What code or data that cannot be sent to a worker raises; what a run raises is caught there.
NOT_SENT = (ImportError, AttributeError, pickle.PickleError)


def is_about_sending(error: BaseException) -> bool:
    """Return whether an error from a worker is that it could not load what it was sent."""
    text = str(error).lower()
    words = ("serializ", "unpickl", "cannot pickle")
    return isinstance(error, NOT_SENT) or any(word in text for word in words)


class InThisProcess(Executor):
    """Calls what is submitted at once, in this process."""

    workers = 1

    def submit[**P, R](
        self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[R]:
        """Call a function now; Ctrl-C interrupts it."""
        future: Future[R] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def workers_of(executor: Executor) -> int:
    """Return how many calls an executor can run at once, as far as it says.

    Raises
    ------
    RunnerError
        If that has to be asked and nobody answers.
    """
    for name in ("workers", "num_workers", "_max_workers"):
        number = getattr(executor, name, None)
        if isinstance(number, int) and number > 0:
            return number
    client = getattr(executor, "_client", None)  # of Dask, whose workers come and go
    if client is not None:
        try:
            return max(1, sum(client.nthreads().values()))
        except Exception as error:  # of the connection, in many forms
            raise runner_error(error, "the scheduler was lost") from error
    return os.cpu_count() or 1


class WorkerCount:
    """Tells how many workers an executor has, or had a moment ago."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._number, self._when = 0, -SECONDS_BETWEEN_COUNTS

    def __call__(self) -> int:
        """Return their number; see `workers_of`."""
        now = time.monotonic()
        if self._number == 0 or now - self._when >= SECONDS_BETWEEN_COUNTS:
            self._number, self._when = workers_of(self._executor), now
        return self._number


@contextlib.contextmanager
def local_executor(jobs: int | None = None) -> Iterator[Executor | None]:
    """Yield processes of this machine, or None, meaning this very process, with one job.

    Parameters
    ----------
    jobs
        How many processes; by default one a processor.
    """
    number = processors() if jobs is None else jobs
    if number <= 1:
        yield None
        return
    with LocalProcesses(number) as executor:
        yield executor


@contextlib.contextmanager
def executor_for(jobs: int | None = None, dask: str | None = None) -> Iterator[Executor | None]:
    """Yield what the options ``--jobs J`` and ``--dask ADDRESS`` ask for.

    Parameters
    ----------
    jobs
        Processes; by default one a processor. Not used with an address.
    dask
        Address of a scheduler such as ``tcp://10.0.0.1:8786``, the file it wrote (its name ends
        in .json), or ``local``: a scheduler and workers started on this machine and ended
        afterwards.

    Yields
    ------
    Executor or None
        None means this very process.

    Raises
    ------
    NoExecutorError
        If Dask is not installed, or nothing answers at the address.
    """
    if dask is None:
        with local_executor(jobs) as executor:
            yield executor
        return
    from abm.runs.dask_cluster import connected, local_cluster

    if dask != LOCAL:
        with connected(dask) as executor:
            yield executor
        return
    number = processors() if jobs is None else jobs
    with local_cluster(number) as address, connected(address, at_least=number) as executor:
        yield executor
