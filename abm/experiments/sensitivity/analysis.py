"""From the runs of a design to the tables of a sensitivity analysis."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from abm.experiments.sensitivity.indices import (
    Method,
    Problem,
    convergence_table,
    index_by_chance,
    indices_table,
    ranking_table,
)
from abm.experiments.sensitivity.noise import noise_of, point_means, stability_table
from abm.experiments.sweeps.design import POINT, Design, Range, morris_design, sobol_design
from abm.experiments.sweeps.study import PointSeed, outcome_names
from abm.runs.result_store import DONE
from abm.studies.outcomes import OUTCOMES

# What parameters are ranked for; the indices of all outcomes are in indices.csv.
MAIN_OUTCOMES = (
    "lifetime_prevalence_12_18",
    "past_year_prevalence_12_18",
    "median_onset_age",
    "share_with_one_or_two_acts",
    "mean_past_year_acts",
    "hospital_presentations_per_100k",
    "new_cases_averted_per_100k",
)
# With one seed a point, chance is estimated from this many further seeds at some points.
NOISE_SEEDS, NOISE_POINTS = 3, 10
TABLES = ("indices.csv", "ranking.csv", "convergence.csv", "noise.csv", "stability.csv")
EMULATOR = "emulator.csv"
ROUNDING = 1e-9  # relative; intervals of an emulator's answers that are no wider have no width
# Of noise.csv: the outcome, counts, the fields of `Noise` in their order, the index by chance.
NOISE_COLUMNS = [
    "outcome", "points", "undefined_points", "undefined_runs", "seeds", "noise_seeds",
    "noise_points", "between_seeds", "seeds_averaged", "over_points", "noise_share",
    "noise_share_low", "noise_share_high", "single_run_noise_share", "index_by_chance",
]  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What a sensitivity analysis explores, and how thoroughly."""

    method: Method  # "morris" (screening) or "sobol" (shares of the variance)
    ranges: tuple[Range, ...]  # what varies
    blocks: int  # trajectories, or base samples (a power of two)
    second_order: bool = False  # whether Sobol also looks at pairs of parameters
    seeds: int = 1  # runs at each point, averaged
    repetitions: int = 1  # how often the whole design is run, with other seeds each time
    first_seed: int = 1  # of the design and of the runs
    bank: Mapping[str, str] = field(default_factory=dict)  # what an emulator learnt from, if one

    def design(self) -> Design:
        """Return the points; what identifies them names seeds and repetitions, too.

        So every analysis has a folder of its own, and none overwrites another.
        """
        if self.method == "morris":
            design = morris_design(self.ranges, self.blocks, self.first_seed)
        else:
            design = sobol_design(self.ranges, self.blocks, self.second_order, self.first_seed)
        about = {**design.about, "seeds": self.seeds, "repetitions": self.repetitions}
        about |= {"bank": dict(self.bank)} if self.bank else {}
        return replace(design, about=about)

    @property
    def problem(self) -> Problem:
        """What the analysis has to know."""
        return Problem(self.method, self.ranges, self.second_order)

    @property
    def all_seeds(self) -> list[int]:
        """The seeds of every point, those of the first repetition first."""
        return [self.first_seed + number for number in range(self.seeds * self.repetitions)]

    def noise_pairs(self, points: int) -> list[PointSeed]:
        """Return the further runs that chance is estimated from; none with several seeds."""
        if len(self.all_seeds) > 1:
            return []
        chosen = np.unique(np.linspace(1, points, min(NOISE_POINTS, points)).round().astype(int))
        further = [self.first_seed + number for number in range(1, NOISE_SEEDS + 1)]
        return [(int(point), seed) for point in chosen for seed in further]


@dataclass(frozen=True)
class Emulated:
    """That an emulator answered, and how well it does."""

    sentence: str  # for readers
    # outcome, meaning, runs, explained (R2) and residual (standard deviation), in runs left out
    quality: pd.DataFrame


@dataclass(frozen=True)
class SensitivityFindings:
    """The tables of a sensitivity analysis."""

    plan: Plan
    indices: pd.DataFrame  # method, outcome, age, parameter, parameter_2, index, value, low, high
    # outcome ("all": over the main outcomes), rank, parameter, index, value, low, high
    ranking: pd.DataFrame
    convergence: pd.DataFrame  # the main index with fewer trajectories or samples
    # How much of each outcome's variance over the design is chance within runs, and the index that
    # a parameter without effect would get from it (at most).
    noise: pd.DataFrame
    stability: pd.DataFrame  # how alike rankings of repetitions are; empty with one repetition
    main_outcomes: tuple[str, ...]  # what was ranked for
    emulated: Emulated | None = None  # where nothing was run

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by file name."""
        tables = (self.indices, self.ranking, self.convergence, self.noise)
        optional = (self.stability,) if len(self.stability) else ()
        emulated = {} if self.emulated is None else {EMULATOR: self.emulated.quality}
        return dict(zip(TABLES, (*tables, *optional), strict=False)) | emulated


def analyse_runs(
    plan: Plan,
    design: Design,
    runs: pd.DataFrame,
    further: pd.DataFrame,
    main_outcomes: Sequence[str] = MAIN_OUTCOMES,
) -> SensitivityFindings:
    """Return the tables of an analysis of every point with every seed.

    `runs` has the columns point, seed, status and one an outcome; `further` the same, for runs that
    only tell how large chance is. ValueError if a run is missing or failed.
    """
    expected = len(design.points) * len(plan.all_seeds)
    if len(runs) != expected or (runs["status"] != DONE).any():
        raise ValueError(f"expected {expected} runs that are done; finish the design first")
    ordered = runs.sort_values(["point", "seed"], kind="stable")
    points = design.points.to_numpy(np.float64)
    names = outcome_names(runs)
    cube = ordered[names].to_numpy(np.float64).reshape(len(points), len(plan.all_seeds), -1)
    main = tuple(name for name in main_outcomes if name in names) or tuple(names[:5])
    means = _means(cube, names)
    table, analyses = indices_table(plan.problem, points, means, plan.first_seed)
    convergence = convergence_table(plan.problem, points, means[list(main)], plan.first_seed)
    noise = _noise_table(plan, cube, names, further)
    noise["blocks"] = [analyses[name].blocks for name in names]
    noise["note"] = [analyses[name].note for name in names]
    return SensitivityFindings(
        plan,
        indices=_with_age(table, plan.method),
        ranking=_with_method(ranking_table(plan.method, table, main), plan.method),
        convergence=_with_method(convergence, plan.method),
        noise=_with_age(noise, plan.method),
        stability=_with_method(_stability(plan, points, cube, names, main), plan.method),
        main_outcomes=main,
    )


def analyse_emulated(
    plan: Plan, design: Design, figures: pd.DataFrame, emulated: Emulated
) -> SensitivityFindings:
    """Return the tables of an analysis whose points an emulator answered, named so in each.

    `figures` has one column an outcome, one row a point.
    """
    runs = figures.reset_index(names=POINT).assign(seed=plan.first_seed, status=DONE)
    findings = analyse_runs(plan, design, runs, runs.iloc[:0], [str(name) for name in figures])
    named = {
        name: getattr(findings, name).assign(method=f"{plan.method} (emulator)")
        for name in ("indices", "ranking", "convergence", "noise", "stability")
    }
    for name in ("indices", "ranking", "convergence"):
        agree = named[name]["high"] - named[name]["low"] <= ROUNDING * named[name]["value"].abs()
        named[name].loc[agree, ["low", "high"]] = math.nan  # a plane has one slope everywhere
    return replace(findings, **named, emulated=emulated)


def _means(cube: np.ndarray, names: Sequence[str]) -> pd.DataFrame:
    """Return the mean over seeds of every outcome at every point."""
    return pd.DataFrame({name: point_means(cube[:, :, at]) for at, name in enumerate(names)})


def _noise_table(
    plan: Plan, cube: np.ndarray, names: Sequence[str], further: pd.DataFrame
) -> pd.DataFrame:
    """Return the noise of every outcome: from all seeds, or from the further ones."""
    replicates = cube
    if len(further):
        ordered = further.sort_values(["point", "seed"], kind="stable")
        chosen = ordered["point"].unique()
        extra = ordered[list(names)].to_numpy(np.float64).reshape(len(chosen), -1, len(names))
        replicates = np.concatenate([cube[chosen - 1], extra], axis=1)
    rows = []
    for at, name in enumerate(names):
        noise = noise_of(cube[:, :, at], replicates[:, :, at])
        undefined = ~np.isfinite(cube[:, :, at])
        counts = len(cube), int(undefined.all(axis=1).sum()), int(undefined.sum())
        floor = index_by_chance(plan.method, noise)
        rows.append((name, *counts, cube.shape[1], replicates.shape[1], *noise, floor))
    return pd.DataFrame(rows, columns=NOISE_COLUMNS)


def _stability(
    plan: Plan, points: np.ndarray, cube: np.ndarray, names: Sequence[str], main: Sequence[str]
) -> pd.DataFrame:
    """Rank the parameters in every repetition by itself and compare the rankings."""
    rankings = []
    columns = [names.index(name) for name in main]
    for number in range(plan.repetitions if plan.repetitions > 1 else 0):
        seeds = slice(number * plan.seeds, (number + 1) * plan.seeds)
        means = _means(cube[:, seeds, columns], main)
        table, _ = indices_table(plan.problem, points, means, plan.first_seed)
        rankings.append(ranking_table(plan.method, table, main))
    return stability_table(rankings)


def _with_age(table: pd.DataFrame, method: Method) -> pd.DataFrame:
    """Split the outcomes of single ages into the outcome and its age; name the method."""
    labels = [outcome_and_age(str(name)) for name in table["outcome"]]
    named = table.assign(outcome=[outcome for outcome, _ in labels])
    named.insert(1, "age", [age for _, age in labels])
    return _with_method(named, method)


def outcome_and_age(name: str) -> tuple[str, str]:
    """Return the outcome without its age, and the age: "" for an outcome of no single age."""
    declared = OUTCOMES.get(name)
    if declared is None or declared.series is None:
        return name, ""
    return declared.series.removesuffix("_age"), str(declared.age)


def _with_method(table: pd.DataFrame, method: Method) -> pd.DataFrame:
    named = table.copy()
    named.insert(0, "method", method)
    return named
