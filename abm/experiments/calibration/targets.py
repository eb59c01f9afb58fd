"""What a fit aims at: the fitted entries of the register, each on its natural scale.

Percentages are looked at as log-odds, what is positive as a logarithm, correlations as Fisher's z:
there sampling errors are near to normal and alike. An accepted interval is read as one of 95 %.
Entries that no normal error fits (an age group, a one-sided bound) are checked, not fitted.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from abm.evidence.quantities import accepted_range
from abm.evidence.quantities import quantities as declared_quantities
from abm.evidence.register import Study, bounds_of, register
from abm.evidence.statistics import STATISTICS
from abm.experiments.calibration.bank_statistics import BankStatistic
from abm.io.declarations import DeclarationError
from abm.io.messages import did_you_mean

STEPS = ("mode", "modal_group")  # statistics that jump from one whole number to another
HALF_OF_95 = 1.959963984540054
LEAST_PERCENT = 0.05  # below, and as far from 100, log-odds say nothing of 2,000 people
LEAST_SHARE = 0.02  # of the accepted lower end: below, a logarithm says nothing
MOST_CORRELATED = 0.99
NOTHING: Mapping[str, str] = MappingProxyType({})
ASKED = ("table", "statistic", "of", "by", "given", "where")
"""Studies that differ in none of these differ at most in whom they ask."""

ScaleKind = Literal["log-odds", "logarithm", "Fisher's z", "as it is"]
Map = Callable[[np.ndarray], np.ndarray]


def _log_odds(percent: np.ndarray) -> np.ndarray:
    share = np.clip(percent, LEAST_PERCENT, 100.0 - LEAST_PERCENT) / 100.0
    return np.log(share / (1.0 - share))


SCALES: Mapping[ScaleKind, tuple[Map, Map]] = {
    "log-odds": (_log_odds, lambda log_odds: 100.0 / (1.0 + np.exp(-log_odds))),
    "logarithm": (np.log, np.exp),
    "Fisher's z": (lambda r: np.arctanh(np.clip(r, -MOST_CORRELATED, MOST_CORRELATED)), np.tanh),
    "as it is": (np.asarray, np.asarray),
}
"""Monotone maps to each natural scale and back."""


@dataclass(frozen=True)
class Scale:
    """A natural scale; what lies beyond its ends is taken as the end."""

    kind: ScaleKind
    least: float = -math.inf  # smallest number looked at

    def to(self, values: np.ndarray | float) -> np.ndarray:
        """Return numbers on this scale; NaN stays."""
        given = np.asarray(values, np.float64)
        return np.asarray(SCALES[self.kind][0](np.maximum(given, self.least)))

    def back(self, values: np.ndarray | float) -> np.ndarray:
        """Return numbers of this scale as they are reported."""
        return np.asarray(SCALES[self.kind][1](np.asarray(values, np.float64)))


def scale_of(study: Study, low: float) -> Scale:
    """Return the natural scale of a study's statistic; `low` is the least that is accepted."""
    if study.statistic == "percentage":
        return Scale("log-odds")
    if study.statistic in ("correlation", "rank_correlation") and not study.than:
        return Scale("Fisher's z")
    positive = STATISTICS[study.statistic].bounds == (0.0, math.inf)
    counted = study.statistic in ("mean", "median")
    if (positive or counted) and low > 0 and math.isfinite(low) and not study.than:
        return Scale("logarithm", LEAST_SHARE * low)
    return Scale("as it is")


@dataclass(frozen=True)
class Target:
    """A fitted statistic: what was observed, on the natural scale."""

    name: str  # of the statistic
    scale: Scale
    low: float  # what is accepted, as reported
    high: float

    @property
    def centre(self) -> float:
        """What was observed: the middle of what is accepted, on the natural scale."""
        return float(self.scale.to(self.low) + self.scale.to(self.high)) / 2

    @property
    def half_width(self) -> float:
        """Half of what is accepted, on the natural scale."""
        return float(self.scale.to(self.high) - self.scale.to(self.low)) / 2

    @property
    def spread(self) -> float:
        """Standard error of the observation: the accepted interval is taken as one of 95 %.

        Of a quantity that is where another study would lie, so the spread between studies is in it.
        """
        return self.half_width / HALF_OF_95

    @property
    def unit(self) -> float:
        """What stands for all of the figure: 1 on log-odds, logarithms and Fisher's z."""
        return max(abs(self.centre), self.half_width) if self.scale.kind == "as it is" else 1.0


@dataclass(frozen=True)
class Targets:
    """What is fitted, and the fitted entries that can only be checked."""

    fitted: tuple[Target, ...]  # in the register's order
    checked: Mapping[str, str]  # by name of a statistic: why it is not part of the fit

    @property
    def names(self) -> list[str]:
        """Names of what is fitted."""
        return [target.name for target in self.fitted]

    def without(self, left_out: Mapping[str, str]) -> "Targets":
        """Return the targets with some only checked, each for a reason."""
        kept = tuple(target for target in self.fitted if target.name not in left_out)
        return Targets(kept, {**self.checked, **left_out})


def targets_of(
    statistics: Mapping[str, BankStatistic],
    quantities: Mapping[str, str] = NOTHING,
    only_checked: Mapping[str, str] = NOTHING,
) -> Targets:
    """Return the targets among the statistics: those of entries that are fitted, and of quantities.

    `quantities` names, by statistic, the quantity whose published estimates together it is held
    against; `only_checked` why one is left out of the fit. A DeclarationError if a statistic or a
    quantity is not there.
    """
    accepted = _accepted_of(statistics, quantities)
    for name in only_checked:
        _demand(name, statistics, "checked")
    fitted: list[Target] = []
    checked: dict[str, str] = {}
    for statistic in statistics.values():
        if statistic.entry.use != "fitted" and statistic.name not in accepted:
            continue
        own = bounds_of(statistic.entry, statistic.study)
        low, high = accepted.get(statistic.name, own)
        same = [
            target.name for target in fitted if _asks_the_same(statistic, statistics[target.name])
        ]
        if statistic.study.statistic in STEPS:
            checked[statistic.name] = "steps from one whole number to another"
        elif not (math.isfinite(low) and math.isfinite(high)):
            checked[statistic.name] = "only one side is bounded"
        elif same:
            checked[statistic.name] = f"counts with {same[0]}, which asks the same"
        else:
            scale = scale_of(statistic.study, low)
            fitted.append(Target(statistic.name, scale, low, high))
    return Targets(tuple(fitted), checked).without(only_checked)


def _demand(name: str, among: Mapping[str, object], part: str) -> None:
    if name not in among:
        raise DeclarationError(f"recipe.toml: {part}: no {name}{did_you_mean(name, among)}")


def _accepted_of(
    statistics: Mapping[str, BankStatistic], quantities: Mapping[str, str]
) -> dict[str, tuple[float, float]]:
    """Return what is accepted of quantities, by the statistic that is held against each."""
    known = declared_quantities() if quantities else {}
    accepted = {}
    for name, quantity in quantities.items():
        _demand(name, statistics, "quantities")
        _demand(quantity, known, "quantities")
        own = statistics[name].entry.id
        if not any(
            member.entry == own and member.compares is None and member.over is None
            for member in known[quantity].members
        ):
            raise DeclarationError(f"recipe.toml: quantities: {name} measures no {quantity}")
        pooled = accepted_range(known[quantity], register().entries)
        accepted[name] = pooled.low, pooled.high
    return accepted


def _asks_the_same(one: BankStatistic, other: BankStatistic) -> bool:
    """Return whether two entries count as one and differ at most in whom they ask."""
    together = {one.entry.counts_with or one.entry.id, other.entry.counts_with or other.entry.id}
    alike = all(getattr(one.study, name) == getattr(other.study, name) for name in ASKED)
    return len(together) == 1 and one.entry.id != other.entry.id and alike
