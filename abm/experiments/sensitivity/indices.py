"""Sensitivity indices: pure functions of a design and of what came out at its points."""

import itertools
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from abm.experiments.sensitivity.noise import Noise
from abm.experiments.sweeps.design import Range, problem_of, sampler_seeds
from abm.studies.intervals import students_half, unless_zero

Method = Literal["morris", "sobol"]
# What parameters are ranked by.
MAIN_INDEX: dict[Method, str] = {"morris": "mu_star", "sobol": "ST"}
RESAMPLES = 1000
MORRIS_STEP = 2.0 / 3.0  # of a range: four levels
CONVERGENCE_STEPS = 5
FEWEST_BLOCKS: dict[Method, int] = {"morris": 2, "sobol": 8}
# An outcome that is undefined in more than this share of the blocks is not analysed.
MOST_UNDEFINED = 0.25
COLUMNS = ("parameter", "parameter_2", "index", "value", "low", "high")

Row = tuple[str, str, str, float, float, float]


@dataclass(frozen=True)
class Problem:
    """What was explored, and how."""

    method: Method
    ranges: tuple[Range, ...]  # what varied
    second_order: bool = False  # whether a Sobol design has the points for pairs of parameters

    @property
    def names(self) -> list[str]:
        """The parameters, in the order of the design's columns."""
        return [span.name for span in self.ranges]

    @property
    def block(self) -> int:
        """Points of a trajectory, or of a base sample: they are analysed together."""
        if self.method == "morris":
            return len(self.ranges) + 1
        return (2 if self.second_order else 1) * len(self.ranges) + 2

    @property
    def unit(self) -> str:
        """What a block of points is called."""
        return "trajectories" if self.method == "morris" else "samples"


class Analysis(NamedTuple):
    """The indices of one outcome."""

    rows: list[Row]  # parameter, parameter_2, index, value, low, high
    blocks: int  # that they rest on
    note: str  # why there are none: the outcome does not vary, or is undefined too often


def analyse(problem: Problem, points: np.ndarray, values: np.ndarray, seed: int) -> Analysis:
    """Return the indices of one outcome, `values` at `points`, with their 95 % intervals.

    `points` has shape (points, parameters), in the order of the design; a value is NaN where the
    outcome is undefined (nobody it could be measured in): whole blocks with such a point are left
    out. `seed` is of Sobol's bootstrap.
    """
    defined = whole_blocks(problem, values)
    blocks, total = int(defined.sum()), len(defined)
    if blocks < FEWEST_BLOCKS[problem.method] or blocks < (1 - MOST_UNDEFINED) * total:
        return Analysis([], blocks, f"undefined in {total - blocks} of {total} {problem.unit}")
    rows = np.repeat(defined, problem.block)
    known = values[rows].astype(np.float64)
    if np.ptp(known) <= 1e-12 * max(1.0, float(np.abs(known).max())):
        return Analysis([], blocks, "does not vary")
    note = f"{total - blocks} of {total} {problem.unit} left out" if blocks < total else ""
    if problem.method == "morris":
        return Analysis(_morris(problem, points[rows].astype(np.float64), known), blocks, note)
    return Analysis(_sobol(problem, known, seed), blocks, note)


def index_by_chance(method: Method, noise: Noise) -> float:
    """Return the main index that a parameter without any effect would get from chance alone.

    For Morris the mean absolute difference of two runs, over the step; for Sobol the share of
    chance in the variance. At most: the same seeds are run at every point, and part of their chance
    cancels.
    """
    if method == "sobol":
        return noise.share
    between_means = noise.between_seeds / noise.seeds_averaged
    return 2.0 * math.sqrt(between_means / math.pi) / MORRIS_STEP


def whole_blocks(problem: Problem, values: np.ndarray) -> np.ndarray:
    """Return for each trajectory or base sample whether the outcome is defined at all its points.

    ValueError if the number of values does not fit the design.
    """
    if len(values) % problem.block:
        raise ValueError(f"{len(values)} values are not whole blocks of {problem.block} points")
    return np.asarray(np.isfinite(values).reshape(-1, problem.block).all(axis=1))


def _morris(problem: Problem, points: np.ndarray, values: np.ndarray) -> list[Row]:
    """Return mu, mu_star and sigma: the change of the outcome over a parameter's whole range.

    The intervals are Student's t over trajectories; a bootstrap of so few is too narrow.
    """
    from SALib.analyze import morris

    indices = morris.analyze(
        problem_of(problem.ranges), points, values,
        num_resamples=2, seed=1,  # its own intervals are not used
    )  # fmt: skip
    blocks = len(values) // problem.block
    mean, size, spread = (np.asarray(indices[name]) for name in ("mu", "mu_star", "sigma"))
    halves = students_half(spread, blocks, mean)
    sizes = _sizes_of_effects(problem, points, values)
    reaches = students_half(sizes.std(axis=0, ddof=1), blocks, size)
    rows: list[Row] = []
    for number, name in enumerate(problem.names):
        mu, mu_star = float(mean[number]), float(size[number])
        half, half_star = float(halves[number]), float(reaches[number])
        lowest = float(np.maximum(mu_star - half_star, 0))  # NaN stays
        rows += [
            (name, "", "mu", mu, mu - half, mu + half),
            (name, "", "mu_star", mu_star, lowest, mu_star + half_star),
            (name, "", "sigma", float(spread[number]), math.nan, math.nan),
        ]
    return rows


def _sizes_of_effects(problem: Problem, points: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the size of each effect over a whole range, by trajectory and parameter."""
    widths = np.array([span.high - span.low for span in problem.ranges])
    steps = np.diff(points.reshape(-1, problem.block, len(widths)), axis=1) / widths
    moved = np.abs(steps).argmax(axis=2)  # each step moves one parameter, in any order
    sizes = np.abs(np.diff(values.reshape(-1, problem.block), axis=1)) / MORRIS_STEP
    return np.asarray(np.take_along_axis(sizes, moved.argsort(axis=1), axis=1))


def _sobol(problem: Problem, values: np.ndarray, seed: int) -> list[Row]:
    """Return shares of the variance: S1 alone, ST with all interactions, S2 by pairs."""
    from SALib.analyze import sobol

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of resamples in which nothing varies; they count as 0
        indices = sobol.analyze(
            problem_of(problem.ranges), values, calc_second_order=problem.second_order,
            num_resamples=RESAMPLES, seed=sampler_seeds(seed)[1],
        )  # fmt: skip
    rows = [
        _with_reach(name, "", index, indices[index][number], indices[f"{index}_conf"][number])
        for number, name in enumerate(problem.names)
        for index in ("S1", "ST")
    ]
    if problem.second_order:
        names = problem.names
        rows += [
            _with_reach(names[a], names[b], "S2", indices["S2"][a, b], indices["S2_conf"][a, b])
            for a, b in itertools.combinations(range(len(names)), 2)
        ]
    return rows


def _with_reach(name: str, other: str, index: str, value: Any, reach: Any) -> Row:
    half = float(unless_zero(reach))  # none where no resample differs from another
    return name, other, index, float(value), float(value - half), float(value + half)


def indices_table(
    problem: Problem, points: np.ndarray, outcomes: pd.DataFrame, seed: int
) -> tuple[pd.DataFrame, dict[str, Analysis]]:
    """Return the indices of several outcomes in one tidy table, and each outcome's analysis.

    `outcomes` has one column an outcome, one row a point; the rest is as in `analyse`.
    """
    analyses = {
        str(name): analyse(problem, points, outcomes[name].to_numpy(np.float64), seed)
        for name in outcomes
    }
    rows = [(name, *row) for name, analysis in analyses.items() for row in analysis.rows]
    return pd.DataFrame(rows, columns=["outcome", *COLUMNS]), analyses


def convergence_table(
    problem: Problem, points: np.ndarray, outcomes: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """Return the main index as it was with the first few trajectories or samples, up to all.

    Columns are `outcome`, `blocks` (trajectories or base samples), then those of the indices.
    """
    tables = []
    for blocks in prefixes(problem.method, len(points) // problem.block):
        rows = blocks * problem.block
        table, _ = indices_table(problem, points[:rows], outcomes.iloc[:rows], seed)
        table.insert(1, "blocks", blocks)
        tables.append(table[table["index"] == MAIN_INDEX[problem.method]])
    return pd.concat(tables, ignore_index=True)


def prefixes(method: Method, blocks: int) -> list[int]:
    """Return the numbers of blocks of a convergence table: even steps, or powers of two."""
    fewest = min(FEWEST_BLOCKS[method], blocks)
    if method == "sobol":
        return [size for size in (2**power for power in range(17)) if fewest <= size <= blocks]
    steps = range(1, CONVERGENCE_STEPS + 1)
    return sorted({max(fewest, round(blocks * step / CONVERGENCE_STEPS)) for step in steps})


def ranking_table(
    method: Method, indices: pd.DataFrame, main_outcomes: Sequence[str]
) -> pd.DataFrame:
    """Rank the parameters for each main outcome, and over all of them.

    `indices` are of `indices_table`. Columns are outcome, rank (from 1), parameter, index, value,
    low, high. The outcome "all" ranks by the mean over outcomes of the index relative to the
    largest of its outcome.
    """
    main = MAIN_INDEX[method]
    chosen = indices[(indices["index"] == main) & indices["outcome"].isin(list(main_outcomes))]
    columns = ["outcome", "parameter", "index", "value", "low", "high"]
    tables = [_ranked(_overall(chosen, main)[columns])] if len(chosen) else []
    for name in main_outcomes:
        own = chosen[chosen["outcome"] == name]
        if len(own):
            tables.append(_ranked(own[columns]))
    if not tables:
        return pd.DataFrame(columns=["outcome", "rank", *columns[1:]])
    return pd.concat(tables, ignore_index=True)


def _overall(chosen: pd.DataFrame, main: str) -> pd.DataFrame:
    """Return the mean over outcomes of the index relative to the largest of its outcome."""
    largest = chosen.groupby("outcome", sort=False)["value"].transform("max")
    relative = (chosen["value"] / largest).where(largest > 0, 0.0)
    mean = chosen.assign(value=relative).groupby("parameter", sort=False)["value"].mean()
    table = mean.reset_index()
    return table.assign(outcome="all", index=f"relative {main}", low=math.nan, high=math.nan)


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in falling order with their ranks; ties keep the design's order."""
    order = table.sort_values("value", ascending=False, kind="stable").reset_index(drop=True)
    order.insert(1, "rank", np.arange(1, len(order) + 1))
    return order
