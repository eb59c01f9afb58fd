"""Processes of this machine that cannot outlive the one that started them.

This module imports little, because a new process imports it first: before NumPy, so that the
number of threads can still be set.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class LocalProcesses(Executor):
    """A pool of spawned processes of one thread each, that end at once when this process ends.

    Leaving the block by an exception, or `stop`, ends them whatever they are doing. Twice as many
    batches as there are processes can note in `shares` how far they are. The larger `niceness`, the
    more they give way to other processes, where the system knows of it.
    """

    def __init__(self, jobs: int, niceness: int = 0) -> None:
        self.workers, self.niceness = jobs, niceness
        self._open()

    def _open(self) -> None:
        _start_tracker()
        context = multiprocessing.get_context("spawn")
        self.shares = context.RawArray("d", 2 * self.workers)
        self._reader, self._writer = context.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(
            self.workers, context, initializer=_begin_process,
            initargs=(self._reader, self.shares, self.niceness),
        )  # fmt: skip

    def submit[**P, R](
        self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[R]:
        """Call a function of a module in one of the processes."""
        with _without_ctrl_c():
            return self._pool.submit(function, *args, **kwargs)

    def stop(self) -> None:
        """End every process at once."""
        self._writer.close()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._reader.close()

    def renew(self) -> None:
        """Replace all processes by new ones, after one of them was killed."""
        self.stop()
        self._open()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes finish what they are doing, then end them."""
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)
        if wait:
            self._writer.close()
            self._reader.close()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.shutdown(wait=True, cancel_futures=True)
        else:
            self.stop()


@contextlib.contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Hold Ctrl-C back while a process may start: until it ignores it, it inherits this."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_tracker() -> None:
    """Start the process of Python that cleans up after all others; a closed terminal ends it not.

    It heeds neither Ctrl-C nor SIGTERM by itself, nor SIGHUP if that is ignored when it starts.
    """
    if not hasattr(signal, "SIGHUP") or threading.current_thread() is not threading.main_thread():
        return
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        resource_tracker.ensure_running()
    finally:
        signal.signal(signal.SIGHUP, before or signal.SIG_DFL)


shares: Any = None  # in a process that was started: where it notes how far it is, by slot


def _begin_process(stop: Connection, parents: Any, niceness: int) -> None:
    """Prepare a process: one thread, interruptions left to the parent, no life without it."""
    global shares
    shares = parents
    for name in THREADS:
        os.environ.setdefault(name, "1")
    for name in {"SIGINT", "SIGHUP"} & set(dir(signal)):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(niceness)
    threading.Thread(target=_end_with_parent, args=(stop,), daemon=True).start()


def _end_with_parent(stop: Connection) -> None:
    """Wait until the parent process is gone or says stop; then end this one."""
    parent = multiprocessing.parent_process()
    sentinels: list[Any] = [stop] if parent is None else [stop, parent.sentinel]
    wait(sentinels)
    os._exit(1)


@contextlib.contextmanager
def sigterm_interrupts() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, unless the program has its own way."""
    is_main = threading.current_thread() is threading.main_thread()
    is_free = is_main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    try:
        if is_free:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
        yield
    finally:
        if is_free:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
