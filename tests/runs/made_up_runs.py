"""Runs that cost nothing but arithmetic, and what may go wrong in them.

These stand in for a run where a test is about keeping and going on. The environment reaches
spawned processes, too: `MADE_UP_DIARY` names a file that notes every run that was lived,
`MADE_UP_PAUSE` says how many seconds each takes. As a program, this sweeps them: folder of
results, evaluator, first and last rate, seeds, jobs or the address of a Dask scheduler.
"""

import math
import os
import signal
import sys
import time
from pathlib import Path

from abm.runs import run_tasks
from abm.runs.figures import figures_task
from abm.scenario.scenario import Scenario

RATES = [0.5 + step / 20 for step in range(20)]


def scenario(**parameters: float) -> Scenario:
    table = {
        "population": {"kind": "cohort", "size": 50},
        "calendar": {"years": 2},
        "parameters": parameters,
    }
    return Scenario.from_table(table, "made-up")


def tasks(evaluate, seeds=range(1, 6), rates=RATES):
    scenarios = [scenario(stressor_rate=rate) for rate in rates]
    return [figures_task(each, seed, evaluate) for each in scenarios for seed in seeds]


def note(line: object) -> None:
    diary = os.environ.get("MADE_UP_DIARY")
    if diary:
        with open(diary, "a", encoding="utf-8") as lines:
            lines.write(f"{line}\n")


def name(rate: float, seed: int) -> str:
    """Return how a run stands in the diary."""
    return f"{rate!r}-{seed}"


def figures(lived: Scenario, seed: int) -> dict[str, float]:
    """Return figures that depend on scenario and seed, to the last bit."""
    rate = lived.parameters["stressor_rate"]
    time.sleep(float(os.environ.get("MADE_UP_PAUSE", "0")))
    note(name(rate, seed))
    return {"wave": math.sin(seed * rate), "root": math.sqrt(seed + rate), "seldom": float("nan")}


def figures_but_fail_at_three(lived: Scenario, seed: int) -> dict[str, float]:
    if seed == 3:
        raise ValueError("the third seed is never lived")
    return figures(lived, seed)


def figures_unless_mended(lived: Scenario, seed: int) -> dict[str, float]:
    if seed == 3 and not Path(os.environ["MADE_UP_DIARY"] + ".mended").exists():
        raise ValueError("not mended yet")
    return figures(lived, seed)


def figures_with_odd_names(lived: Scenario, seed: int) -> dict[str, float]:
    """Return a figure that is called like a column of every table of runs, or by no word."""
    return {["seed", "status", "\n", "", "\x1b"][seed - 1]: float(seed)}


def figures_or_be_killed(lived: Scenario, seed: int) -> dict[str, float]:
    """Kill the worker whenever seed 3 is lived at the lowest rate."""
    if seed == 3 and lived.parameters["stressor_rate"] == RATES[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return figures(lived, seed)


def sweep(out, evaluate=figures, first=0, last=20, seeds=5, **options) -> int:
    """Sweep made-up runs; return the exit code."""
    from abm.cli.sweep import sweep_command
    from abm.experiments.sweeps.design import factorial
    from abm.runs.options import RunOptions

    values = ",".join(map(repr, RATES[first:last]))
    how = RunOptions(Path(out), simulate=evaluate, **({"jobs": 1, "quiet": True} | options))
    design = factorial([f"stressor_rate={values}"])
    return sweep_command(scenario(), design, range(1, seeds + 1), how)


def main() -> None:
    import made_up_runs  # so that workers find what is lived by its name

    out, evaluate, first, last, seeds, where = sys.argv[1:]
    run_tasks.LARGEST_BATCH = 5
    options = {"jobs": int(where)} if where.isdecimal() else {"dask": where}
    lived = getattr(made_up_runs, evaluate)
    sys.exit(sweep(out, lived, int(first), int(last), int(seeds), **options))


if __name__ == "__main__":
    main()
