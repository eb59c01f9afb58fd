"""Runs that cost nothing but arithmetic, and what may go wrong in them.

These stand in for a run where a test is about the store and the runner. The environment reaches
spawned processes, too: `MADE_UP_DIARY` names a file that notes every run that was lived,
`MADE_UP_PAUSE` says how many seconds each takes.
"""

import math
import os
import signal
import time
from pathlib import Path

from abm.runs.runner import RunTask, run_missing
from abm.runs.store import Store
from abm.scenario.scenario import Scenario

SECONDS_TO_END = 5.0  # for those processes whose main process was killed
RATES = [0.5 + step / 20 for step in range(20)]


def scenario(**parameters: float) -> Scenario:
    table = {
        "population": {"kind": "cohort", "size": 50},
        "calendar": {"years": 2},
        "parameters": parameters,
    }
    return Scenario.from_table(table, "made-up")


def tasks(evaluate, seeds=range(1, 6), rates=RATES) -> list[RunTask]:
    scenarios = [scenario(stressor_rate=rate) for rate in rates]
    return [RunTask(each, seed, evaluate) for each in scenarios for seed in seeds]


def note(line: object) -> None:
    diary = os.environ.get("MADE_UP_DIARY")
    if diary:
        with open(diary, "a", encoding="utf-8") as lines:
            lines.write(f"{line}\n")


def figures(lived: Scenario, seed: int) -> dict[str, float]:
    """Return figures that depend on scenario and seed, to the last bit."""
    rate = lived.parameters["stressor_rate"]
    time.sleep(float(os.environ.get("MADE_UP_PAUSE", "0")))
    note(f"{rate!r}-{seed}")
    return {"wave": math.sin(seed * rate), "root": math.sqrt(seed + rate), "seldom": float("nan")}


def figures_but_fail_at_three(lived: Scenario, seed: int) -> dict[str, float]:
    if seed == 3:
        raise ValueError("the third seed is never lived")
    return figures(lived, seed)


def figures_unless_mended(lived: Scenario, seed: int) -> dict[str, float]:
    if seed == 3 and not Path(os.environ["MADE_UP_DIARY"] + ".mended").exists():
        raise ValueError("not mended yet")
    return figures(lived, seed)


def figures_but_interrupt_at_ten(lived: Scenario, seed: int) -> dict[str, float]:
    if seed == 10:
        raise KeyboardInterrupt
    return figures(lived, seed)


def figures_or_be_killed_once(lived: Scenario, seed: int) -> dict[str, float]:
    """Kill the worker the first time seed 3 is lived."""
    scar = Path(os.environ["MADE_UP_DIARY"] + ".scar")
    if seed == 3 and not scar.exists():
        scar.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return figures(lived, seed)


def figures_or_be_killed(lived: Scenario, seed: int) -> dict[str, float]:
    """Kill the worker whenever seed 3 is lived at the lowest rate."""
    if seed == 3 and lived.parameters["stressor_rate"] == RATES[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return figures(lived, seed)


def figures_of_a_worker(lived: Scenario, seed: int) -> dict[str, float]:
    """Note the process, too, so that a test can kill it; slow enough for a second one to help."""
    time.sleep(0.04)
    note(f"pid {os.getpid()}")
    return figures(lived, seed)


def figures_slowly(lived: Scenario, seed: int) -> dict[str, float]:
    time.sleep(0.2)
    return figures(lived, seed)


def undisturbed(folder: Path, wanted: list[RunTask]) -> bytes:
    """Live runs in this process into a store of their own, and return their table."""
    return table(Store(folder), run_missing(Store(folder), wanted).keys)


def table(store: Store, keys: list[str]) -> bytes:
    return store.results(keys).to_csv(index=False).encode()


def expected_of(tmp_path, wanted, diary):
    """Return the table of undisturbed runs, leaving no trace in the diary."""
    expected = undisturbed(tmp_path / "undisturbed", wanted)
    diary.write_text("")
    return expected


def wait_for_parts(store, number, process):
    """Wait until a process has stored a number of parts more than there were."""
    before = len(list(store.parts.glob("*.parquet")))
    until = time.monotonic() + 180.0  # a guard: busy machines start processes slowly
    while len(list(store.parts.glob("*.parquet"))) < before + number:
        assert time.monotonic() < until
        assert process.poll() is None
        time.sleep(0.005)
