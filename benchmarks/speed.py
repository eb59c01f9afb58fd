"""Measure speed, memory and start-up, and write them as a table: `python benchmarks/speed.py`.

All speeds are agent-days per CPU-second. The ways to live a day have a process each, and are
measured in turn within each repeat, so that a busy neighbour meets all of them; medians are given
with the smallest and the largest. ``--beside CHECKOUT`` measures another checkout of the project
in the same turns: before a change and after it. Memory and start-up are taken in fresh processes.
"""

import argparse
import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from checkouts import ROOT, checkout, commit_of, python_of
from result_table import Results, write_results
from subject_process import SubjectProcess
from subjects import SUBJECTS

HERE = Path(__file__).resolve().parent
WHOLE = {
    "people": (1_000, 10_000, 100_000, 1_000_000),
    "repeats": 5,
    "seconds": 1.0,
    "start_ups": 2,
}
QUICK = {"people": (1_000, 10_000), "repeats": 3, "seconds": 0.2, "start_ups": 1}
COMPARED_BESIDE = ("headless", "compiled")
BESIDE = " beside"
PAIRS = {f"{name}{BESIDE}": name for name in COMPARED_BESIDE}
FASTER_THAN = dict.fromkeys(("agents", "idiomatic", "starsim"), "compiled")
SMALLEST_FOR_MEMORY = 10_000
MOST_DAYS = 730
SETTLING_DAYS = 32  # a month, so that what happens once a month has happened
VERSIONS = (
    "import platform; from importlib.metadata import version; "
    'print(f\'Python {platform.python_version()}, starsim {version("starsim")}, '
    "numpy {version(\"numpy\")}.', end='')"
)
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


@dataclass(frozen=True)
class Column:
    """A subject, and the Python that simulates it: one column of the tables."""

    name: str
    subject: str
    label: str
    python: str = sys.executable

    def can_be(self, people: int) -> bool:
        """Return whether so many people are tried with it."""
        return people <= SUBJECTS[self.subject].most_people


def chosen_columns(starsim: str | None, beside: Path | None) -> list[Column]:
    """Return what is measured: a checkout beside this one next to what it is compared with."""
    columns = []
    for name, subject in SUBJECTS.items():
        if name != "starsim":
            columns.append(Column(name, name, subject.label))
        elif starsim:
            columns.append(Column(name, name, subject.label, starsim))
        if beside and name in COMPARED_BESIDE:
            label = f"{subject.label}, at {commit_of(beside)}"
            columns.append(Column(f"{name}{BESIDE}", name, label, python_of(beside)))
    return columns


def speeds(
    columns: Sequence[Column], people: int, repeats: int, seconds: float
) -> dict[str, list[float]]:
    """Return agent-days per CPU-second of every column for this many people, repeat by repeat."""
    speed_of: dict[str, list[float]] = {column.name: [] for column in columns}
    with contextlib.ExitStack() as stack:
        processes = {
            column: stack.enter_context(SubjectProcess(column.subject, people, column.python))
            for column in columns
        }
        for process in processes.values():
            process.wait_until_built()
        days_of = prepare(processes, seconds)
        for repeat in range(repeats):
            for column in columns[:: -1 if repeat % 2 else 1]:
                days = days_of[column.subject]
                spent = processes[column].cpu_seconds(days)
                speed_of[column.name].append(people * days / spent)
    return speed_of


def prepare(processes: Mapping[Column, SubjectProcess], seconds: float) -> dict[str, int]:
    """Settle all in; return how many days of each subject take about so many CPU-seconds.

    A subject in two checkouts simulates the same days in both, as many as suit the first.
    """
    settling: dict[str, int] = {}
    days_of: dict[str, int] = {}
    for column, process in processes.items():
        if column.subject in settling:
            process.cpu_seconds(settling[column.subject])
        else:
            settling[column.subject], days_of[column.subject] = days_within(process, seconds)
    return days_of


def days_within(process: SubjectProcess, seconds: float) -> tuple[int, int]:
    """Settle in; return for how many days, and how many (at most two years) take so long."""
    spent, days = 0.0, 0
    while days < SETTLING_DAYS and spent < seconds:
        spent += process.cpu_seconds(1)
        days += 1
    return days, max(1, min(MOST_DAYS, round(seconds / max(spent / days, 1e-9))))


def all_speeds(
    columns: Sequence[Column], sizes: Sequence[int], repeats: int, seconds: float
) -> dict[int, dict[str, list[float]]]:
    """Return agent-days per CPU-second by size and column, repeat by repeat."""
    results = {}
    for people in sizes:
        report(f"speed with {people:,} people")
        tried = [column for column in columns if column.can_be(people)]
        results[people] = speeds(tried, people, repeats, seconds)
    return results


def ratios(speed_of: Mapping[str, list[float]], pairs: Mapping[str, str]) -> dict[str, Measured]:
    """Return how many times faster the first of each pair is, within repeats, by the second."""
    return {
        slow: Measured.over([a / b for a, b in zip(speed_of[fast], speed_of[slow], strict=True)])
        for slow, fast in pairs.items()
        if slow in speed_of
    }


def all_memory(columns: Sequence[Column], sizes: Sequence[int]) -> dict[int, dict[str, float]]:
    """Return bytes a person by size and column, each taken in a fresh process."""
    results: dict[int, dict[str, float]] = {}
    for people in sizes:
        if people < SMALLEST_FOR_MEMORY:
            continue
        report(f"memory with {people:,} people")
        results[people] = {
            column.name: float(
                in_fresh_process(
                    str(HERE / "memory.py"), column.subject, str(people), python=column.python
                )
            )
            for column in columns
            if column.can_be(people)
        }
    return results


def in_fresh_process(*arguments: str, python: str = sys.executable, **environment: str) -> str:
    """Run Python with these arguments and return what it prints."""
    finished = subprocess.run(
        [python, *arguments],
        env=os.environ | environment,
        cwd=ROOT,
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


def versions(starsim: str | None, beside: Path | None) -> str:
    """Say what is measured from outside of this environment."""
    sentences = []
    if starsim:
        sentences.append(
            f"Starsim's environment: {in_fresh_process('-c', VERSIONS, python=starsim)}"
        )
    if beside:
        sentences.append(
            f"This checkout is at {commit_of(ROOT)}, the one beside it at {commit_of(beside)}."
        )
    return "".join(f"\n{sentence}" for sentence in sentences)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", help="population sizes")
    parser.add_argument("--repeats", type=int, help="interleaved repeats")
    parser.add_argument("--seconds", type=float, help="CPU-seconds a measurement")
    parser.add_argument("--start-ups", type=int, help="fresh processes a kind")
    parser.add_argument("--quick", action="store_true", help="small: to see whether all works")
    parser.add_argument("--starsim-python", metavar="PATH", help="a Python that has starsim")
    parser.add_argument("--beside", type=checkout, metavar="CHECKOUT", help="to compare with")
    parser.add_argument("--valgrind", action="store_true", help="count instructions by valgrind")
    parser.add_argument("--output", type=Path, default=HERE / "results.md", help="table to write")
    size = QUICK if parser.parse_known_args()[0].quick else WHOLE
    parser.set_defaults(**size)
    return parser.parse_args()


def main() -> None:
    """Measure everything and write the table."""
    chosen = arguments()
    if not chosen.starsim_python:
        report("Starsim's mini-day is left out: --starsim-python names a Python that has starsim.")
    columns = chosen_columns(chosen.starsim_python, chosen.beside)
    measured_speeds = all_speeds(columns, chosen.people, chosen.repeats, chosen.seconds)
    report("what a day contains, and where its time goes")
    options = ["--valgrind"] if chosen.valgrind else []
    day = json.loads(in_fresh_process(str(HERE / "day_contents.py"), *options))
    by_people = measured_speeds.items()
    results = Results(
        labels={column.name: column.label for column in columns},
        repeats=chosen.repeats,
        versions=versions(chosen.starsim_python, chosen.beside),
        speeds={
            people: {name: Measured.over(values) for name, values in speed_of.items()}
            for people, speed_of in by_people
        },
        ratios={people: ratios(speed_of, FASTER_THAN) for people, speed_of in by_people},
        beside={people: ratios(speed_of, PAIRS) for people, speed_of in by_people}
        if chosen.beside
        else {},
        memory=all_memory(columns, chosen.people),
        start_up=start_up(chosen.start_ups),
        costs=day["costs"],
        contents=day["contents"],
        instructions=day["instructions"],
    )
    write_results(chosen.output, results)
    report(f"written: {chosen.output}")


if __name__ == "__main__":
    main()
