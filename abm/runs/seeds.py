"""The seeds of one scenario: each is run once and kept whole, with the tables asked for."""

import os
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from abm.io.files import open_regular
from abm.io.tables import TableError, csv_bytes, json_bytes, made_folder, read_json, write_parquet
from abm.runs.kept_result import KeptResult, kept
from abm.runs.keys import agent_days, key_of_kind, name_of, run_key
from abm.runs.result_store import FilesOnDisk, ResultStore
from abm.runs.task import Failure, Finished, Task, report_share
from abm.scenario.scenario import Scenario
from abm.simulation.record import LOG_NAMES, Logs, Record
from abm.simulation.run import run
from abm.studies.aggregates import Aggregates, aggregate
from abm.studies.follow_up import follow_up_frame

KIND = "seed"
CURVES, FOLLOW_UP, AGGREGATES = "curves.csv", "follow_up.csv", "aggregates.json"
TABLES = (CURVES, FOLLOW_UP, *(f"{log}.parquet" for log in LOG_NAMES))
MADE_OF_ROWS = {  # by file: what a reader misses where it could not be made
    AGGREGATES: "key figures from people and acts",
    FOLLOW_UP: "deaths to be expected after hospital",
}
PARQUET_MARK = b"PAR1"  # the first and last bytes of every such file
# Up to this size people and acts are logged in memory for the figures, asked for or not.
LARGEST_AGGREGATED = 50_000

Simulate = Callable[["Scenario", int, Logs, Callable[[int, int], None]], Record]


class DifferentCurvesError(Exception):
    """A seed run again gave other curves than the first time."""


@dataclass(frozen=True)
class SeedRun:
    """One seed to run, and the tables of rows to keep of it."""

    scenario: Scenario
    seed: int
    logs: Logs
    folder: Path  # where a worker puts tables of rows until the store has them
    simulate: Simulate = run

    def keys(self) -> list[str]:
        """Return its key, then those of runs that keep the same and more tables, fewest first."""
        name = "" if self.simulate is run else name_of(self.simulate)
        observed = self.scenario.observation.model_dump_json()
        base = run_key(self.scenario, self.seed, f"{observed} {name}".strip())
        more = {self.logs | Logs(*on) for on in product((False, True), repeat=len(LOG_NAMES))}
        names = sorted((logs.names() for logs in more), key=lambda names: (len(names), names))
        return [key_of_kind(" ".join((KIND, *logs)), base) for logs in names]

    def task(self) -> Task:
        """Return the task to run it."""
        return Task(self.keys()[0], run_seed, self, agent_days(self.scenario))


@dataclass(frozen=True)
class SeedFiles:
    """What a worker made of a seed: small files, and large ones that it has written."""

    files: dict[str, bytes]
    written: dict[str, Path]
    unmade: dict[str, str]  # tracebacks by the name of a file that could not be made


def run_seed(seed_run: SeedRun) -> SeedFiles | TableError:
    """Run a seed in a worker; a table that cannot be written is returned as an error."""
    scenario, wanted = seed_run.scenario, seed_run.logs
    if scenario.population.size <= LARGEST_AGGREGATED:
        wanted |= Logs(people=True, acts=True)
    if scenario.observation.follow_up:
        wanted |= Logs(acts=True)

    def tell(day: int, days: int) -> None:
        report_share(day / max(days, 1))

    record = seed_run.simulate(scenario, seed_run.seed, wanted, tell)
    files = {CURVES: csv_bytes(record.curves)}
    unmade = {}
    for name, make in ((AGGREGATES, _aggregates_bytes), (FOLLOW_UP, _follow_up_bytes)):
        try:
            content = make(record)
        except Exception:  # the rest is kept all the same
            unmade[name] = traceback.format_exc()
        else:
            files |= {} if content is None else {name: content}
    try:
        return SeedFiles(files, _written(record, seed_run), unmade)
    except TableError as error:
        return error


def _aggregates_bytes(record: Record) -> bytes | None:
    sums = aggregate(record)
    return None if sums is None else json_bytes(sums.to_plain(), indent=None)


def _follow_up_bytes(record: Record) -> bytes | None:
    frame = follow_up_frame(record)
    return None if frame is None else csv_bytes(frame)


def _written(record: Record, seed_run: SeedRun) -> dict[str, Path]:
    """Write the tables of rows, a chunk at a time; return where they are."""
    written = {}
    for log in seed_run.logs.names():
        path = made_folder(seed_run.folder) / f"{seed_run.seed}-{log}.parquet"
        write_parquet(path, record.chunks(log))
        written[f"{log}.parquet"] = path
    return written


@dataclass(frozen=True)
class KeptSeed:
    """A seed that was run: its files in the store, each called by its checksum."""

    key: str
    files: Mapping[str, Path]
    seconds: float
    aggregates: Aggregates | None  # the sums over people and acts that some key figures need
    unmade: Mapping[str, str] = field(default_factory=dict)

    @property
    def logs(self) -> Logs:
        """The tables of rows that it holds."""
        return Logs(**{log: f"{log}.parquet" in self.files for log in LOG_NAMES})


def find_seeds(
    store: ResultStore, runs: Mapping[int, SeedRun], say: Callable[[str], None]
) -> dict[int, KeptSeed]:
    """Return what is kept of runs, by seed, checked byte for byte; more tables serve, too.

    What is damaged is said; it is removed, and counts as not there.
    """
    serving = {seed: seed_run.keys() for seed, seed_run in runs.items()}
    listed = store.has((key for keys in serving.values() for key in keys), failed=False)
    left = {seed: [key for key in keys if key in listed] for seed, keys in serving.items()}
    kept_seeds: dict[int, KeptSeed] = {}
    while first := {seed: keys.pop(0) for seed, keys in left.items() if keys}:
        on_disk = store.files_on_disk(first.values())
        for seed, key in first.items():
            seed_kept = _as_kept(key, on_disk[key]) if key in on_disk else None
            if seed_kept is not None:
                kept_seeds[seed], left[seed] = seed_kept, []
                continue
            say(f"what was kept of seed {seed} was damaged")
            if key in on_disk:
                store.remove([key])
    return kept_seeds


def _as_kept(key: str, result: FilesOnDisk) -> KeptSeed | None:
    """Return a seed that is kept, or None where its files are not what their names say."""
    files, seconds, unmade = result.files, result.about.get("seconds"), result.about.get("unmade")
    unmade = unmade if isinstance(unmade, dict) else {}
    try:
        sums = Aggregates.from_plain(read_json(files[AGGREGATES])) if AGGREGATES in files else None
        tables = [path for name, path in files.items() if name.endswith(".parquet")]
        if CURVES not in files or not all(map(_is_parquet, tables)):
            return None
    except (TableError, OSError, ValueError):
        return None
    if not (isinstance(seconds, int | float) and 0 <= seconds < 1e9):
        seconds = 0.0
    reasons = {name: str(reason) for name, reason in unmade.items()}
    return KeptSeed(key, files, seconds, sums, reasons)


def _is_parquet(path: Path) -> bool:
    with open_regular(path) as file:
        start = file.read(len(PARQUET_MARK))
        file.seek(-len(PARQUET_MARK), os.SEEK_END)
        return start == file.read() == PARQUET_MARK


def keep_seeds(
    store: ResultStore, batch: Iterable[Finished], before: Mapping[int, KeptSeed]
) -> dict[int, str]:
    """Keep seeds that were run; return why others were not, by seed.

    `before` is what seeds gave before, with fewer tables: the curves must be the same, byte for
    byte. StoreError or TableError if something cannot be written.
    """
    errors: dict[int, str] = {}
    good, refused = [], None
    for finished in batch:
        seed, result = finished.task.argument.seed, finished.result
        if isinstance(result, TableError):
            refused = result
        elif isinstance(result, Failure):
            errors[seed] = result.error
        else:
            try:
                good.append(_kept(finished, before.get(seed)))
            except DifferentCurvesError as error:
                errors[seed] = f"{error}\n"
    store.put_many(good)
    if refused is not None:
        raise refused
    return errors


def _kept(finished: Finished, before: KeptSeed | None) -> KeptResult:
    seed_run: SeedRun = finished.task.argument
    made: SeedFiles = finished.result
    if before is not None and before.files[CURVES].read_bytes() != made.files[CURVES]:
        raise DifferentCurvesError(
            f"seed {seed_run.seed}, run again, gave other curves than the first time; results are "
            "promised only on one type of machine. --force runs every seed again."
        )
    about: dict[str, Any] = {"unmade": made.unmade} if made.unmade else {}
    about |= {"files": made.files, "written": made.written}
    return kept(finished, KIND, seed_run.scenario, seed_run.seed, **about)
