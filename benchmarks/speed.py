"""Measure speed, memory and start-up, and write them as a table: `python benchmarks/speed.py`.

All speeds are agent-days per CPU-second. The ways to live a day are measured in turn within each
repeat, so that a busy neighbour meets all of them; medians are given with the smallest and the
largest. Memory and start-up are taken in fresh processes.
"""

import argparse
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from result_table import write_results
from subjects import SUBJECTS

HERE = Path(__file__).resolve().parent
SIZES = (1_000, 10_000, 100_000, 1_000_000)
SMALLEST_FOR_MEMORY = 10_000
MOST_DAYS = 365
SETTLING_DAYS = 32  # a month, so that what happens once a month has happened
START_UP = {
    "headless (`World`), first day of 1,000 people": (
        "from abm.scenario.scenario import load_scenario; from abm.simulation.world import World; "
        "World(load_scenario('baseline', population=1000), 1, warm_up=False).live_day()"
    ),
    "Mesa model, first day of 1,000 people": (
        "from abm.scenario.scenario import load_scenario; from abm.model import NSSIModel; "
        "NSSIModel(load_scenario('baseline', population=1000), rng=1, warm_up=False).step()"
    ),
}


@dataclass(frozen=True)
class Measured:
    """A median with the smallest and the largest of its repeats."""

    median: float
    low: float
    high: float

    @classmethod
    def over(cls, values: Sequence[float]) -> "Measured":
        """Sum up some repeats."""
        return cls(statistics.median(values), min(values), max(values))


def days_within(live_day: Callable[[], Any], seconds: float) -> int:
    """Settle in, and return how many days (at most a year) take about so many CPU-seconds."""
    live_day()
    start = time.process_time()
    spent, days = 0.0, 0
    while days < SETTLING_DAYS and spent < seconds:
        live_day()
        days += 1
        spent = time.process_time() - start
    return max(1, min(MOST_DAYS, round(seconds / max(spent / days, 1e-9))))


def speeds(people: int, repeats: int, seconds: float) -> dict[str, list[float]]:
    """Return agent-days per CPU-second of every subject for this many people, repeat by repeat."""
    days_of = {
        name: subject.build(people)
        for name, subject in SUBJECTS.items()
        if people <= subject.most_people
    }
    number = {name: days_within(live_day, seconds) for name, live_day in days_of.items()}
    speed_of: dict[str, list[float]] = {name: [] for name in days_of}
    for _ in range(repeats):
        for name, live_day in days_of.items():
            start = time.process_time()
            for _ in range(number[name]):
                live_day()
            speed_of[name].append(people * number[name] / (time.process_time() - start))
    return speed_of


def all_speeds(
    sizes: Sequence[int], repeats: int, seconds: float
) -> tuple[dict[int, dict[str, Measured]], dict[int, dict[str, Measured]]]:
    """Return speeds, and how many times faster the compiled model is, by size and subject."""
    results: dict[int, dict[str, Measured]] = {}
    ratios: dict[int, dict[str, Measured]] = {}
    for people in sizes:
        report(f"speed with {people:,} people")
        speed_of = speeds(people, repeats, seconds)
        gc.collect()
        results[people] = {name: Measured.over(values) for name, values in speed_of.items()}
        ratios[people] = {
            name: Measured.over(
                [
                    fast / slow
                    for fast, slow in zip(speed_of["compiled"], speed_of[name], strict=True)
                ]
            )
            for name in ("agents", "idiomatic")
            if name in speed_of
        }
    return results, ratios


def all_memory(sizes: Sequence[int]) -> dict[int, dict[str, float]]:
    """Return bytes a person by size and subject, each taken in a fresh process."""
    results: dict[int, dict[str, float]] = {}
    for people in sizes:
        if people < SMALLEST_FOR_MEMORY:
            continue
        report(f"memory with {people:,} people")
        results[people] = {
            name: float(in_fresh_process(str(HERE / "memory.py"), name, str(people)))
            for name, subject in SUBJECTS.items()
            if people <= subject.most_people
        }
    return results


def in_fresh_process(*arguments: str, **environment: str) -> str:
    """Run Python with these arguments and return what it prints."""
    finished = subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | environment,
        cwd=HERE.parent,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return finished.stdout


def start_up(repeats: int) -> dict[str, dict[str, tuple[Measured, Measured]]]:
    """Return clock and CPU seconds of fresh processes that live one day, cold and warm."""
    results: dict[str, dict[str, tuple[Measured, Measured]]] = {}
    for label, program in START_UP.items():
        report(f"start-up: {label}")
        times: dict[str, list[tuple[float, float]]] = {"cold": [], "warm": []}
        for _ in range(repeats):
            with tempfile.TemporaryDirectory() as folder:
                for state in ("cold", "warm"):
                    times[state].append(speed_of(program, folder))
        results[label] = {
            state: (
                Measured.over([clock for clock, _ in pairs]),
                Measured.over([cpu for _, cpu in pairs]),
            )
            for state, pairs in times.items()
        }
    return results


def speed_of(program: str, cache: str) -> tuple[float, float]:
    """Return clock and CPU seconds of a program in a fresh process with this cache folder."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    in_fresh_process("-c", program, NSSI_CACHE_DIR=cache)
    clock = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def report(line: str) -> None:
    """Say what is being measured."""
    print(line, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=SIZES, help="population sizes")
    parser.add_argument("--repeats", type=int, default=7, help="interleaved repeats")
    parser.add_argument("--seconds", type=float, default=1.0, help="CPU-seconds a measurement")
    parser.add_argument("--start-ups", type=int, default=3, help="fresh processes a kind")
    parser.add_argument("--output", type=Path, default=HERE / "results.md", help="table to write")
    return parser.parse_args()


def main() -> None:
    """Measure everything and write the table."""
    chosen = arguments()
    results, ratios = all_speeds(chosen.people, chosen.repeats, chosen.seconds)
    report("where the time of a day goes")
    costs = json.loads(in_fresh_process(str(HERE / "day_costs.py")))
    write_results(
        chosen.output,
        labels={name: subject.label for name, subject in SUBJECTS.items()},
        repeats=chosen.repeats,
        speeds=results,
        ratios=ratios,
        memory=all_memory(chosen.people),
        start_up=start_up(chosen.start_ups),
        costs=costs,
    )
    report(f"written: {chosen.output}")


if __name__ == "__main__":
    main()
