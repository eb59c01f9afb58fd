"""Runs of which only figures are kept: those of sweeps, sensitivity analyses and calibrations.

Use::

    store = store_below(out)
    tasks = [figures_task(scenario, seed) for ...]    # or a generator: it is read once
    with executor_for(jobs, dask) as executor:
        summary = run_figures(store, tasks, executor, progress=bar.update)
    table = store.frame(list(summary.keys))           # in the order of tasks

What a run gives does not depend on where it is done, so the table is the same whatever executor,
number of workers or order of completion.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any

from abm.runs.kept_result import kept, may_be_called
from abm.runs.keys import agent_days, name_of, result_key
from abm.runs.result_store import ResultStore
from abm.runs.run_tasks import Summary, run_tasks
from abm.runs.task import Finished, Task
from abm.scenario.scenario import Scenario
from abm.studies.outcomes import LOGS, outcomes_of

Evaluate = Callable[["Scenario", int], dict[str, float]]


def run_outcomes(scenario: Scenario, seed: int) -> dict[str, float]:
    """Do one run and return its `abm.studies.outcomes.OUTCOMES`; the standard evaluator.

    A scenario with interventions is run without them, too: the effects are figures as well.
    """
    from abm.simulation.run import run

    record = run(scenario, seed, LOGS)
    if not scenario.interventions:
        return outcomes_of(record)
    without = scenario.model_copy(update={"interventions": scenario.interventions[:0]})
    return outcomes_of(record, run(without, seed, LOGS))


@dataclass(frozen=True)
class _FiguresRun:
    """What a worker needs to know of a run."""

    kind: str
    scenario: Scenario
    seed: int
    evaluate: Evaluate


def figures_task(
    scenario: Scenario, seed: int, evaluate: Evaluate = run_outcomes, kind: str = "run"
) -> Task:
    """Return the task to do one run and compute its figures, which a store keeps as of that `kind`.

    `evaluate` returns figures by name, in a worker: a function of a module, or an instance that
    says in `key_name` what stands for it in the key.
    """
    key = result_key(kind, scenario, seed, "" if evaluate is run_outcomes else name_of(evaluate))
    return Task(key, _figures_of, _FiguresRun(kind, scenario, seed, evaluate), agent_days(scenario))


def _figures_of(run: _FiguresRun) -> dict[str, float]:
    figures = run.evaluate(run.scenario, run.seed)
    for name in map(str, figures):
        if not may_be_called(name):
            raise ValueError(f"a figure may not be called {name}")
    return {str(name): float(value) for name, value in figures.items()}


def run_figures(
    store: ResultStore,
    tasks: Iterable[Task],  # of `figures_task`
    executor: Executor | None = None,
    *,
    retry_failed: bool = False,
    **options: Any,  # of `run_tasks`, which also says what is raised
) -> Summary:
    """Do the runs that have no result, and keep figures as they arrive.

    A run that raises is kept as failed, with its traceback, and done again only with
    `retry_failed`; the rest goes on. Several processes may run into one store at once.
    """

    def keep(batch: list[Finished]) -> None:
        runs = ((finished, finished.task.argument) for finished in batch)
        store.put_many([kept(f, r.kind, r.scenario, r.seed, f.result) for f, r in runs])

    known = partial(store.has, failed=not retry_failed)
    return run_tasks(tasks, keep, executor, is_known=known, claims=store, **options)
