"""A key says all that decides a result and nothing else; a listing names what differs."""

import pytest

from abm.runs import keys
from abm.runs.keys import agent_days, differences_of, result_key
from abm.scenario.scenario import Scenario, load_scenario

BASE = load_scenario("birth-cohort", population=50, years=2)


def other(**settings):
    return load_scenario("birth-cohort", population=50, years=2, overrides=settings)


def test_a_key_says_all_that_decides_the_figures_and_nothing_else(monkeypatch):
    same = BASE.model_copy(update={"name": "other", "title": "Other"})
    watched = other(**{"observation.panel_share": 0.5})
    dearer = other(**{"economics.price_presentation": 809})
    key = result_key("run", BASE, 1)
    assert len(key) == 64
    assert result_key("run", same, 1) == result_key("run", watched, 1) == key
    assert result_key("run", dearer, 1) == key
    others = {
        result_key("people", BASE, 1),
        result_key("run", BASE, 2),
        result_key("run", BASE, 1, "another evaluator"),
        result_key("run", BASE.with_parameters(stressor_rate=0.71), 1),
        result_key("run", load_scenario("birth-cohort", population=51, years=2), 1),
        result_key("run", other(opioids="reduced"), 1),
    }
    monkeypatch.setattr("abm.runs.keys.code_version", lambda: "0" * 16)
    others.add(result_key("run", BASE, 1))
    assert len(others) == 7
    assert key not in others


def test_other_versions_of_numpy_and_numba_have_other_keys(monkeypatch):
    before = result_key("run", BASE, 1)
    assert "numpy " in keys.made_with()
    assert "numba " in keys.made_with()
    monkeypatch.setattr(keys, "made_with", lambda: "another numpy")
    assert result_key("run", BASE, 1) != before


def test_differences_have_the_names_that_set_takes():
    assert differences_of(Scenario(name="plain")) == {}
    lived = load_scenario(
        "birth-cohort",
        population=50,
        overrides={"stressor_rate": 0.7, "trends.stressor_size.2015": 1.5},
    )
    differences = differences_of(lived)
    assert differences == {
        "population.kind": "cohort",
        "population.size": 50,
        "calendar.years": 15,
        "stressor_rate": 0.7,
        "trends.stressor_size.2015": 1.5,
    }
    again = load_scenario("baseline", overrides=differences)
    assert result_key("run", again, 1) == result_key("run", lived, 1)


@pytest.mark.parametrize(
    ("name", "years", "lived"), [("birth-cohort", 15, 15), ("baseline", 10, 25)]
)
def test_days_of_all_people_count_the_warm_up(name, years, lived):
    scenario = load_scenario(name, population=100, years=years)
    assert agent_days(scenario) == round(100 * lived * 365.25)
