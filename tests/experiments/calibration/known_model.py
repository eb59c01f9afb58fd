"""A model whose answers are known: four quadratic figures of five parameters, and their chance."""

import numpy as np

from abm.chance import Purpose, generator
from abm.experiments.calibration.fitting import WaveFigures
from abm.experiments.calibration.recipe import Wave, recipe
from abm.experiments.calibration.targets import Scale, Target, Targets

DIMENSIONS, FIGURES = 5, 4
CHANCE = np.array([0.1, 0.05, 0.1, 0.2])
HALF_WIDTHS = np.array([0.3, 0.2, 0.3, 0.5])
TRUTH = np.array([0.3, 0.6, 0.45, 0.7, 0.5])
FIT = recipe().fit.model_copy(
    update={"steps": 500, "truths": 40, "truth_steps": 200, "tries": 32_768}
)
NAMES = tuple(f"figure {number}" for number in range(FIGURES))


def expected(unit: np.ndarray) -> np.ndarray:
    """Return the figures without chance; the fifth parameter moves nothing."""
    a, b, c, d, _ = (2.0 * unit - 1.0).T
    return np.column_stack([
        2.0 * a + 0.5 * b + 0.4 * a**2,
        1.5 * b - 0.5 * a * b + 0.3 * c,
        2.0 * c + 0.5 * d - 0.4 * c * d,
        0.6 * d + 1.0 * a,
    ])  # fmt: skip


def observed(unit: np.ndarray, seed: int) -> np.ndarray:
    """Return the figures of one run at each point; the first two share half of their chance."""
    chance = generator(seed, Purpose.FIT).normal(size=(len(unit), FIGURES))
    chance[:, 1] = 0.5**0.5 * (chance[:, 0] + chance[:, 1])
    return expected(unit) + CHANCE * chance


def targets() -> Targets:
    centre = expected(TRUTH[None])[0]
    return Targets(
        tuple(
            Target(name, Scale("as it is"), middle - half, middle + half)
            for name, middle, half in zip(NAMES, centre, HALF_WIDTHS, strict=True)
        ),
        {},
    )


def wave(
    name: str, drawn: str, unit: np.ndarray, seed: int, repeats: int = 0, runs_each: int = 1
) -> WaveFigures:
    about = Wave(
        name=name, drawn=drawn, points=len(unit), first_seed=seed, repeats=repeats, lives=runs_each
    )
    return WaveFigures(about, np.arange(len(unit)), unit, observed(unit, seed))


def first_wave(runs: int = 600) -> WaveFigures:
    unit = generator(1, Purpose.BANK).random((runs, DIMENSIONS))
    return wave("wave-1", "prior", unit, 1)


def exact_posterior(count: int = 400_000) -> tuple[np.ndarray, np.ndarray]:
    """Return points of the unit cube and their weights under the true model."""
    unit = generator(2, Purpose.BANK).random((count, DIMENSIONS))
    spread = np.array([target.spread for target in targets().fitted])
    distance = (expected(unit) - expected(TRUTH[None])) / spread
    weights = np.exp(-0.5 * (distance**2).sum(axis=1))
    return unit, weights / weights.sum()
