"""Scenarios with parameters drawn from the posterior, so that bands show what is not known.

Seed s has draw k = (s - 1) // 2, so that every draw is run with two seeds. Which row of the
posterior is draw k follows from k alone, by even steps of the golden ratio through the weights:
more seeds extend what there is, the same seed has the same draw in every scenario, and nothing is
random.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.io.messages import InputError, ScenarioError, shown
from abm.io.tables import checksum
from abm.parameters import parameters
from abm.scenario.posterior import FOLDER, TABLE, Posterior, PosteriorError, posterior

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario

CHANCE, POSTERIOR = "chance", "posterior"
KINDS = (CHANCE, POSTERIOR)
STEP = 0x9E3779B97F4A7C15  # the golden ratio 0.618..., as a share of 2**64
WHOLE, HALF = 2**64, 2**63
SEEDS_A_DRAW = 2


@dataclass(frozen=True, eq=False)
class Draws:
    """The posterior that seeds draw from."""

    posterior: Posterior
    hash: str  # SHA-256 of its table

    @property
    def design(self) -> dict[str, Any]:
        """What enters the name of a run folder."""
        return {"uncertainty": POSTERIOR, "posterior": self.hash}

    def number(self, seed: int) -> int:
        """Return the draw of a seed, counted from 1 as in the column `draw` of the table."""
        cumulated = np.cumsum(self.posterior.weights)
        share = place_of(pair_of(seed)) * cumulated[-1]
        last = np.flatnonzero(self.posterior.weights)[-1]  # rounding must not lead beyond it
        return int(min(np.searchsorted(cumulated, share, side="right"), last)) + 1

    def drawn(self, scenario: "Scenario", seed: int) -> "Scenario":
        """Return the scenario that is run with a seed; one that cannot have the values is refused.

        Parameters, drawn or not, that the scenario changes from their defaults stay as they are.
        """
        values = self.posterior.at(self.number(seed) - 1)
        kept = {
            name: value
            for name, value in values.items()
            if scenario.parameters[name] == parameters()[name].default
        }
        try:
            return scenario.with_parameters(**kept)
        except ScenarioError as error:
            raise ScenarioError(f"draw {self.number(seed)} of the posterior: {error}") from None

    def check(self, scenarios: "Iterable[Scenario]", seeds: Iterable[int]) -> None:
        """Refuse seeds whose draws a scenario cannot have, before anything is run."""
        one_of_each = {self.number(seed): seed for seed in seeds}
        for scenario in scenarios:
            for seed in one_of_each.values():
                self.drawn(scenario, seed)

    def describe(self, seeds: Iterable[int]) -> dict[str, Any]:
        """Return what a run.json says: draws by seed, and the values of these draws."""
        numbers = {str(seed): self.number(seed) for seed in seeds}
        drawn = sorted({*numbers.values()})
        values = {str(number): self.posterior.at(number - 1) for number in drawn}
        return {"draws": numbers, "values_of_draws": values}


def place_of(pair: int) -> float:
    """Return where a pair of seeds looks into the cumulated weights, from 0 to 1.

    It is the fractional part of 0.5 + pair x 0.618..., exact for seeds of any size.
    """
    return float((HALF + pair * STEP) % WHOLE) / WHOLE


def drawn(scenario: "Scenario", seed: int, folder: Path | None = None) -> "Scenario":
    """Return the scenario that is run with a seed under the posterior: see `Draws.drawn`."""
    return posterior_draws(folder).drawn(scenario, seed)


def posterior_draws(folder: Path | None = None) -> Draws:
    """Return the posterior that seeds draw from, by default the package's."""
    folder = FOLDER if folder is None else folder
    if not (folder / TABLE).exists():
        raise InputError(
            "uncertainty: no posterior has been fitted yet; `nssi calibrate` fits one, and "
            f"uncertainty {CHANCE!r} needs none"
        )
    return _draws(folder, checksum(folder / TABLE))


@functools.lru_cache(maxsize=8)
def _draws(folder: Path, hash_: str) -> Draws:
    try:
        return Draws(posterior(folder), hash_)
    except PosteriorError as error:
        raise InputError(f"uncertainty: {error}") from None


def chosen_draws(uncertainty: str) -> Draws | None:
    """Return the posterior that seeds draw from; None where parameters stay as they are."""
    if uncertainty not in KINDS:
        raise InputError(f"uncertainty: expected {CHANCE} or {POSTERIOR}, not {shown(uncertainty)}")
    return posterior_draws() if uncertainty == POSTERIOR else None


def pair_of(seed: int) -> int:
    """Return the pair of runs of a seed: 1 and 2 share the first draw; 0, of pair -1, is alone."""
    return (int(seed) - 1) // SEEDS_A_DRAW
