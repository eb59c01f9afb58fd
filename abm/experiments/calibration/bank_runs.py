"""Doing the runs of the bank: through the runner and the store, in pieces, resumable."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from abm.compilation import code_version
from abm.evidence.register import register
from abm.evidence.worlds import scenario_of
from abm.experiments.calibration.bank import (
    BankError,
    MadeWith,
    WaveDesign,
    WaveFolder,
    short_hash,
)
from abm.experiments.calibration.bank_statistics import bank_evaluator, definitions, evaluation_hash
from abm.experiments.calibration.recipe import Recipe
from abm.experiments.sweeps.design import scenario_at
from abm.io.messages import last_line
from abm.io.tables import csv_bytes, write_bytes
from abm.runs.figures import Evaluate, figures_task, run_figures
from abm.runs.keys import agent_days
from abm.runs.result_store import DONE, ResultStore
from abm.runs.run_tasks import Summary
from abm.runs.task import Task
from abm.scenario.scenario import Scenario

RUNS_REPEATED = 2
SAME = 1e-9  # relative: numbers of other machines may differ in their last digits
FAILED_TABLE = "failed.csv"


@dataclass(frozen=True)
class RunDefinition:
    """What a run of the bank is: the scenario that points change, and what it is made with."""

    baseline: Scenario
    evaluate: Evaluate
    made_with: MadeWith


def run_definition(recipe: Recipe) -> RunDefinition:
    """Return what a run of a recipe's bank is with this package's register."""
    runs, held = recipe.runs, recipe.held
    world = register().worlds[runs.world].model_copy(update={"years": runs.years})
    made_with = MadeWith(
        engine=code_version() + (f" {short_hash(repr(held).encode())}" if held else ""),
        evaluation=evaluation_hash(runs.world),
        population=runs.population,
        years=runs.years,
        definitions=definitions(runs.world),
    )
    baseline = scenario_of(world, "baseline", runs.population)
    if held:
        baseline = scenario_at(baseline, held, "held")
    return RunDefinition(baseline, bank_evaluator(runs.world), made_with)


@dataclass(frozen=True)
class WaveRunner:
    """Does what is missing of a wave, until it is whole or time is over."""

    folder: WaveFolder
    design: WaveDesign
    definition: RunDefinition
    store: ResultStore  # keeps every run as it comes
    executor: Executor | None = None  # None means this very process
    deadline: float = math.inf  # in seconds of `time.monotonic`; no run is begun after it
    say: Callable[[str], None] = lambda _: None
    progress: Callable[[float], None] = lambda _: None  # called with the share of the wave done

    def run(self) -> dict[str, Any]:
        """Return what was done now and the parts there are; a part needs a result of all its runs.

        A BankError if parts that are there were made by another version whose runs differ.
        """
        folder = self.folder
        blocks = folder.blocks(len(self.design))
        missing = [block for block in blocks if not folder.has(block)]
        made_with = self.definition.made_with
        if missing and folder.parts():
            made_with = self._checked_engine()
        done = failed = 0
        for block in missing:
            if self._is_over():
                break
            summary = self._run_block(block)
            done, failed = done + summary.done, failed + summary.failed
            results = self._results(block)
            if len(results) == len(block):
                good = results[results["status"] == DONE]
                folder.write_part(block, self.design, good, made_with)
                self._list_failed(results[results["status"] != DONE])
                self.say(f"{folder.name}: {folder.path_of(block).name} written, {len(good)} runs")
        parts = sum(folder.has(block) for block in blocks)
        return {
            "runs": len(self.design), "lived_now": done, "failed_now": failed, "parts": parts,
            "of_parts": len(blocks), "whole": parts == len(blocks),
        }  # fmt: skip

    def _is_over(self) -> bool:
        return time.monotonic() >= self.deadline

    def _tasks(self, indices: Sequence[int]) -> Iterator[Task]:
        for index in indices:
            values = self.design.values(index)
            scenario = scenario_at(self.definition.baseline, values, f"run {index}")
            seed = self.design.seed(index)
            yield figures_task(scenario, seed, self.definition.evaluate, "bank run")

    def _run_block(self, block: range) -> Summary:
        """Do the runs of a block that have no result."""

        def progress(share: float) -> None:
            self.progress((block.start + share * len(block)) / len(self.design))

        return run_figures(
            self.store, self._tasks(block), self.executor, progress=progress, say=self.say,
            total=len(block) * agent_days(self.definition.baseline), is_over=self._is_over,
        )  # fmt: skip

    def _results(self, indices: Sequence[int]) -> pd.DataFrame:
        """Return the results there are of some runs, by index: status, error, statistics."""
        tasks = self._tasks(indices)
        keys = {task.key: index for index, task in zip(indices, tasks, strict=True)}
        table = self.store.frame(list(keys), about=("error",))
        return table.set_index(table["key"].map(keys)).drop(columns="key")

    def _checked_engine(self) -> MadeWith:
        """Return what further parts are made with, once it is known to give the same as before.

        Where the last part was made with another version of the code, some of the first runs are
        repeated; only if they give the same numbers does the wave go on.
        """
        before = self.folder.read()
        old, new = before.made_with[-1], self.definition.made_with
        if (old.population, old.years) != (new.population, new.years):
            raise BankError(
                f"{self.folder.path} has runs of {old.population:,} people and {old.years} years, "
                f"not {new.population:,} and {new.years}; choose another --bank"
            )
        if old == new:
            return new
        self.say(
            f"{self.folder.name} was begun by another version of the code; checking that runs agree"
        )
        rows = before.runs.iloc[:RUNS_REPEATED]
        indices = rows["index"].tolist()
        run_figures(self.store, list(self._tasks(indices)), self.executor, say=self.say)
        shared = before.defined_as(new.definitions)
        again = self._results(indices).reindex(index=indices, columns=shared)
        if not np.allclose(
            rows[shared].to_numpy(), again.to_numpy(np.float64), rtol=SAME, atol=SAME,
            equal_nan=True,
        ):  # fmt: skip
            raise BankError(
                f"{self.folder.path} was made by code {old.engine}, and this code finds other "
                "numbers in the same runs; choose another --bank, or move that folder away"
            )
        return new

    def _list_failed(self, failed: pd.DataFrame) -> None:
        """Add runs that failed to the wave's table of failures."""
        if not len(failed):
            return
        rows = [
            (index, self.design.seed(index), last_line(error))
            for index, error in zip(failed.index.tolist(), failed["error"], strict=True)
        ]
        table = pd.DataFrame(rows, columns=["index", "seed", "error"])
        path = self.folder.path / FAILED_TABLE
        if path.exists():
            table = pd.concat([pd.read_csv(path), table]).drop_duplicates("index", keep="last")
        write_bytes(path, csv_bytes(table.sort_values("index")))
