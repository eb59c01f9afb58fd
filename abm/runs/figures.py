"""Runs of which only figures are kept: those of sweeps, sensitivity analyses and calibrations.

Use::

    store = store_below(out)
    tasks = [figures_task(scenario, seed) for ...]    # or a generator: it is read once
    with executor_for(jobs, dask) as executor:
        lived = live_figures(store, tasks, executor, progress=bar.update)
    table = store.frame(list(lived.keys))             # in the order of tasks

What a run gives does not depend on where it was lived, so the table is the same whatever executor,
number of workers or order of completion.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from abm.runs.executors import executor_for, local_executor
from abm.runs.kept_result import KeptResult, kept, may_be_called
from abm.runs.keys import agent_days, name_of, result_key
from abm.runs.result_store import ResultStore, store_below
from abm.runs.run_tasks import Summary, run_tasks
from abm.runs.task import Finished, Task

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario

__all__ = [
    "Evaluate",
    "executor_for",
    "figures_task",
    "live_figures",
    "live_outcomes",
    "local_executor",
    "store_below",
]

Evaluate = Callable[["Scenario", int], dict[str, float]]


def live_outcomes(scenario: "Scenario", seed: int) -> dict[str, float]:
    """Live one run and return its figures; the standard evaluator.

    A scenario with interventions is lived without them, too: the effects are figures as well.

    Returns
    -------
    dict of str to float
        See `abm.studies.outcomes.OUTCOMES`.
    """
    from abm.simulation.run import run
    from abm.studies.outcomes import LOGS, outcomes_of

    record = run(scenario, seed, LOGS)
    if not scenario.interventions:
        return outcomes_of(record)
    without = scenario.model_copy(update={"interventions": scenario.interventions[:0]})
    return outcomes_of(record, run(without, seed, LOGS))


@dataclass(frozen=True)
class _Run:
    """What a worker needs to know of a run."""

    kind: str
    scenario: "Scenario"
    seed: int
    evaluate: Evaluate


def figures_task(
    scenario: "Scenario", seed: int, evaluate: Evaluate = live_outcomes, kind: str = "run"
) -> Task:
    """Return the task to live one run and compute its figures.

    Parameters
    ----------
    scenario, seed
        What to live.
    evaluate
        A function of a module that returns figures by name; called in a worker. Or an instance
        that says in `key_name` what stands for it in the key.
    kind
        What a store keeps it as.
    """
    name = "" if evaluate is live_outcomes else name_of(evaluate)
    key = result_key(kind, scenario, seed, name)
    return Task(key, _figures_of, _Run(kind, scenario, seed, evaluate), agent_days(scenario))


def _figures_of(run: _Run) -> dict[str, float]:
    found = run.evaluate(run.scenario, run.seed)
    figures = {str(name): float(value) for name, value in found.items()}
    for name in figures:
        if not may_be_called(name):
            raise ValueError(f"a figure may not be called {name}")
    return figures


def live_figures(
    store: ResultStore,
    tasks: Iterable[Task],
    executor: Executor | None = None,
    *,
    retry_failed: bool = False,
    **how: Any,
) -> Summary:
    """Live the runs that have no result, and keep figures as they arrive.

    Parameters
    ----------
    store
        Where. Several processes may live into one store at once.
    tasks
        Of `figures_task`; read once and only a little ahead, so a generator costs no memory.
    executor
        Where to live them: any `concurrent.futures.Executor`; by default this very process.
    retry_failed
        Live again what failed before.
    how
        As of `run_tasks`, which also says what is raised.

    Returns
    -------
    Summary
        A run that raises is kept as failed, with its traceback; the rest goes on.
    """

    def keep(finished: list[Finished]) -> None:
        store.put_many([_kept(each) for each in finished])

    known = partial(store.has, failed=not retry_failed)
    return run_tasks(tasks, keep, executor, is_known=known, claims=store, **how)


def _kept(finished: Finished) -> KeptResult:
    run: _Run = finished.task.argument
    return kept(finished, run.kind, run.scenario, run.seed, finished.result)
