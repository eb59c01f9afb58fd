"""Print, as JSON, what a person's day contains, and what its draws and functions cost.

What happens is counted while people live days in plain Python, where every call can be seen; the
compiled day does the same. Each kind of call is then timed in a compiled loop of its own.
Instructions are counted by `perf` where the processor lets it, or by valgrind if asked to
(``--valgrind``, two minutes more), on machine code for a processor without the widest vectors.
"""

import argparse
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

import numba
from idiomatic_mesa import SimpleModel
from subjects import SEED

from abm.chance import Purpose, four_draws
from abm.mechanisms.act import self_injure
from abm.mechanisms.day import decide, live_through, report_urge
from abm.model import NSSIModel
from abm.scenario.scenario import load_scenario

HERE = Path(__file__).resolve().parent
PEOPLE = 1_000
DAYS = 28
SIMPLE_DAYS = 100
CALLS = 2_000_000
REPEATS = 5
FUNCTIONS = {"exp", "log", "log1p", "expm1", "sqrt", "sin", "cos", "tanh", "erf"}
STRESSORS = "stressors met"
DECISIONS = "times before an urge, which may be nil"
CHOICES = "decisions to act or not, drawn"
URGES = "urges strong enough to report"
ACTS = "acts"
DRAWS = "four keyed draws"
EVENTS = {
    live_through.__code__: STRESSORS,
    decide.__code__: DECISIONS,
    self_injure.__code__: ACTS,
    four_draws.__code__: DRAWS,
}
COUNTED_PEOPLE = 10_000  # when instructions are counted
SETTLED, FEW_DAYS, MANY_DAYS = 32, 10, 110  # before counting instructions, and the two counts
NO_MORE: Mapping[str, str] = {}
KNOWN_TO_VALGRIND = {
    "NUMBA_CPU_NAME": "x86-64-v3",  # of the processors it simulates, the latest
    "NUMBA_CPU_FEATURES": "+avx,+avx2,+bmi,+bmi2,+fma",
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
}


def watched(live_day: Callable[[], Any], days: int, watch: Callable[..., None]) -> None:
    """Let people live days while every call and return is watched."""
    sys.setprofile(watch)
    try:
        for _ in range(days):
            live_day()
    finally:
        sys.setprofile(None)


def is_function(event: str, called: Any) -> bool:
    """Return whether a function of `math` that takes time is called."""
    return event == "c_call" and called.__module__ == "math" and called.__name__ in FUNCTIONS


def day_of_the_model(warm_up: bool) -> dict[str, float]:
    """Count what a person's day contains, with the history of a warm-up or without."""
    scenario = load_scenario("baseline", population=PEOPLE)
    model = NSSIModel(scenario, rng=SEED, activation="agents", warm_up=warm_up)
    model.step()
    names = (STRESSORS, DECISIONS, CHOICES, URGES, ACTS, DRAWS)
    counts: Counter[str] = Counter(dict.fromkeys(names, 0))

    def watch(frame: FrameType, event: str, called: Any) -> None:
        if event == "call" and frame.f_code in EVENTS:
            counts[EVENTS[frame.f_code]] += 1
            if frame.f_code is four_draws.__code__:
                counts[CHOICES] += frame.f_locals["purpose"] == Purpose.DECISION
        elif event == "return" and frame.f_code is report_urge.__code__:
            counts[URGES] += frame.f_locals["reported"]
        elif is_function(event, called):
            counts[called.__name__] += 1

    watched(model.step, DAYS, watch)
    return {name: count / PEOPLE / DAYS for name, count in counts.items()}


def day_of_the_yardstick() -> dict[str, float]:
    """Count what the simpler day of `idiomatic_mesa.py` contains; Starsim's has the same."""
    model = SimpleModel(PEOPLE, rng=SEED)
    counts: Counter[str] = Counter()

    def watch(frame: FrameType, event: str, called: Any) -> None:
        if event == "call" and frame.f_code is Random.expovariate.__code__:
            counts[STRESSORS] += 1
        elif is_function(event, called):
            counts[called.__name__] += 1

    watched(model.step, SIMPLE_DAYS, watch)
    counts[ACTS] = sum(model.agents.get("acts"))
    person_days = PEOPLE * SIMPLE_DAYS
    return {name: count / person_days for name, count in counts.items()} | {CHOICES: 1.0}


def draw_loop() -> Callable[[int], float]:
    """Compile a loop that does nothing but draw."""
    purpose = int(Purpose.STRESSOR)

    @numba.njit(error_model="numpy")
    def loop(calls: int) -> float:
        total = 0.0
        for person in range(calls):
            first, second, third, fourth = four_draws(1, 0, person, 7, purpose, 0)
            total += first + second + third + fourth
        return total

    return loop


def function_loop(name: str) -> Callable[[int], float]:
    """Compile a loop that does nothing but call one function of `math`, at arguments in (0, 1)."""
    function = getattr(math, name)

    @numba.njit(error_model="numpy")
    def loop(calls: int) -> float:
        total = 0.0
        step = 1.0 / calls
        for call in range(calls):
            total += function((call + 0.5) * step)
        return total

    return loop


def nanoseconds(loop: Callable[[int], float]) -> float:
    """Return the median CPU time of one call in a compiled loop."""
    loop(1)
    costs = []
    for _ in range(REPEATS):
        start = time.process_time()
        loop(CALLS)
        costs.append((time.process_time() - start) / CALLS * 1e9)
    return statistics.median(costs)


def by_perf(days: int) -> int | None:
    """Return the instructions of a process that simulates so many days, where `perf` can count."""
    printed = counted_process(["perf", "stat", "-x,", "-e", "instructions:u"], days)
    counted = re.search(r"^(\d+),.*instructions", printed, re.MULTILINE)
    return int(counted[1]) if counted else None


def by_valgrind(days: int) -> int | None:
    """Return the same by valgrind, which simulates a processor."""
    options = ["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    printed = counted_process(["valgrind", *options], days, KNOWN_TO_VALGRIND)
    counted = re.search(r"I +refs: +([\d,]+)", printed)
    return int(counted[1].replace(",", "")) if counted else None


def counted_process(counter: list[str], days: int, settings: Mapping[str, str] = NO_MORE) -> str:
    """Simulate days in a process that a counter watches, if it is here; return what it prints.

    They are simulated without the counter before, so that nothing is compiled under it.
    """
    command = [sys.executable, str(HERE / "subject_process.py"), "headless", str(COUNTED_PEOPLE)]
    asked = {"input": f"{SETTLED}\n{days}\n", "capture_output": True, "text": True}
    asked["env"] = os.environ | settings
    if shutil.which(counter[0]) is None:
        return ""
    subprocess.run(command, **asked, check=True)
    return subprocess.run([*counter, *command], **asked).stderr


def instructions(count: Callable[[int], int | None]) -> float | None:
    """Return instructions a person and day: what more days take, so that the start drops out."""
    with ThreadPoolExecutor() as threads:
        few, many = threads.map(count, (FEW_DAYS, MANY_DAYS))
    return (many - few) / (MANY_DAYS - FEW_DAYS) / COUNTED_PEOPLE if few and many else None


def main() -> None:
    """Count, time and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--valgrind", action="store_true", help="count instructions by valgrind")
    counter = by_valgrind if parser.parse_args().valgrind else by_perf
    beginning = day_of_the_model(warm_up=False)
    costs = {}
    for name in sorted({DRAWS, *FUNCTIONS} & beginning.keys(), key=lambda name: -beginning[name]):
        loop = draw_loop() if name == DRAWS else function_loop(name)
        costs[name] = {"calls": beginning[name], "nanoseconds": nanoseconds(loop)}
    contents = {
        "after the warm-up": day_of_the_model(warm_up=True),
        "without a warm-up": beginning,
        "the simpler day": day_of_the_yardstick(),
    }
    counted = instructions(counter)
    print(json.dumps({"costs": costs, "contents": contents, "instructions": counted}))


if __name__ == "__main__":
    main()
