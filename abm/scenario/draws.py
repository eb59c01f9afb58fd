"""Scenarios with parameters drawn from the posterior, so that bands show what is not known.

Seed s has draw k = (s - 1) // 2, so that every draw is run with two seeds. Which row of the
posterior is draw k follows from k alone, by even steps of the golden ratio through the weights:
more seeds extend what there is, the same seed has the same draw in every scenario, and nothing is
random.

The same is done with the priors of the fit instead: points spread evenly over them, all as likely.
What they give is what the equations alone say, before any figure was fitted.
"""

import functools
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.chance import Purpose, generator
from abm.io.messages import InputError, ScenarioError, shown
from abm.io.tables import checksum
from abm.parameters import parameters
from abm.scenario.posterior import FOLDER, TABLE, Posterior, PosteriorError, posterior

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario

CHANCE, POSTERIOR, PRIOR = "chance", "posterior", "prior"
KINDS = (CHANCE, POSTERIOR)
PRIOR_POINTS, PRIOR_SEED = 4096, 1
STEP = 0x9E3779B97F4A7C15  # the golden ratio 0.618..., as a share of 2**64
WHOLE, HALF = 2**64, 2**63
SEEDS_A_DRAW = 2


@dataclass(frozen=True, eq=False)
class Draws:
    """The posterior that seeds draw from, or points of the prior."""

    posterior: Posterior
    hash: str  # SHA-256 of its table; of the prior, of what it is
    kind: str = POSTERIOR

    @property
    def design(self) -> dict[str, Any]:
        """What enters the name of a run folder."""
        return {"uncertainty": self.kind, self.kind: self.hash}

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
            raise ScenarioError(f"draw {self.number(seed)} of the {self.kind}: {error}") from None

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


def prior_draws(folder: Path | None = None) -> Draws:
    """Return points of the priors of the fit that made a posterior, by default the package's.

    They are independent, each uniform over its range or over the logarithms of it, as the fit had
    it; so all lie where a scenario may have them.
    """
    fitted = posterior_draws(folder).posterior
    priors = fitted.about.get("priors")
    if not isinstance(priors, dict) or [*priors] != fitted.names:
        raise InputError(f"uncertainty: the posterior does not say its {PRIOR}")
    unit = generator(PRIOR_SEED, Purpose.DRAWS).random((PRIOR_POINTS, len(priors)))
    columns = [
        _within(low, high, spread, share)
        for (low, high, spread), share in zip(priors.values(), unit.T, strict=True)
    ]
    weights = np.full(PRIOR_POINTS, 1.0 / PRIOR_POINTS)
    content = json.dumps([priors, PRIOR_POINTS, PRIOR_SEED])
    points = Posterior(fitted.names, np.column_stack(columns), weights, fitted.about)
    return Draws(points, hashlib.sha256(content.encode()).hexdigest(), PRIOR)


def _within(low: float, high: float, spread: str, share: np.ndarray) -> np.ndarray:
    """Return the values at shares of a prior, which is uniform or log-uniform."""
    if spread == "log-uniform":
        return np.asarray(np.clip(low * (high / low) ** share, low, high))
    return np.asarray(low + (high - low) * share)


def chosen_draws(uncertainty: str, kinds: Sequence[str] = KINDS) -> Draws | None:
    """Return what seeds draw their parameters from; None where parameters stay as they are.

    `kinds` are those that are known where it is asked for.
    """
    if uncertainty not in kinds:
        expected = f"{', '.join(kinds[:-1])} or {kinds[-1]}"
        raise InputError(f"uncertainty: expected {expected}, not {shown(uncertainty)}")
    if uncertainty == CHANCE:
        return None
    return posterior_draws() if uncertainty == POSTERIOR else prior_draws()


def pair_of(seed: int) -> int:
    """Return the pair of runs of a seed: 1 and 2 share the first draw; 0, of pair -1, is alone."""
    return (int(seed) - 1) // SEEDS_A_DRAW
