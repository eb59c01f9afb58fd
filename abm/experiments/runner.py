"""Living many runs over any executor, and storing each as it comes.

Use::

    store = Store(out / "store" / "runs")
    tasks = [RunTask(scenario, seed) for ...]         # or a generator: run_missing reads it once
    with executor_for(jobs, dask) as executor:
        lived = run_missing(store, tasks, executor, progress=bar.update, total=len(tasks))
    table = store.results(lived.keys)                 # in the order of tasks
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from abm.experiments.store import Store

if TYPE_CHECKING:
    from abm.scenario import Scenario

Evaluate = Callable[["Scenario", int], dict[str, float]]


class RunnerError(Exception):
    """The runs cannot go on; what is finished is kept. The message is for the user."""


def live_outcomes(scenario: "Scenario", seed: int) -> dict[str, float]:
    """Live one run and return its figures (the standard evaluator)."""
    raise NotImplementedError


@dataclass(frozen=True)
class RunTask:
    """One run to live: `evaluate` is a function of a module, called in a worker."""

    scenario: "Scenario"
    seed: int
    evaluate: Evaluate = live_outcomes

    @property
    def key(self) -> str:
        """Key of its result in a store."""
        raise NotImplementedError


@dataclass
class Lived:
    """What `run_missing` did: keys of all tasks in order; counts of what was lived now."""

    keys: list[str] = field(default_factory=list)
    found: int = 0  # already in the store (or stored by another process meanwhile)
    done: int = 0
    failed: int = 0


def run_missing(
    store: Store,
    tasks: Iterable[RunTask],
    executor: Executor | None = None,
    *,
    total: int | None = None,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
    retry_failed: bool = False,
) -> Lived:
    """Live the tasks that have no result and append results as they arrive.

    KeyboardInterrupt, StoreError and RunnerError come through after what is finished was stored;
    the same call goes on from there. Failed runs do not raise: see `Lived.failed` and the column
    `status` of `Store.results`.
    """
    raise NotImplementedError


@contextmanager
def local_executor(jobs: int | None = None) -> Iterator[Executor | None]:
    """Yield processes of this machine (None, meaning this very process, with jobs=1)."""
    raise NotImplementedError


@contextmanager
def executor_for(jobs: int | None = None, dask: str | None = None) -> Iterator[Executor | None]:
    """Yield what `--jobs J` and `--dask ADDRESS` (or `local`) ask for."""
    raise NotImplementedError


def agent_days(scenario: "Scenario") -> int:
    """Return the days lived by all people of one run, warm-up included."""
    raise NotImplementedError


def expected_seconds(agent_days: float, workers: int = 1) -> float:
    """Return about how long so many agent-days take, before anything was measured."""
    raise NotImplementedError
