"""The seeds of a run folder: those that are missing are run, with the tables asked for."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from abm.io.progress import Progress
from abm.io.terminal import NOTHING_NEW
from abm.runs.executors import local_executor
from abm.runs.folder import RunFolder
from abm.runs.options import RunOptions
from abm.runs.processes import processors
from abm.runs.run_tasks import run_tasks
from abm.runs.seeds import KeptSeed, SeedRun, find_seeds, keep_seeds
from abm.runs.task import Finished
from abm.simulation.compiled import announce_compiling
from abm.simulation.record import LOG_NAMES, NO_LOGS, Logs
from abm.simulation.run import run

DAMAGED = "What was kept of it was damaged meanwhile; the same command runs it again.\n"
ARRIVING = ".arriving"  # in the run folder: tables of rows on their way from workers to the store


@dataclass(frozen=True)
class SeedsOfFolder:
    """What there is of seeds once all that was missing has been run."""

    kept: dict[int, KeptSeed]
    errors: dict[int, str]  # why others are not there, or were not run again
    ran: int = 0


def run_missing_seeds(
    folder: RunFolder, seeds: Sequence[int], logs: Logs, options: RunOptions
) -> SeedsOfFolder:
    """Run the seeds that are not kept with all their tables, and those that are to be run again."""
    store = options.store
    runs = _runs(folder, seeds, logs, options)
    kept = find_seeds(store, runs, options.say)
    again = set(seeds) if options.force else set()
    missing = {seed: runs[seed] for seed in runs if seed not in kept or seed in again}
    if not missing:
        options.say(NOTHING_NEW)
        return SeedsOfFolder(kept, {})
    without_logs = {seed: replace(seed_run, logs=NO_LOGS) for seed, seed_run in missing.items()}
    before = find_seeds(store, without_logs, options.say)
    errors = _run(folder, missing, {} if options.force else before, options)
    now = before | find_seeds(store, runs, options.say)
    errors |= dict.fromkeys(runs.keys() - now.keys() - errors.keys(), DAMAGED)
    store.remove(_superseded(before, now))
    return SeedsOfFolder({seed: now[seed] for seed in runs if seed in now}, errors, len(missing))


def _superseded(before: Mapping[int, KeptSeed], now: Mapping[int, KeptSeed]) -> list[str]:
    """Return the keys of what is kept with more tables now."""
    more = [(old, now[seed]) for seed, old in before.items() if old.logs != now[seed].logs]
    return [old.key for old, new in more if old.logs | new.logs == new.logs]


def _runs(
    folder: RunFolder, asked: Sequence[int], logs: Logs, options: RunOptions
) -> dict[int, SeedRun]:
    """Return the runs of the seeds asked for, and of those that the folder holds."""
    described = folder.description()
    tables = described.get("tables", {})
    held = {log: set(tables.get(f"{log}.parquet", {}).get("seeds", [])) for log in LOG_NAMES}
    runs = {}
    for seed in sorted({*asked, *map(int, described.get("seeds", []))}):
        own_logs = Logs(**{log: seed in seeds for log, seeds in held.items()})
        if seed in asked:
            own_logs |= logs
        scenario = folder.scenario
        if options.draws is not None:
            scenario = options.draws.drawn(scenario, seed)
        arriving = folder.path.absolute() / ARRIVING
        runs[seed] = SeedRun(scenario, seed, own_logs, arriving, options.simulate or run)
    return runs


def _run(
    folder: RunFolder,
    runs: Mapping[int, SeedRun],
    before: Mapping[int, KeptSeed],
    options: RunOptions,
) -> dict[int, str]:
    """Run seeds and keep each as it comes; return why others failed."""
    store = options.store
    tasks = [seed_run.task() for seed_run in runs.values()]
    again = {task.key for task in tasks} if options.force else set()
    errors: dict[int, str] = {}

    def keep(batch: list[Finished]) -> None:
        errors.update(keep_seeds(store, batch, before))

    if options.simulate is None:
        announce_compiling(options.say)
    count = f"{len(runs)} seeds" if len(runs) > 1 else f"seed {next(iter(runs))}"
    title = f"running {folder.scenario.name}, {count}"
    with (
        _arriving(folder),
        local_executor(processes(options, len(runs))) as executor,
        Progress(title, options.quiet) as progress,
    ):
        run_tasks(
            tasks,
            keep,
            executor,
            is_known=lambda keys: store.has(keys, failed=False) - again,
            claims=store,
            progress=progress.update,
            say=options.say,
        )
    return errors


@contextmanager
def _arriving(folder: RunFolder) -> Iterator[None]:
    """Remove tables that never reached the store, those of a killed command too."""
    try:
        shutil.rmtree(folder.path / ARRIVING, ignore_errors=True)
        yield
    finally:
        shutil.rmtree(folder.path / ARRIVING, ignore_errors=True)


def processes(options: RunOptions, tasks: int) -> int:
    """Return how many processes are used."""
    return max(1, min(options.jobs or processors(), tasks))
