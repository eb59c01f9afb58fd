"""Drawing points: from what is not ruled out, and from posteriors (by emcee)."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from abm.chance import Purpose, generator
from abm.experiments.calibration.history_matching import Stage, implausibility, log_wall

WALKERS_A_PARAMETER = 4
CHUNK_POWER = 14
STEPS_A_POINT = 100  # of a walker, for each of the points it has to find
BURNT = 0.4  # share of a chain that is not kept

Density = Callable[[np.ndarray], np.ndarray]


class Sampled(NamedTuple):
    """Points of the unit cube, and how they came about.

    Attributes
    ----------
    points : numpy.ndarray
        Shape (draws, parameters).
    density : numpy.ndarray
        Log-density of each.
    accepted : float
        Share of proposals accepted.
    steps_apart : float
        Autocorrelation time in steps, the longest over parameters; NaN if the chain is too short.
    effective : float
        Independent draws that the kept chain is worth.
    """

    points: np.ndarray
    density: np.ndarray
    accepted: float
    steps_apart: float
    effective: float


class NotRuledOut(NamedTuple):
    """Points that no stage rules out, and how many of all there are."""

    points: np.ndarray
    share: float
    beyond: int


def not_ruled_out(
    stages: Sequence[Stage], dimensions: int, count: int, cut_off: float, tries: int, seed: int
) -> NotRuledOut:
    """Draw points uniformly from what is not ruled out.

    Sobol points that pass are taken; where they are too few, a chain from the least implausible
    ones gives the rest.

    Parameters
    ----------
    stages
        What rules out.
    dimensions
        Parameters.
    count
        How many points.
    cut_off
        Of the implausibility.
    tries
        Sobol points tried at most.
    seed
        The same seed gives the same points.

    Returns
    -------
    NotRuledOut
        `share` of the tried points that passed; `beyond` counts points that are ruled out and
        were taken all the same, the least implausible, because there are no others.
    """
    kept, scores, tried = _sieved(stages, dimensions, count, cut_off, tries, seed)
    passed = kept[scores <= cut_off]
    share = len(passed) / tried
    if len(passed) >= count:
        return NotRuledOut(passed[:count], share, 0)
    order = np.argsort(scores, kind="stable")

    def density(unit: np.ndarray) -> np.ndarray:
        found = np.full(len(unit), -np.inf)
        inside = ((unit >= 0) & (unit <= 1)).all(axis=1)
        if inside.any():
            found[inside] = log_wall(stages, unit[inside], cut_off)
        return found

    walkers = WALKERS_A_PARAMETER * dimensions
    steps = max(1000, STEPS_A_POINT * -(-count // walkers))
    chain = sample(density, kept[order[:walkers]], 2 * count, steps, seed)
    points = np.concatenate([passed, chain.points])
    worth = implausibility(stages, points)
    best = np.argsort(np.maximum(worth, cut_off), kind="stable")[:count]
    return NotRuledOut(points[np.sort(best)], share, int((worth[best] > cut_off).sum()))


def _sieved(
    stages: Sequence[Stage], dimensions: int, count: int, cut_off: float, tries: int, seed: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the Sobol points that pass or come nearest, their implausibility, how many tried."""
    from scipy.stats import qmc

    scramble = int(generator(seed, Purpose.BANK).integers(1, 2**31))
    sobol = qmc.Sobol(dimensions, scramble=True, bits=30, seed=scramble)
    nearest = max(count, WALKERS_A_PARAMETER * dimensions)
    kept, scores = np.empty((0, dimensions)), np.empty(0)
    tried = 0
    while tried < max(tries, nearest) and int((scores <= cut_off).sum()) < count:
        points = sobol.random(2**CHUNK_POWER)
        tried += len(points)
        kept = np.concatenate([kept, points])
        scores = np.concatenate([scores, implausibility(stages, points)])
        near = np.zeros(len(scores), bool)
        near[np.argsort(scores, kind="stable")[:nearest]] = True
        keep = near | (scores <= cut_off)
        kept, scores = kept[keep], scores[keep]
    return kept, scores, tried


def sample(density: Density, start: np.ndarray, count: int, steps: int, seed: int) -> Sampled:
    """Draw points from a density by an ensemble of walkers.

    Parameters
    ----------
    density
        Log-density of many points at once.
    start
        One point a walker, at least two a parameter.
    count
        How many draws, evenly spread over the part of the chain that is kept.
    steps
        Of each walker.
    seed
        The same seed gives the same draws.
    """
    import emcee
    from sklearn.utils import check_random_state
    from threadpoolctl import threadpool_limits

    moves = [(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)]
    walkers, dimensions = start.shape
    sampler = emcee.EnsembleSampler(walkers, dimensions, density, moves=moves, vectorize=True)
    luck = check_random_state(_keyed(seed))  # the older kind of generator, which emcee asks for
    state = emcee.State(_apart(start, seed), random_state=luck.get_state())
    with threadpool_limits(1):  # many small products: threads would only wait for one another
        sampler.run_mcmc(state, steps, skip_initial_state_check=True)
    first = int(BURNT * steps)
    chain, logs = sampler.get_chain(discard=first), sampler.get_log_prob(discard=first)
    apart = sampler.get_autocorr_time(discard=first, quiet=True, tol=0)
    longest = float(np.max(apart)) if np.isfinite(apart).all() else float("nan")
    flat, flat_logs = chain.reshape(-1, dimensions), logs.reshape(-1)
    taken = np.linspace(0, len(flat) - 1, min(count, len(flat))).round().astype(int)
    effective = len(flat) / longest if longest > 0 else float("nan")
    accepted = float(np.mean(sampler.acceptance_fraction))
    return Sampled(flat[taken], flat_logs[taken], accepted, longest, effective)


def _keyed(seed: int) -> int:
    return int(generator(seed, Purpose.FIT).integers(0, 2**32 - 1))


def _apart(start: np.ndarray, seed: int) -> np.ndarray:
    """Return the start moved a little at random, so that no two walkers stand at one place."""
    moved = start + 1e-4 * generator(seed, Purpose.FIT).normal(size=start.shape)
    return np.asarray(np.clip(moved, 0.0, 1.0))


def starts(density: Density, candidates: np.ndarray) -> np.ndarray:
    """Return the densest of some points, one a walker."""
    walkers = WALKERS_A_PARAMETER * candidates.shape[1]
    order = np.argsort(-density(candidates), kind="stable")
    chosen = candidates[order[:walkers]]
    if len(chosen) < walkers:  # walkers are moved apart before they set out
        chosen = np.resize(chosen, (walkers, candidates.shape[1]))
    return np.asarray(chosen)
