"""Where runs are done: in this process, in processes of this machine, or on a Dask cluster."""

import contextlib
import os
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future

from abm.runs.dask_cluster import connected, local_cluster
from abm.runs.errors import runner_error
from abm.runs.processes import LocalProcesses, processors

LOCAL = "local"
# What code or data that cannot be sent to a worker raises; what a run raises is caught there.
NOT_SENT = (ImportError, AttributeError, pickle.PickleError)


def is_about_sending(error: BaseException) -> bool:
    """Return whether an error from a worker is that it could not load what it was sent."""
    parts = ("serializ", "unpickl", "cannot pickle")
    return isinstance(error, NOT_SENT) or any(part in str(error).lower() for part in parts)


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
    """Return how many calls an executor can run at once, as far as it says."""
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


@contextlib.contextmanager
def local_executor(jobs: int | None = None) -> Iterator[Executor | None]:
    """Yield processes of this machine, by default one a processor; None is this very process."""
    number = processors() if jobs is None else jobs
    if number <= 1:
        yield None
        return
    with LocalProcesses(number) as executor:
        yield executor


@contextlib.contextmanager
def executor_for(jobs: int | None = None, dask: str | None = None) -> Iterator[Executor | None]:
    """Yield what ``--jobs J`` and ``--dask ADDRESS`` ask for; None means this very process.

    The address of a scheduler is such as ``tcp://10.0.0.1:8786``, the file that it wrote (its name
    ends in .json), or ``local``: a scheduler and workers started here and ended afterwards.
    NoExecutorError if Dask is not installed, or nothing answers there.
    """
    number = processors() if jobs is None else jobs
    with contextlib.ExitStack() as stack:
        if dask is None:
            yield stack.enter_context(local_executor(jobs))
        elif dask == LOCAL:
            address = stack.enter_context(local_cluster(number))
            yield stack.enter_context(connected(address, at_least=number))
        else:
            yield stack.enter_context(connected(dask))
