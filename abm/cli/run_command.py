"""The command `run`: run the seeds that are missing, put the tables together, show the summary."""

import datetime
import json
import math
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.io.progress import Progress
from abm.io.tables import TableError, json_bytes, read_curves
from abm.io.terminal import (
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_WRONG_INPUT,
    NOTHING_NEW,
    complain,
    print_support,
    print_text,
)
from abm.report.format import format_list, format_seeds, format_seeds_of_tables
from abm.report.terminal.key_figures import print_by_draw, print_summary
from abm.runs.errors import RunnerError
from abm.runs.executors import local_executor
from abm.runs.folder import FolderError, RunFolder, content_hash, hash_of
from abm.runs.options import RunOptions
from abm.runs.processes import processors
from abm.runs.result_store import ResultStore, StoreError
from abm.runs.run_tasks import run_tasks
from abm.runs.seeds import (
    AGGREGATES,
    CURVES,
    MADE_OF_ROWS,
    TABLES,
    KeptSeed,
    SeedRun,
    Simulate,
    find_seeds,
    keep_seeds,
)
from abm.runs.task import Finished
from abm.simulation.compiled import announce_compiling
from abm.simulation.record import LOG_NAMES, NO_LOGS, Logs
from abm.simulation.run import run as simulate_run

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario
    from abm.studies.aggregates import Aggregates
    from abm.studies.key_figures import Row

DAMAGED = "What was kept of it was damaged meanwhile; the same command runs it again.\n"
ARRIVING = ".arriving"  # in the run folder: tables of rows on their way from workers to the store


@dataclass(frozen=True)
class _Asked:
    """What the user asked for, and the folder that is to hold it."""

    folder: RunFolder
    seeds: tuple[int, ...]
    logs: Logs
    how: RunOptions

    @property
    def simulate(self) -> Simulate:
        """What runs a seed."""
        return self.how.simulate or simulate_run


def run_command(
    scenario: "Scenario",
    seeds: Sequence[int] = (1,),
    how: RunOptions | None = None,
    logs: Logs = NO_LOGS,
) -> int:
    """Run a scenario over seeds and put their tables, figures and key figures into its run folder.

    Seeds that are kept in the store are not run again, unless a log is newly asked for, what is
    kept is damaged, or that is asked for. Tables span every seed that the folder held before.

    Parameters
    ----------
    scenario
        What to run.
    seeds
        One run each.
    how
        Where and how to run.
    logs
        Tables of rows to write.

    Returns
    -------
    int
        Exit code: 0 done, 1 a seed failed or has no figures (the rest is kept), 2 the folder
        cannot be written, 130 interrupted (finished seeds are kept).

    Raises
    ------
    ScenarioError
        If the scenario cannot have the parameters drawn; nothing is written then.
    """
    chosen = how or RunOptions()
    wanted = tuple(dict.fromkeys(seeds))
    if chosen.draws is not None:
        chosen.draws.check([scenario], wanted)
    design = None if chosen.draws is None else chosen.draws.design
    folder = RunFolder(chosen.out, scenario, design=design)
    return _guarded(_Asked(folder, wanted, logs, chosen))


def _guarded(asked: _Asked) -> int:
    """Complete the folder; return the exit code, or that of what stopped it."""
    try:
        with asked.folder.opened():
            return _complete(asked)
    except FolderError as error:
        return complain(str(error), EXIT_WRONG_INPUT)
    except (StoreError, RunnerError, TableError) as error:
        return complain(f"{error}; what is finished is kept", EXIT_FAILED)
    except KeyboardInterrupt:
        message = "interrupted; what is finished is kept, and the same command goes on from there"
        return complain(message, EXIT_INTERRUPTED)


def _complete(asked: _Asked) -> int:
    """Run what is missing, write what has changed, show what was asked for."""
    started = datetime.datetime.now(datetime.UTC)
    clock = time.perf_counter()
    found = _run_missing(asked)
    kept, failed = found.kept, sorted(found.errors)
    _note(asked.folder, found)
    tables, figures = _write(asked, kept, draw_again=found.ran > 0)
    if found.ran or _is_new(asked.folder, tables, figures):
        timings = {
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - clock, 3),
            "processes": _jobs(asked, found.ran),
            "seconds_by_seed": {str(seed): each.seconds for seed, each in kept.items()},
        }
        asked.folder.describe(_contents(asked, kept, tables), tables, figures, timings)
    chosen = {seed: kept[seed] for seed in asked.seeds if seed in kept}
    _show(asked, chosen, failed, tables)
    return EXIT_FAILED if failed or _incomplete(chosen) else EXIT_DONE


@dataclass(frozen=True)
class _Found:
    """What there is of seeds once all that was missing has been run."""

    kept: dict[int, KeptSeed]
    errors: dict[int, str]  # why others are not there, or were not run again
    ran: int


def _run_missing(asked: _Asked) -> _Found:
    """Run the seeds that are not kept with all their tables, and those that are to be run again."""
    store = asked.how.store
    runs = _runs(asked)
    kept = find_seeds(store, runs, asked.how.say)
    again = set(asked.seeds) if asked.how.force else set()
    missing = {seed: run for seed, run in runs.items() if seed not in kept or seed in again}
    if not missing:
        asked.how.say(NOTHING_NEW)
        return _Found(kept, {}, 0)
    without_logs = {seed: replace(run, logs=NO_LOGS) for seed, run in missing.items()}
    before = find_seeds(store, without_logs, asked.how.say)
    errors = _simulate(asked, store, missing, {} if asked.how.force else before)
    now = before | find_seeds(store, runs, asked.how.say)
    errors |= dict.fromkeys(runs.keys() - now.keys() - errors.keys(), DAMAGED)
    store.remove(_superseded(before, now))
    return _Found({seed: now[seed] for seed in runs if seed in now}, errors, len(missing))


def _superseded(before: Mapping[int, KeptSeed], now: Mapping[int, KeptSeed]) -> list[str]:
    """Return the keys of what is kept with more tables now."""
    more = [(old, now[seed]) for seed, old in before.items() if old.logs != now[seed].logs]
    return [old.key for old, new in more if old.logs | new.logs == new.logs]


def _runs(asked: _Asked) -> dict[int, SeedRun]:
    """Return the runs of the seeds asked for, and of those that the folder holds."""
    described = asked.folder.description()
    tables = described.get("tables", {})
    held = {log: set(tables.get(f"{log}.parquet", {}).get("seeds", [])) for log in LOG_NAMES}
    runs = {}
    for seed in sorted({*asked.seeds, *map(int, described.get("seeds", []))}):
        logs = Logs(**{log: seed in seeds for log, seeds in held.items()})
        if seed in asked.seeds:
            logs |= asked.logs
        scenario = asked.folder.scenario
        if asked.how.draws is not None:
            scenario = asked.how.draws.drawn(scenario, seed)
        arriving = asked.folder.path.absolute() / ARRIVING
        runs[seed] = SeedRun(scenario, seed, logs, arriving, asked.simulate)
    return runs


def _simulate(
    asked: _Asked,
    store: ResultStore,
    runs: Mapping[int, SeedRun],
    before: Mapping[int, KeptSeed],
) -> dict[int, str]:
    """Run seeds and keep each as it comes; return why others failed."""
    tasks = [run.task() for run in runs.values()]
    again = {task.key for task in tasks} if asked.how.force else set()
    errors: dict[int, str] = {}

    def keep(batch: list[Finished]) -> None:
        errors.update(keep_seeds(store, batch, before))

    if asked.simulate is simulate_run:
        announce_compiling(asked.how.say)
    count = f"{len(runs)} seeds" if len(runs) > 1 else f"seed {next(iter(runs))}"
    title = f"running {asked.folder.scenario.name}, {count}"
    with (
        _arriving(asked.folder),
        local_executor(_jobs(asked, len(runs))) as executor,
        Progress(title, asked.how.quiet) as progress,
    ):
        run_tasks(
            tasks,
            keep,
            executor,
            is_known=lambda keys: store.has(keys, failed=False) - again,
            claims=store,
            progress=progress.update,
            say=asked.how.say,
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


def _jobs(asked: _Asked, tasks: int) -> int:
    """Return how many processes to use."""
    return max(1, min(asked.how.jobs or processors(), tasks))


def _note(folder: RunFolder, found: _Found) -> None:
    """Write why seeds failed, or what could not be made of them; remove what no longer holds."""
    for seed, each in found.kept.items():
        if each.unmade:
            folder.note_failure(seed, "\n".join(each.unmade.values()))
        else:
            folder.forget_failure(seed)
    for seed, trace in found.errors.items():
        folder.note_failure(seed, trace)


def _write(
    asked: _Asked, kept: Mapping[int, KeptSeed], draw_again: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write tables and figures of all seeds; return what run.json says of them."""
    if not kept:
        return {}, {}
    tables = asked.folder.combine(TABLES, {seed: each.files for seed, each in kept.items()})
    sums = _aggregates(kept)
    plain = {str(seed): each.to_plain() for seed, each in sums.items()}
    asked.folder.write_if_other(AGGREGATES, json_bytes(plain, indent=None))
    made_from = hash_of(
        f"{seed} {each.files[CURVES].name} {each.files[AGGREGATES].name if seed in sums else None}"
        for seed, each in kept.items()
    )

    def draw(path: Path) -> list[str]:
        from abm.report.figures.curves import draw_figures

        curves = read_curves(asked.folder.path / CURVES)
        scenario, is_by_draw = asked.folder.scenario, asked.how.draws is not None
        size = scenario.population.size
        return draw_figures(path, curves, sums, scenario.title, size, is_by_draw)

    return tables, asked.folder.draw(made_from, draw, again=draw_again)


def _contents(
    asked: _Asked, kept: Mapping[int, KeptSeed], tables: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what run.json says of seeds."""
    incomplete = _incomplete(kept)
    content: dict[str, Any] = {"seeds": list(kept)}
    if asked.how.draws is not None:
        content |= asked.how.draws.describe(kept)
    if apart := format_seeds_of_tables(tables):
        content["note"] = apart
    if incomplete:
        content["incomplete"] = incomplete
    content["failed"] = [seed for seed in asked.folder.failures() if seed not in incomplete]
    return content


def _incomplete(kept: Mapping[int, KeptSeed]) -> list[int]:
    """Return the seeds of which something could not be made."""
    return [seed for seed, each in kept.items() if each.unmade]


def _is_new(folder: RunFolder, tables: Mapping[str, Any], figures: Mapping[str, Any]) -> bool:
    """Return whether run.json does not say what the folder holds now."""
    known = folder.description()
    return bool(known.get("tables") != tables or known.get("figures") != figures)


def _aggregates(kept: Mapping[int, KeptSeed]) -> "dict[int, Aggregates]":
    """Return the sums over people and acts of those seeds that have them."""
    return {seed: each.aggregates for seed, each in kept.items() if each.aggregates is not None}


def _summary(folder: RunFolder, kept: Mapping[int, KeptSeed], is_by_draw: bool) -> "Sequence[Row]":
    """Return the key figures of these seeds."""
    from abm.studies.key_figures import summary_of
    from abm.studies.key_figures_by_draw import summary_by_draw

    curves = read_curves(folder.path / CURVES)
    chosen = curves["seed"].isin(np.fromiter(kept, np.uint64))  # a list of large ones turns float
    summary = summary_by_draw if is_by_draw else summary_of
    return summary(curves[chosen], _aggregates(kept))


def _show(
    asked: _Asked,
    kept: Mapping[int, KeptSeed],
    failed: Sequence[int],
    tables: Mapping[str, Any],
) -> None:
    """Print the key figures, the folder and where to find support."""
    _show_failures(asked.folder, kept, failed)
    seeds = list(kept)
    rows = _summary(asked.folder, kept, asked.how.draws is not None) if kept else []
    if asked.how.as_json:
        _print_json(asked, kept, failed, rows, tables)
        return
    if rows and asked.how.draws is not None:
        print_by_draw(rows, _title(asked.folder, seeds), seeds)
    elif rows:
        print_summary(rows, _title(asked.folder, seeds))
    elif seeds:
        print_text(f"{_title(asked.folder, seeds)}: too few people for any key figure")
    for line in _seeds_apart(asked.folder, seeds, tables):
        print_text(line)
    print_text(f"\n{asked.folder.path}")
    print_support()


def _show_failures(folder: RunFolder, kept: Mapping[int, KeptSeed], failed: Sequence[int]) -> None:
    """Say which seeds failed, and what could not be made of others, on standard error."""
    incomplete = {
        seed: f"has no {format_list([MADE_OF_ROWS.get(name, name) for name in each.unmade])}"
        for seed, each in kept.items()
        if each.unmade
    }
    for seed, what in (incomplete | dict.fromkeys(failed, "failed")).items():
        reason = folder.failed_path / f"{seed}.txt"
        print(f"nssi: seed {seed} {what}; the reason is in {reason}", file=sys.stderr)


def _print_json(
    asked: _Asked,
    kept: Mapping[int, KeptSeed],
    failed: Sequence[int],
    rows: "Sequence[Row]",
    tables: Mapping[str, Any],
) -> None:
    incomplete = _incomplete(kept)
    content = {
        "folder": str(asked.folder.path),
        "run_id": asked.folder.run_id,
        "scenario": asked.folder.scenario.name,
        "seeds": list(kept),
        **({} if asked.how.draws is None else asked.folder.design | asked.how.draws.describe(kept)),
        "failed": list(failed),
        **({"incomplete": incomplete} if incomplete else {}),
        "content_hash": content_hash(tables),
        "summary": [_plain(row) for row in rows],
    }
    print_text(json.dumps(content, ensure_ascii=False, allow_nan=False))


def _seeds_apart(
    folder: RunFolder, seeds: Sequence[int], tables: Mapping[str, Any]
) -> Iterator[str]:
    """Yield what to know where the folder holds other seeds than those of the printed table."""
    held = tables.get(CURVES, {}).get("seeds", [])
    if set(held) - set(seeds):
        yield (
            f"This table is of seeds {format_seeds(seeds)}; report, figures and {CURVES} are of "
            f"seeds {format_seeds(held)}."
        )
    if apart := format_seeds_of_tables(tables):
        yield apart


def _title(folder: RunFolder, seeds: Sequence[int]) -> str:
    """Return one line that says what the table is of."""
    scenario = folder.scenario
    count = f"{len(seeds)} seeds" if len(seeds) > 1 else f"seed {seeds[0]}"
    return f"{scenario.title or scenario.name}: {scenario.population.size:,} people, {count}"


def _plain(row: "Row") -> dict[str, Any]:
    """Return a row without NaN, which JSON does not know."""
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in asdict(row).items()
        if name != "form"
    }
