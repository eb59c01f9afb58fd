"""The command `run`: live the seeds that are missing, put the tables together, show the summary."""

import datetime
import json
import math
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.io.progress import Progress
from abm.io.tables import TableError, read_curves
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
from abm.report.format import format_seeds, format_seeds_of_tables
from abm.report.terminal.key_figures import print_by_draw, print_summary
from abm.runs.folder import FolderError, RunFolder, content_hash
from abm.runs.parts import CURVES, DifferentCurvesError, Part, promised_logs, write_part
from abm.runs.workers import Live, Outcome, Task, live_all
from abm.simulation.compiled import announce_compiling
from abm.simulation.record import NO_LOGS, Logs

if TYPE_CHECKING:
    from abm.scenario.draws import Draws
    from abm.scenario.scenario import Scenario
    from abm.studies.aggregates import Aggregates
    from abm.studies.key_figures import Row

# Up to this size people and acts are logged in memory for the figures, asked for or not.
LARGEST_AGGREGATED = 50_000


@dataclass(frozen=True)
class Request:
    """What the user asked for, besides the scenario."""

    seeds: tuple[int, ...]
    logs: Logs
    jobs: int | None
    force: bool
    quiet: bool
    as_json: bool
    live: Live
    draws: "Draws | None" = None

    def say(self, message: str) -> None:
        """Print a message to standard error, unless quiet."""
        if not self.quiet:
            print(f"nssi: {message}", file=sys.stderr, flush=True)


def run_command(
    scenario: "Scenario",
    seeds: Sequence[int] = (1,),
    out: Path = Path("results"),
    jobs: int | None = None,
    logs: Logs = NO_LOGS,
    force: bool = False,
    quiet: bool = False,
    as_json: bool = False,
    live: Live | None = None,
    draws: "Draws | None" = None,
) -> int:
    """Live a scenario over seeds into its run folder and print the key figures.

    Finished seeds are not lived again, unless a log is newly asked for, a part is damaged, or
    `force` is given.

    Parameters
    ----------
    scenario
        What to live.
    seeds
        One run each.
    out
        Folder of all results.
    jobs
        Processes; by default one a seed, at most one a processor.
    logs
        Tables of rows to write.
    force
        Live every seed again.
    quiet
        No progress and no messages, except errors and where to find support.
    as_json
        Print one JSON object instead of the table.
    live
        What lives a seed, by default `abm.simulation.run.run`.
    draws
        The posterior that seeds draw their parameters from; None leaves parameters as they are.

    Returns
    -------
    int
        Exit code: 0 done, 1 a seed failed (the rest is kept), 2 the folder cannot be written,
        130 interrupted (finished seeds are kept).

    Raises
    ------
    InputError
        If the scenario cannot have the parameters drawn; nothing is written then.
    """
    chosen = tuple(dict.fromkeys(seeds))
    request = Request(chosen, logs, jobs, force, quiet, as_json, live or _standard_live(), draws)
    if draws is not None:
        draws.check([scenario], chosen)
    folder = RunFolder(out, scenario, design=None if draws is None else draws.design)
    return _guarded(folder, request)


def _standard_live() -> Live:
    from abm.simulation.run import run

    return run


def _guarded(folder: RunFolder, request: Request) -> int:
    """Complete the folder; return the exit code, or that of what stopped it."""
    try:
        with folder.opened():
            return _complete(folder, request)
    except FolderError as error:
        return complain(str(error), EXIT_WRONG_INPUT)
    except TableError as error:
        return complain(str(error), EXIT_FAILED)
    except KeyboardInterrupt:
        finished = sum(folder.part(seed) is not None for seed in request.seeds)
        return complain(
            f"interrupted; {finished} of {len(request.seeds)} seeds are finished and kept in "
            f"{folder.path}; the same command goes on from there",
            EXIT_INTERRUPTED,
        )


def _complete(folder: RunFolder, request: Request) -> int:
    """Live what is missing, write what has changed, show what was asked for."""
    started = datetime.datetime.now(datetime.UTC)
    clock = time.perf_counter()
    tasks, finished = _plan(folder, request)
    failed = _live(folder, request, tasks, finished)
    parts = folder.parts()
    rows: Sequence[Row] = []
    if parts:
        tables = folder.combine(parts)
        is_by_draw = request.draws is not None
        figures = folder.draw(
            parts, lambda path: _draw(folder, parts, path, is_by_draw), again=bool(tasks)
        )
    else:
        tables, figures = {}, {}
    if tasks or _is_new(folder, tables, figures):
        timings = {
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - clock, 3),
            "processes": _jobs(request, len(tasks)),
        }
        further = {} if request.draws is None else dict(request.draws.said(parts))
        if apart := format_seeds_of_tables(tables):
            further["note"] = apart
        folder.describe(parts, tables, figures, timings, further)
    shown = {seed: parts[seed] for seed in request.seeds if seed in parts}
    if shown:
        rows = _summary(folder, shown, request.draws is not None)
    _show(folder, request, list(shown), failed, rows, tables)
    return EXIT_FAILED if failed else EXIT_DONE


def _plan(folder: RunFolder, request: Request) -> tuple[list[Task], dict[int, Part]]:
    """Return the seeds to live, and those finished parts that lack only a log."""
    size = folder.scenario.population.size
    tasks, extended = [], {}
    for seed in request.seeds:
        part = folder.part(seed)
        wanted = request.logs | promised_logs(folder.seeds_path, seed)
        if part is not None and not request.force:
            if part.logs | wanted == part.logs:
                continue
            extended[seed] = part
        elif part is None:
            moved = folder.set_aside(seed)
            if moved is not None:
                request.say(f"seed {seed} was damaged; moved to {moved}")
        aggregated = size <= LARGEST_AGGREGATED
        lived = folder.scenario
        if request.draws is not None:
            lived = request.draws.drawn(lived, seed)
        tasks.append(Task(lived, seed, wanted, aggregated, request.live))
    return tasks, extended


def _live(
    folder: RunFolder, request: Request, tasks: Sequence[Task], extended: Mapping[int, Part]
) -> list[int]:
    """Live the tasks, writing each seed as it comes; return the seeds that failed."""
    if not tasks:
        request.say(NOTHING_NEW)
        return []
    count = f"{len(tasks)} seeds" if len(tasks) > 1 else f"seed {tasks[0].seed}"
    title = f"living {folder.scenario.name}, {count}"
    failed = []
    if request.live is _standard_live():
        announce_compiling(request.say)
    with Progress(title, request.quiet) as progress:
        for outcome in live_all(tasks, _jobs(request, len(tasks)), progress.update):
            error = _keep(folder, outcome, extended.get(outcome.seed))
            if error is not None:
                folder.note_failure(outcome.seed, error)
                failed.append(outcome.seed)
    return sorted(failed)


def _keep(folder: RunFolder, outcome: Outcome, before: Part | None) -> str | None:
    """Write a seed that was lived; return what went wrong, if anything."""
    if outcome.error is not None:
        return outcome.error
    try:
        write_part(folder.seeds_path, outcome, before)
    except DifferentCurvesError as error:
        return f"{error}\n"
    folder.forget_failure(outcome.seed)
    return outcome.unmade


def _jobs(request: Request, tasks: int) -> int:
    """Return how many processes to use."""
    if request.jobs is not None:
        return max(1, min(request.jobs, tasks))
    if hasattr(os, "sched_getaffinity"):
        processors = len(os.sched_getaffinity(0))
    else:
        processors = os.cpu_count() or 1
    return max(1, min(tasks, processors))


def _is_new(folder: RunFolder, tables: Mapping[str, Any], figures: Mapping[str, Any]) -> bool:
    """Return whether run.json does not say what the folder holds now."""
    known = folder.description()
    return bool(known.get("tables") != tables or known.get("figures") != figures)


def _aggregates(parts: Mapping[int, Part]) -> "dict[int, Aggregates]":
    """Read the sums over people and acts of those seeds that have them."""
    found = {seed: part.aggregates() for seed, part in parts.items()}
    return {seed: sums for seed, sums in found.items() if sums is not None}


def _draw(folder: RunFolder, parts: Mapping[int, Part], path: Path, is_by_draw: bool) -> list[str]:
    """Draw every figure the folder has data for."""
    from abm.report.figures.curves import draw_figures

    curves = read_curves(folder.path / CURVES)
    size = folder.scenario.population.size
    title = folder.scenario.title
    return draw_figures(path, curves, _aggregates(parts), title, size, is_by_draw)


def _summary(folder: RunFolder, parts: Mapping[int, Part], is_by_draw: bool) -> "Sequence[Row]":
    """Return the key figures of these seeds."""
    from abm.studies.key_figures import summary_of
    from abm.studies.key_figures_by_draw import summary_by_draw

    curves = read_curves(folder.path / CURVES)
    chosen = curves["seed"].isin(np.fromiter(parts, np.uint64))  # a list of large ones turns float
    summary = summary_by_draw if is_by_draw else summary_of
    return summary(curves[chosen], _aggregates(parts))


def _show(
    folder: RunFolder,
    request: Request,
    seeds: list[int],
    failed: list[int],
    rows: "Sequence[Row]",
    tables: Mapping[str, Any],
) -> None:
    """Print the key figures, the folder and where to find support."""
    for seed in failed:
        place = folder.failed_path / f"{seed}.txt"
        print(f"nssi: seed {seed} failed; the reason is in {place}", file=sys.stderr)
    if request.as_json:
        content = {
            "folder": str(folder.path),
            "run_id": folder.run_id,
            "scenario": folder.scenario.name,
            "seeds": seeds,
            **({} if request.draws is None else folder.design | request.draws.said(seeds)),
            "failed": failed,
            "content_hash": content_hash(tables),
            "summary": [_plain(row) for row in rows],
        }
        print_text(json.dumps(content, ensure_ascii=False, allow_nan=False))
        return
    if rows and request.draws is not None:
        print_by_draw(rows, _title(folder, seeds), seeds)
    elif rows:
        print_summary(rows, _title(folder, seeds))
    elif seeds:
        print_text(f"{_title(folder, seeds)}: too few people for any key figure")
    for line in _seeds_apart(folder, seeds, tables):
        print_text(line)
    print_text(f"\n{folder.path}")
    print_support()


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
