"""A fit gives the numbers it always gave: a change of the code that moves one is no tidying.

Chains are left out: what they draw depends on the last digit of everything before.
"""

import numpy as np
import pytest
from known_model import DIMENSIONS, FIT, TRUTH, first_wave, targets, wave

from abm.chance import Purpose, generator
from abm.experiments.calibration.fitting import fit_bank, weights_of
from abm.experiments.calibration.point_estimate import best_of, middle_of, misfit, point_figures

KINDS = ["linear", "quadratic", "linear", "linear"]
RESIDUALS = [0.11831569462067777, 0.06048911087051533, 0.11456040360750191, 0.1990226730087068]
ERRORS = [0.003322565924110856, 0.0008898886737901547, 0.001887557157542602, 0.0022748592710444297]
DENSITIES = [-30.91793472384907, -238.81201616337137, -26.355788006781133, -11.297795301456713]
WEIGHTS = [0.003021888575399867, 2.8284806226320833e-12, 0.004768809360252855, 0.02149662474629151]
MOVED = [0.3038658688356729, 0.614246100316512, 0.4733874662055407, 0.6399879231239824,
         0.48485498322649395]  # fmt: skip
MISFIT, COST = 53.91646330924099, 2.1442165911227686


def points_near_the_truth(runs: int, width: float, seed: int) -> np.ndarray:
    offset = generator(seed, Purpose.BANK).random((runs, DIMENSIONS)) - 0.5
    return np.clip(TRUTH + width * offset, 0.0, 1.0)


def test_a_fit_of_a_made_up_bank_gives_the_numbers_it_gave():
    left, drawn = points_near_the_truth(160, 0.8, 3), points_near_the_truth(80, 0.5, 4)
    waves = [
        first_wave(200),
        wave("wave-2", "not ruled out", np.concatenate([left, left[:20]]), 5, repeats=20),
        wave("posterior", "posterior", np.concatenate([drawn, drawn[:12]]), 7, repeats=12),
        wave("central", "likeliest draws", np.tile(drawn[:3], (6, 1)), 12, runs_each=6),
    ]
    fit = fit_bank(waves, targets(), FIT)
    last = fit.last.emulators
    assert [quality.kind for quality in last.qualities] == KINDS
    assert [quality.residual for quality in last.qualities] == pytest.approx(RESIDUALS)
    assert np.diag(fit.spreads.emulator) == pytest.approx(ERRORS)
    density = fit.density(drawn)
    assert density[:4] == pytest.approx(DENSITIES)
    assert weights_of(density / 10, np.zeros(80), 0.5)[:4] == pytest.approx(WEIGHTS, rel=1e-6)
    points = point_figures(fit, waves[-1])
    best, move = best_of(fit, points, middle_of(waves))
    assert best == 2
    assert misfit(fit, points[best]) == pytest.approx(MISFIT)
    assert move.cost == pytest.approx(COST)
    assert move.unit == pytest.approx(MOVED, rel=1e-4)  # where a search ends, to its tolerance
