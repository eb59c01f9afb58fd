"""Trends: a multiplier above 1 means more of what a parameter stands for, whatever its scale."""

import math

import pytest

from abm.cli.lists import declared_lines
from abm.parameters import parameters
from abm.scenario.scenario import ScenarioError, load_scenario
from abm.simulation.world import World

TAKE_TRENDS = [each for each in parameters().values() if each.takes_trend]


def number_today(name: str, factor: float) -> float:
    """Return a parameter on the first day of a world with a trend on it."""
    value = parameters()[name].default or parameters()[name].high / 2
    trend = {name: value, f"trends.{name}.2014": 1.0, f"trends.{name}.2015": factor}
    scenario = load_scenario("baseline", population=30, years=1, overrides=trend)
    return float(World(scenario, 1, warm_up=False).parameters[name][0])


@pytest.mark.parametrize("declared", TAKE_TRENDS, ids=lambda each: each.name)
def test_a_multiplier_above_1_is_more_and_one_below_1_is_less(declared) -> None:
    less, same, more = (number_today(declared.name, factor) for factor in (0.8, 1.0, 1.2))
    assert less < same < more


@pytest.mark.parametrize("name", ["contact_intercept", "hospital_intercept", "referral_intercept"])
def test_log_odds_take_multipliers_of_the_odds(name: str) -> None:
    """As many times the odds as the multiplier says, as `help_seeking_odds` has it."""
    for factor in (0.5, 1.4, 3.0):
        odds = math.exp(number_today(name, factor)) / math.exp(number_today(name, 1.0))
        assert odds == pytest.approx(factor, rel=1e-12)
    assert number_today(name, 1.0) == parameters()[name].default
    assert "multiply the odds" in dict(declared_lines(parameters()[name]))["trend"]


@pytest.mark.parametrize(
    ("name", "factor", "expected"),
    [
        ("connectedness_everyone", 2, "has no multiple.*isolation"),
        ("contact_intercept", 0, r"contact_intercept\.2015: odds of -3\.62 x 0"),
        ("supportive_chance", 1.5, r"supportive_chance\.2015: 0\.7 x 1\.5 = 1\.05"),
    ],
)
def test_what_has_no_multiple_or_leaves_its_range_is_refused(name, factor, expected) -> None:
    with pytest.raises(ScenarioError, match=expected):
        load_scenario("baseline", overrides={f"trends.{name}.2015": factor})


def test_numbers_that_may_be_negative_are_never_multiplied() -> None:
    negative = {each.name for each in TAKE_TRENDS if each.low < 0}
    assert negative == {each.name for each in TAKE_TRENDS if each.trend_on == "odds"}
