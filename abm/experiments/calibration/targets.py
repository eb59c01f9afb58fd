"""What a fit aims at: the fitted entries of the register, each on its natural scale.

Percentages are looked at as log-odds, what is positive as a logarithm, correlations as Fisher's z:
there sampling errors are near to normal and alike. An accepted interval is read as one of 95 %.
Entries that no normal error fits (an age group, a one-sided bound) are checked, not fitted.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from abm.evidence.register import Study, bounds_of
from abm.evidence.statistics import STATISTICS
from abm.experiments.calibration.bank_statistics import Statistic

Kind = Literal["log-odds", "logarithm", "Fisher's z", "as it is"]
STEPS = ("mode", "modal_group")  # statistics that jump from one whole number to another
HALF_OF_95 = 1.959963984540054
LEAST_PERCENT = 0.05  # below, and as far from 100, log-odds say nothing of 2,000 people
LEAST_SHARE = 0.02  # of the accepted lower end: below, a logarithm says nothing
LARGEST_CORRELATION = 0.99


@dataclass(frozen=True)
class Scale:
    """A natural scale: a monotone map; what lies beyond its ends is taken as the end.

    Parameters
    ----------
    kind
        Which.
    least
        Smallest number looked at, of logarithms.
    """

    kind: Kind
    least: float = 0.0

    def to(self, values: np.ndarray | float) -> np.ndarray:
        """Return numbers on this scale; NaN stays."""
        given = np.asarray(values, np.float64)
        if self.kind == "log-odds":
            share = np.clip(given, LEAST_PERCENT, 100.0 - LEAST_PERCENT) / 100.0
            return np.asarray(np.log(share / (1.0 - share)))
        if self.kind == "logarithm":
            return np.asarray(np.log(np.maximum(given, self.least)))
        if self.kind == "Fisher's z":
            return np.asarray(np.arctanh(np.clip(given, -LARGEST_CORRELATION, LARGEST_CORRELATION)))
        return given

    def back(self, values: np.ndarray | float) -> np.ndarray:
        """Return numbers of this scale as they are reported."""
        given = np.asarray(values, np.float64)
        if self.kind == "log-odds":
            return np.asarray(100.0 / (1.0 + np.exp(-given)))
        if self.kind == "logarithm":
            return np.asarray(np.exp(given))
        if self.kind == "Fisher's z":
            return np.asarray(np.tanh(given))
        return given


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
    """A fitted statistic: what was observed, on the natural scale.

    Parameters
    ----------
    name
        Of the statistic.
    scale
        Its natural scale.
    low, high
        What is accepted, as reported.
    """

    name: str
    scale: Scale
    low: float
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
        """Standard error of the observation: the accepted interval is taken as one of 95 %."""
        return self.half_width / HALF_OF_95


@dataclass(frozen=True)
class Targets:
    """What is fitted, and the fitted entries that can only be checked.

    Parameters
    ----------
    fitted
        In the register's order.
    checked
        By name of a statistic: why it is not part of the fit.
    """

    fitted: tuple[Target, ...]
    checked: Mapping[str, str]

    @property
    def names(self) -> list[str]:
        """Names of what is fitted."""
        return [target.name for target in self.fitted]

    def without(self, left_out: Mapping[str, str]) -> "Targets":
        """Return the targets with some only checked, each for a reason."""
        kept = tuple(target for target in self.fitted if target.name not in left_out)
        return Targets(kept, {**self.checked, **left_out})


def targets_of(statistics: Mapping[str, Statistic]) -> Targets:
    """Return the targets among the statistics: those of entries that are fitted."""
    fitted: list[Target] = []
    checked: dict[str, str] = {}
    asked: list[tuple[Statistic, str]] = []
    for each in statistics.values():
        if each.entry.use != "fitted":
            continue
        low, high = bounds_of(each.entry, each.study)
        same = [name for other, name in asked if _asks_the_same(each, other)]
        if each.study.statistic in STEPS:
            checked[each.name] = "steps from one whole number to another"
        elif not (math.isfinite(low) and math.isfinite(high)):
            checked[each.name] = "only one side is bounded"
        elif same:
            checked[each.name] = f"counts with {same[0]}, which asks the same"
        else:
            fitted.append(Target(each.name, scale_of(each.study, low), low, high))
            asked.append((each, each.name))
    return Targets(tuple(fitted), checked)


def _asks_the_same(one: Statistic, other: Statistic) -> bool:
    """Return whether two entries count as one and differ at most in whom they ask."""
    together = {one.entry.counts_with or one.entry.id, other.entry.counts_with or other.entry.id}
    asked = ("table", "statistic", "of", "by", "given", "where")
    alike = all(getattr(one.study, name) == getattr(other.study, name) for name in asked)
    return len(together) == 1 and one.entry.id != other.entry.id and alike


def matrix(targets: Sequence[Target], columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return statistics on their natural scales, shape (runs, targets)."""
    return np.column_stack([target.scale.to(columns[target.name]) for target in targets])
