"""The fit: it finds the exact posterior of a model that is known, and says how sure it is."""

import numpy as np
import pytest
from known_model import (
    CHANCE,
    DIMENSIONS,
    FIT,
    TRUTH,
    exact_posterior,
    expected,
    first_wave,
    observed,
    targets,
    wave,
)

from abm.experiments.calibration.diagnostics import correlations_table, emulators_table, recovery
from abm.experiments.calibration.emulators import EmulatorError, implausibility, learn
from abm.experiments.calibration.fitting import (
    BankFit,
    WaveFigures,
    differences,
    draw,
    effective_size,
    fit_bank,
    matched,
    next_points,
    weights_of,
)
from abm.experiments.calibration.recipe import Space, Wave

REPEATS = 100
SECOND = Wave(name="wave-2", drawn="not ruled out", points=400, first_seed=5, repeats=REPEATS)


@pytest.fixture(scope="module")
def waves() -> list[WaveFigures]:
    first = first_wave()
    points = next_points(matched([first], targets(), FIT), SECOND, DIMENSIONS, FIT)
    return [first, wave("wave-2", "not ruled out", points.points, 5, REPEATS)]


@pytest.fixture(scope="module")
def fit(waves) -> BankFit:
    return fit_bank(waves, targets(), FIT)


def test_emulators_predict_runs_they_have_not_seen():
    first = first_wave()
    emulators = learn(first.unit, first.figures, 1)
    new = first_wave().unit[:, ::-1]
    errors = emulators(new) - expected(new)
    assert (errors.std(axis=0) < 0.3 * CHANCE).all()
    assert all(quality.kind != "linear" for quality in emulators.qualities[:3])
    residual = np.array([quality.residual for quality in emulators.qualities])
    assert np.allclose(residual, CHANCE, rtol=0.15)
    shared = np.corrcoef(emulators.residuals, rowvar=False)[0, 1]
    assert shared == pytest.approx(0.5**0.5, abs=0.1)


def test_the_second_wave_lies_where_nothing_is_ruled_out(waves):
    stages = matched(waves[:1], targets(), FIT)
    assert (implausibility(stages, waves[1].unit) <= FIT.cut_off).all()
    assert implausibility(stages, TRUTH[None])[0] < 1.5
    assert implausibility(stages, 1.0 - TRUTH[None])[0] > FIT.cut_off
    first, second = waves[1].pairs()
    assert len(first) == REPEATS
    assert np.array_equal(waves[1].unit[first], waves[1].unit[second])


def test_chance_is_told_from_errors_of_emulators(fit):
    chance = np.sqrt(np.diag(fit.spreads.chance))
    assert np.allclose(chance, CHANCE, rtol=0.2)
    assert (np.diag(fit.spreads.emulator) < 0.3 * CHANCE**2).all()
    table = emulators_table(fit)
    assert (table["explained"] > 0.5).all()


def test_the_posterior_is_close_to_the_exact_one(fit):
    exact, weights = exact_posterior()
    middle = weights @ exact
    spread = np.sqrt(weights @ (exact - middle) ** 2)
    drawn = draw(fit, 4000, 3)
    assert np.allclose(drawn.points.mean(axis=0), middle, atol=0.035)
    assert np.allclose(drawn.points.std(axis=0), spread, rtol=0.2)
    assert ((drawn.points >= 0) & (drawn.points <= 1)).all()
    again = draw(fit, 4000, 3)
    assert np.array_equal(again.points, drawn.points)


def test_known_parameters_come_back(waves, fit):
    table = recovery(waves, fit)
    covered = (table["true"] >= table["low"]) & (table["true"] <= table["high"])
    share = covered.groupby(table["parameter"]).mean()
    assert table["truth"].nunique() == FIT.truths
    assert covered.mean() == pytest.approx(0.9, abs=0.07)
    assert (share > 0.75).all()
    contraction = 1 - 12 * table.groupby("parameter")["variance"].mean()
    assert contraction[4] < 0.1  # it moves nothing
    assert (contraction[:3] > 0.8).all()
    twins = set(np.concatenate(waves[1].pairs()).tolist())
    assert not twins & set(table["truth"])


def test_draws_are_weighted_by_what_was_learnt_from_running_them(waves, fit):
    few = fit_bank([first_wave(60)], targets(), FIT)
    drawn = draw(few, 300, 4)
    drawn_wave = wave("posterior", "posterior", drawn.points, 9)
    after = fit_bank([first_wave(60), drawn_wave], targets(), FIT)
    weights = weights_of(after.density(drawn.points), drawn.density, FIT.truncation)
    assert weights.sum() == pytest.approx(1.0)
    assert 20 < effective_size(weights) < 300
    exact, known = exact_posterior()
    before = np.abs(drawn.points.mean(axis=0) - known @ exact)
    now = np.abs(weights @ drawn.points - known @ exact)
    assert now.sum() < before.sum() + 0.05


def test_the_likelihood_is_learnt_where_the_posterior_lies(fit, waves):
    drawn = draw(fit, 96, 6)
    points = np.concatenate([drawn.points, drawn.points[:40]])
    drawn_wave = wave("posterior", "posterior", points, 13, repeats=40)
    after = fit_bank([*waves, drawn_wave], targets(), FIT)
    fewest = 3 * (DIMENSIONS + 1) * (DIMENSIONS + 2) // 2
    assert after.last.runs == max(136, fewest)
    near = drawn_wave.figures[drawn_wave.pairs()[0]] - drawn_wave.figures[drawn_wave.pairs()[1]]
    assert np.array_equal(differences([*waves, drawn_wave]), near)


def test_one_heavy_draw_does_not_outweigh_all_others():
    weights = weights_of(np.array([0.0] * 99 + [50.0]), np.zeros(100), 0.5)
    assert weights.max() == pytest.approx(0.1)
    assert weights.sum() == pytest.approx(1.0)
    mild = np.log(np.linspace(1.0, 2.0, 100))
    untouched = weights_of(mild, np.zeros(100), 0.5)
    assert np.allclose(untouched, np.exp(mild) / np.exp(mild).sum())
    far = weights_of(np.array([0.0, -1e6, -1e6]), np.zeros(3), 0.5)
    assert np.isfinite(far).all()
    assert far.max() < 0.6


def test_correlations_are_named_strongest_first():
    space = Space(["barrier_mean", "barrier_spread", "urge_weight"], 10.0)
    first = np.linspace(0, 1, 50)
    unit = np.column_stack([first, 1 - first, np.sin(40 * first)])
    table = correlations_table(space, unit, np.full(50, 0.02))
    assert tuple(table.iloc[0]) == ("barrier_mean", "barrier_spread", pytest.approx(-1.0))


def test_too_few_runs_are_refused():
    with pytest.raises(EmulatorError, match="too few"):
        learn(np.zeros((5, 2)), observed(np.zeros((5, DIMENSIONS)), 1), 1)
