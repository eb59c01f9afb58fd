"""Runs of a bank that cost nothing but arithmetic, and ways for them to go wrong."""

import math
import os
import signal
from concurrent.futures import Executor
from pathlib import Path

import numpy as np

from abm.experiments.calibration.bank import Design, MadeWith, WaveFolder
from abm.experiments.calibration.bank_runs import HowToLive, Kind
from abm.runs.result_store import ResultStore
from abm.scenario.scenario import Scenario

NAMES = ["stressor_rate", "stressor_size"]
DEFINITIONS = {"A": "1", "B": "2"}
FIRST_SEED, RUNS, PART = 10_000, 23, 10


def figures(lived: Scenario, seed: int) -> dict[str, float]:
    rate, size = lived.parameters["stressor_rate"], lived.parameters["stressor_size"]
    return {"B": math.sin(seed * rate), "A": math.sqrt(seed * size), "not asked for": 1.0}


def figures_but_fail_at_three(lived: Scenario, seed: int) -> dict[str, float]:
    if seed == FIRST_SEED + 3:
        raise ValueError("the third run is never lived")
    return figures(lived, seed)


def figures_or_be_killed_once(lived: Scenario, seed: int) -> dict[str, float]:
    scar = Path(os.environ["MADE_UP_SCAR"])
    if seed == FIRST_SEED + 13 and not scar.exists():
        scar.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return figures(lived, seed)


def figures_but_interrupt_once(lived: Scenario, seed: int) -> dict[str, float]:
    scar = Path(os.environ["MADE_UP_SCAR"])
    if seed == FIRST_SEED + 13 and not scar.exists():
        scar.touch()
        raise KeyboardInterrupt
    return figures(lived, seed)


def design(runs: int = RUNS) -> Design:
    rows = np.arange(1.0, runs + 1)
    points = np.column_stack([0.5 + rows / 100, 0.3 + rows / 200])
    return Design(NAMES, points, FIRST_SEED, {"drawn": "by hand"})


def kind(evaluate=figures, engine: str = "e1") -> Kind:
    table = {"population": {"kind": "cohort", "size": 50}, "calendar": {"years": 1}}
    made_with = MadeWith(engine, "v1", 50, 1, DEFINITIONS)
    return Kind(Scenario.from_table(table, "made-up"), evaluate, made_with)


def folder(place: Path, name: str = "wave-1") -> WaveFolder:
    return WaveFolder(place / "bank", name, PART)


def how(place: Path, executor: Executor | None = None, **more) -> HowToLive:
    return HowToLive(ResultStore(place / "store"), executor, **more)


def contents(of: WaveFolder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(of.path.glob("*"))}
