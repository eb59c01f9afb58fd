"""An ablation: its mechanisms, its design, and the table of what each mechanism does."""

import functools
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Self

import numpy as np
import pandas as pd
from pydantic import model_validator

from abm.experiments.ablation.outcomes import ABLATION_OUTCOMES
from abm.experiments.sweeps.design import Design
from abm.io.declarations import Declared, Text, named, read_declarations
from abm.io.messages import InputError, find
from abm.parameters import find_declared
from abm.runs.result_store import DONE
from abm.scenario.scenario import Scenario
from abm.studies.intervals import UNBOUNDED, between_seeds, quotient

FILE = Path(__file__).with_name("mechanisms.toml")
BOUNDS = {"%": (-100.0, np.inf), "points": UNBOUNDED, "years": UNBOUNDED, "r": UNBOUNDED}
"""What a change can be, by its unit."""
WHOLE = 1  # the point at which nothing is switched off
COLUMNS = (
    *("mechanism", "outcome", "seeds", "whole", "without", "change", "low", "high", "unit"),
    *("least", "least_unit", "at_work"),
)


class Least(Declared):
    """How far an outcome has to move, at least, when the mechanism is off."""

    outcome: Text
    change: float  # below zero: it has to fall by so much; zero: it must not rise
    unit: Literal["points", "%", "% either way"]

    def holds(self, change: float) -> bool:
        """Return whether a change is as large as this."""
        if self.unit == "% either way":
            return abs(change) >= self.change
        return change <= self.change


class Mechanism(Declared):
    """A part of the model, and how it is switched off."""

    name: Text
    title: Text
    section: str = ""  # of Martin (2022); empty where the paper does not name it
    off: dict[str, float | str]  # values of parameters and switches that take it away
    least: tuple[Least, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name in self.off:
            find_declared(name)
        for least in self.least:
            if least.outcome not in ABLATION_OUTCOMES:
                raise ValueError(f"least: there is no outcome {least.outcome}")
        return self


@functools.cache
def mechanisms() -> Mapping[str, Mechanism]:
    """Return what can be switched off, by name: what the paper names first."""
    text = FILE.read_text(encoding="utf-8")
    return MappingProxyType(read_declarations(dict[str, Mechanism], text, FILE.name, named))


def chosen_mechanisms(scenario: Scenario, names: str | None = None) -> list[Mechanism]:
    """Return the mechanisms that a scenario has, or those of them that are named, in their order.

    `names` are separated by commas, in capitals or not. An InputError names the nearest mechanism,
    or says that one is off in the scenario already.
    """
    known, values = mechanisms(), {**scenario.parameters, **scenario.switches}
    here = [one for one in known.values() if not one.off.items() <= values.items()]
    if names is None:
        return here
    wanted = [find(name.lower(), known, "mechanism") for name in split_names(names)]
    for mechanism in wanted:
        if mechanism not in here:
            raise InputError(f"--only: {mechanism.name} is off in {scenario.name} already")
    if not wanted:
        raise InputError(f"--only: expected some of {', '.join(known)}")
    return [mechanism for mechanism in here if mechanism in wanted]


def split_names(names: str) -> list[str]:
    """Return names that stand between commas."""
    return list(filter(None, map(str.strip, names.split(","))))


def ablation_design(scenario: Scenario, chosen: Sequence[Mechanism]) -> Design:
    """Return a design whose first point is the scenario as it is, then one a mechanism."""
    names = dict.fromkeys(name for mechanism in chosen for name in mechanism.off)
    values = {**scenario.parameters, **scenario.switches}
    whole = {name: values[name] for name in names}
    points = pd.DataFrame([whole, *({**whole, **mechanism.off} for mechanism in chosen)])
    return Design("ablation", points, {"mechanisms": [mechanism.name for mechanism in chosen]})


def ablation_table(runs: pd.DataFrame, chosen: Sequence[Mechanism]) -> pd.DataFrame:
    """Return one row a mechanism and outcome, in the columns `COLUMNS`.

    `runs` are those of `ablation_design`, a row a point and seed with a column an outcome. Runs are
    paired by seed; `whole`, `without` and `change` are means over pairs, `low` and `high` the ends
    of Student's t interval between them (95 %), NaN with one seed. The unit of a change is points
    (of 100 people or acts), %, years or r.
    `at_work` says of a least change whether both ends of the interval reach it.
    """
    done = runs[runs["status"] == DONE].set_index("seed")
    whole = done[done["point"] == WHOLE]
    rows = []
    for point, mechanism in enumerate(chosen, WHOLE + 1):
        without = done[done["point"] == point]
        seeds = whole.index.intersection(without.index)
        for name in ABLATION_OUTCOMES:
            pair = (frame.loc[seeds, name].to_numpy(float) for frame in (whole, without))
            rows.append((mechanism.name, name, *_row(mechanism, name, *pair)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(
    mechanism: Mechanism, name: str, whole: np.ndarray, without: np.ndarray
) -> tuple[object, ...]:
    """Return what stands in a row after mechanism and outcome."""
    outcome = ABLATION_OUTCOMES[name]
    change, _, low, high = between_seeds(outcome.change(whole, without), BOUNDS[outcome.unit])
    means = [float(values.mean()) if len(values) else math.nan for values in (whole, without)]
    known = (len(whole), *means, change, low, high, outcome.unit)
    least = next((one for one in mechanism.least if one.outcome == name), None)
    if least is None:
        return (*known, math.nan, "", "")
    is_in_its_unit = least.unit == "points" or outcome.unit == "%"
    in_unit = 1.0 if is_in_its_unit else quotient(1.0, means[0])  # points of a share as % of it
    ends = (low * in_unit, high * in_unit)
    return (*known, least.change, least.unit, _verdict(least, ends))


def _verdict(least: Least, ends: Sequence[float]) -> str:
    """Return whether a least change is reached at both ends of an interval, or at neither.

    It is not known where only one end reaches it, and without an interval.
    """
    held = {least.holds(end) for end in ends}
    if any(map(math.isnan, ends)) or len(held) > 1 or _spans_zero(least, ends):
        return "not known"
    return "yes" if held == {True} else "no"


def _spans_zero(least: Least, ends: Sequence[float]) -> bool:
    """Return whether both ends are large enough, but on different sides."""
    return least.holds(ends[0]) and min(ends) < 0.0 < max(ends)
