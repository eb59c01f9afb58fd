"""What sweeps and sensitivity analyses share: a design lived over seeds, and its folder."""

import datetime
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.compilation import code_version
from abm.experiments.sweeps.design import Design
from abm.experiments.sweeps.points import PointScenarios
from abm.io.progress import Progress, in_words
from abm.io.tables import TableError, checksum, csv_bytes, write_bytes, write_json
from abm.io.terminal import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_WRONG_INPUT, NOTHING_NEW, complain
from abm.runs.errors import NoExecutorError, RunnerError
from abm.runs.executors import executor_for
from abm.runs.figures import figures_task, run_figures, run_outcomes
from abm.runs.folder import FolderError, RunFolder, content_hash, this_platform, versions
from abm.runs.keys import agent_days
from abm.runs.options import RunOptions
from abm.runs.processes import processors
from abm.runs.result_store import DONE, ResultStore, StoreError
from abm.runs.task import Task
from abm.simulation.compiled import announce_compiling
from abm.studies.outcomes import in_order

if TYPE_CHECKING:
    import pandas as pd

    from abm.scenario.scenario import Scenario

# Columns of a table of runs that are not outcomes.
RUN_COLUMNS = ("point", "seed", "key", "status", "error")
MOST_LISTED = 10
TIMED_RUNS = 2  # the first one compiles
SECONDS_FROM = 200  # known runs that are looked at to say how long one takes
MOST_SECONDS = 1e9  # a store that was handed over may say anything

Place = tuple[int, int]  # point and seed


class StudyFolder(RunFolder):
    """The run folder of a design: tables, figures and run.json; its runs are in the store."""

    def __init__(self, out: Path, scenario: "Scenario", command: str, design: Design) -> None:
        super().__init__(out, scenario, command, design.plain())
        self._new = [each for each in (self.path, *self.path.parents) if not each.exists()]
        if command == "sweep":
            self.figures_path = self.path

    def write(self, tables: "Mapping[str, pd.DataFrame | bytes]") -> dict[str, dict[str, Any]]:
        """Write tables as CSV, those that have changed; return their checksums by name.

        Raises
        ------
        TableError
            If one cannot be written.
        """
        written: dict[str, dict[str, Any]] = {}
        for name, table in tables.items():
            content = table if isinstance(table, bytes) else csv_bytes(table)
            path = self.path / name
            if not _holds(path, content):
                write_bytes(path, content)
            written[name] = {"sha256": checksum(path)}
        return written

    def remove(self, name: str) -> None:
        """Remove a table that no longer holds.

        Raises
        ------
        TableError
            If it cannot be removed.
        """
        path = self.path / name
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise TableError(f"cannot remove {path}: {error.strerror or error}") from error

    def remove_if_empty(self) -> None:
        """Remove the folder and those made for it, as far as nothing is in them."""
        if self._new:
            with suppress(OSError):
                for folder in dict.fromkeys((self.figures_path, *self._new)):
                    folder.rmdir()

    def describe_study(
        self, content: Mapping[str, Any], tables: Mapping[str, Any], started: float
    ) -> None:
        """Write run.json, unless it already says the same.

        Parameters
        ----------
        content
            What is particular to the command: seeds, failed runs, figures and so on.
        tables
            Checksums by file name.
        started
            When the command began, in seconds since 1970.
        """
        known = {
            "command": self.command,
            "run_id": self.run_id,
            "scenario": self.scenario.resolved(),
            "design": self.design,
            **content,
            "content_hash": content_hash(tables),
            "tables": dict(tables),
            "code_version": code_version(),
            "versions": versions(),
        }
        before = self.description()
        if all(before.get(name) == value for name, value in known.items()):
            return
        began = datetime.datetime.fromtimestamp(started, datetime.UTC)
        timings = {
            "started": began.isoformat(timespec="seconds"),
            "seconds": round(time.time() - started, 3),
        }
        known |= {"platform": this_platform(), "timings": timings}
        write_json(self.path / "run.json", known)


def _holds(path: Path, content: bytes) -> bool:
    """Return whether a file has this content; one that cannot be read has not."""
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def live_places(
    scenarios: PointScenarios, places: Iterable[Place], how: RunOptions, title: str
) -> "pd.DataFrame":
    """Live every point and seed that has no result and return what became of all of them.

    Parameters
    ----------
    scenarios
        The scenario of every point.
    places
        Point and seed of every run.
    how
        Where and how.
    title
        What the progress bar says.

    Returns
    -------
    pandas.DataFrame
        One row a place, in the order given: point, seed, key, status, error, then one column an
        outcome. A run that has no result has the status "missing".
    """
    keys = {place: _task(scenarios, place, how).key for place in places}
    first_places: dict[str, Place] = {}  # points may coincide
    for place, key in keys.items():
        first_places.setdefault(key, place)
    store = how.store
    known = store.has(first_places, failed=not how.retry_failed)
    missing = [place for key, place in first_places.items() if key not in known]
    if not missing:
        how.say(NOTHING_NEW)
    else:
        jobs = min(how.jobs or processors(), len(missing))
        with executor_for(jobs, how.dask) as executor:  # before anything is lived or written
            if how.is_on_this_machine and how.simulate is None:
                announce_compiling(how.say)
            if not how.quiet:
                missing = _announce(store, scenarios, missing, sorted(known), how)
            _live(store, scenarios, missing, how, title, executor)
    return _as_frame(store, keys)


def _task(scenarios: PointScenarios, place: Place, how: RunOptions) -> Task:
    point, seed = place
    return figures_task(scenarios.at(point), seed, how.simulate or run_outcomes)


def _live(
    store: ResultStore,
    scenarios: PointScenarios,
    missing: Sequence[Place],
    how: RunOptions,
    title: str,
    executor: Executor | None,
) -> None:
    """Live what is missing, tasks made as they are needed."""
    tasks = (_task(scenarios, place, how) for place in missing)
    total = len(missing) * agent_days(scenarios.base)  # points change nobody's number, and no year
    with Progress(title, how.quiet) as progress:
        run_figures(
            store, tasks, executor, total=total, progress=progress.update, say=how.say,
            retry_failed=how.retry_failed,
        )  # fmt: skip


def _announce(
    store: ResultStore,
    scenarios: PointScenarios,
    missing: list[Place],
    known: Sequence[str],
    how: RunOptions,
) -> list[Place]:
    """Say how many runs are to come and how long they take; return those still to live.

    The time is that of runs in the store, or else of the first run that follows one that compiles.
    """
    count = f"{len(missing):,} runs to live"
    if known:
        count += f", {len(known):,} known already"
    seconds = _seconds_of(store, known[:SECONDS_FROM])
    if seconds is None and len(missing) > TIMED_RUNS:
        how.say(f"{count}; timing one of them")
        first = [_task(scenarios, place, how) for place in missing[:TIMED_RUNS]]
        run_figures(store, first, say=how.say, retry_failed=how.retry_failed)
        seconds = _seconds_of(store, [task.key for task in first[1:]])
        missing = missing[TIMED_RUNS:]
        count = f"{len(missing):,} runs left"
    how.say(count if seconds is None else f"{count}, {_time_to_come(seconds, len(missing), how)}")
    return missing


def _time_to_come(seconds: float, runs: int, how: RunOptions) -> str:
    """Return how long runs take, in words."""
    each = f"{seconds:.2g} s each"
    if how.dask is not None:
        work = in_words(max(1.0, seconds * runs))
        return f"{each}: about {work} of work, shared by the workers"
    jobs = min(how.jobs or processors(), runs)
    processes = f"{jobs} processes" if jobs > 1 else "one process"
    return f"{each}: about {in_words(max(1.0, seconds * runs / jobs))} with {processes}"


def _seconds_of(store: ResultStore, keys: Sequence[str]) -> float | None:
    """Return the median seconds of runs that are done, or None if there are none."""
    table = store.frame(keys, about=("seconds",))
    found = table["seconds"][table["status"] == DONE].tolist()
    sound = [each for each in found if isinstance(each, float | int) and 0 <= each <= MOST_SECONDS]
    return statistics.median(sound) if sound else None


def _as_frame(store: ResultStore, keys: Mapping[Place, str]) -> "pd.DataFrame":
    """Return the results of places, one row each; several places may share one run."""
    import pandas as pd

    found = store.frame(list(dict.fromkeys(keys.values())), about=("error",)).set_index("key")
    names = [name for name in found.columns if name not in RUN_COLUMNS]
    table = found.reindex(list(keys.values()), columns=["status", "error", *in_order(names)])
    table["status"] = table["status"].astype(object).where(table["status"].notna(), "missing")
    table["error"] = table["error"].astype(object).where(table["error"].notna(), "")
    table.index.name = "key"
    places = pd.DataFrame(list(keys), columns=["point", "seed"])
    return pd.concat([places, table.reset_index()], axis=1)


def outcome_names(runs: "pd.DataFrame") -> list[str]:
    """Return the outcomes a table of runs has, in the order in which they are declared."""
    return [str(name) for name in runs.columns if name not in RUN_COLUMNS]


def failures_table(runs: "pd.DataFrame", design: Design) -> "pd.DataFrame":
    """Return the runs without a result: point, its values, seed, status, error (a traceback)."""
    failed = runs[runs["status"] != DONE]
    values = design.points.loc[failed["point"]].reset_index(drop=True)
    columns = failed[["seed", "status", "error"]].reset_index(drop=True)
    values.insert(0, "point", failed["point"].to_numpy())
    return values.join(columns)


def list_failures(failures: "pd.DataFrame", path: Path) -> None:
    """Print the runs without a result to standard error, the first few of them."""
    for row in failures.head(MOST_LISTED).itertuples():
        reason = str(row.error).strip().splitlines()[-1:] or ["no result"]
        print(f"nssi: point {row.point}, seed {row.seed}: {reason[0]}", file=sys.stderr)
    more = len(failures) - MOST_LISTED
    rest = f"{more:,} more, and all tracebacks" if more > 0 else "tracebacks"
    print(f"nssi: {rest} in {path}", file=sys.stderr)


def guarded(folder: StudyFolder, work: Callable[[], int]) -> int:
    """Do the work of a command in its folder; return its exit code, or that of what stopped it."""
    try:
        with folder.opened():
            return work()
    except FolderError as error:
        return complain(str(error), EXIT_WRONG_INPUT)
    except NoExecutorError as error:
        folder.remove_if_empty()
        return complain(str(error), EXIT_WRONG_INPUT)
    except (StoreError, RunnerError, TableError) as error:
        return complain(f"{error}; what is finished is kept", EXIT_FAILED)
    except KeyboardInterrupt:
        message = "interrupted; what is finished is kept, and the same command goes on from there"
        return complain(message, EXIT_INTERRUPTED)
