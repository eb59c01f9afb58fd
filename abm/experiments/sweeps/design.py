"""Designs: which values of which parameters and switches many runs explore, one row a point.

Samplers give the same points for the same seed.
"""

import hashlib
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pandas as pd

from abm.chance import Purpose, generator
from abm.io.messages import InputError, did_you_mean, shown
from abm.io.tables import csv_bytes
from abm.parameters import Parameter, Switch, find_declared, parameters
from abm.scenario.scenario import Scenario

Value = float | str
POINT = "point"
MOST_POINTS, LARGEST_POINT = 1_000_000, 1_000_000_000
MOST_RUNS = 10_000_000
MOST_BASE_SAMPLES = 65_536
# Sampled values are rounded to this many digits: short to read, and still well inside a range.
DIGITS = 12


@dataclass(frozen=True)
class Design:
    """Points to run, and how they came about."""

    kind: str  # "factorial", "latin hypercube", "file", "morris" or "sobol"
    # One row a point, one column a parameter (float) or switch (text); the index is called
    # ``point`` and counts from 1, unless it is called so already.
    points: pd.DataFrame
    about: Mapping[str, Any] = field(default_factory=dict)  # further data that decided the points

    def __post_init__(self) -> None:
        if self.points.index.name != POINT:
            self.points.index = pd.RangeIndex(1, len(self.points) + 1, name=POINT)

    @property
    def names(self) -> list[str]:
        """The parameters and switches that vary."""
        return [str(name) for name in self.points.columns]

    @property
    def shape(self) -> str:
        """The kind and the number of points in words."""
        count = len(self.points)
        return f"{self.kind}, {count:,} point{'s' if count != 1 else ''}"

    def csv(self) -> bytes:
        """Return the points as the bytes of design.csv."""
        return csv_bytes(self.points.reset_index())

    def plain(self) -> dict[str, Any]:
        """Return what identifies the design, ready for JSON: its kind and a hash of its points."""
        digest = hashlib.sha256(self.csv()).hexdigest()
        return {"kind": self.kind, **self.about, "points": digest}


@dataclass(frozen=True)
class Range:
    """A parameter and the values of it that are explored, both ends included."""

    name: str
    low: float
    high: float

    @classmethod
    def read(cls, text: str, option: str) -> Self:
        """Read ``NAME`` (its prior) or ``NAME=low:high``, within what is declared."""
        name, equals, ends = (part.strip() for part in text.partition("="))
        declared = find_declared(name)
        if isinstance(declared, Switch):
            raise InputError(f"{option}: {name} is a switch; only parameters have ranges")
        if not equals:
            if declared.prior is None:
                raise InputError(
                    f"{option}: {name} has no prior; give its range as {name}=LOW:HIGH "
                    f"within {declared.low:g} to {declared.high:g}"
                )
            return cls(name, *declared.prior)
        low, colon, high = ends.partition(":")
        if not colon:
            raise InputError(f"{option}: {name}: expected LOW:HIGH, not {shown(ends)}")
        first = read_value(declared, low.strip(), f"{option}: {name}")
        second = read_value(declared, high.strip(), f"{option}: {name}")
        if not float(first) < float(second):
            raise InputError(f"{option}: {name}: expected LOW below HIGH, not {shown(ends)}")
        return cls(name, float(first), float(second))


def priors() -> list[Range]:
    """Return the range of every parameter that has a prior, in the order of the declarations."""
    return [Range(p.name, *p.prior) for p in parameters().values() if p.prior is not None]


def read_ranges(texts: Sequence[str], option: str) -> list[Range]:
    """Return the ranges that texts such as ``NAME`` and ``NAME=low:high`` name; by default all."""
    ranges = [Range.read(text, option) for text in texts]
    _refuse_repeated([span.name for span in ranges], option)
    return ranges or priors()


def read_value(declared: Parameter | Switch, text: str, where: str) -> Value:
    """Return a value of a parameter or switch, checked against its declaration."""
    if isinstance(declared, Switch):
        if text not in declared.values:
            expected = ", ".join(declared.values)
            hint = did_you_mean(text, declared.values)
            raise InputError(f"{where}: expected one of {expected}, not {shown(text)}{hint}")
        return text
    try:
        number = float(text.replace("_", ""))
    except ValueError:
        number = math.nan
    if not declared.low <= number <= declared.high:
        bounds = f"{declared.low:g} to {declared.high:g}"
        raise InputError(f"{where}: expected a number from {bounds}, not {shown(text)}")
    return number


def factorial(varied: Sequence[str]) -> Design:
    """Return every combination of the values that texts such as ``NAME=a,b,c`` list.

    The last of them varies fastest.
    """
    levels: dict[str, list[Value]] = {}
    for text in varied:
        name, equals, values = (part.strip() for part in text.partition("="))
        declared = find_declared(name)
        if not equals or not values:
            raise InputError(f"--vary: expected {name}=VALUE,VALUE,..., not {shown(text)}")
        if ":" in values:
            raise InputError(f"--vary: {shown(text)} is a range; it needs --samples N")
        _refuse_repeated([*levels, name], "--vary")
        where = f"--vary: {name}"
        levels[name] = [read_value(declared, value.strip(), where) for value in values.split(",")]
        _refuse_repeated(levels[name], where)
    size = math.prod(len(values) for values in levels.values())
    if size > MOST_POINTS:
        raise InputError(f"--vary: {size:,} points are more than {MOST_POINTS:,}")
    return Design("factorial", pd.DataFrame(itertools.product(*levels.values()), columns=[*levels]))


def latin_hypercube(ranges: Sequence[Range], samples: int, seed: int) -> Design:
    """Return a Latin hypercube: each range cut into as many slices as points, each used once."""
    from scipy.stats import qmc

    unit = qmc.LatinHypercube(len(ranges), seed=sampler_seeds(seed)[0]).random(samples)
    low, high = [span.low for span in ranges], [span.high for span in ranges]
    return Design("latin hypercube", _frame(ranges, qmc.scale(unit, low, high)), {"seed": seed})


def morris_design(ranges: Sequence[Range], trajectories: int, seed: int) -> Design:
    """Return Morris trajectories: each changes one parameter after the other, on four levels.

    The first trajectories of a longer design are those of a shorter one. Each has one point more
    than there are parameters.
    """
    from SALib.sample import morris

    _demand_two(ranges)
    points = morris.sample(problem_of(ranges), trajectories, seed=sampler_seeds(seed)[0])
    return Design("morris", _frame(ranges, points), {"trajectories": trajectories, "seed": seed})


def sobol_design(ranges: Sequence[Range], samples: int, second_order: bool, seed: int) -> Design:
    """Return Saltelli's extension of a scrambled Sobol sequence.

    The first samples of a longer design are those of a shorter one. Each base sample has two points
    more than there are parameters, or twice as many with `second_order`, which tells how pairs of
    parameters interact.
    """
    from SALib.sample import sobol

    _demand_two(ranges)
    if samples & (samples - 1) or not 2 <= samples <= MOST_BASE_SAMPLES:
        lower = 2 ** max(1, min(samples, MOST_BASE_SAMPLES).bit_length() - 1)
        near = f"{lower} or {min(2 * lower, MOST_BASE_SAMPLES)}"
        raise InputError(f"--samples: expected a power of two such as {near}, not {samples}")
    points = sobol.sample(
        problem_of(ranges), samples, calc_second_order=second_order, seed=sampler_seeds(seed)[0]
    )
    about = {"samples": samples, "second_order": second_order, "seed": seed}
    return Design("sobol", _frame(ranges, points), about)


def check_size(points: int, seeds: int) -> None:
    """Refuse a design whose runs would not even fit into memory as a list."""
    if points * seeds > MOST_RUNS:
        raise InputError(
            f"{points:,} points x {seeds:,} seeds are {points * seeds:,} runs, "
            f"more than {MOST_RUNS:,}"
        )


def problem_of(ranges: Sequence[Range]) -> dict[str, Any]:
    """Return the ranges in the form in which SALib wants them."""
    return {
        "num_vars": len(ranges),
        "names": [span.name for span in ranges],
        "bounds": [[span.low, span.high] for span in ranges],
    }


def sampler_seeds(seed: int) -> tuple[int, int]:
    """Return two keyed seeds, for a sampler and for a bootstrap; neither is zero."""
    sampler = generator(seed, Purpose.DESIGN).integers(1, 2**31)
    bootstrap = generator(seed, Purpose.BOOTSTRAP).integers(1, 2**31)
    return int(sampler), int(bootstrap)


def _frame(ranges: Sequence[Range], values: np.ndarray) -> pd.DataFrame:
    """Return sampled values as a frame, rounded and within their ranges."""
    columns = {
        span.name: [min(max(float(f"{value:.{DIGITS}g}"), span.low), span.high) for value in column]
        for span, column in zip(ranges, values.T, strict=True)
    }
    return pd.DataFrame(columns)


def _demand_two(ranges: Sequence[Range]) -> None:
    if len(ranges) < 2:
        raise InputError("a sensitivity analysis needs two parameters or more")


def _refuse_repeated(names: Sequence[Value], where: str) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise InputError(f"{where}: {shown(name)} stands twice")


class PointScenarios:
    """The scenario of every point of a design, made when it is asked for.

    None is kept, so a large design costs no memory. Every point is tried at once, and the first
    that is not allowed refused.
    """

    def __init__(self, base: Scenario, design: Design) -> None:
        self.base = base  # what the points change
        self._names = design.names
        self._rows = {number: tuple(row) for number, *row in design.points.itertuples(name=None)}
        self._last: tuple[int, Scenario] | None = None
        for point in self._rows:
            self.at(point)

    def __len__(self) -> int:
        return len(self._rows)

    def at(self, point: int) -> Scenario:
        """Return the scenario of the point of a number."""
        if self._last is None or self._last[0] != point:
            values = dict(zip(self._names, self._rows[point], strict=True))
            self._last = point, scenario_at(self.base, values, f"point {point}")
        return self._last[1]


def scenario_at(base: Scenario, values: Mapping[str, Value], origin: str) -> Scenario:
    """Return a scenario with other values for some parameters and switches.

    It refuses a value that is not allowed, or a trend that would leave its range.
    """
    known = parameters()
    numbers = {name: value for name, value in values.items() if name in known}
    answers = {name: value for name, value in values.items() if name not in known}
    table = dict(base) | {
        "parameters": {**base.parameters, **numbers},
        "switches": {**base.switches, **answers},
    }
    del table["name"]
    return base.from_table(table, base.name, origin)
