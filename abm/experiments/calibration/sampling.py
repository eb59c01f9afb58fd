"""Drawing points: over the priors, from what is not ruled out, and from densities (by emcee)."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from abm.chance import Purpose, generator
from abm.experiments.calibration.emulators import MatchingStage, implausibility, log_wall
from abm.experiments.calibration.recipe import FitSettings, Space

if TYPE_CHECKING:
    from scipy.stats.qmc import Sobol

WALKERS_A_PARAMETER = 4
CHUNK_POWER = 14
STEPS_A_POINT = 100  # of a walker, for each of the points it has to find
BURNT = 0.4  # share of a chain that is not kept

Density = Callable[[np.ndarray], np.ndarray]  # log-density of many points at once


class Sample(NamedTuple):
    """Points of the unit cube, and how they came about."""

    points: np.ndarray  # shape (draws, parameters)
    density: np.ndarray  # log-density of each
    accepted: float  # share of proposals accepted
    steps_apart: float
    """Autocorrelation time in steps, the longest over parameters; NaN if the chain is too short."""
    effective: float  # independent draws that the kept chain is worth


class NotRuledOut(NamedTuple):
    """Points that no stage rules out, and how many of all there are."""

    points: np.ndarray
    share: float  # of the points tried that passed
    beyond: int
    """Points that are ruled out and were taken all the same, the least implausible, because there
    are no others."""


def _sobol(dimensions: int, seed: int) -> "Sobol":
    from scipy.stats import qmc

    scramble = int(generator(seed, Purpose.BANK).integers(1, 2**31))
    return qmc.Sobol(dimensions, scramble=True, bits=30, seed=scramble)


def prior_points(space: Space, count: int, seed: int) -> np.ndarray:
    """Return scrambled Sobol points over the priors, shape (count, parameters).

    A longer design begins with a shorter one.
    """
    power = max(count - 1, 1).bit_length()
    return space.values(_sobol(len(space), seed).random_base2(power)[:count])


def not_ruled_out(
    stages: Sequence[MatchingStage], dimensions: int, count: int, settings: FitSettings, seed: int
) -> NotRuledOut:
    """Draw points uniformly from what stages do not rule out.

    Sobol points that pass are taken; where they are too few, a chain from the least implausible
    ones gives the rest.
    """
    cut_off = settings.cut_off
    points, scores, tried = _tried(stages, dimensions, count, settings, seed)
    passed = points[scores <= cut_off]
    share = len(passed) / tried
    if len(passed) >= count:
        return NotRuledOut(passed[:count], share, 0)
    walkers = WALKERS_A_PARAMETER * dimensions
    nearest = points[np.argsort(scores, kind="stable")[:walkers]]
    steps = max(1000, STEPS_A_POINT * -(-count // walkers))
    density = within_cube(lambda unit: log_wall(stages, unit, cut_off))
    chain = sample(density, nearest, 2 * count, steps, seed)
    points = np.concatenate([passed, chain.points])
    scores = implausibility(stages, points)
    best = np.argsort(np.maximum(scores, cut_off), kind="stable")[:count]
    return NotRuledOut(points[np.sort(best)], share, int((scores[best] > cut_off).sum()))


def _tried(
    stages: Sequence[MatchingStage], dimensions: int, count: int, settings: FitSettings, seed: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the Sobol points that pass or come nearest, their implausibility, how many tried."""
    sobol = _sobol(dimensions, seed)
    nearest = max(count, WALKERS_A_PARAMETER * dimensions)
    kept, scores = np.empty((0, dimensions)), np.empty(0)
    tried = 0
    while tried < max(settings.tries, nearest) and int((scores <= settings.cut_off).sum()) < count:
        points = sobol.random(2**CHUNK_POWER)
        tried += len(points)
        kept = np.concatenate([kept, points])
        scores = np.concatenate([scores, implausibility(stages, points)])
        keep = scores <= settings.cut_off
        keep[np.argsort(scores, kind="stable")[:nearest]] = True
        kept, scores = kept[keep], scores[keep]
    return kept, scores, tried


def within_cube(density: Density) -> Density:
    """Return a log-density that is minus infinity outside the unit cube."""

    def bounded(unit: np.ndarray) -> np.ndarray:
        values = np.full(len(unit), -np.inf)
        inside = ((unit >= 0) & (unit <= 1)).all(axis=1)
        if inside.any():
            values[inside] = density(unit[inside])
        return values

    return bounded


def starts(density: Density, candidates: np.ndarray) -> np.ndarray:
    """Return the densest of some points, one a walker."""
    walkers = WALKERS_A_PARAMETER * candidates.shape[1]
    chosen = candidates[np.argsort(-density(candidates), kind="stable")[:walkers]]
    return np.resize(chosen, (walkers, candidates.shape[1]))  # too few stand there several times


def sample(density: Density, start: np.ndarray, count: int, steps: int, seed: int) -> Sample:
    """Draw points from a density by an ensemble of walkers.

    `start` has one point a walker, at least two a parameter. The draws are spread evenly over the
    part of the chain that is kept.
    """
    import emcee
    from sklearn.utils import check_random_state
    from threadpoolctl import threadpool_limits

    moves = [(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)]
    walkers, dimensions = start.shape
    sampler = emcee.EnsembleSampler(walkers, dimensions, density, moves=moves, vectorize=True)
    key = int(generator(seed, Purpose.FIT).integers(0, 2**32 - 1))
    random = check_random_state(key)  # the older kind of generator, which emcee asks for
    state = emcee.State(_apart(start, seed), random_state=random.get_state())
    with threadpool_limits(1):  # many small products: threads would only wait for one another
        sampler.run_mcmc(state, steps, skip_initial_state_check=True)
    burnt = int(BURNT * steps)
    points = sampler.get_chain(discard=burnt).reshape(-1, dimensions)
    densities = sampler.get_log_prob(discard=burnt).reshape(-1)
    apart = sampler.get_autocorr_time(discard=burnt, quiet=True, tol=0)
    longest = float(np.max(apart)) if np.isfinite(apart).all() else float("nan")
    taken = np.linspace(0, len(points) - 1, min(count, len(points))).round().astype(int)
    effective = len(points) / longest if longest > 0 else float("nan")
    accepted = float(np.mean(sampler.acceptance_fraction))
    return Sample(points[taken], densities[taken], accepted, longest, effective)


def _apart(start: np.ndarray, seed: int) -> np.ndarray:
    """Return the start moved a little at random, so that no two walkers stand at one place."""
    moved = start + 1e-4 * generator(seed, Purpose.FIT).normal(size=start.shape)
    return np.asarray(np.clip(moved, 0.0, 1.0))
