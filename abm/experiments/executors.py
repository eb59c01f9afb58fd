"""Where runs are lived: in this process, in processes of this machine, or on a Dask cluster."""

import contextlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future

from abm.experiments.processes import LocalProcesses, processors

LOCAL = "local"


class RunnerError(Exception):
    """The runs cannot go on; what is finished is kept. The message is for the user."""


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
        return max(1, sum(client.nthreads().values()))
    return os.cpu_count() or 1


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
    RunnerError
        If Dask is not installed, or nothing answers at the address.
    """
    if dask is None:
        with local_executor(jobs) as executor:
            yield executor
        return
    from abm.experiments.dask_cluster import connected, local_cluster

    if dask != LOCAL:
        with connected(dask) as executor:
            yield executor
        return
    number = processors() if jobs is None else jobs
    with local_cluster(number) as address, connected(address, at_least=number) as executor:
        yield executor
