"""Doing many pieces of work on any executor, and keeping each result as it comes.

Workers may be killed: what was lost is done once more, and what takes its worker down again and
again, alone at last, is given up. Only this process keeps results.
"""

import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from dataclasses import dataclass
from typing import Any

from abm.runs.errors import RunnerError, runner_error
from abm.runs.executors import InThisProcess, WorkerCount, is_about_sending
from abm.runs.task import OtherVersionError

POLL_SECONDS = 0.5
AT_HAND = 2  # pieces a worker: one being done, one waiting
BREAKS_BEFORE_ALONE, BREAKS_AT_MOST = 2, 3
KILLED = (
    "The process that did this ended abruptly, at last with nothing else being done (killed, or "
    "out of memory). Fewer --jobs leave more memory to each.\n"
)
KILLED_ON_DASK = "KilledWorker"  # the name of its error about work that killed several workers


@dataclass
class Piece:
    """One piece of work.

    Parameters
    ----------
    function, argument
        A function of a module, called in a worker with this argument.
    weight
        How much work it is, in any unit.
    """

    function: Callable[[Any], Any]
    argument: Any
    weight: float = 1.0
    breaks: int = 0  # how often its executor broke

    @property
    def is_alone(self) -> bool:
        """Whether it may be what takes workers down, so that nothing else runs beside it."""
        return self.breaks >= BREAKS_BEFORE_ALONE


Keep = Callable[[Piece, Any, str | None], None]


def do_all(
    pieces: Sequence[Piece],
    executor: Executor | None,
    keep: Keep,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Do every piece of work.

    Parameters
    ----------
    pieces
        In the order in which they are begun.
    executor
        Where; by default this very process.
    keep
        Called in this process with a piece, what its function returned, and None; or with a
        piece, None, and why nothing came back.
    progress
        Called with the weight of what has ended.

    Raises
    ------
    RunnerError
        If the executor is lost, or its workers cannot load what is to be done.
    KeyboardInterrupt
        On Ctrl-C; what has ended by then is kept.
    """
    crew = _Crew(list(pieces), executor or InThisProcess(), keep)
    try:
        while not crew.is_done:
            crew.submit()
            crew.collect()
            if progress is not None:
                progress(crew.ended)
    finally:
        crew.leave()


class _Crew:
    """The state of one call of `do_all`."""

    def __init__(self, pieces: list[Piece], executor: Executor, keep: Keep) -> None:
        self.left, self.executor, self.keep = pieces, executor, keep
        self.in_flight: dict[Future[Any], Piece] = {}
        self.broken: list[Piece] = []
        self.ended = 0.0
        self._count_workers = WorkerCount(executor)

    @property
    def is_done(self) -> bool:
        return not (self.left or self.in_flight or self.broken)

    def submit(self) -> None:
        """Hand out as much as the workers need at hand."""
        while self.left and not self.broken and len(self.in_flight) < self._window():
            piece = self.left[0]
            try:
                future = self.executor.submit(piece.function, piece.argument)
            except BrokenExecutor:
                self.broken.append(self.left.pop(0))
                return
            except Exception as error:
                raise runner_error(error, "work could not be sent to the workers") from error
            self.in_flight[future] = self.left.pop(0)

    def _window(self) -> int:
        if self.left[0].is_alone or any(piece.is_alone for piece in self.in_flight.values()):
            return 1
        if isinstance(self.executor, InThisProcess):
            return 1
        return AT_HAND * self._count_workers()

    def collect(self) -> None:
        """Keep what has come back; after a broken executor go on with new workers."""
        if self.in_flight:
            finished, _ = wait(self.in_flight, POLL_SECONDS, FIRST_COMPLETED)
            self._take(finished)
        if self.broken:
            while self.in_flight:
                self._take(wait(self.in_flight, return_when=FIRST_COMPLETED).done)
            self._recover()

    def _take(self, finished: "set[Future[Any]]") -> None:
        for future in finished:
            piece = self.in_flight[future]
            try:
                result = future.result()
            except BrokenExecutor:
                self.broken.append(piece)
            except (CancelledError, OtherVersionError) as error:
                raise RunnerError(str(error) or "the workers or the scheduler were lost") from error
            except Exception as error:
                self._blame(piece, error)
            else:
                self._end(piece, result, None)
            del self.in_flight[future]  # not before: Ctrl-C may come while it is kept

    def _blame(self, piece: Piece, error: Exception) -> None:
        """Give up a piece, unless the same would come of all of them."""
        if is_about_sending(error):
            raise runner_error(error, "the workers cannot load what is to be lived") from error
        killed = type(error).__name__ == KILLED_ON_DASK
        self._end(piece, None, KILLED if killed else f"{type(error).__name__}: {error}\n")

    def _end(self, piece: Piece, result: Any, error: str | None) -> None:
        self.keep(piece, result, error)
        self.ended += piece.weight

    def _recover(self) -> None:
        """Start new workers and put back what was lost; what was suspected comes last."""
        renew = getattr(self.executor, "renew", None)
        if renew is None:
            raise RunnerError("the executor broke (a worker was killed?)")
        renew()
        lost, self.broken = self.broken, []
        for piece in lost:
            piece.breaks += 1
            if piece.breaks >= BREAKS_AT_MOST:
                self._end(piece, None, KILLED)
            elif piece.is_alone:
                self.left.append(piece)
            else:
                self.left.insert(0, piece)

    def leave(self) -> None:
        """Keep what has come back by now, and give up the rest."""
        for future, piece in self.in_flight.items():
            if not future.cancel() and future.done() and not future.cancelled():
                with contextlib.suppress(Exception):
                    self.keep(piece, future.result(), None)
        self.in_flight.clear()
