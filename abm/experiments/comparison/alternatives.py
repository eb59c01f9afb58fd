"""Alternatives against each other: every pair person by person, the frontier, and how sure.

Effects are what is averted against the first scenario; costs are those beyond it, with what is
saved set against them, as its [economics] say. Both are sums of a run. Every table is made of the
same two joint estimates: of numbers as they are counted, and discounted.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.experiments.comparison.cost_effectiveness import acceptability, frontier, normal_draws
from abm.experiments.comparison.groups import person_years
from abm.experiments.comparison.joint import JointEstimate, joint_of_draws, joint_of_seeds
from abm.experiments.comparison.pairing import OUTCOMES
from abm.experiments.comparison.person_outcomes import PersonOutcomes
from abm.scenario.intervention_library import are_events

if TYPE_CHECKING:
    import pandas as pd

    from abm.scenario.scenario import Scenario

QUALYS = "qalys"
CHANCE, BOTH = "chance", "chance and parameters"
OF_PEOPLE = (*(outcome.field for outcome in OUTCOMES), "care_years", "therapies")
"""What is counted person by person."""
SAVED, SPENT = -2, -1  # what follows: money that care costs less, and that interventions cost more
NUMBERS = len(OF_PEOPLE) + 2
PRICES = {
    "reported_hospital": "price_presentation",
    "care_years": "price_year_in_care",
    "therapies": "price_therapy",
}
WEIGHTS = {
    "active_years": "weight_year",
    "reported_hospital": "weight_presentation",
    "care_years": "weight_year_in_care",
}
STEPS_OF_THRESHOLDS = 20
PAIR_COLUMNS = (
    *("scenario", "against", "outcome", "seeds", "averted", "low", "high", "uncertainty"),
    *("p_better", "seeds_better", "per_100k", "per_100k_low", "per_100k_high"),
    *("added_cost", "added_cost_low", "added_cost_high", "cost_per_averted"),
)
FRONTIER_COLUMNS = (
    *("outcome", "scenario", "averted", "averted_low", "averted_high"),
    *("cost", "cost_low", "cost_high", "standing", "before"),
    *("added_averted", "added_cost", "cost_per_averted"),
)
ACCEPTABILITY_COLUMNS = (
    *("outcome", "willingness_to_pay", "scenario", "p_best", "is_best", "expected_loss"),
)


@dataclass(frozen=True)
class SeedOfAll:
    """What one seed says about all scenarios: how much less there is than in the first one.

    Numbers stand by scenario, then by `OF_PEOPLE`; then comes what is saved (discounted only), and
    last by how much interventions cost more.
    """

    seed: int
    counted: np.ndarray  # shape (scenarios * NUMBERS,)
    discounted: np.ndarray
    products: np.ndarray  # sums over persons of products of what changed, the same shape twice
    factors: np.ndarray  # by which discounting lessens a number of the first scenario
    person_years: float


def seed_of_all(
    scenarios: "Sequence[Scenario]", outcomes: Sequence[PersonOutcomes], seed: int
) -> SeedOfAll:
    """Return what one seed says, from the people of all scenarios, who are the same."""
    base, economics = outcomes[0], scenarios[0].economics
    size = len(scenarios) * NUMBERS
    changed = _whoever_changed(outcomes)
    changes = np.zeros((len(changed), size))
    counted, discounted = np.zeros(size), np.zeros(size)
    of_effects, of_costs = (
        {name: discount_factor(base, name, rate) for name in OF_PEOPLE}
        for rate in (economics.discount_effects, economics.discount_costs)
    )
    for number, other in enumerate(outcomes):
        own = slice(number * NUMBERS, (number + 1) * NUMBERS)
        for column, name in enumerate(OF_PEOPLE, own.start):
            fewer = base.people[name].astype(np.float64) - other.people[name]
            changes[:, column], counted[column] = fewer[changed], fewer.sum()
            discounted[column] = _fewer(base, other, name, economics.discount_effects)
            if name in PRICES:
                price = getattr(economics, PRICES[name])
                changes[:, own][:, SAVED] += price * of_costs[name] * fewer[changed]
                discounted[own][SAVED] += price * _fewer(
                    base, other, name, economics.discount_costs
                )
        counted[own][SPENT] = other.cost - base.cost
        discounted[own][SPENT] = discounted_cost(other, economics.discount_costs)
        discounted[own][SPENT] -= discounted_cost(base, economics.discount_costs)
    factors = np.tile([*of_effects.values(), 1.0, 1.0], len(scenarios))
    years = float(person_years(base.people["year_group"], scenarios[0]).sum())
    return SeedOfAll(seed, counted, discounted, changes.T @ changes, factors, years)


def _fewer(base: PersonOutcomes, other: PersonOutcomes, name: str, rate: float) -> float:
    """Return how much less of something there is in another run, discounted.

    Courses of therapy begun before the reported years are among those of both, so they have one
    factor.
    """
    ours, theirs = (float(one.people[name].sum(dtype=np.int64)) for one in (base, other))
    factor = discount_factor(base, name, rate)
    if name == "therapies":
        return factor * (ours - theirs)
    return factor * ours - discount_factor(other, name, rate) * theirs


def _whoever_changed(outcomes: Sequence[PersonOutcomes]) -> np.ndarray:
    """Return the rows of people who are not alike in all scenarios."""
    base, *others = (one.people for one in outcomes)
    differs = np.zeros(len(base), np.bool_)
    for people in others:
        for name in OF_PEOPLE:
            differs |= people[name] != base[name]
    return np.flatnonzero(differs)


def discount_factor(outcomes: PersonOutcomes, name: str, rate: float) -> float:
    """Return what a number of a run is worth in its first year, over what it is undiscounted.

    Courses of therapy are spread over the years as is care; what never happens, evenly.
    """
    counts = outcomes.years["care_years" if name == "therapies" else name].astype(np.float64)
    if not len(counts):
        return 1.0
    counts = counts if counts.sum() > 0 else np.ones(len(counts))
    return float(counts @ _worth(rate, len(counts)) / counts.sum())


def discounted_cost(outcomes: PersonOutcomes, rate: float) -> float:
    """Return what all interventions cost, in money of the first year."""
    return math.fsum(
        math.fsum(np.array(own.cost_by_year) * _worth(rate, len(own.cost_by_year)))
        if own.cost_by_year
        else own.cost
        for own in outcomes.reached
    )


def _worth(rate: float, years: int) -> np.ndarray:
    worth: np.ndarray = (1.0 + rate) ** -np.arange(years)
    return worth


class Alternatives:
    """The tables of all scenarios against each other, from all seeds that have all of them."""

    def __init__(
        self, scenarios: "Sequence[Scenario]", seeds: Sequence[SeedOfAll], is_by_draw: bool = False
    ) -> None:
        self.scenarios, self.seeds = tuple(scenarios), tuple(seeds)
        self.economics = scenarios[0].economics
        if not seeds:
            return
        self.values = np.array([one.counted for one in seeds])
        products = np.array([one.products for one in seeds])
        self.counted = self._joint(self.values, products, is_by_draw)
        factors = np.array([np.outer(one.factors, one.factors) for one in seeds])
        discounted = np.array([one.discounted for one in seeds])
        self.discounted = self._joint(discounted, products * factors, is_by_draw)
        self.uncertainty = BOTH if self.counted.draws > 1 else CHANCE
        years = float(np.mean([one.person_years for one in seeds]))
        self.per_100k = 1e5 * scenarios[0].calendar.years / years if years > 0 else math.nan

    def _joint(self, values: np.ndarray, products: np.ndarray, is_by_draw: bool) -> JointEstimate:
        drawn = joint_of_draws(values, [one.seed for one in self.seeds]) if is_by_draw else None
        return joint_of_seeds(values, products) if drawn is None else drawn

    @property
    def outcomes(self) -> dict[str, dict[str, float]]:
        """Return every outcome by name: how much one of each of `OF_PEOPLE` counts."""
        single = {outcome.name: {outcome.field: 1.0} for outcome in OUTCOMES}
        if not self.economics.has_weights:
            return single
        weights = {name: getattr(self.economics, key) for name, key in WEIGHTS.items()}
        return single | {QUALYS: weights}

    def pairs(self) -> "pd.DataFrame":
        """Return one row a pair of scenarios and outcome, the later one against the earlier."""
        import pandas as pd

        rows = list(self._pair_rows()) if self.seeds else []
        return pd.DataFrame(rows, columns=list(PAIR_COLUMNS))

    def _pair_rows(self) -> Iterator[dict[str, Any]]:
        for earlier, later in combinations(range(len(self.scenarios)), 2):
            cost = self.discounted.judge(self._cost(later) - self._cost(earlier))
            for outcome, parts in self.outcomes.items():
                weights = self._effect(parts, later) - self._effect(parts, earlier)
                joint = self.discounted if outcome == QUALYS else self.counted
                averted = joint.judge(weights)
                worth = float(weights @ self.discounted.mean)
                scaled = (self.per_100k * number for number in averted[:3])
                yield {
                    "scenario": self.scenarios[later].name,
                    "against": self.scenarios[earlier].name,
                    "outcome": outcome,
                    "seeds": joint.runs,
                    **dict(zip(("averted", "low", "high"), averted, strict=False)),
                    "uncertainty": self.uncertainty,
                    "p_better": averted.above_zero,
                    "seeds_better": float((self.values @ weights > 0).mean()),
                    **dict(zip(PAIR_COLUMNS[10:13], scaled, strict=True)),
                    **dict(zip(PAIR_COLUMNS[13:16], cost, strict=False)),
                    "cost_per_averted": cost.value / worth if averted.low > 0 else math.nan,
                }

    def _effect(self, parts: Mapping[str, float], scenario: int) -> np.ndarray:
        """Return the weights that give what a scenario averts."""
        weights = np.zeros((len(self.scenarios), NUMBERS))
        for name, weight in parts.items():
            weights[scenario, OF_PEOPLE.index(name)] = weight
        return weights.ravel()

    def _cost(self, scenario: int) -> np.ndarray:
        """Return the weights that give what a scenario costs more, what is saved set against it."""
        weights = np.zeros((len(self.scenarios), NUMBERS))
        weights[scenario, [SAVED, SPENT]] = -1.0, 1.0
        return weights.ravel()

    @property
    def offered(self) -> list[int]:
        """Return the scenarios that can be chosen: the first one, and others but for events."""
        known = self.scenarios[0].interventions
        return [
            number
            for number, scenario in enumerate(self.scenarios)
            if not number
            or not are_events([own.kind for own in scenario.interventions if own not in known])
        ]

    def frontier(self) -> "pd.DataFrame":
        """Return one row an outcome and scenario that can be chosen: whether it is efficient."""
        import pandas as pd

        rows = list(self._frontier_rows()) if self.seeds else []
        return pd.DataFrame(rows, columns=list(FRONTIER_COLUMNS))

    def _frontier_rows(self) -> Iterator[tuple[object, ...]]:
        chosen = self.offered
        names = [self.scenarios[number].name for number in chosen]
        costs = [self.discounted.judge(self._cost(number)) for number in chosen]
        for outcome, parts in self.outcomes.items():
            weights = [self._effect(parts, number) for number in chosen]
            judged = [self.discounted.judge(own) for own in weights]
            effects = np.array([own.value for own in judged])
            efficient = frontier(effects, np.array([cost.value for cost in costs]))
            for row, name in enumerate(names):
                before = names[efficient.before[row]] if efficient.before[row] >= 0 else ""
                yield (
                    *(outcome, name, *judged[row][:3], *costs[row][:3]),
                    *(efficient.standing[row], before, float(efficient.added_effect[row])),
                    *(float(efficient.added_cost[row]), float(efficient.ratio[row])),
                )

    def acceptability(self) -> "pd.DataFrame":
        """Return how sure the choice is: one row an outcome, willingness to pay and scenario."""
        import pandas as pd

        rows = list(self._acceptability_rows()) if self.seeds else []
        return pd.DataFrame(rows, columns=list(ACCEPTABILITY_COLUMNS))

    def _acceptability_rows(self) -> Iterator[tuple[object, ...]]:
        chosen = self.offered
        names = [self.scenarios[number].name for number in chosen]
        costs = np.array([self._cost(number) for number in chosen])
        for outcome, parts in self.outcomes.items():
            effects = np.array([self._effect(parts, number) for number in chosen])
            drawn = self._draws(np.concatenate([effects, costs]))
            thresholds = thresholds_for(
                effects @ self.discounted.mean, costs @ self.discounted.mean
            )
            surety = acceptability(drawn[:, : len(names)], drawn[:, len(names) :], thresholds)
            for row, threshold in enumerate(thresholds.tolist()):
                for column, name in enumerate(names):
                    yield (
                        *(outcome, threshold, name, float(surety.probability[row, column])),
                        *(
                            bool(surety.best[row] == column),
                            float(surety.expected_loss[row, column]),
                        ),
                    )

    def _draws(self, weights: np.ndarray) -> np.ndarray:
        """Return draws of what sums of the numbers may be, shape (draws, sums)."""
        mean, covariance = weights @ self.discounted.mean, self.discounted.covariance
        return normal_draws(mean, weights @ covariance @ weights.T)


def thresholds_for(effects: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """Return amounts that one may be willing to pay for an effect, evenly from 0.

    They reach at least twice what one effect of any alternative costs against the first.
    """
    gains = effects > 0
    ratios = costs[gains] / effects[gains]
    highest = 2 * float(ratios.max(initial=0.0)) or 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    top = next(step * power for step in (1, 2, 5, 10) if step * power >= highest * (1 - 1e-9))
    return np.linspace(0.0, top, STEPS_OF_THRESHOLDS + 1)
