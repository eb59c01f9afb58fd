"""Draws by seed: two seeds each, the same whatever else is asked, as often as weights say."""

import hashlib
from collections import Counter

import made_up_posterior
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.evidence.register import register
from abm.evidence.worlds import FIRST_SEED, STANDARDS
from abm.experiments.calibration.recipe import Space, recipe
from abm.io.messages import InputError
from abm.parameters import parameters
from abm.scenario import draws as uncertainty
from abm.scenario.draws import chosen_draws, drawn, place_of, posterior_draws, prior_draws
from abm.scenario.scenario import Scenario, load_scenario

PLAIN = Scenario.from_table({"population": {"size": 100}}, "plain")


@pytest.fixture
def draws(tmp_path):
    return made_up_posterior.written(tmp_path)


def test_every_draw_is_lived_with_two_seeds(draws):
    numbers = [draws.number(seed) for seed in range(1, 201)]
    assert numbers[::2] == numbers[1::2]
    assert draws.number(2**64 - 1) in range(1, 13)


def test_draws_come_as_often_as_they_weigh(draws):
    pairs = 3000
    counts = Counter(draws.number(2 * pair + 1) for pair in range(pairs))
    for number, weight in enumerate(draws.posterior.weights, 1):
        assert counts[number] == pytest.approx(pairs * weight, abs=8)


def test_a_few_draws_are_spread_over_the_posterior(draws):
    assert len({draws.number(2 * pair + 1) for pair in range(5)}) == 5


@given(st.integers(-1, 2**63))
def test_places_follow_the_golden_ratio(pair):
    assert 0.0 <= place_of(pair) <= 1.0
    if abs(pair) < 10_000:
        assert place_of(pair) == pytest.approx((0.5 + pair * 0.6180339887498949) % 1.0, abs=1e-9)


def test_a_draw_of_no_weight_is_never_lived(tmp_path):
    weights = [0.0, 1.0, 0.0, 2.0, 0.0]
    draws = made_up_posterior.written(tmp_path, made_up_posterior.posterior(5, weights))
    seeds = [*range(400), 2**64 - 1]
    assert {draws.number(seed) for seed in seeds} == {2, 4}


def test_what_a_scenario_changes_stays_changed(draws):
    changed = PLAIN.with_parameters(stressor_rate=1.3, phase_length=9.0)
    lived = draws.drawn(changed, 3)
    assert (lived.parameters["stressor_rate"], lived.parameters["phase_length"]) == (1.3, 9.0)
    values = draws.posterior.at(draws.number(3) - 1)
    for name in ("barrier_mean", "urge_weight"):
        assert lived.parameters[name] == values[name] != parameters()[name].default
    rest = {name: value for name, value in lived.parameters.items() if name not in values}
    assert rest.items() <= changed.parameters.items()


def test_a_seed_has_one_draw_in_every_scenario(draws):
    other = Scenario.from_table({"interventions": [{"kind": "school_skills_programme"}]}, "other")
    for seed in range(1, 9):
        assert draws.drawn(PLAIN, seed).parameters == draws.drawn(other, seed).parameters


def test_the_function_finds_the_posterior_of_the_package(tmp_path, monkeypatch, draws):
    monkeypatch.setattr(uncertainty, "FOLDER", tmp_path)
    assert drawn(PLAIN, 5) == draws.drawn(PLAIN, 5)
    assert drawn(PLAIN, 5) == drawn(PLAIN, 6) != drawn(PLAIN, 7)
    table = (tmp_path / "posterior.csv").read_bytes()
    assert chosen_draws("posterior").design == {
        "uncertainty": "posterior",
        "posterior": hashlib.sha256(table).hexdigest(),
    }
    assert chosen_draws("chance") is None


def test_values_of_draws_are_said(draws):
    said = draws.describe([1, 2, 3])
    assert list(said["draws"]) == ["1", "2", "3"]
    assert said["draws"]["1"] == said["draws"]["2"]
    assert said["values_of_draws"][str(said["draws"]["3"])] == draws.posterior.at(
        said["draws"]["3"] - 1
    )


def test_without_a_posterior_one_line_says_so(tmp_path):
    with pytest.raises(InputError, match=r"no posterior has been fitted yet; `nssi calibrate`"):
        posterior_draws(tmp_path)


def test_a_damaged_posterior_is_refused(tmp_path, draws):
    (tmp_path / "posterior.csv").write_text("draw,weight,barrier_maen\n1,1.0,9.0\n")
    uncertainty.posterior.cache_clear()
    with pytest.raises(InputError, match="did you mean 'barrier_mean'"):
        posterior_draws(tmp_path)


def test_another_word_for_it_is_refused():
    with pytest.raises(InputError, match="expected chance or posterior, not 'prior'"):
        chosen_draws("prior")


# The prior


def test_draws_of_the_prior_are_spread_evenly_over_that_of_the_calibration() -> None:
    points = prior_draws().posterior
    priors = points.about["priors"]
    ends = {name: prior[:2] for name, prior in priors.items()}
    space = Space(points.names, recipe().runs.log_from, ends)
    assert space.plain() == priors
    unit = space.unit(points.values)
    assert ((unit >= -1e-9) & (unit <= 1 + 1e-9)).all()
    assert np.abs(unit.mean(axis=0) - 0.5).max() < 0.03
    assert np.abs(np.corrcoef(unit.T) - np.eye(len(space))).max() < 0.08
    assert len(set(points.weights)) == 1


def test_no_two_seeds_of_a_validation_have_one_draw_of_the_prior() -> None:
    standard = STANDARDS["prior"]
    seeds = range(FIRST_SEED, FIRST_SEED + standard.step * standard.seeds, standard.step)
    assert len({prior_draws().number(seed) for seed in seeds}) == standard.seeds


def test_shipped_scenarios_can_have_every_draw_of_the_prior() -> None:
    names = {world.scenario for world in register().worlds.values()}
    prior_draws().check([load_scenario(name) for name in names], range(101, 201, 2))


def test_the_prior_is_asked_for_by_its_name_where_it_is_known() -> None:
    kinds = ("chance", "posterior", "prior")
    chosen = chosen_draws("prior", kinds)
    assert chosen is not None
    assert chosen.design == {"uncertainty": "prior", "prior": prior_draws().hash}
    assert chosen_draws("chance", kinds) is None
    with pytest.raises(InputError, match="expected chance, posterior or prior, not 'both'"):
        chosen_draws("both", kinds)


def test_a_posterior_that_does_not_say_its_prior_is_refused(tmp_path, draws):
    with pytest.raises(InputError, match="does not say its prior"):
        prior_draws(tmp_path)


def test_a_trend_that_leaves_the_range_is_refused_before_anything_is_lived(draws):
    top = parameters()["stressor_rate"].high
    trend = {"stressor_rate": {2015: 1.0, 2020: top / 0.95}}
    steep = Scenario.from_table({"trends": trend}, "steep")
    with pytest.raises(InputError, match=r"of the posterior: steep: trends\.stressor_rate"):
        draws.check([PLAIN, steep], range(1, 40))
    draws.check([PLAIN], range(1, 40))
