"""What a comparison finds: every table, from the lives of runs that are kept."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from abm.experiments.comparison.curve_changes import CurvePairs, curve_changes
from abm.experiments.comparison.estimates import differences_table
from abm.experiments.comparison.packages import (
    PackageSums,
    package_sums,
    packages_among,
    packages_table,
)
from abm.experiments.comparison.pairing import PairSums, case_changes, pair_sums
from abm.experiments.comparison.person_outcomes import Lives
from abm.io.messages import InputError, did_you_mean, shown
from abm.studies.between_draws import places_of_pairs

if TYPE_CHECKING:
    import pandas as pd

    from abm.scenario.scenario import Scenario

Read = Callable[["Scenario", int], Lives | None]
REACHED_FIELDS = ("kind", "title", "people", "cost", "name", "newly", "cost_per", "units")
REACHED_COLUMNS = ("scenario", "seed", "intervention", *REACHED_FIELDS)


@dataclass(frozen=True, repr=False)
class Findings:
    """What a comparison found.

    Parameters
    ----------
    scenarios
        The base, then the others.
    seeds
        Seeds of which there is at least one pair.
    differences
        What is averted, by scenario, seed, outcome and group.
    curve_differences
        How every curve changes, by date.
    reached
        What every intervention came to, by scenario and seed.
    packages
        Packages beside their parts; no row where there is no package.
    is_by_draw
        Whether seeds drew their parameters from the posterior: then tables have further columns
        that tell parameters and chance apart.
    """

    scenarios: "tuple[Scenario, ...]"
    seeds: tuple[int, ...]
    differences: "pd.DataFrame"
    curve_differences: "pd.DataFrame"
    reached: "pd.DataFrame"
    packages: "pd.DataFrame"
    is_by_draw: bool = False

    @property
    def draws(self) -> int:
        """How many draws of the parameters were lived with both their seeds."""
        return len(places_of_pairs(self.seeds)) if self.is_by_draw else 0

    @property
    def base(self) -> "Scenario":
        """What the others are compared with."""
        return self.scenarios[0]

    @property
    def others(self) -> "tuple[Scenario, ...]":
        """What is compared with the base."""
        return self.scenarios[1:]

    def averted(self, group: str = "all") -> "pd.DataFrame":
        """Return the rows of `differences` over all seeds for one way to tell people apart.

        Parameters
        ----------
        group
            "all", "sex", "age" or "adversity_quartile".

        Raises
        ------
        ValueError
            For another group.
        """
        table = self.differences
        groups = table["group"].unique().tolist()
        if group not in groups:
            hint = did_you_mean(str(group), groups)
            raise ValueError(f"expected one of {', '.join(groups)}, not {shown(group)}{hint}")
        return table[(table["seed"] == "all") & (table["group"] == group)].reset_index(drop=True)

    def __repr__(self) -> str:
        names = ", ".join(scenario.name for scenario in self.others)
        return f"<Findings base={self.base.name} others: {names} seeds: {len(self.seeds)}>"


def check_comparable(scenarios: "Sequence[Scenario]") -> None:
    """Refuse scenarios whose people cannot be paired.

    Raises
    ------
    InputError
        Naming the first that does not fit the base, and what was expected.
    """
    if len(scenarios) < 2:
        raise InputError("compare: expected a base and at least one other scenario")
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


def find(
    scenarios: "Sequence[Scenario]", seeds: Iterable[int], read: Read, is_by_draw: bool = False
) -> Findings:
    """Return what follows from the runs that are there, holding few of them at a time.

    Parameters
    ----------
    scenarios
        The base, then the others.
    seeds
        Which to look at.
    read
        Returns the lives of a scenario and seed, or None if it was not lived.
    is_by_draw
        Whether seeds draw their parameters from the posterior.

    Raises
    ------
    PairingError
        If two runs of a seed do not hold the same people.
    """
    import pandas as pd

    collected = _Collected(tuple(scenarios))
    for seed in seeds:
        collected.add(seed, read)
    base = scenarios[0]
    order = {scenario.name: place for place, scenario in enumerate(scenarios)}
    sums = sorted(collected.sums, key=lambda each: order[each.scenario])
    return Findings(
        tuple(scenarios),
        tuple(collected.seeds),
        differences_table(sums, float(base.calendar.years), is_by_draw),
        curve_changes(list(collected.curves.values()), is_by_draw),
        pd.DataFrame(collected.reached, columns=list(REACHED_COLUMNS)),
        packages_table(collected.of_packages, is_by_draw),
        is_by_draw,
    )


@dataclass
class _Collected:
    """What is gathered seed by seed."""

    scenarios: "tuple[Scenario, ...]"
    seeds: list[int] = field(default_factory=list)
    sums: list[PairSums] = field(default_factory=list)
    reached: list[tuple[object, ...]] = field(default_factory=list)
    of_packages: list[PackageSums] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.curves = {each.name: CurvePairs(each.name) for each in self.scenarios[1:]}
        self.packages = packages_among(self.scenarios)

    def add(self, seed: int, read: Read) -> None:
        """Add all pairs of one seed."""
        first = self.scenarios[0]
        base = read(first, seed)
        if base is None:
            return
        changes: dict[str, np.ndarray] = {}
        reached = _reached_rows(first, seed, base)
        for scenario in self.scenarios[1:]:
            other = read(scenario, seed)
            if other is None:
                continue
            self.sums += pair_sums(base, other, (first, scenario), seed)
            self.curves[scenario.name].add(base.curves, other.curves, seed)
            reached += _reached_rows(scenario, seed, other)
            changes[scenario.name] = case_changes(base, other)
        if changes:
            self.seeds.append(seed)
            self.reached += reached
        for package in self.packages:
            if {package.name, *package.parts} <= changes.keys():
                self.of_packages.append(package_sums(package, seed, changes))


def _reached_rows(scenario: "Scenario", seed: int, lives: Lives) -> list[tuple[object, ...]]:
    """Return one row an intervention."""
    return [
        (scenario.name, seed, place, *(getattr(each, field) for field in REACHED_FIELDS))
        for place, each in enumerate(lives.reached, 1)
    ]
