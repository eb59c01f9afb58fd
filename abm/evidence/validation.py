"""The command `validate`: live the worlds, do every study, write and show the evidence table."""

import contextlib
import hashlib
import json
import sys
import textwrap
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.console import (
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_WRONG_INPUT,
    NOTHING_NEW,
    complain,
    print_json,
    print_table,
    print_text,
)
from abm.evidence.living import (
    Look,
    Task,
    WorldError,
    live_tasks,
    scenario_of,
    tasks_of,
    worlds_needed,
)
from abm.evidence.looking import live_and_look
from abm.evidence.register import register
from abm.evidence.rows import (
    DRAW_FIELDS,
    DRAWS_NOTE,
    FIELDS,
    Row,
    columns_of,
    csv_rows,
    row_of,
    shown,
    summary,
)
from abm.evidence.shelf import Shelf
from abm.experiments.folders.folder import (
    RUN_ID_DIGITS,
    FolderError,
    opened,
    read_description,
    this_platform,
    versions,
)
from abm.experiments.running.executors import RunnerError
from abm.files import make_folder
from abm.report.html.of_validation import ROWS
from abm.tables import TableError, checksum, csv_bytes, read_json, write_bytes, write_json

if TYPE_CHECKING:
    from abm.calibration.uncertainty import Draws
    from abm.scenario import Scenario

FIRST_SEED, SEEDS, POPULATION = 101, 4, 10_000
"""Seeds that no fit used, and the population that is lived unless another is asked for."""
DRAWS, POPULATION_A_DRAW, SEEDS_A_STEP = 16, 2_500, 2
"""Under the posterior: as many people in all, in smaller populations. Two neighbouring seeds have
the same draw of the parameters, so every second seed is lived: 101, 103, 105 and so on."""

NOTE_WIDTH = 100
TABLES = ("evidence.csv", "evidence.json")


def standards(is_drawn: bool) -> tuple[int, int, int]:
    """Return how many seeds, in which steps, and how many people, unless others are asked for."""
    return (DRAWS, SEEDS_A_STEP, POPULATION_A_DRAW) if is_drawn else (SEEDS, 1, POPULATION)


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
    draws
        The posterior that seeds draw their parameters from, each seed one draw for all its worlds;
        None leaves parameters as they are.
    """

    out: Path = Path("results")
    jobs: int | None = None
    quiet: bool = False
    as_json: bool = False
    force: bool = False
    look: Look = live_and_look
    draws: "Draws | None" = None


@dataclass(frozen=True)
class _Asked:
    """What is to be lived: every world and seed, and the scenario that stands for the baseline."""

    tasks: Sequence[Task]
    main: "Scenario"
    draws: "Draws | None"

    @property
    def seeds(self) -> list[int]:
        return sorted({task.seed for task in self.tasks})


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
        Exit code: 0 done, 1 a world failed or a file cannot be written, 2 the folder cannot be
        written, 130 interrupted.

    Raises
    ------
    ScenarioError
        If a scenario cannot be read, or cannot have the parameters drawn; nothing is written.
    """
    asked = _asked(baseline, seeds, population, how)
    folder = validation_folder(baseline, seeds, population, how)
    try:
        with opened(how.out, folder):
            rows = None if how.force else finished(folder, is_drawn=how.draws is not None)
            if rows is None:
                rows = _find(asked, how, folder)
            else:
                _tell(how, NOTHING_NEW)
    except FolderError as error:
        return complain(str(error), EXIT_WRONG_INPUT)
    except (TableError, WorldError, RunnerError) as error:
        return complain(str(error), EXIT_FAILED)
    except KeyboardInterrupt:
        message = "interrupted; what was lived is kept, the same command goes on"
        return complain(message, EXIT_INTERRUPTED)
    finally:
        _remove_if_empty(folder)
    _show(rows, how)
    _tell(how, f"Written to {folder}")
    return EXIT_DONE


def _asked(baseline: str, seeds: Sequence[int], population: int, how: HowToValidate) -> _Asked:
    chosen = register()
    worlds = worlds_needed(chosen, chosen.entries.values())
    tasks = tasks_of(chosen, worlds, seeds, baseline, population, how.draws)
    main = scenario_of(chosen.worlds["baseline"], baseline, population)
    return _Asked(tasks, main, how.draws)


def validation_folder(
    baseline: str, seeds: Sequence[int], population: int, how: HowToValidate
) -> Path:
    """Return where `validate_command` writes; parameters as there."""
    asked = _asked(baseline, seeds, population, how)
    return how.out / "validate" / validation_id(asked.tasks, how.draws)


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        for each in (folder, folder.parent):
            each.rmdir()


def validation_id(tasks: Sequence[Task], draws: "Draws | None" = None) -> str:
    """Return the start of a hash over all that decides the table.

    These are worlds, seeds, code and register, and the posterior where parameters are drawn.
    """
    from abm.compilation import code_version

    content: dict[str, Any] = {"code": code_version()}
    content["entries"] = [e.model_dump(mode="json") for e in register().entries.values()]
    content["worlds"] = [
        [t.world, t.seed, t.how.logs, t.how.keep, t.scenario.resolved()] for t in tasks
    ]
    if draws is not None:
        content |= draws.design
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:RUN_ID_DIGITS]


def finished(folder: Path, *, is_drawn: bool = False) -> list[Row] | None:
    """Return the rows of a finished folder, or None where there is none that is whole.

    They are when the tables have the checksums of run.json, and say of every entry of the register
    what a row says.
    """
    tables = read_description(folder).get("tables", {})
    try:
        sums = {name: {"sha256": checksum(folder / name)} for name in TABLES}
        rows: list[Row] = read_json(folder / "evidence.json")
        ROWS.validate_python(rows)
    except (TableError, ValueError):
        return None
    names = {*FIELDS, *(DRAW_FIELDS if is_drawn else ())}
    known = [row["id"] for row in rows] == list(register().entries)
    return rows if known and sums == tables and all(row.keys() == names for row in rows) else None


def _find(asked: _Asked, how: HowToValidate, folder: Path) -> list[Row]:
    """Live the worlds, do the studies and write the folder."""
    from abm.evidence.evaluation import Worlds, judge
    from abm.evidence.figure import draw_verdicts

    clock = time.perf_counter()
    shelf = Shelf(folder / "lived")
    lived = live_tasks(asked.tasks, how.jobs, lambda line: _tell(how, line), how.look, shelf)
    is_drawn = asked.draws is not None
    worlds = Worlds(lived, is_drawn)
    single = worlds.each_seed() if is_drawn else []
    results = [judge(entry, worlds, single) for entry in register().entries.values()]
    rows = [row_of(result, is_drawn) for result in results]
    _make(folder / "figures")
    figures = draw_verdicts(rows, folder / "figures", _title(asked))
    write_bytes(folder / "evidence.csv", _csv(rows))
    write_json(folder / "evidence.json", rows)
    seconds = time.perf_counter() - clock
    write_json(folder / "run.json", _description(asked, folder, figures, seconds))
    shelf.clear()
    return rows


def _title(asked: _Asked) -> str:
    """Return what stands above the figure."""
    name, people, number = asked.main.name, asked.main.population.size, len(asked.seeds)
    several = "" if number == 1 else "s"
    if asked.draws is None:
        return f"The evidence: {name}, {people:,} people, {number} seed{several}"
    return (
        f"The evidence under the posterior, {number} draw{several}: {name}, {people:,} people each"
    )


def _make(folder: Path) -> None:
    try:
        make_folder(folder)
    except OSError as error:
        raise TableError(f"cannot write results to {folder}: {error.strerror}") from error


def _csv(rows: Sequence[Row]) -> bytes:
    import pandas as pd

    return csv_bytes(pd.DataFrame(csv_rows(rows)))


def _description(
    asked: _Asked, folder: Path, figures: Sequence[str], seconds: float
) -> dict[str, Any]:
    """Return run.json: what was lived, with what; `scenario` is without parameters drawn."""
    from abm.compilation import code_version

    return {
        "command": "validate",
        "run_id": validation_id(asked.tasks, asked.draws),
        "scenario": asked.main.resolved(),
        "design": {} if asked.draws is None else asked.draws.design,
        "worlds": sorted({task.world for task in asked.tasks}),
        "seeds": asked.seeds,
        **({} if asked.draws is None else asked.draws.said(asked.seeds)),
        "tables": {name: {"sha256": checksum(folder / name)} for name in TABLES},
        "figures": {"files": list(figures)},
        "code_version": code_version(),
        "versions": versions(),
        "platform": this_platform(),
        "timings": {"seconds": round(seconds, 3)},
    }


def _show(rows: Sequence[Row], how: HowToValidate) -> None:
    if how.as_json:
        print_json(list(rows))
        return
    print_table(columns_of(rows), map(shown, rows))
    print_text("\n".join(["", *summary(rows)]))
    if how.draws is not None:
        number = max(row["draws"] for row in rows)
        print_text("\n".join(textwrap.wrap(DRAWS_NOTE.format(number), NOTE_WIDTH)))


def _tell(how: HowToValidate, line: str) -> None:
    if not how.quiet:
        print(line, file=sys.stderr, flush=True)
