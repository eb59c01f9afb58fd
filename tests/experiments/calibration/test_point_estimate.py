"""The point that stands for the posterior: told by its own runs, and moved to where they meet."""

import numpy as np
import pytest
from known_model import DIMENSIONS, FIT, TRUTH, expected, first_wave, targets, wave

from abm.experiments.calibration.emulators import EmulatorError
from abm.experiments.calibration.fitting import BankFit, WaveFigures, draw, fit_bank
from abm.experiments.calibration.point_estimate import (
    Middle,
    best_of,
    likeliest,
    middle_of,
    moved,
    point_figures,
)


@pytest.fixture(scope="module")
def waves() -> list[WaveFigures]:
    return [first_wave()]


@pytest.fixture(scope="module")
def fit(waves) -> BankFit:
    return fit_bank(waves, targets(), FIT)


def test_the_best_draw_is_told_by_its_own_runs_and_moved_to_where_they_meet(fit, waves):
    drawn = draw(fit, 64, 5)
    drawn_wave = wave("posterior", "posterior", drawn.points, 11)
    after = fit_bank([*waves, drawn_wave], targets(), FIT)
    index, points = likeliest(after, [*waves, drawn_wave], 8)
    assert np.array_equal(points, drawn.points[index])
    density = after.density(drawn.points)
    assert np.array_equal(density[index], np.sort(density)[::-1][:8])
    again = wave("central", "likeliest draws", np.tile(points, (24, 1)), 12, runs_each=24)
    known = point_figures(after, again)
    assert len(known) == 8
    middle = middle_of([*waves, drawn_wave])
    anywhere = Middle(middle.mean, middle.spread * 1e6)
    best, move = best_of(after, known, anywhere)
    assert move.cost == min(moved(after, point, anywhere).cost for point in known)
    assert np.array_equal(move.unit, moved(after, known[best], anywhere).unit)
    assert exact_distance(after, move.unit[None])[0] < np.median(exact_distance(after, points))
    far = wave("best", "best draw, moved", np.tile(TRUTH + 0.08, (40, 1)), 13, runs_each=40)
    start = point_figures(after, far)[0]
    there = moved(after, start, anywhere).unit
    assert exact_distance(after, there[None])[0] < 0.3 * exact_distance(after, far.unit[:1])[0]
    assert ((there >= 0) & (there <= 1)).all()
    assert abs(there[4] - start.unit[4]) < 0.05  # it moves nothing, so it need not move
    narrow = Middle(np.full(DIMENSIONS, 0.2), np.array([1e6, 1e6, 1e6, 1e6, 0.05]))
    assert moved(after, start, narrow).unit[4] < start.unit[4] - 0.1  # unless to the middle


def exact_distance(fit: BankFit, points: np.ndarray) -> np.ndarray:
    observed = np.array([target.centre for target in targets().fitted])
    spread = np.sqrt(np.diag(fit.spreads.observed))
    return (((expected(points) - observed) / spread) ** 2).sum(axis=1)


def test_draws_without_a_figure_are_not_chosen(fit, waves):
    again = wave("central", "likeliest draws", np.tile(waves[0].unit[:2], (3, 1)), 12, runs_each=3)
    again.figures[[0, 2], 1] = np.nan
    known = point_figures(fit, again)
    middle = Middle(np.full(DIMENSIONS, 0.5), np.full(DIMENSIONS, 0.3))
    assert not np.isfinite(known[0].figures).any()
    assert best_of(fit, known, middle)[0] == 1
    again.figures[:, 1] = np.nan
    with pytest.raises(EmulatorError, match="none of the likeliest"):
        best_of(fit, point_figures(fit, again), middle)
