"""The table of measurements, as Markdown."""

import os
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

LIBRARIES = ("mesa", "numpy", "numba", "scipy")
COSTS_AT = 10_000


class Spread(Protocol):
    """A median with the smallest and the largest of its repeats."""

    @property
    def median(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


type BySize[Value] = Mapping[int, Mapping[str, Value]]


@dataclass(frozen=True)
class Results:
    """All that `speed.py` measures; the inner keys of what goes by people are names of columns."""

    labels: Mapping[str, str]  # of the columns
    repeats: int
    versions: str  # of what is not in this environment; a sentence, or nothing
    speeds: BySize[Spread]  # agent-days per CPU-second
    ratios: BySize[Spread]  # how many times faster the compiled Mesa model is
    beside: BySize[Spread]  # how many times faster this checkout is than the one beside it
    memory: BySize[float]  # bytes a person
    start_up: Mapping[str, Mapping[str, tuple[Spread, Spread]]]  # clock and CPU by program, cache
    costs: Mapping[str, Mapping[str, float]]  # calls and nanoseconds by kind of call
    contents: Mapping[str, Mapping[str, float]]  # what a person's day contains, by population
    instructions: float | None  # a person and day


def write_results(path: Path, results: Results) -> None:
    """Write all measurements to a Markdown file."""
    parts = [f"## {title}\n\n{text}" for title, text in sections(results)]
    path.write_text("\n\n".join([introduction(results), *parts]) + "\n", encoding="utf-8")


def introduction(results: Results) -> str:
    """Say what is measured, on which machine, and how."""
    return (
        "# Speed and memory\n\nWritten by `benchmarks/speed.py`; how to run it is in README.md.\n\n"
        f"{machine()}{results.versions}\n\n"
        f"Medians of {results.repeats} interleaved repeats (smallest to largest), each way in a "
        "process of its own. Populations start\nwithout a warm-up, with days that are a little "
        "simpler than later ones: see what a day contains."
    )


def sections(results: Results) -> Iterator[tuple[str, str]]:
    """Yield a title and a text each."""
    labels = results.labels
    yield "Agent-days per CPU-second", by_size(results.speeds, labels, rate)
    if results.beside:
        paired = "The same days of the same people, in turns.\n\n"
        title = "How many times faster than the checkout beside it"
        yield title, paired + by_size(results.beside, labels, times)
    faster = by_size(results.ratios, labels, times)
    yield "How many times faster the compiled Mesa model is", faster
    yield "What a person's day contains", contents_of_a_day(results)
    if results.memory:
        yield "Bytes a person, at the peak", by_size(results.memory, labels, whole)
    yield (
        "Start-up in a fresh process, seconds",
        "Cold: nothing compiled before. Warm: machine code from the cache folder.\n\n"
        + start_ups(results.start_up),
    )
    if COSTS_AT in results.speeds:
        nanoseconds = 1e9 / results.speeds[COSTS_AT]["headless"].median
        yield (
            f"Where the time of a compiled day goes ({COSTS_AT:,} people)",
            "An estimate: calls counted in plain Python, each kind timed in a compiled loop of its "
            "own.\n\n" + day_costs(results.costs, nanoseconds),
        )


def machine() -> str:
    """Name processor, cores and versions."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{processor()}, {os.cpu_count()} cores, {platform.system()}; "
        f"Python {platform.python_version()}, {libraries}."
    )


def processor() -> str:
    """Return the processor's name, where the system tells it."""
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def rate(value: Spread) -> str:
    """Show a speed to three digits."""
    return f"{three(value.median)} ({three(value.low)} to {three(value.high)})"


def three(value: float) -> str:
    """Show a number to three digits, thousands apart."""
    return f"{float(f'{value:.3g}'):,.0f}"


def times(value: Spread) -> str:
    """Show a ratio."""
    return f"{value.median:.3g} ({value.low:.3g} to {value.high:.3g})"


def seconds(value: Spread) -> str:
    """Show a duration."""
    return f"{value.median:.2f} ({value.low:.2f} to {value.high:.2f})"


def whole(value: float) -> str:
    """Show a whole number."""
    return f"{value:,.0f}"


def by_size[Value](by_people: BySize[Value], labels: Mapping[str, str], show: "Show[Value]") -> str:
    """Lay out one row a population size and one column a subject."""
    names = [name for name in labels if any(name in row for row in by_people.values())]
    rows = (
        [f"{people:,}", *(show(row[name]) if name in row else "not tried" for name in names)]
        for people, row in by_people.items()
    )
    return table(["people", *(labels[name] for name in names)], rows)


def start_ups(by_people: Mapping[str, Mapping[str, tuple[Spread, Spread]]]) -> str:
    """Lay out one row a program and state of the cache."""
    rows = (
        [label, state, seconds(clock), seconds(cpu)]
        for label, states in by_people.items()
        for state, (clock, cpu) in states.items()
    )
    return table(["program", "cache", "clock", "CPU"], rows)


def day_costs(costs: Mapping[str, Mapping[str, float]], nanoseconds: float) -> str:
    """Lay out what draws and functions take of a person's day, and what is left."""
    rows = []
    left = nanoseconds
    for name, cost in costs.items():
        part = cost["calls"] * cost["nanoseconds"]
        left -= part
        share = f"{part / nanoseconds:.0%}"
        rows.append(
            [name, f"{cost['calls']:.2f}", f"{cost['nanoseconds']:.1f}", f"{part:.0f}", share]
        )
    rows.append(["the rest", "", "", f"{left:.0f}", f"{left / nanoseconds:.0%}"])
    rows.append(["a person's day", "", "", f"{nanoseconds:.0f}", "100%"])
    return table(["part", "calls a day", "ns a call", "ns a day", "share"], rows)


def contents_of_a_day(results: Results) -> str:
    """Lay out how often a day has each thing, a column for each population."""
    columns = results.contents.values()
    names = dict.fromkeys(name for column in columns for name in column)
    rows = [
        [name, *(f"{column[name]:.3g}" if name in column else "" for column in columns)]
        for name in names
    ]
    counted = results.instructions
    number = "not counted on this machine" if counted is None else three(counted)
    return (
        f"Means over people and days.\n\n{table(['', *results.contents], rows)}\n\n"
        f"Instructions of a compiled day, with {COSTS_AT:,} people without a warm-up: {number}."
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a Markdown table, numbers to the right."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


class Show[Value](Protocol):
    """Turns a value into text."""

    def __call__(self, value: Value, /) -> str: ...
