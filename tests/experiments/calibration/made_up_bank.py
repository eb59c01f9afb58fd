"""Runs of a bank that cost nothing but arithmetic, and ways for them to go wrong."""

import math
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np

from abm.experiments.calibration.bank import MadeWith, WaveDesign, WaveFolder
from abm.experiments.calibration.bank_runs import RunDefinition, WaveRunner
from abm.runs.result_store import ResultStore
from abm.scenario.scenario import Scenario

NAMES = ["stressor_rate", "stressor_size"]
DEFINITIONS = {"A": "1", "B": "2"}
FIRST_SEED, RUNS, PART = 10_000, 23, 10


def figures(scenario: Scenario, seed: int) -> dict[str, float]:
    rate = scenario.parameters["stressor_rate"]
    size = scenario.parameters["stressor_size"]
    return {"B": math.sin(seed * rate), "A": math.sqrt(seed * size), "not asked for": 1.0}


def figures_but_fail_at_three(scenario: Scenario, seed: int) -> dict[str, float]:
    if seed == FIRST_SEED + 3:
        raise ValueError("the third run always fails")
    return figures(scenario, seed)


def design(runs: int = RUNS) -> WaveDesign:
    rows = np.arange(1.0, runs + 1)
    points = np.column_stack([0.5 + rows / 100, 0.3 + rows / 200])
    return WaveDesign(NAMES, points, FIRST_SEED, {"drawn": "by hand"})


def definition(evaluate=figures, engine: str = "e1") -> RunDefinition:
    table = {"population": {"kind": "cohort", "size": 50}, "calendar": {"years": 1}}
    made_with = MadeWith(
        engine=engine, evaluation="v1", population=50, years=1, definitions=DEFINITIONS
    )
    return RunDefinition(Scenario.from_table(table, "made-up"), evaluate, made_with)


def folder(path: Path, name: str = "wave-1") -> WaveFolder:
    return WaveFolder(path / "bank", name, PART)


def run_wave(
    wave: WaveFolder,
    path: Path,
    evaluate=figures,
    engine: str = "e1",
    points: WaveDesign | None = None,
    executor: Executor | None = None,
    **more,
) -> dict[str, Any]:
    """Run what is missing of a wave; its runs are kept below a path."""
    store, runs = ResultStore(path / "store"), definition(evaluate, engine)
    return WaveRunner(wave, points or design(), runs, store, executor, **more).run()


def contents(wave: WaveFolder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(wave.path.glob("*"))}
