"""The shipped posterior: draws come as often as their weights say, and damage is refused."""

import numpy as np
import pytest

from abm.parameters import parameters
from abm.scenario.posterior import Posterior, PosteriorError, draws, point_estimate, write_posterior

VALUES = np.array([[8.0, 1.0], [9.0, 2.0], [10.0, 3.0], [11.0, 1.5]])
WEIGHTS = np.array([0.5, 0.25, 0.25, 0.0])


@pytest.fixture
def place(tmp_path):
    names = ["barrier_mean", "barrier_spread"]
    about = {"central": {"barrier_mean": 9.5, "barrier_spread": 2.5}}
    write_posterior(tmp_path, Posterior(names, VALUES, WEIGHTS, about))
    return tmp_path


def test_draws_come_as_often_as_their_weights_say(place):
    found = [each["barrier_mean"] for each in draws(8, 1, place)]
    assert sorted(found) == [8.0] * 4 + [9.0] * 2 + [10.0] * 2
    assert draws(8, 1, place) == draws(8, 1, place)
    assert {each["barrier_mean"] for seed in range(30) for each in draws(1, seed, place)} == {
        8.0, 9.0, 10.0,
    }  # fmt: skip
    assert all(set(each) == {"barrier_mean", "barrier_spread"} for each in draws(3, 2, place))


def test_the_central_point_is_what_was_written(place):
    assert point_estimate(place) == {"barrier_mean": 9.5, "barrier_spread": 2.5}


@pytest.mark.parametrize(
    "point", [None, {"barrier_mean": 9.5}, {"barrier_mean": 9.5, "barrier_spread": 1e9}]
)
def test_a_wrong_central_point_is_refused(place, point):
    write_posterior(
        place, Posterior(["barrier_mean", "barrier_spread"], VALUES, WEIGHTS, {"central": point})
    )
    with pytest.raises(PosteriorError, match="central: expected a value of every parameter"):
        point_estimate(place)


def test_the_defaults_are_the_central_point_of_the_shipped_posterior():
    for name, value in point_estimate().items():
        assert parameters()[name].default == float(f"{value:.4g}"), name


def test_a_missing_posterior_is_said_in_one_line(tmp_path):
    with pytest.raises(PosteriorError, match="nssi calibrate"):
        draws(1, 1, tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("barrier_mean", "barrier_men", "did you mean 'barrier_mean'"),
        ("0.5", "0.6", "sum to 1"),
        ("0.5", "none", "numbers"),
        ("8.0", "8000.0", "range"),
        ("draw", "drawn", "expected draw"),
    ],
)
def test_damage_is_refused(place, before, after, said):
    path = place / "posterior.csv"
    path.write_text(path.read_text().replace(before, after, 1))
    with pytest.raises(PosteriorError, match=said):
        point_estimate(place)


@pytest.mark.parametrize("text", ["5", "[]", "null", "[" * 100_000, '{"central": 5}'])
def test_what_is_known_of_draws_in_another_shape_is_refused(place, text):
    (place / "posterior.json").write_text(text)
    with pytest.raises(PosteriorError):
        point_estimate(place)
