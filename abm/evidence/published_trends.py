"""The two scenarios of the calendar beside what was published of England and Victoria.

Their trends are inputs: what is marked as fitted was used to choose them, what is marked as
predicted was not; see docs/trends.md. The entries of the register that look at these worlds stand
first, judged as `nssi validate` judges them; then other years and groups, of
`published_trends.toml`, which nothing is judged by.

``python -m abm.evidence.published_trends [england|victoria]`` prints them.
"""

import argparse
import functools
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from abm.evidence.evaluation import Result, Simulated, Worlds, do_study, judge
from abm.evidence.listing import accepted, number
from abm.evidence.observed_tables import observe
from abm.evidence.register import Study, bounds_of, register
from abm.evidence.verdict_table import COLUMNS
from abm.evidence.worlds import Observe, run_worlds, runs_of, worlds_needed
from abm.io.declarations import Declared, Text, read_declarations
from abm.io.messages import ScenarioError
from abm.io.terminal import print_table, print_text
from abm.scenario.scenario import load_scenario

FILE = Path(__file__).with_name("published_trends.toml")
PLACES = ("england", "victoria")  # worlds of the register
SEEDS = 4
NOTE = (
    "fitted: used to choose the trends; predicted: not used; input: a number of the model.\n"
    "Intervals (95 %) of the simulated are those of the simulation, not of a survey's sample.\n"
    "press: as newspapers reported the surveys. The trends explain nothing: docs/trends.md."
)


class UnjudgedStudy(Declared):
    """A study that is set beside what was published, without a verdict."""

    statement: Text
    use: Literal["fitted", "predicted", "input", "-"] = "-"  # of what was published
    published: float = Field(math.nan, allow_inf_nan=True)
    source: str = "-"  # an entry of the register, or "press"
    study: Study


def trend_rows(
    place: str, seeds: int, population: int, jobs: int = 1, observe: Observe = observe
) -> list[tuple[str, ...]]:
    """Run the worlds of a place and return the rows of its table, in the order of `COLUMNS`."""
    entries = [
        entry
        for entry in register().entries.values()
        if any(study.world == place for study in entry.study)
    ]
    names, numbers = worlds_needed(register(), entries), range(1, seeds + 1)
    runs = runs_of(register(), names, numbers, "baseline", population, observe=observe)
    worlds = Worlds(run_worlds(runs, jobs, tell=lambda line: None))
    judged = [row for entry in entries for row in _judged(judge(entry, worlds))]
    unjudged = unjudged_studies()[place]
    return judged + [_unjudged(row, do_study(row.study, worlds)) for row in unjudged]


@functools.cache
def unjudged_studies() -> dict[str, tuple[UnjudgedStudy, ...]]:
    """Return the studies of other years and groups, by place."""
    text = FILE.read_text(encoding="utf-8")
    return read_declarations(dict[str, tuple[UnjudgedStudy, ...]], text, FILE.name)


def _judged(result: Result) -> Iterator[tuple[str, ...]]:
    """Yield a row for each study of an entry."""
    entry = result.entry
    for study, simulated, verdict in zip(
        entry.study, result.simulated, result.verdicts, strict=True
    ):
        part = f" [{study.part}]" if study.part else ""
        bounds = accepted(*bounds_of(entry, study))
        beside = (entry.id, entry.use, verdict, number(entry.published), bounds)
        yield (*beside, *_numbers(simulated), entry.statement + part)


def _unjudged(row: UnjudgedStudy, simulated: Simulated) -> tuple[str, ...]:
    beside = (row.source, row.use, "-", number(row.published), "-")
    return (*beside, *_numbers(simulated), row.statement)


def _numbers(simulated: Simulated) -> tuple[str, str]:
    """Return what was simulated and its interval as text."""
    ends = [number(simulated.low), number(simulated.high)]
    return number(simulated.value), "-" if "-" in ends else " to ".join(ends)


def _at_least_one(text: str) -> int:
    """Read a whole number from 1."""
    number_read = int(text) if text.isdecimal() else 0
    if number_read < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, not {text!r}")
    return number_read


def main(arguments: Sequence[str]) -> None:
    """Print the tables; wrong arguments end with exit code 2."""
    parser = argparse.ArgumentParser(
        prog="python -m abm.evidence.published_trends",
        description="Run the scenarios of the calendar; set their studies beside the published.",
    )
    parser.add_argument("place", nargs="?", choices=PLACES, help="one only; else both")
    parser.add_argument("--population", type=_at_least_one, help="people, else the scenario's")
    parser.add_argument("--seeds", type=_at_least_one, default=SEEDS, help=f"default {SEEDS}")
    parser.add_argument("--jobs", type=_at_least_one, default=1, help="processes, default 1")
    given = parser.parse_args(arguments)
    places = [given.place] if given.place else list(PLACES)
    try:
        scenarios = {
            place: load_scenario(register().worlds[place].scenario, population=given.population)
            for place in places
        }
    except ScenarioError as error:
        parser.error(str(error))
    for place, scenario in scenarios.items():
        people = scenario.population.size
        rows = trend_rows(place, given.seeds, people, given.jobs)
        print_text(f"{scenario.title} ({scenario.name}; {people:,} people, {given.seeds} seeds)")
        print_table(COLUMNS, rows)
    print_text(NOTE)


if __name__ == "__main__":
    main(sys.argv[1:])
