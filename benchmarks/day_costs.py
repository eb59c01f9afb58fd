"""Print, as JSON, what a person's day is made of: keyed draws and mathematical functions.

The calls are counted while people live days in plain Python, where every call can be seen; the
compiled day makes the same ones. Each kind of call is then timed in a compiled loop of its own.
"""

import json
import math
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any

import numba
from subjects import SUBJECTS

from abm.chance import Purpose, four_draws

PEOPLE = 300
DAYS = 10
CALLS = 2_000_000
REPEATS = 5
DRAWS = "four keyed draws"
FUNCTIONS = {"exp", "log", "log1p", "expm1", "sqrt", "sin", "cos", "tanh", "erf"}


def calls_per_day() -> dict[str, float]:
    """Count the calls of a day in plain Python, a person and day."""
    live_day = SUBJECTS["agents"].build(PEOPLE)
    live_day()
    counts: Counter[str] = Counter()

    def watch(frame: FrameType, event: str, called: Any) -> None:
        if event == "call" and frame.f_code is four_draws.__code__:
            counts[DRAWS] += 1
        elif event == "c_call" and called.__module__ == "math" and called.__name__ in FUNCTIONS:
            counts[called.__name__] += 1

    sys.setprofile(watch)
    for _ in range(DAYS):
        live_day()
    sys.setprofile(None)
    return {name: count / PEOPLE / DAYS for name, count in counts.items()}


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


def main() -> None:
    """Count, time and print: name -> calls a person and day, nanoseconds a call."""
    costs = {}
    for name, calls in sorted(calls_per_day().items(), key=lambda item: -item[1]):
        loop = draw_loop() if name == DRAWS else function_loop(name)
        costs[name] = {"calls": calls, "nanoseconds": nanoseconds(loop)}
    print(json.dumps(costs))


if __name__ == "__main__":
    main()
