"""What `nssi validate` does: live the worlds, do every study, write and show the table."""

import contextlib
import sys
import textwrap
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.evidence.observed_tables import observe
from abm.evidence.register import register
from abm.evidence.verdict_table import (
    DRAW_FIELDS,
    DRAWS_NOTE,
    FIELDS,
    Row,
    cells_of,
    columns_of,
    csv_rows,
    row_of,
    summary,
)
from abm.evidence.worlds import (
    WorldError,
    WorldRun,
    run_worlds,
    runs_of,
    scenario_of,
    validation_id,
    worlds_needed,
)
from abm.io.files import make_folder
from abm.io.tables import TableError, checksum, csv_bytes, read_json, write_bytes, write_json
from abm.io.terminal import (
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
from abm.report.html.validation import ROWS
from abm.runs.errors import RunnerError
from abm.runs.folder import FolderError, opened, read_description, this_platform, versions
from abm.runs.options import RunOptions
from abm.runs.result_store import StoreError, store_below

if TYPE_CHECKING:
    from abm.scenario.draws import Draws
    from abm.scenario.scenario import Scenario


NOTE_WIDTH = 100
TABLES = ("evidence.csv", "evidence.json")


@dataclass(frozen=True)
class _Asked:
    """What is to be lived: every world and seed, and the scenario that stands for the baseline."""

    runs: Sequence[WorldRun]
    main: "Scenario"
    draws: "Draws | None"

    @property
    def seeds(self) -> list[int]:
        return sorted({run.seed for run in self.runs})


def validate_command(baseline: str, seeds: Sequence[int], population: int, how: RunOptions) -> int:
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
    InputError
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
    except (StoreError, TableError, WorldError, RunnerError) as error:
        return complain(str(error), EXIT_FAILED)
    except KeyboardInterrupt:
        message = "interrupted; what was lived is kept, the same command goes on"
        return complain(message, EXIT_INTERRUPTED)
    finally:
        _remove_if_empty(folder)
    _show(rows, how)
    _tell(how, f"Written to {folder}")
    return EXIT_DONE


def _asked(baseline: str, seeds: Sequence[int], population: int, how: RunOptions) -> _Asked:
    chosen = register()
    worlds = worlds_needed(chosen, chosen.entries.values())
    simulate = how.simulate or observe
    runs = runs_of(chosen, worlds, seeds, baseline, population, how.draws, simulate)
    main = scenario_of(chosen.worlds["baseline"], baseline, population)
    return _Asked(runs, main, how.draws)


def validation_folder(
    baseline: str, seeds: Sequence[int], population: int, how: RunOptions
) -> Path:
    """Return where `validate_command` writes; parameters as there."""
    asked = _asked(baseline, seeds, population, how)
    return how.out / "validate" / validation_id(asked.runs, how.draws)


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        for each in (folder, folder.parent):
            each.rmdir()


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


def _find(asked: _Asked, how: RunOptions, folder: Path) -> list[Row]:
    """Live the worlds, do the studies and write the folder."""
    from abm.evidence.evaluation import Worlds, judge
    from abm.report.figures.verdicts import draw_verdicts

    clock = time.perf_counter()
    store = store_below(how.out)
    lived = run_worlds(asked.runs, how.jobs, lambda line: _tell(how, line), store)
    is_drawn = asked.draws is not None
    worlds = Worlds(lived, is_drawn)
    single = worlds.of_single_seeds() if is_drawn else []
    results = [judge(entry, worlds, single) for entry in register().entries.values()]
    rows = [row_of(result, is_drawn) for result in results]
    _make(folder / "figures")
    figures = draw_verdicts(rows, folder / "figures", _title(asked))
    write_bytes(folder / "evidence.csv", _csv(rows))
    write_json(folder / "evidence.json", rows)
    seconds = time.perf_counter() - clock
    write_json(folder / "run.json", _description(asked, folder, figures, seconds))
    with contextlib.suppress(StoreError):  # they are large, and what they were kept for is done
        store.remove({run.key for run in asked.runs})
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
        "run_id": validation_id(asked.runs, asked.draws),
        "scenario": asked.main.resolved(),
        "design": {} if asked.draws is None else asked.draws.design,
        "worlds": sorted({run.world for run in asked.runs}),
        "seeds": asked.seeds,
        **({} if asked.draws is None else asked.draws.describe(asked.seeds)),
        "tables": {name: {"sha256": checksum(folder / name)} for name in TABLES},
        "figures": {"files": list(figures)},
        "code_version": code_version(),
        "versions": versions(),
        "platform": this_platform(),
        "timings": {"seconds": round(seconds, 3)},
    }


def _show(rows: Sequence[Row], how: RunOptions) -> None:
    if how.as_json:
        print_json(list(rows))
        return
    print_table(columns_of(rows), map(cells_of, rows))
    print_text("\n".join(["", *summary(rows)]))
    if how.draws is not None:
        number = max(row["draws"] for row in rows)
        print_text("\n".join(textwrap.wrap(DRAWS_NOTE.format(number), NOTE_WIDTH)))


def _tell(how: RunOptions, line: str) -> None:
    if not how.quiet:
        print(line, file=sys.stderr, flush=True)
