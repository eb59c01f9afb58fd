"""`abm.compare`: scenarios compared from Python."""

import statistics
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from abm.experiments.comparison.findings import Findings, check_comparable, find
from abm.experiments.comparison.person_outcomes import Lives
from abm.experiments.comparison.tasks import Live, Run, kept_run, lives_in, run_of, tasks_of
from abm.io.progress import Progress, in_words
from abm.io.tables import TableError
from abm.io.terminal import NOTHING_NEW
from abm.runs.errors import RunnerError
from abm.runs.executors import executor_for
from abm.runs.keys import AGENT_DAYS_A_SECOND
from abm.runs.options import RunOptions
from abm.runs.processes import processors
from abm.runs.result_store import ResultStore, StoreError
from abm.runs.run_tasks import run_tasks
from abm.runs.task import Failure, Finished, Task
from abm.runs.warm_ups import kept_warm_up
from abm.scenario.draws import chosen_draws
from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.compiled import announce_compiling

Failures = dict[tuple[str, int], str]


@dataclass
class _Missing:
    """The runs of a comparison that are to be done."""

    runs: dict[str, Run]  # by key
    found: int  # other runs, which are kept already
    damaged: int  # of those to do, kept once
    again: set[str]  # keys of those that are to be done though they are kept
    pace: float | None  # seconds an agent-day, the median of those that are kept
    first: list[Task]  # warm-ups that several runs share
    then: list[Task]  # the runs

    @property
    def weight(self) -> float:
        """Agent-days of all."""
        return sum(task.weight for task in (*self.first, *self.then))


def live_missing(
    scenarios: "Sequence[Scenario]",
    asked: Sequence[int],
    spanned: Sequence[int],
    how: RunOptions,
) -> Failures:
    """Run every scenario and seed that is not kept; return tracebacks of those that failed.

    Parameters
    ----------
    scenarios
        What to run.
    asked
        Seeds of now; with `force` these are run again.
    spanned
        These, and those that were asked for earlier.
    how
        Where and how.
    """
    runs = {(each.name, seed): run_of(each, seed, how) for seed in spanned for each in scenarios}
    keys = {place: run.key for place, run in runs.items()}
    again = {key for (_, seed), key in keys.items() if how.force and seed in set(asked)}
    missing = _missing({key: runs[place] for place, key in keys.items()}, again, how)
    if not missing.runs:
        how.say(NOTHING_NEW)
        return {}
    jobs = min(how.jobs or processors(), len(missing.runs))
    with executor_for(jobs, how.dask) as executor:  # before anything is run
        if how.is_on_this_machine and how.simulate is None:
            announce_compiling(how.say)
        how.say(_announcement(missing, jobs, how))
        with Progress(f"{len(missing.runs):,} runs", how.quiet) as progress:
            errors = _live(missing, executor, how, progress.update)
    return {place: errors[key] for place, key in keys.items() if key in errors}


def _missing(runs: dict[str, Run], again: set[str], how: RunOptions) -> _Missing:
    """Look which runs are not kept, or are to be done again."""
    store = how.store
    listed = store.has(runs, failed=False)
    known = store.has(runs, failed=False, whole=True) - again
    wanted = {key: run for key, run in runs.items() if key not in known}
    first, then = tasks_of(wanted, store if how.is_on_this_machine else None)
    damaged = len(listed - known - again)
    return _Missing(wanted, len(known), damaged, again, _pace(store, known), first, then)


def _pace(store: ResultStore, keys: set[str]) -> float | None:
    """Return the seconds that an agent-day took, the median of some runs."""
    table = store.frame(sorted(keys), ("seconds", "agent_days"))
    paces = [
        seconds / days
        for seconds, days in zip(table["seconds"], table["agent_days"], strict=True)
        if all(isinstance(each, int | float) and 0 < each < 1e15 for each in (seconds, days))
    ]
    return statistics.median(paces) if paces else None


def _live(
    missing: _Missing, executor: Executor | None, how: RunOptions, tell: Callable[[float], None]
) -> dict[str, str]:
    """Run what is missing: shared warm-ups first; return tracebacks of failed runs by key."""
    store, errors = how.store, dict[str, str]()
    share = sum(task.weight for task in missing.first) / missing.weight

    def keep_warm_ups(batch: list[Finished]) -> None:  # runs do without those that failed
        good = [each for each in batch if not isinstance(each.result, Failure)]
        with suppress(StoreError):
            store.put_many([kept_warm_up(each) for each in good])

    def keep(batch: list[Finished]) -> None:
        good = [each for each in batch if not isinstance(each.result, Failure)]
        store.put_many([kept_run(each) for each in good])
        errors.update({e.task.key: e.result.error for e in batch if isinstance(e.result, Failure)})

    run_tasks(
        missing.first,
        keep_warm_ups,
        executor,
        is_known=partial(store.has, whole=True),
        claims=store,
        progress=lambda done: tell(share * done),
        say=how.say,
    )
    run_tasks(
        missing.then,
        keep,
        executor,
        is_known=lambda keys: store.has(keys, failed=False, whole=True) - missing.again,
        claims=store,
        progress=lambda done: tell(share + (1 - share) * done),
        say=how.say,
    )
    return errors


def _announcement(missing: _Missing, jobs: int, how: RunOptions) -> str:
    """Say how many runs are to come and about how long they take."""
    text = f"{len(missing.runs):,} runs to live"
    if missing.first:
        text += f" after {len(missing.first):,} warm-ups that they share"
    if missing.found:
        text += f", {missing.found:,} known already"
    if missing.damaged:
        text += f"; {missing.damaged:,} of them were damaged"
    seconds = missing.weight * (missing.pace or 1 / AGENT_DAYS_A_SECOND)
    work = in_words(max(1.0, seconds / (1 if how.dask else jobs)))
    if how.dask:
        where = "of work, shared by the workers"
    else:
        where = f"with {jobs} processes" if jobs > 1 else "with one process"
    sure = "about" if missing.pace else "at a guess"
    return f"{text}: {sure} {work} {where}"


def kept_lives(how: RunOptions, scenario: "Scenario", seed: int) -> Lives | None:
    """Return the lives of a scenario and seed, or None if they are not kept.

    Raises
    ------
    TableError
        If what is kept holds none; it is removed.
    """
    key = run_of(scenario, seed, how).key
    result = how.store.get(key)
    try:
        return None if result is None else lives_in(result)
    except ValueError as error:
        how.store.remove([key])
        raise TableError(
            f"what is kept of {scenario.name}, seed {seed}, holds no people of a run "
            f"({str(error).splitlines()[0]}); removed, and the same command runs it again"
        ) from error


def compare(
    scenarios: Sequence[str | Path | Scenario],
    seeds: Iterable[int] = (1,),
    *,
    population: int | None = None,
    years: int | None = None,
    overrides: Mapping[str, object] | None = None,
    out: str | Path | None = None,
    jobs: int = 1,
    live: Live | None = None,
    uncertainty: str = "chance",
) -> Findings:
    """Live scenarios with the same seeds and say what each averts against the first.

    Parameters
    ----------
    scenarios : sequence
        The base, then the others: names, paths or scenarios.
    seeds : iterable of int
        One run a scenario and seed.
    population, years, overrides
        As of `abm.load_scenario`, for every scenario given by name or path.
    out : str or Path, optional
        Folder of results in which runs are kept, and found again; by default nothing is kept.
    jobs : int
        Processes. With more than one, a script needs ``if __name__ == "__main__":``.
    live : callable, optional
        What lives a run, by default the model.
    uncertainty : str
        "posterior" lives every two seeds, 1 and 2, 3 and 4 and so on, with another draw of the
        fitted parameters, and tables then tell parameters and chance apart; "chance" leaves
        parameters as scenarios say.

    Returns
    -------
    Findings
        `differences`, `curve_differences`, `reached` and `packages` are pandas frames;
        ``averted("sex")`` gives the estimates over all seeds by sex.

    Raises
    ------
    InputError
        If a scenario cannot be loaded, scenarios cannot be compared, or there is no posterior.
    RunnerError
        If a run failed; with `out` the rest is kept.

    Examples
    --------
    >>> import abm
    >>> pair = abm.compare(["baseline", "school-skills"], seeds=range(20))  # doctest: +SKIP
    >>> pair.averted()[["outcome", "averted", "low", "high"]]  # doctest: +SKIP
    """
    loaded = _loaded(scenarios, population, years, overrides)
    chosen = list(dict.fromkeys(seeds))
    draws = chosen_draws(uncertainty)
    with tempfile.TemporaryDirectory() if out is None else nullcontext(out) as folder:
        how = RunOptions(Path(folder), jobs, quiet=True, simulate=live, draws=draws)
        return _compare(loaded, chosen, how)


def _loaded(
    scenarios: Sequence[str | Path | Scenario],
    population: int | None,
    years: int | None,
    overrides: Mapping[str, object] | None,
) -> list[Scenario]:
    """Return the scenarios, those that are named loaded; refuse what cannot be compared."""
    loaded = [
        each
        if isinstance(each, Scenario)
        else load_scenario(each, population=population, years=years, overrides=overrides)
        for each in scenarios
    ]
    check_comparable(loaded)
    return loaded


def _compare(scenarios: Sequence[Scenario], seeds: Sequence[int], how: RunOptions) -> Findings:
    if how.draws is not None:
        how.draws.check(scenarios, seeds)
    failures = live_missing(scenarios, seeds, seeds, how)
    for (name, seed), trace in failures.items():
        raise RunnerError(f"{name}, seed {seed} failed:\n{trace}")
    return find(scenarios, seeds, partial(kept_lives, how), how.draws is not None)
