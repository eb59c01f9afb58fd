"""Packages: does one avert at least what its best part does, and at most what the parts add up to?

A package is a scenario with several interventions each of which is compared alone, too. The people
of all these runs are the same, so what sets the package apart from the sum can be counted: people
helped by several parts, people helped by the package only, people helped by a part only.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from abm.experiments.comparison.estimates import (
    ALL_SEEDS,
    CHANCE,
    DRAW_COLUMNS,
    Estimate,
    over_seeds,
    split_columns,
    with_partner,
)
from abm.experiments.comparison.pairing import NEW_CASES
from abm.scenario.intervention_library import are_events
from abm.studies.variance_between_draws import variance_between_draws

if TYPE_CHECKING:
    import pandas as pd

    from abm.scenario.scenario import Scenario

COLUMNS = (
    *("package", "quantity", "part", "seed", "seeds", "outcome"),
    *("value", "low", "high", "uncertainty", "verdict"),
)
PACKAGE, PART, SUM = "package", "part", "sum of parts"
OVER_BEST, UNDER_SUM = "package minus best part", "sum of parts minus package"
SEVERAL, TOGETHER, APART = (
    "helped by several parts, beyond the first",
    "helped by the package only",
    "helped by a part only",
)
HOLDS, WITHIN_CHANCE, FAILS = "holds", "within chance", "does not hold"
DRAWS_DIFFER = "draws differ"


@dataclass(frozen=True)
class Package:
    """A scenario whose interventions are all compared alone, too."""

    name: str
    parts: tuple[str, ...]  # names of the scenarios with one of the interventions each


def packages_among(scenarios: "Sequence[Scenario]") -> list[Package]:
    """Return the packages all parts of which are among these scenarios.

    Parts and package agree in everything but the interventions that the first scenario does not
    have. Events that nobody offers, such as a pandemic, make no package.
    """
    first, *others = scenarios
    known = {intervention.content() for intervention in first.interventions}
    added = {scenario.name: _added(scenario, known) for scenario in others}
    rests = {scenario.name: _rest_of(scenario, known) for scenario in others}
    alone: dict[tuple[str, str], str] = {}
    for name, interventions in added.items():
        if len(interventions) == 1:
            alone.setdefault((rests[name], interventions[0]), name)
    packages = []
    for name, interventions in added.items():
        parts = tuple(alone.get((rests[name], content), "") for content in interventions)
        is_package = len(parts) > 1 and all(parts) and len(set(parts)) == len(parts)
        if is_package and not are_events([json.loads(one)["kind"] for one in interventions]):
            packages.append(Package(name, parts))
    return packages


def _added(scenario: "Scenario", known: set[str]) -> list[str]:
    """Return the interventions that the first scenario does not have, as texts."""
    contents = [intervention.content() for intervention in scenario.interventions]
    return [content for content in contents if content not in known]


def _rest_of(scenario: "Scenario", known: set[str]) -> str:
    """Return all else of a scenario but what it is called, as a text."""
    aside = {"name", "title", "interventions", "observation"}
    rest = {name: value for name, value in scenario.resolved().items() if name not in aside}
    kept = known.intersection(intervention.content() for intervention in scenario.interventions)
    return json.dumps(rest | {"interventions": sorted(kept)}, sort_keys=True)


@dataclass(frozen=True)
class SeedChange:
    """A sum over the people of one seed, and the sum of squares its spread rests on."""

    seed: int
    averted: float
    squares: float


@dataclass(frozen=True)
class PackageSums:
    """What one seed says about a package."""

    package: Package
    changes: dict[tuple[str, str], SeedChange]  # by quantity and part ("" for none)


def package_sums(package: Package, seed: int, changes: Mapping[str, np.ndarray]) -> PackageSums:
    """Return what one seed says about a package.

    `changes` hold by scenario, for each person in the same order: 1 for a case averted, -1 for one
    more.
    """
    whole = changes[package.name].astype(np.int64)
    parts = np.array([changes[name] for name in package.parts], np.int64)
    helped = (parts > 0).sum(axis=0)
    values = {(PACKAGE, ""): whole, (SUM, ""): parts.sum(axis=0)}
    for name, part in zip(package.parts, parts, strict=True):
        values |= {(PART, name): part, (OVER_BEST, name): whole - part}
    values[UNDER_SUM, ""] = parts.sum(axis=0) - whole
    values[SEVERAL, ""] = np.maximum(helped - 1, 0)
    values[TOGETHER, ""] = ((whole > 0) & (helped == 0)).astype(np.int64)
    values[APART, ""] = ((whole <= 0) & (helped > 0)).astype(np.int64)
    sums = {
        key: SeedChange(seed, float(own.sum()), float((own * own).sum()))
        for key, own in values.items()
    }
    return PackageSums(package, sums)


def packages_table(sums: Iterable[PackageSums], is_by_draw: bool = False) -> "pd.DataFrame":
    """Return the table of all packages: what package, parts and sum avert, and the two verdicts.

    `is_by_draw`: seeds draw their parameters from the posterior; then intervals are of chance
    within draws, and further columns hold what is due to the parameters.
    """
    import pandas as pd

    by_package: dict[Package, list[dict[tuple[str, str], SeedChange]]] = {}
    for one_seed in sums:
        by_package.setdefault(one_seed.package, []).append(one_seed.changes)
    rows = [
        row for package, seeds in by_package.items() for row in _rows(package, seeds, is_by_draw)
    ]
    return pd.DataFrame(rows, columns=[*COLUMNS, *(DRAW_COLUMNS if is_by_draw else ())])


def _rows(
    package: Package, seeds: Sequence[Mapping[tuple[str, str], SeedChange]], is_by_draw: bool
) -> Iterable[tuple[object, ...]]:
    """Yield the rows of one package."""

    def changes_of(quantity: str, part: str) -> Sequence[SeedChange]:
        changes = [one_seed[quantity, part] for one_seed in seeds]
        return with_partner(changes) if is_by_draw else changes

    best = max(package.parts, key=lambda name: sum(c.averted for c in changes_of(PART, name)))
    keys = [(PACKAGE, ""), *((PART, name) for name in package.parts), (SUM, "")]
    keys += [(OVER_BEST, best), (UNDER_SUM, ""), (SEVERAL, ""), (TOGETHER, ""), (APART, "")]
    for quantity, part in keys:
        changes = changes_of(quantity, part)
        values = np.array([change.averted for change in changes])
        spread = (
            variance_between_draws(values, [change.seed for change in changes])
            if is_by_draw
            else None
        )
        estimate = over_seeds(changes, [1.0] * len(changes), spread)
        verdict = _verdict(estimate) if quantity in (OVER_BEST, UNDER_SUM) else ""
        if spread is not None and verdict == FAILS and spread.parameter.high >= 0:
            verdict = DRAWS_DIFFER
        further = () if spread is None else (int(spread.draws), *split_columns(spread).values())
        yield (
            *(package.name, quantity, part, ALL_SEEDS, len(changes), NEW_CASES),
            *(*estimate, CHANCE, verdict, *further),
        )


def _verdict(estimate: Estimate) -> str:
    """Return whether something is at least zero."""
    if estimate.value >= 0:
        return HOLDS
    return FAILS if estimate.high < 0 else WITHIN_CHANCE
