"""Living the runs of the bank: through the runner and the store, in pieces, resumable."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from abm.evidence.register import register
from abm.experiments.calibration.bank import BankError, Design, MadeWith, WaveFolder
from abm.experiments.calibration.bank_statistics import evaluation_hash, measure, statistics
from abm.experiments.calibration.recipe import Runs
from abm.experiments.sweeps.points import scenario_at
from abm.runs.figures import Evaluate, figures_task, live_figures
from abm.runs.keys import agent_days
from abm.runs.result_store import DONE, ResultStore
from abm.runs.task import Task

if TYPE_CHECKING:
    import pandas as pd

    from abm.scenario.scenario import Scenario

RUNS_LIVED_AGAIN = 2
SAME = 1e-9  # relative: numbers of other machines may differ in their last digits
FAILED_TABLE = "failed.csv"

Say = Callable[[str], None]


@dataclass(frozen=True)
class HowToLive:
    """Where and how long runs are lived.

    Parameters
    ----------
    store
        Keeps every run as it comes.
    executor
        None means this very process.
    deadline
        In seconds of `time.monotonic`; no run is begun after it.
    say, progress
        Called with a message; with the share of the wave that is done.
    """

    store: ResultStore
    executor: Executor | None = None
    deadline: float | None = None
    say: Say = lambda _: None
    progress: Callable[[float], None] | None = None

    @property
    def is_over(self) -> bool:
        """Whether no more runs are to be begun."""
        return self.deadline is not None and time.monotonic() >= self.deadline


@dataclass(frozen=True)
class Kind:
    """What a run of the bank is: the scenario that points change, and what it is made with."""

    base: "Scenario"
    evaluate: Evaluate
    made_with: MadeWith


@dataclass(frozen=True)
class Piece:
    """What was lived now: runs done and failed, and the parts of the wave there are."""

    done: int
    failed: int
    parts: int
    of_parts: int

    @property
    def is_whole(self) -> bool:
        """Whether every part of the wave is there."""
        return self.parts == self.of_parts


def kind_of_run(runs: Runs) -> Kind:
    """Return what a run of the bank is with this package's register."""
    from abm.compilation import code_version
    from abm.evidence.worlds import scenario_of

    how = register().worlds[runs.world]
    base = scenario_of(how.model_copy(update={"years": runs.years}), "baseline", runs.population)
    found = statistics(runs.world)
    definitions = {name: each.definition for name, each in found.items()}
    made_with = MadeWith(
        code_version(), evaluation_hash(runs.world), runs.population, runs.years, definitions
    )
    return Kind(base, measure(runs.world), made_with)


def live_wave(folder: WaveFolder, design: Design, kind: Kind, how: HowToLive) -> Piece:
    """Live what is missing of a wave until it is whole or time is over.

    Runs are lived part by part; a part is written as soon as all its runs have a result.

    Raises
    ------
    BankError
        If parts that are there were lived by another version whose runs differ.
    StoreError, RunnerError, TableError
        As `run_tasks` and the writing of tables do; what is finished is kept.
    """
    blocks = folder.blocks(len(design))
    missing = [block for block in blocks if not folder.has(block)]
    made_with = kind.made_with
    if missing and folder.has_parts():
        made_with = checked_engine(folder, design, kind, how)
    done = failed = 0
    for block in missing:
        if how.is_over:
            break
        lived = _live_block(block, design, kind, how, len(design))
        done, failed = done + lived[0], failed + lived[1]
        found = _found(block, design, kind, how)
        if len(found) == len(block):
            good = found[found["status"] == DONE]
            folder.write_part(block, design, good, made_with)
            _list_failed(folder.path, found, design)
            how.say(f"{folder.name}: {folder.path_of(block).name} written, {len(good)} runs")
    parts = sum(folder.has(block) for block in blocks)
    return Piece(done, failed, parts, len(blocks))


def _tasks(block: Iterable[int], design: Design, kind: Kind) -> Iterator[Task]:
    for index in block:
        scenario = scenario_at(kind.base, design.values(index), f"run {index}")
        yield figures_task(scenario, design.seed(index), kind.evaluate, "bank run")


def _live_block(
    block: range, design: Design, kind: Kind, how: HowToLive, total: int
) -> tuple[int, int]:
    """Live the runs of a block that have no result; return how many are done and failed now."""

    def progress(share: float) -> None:
        if how.progress is not None:
            how.progress((block.start + share * len(block)) / total)

    lived = live_figures(
        how.store, _tasks(block, design, kind), how.executor, progress=progress, say=how.say,
        total=len(block) * agent_days(kind.base), is_over=lambda: how.is_over,
    )  # fmt: skip
    return lived.done, lived.failed


def _found(indices: Sequence[int], design: Design, kind: Kind, how: HowToLive) -> "pd.DataFrame":
    """Return the results there are of some runs, by index: status, error, statistics."""
    tasks = _tasks(indices, design, kind)
    keys = {task.key: index for index, task in zip(indices, tasks, strict=True)}
    table = how.store.frame(list(keys), about=("error",))
    return table.set_index(table["key"].map(keys)).drop(columns="key")


def checked_engine(folder: WaveFolder, design: Design, kind: Kind, how: HowToLive) -> MadeWith:
    """Return what further parts are made with, once it is known to give the same as before.

    Where the first part was made with another version of the code, some of its runs are lived
    again; only if they give the same numbers does the wave go on.

    Raises
    ------
    BankError
        If they differ, or runs have another size.
    """
    before = folder.read()
    old, new = before.made_with[-1], kind.made_with
    if (old.population, old.years) != (new.population, new.years):
        raise BankError(
            f"{folder.path} has runs of {old.population:,} people and {old.years} years, not "
            f"{new.population:,} and {new.years}; choose another --bank"
        )
    if old == new:
        return new
    how.say(f"{folder.name} was begun by another version of the code; checking that runs agree")
    rows = before.runs.iloc[:RUNS_LIVED_AGAIN]
    indices = rows["index"].tolist()
    live_figures(how.store, list(_tasks(indices, design, kind)), how.executor, say=how.say)
    again = _found(indices, design, kind, how).reindex(indices)
    shared = [n for n, meant in new.definitions.items() if old.definitions.get(n) == meant]
    if not _agree(rows[shared].to_numpy(), again.reindex(columns=shared).to_numpy(np.float64)):
        raise BankError(
            f"{folder.path} was lived by code {old.engine}, and this code finds other numbers in "
            "the same runs; choose another --bank, or move that folder away"
        )
    return new


def _agree(first: np.ndarray, second: np.ndarray) -> bool:
    return bool(np.allclose(first, second, rtol=SAME, atol=SAME, equal_nan=True))


def _list_failed(path: Path, found: "pd.DataFrame", design: Design) -> None:
    """Add runs that failed to the wave's table of failures."""
    import pandas as pd

    from abm.io.tables import csv_bytes, write_bytes

    failed = found[found["status"] != DONE]
    if not len(failed):
        return
    indices = [int(str(index)) for index in failed.index]
    table = pd.DataFrame({"index": indices, "seed": [design.seed(each) for each in indices]})
    table["error"] = [_last_line(error) for error in failed["error"]]
    place = path / FAILED_TABLE
    if place.exists():
        table = pd.concat([pd.read_csv(place), table]).drop_duplicates("index", keep="last")
    write_bytes(place, csv_bytes(table.sort_values("index")))


def _last_line(error: object) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[-1]
