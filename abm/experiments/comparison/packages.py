"""Packages: does one avert at least what its best part does, and at most what the parts add up to?

A package is a scenario with several interventions each of which is compared alone, too. The people
of all these runs are the same, so what sets the package apart from the sum can be counted: people
helped by several parts, people helped by the package only, people helped by a part only.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from abm.experiments.comparison.estimates import (
    ALL_SEEDS,
    CHANCE,
    Estimate,
    is_by_people,
    ratio_of_sums,
)
from abm.experiments.comparison.estimates_by_draw import ENDS, split_columns, with_partner
from abm.experiments.comparison.pairing import NEW_CASES
from abm.scenario.intervention_library import are_events
from abm.studies.between_draws import BetweenDraws, between_draws

if TYPE_CHECKING:
    import pandas as pd

    from abm.scenario.scenario import Scenario

COLUMNS = (
    *("package", "quantity", "part", "seed", "seeds", "outcome"),
    *("value", "low", "high", "uncertainty", "verdict"),
)
DRAW_COLUMNS = ("draws", *ENDS)  # after these, where seeds draw their parameters
PACKAGE, PART, SUM = "package", "part", "sum of parts"
OVER_BEST, UNDER_SUM = "package minus best part", "sum of parts minus package"
SEVERAL, TOGETHER, APART = (
    "helped by several parts, beyond the first",
    "helped by the package only",
    "helped by a part only",
)
HOLDS, WITHIN_CHANCE, FAILS = "holds", "within chance", "does not hold"
DRAWS_DIFFER, TOO_FEW = "draws differ", "too few runs to tell"
FEWEST_SEEDS = 5  # fewer give no verdict


@dataclass(frozen=True)
class Package:
    """A scenario whose interventions are all compared alone, too.

    Parameters
    ----------
    name
        Of the scenario.
    parts
        Names of the scenarios with one of the interventions each.
    """

    name: str
    parts: tuple[str, ...]


def packages_among(scenarios: "Sequence[Scenario]") -> list[Package]:
    """Return the packages all parts of which are among these scenarios.

    Parts and package agree in everything but the interventions that the base does not have. Events
    that nobody offers, such as a pandemic, make no package.

    Parameters
    ----------
    scenarios
        The base, then the others.
    """
    base = {each.content() for each in scenarios[0].interventions}
    added = {each.name: _added(each, base) for each in scenarios[1:]}
    rests = {each.name: _rest_of(each, base) for each in scenarios[1:]}
    alone: dict[tuple[str, str], str] = {}
    for name, interventions in added.items():
        if len(interventions) == 1:
            alone.setdefault((rests[name], interventions[0]), name)
    found = []
    for name, interventions in added.items():
        names = [alone.get((rests[name], each)) for each in interventions]
        parts = tuple(part for part in names if part is not None)
        if are_events([json.loads(each)["kind"] for each in interventions]):
            continue
        if len(names) > 1 and len(parts) == len(names) == len(set(parts)):
            found.append(Package(name, parts))
    return found


def _added(scenario: "Scenario", base: set[str]) -> list[str]:
    """Return the interventions that the base does not have, as texts."""
    contents = [each.content() for each in scenario.interventions]
    return [content for content in contents if content not in base]


def _rest_of(scenario: "Scenario", base: set[str]) -> str:
    """Return all else of a scenario but what it is called, as a text."""
    aside = {"name", "title", "interventions", "observation"}
    rest = {name: value for name, value in scenario.resolved().items() if name not in aside}
    kept = base.intersection(each.content() for each in scenario.interventions)
    return json.dumps(rest | {"interventions": sorted(kept)}, sort_keys=True)


@dataclass(frozen=True)
class Change:
    """A sum over the people of one seed, and the sum of squares its spread rests on."""

    averted: float
    squares: float

    @classmethod
    def of(cls, values: np.ndarray) -> "Change":
        """Return sum and sum of squares of one number a person."""
        whole = values.astype(np.int64)
        return cls(float(whole.sum()), float((whole * whole).sum()))


@dataclass(frozen=True)
class PackageSums:
    """What one seed says about a package, by quantity and part ("" for none)."""

    package: Package
    seed: int
    changes: dict[tuple[str, str], Change]


def package_sums(package: Package, seed: int, changes: Mapping[str, np.ndarray]) -> PackageSums:
    """Return what one seed says about a package.

    Parameters
    ----------
    package
        Which.
    seed
        Which.
    changes
        By scenario, for each person in the same order: 1 for a case averted, -1 for one more.
    """
    whole = changes[package.name].astype(np.int64)
    parts = np.array([changes[name] for name in package.parts], np.int64)
    helped = (parts > 0).sum(axis=0)
    found = {(PACKAGE, ""): Change.of(whole), (SUM, ""): Change.of(parts.sum(axis=0))}
    for name, part in zip(package.parts, parts, strict=True):
        found[PART, name] = Change.of(part)
        found[OVER_BEST, name] = Change.of(whole - part)
    found[UNDER_SUM, ""] = Change.of(parts.sum(axis=0) - whole)
    found[SEVERAL, ""] = Change.of(np.maximum(helped - 1, 0))
    found[TOGETHER, ""] = Change.of((whole > 0) & (helped == 0))
    found[APART, ""] = Change.of((whole <= 0) & (helped > 0))
    return PackageSums(package, seed, found)


def packages_table(sums: Iterable[PackageSums], is_by_draw: bool = False) -> "pd.DataFrame":
    """Return the table of all packages: what package, parts and sum avert, and the two verdicts.

    Parameters
    ----------
    sums
        Of every package and seed.
    is_by_draw
        Whether seeds draw their parameters from the posterior: then intervals are of chance
        within draws, and further columns hold what is due to the parameters.
    """
    import pandas as pd

    of_package: dict[Package, list[PackageSums]] = {}
    for each in sums:
        of_package.setdefault(each.package, []).append(each)
    columns = [*COLUMNS, *(DRAW_COLUMNS if is_by_draw else ())]
    rows: list[tuple[object, ...]] = []
    for package, found in of_package.items():
        rows += _rows(package, with_partner(found) if is_by_draw else found, is_by_draw)
    return pd.DataFrame(rows, columns=columns)


def _rows(
    package: Package, sums: Sequence[PackageSums], is_by_draw: bool
) -> Iterable[tuple[object, ...]]:
    """Yield the rows of one package."""
    best = max(package.parts, key=lambda name: _estimate(sums, (PART, name)).value)
    keys = [(PACKAGE, ""), *((PART, name) for name in package.parts), (SUM, "")]
    keys += [(OVER_BEST, best), (UNDER_SUM, ""), (SEVERAL, ""), (TOGETHER, ""), (APART, "")]
    for quantity, part in keys:
        apart = _apart(sums, (quantity, part))
        agree = math.isnan(apart.chance.low)
        estimate = _estimate(sums, (quantity, part), by_people=is_by_draw and agree)
        if is_by_draw and not agree:
            estimate = Estimate(estimate.value, *map(float, apart.chance))
        verdict = (
            _verdict(estimate, [each.changes[quantity, part] for each in sums])
            if quantity in (OVER_BEST, UNDER_SUM)
            else ""
        )
        if is_by_draw and verdict == FAILS and apart.parameter.high >= 0:
            verdict = DRAWS_DIFFER
        yield (
            *(package.name, quantity, part, ALL_SEEDS, len(sums), NEW_CASES),
            *(*estimate, CHANCE, verdict),
            *((int(apart.draws), *split_columns(apart).values()) if is_by_draw else ()),
        )


def _apart(sums: Sequence[PackageSums], key: tuple[str, str]) -> BetweenDraws:
    """Return what differs between draws of the parameters, and what is chance."""
    values = np.array([each.changes[key].averted for each in sums])
    return between_draws(values, [each.seed for each in sums])


def _estimate(
    sums: Sequence[PackageSums], key: tuple[str, str], by_people: bool = False
) -> Estimate:
    """Return the mean of a quantity over seeds with its interval; of one seed that of its people"""
    changes = [each.changes[key] for each in sums]
    return ratio_of_sums(changes, [1.0] * len(changes), by_people or is_by_people(changes))


def _verdict(estimate: Estimate, changes: Sequence[Change]) -> str:
    """Return whether something is at least zero; seeds that all agree are never sure that not."""
    if len(changes) < FEWEST_SEEDS:
        return TOO_FEW
    if estimate.value >= 0:
        return HOLDS
    return FAILS if estimate.high < 0 and not is_by_people(changes) else WITHIN_CHANCE
