"""The trends of a scenario of the calendar, solved for from all published figures of it together.

`trends.toml` says which multipliers are free and which entries of the register they are to meet.
Least squares within the ranges, on the scales of the figures, always with the same seeds, so that
what a multiplier does is not lost in chance. Each figure counts by its published interval and by
`DISCREPANCY`, what no simple trend can be expected to meet; a multiplier that no figure tells
stays near 1 (`SPREAD`). What remains outside is printed, not hidden.

``python -m abm.experiments.calibration.trends england`` prints multipliers and figures; how they
get into the scenario stands in docs/trends.md.
"""

import argparse
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from abm.evidence.evaluation import Worlds, value_of
from abm.evidence.listing import accepted, number
from abm.evidence.observed_tables import observe
from abm.evidence.quantity_members import SCALE_OF
from abm.evidence.register import Entry, Register, register
from abm.evidence.scales import on_scale, standard_error
from abm.evidence.selection import only
from abm.evidence.worlds import Observe, run_worlds, runs_of
from abm.io.declarations import Declared, Text, named, read_declarations
from abm.io.terminal import print_table, print_text
from abm.runs.result_store import ResultStore, store_below

FILE = Path(__file__).with_name("trends.toml")
DISCREPANCY = 0.1  # on the scale of a figure, such as log-odds
SPREAD = 3.0  # of the logarithm of a multiplier
STEP = math.log(1.5)  # by which a multiplier is moved to see what follows
MOST_STEPS = 12
SEEDS, FIRST_SEED, POPULATION = 2, 201, 5_000
COLUMNS = ("id", "published", "accepted", "start", "solved", "", "what")

Respond = Callable[[Sequence[float]], Mapping[str, float]]
"""What entries come out as with some multipliers."""


class Multiplier(Declared):
    """A number of a scenario's trends that is solved for."""

    parameter: Text
    year: int
    start: float
    range: tuple[float, float]

    @property
    def path(self) -> str:
        """Its name among the values of a scenario."""
        return f"trends.{self.parameter}.{self.year}"


class TrendProblem(Declared):
    """Multipliers of the scenario of a world, and the entries that they are to meet."""

    name: Text
    world: Text
    entries: tuple[Text, ...]
    multipliers: tuple[Multiplier, ...]

    def asked(self) -> Register:
        """Return the register with these entries alone."""
        return only(register(), ",".join(self.entries))

    def worlds(self) -> list[str]:
        """Return its world, and those that entries set it against."""
        studies = [study for entry in self.asked().entries.values() for study in entry.study]
        others = [study.against for study in studies if study.against is not None]
        return list(dict.fromkeys([self.world, *others]))


@dataclass(frozen=True)
class SolvedTrends:
    """What came of it."""

    multipliers: tuple[float, ...]
    at_start: Mapping[str, float]  # what entries come out as
    solved: Mapping[str, float]


def trend_problems() -> Mapping[str, TrendProblem]:
    """Return what can be solved for, by name."""
    text = FILE.read_text(encoding="utf-8")
    return read_declarations(dict[str, TrendProblem], text, FILE.name, named)


def solve(problem: TrendProblem, respond: Respond) -> SolvedTrends:
    """Return the multipliers with which entries come out nearest to what was published."""
    from scipy.optimize import least_squares

    entries = problem.asked().entries
    ends = np.log(np.array([multiplier.range for multiplier in problem.multipliers]))
    start = np.log([multiplier.start for multiplier in problem.multipliers])
    known: dict[bytes, Mapping[str, float]] = {}

    def responses(logs: np.ndarray) -> Mapping[str, float]:
        key = logs.tobytes()
        if key not in known:
            known[key] = respond(np.exp(logs).tolist())
        return known[key]

    def errors(logs: np.ndarray) -> np.ndarray:
        values = responses(logs)
        missed = [distance(entry, values[name]) for name, entry in entries.items()]
        return np.array([*missed, *(logs / SPREAD)])

    def slopes(logs: np.ndarray) -> np.ndarray:
        steps = np.where(logs + STEP <= ends[:, 1], STEP, -STEP)
        moved = np.array([errors(logs + step) for step in np.diag(steps)])
        return ((moved - errors(logs)) / steps[:, None]).T

    nearest = least_squares(
        errors, start, jac=slopes, bounds=tuple(ends.T), max_nfev=MOST_STEPS, xtol=0.01, ftol=0.001
    ).x
    return SolvedTrends(tuple(np.exp(nearest).tolist()), responses(start), responses(nearest))


def distance(entry: Entry, value: float) -> float:
    """Return how far a number is from what an entry published, in standard errors of that."""
    assert entry.published is not None
    scale = SCALE_OF.get(entry.study[0].statistic, "natural")
    error = standard_error(entry.published, entry.low, entry.high, scale)
    away = on_scale(value, scale) - on_scale(entry.published, scale)
    if not math.isfinite(away):
        raise ValueError(f"{entry.id}: came out as {value}, which no multiplier can be judged by")
    return away / math.hypot(error, DISCREPANCY)


def simulated(
    problem: TrendProblem,
    population: int,
    seeds: Sequence[int],
    jobs: int = 1,
    store: ResultStore | None = None,
    observe: Observe = observe,
) -> Respond:
    """Return what simulates the world of a problem with its multipliers, each time the same seeds.

    What is in the store is not simulated again. ScenarioError where the world cannot have them.
    """
    asked = problem.asked()
    world = asked.looked_at(problem.world)

    def respond(multipliers: Sequence[float]) -> dict[str, float]:
        pairs = zip(problem.multipliers, multipliers, strict=True)
        changes = {**world.changes, **{one.path: factor for one, factor in pairs}}
        worlds = {**asked.worlds, problem.world: world.model_copy(update={"changes": changes})}
        changed = asked.model_copy(update={"worlds": worlds})
        runs = runs_of(changed, problem.worlds(), seeds, "baseline", population, observe=observe)
        tables = Worlds(run_worlds(runs, jobs, lambda line: None, store))
        return {name: value_of(entry.study[0], tables) for name, entry in asked.entries.items()}

    return respond


def figure_rows(problem: TrendProblem, solved: SolvedTrends) -> list[tuple[str, ...]]:
    """Return a row an entry, in the order of `COLUMNS`: whether it is met, before and after."""
    return [
        (
            *(name, number(entry.published), accepted(entry.low, entry.high)),
            *(number(solved.at_start[name]), number(solved.solved[name])),
            "inside" if entry.low <= solved.solved[name] <= entry.high else "outside",
            entry.statement,
        )
        for name, entry in problem.asked().entries.items()
    ]


def trend_lines(problem: TrendProblem, multipliers: Sequence[float]) -> list[str]:
    """Return the trends as they stand in the file of a scenario."""
    lines, last = [], ""
    for one, factor in zip(problem.multipliers, multipliers, strict=True):
        if one.parameter != last:
            lines += ["", f"[trends.{one.parameter}]"]
            last = one.parameter
        lines.append(f"{one.year} = {factor:.3g}")
    return lines[1:]


def main(arguments: Sequence[str]) -> None:
    """Solve, and print the trends and what comes out; wrong arguments end with exit code 2."""
    problems = trend_problems()
    parser = argparse.ArgumentParser(
        prog="python -m abm.experiments.calibration.trends",
        description="Solve for the trends of a scenario of the calendar.",
    )
    parser.add_argument("name", choices=problems, help="what to solve for")
    for option, default in (("population", POPULATION), ("seeds", SEEDS), ("jobs", 1)):
        parser.add_argument(f"--{option}", type=int, default=default, help=f"default {default}")
    parser.add_argument("--out", type=Path, default=Path("results"), help="keeps what is simulated")
    given = parser.parse_args(arguments)
    problem, store = problems[given.name], store_below(given.out)
    seeds = range(FIRST_SEED, FIRST_SEED + given.seeds)
    solved = solve(problem, simulated(problem, given.population, seeds, given.jobs, store))
    print_text("\n".join(trend_lines(problem, solved.multipliers)) + "\n")
    print_table(COLUMNS, figure_rows(problem, solved))


if __name__ == "__main__":
    main(sys.argv[1:])
