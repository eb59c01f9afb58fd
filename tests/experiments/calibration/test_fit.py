"""The fit finds the exact posterior of a known model, and its checks tell right from wrong."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from known_model import (
    CHANCE,
    DIMENSIONS,
    FIT,
    PRIOR,
    TRUTH,
    bank,
    exact_moments,
    targets,
)

from abm.experiments.calibration.diagnostics import correlations_table, flatness, ranks
from abm.experiments.calibration.fit import (
    BankRuns,
    Fit,
    FitError,
    chance_of,
    fit_runs,
    learn,
    point_estimate,
    regress,
)
from abm.experiments.calibration.recipe import Space
from abm.experiments.calibration.sampling import (
    Normal,
    Sample,
    effective_size,
    evened,
    scores_of,
    unit_of,
)
from abm.experiments.calibration.second_opinion import opinions_table, second_opinion

SPACE = Space(["barrier_mean", "barrier_spread", "urge_weight", "phase_drop", "distress_gain"], 1e9,
              {"distress_gain": [0.5, 2.0]})  # fmt: skip


@pytest.fixture(scope="module")
def runs() -> BankRuns:
    """Two waves, the second drawn from what the first leaves."""
    first = fit_runs(bank((PRIOR, 150, 1)), targets(), FIT)
    return bank((PRIOR, 150, 1), (first.normal.widened(2.0), 100, 2))


@pytest.fixture(scope="module")
def fit(runs: BankRuns) -> Fit:
    return fit_runs(runs, targets(), FIT)


def moments(of: Sample) -> tuple[np.ndarray, np.ndarray]:
    unit = unit_of(of.scores)
    mean = of.weights @ unit
    return mean, np.sqrt(of.weights @ (unit - mean) ** 2)


@pytest.mark.parametrize(("kind", "chance"), [("posterior", 0.0), ("of_a_run", 1.0)])
def test_the_posterior_is_the_exact_one(fit: Fit, kind: str, chance: float) -> None:
    drawn = getattr(fit, kind)
    mean, spread = moments(drawn)
    exact_mean, exact_spread = exact_moments(chance)
    assert np.abs(mean - exact_mean).max() < 0.15 * exact_spread.min()
    assert np.allclose(spread, exact_spread, rtol=0.1)
    assert effective_size(drawn.weights) > 1000


def test_chance_is_told_from_error_by_runs_of_one_point(runs: BankRuns, fit: Fit) -> None:
    chance, local = chance_of(runs), fit.likelihood.local
    assert chance is not None
    assert np.allclose(np.diag(chance) ** 0.5, CHANCE, rtol=0.2)
    assert chance[0, 1] / np.prod(np.diag(chance)[:2]) ** 0.5 == pytest.approx(0.5**0.5, abs=0.15)
    assert (np.diag(fit.likelihood.error) < 0.5 * np.diag(local.covariance)).all()
    assert (local.explained > 0.8).all()
    once = runs.take(np.unique(runs.point, return_index=True)[1])
    alone = learn(once, fit.near, fit.likelihood.noise, FIT)  # all that is unexplained is error
    assert np.array_equal(alone.error, alone.local.covariance)


def test_runs_near_the_posterior_weigh_more_than_those_far_off(runs: BankRuns, fit: Fit) -> None:
    fewest = FIT.runs_a_term * (DIMENSIONS + 1) * (DIMENSIONS + 2) / 2
    assert fewest <= fit.worth < len(runs.scores)


def test_a_second_opinion_agrees(runs: BankRuns, fit: Fit) -> None:
    table = opinions_table(SPACE, fit.of_a_run, second_opinion(runs, fit, FIT))
    assert table["difference"].abs().max() < 0.5
    assert table["overlap"].min() > 0.75


def test_known_parameters_come_back_and_a_wrong_likelihood_is_told(
    runs: BankRuns, fit: Fit
) -> None:
    noise = fit.likelihood.noise
    _, right = flatness(ranks(runs, fit, noise, FIT))
    assert (right["p"] > 1e-3).all()
    assert right["coverage"].mean() == pytest.approx(FIT.share, abs=0.06)
    _, wrong = flatness(ranks(runs, fit, 9.0 * noise, FIT))  # observed worse than it takes them for
    assert (wrong["p"][:4] < 1e-3).all()
    assert wrong["p"][4] > 1e-3  # what moves nothing cannot tell


def test_the_point_is_a_point_that_was_run_inside_the_posterior(runs: BankRuns, fit: Fit) -> None:
    point = point_estimate(fit, runs, FIT)
    assert point.runs == 2
    own = (runs.scores == point.scores).all(axis=1)
    assert own.sum() == 2
    assert not point.outside.any()
    off = (unit_of(point.scores) - TRUTH) / exact_moments(0.0)[1]
    assert np.abs(off).max() < 2.0


@given(st.floats(1.0, 50.0), st.integers(0, 2**32 - 1))
def test_a_widened_normal_lies_between_it_and_the_prior(times: float, seed: int) -> None:
    stream = np.random.default_rng(seed)
    root = stream.normal(size=(3, 3))
    normal = Normal(stream.normal(size=3), np.linalg.inv(np.eye(3) + root @ root.T))
    widened = normal.widened(times)
    before, after = (np.linalg.inv(one.covariance) for one in (normal, widened))
    assert after - np.eye(3) == pytest.approx((before - np.eye(3)) / times, rel=1e-5, abs=1e-6)
    assert after @ widened.mean == pytest.approx(before @ normal.mean / times, rel=1e-5, abs=1e-6)


@given(st.lists(st.floats(-1e4, 1e4), min_size=5, max_size=50), st.floats(1.0, 5.0))
def test_weights_are_worth_what_is_asked(log_weights: list[float], worth: float) -> None:
    weights = evened(np.array(log_weights), worth)
    assert weights.sum() == pytest.approx(1.0)
    assert effective_size(weights) >= worth * (1 - 1e-6)


def test_points_come_as_often_as_their_weights_say() -> None:
    drawn = Sample(np.arange(4.0)[:, None], np.array([0.5, 0.25, 0.25, 0.0])).resampled(8, 1)
    assert drawn[:, 0].tolist() == [0.0] * 4 + [1.0] * 2 + [2.0] * 2


def test_scores_lead_there_and_back() -> None:
    unit = np.array([[0.0, 0.001, 0.5, 0.97, 1.0]])
    assert unit_of(scores_of(unit)) == pytest.approx(unit, abs=1e-8)


def test_correlations_are_named_strongest_first() -> None:
    first = np.linspace(0, 1, 50)
    unit = np.column_stack([first, 1 - first, np.sin(40 * first)])
    space = Space(["barrier_mean", "barrier_spread", "urge_weight"], 10.0)
    table = correlations_table(space, unit, np.full(50, 0.02))
    assert tuple(table.iloc[0]) == ("barrier_mean", "barrier_spread", pytest.approx(-1.0))


def test_too_few_runs_are_refused() -> None:
    with pytest.raises(FitError, match="too few"):
        regress(np.zeros((40, 2)), np.zeros((40, 2)), np.ones(40), np.repeat([1, 2], 20))
