"""What analyses of many points share: a design run over seeds, and a table of it."""

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd

from abm.experiments.sweeps.design import Design, PointScenarios
from abm.io.progress import Progress, in_words
from abm.io.terminal import NOTHING_NEW
from abm.runs.executors import executor_for
from abm.runs.figures import figures_task, run_figures, run_outcomes
from abm.runs.keys import agent_days
from abm.runs.options import RunOptions
from abm.runs.processes import processors
from abm.runs.result_store import DONE, ResultStore
from abm.runs.task import Task
from abm.simulation.compiled import announce_compiling
from abm.studies.outcomes import in_order

# Columns of a table of runs that are not outcomes.
RUN_COLUMNS = ("point", "seed", "key", "status", "error")
TIMED_RUNS = 2  # the first one compiles
SECONDS_FROM = 200  # known runs that are looked at to say how long one takes
MOST_SECONDS = 1e9  # a store that was handed over may say anything

PointSeed = tuple[int, int]


def run_points(
    scenarios: PointScenarios, pairs: Iterable[PointSeed], options: RunOptions, title: str
) -> pd.DataFrame:
    """Run every point and seed that has no result and return what became of all of them.

    A row a point and seed, in the order given: point, seed, key, status ("missing" where there is
    no result), error, then one column an outcome.
    """
    keys = {pair: task.key for pair, task in _tasks(scenarios, pairs, options)}
    first_pairs: dict[str, PointSeed] = {}  # points may coincide
    for pair, key in keys.items():
        first_pairs.setdefault(key, pair)
    known = options.store.has(first_pairs, failed=not options.retry_failed)
    missing = [pair for key, pair in first_pairs.items() if key not in known]
    if not missing:
        options.say(NOTHING_NEW)
    else:
        jobs = min(options.jobs or processors(), len(missing))
        with executor_for(jobs, options.dask) as executor:  # before anything is run or written
            if options.is_on_this_machine and options.simulate is None:
                announce_compiling(options.say)
            if not options.quiet:
                missing = _announce(scenarios, missing, sorted(known), options)
            total = len(missing) * agent_days(scenarios.base)  # points change no number, no year
            with Progress(title, options.quiet) as progress:
                run_figures(
                    options.store,
                    (task for _, task in _tasks(scenarios, missing, options)),
                    executor,
                    total=total,
                    progress=progress.update,
                    say=options.say,
                    retry_failed=options.retry_failed,
                )
    return _as_frame(options.store, keys)


def _tasks(
    scenarios: PointScenarios, pairs: Iterable[PointSeed], options: RunOptions
) -> Iterator[tuple[PointSeed, Task]]:
    """Yield the task of each point and seed, made as it is needed."""
    for point, seed in pairs:
        scenario = scenarios.at(point)
        if options.draws is not None:
            scenario = options.draws.drawn(scenario, seed)
        yield (point, seed), figures_task(scenario, seed, options.simulate or run_outcomes)


def _announce(
    scenarios: PointScenarios, missing: list[PointSeed], known: Sequence[str], options: RunOptions
) -> list[PointSeed]:
    """Say how many runs are to come and how long they take; return those still to do.

    The time is that of runs in the store, or else of the first run that follows one that compiles.
    """
    store = options.store
    count = f"{len(missing):,} runs to do"
    if known:
        count += f", {len(known):,} known already"
    seconds = _seconds_of(store, known[:SECONDS_FROM])
    if seconds is None and len(missing) > TIMED_RUNS:
        options.say(f"{count}; timing one of them")
        first = [task for _, task in _tasks(scenarios, missing[:TIMED_RUNS], options)]
        run_figures(store, first, say=options.say, retry_failed=options.retry_failed)
        seconds = _seconds_of(store, [task.key for task in first[1:]])
        missing = missing[TIMED_RUNS:]
        count = f"{len(missing):,} runs left"
    if seconds is not None:
        jobs = min(options.jobs or processors(), len(missing))
        to_come = time_to_come(seconds * len(missing), jobs, options.dask)
        count += f", {seconds:.2g} s each: about {to_come}"
    options.say(count)
    return missing


def time_to_come(seconds: float, jobs: int, dask: str | None) -> str:
    """Return how long so many seconds of work take, in words."""
    if dask is not None:
        return f"{in_words(max(1.0, seconds))} of work, shared by the workers"
    processes = f"{jobs} processes" if jobs > 1 else "one process"
    return f"{in_words(max(1.0, seconds / jobs))} with {processes}"


def _seconds_of(store: ResultStore, keys: Sequence[str]) -> float | None:
    """Return the median seconds of runs that are done, or None if there are none."""
    table = store.frame(keys, about=("seconds",))
    seconds = [
        number
        for number in table["seconds"][table["status"] == DONE].tolist()
        if isinstance(number, float | int) and 0 <= number <= MOST_SECONDS
    ]
    return statistics.median(seconds) if seconds else None


def _as_frame(store: ResultStore, keys: Mapping[PointSeed, str]) -> pd.DataFrame:
    """Return the results of points and seeds, one row each; several may share one run."""
    results = store.frame(list(dict.fromkeys(keys.values())), about=("error",)).set_index("key")
    names = [name for name in results.columns if name not in RUN_COLUMNS]
    table = results.reindex(list(keys.values()), columns=["status", "error", *in_order(names)])
    table["status"] = table["status"].astype(object).where(table["status"].notna(), "missing")
    table["error"] = table["error"].astype(object).where(table["error"].notna(), "")
    table.index.name = "key"
    pairs = pd.DataFrame(list(keys), columns=["point", "seed"])
    return pd.concat([pairs, table.reset_index()], axis=1)


def outcome_names(runs: pd.DataFrame) -> list[str]:
    """Return the outcomes a table of runs has, in the order in which they are declared."""
    return [str(name) for name in runs.columns if name not in RUN_COLUMNS]


def failures_table(runs: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Return the runs without a result: point, its values, seed, status, error (a traceback)."""
    failed = runs[runs["status"] != DONE]
    values = design.points.loc[failed["point"]].reset_index(drop=True)
    columns = failed[["seed", "status", "error"]].reset_index(drop=True)
    values.insert(0, "point", failed["point"].to_numpy())
    return values.join(columns)


def points_and_seeds(failures: pd.DataFrame) -> list[list[int]]:
    """Return point and seed of each failure; an array of both would turn large seeds to floats."""
    return [*map(list, zip(failures["point"].tolist(), failures["seed"].tolist(), strict=True))]


def reasons(failures: pd.DataFrame) -> dict[str, str]:
    """Return the traceback of each run without a result, if it has one, by point and seed."""
    return {f"point {row.point}, seed {row.seed}": str(row.error) for row in failures.itertuples()}
