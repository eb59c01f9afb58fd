"""What the runs of a kept bank tell of the points between them, for a sensitivity analysis.

Nothing is simulated. The first wave is learnt from, whose points fill the whole ranges.
"""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from abm.evidence.register import register
from abm.experiments.calibration.bank import BankError, MadeWith, WaveFolder
from abm.experiments.calibration.fit import Regression, regress
from abm.experiments.calibration.recipe import Space, recipe
from abm.experiments.sweeps.design import Range
from abm.io.messages import InputError, did_you_mean
from abm.runs.keys import differences_of
from abm.scenario.scenario import Scenario

OPTION = "--from-bank"


@dataclass(frozen=True)
class EmulatedBank:
    """A regression of the fitted figures, learnt from runs all over the ranges of a bank."""

    space: Space
    outcomes: list[str]  # fitted entries of the register
    regression: Regression
    runs: int  # learnt from
    made_with: MadeWith
    digest: str

    @property
    def ranges(self) -> tuple[Range, ...]:
        """What the bank explored."""
        ends = zip(self.space.names, self.space.low, self.space.high, strict=True)
        return tuple(Range(name, float(low), float(high)) for name, low, high in ends)

    def refuse(self, asked: Scenario, ranges: Sequence[Range]) -> None:
        """Refuse a scenario and ranges that the bank does not hold with an InputError."""
        made, held = self.made_with, {own.name: own for own in self.ranges}
        sizes = {"population.size": made.population, "calendar.years": made.years}
        differences = sorted(differences_of(asked).items() - sizes.items(), key=str)
        for name, value in differences:
            if name not in held:
                holds = sizes.get(name, "the baseline")
                raise InputError(f"{OPTION}: the bank holds {holds}, not {name} = {value}")
        fixed = [Range(name, *[asked.parameters[name]] * 2) for name in held]
        for name, low, high in ((own.name, own.low, own.high) for own in (*fixed, *ranges)):
            if name not in held:
                hint = did_you_mean(name, held)
                raise InputError(f"{OPTION}: {name} is not varied in this bank{hint}")
            if not held[name].low <= low <= high <= held[name].high:
                within = f"{held[name].low:g} to {held[name].high:g}"
                raise InputError(f"{OPTION}: {name}: the bank holds {within}, not {low:g}:{high:g}")

    def figures(self, points: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
        """Return what the regression says of points, a column a figure.

        What is not varied has the value of the scenario.
        """
        fixed = {name: scenario.parameters[name] for name in self.space.names}
        values = pd.DataFrame(fixed, points.index).assign(**points)
        unit = self.space.unit(values.to_numpy(np.float64))
        return pd.DataFrame(self.regression(unit), points.index, self.outcomes)

    @property
    def quality(self) -> pd.DataFrame:
        """How well the regression knows each figure, in runs that were left out."""
        entries = register().entries
        return pd.DataFrame({
            "outcome": self.outcomes,
            "meaning": [entries[name].statement for name in self.outcomes],
            "runs": self.runs,
            "explained": self.regression.explained,
            "residual": np.diag(self.regression.covariance) ** 0.5,
        })  # fmt: skip

    @property
    def sentence(self) -> str:
        """What readers are to know of it."""
        explained, made = self.quality["explained"], self.made_with
        return (
            f"An emulator's answer, nothing was simulated: fitted to {self.runs:,} kept runs of "
            f"{made.population:,} people and {made.years} years (code {made.engine}); R2 in runs "
            f"left out {explained.min():.2f} to {explained.max():.2f}."
        )


def learn_from_bank(folder: Path) -> EmulatedBank:
    """Fit a regression to a bank of runs; a BankError or FitError if it cannot be used."""
    if importlib.util.find_spec("sklearn") is None:
        raise BankError('an emulator needs further libraries: pip install "nssi-abm[calibration]"')
    own = recipe()
    wave = WaveFolder(folder, own.waves[0].name, own.runs.part)
    read = wave.read()
    space = Space(read.names, own.runs.log_from)
    held = read.defined_as(read.made_with[0].definitions)
    outcomes = [name for name in register().fitted_figures() if name in held]
    figures = read.runs[outcomes].to_numpy(np.float64)
    known = np.isfinite(figures).all(axis=1)
    unit = space.unit(read.runs[space.names].to_numpy(np.float64))
    rows = np.arange(known.sum())
    regression = regress(unit[known], figures[known], np.ones(len(rows)), rows)
    return EmulatedBank(space, outcomes, regression, len(rows), read.made_with[0], wave.digest())
