"""Tasks, and what a worker does with a batch of them."""

import gc
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from abm.runs import processes
from abm.runs.keys import made_with


class OtherVersionError(Exception):
    """A worker has another version of the code."""


@dataclass(frozen=True)
class Task:
    """One call to be made somewhere."""

    key: str  # what its result is known by
    function: Callable[[Any], Any]  # of a module; it may say how far it is with `report_share`
    argument: Any
    weight: float = 1.0  # how much work it is, in one unit for all tasks, such as agent-days


@dataclass(frozen=True)
class Failure:
    """Why a task has no result: a traceback, or what became of its process."""

    error: str


@dataclass(frozen=True)
class Finished:
    """A task, what its function returned or a `Failure`, and how long it took."""

    task: Task
    result: Any
    seconds: float


Hear = Callable[[float], None]
_hear: Hear | None = None


def report_share(share: float) -> None:
    """Say from within a task how much of it is done, 0 to 1; cheap enough for every day."""
    if _hear is not None:
        _hear(share)


def do_batch(version: str, tasks: Sequence[Task], note: int | Hear) -> list[tuple[Any, float]]:
    """Do tasks one after another; return what each gave, or a `Failure`, and its seconds.

    OtherVersionError if this process has another version of the code than who asks. `note` is
    called with the weight that is done, or is the slot of `processes.shares` for it.
    """
    if version != made_with():
        raise OtherVersionError(
            f"a worker has another version of the code ({made_with()}, not {version}); "
            "install the same one everywhere and start the workers anew"
        )
    results, done = [], 0.0
    for task in tasks:
        results.append(_do(task, done, note))
        done += task.weight
    _tidy()
    return results


def _do(task: Task, done: float, note: int | Hear) -> tuple[Any, float]:
    """Do one task of a batch, a weight of which is done."""
    global _hear

    def hear(share: float) -> None:
        weight = done + task.weight * min(max(share, 0.0), 1.0)
        if callable(note):
            note(weight)
        elif processes.shares is not None and note < len(processes.shares):
            processes.shares[note] = weight

    _hear = hear
    started = time.perf_counter()
    try:
        result = task.function(task.argument)
    except (Exception, SystemExit):
        result = Failure(traceback.format_exc())
    finally:
        _hear = None
        hear(1.0)
    return result, time.perf_counter() - started


_next_tidy = 0.0


def _tidy() -> None:
    """Free what tasks leave behind, unless that would take more than a hundredth of the time."""
    global _next_tidy
    started = time.perf_counter()
    if started >= _next_tidy:
        gc.collect()
        ended = time.perf_counter()
        _next_tidy = ended + 100 * (ended - started)
