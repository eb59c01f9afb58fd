"""A model whose posterior is known: four figures, linear in five numbers, and their chance."""

import numpy as np

from abm.chance import Purpose, generator
from abm.experiments.calibration.fit import BankRuns
from abm.experiments.calibration.recipe import recipe
from abm.experiments.calibration.sampling import Normal, scores_of, standard_normals, unit_of
from abm.experiments.calibration.targets import Scale, Target

DIMENSIONS = 5  # the last moves nothing
CHANCE = np.array([0.05, 0.03, 0.05, 0.1])
HALF_WIDTHS = np.array([0.3, 0.2, 0.3, 0.5])
TRUTH = np.array([0.4, 0.6, 0.45, 0.55, 0.5])
SLOPES = np.array([
    [2.0, 0.0, 0.0, 1.0],
    [0.5, 1.5, 0.0, 0.0],
    [0.0, 0.3, 2.0, 0.0],
    [0.0, 0.0, 0.5, 1.5],
    [0.0, 0.0, 0.0, 0.0],
])  # fmt: skip
FIT = recipe().fit.model_copy(update={"discrepancy": 0.0, "truths": 80})
PRIOR = Normal.prior(DIMENSIONS)


def targets() -> tuple[Target, ...]:
    return tuple(
        Target(f"figure {number}", Scale("as it is"), middle - half, middle + half)
        for number, (middle, half) in enumerate(zip(TRUTH @ SLOPES, HALF_WIDTHS, strict=True))
    )


def observed(scores: np.ndarray, seed: int) -> np.ndarray:
    """Return the figures of one run at each point; the first two share half of their chance."""
    chance = generator(seed, Purpose.FIT).normal(size=(len(scores), len(CHANCE)))
    chance[:, 1] = 0.5**0.5 * (chance[:, 0] + chance[:, 1])
    return unit_of(scores) @ SLOPES + CHANCE * chance


def bank(*waves: tuple[Normal, int, int]) -> BankRuns:
    """Return runs of waves: what each is drawn from, its points, and how often each is run."""
    scores = [
        scores_of(unit_of(np.tile(drawn_from.at(standard_normals(count, DIMENSIONS, at)), (by, 1))))
        for at, (drawn_from, count, by) in enumerate(waves, 1)
    ]
    figures = np.concatenate([observed(own, at) for at, own in enumerate(scores, 1)])
    number = np.repeat(np.arange(len(waves)), [len(own) for own in scores])
    return BankRuns(np.concatenate(scores), figures, number, tuple(wave[0] for wave in waves))


def exact_moments(chance: float) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of the exact posterior, with so much of chance in it."""
    unit = generator(2, Purpose.BANK).random((300_000, DIMENSIONS))
    spread = np.array([target.spread for target in targets()])
    covariance = np.diag(spread**2) + chance * _chance()
    off = (unit - TRUTH) @ SLOPES
    weights = np.exp(-0.5 * np.einsum("ij,jk,ik->i", off, np.linalg.inv(covariance), off))
    weights /= weights.sum()
    mean = weights @ unit
    return mean, np.sqrt(weights @ (unit - mean) ** 2)


def _chance() -> np.ndarray:
    mixing = np.diag([1.0, 0.5**0.5, 1.0, 1.0])
    mixing[1, 0] = 0.5**0.5
    root = CHANCE[:, None] * mixing
    return np.asarray(root @ root.T)
