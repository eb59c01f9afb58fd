"""Which strategy is worth its cost: dominance, acceptability, expected loss. Arrays in, arrays out.

Effects are good, and more of them better; costs are in any currency. Strategies exclude each other.
Means have the shape (strategies,), draws of what the means may be (draws, strategies). Net monetary
benefit is what one is willing to pay for an effect, times effects, less costs.

Terms as in Drummond et al. (2015), Methods for the Economic Evaluation of Health Care Programmes,
and Alarid-Escudero et al. (2019), Value in Health 22, 611-618. A test re-enters published examples.
"""

import math
from typing import NamedTuple

import numpy as np

ON_FRONTIER, DOMINATED, EXTENDEDLY = "on the frontier", "dominated", "extendedly dominated"


class Frontier(NamedTuple):
    """What each strategy is among the others, in their order; NaN off the frontier."""

    standing: tuple[str, ...]
    before: np.ndarray  # index of the next cheaper strategy on the frontier; -1 for none
    added_cost: np.ndarray  # beyond that one
    added_effect: np.ndarray
    ratio: np.ndarray  # incremental cost-effectiveness ratio (ICER): cost of one further effect


def frontier(effects: np.ndarray, costs: np.ndarray) -> Frontier:
    """Return which strategies are efficient, and what a step from one to the next costs.

    Dominated: another one has at least the effect for at most the cost (of equals all but the first
    are). Extendedly dominated: two others, each for a part of the people, have more effect for the
    same cost; so the ratios of those that are left rise.
    """
    order = np.lexsort((np.arange(len(costs)), -effects, costs)).tolist()
    standing = [DOMINATED] * len(order)
    kept: list[int] = []
    best = -math.inf
    for strategy in order:
        if effects[strategy] > best:
            best = effects[strategy]
            kept.append(strategy)
    hull: list[int] = []
    for strategy in kept:
        while len(hull) > 1 and _ratio(effects, costs, hull[-1], strategy) < _ratio(
            effects, costs, hull[-2], hull[-1]
        ):
            standing[hull.pop()] = EXTENDEDLY
        hull.append(strategy)
    steps = np.full((4, len(order)), math.nan)
    before = np.full(len(order), -1)
    for step, strategy in enumerate(hull):
        standing[strategy] = ON_FRONTIER
        if step:
            before[strategy] = previous = hull[step - 1]
            steps[0, strategy] = costs[strategy] - costs[previous]
            steps[1, strategy] = effects[strategy] - effects[previous]
            steps[2, strategy] = _ratio(effects, costs, previous, strategy)
    return Frontier(tuple(standing), before, steps[0], steps[1], steps[2])


def _ratio(effects: np.ndarray, costs: np.ndarray, cheaper: int, dearer: int) -> float:
    return float((costs[dearer] - costs[cheaper]) / (effects[dearer] - effects[cheaper]))


class Acceptability(NamedTuple):
    """How sure the choice is, by what one is willing to pay for an effect."""

    probability: np.ndarray  # that a strategy is the best, shape (thresholds, strategies): CEAC
    best: np.ndarray  # index of the strategy with the highest mean net benefit: CEAF
    expected_loss: np.ndarray  # by choosing each strategy, shape (thresholds, strategies)

    @property
    def perfect_information(self) -> np.ndarray:
        """Return what knowing the best for certain would be worth a decision (EVPI)."""
        least: np.ndarray = self.expected_loss.min(axis=1)
        return least


def acceptability(effects: np.ndarray, costs: np.ndarray, thresholds: np.ndarray) -> Acceptability:
    """Return how sure the choice is, from draws; strategies that tie share the probability."""
    shape = len(thresholds), effects.shape[1]
    probability, loss = np.zeros(shape), np.zeros(shape)
    for row, threshold in enumerate(np.asarray(thresholds, np.float64)):
        benefit = threshold * effects - costs
        highest = benefit.max(axis=1, keepdims=True)
        ties = benefit == highest
        probability[row] = (ties / ties.sum(axis=1, keepdims=True)).mean(axis=0)
        loss[row] = (highest - benefit).mean(axis=0)
    return Acceptability(probability, loss.argmin(axis=1), loss)


def normal_draws(mean: np.ndarray, covariance: np.ndarray, power: int = 12) -> np.ndarray:
    """Return 2**power evenly spread draws from a normal distribution, shape (draws, numbers).

    They are the points of a Sobol sequence, so nothing is left to chance. Numbers that never differ
    may be among them.
    """
    from scipy.special import ndtri
    from scipy.stats import qmc

    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    used = values > 1e-12 * max(float(values.max(initial=0.0)), 0.0)
    count = 2**power
    if not used.any():
        return np.tile(mean, (count, 1))
    points = qmc.Sobol(int(used.sum()), scramble=False).random_base2(power) + 0.5 / count
    normal = ndtri(points)
    normal = (normal - normal.mean(axis=0)) / normal.std(axis=0)
    axes = vectors[:, used] * np.sqrt(values[used])
    drawn: np.ndarray = mean + normal @ axes[:, ::-1].T
    return drawn
