"""The command `validate`: live the worlds, do every study, write and show the evidence table."""

import hashlib
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.console import (
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    complain,
    print_json,
    print_table,
)
from abm.evidence.living import Look, Task, live_tasks, tasks_of, worlds_needed
from abm.evidence.looking import live_and_look
from abm.evidence.register import register
from abm.evidence.rows import COLUMNS, Row, csv_rows, row_of, shown, summary
from abm.evidence.shelf import Shelf
from abm.experiments.folder import RUN_ID_DIGITS, this_platform, versions
from abm.report.html.writing import write_beside
from abm.tables import TableError, csv_bytes, read_json, write_bytes, write_json

if TYPE_CHECKING:
    from abm.scenario import Scenario

FIRST_SEED, SEEDS, POPULATION = 101, 4, 10_000
"""Seeds that no fit used, and the population that is lived unless another is asked for."""


@dataclass(frozen=True)
class HowToValidate:
    """Where and with what.

    Parameters
    ----------
    out
        Folder of all results.
    jobs
        Processes; by default one a processor.
    quiet
        No progress.
    as_json
        Print the rows as JSON instead of a table.
    force
        Live again what is finished.
    look
        What lives a world and returns its tables.
    """

    out: Path = Path("results")
    jobs: int | None = None
    quiet: bool = False
    as_json: bool = False
    force: bool = False
    look: Look = live_and_look


def validate_command(
    baseline: str, seeds: Sequence[int], population: int, how: HowToValidate
) -> int:
    """Do every study of the register and show how it stands to what was published.

    Parameters
    ----------
    baseline
        Name or path of the scenario that stands for the baseline.
    seeds
        One life of every world each.
    population
        Number of people.
    how
        Where and with what.

    Returns
    -------
    int
        Exit code: 0 done, 1 a world failed or a file cannot be written, 130 interrupted.
    """
    chosen = register()
    worlds = worlds_needed(chosen, chosen.entries.values())
    tasks = tasks_of(chosen, worlds, seeds, baseline, population)
    folder = how.out / "validate" / validation_id(tasks)
    try:
        rows = None if how.force else finished(folder)
        if rows is None:
            rows = _find(tasks, how, folder)
        write_beside(folder)
        _show(rows, how)
        _tell(how, f"Written to {folder}")
    except TableError as error:
        return complain(str(error), EXIT_FAILED)
    except KeyboardInterrupt:
        message = "interrupted; what was lived is kept, the same command goes on"
        return complain(message, EXIT_INTERRUPTED)
    except Exception as error:  # of a world: which one is not known, what happened is
        return complain(f"a world failed: {type(error).__name__}: {error}", EXIT_FAILED)
    return EXIT_DONE


def validation_id(tasks: Sequence[Task]) -> str:
    """Return the start of a hash over all that decides the table: worlds, seeds, code, register."""
    from abm.compilation import code_version

    content: dict[str, Any] = {"code": code_version()}
    content["entries"] = [e.model_dump(mode="json") for e in register().entries.values()]
    content["worlds"] = [
        [t.world, t.seed, t.how.logs, t.how.keep, t.scenario.resolved()] for t in tasks
    ]
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:RUN_ID_DIGITS]


def finished(folder: Path) -> list[Row] | None:
    """Return the rows of a finished folder, or None where there is none that is whole."""
    try:
        found = read_json(folder / "evidence.json")
    except TableError:
        return None
    whole = isinstance(found, list) and (folder / "run.json").exists()
    return found if whole else None


def _find(tasks: Sequence[Task], how: HowToValidate, folder: Path) -> list[Row]:
    """Live the worlds, do the studies and write the folder."""
    from abm.evidence.evaluation import Worlds, judge
    from abm.evidence.figure import draw_verdicts

    clock = time.perf_counter()
    shelf = Shelf(folder / "lived")
    lived = live_tasks(tasks, how.jobs, lambda line: _tell(how, line), how.look, shelf)
    worlds = Worlds(lived)
    rows = [row_of(judge(entry, worlds)) for entry in register().entries.values()]
    _make(folder / "figures")
    main = next(task.scenario for task in tasks if task.world == "baseline")
    people, seeds = main.population.size, len({task.seed for task in tasks})
    words = "1 seed" if seeds == 1 else f"{seeds} seeds"
    title = f"The evidence: {main.name}, {people:,} people, {words}"
    figures = draw_verdicts(rows, folder / "figures", title)
    write_bytes(folder / "evidence.csv", _csv(rows))
    write_json(folder / "evidence.json", rows)
    write_json(folder / "run.json", _description(tasks, main, figures, time.perf_counter() - clock))
    shelf.clear()
    return rows


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TableError(f"cannot write results to {folder}: {error.strerror}") from error


def _csv(rows: Sequence[Row]) -> bytes:
    import pandas as pd

    return csv_bytes(pd.DataFrame(csv_rows(rows)))


def _description(
    tasks: Sequence[Task], main: "Scenario", figures: Sequence[str], seconds: float
) -> dict[str, Any]:
    """Return run.json: what was lived, with what."""
    from abm.compilation import code_version

    return {
        "command": "validate",
        "run_id": validation_id(tasks),
        "scenario": main.resolved(),
        "worlds": sorted({task.world for task in tasks}),
        "seeds": sorted({task.seed for task in tasks}),
        "tables": ["evidence.csv", "evidence.json"],
        "figures": list(figures),
        "code_version": code_version(),
        "versions": versions(),
        "platform": this_platform(),
        "timings": {"seconds": round(seconds, 3)},
    }


def _show(rows: Sequence[Row], how: HowToValidate) -> None:
    if how.as_json:
        print_json(list(rows))
        return
    print_table(COLUMNS, map(shown, rows))
    print()
    print("\n".join(summary(rows)))


def _tell(how: HowToValidate, line: str) -> None:
    if not how.quiet:
        print(line, file=sys.stderr, flush=True)
