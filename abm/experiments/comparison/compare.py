"""`abm.compare`: scenarios compared from Python, and what a comparison finds."""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from abm.experiments.comparison.alternatives import Alternatives, SeedOfAll, seed_of_all
from abm.experiments.comparison.curve_changes import curve_changes, paired_curves
from abm.experiments.comparison.estimates import differences_table
from abm.experiments.comparison.packages import (
    PackageSums,
    package_sums,
    packages_among,
    packages_table,
)
from abm.experiments.comparison.pairing import PairSums, case_changes, pair_sums
from abm.experiments.comparison.person_outcomes import PersonOutcomes, Reached
from abm.experiments.comparison.runs import Simulate, kept_outcomes, run_missing
from abm.io.messages import InputError, did_you_mean, shown
from abm.runs.errors import RunnerError
from abm.runs.options import RunOptions
from abm.scenario.draws import chosen_draws
from abm.scenario.scenario import Scenario, load_scenario
from abm.studies.variance_between_draws import whole_draws

if TYPE_CHECKING:
    import pandas as pd

Read = Callable[[Scenario, int], PersonOutcomes | None]
REACHED_FIELDS = tuple(field.name for field in fields(Reached) if field.name != "cost_by_year")
REACHED_COLUMNS = ("scenario", "seed", "intervention", *REACHED_FIELDS)


@dataclass(frozen=True, repr=False)
class ComparisonFindings:
    """What a comparison found.

    Scenarios are the one compared with, then the others; seeds those with at least one pair.
    `differences` has what is averted by scenario, seed, outcome and group, `curve_differences` how
    every curve changes by date, `reached` what every intervention came to by scenario and seed,
    `packages` packages beside their parts. `pairs` has every two scenarios against each other,
    `frontier` which of them are efficient and what a step to the next costs, `acceptability` how
    sure the choice is by what one is willing to pay. `is_by_draw` says whether seeds drew their
    parameters from the posterior: then tables have further columns that tell parameters and chance
    apart.
    """

    scenarios: tuple[Scenario, ...]
    seeds: tuple[int, ...]
    differences: "pd.DataFrame"
    curve_differences: "pd.DataFrame"
    reached: "pd.DataFrame"
    packages: "pd.DataFrame"
    pairs: "pd.DataFrame"
    frontier: "pd.DataFrame"
    acceptability: "pd.DataFrame"
    is_by_draw: bool = False

    @property
    def draws(self) -> int:
        """How many draws of the parameters were run with both their seeds."""
        return whole_draws(self.seeds) if self.is_by_draw else 0

    @property
    def base(self) -> Scenario:
        """What the others are compared with."""
        return self.scenarios[0]

    @property
    def others(self) -> tuple[Scenario, ...]:
        """What is compared with the first scenario."""
        return self.scenarios[1:]

    def averted(
        self, group: str = "all", outcome: str | None = None, scenario: str | None = None
    ) -> "pd.DataFrame":
        """Return the rows of `differences` over all seeds for one way to tell people apart.

        It is "all", "sex", "age" or "adversity"; of one outcome or scenario, if named.
        InputError with the nearest name for another.
        """
        table = self.differences[self.differences["seed"] == "all"]
        for column, name in (("group", group), ("outcome", outcome), ("scenario", scenario)):
            if name is not None:
                _check_name(name, table[column].unique().tolist(), column)
                table = table[table[column] == name]
        return table.reset_index(drop=True)

    def __repr__(self) -> str:
        names = ", ".join(scenario.name for scenario in self.others)
        return (
            f"<ComparisonFindings with {self.base.name}, others: {names}, seeds: {len(self.seeds)}>"
        )


def _check_name(name: object, known: Sequence[str], kind: str) -> None:
    """Raise an InputError that names the nearest if there is no such name."""
    if name not in known:
        hint = did_you_mean(str(name), known)
        raise InputError(f"{kind}: expected one of {', '.join(known)}, not {shown(name)}{hint}")


def compare(
    scenarios: Sequence[str | Path | Scenario],
    seeds: Iterable[int] = (1,),
    *,
    population: int | None = None,
    years: int | None = None,
    overrides: Mapping[str, object] | None = None,
    out: str | Path | None = None,
    jobs: int = 1,
    live: Simulate | None = None,
    uncertainty: str = "chance",
) -> ComparisonFindings:
    """Run scenarios with the same seeds and say what each averts against the first.

    Scenarios are names, paths or scenarios, the one to compare with first; `population`, `years`
    and `overrides` are as of `abm.load_scenario`, for those given by name or path. There is one run
    a scenario and seed. `out` is a folder of results in which runs are kept and found again; by
    default nothing is kept. With more than one process (`jobs`) a script needs the guard of
    `__main__`. `live` does a run, by default by the model. With `uncertainty` "posterior" every
    two seeds have another draw of the fitted parameters, and these and chance are told apart;
    "chance" leaves parameters as scenarios say.

    Frames of what is returned are `differences`, `curve_differences`, `reached`, `packages`,
    `pairs`, `frontier` and `acceptability`; ``averted("sex")`` gives the estimates over all seeds
    by sex. InputError if a scenario cannot be loaded, scenarios cannot be compared, or there is no
    posterior; RunnerError if a run failed; with `out` the rest is kept.

    >>> pair = abm.compare(["baseline", "school-skills"], seeds=range(20))  # doctest: +SKIP
    >>> pair.averted()[["outcome", "averted", "low", "high"]]  # doctest: +SKIP
    """
    if isinstance(scenarios, str | Path | Scenario):
        raise InputError("compare: expected two scenarios or more, in a list")
    if isinstance(seeds, int):
        raise InputError(f"seeds: expected several, such as [{seeds}] or range(1, 11), not {seeds}")
    load = partial(load_scenario, population=population, years=years, overrides=overrides)
    loaded = [
        scenario if isinstance(scenario, Scenario) else load(scenario) for scenario in scenarios
    ]
    check_comparable(loaded)
    draws = chosen_draws(uncertainty)
    with tempfile.TemporaryDirectory() if out is None else nullcontext(out) as folder:
        options = RunOptions(Path(folder), jobs, quiet=True, simulate=live, draws=draws)
        return _compared(loaded, list(dict.fromkeys(seeds)), options)


def _compared(
    scenarios: list[Scenario], seeds: list[int], options: RunOptions
) -> ComparisonFindings:
    if options.draws is not None:
        options.draws.check(scenarios, seeds)
    failures = run_missing(scenarios, seeds, seeds, options)
    for (name, seed), trace in failures.items():
        raise RunnerError(f"{name}, seed {seed} failed:\n{trace}")
    return find(scenarios, seeds, partial(kept_outcomes, options), options.draws is not None)


def check_comparable(scenarios: Sequence[Scenario]) -> None:
    """Refuse scenarios whose people cannot be paired, naming the first that does not fit."""
    if len(scenarios) < 2:
        raise InputError("compare: expected two scenarios or more")
    names = [scenario.name for scenario in scenarios]
    for name in names:
        if names.count(name) > 1:
            raise InputError(
                f"compare: {name!r} stands twice; scenarios need different names "
                "(from Python: scenario.renamed)"
            )
    base = scenarios[0]
    for other in scenarios[1:]:
        for setting, ours, theirs, option in (
            ("population.kind", base.population.kind, other.population.kind, ""),
            ("population.size", base.population.size, other.population.size, "population"),
            ("calendar.start", base.calendar.start, other.calendar.start, ""),
            ("calendar.years", base.calendar.years, other.calendar.years, "years"),
        ):
            if ours != theirs:
                hint = f"; --{option} sets it for all" if option else ""
                raise InputError(
                    f"compare: {other.name}: {setting} is {theirs}; expected {ours} as in "
                    f"{base.name}, or people cannot be paired{hint}"
                )
        if other.economics != base.economics:
            raise InputError(
                f"compare: {other.name}: economics are not those of {base.name}; expected the same "
                "in all, as of scenarios that extend it"
            )


def find(
    scenarios: Sequence[Scenario], seeds: Iterable[int], read: Read, is_by_draw: bool = False
) -> ComparisonFindings:
    """Return what follows from the runs that are there, holding few of them at a time.

    The first scenario is the one compared with. `read` returns what is kept of a scenario and seed,
    or None if it was not run. `is_by_draw` says whether seeds draw their parameters from the
    posterior. PairingError if two runs of a seed do not hold the same people.
    """
    import pandas as pd

    collected = _Collected(tuple(scenarios))
    for seed in seeds:
        collected.add(seed, read)
    sums = [pair for pairs in collected.sums.values() for pair in pairs]
    alternatives = Alternatives(scenarios, collected.whole, is_by_draw)
    return ComparisonFindings(
        tuple(scenarios),
        tuple(collected.seeds),
        differences_table(sums, float(scenarios[0].calendar.years), is_by_draw),
        curve_changes(collected.curves, is_by_draw),
        pd.DataFrame(collected.reached, columns=list(REACHED_COLUMNS)),
        packages_table(collected.package_sums, is_by_draw),
        alternatives.pairs(),
        alternatives.frontier(),
        alternatives.acceptability(),
        is_by_draw,
    )


class _Collected:
    """What is gathered seed by seed."""

    def __init__(self, scenarios: tuple[Scenario, ...]) -> None:
        self.base, self.others = scenarios[0], scenarios[1:]
        self.packages = packages_among(scenarios)
        self.seeds: list[int] = []
        self.sums: dict[str, list[PairSums]] = {other.name: [] for other in self.others}
        self.curves: dict[str, list[pd.DataFrame]] = {other.name: [] for other in self.others}
        self.reached: list[tuple[object, ...]] = []
        self.package_sums: list[PackageSums] = []
        self.whole: list[SeedOfAll] = []  # of seeds with a run of every scenario

    def add(self, seed: int, read: Read) -> None:
        """Add all pairs of one seed."""
        base = read(self.base, seed)
        if base is None:
            return
        changes: dict[str, np.ndarray] = {}
        outcomes = [base]
        reached = _reached_rows(self.base, seed, base)
        for scenario in self.others:
            other = read(scenario, seed)
            if other is None:
                continue
            self.sums[scenario.name] += pair_sums(base, other, (self.base, scenario), seed)
            self.curves[scenario.name].append(paired_curves(base.curves, other.curves, seed))
            reached += _reached_rows(scenario, seed, other)
            changes[scenario.name] = case_changes(base, other)
            outcomes.append(other)
        if changes:
            self.seeds.append(seed)
            self.reached += reached
        if len(outcomes) > len(self.others):
            self.whole.append(seed_of_all((self.base, *self.others), outcomes, seed))
        for package in self.packages:
            if {package.name, *package.parts} <= changes.keys():
                self.package_sums.append(package_sums(package, seed, changes))


def _reached_rows(
    scenario: Scenario, seed: int, outcomes: PersonOutcomes
) -> list[tuple[object, ...]]:
    """Return one row an intervention."""
    return [
        (scenario.name, seed, number, *(getattr(reached, name) for name in REACHED_FIELDS))
        for number, reached in enumerate(outcomes.reached, 1)
    ]
