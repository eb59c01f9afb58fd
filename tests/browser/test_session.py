"""What is chosen on a page, and what a reset makes of it."""

from pathlib import Path

import pytest

from abm.browser.choices import Choices
from abm.browser.session import Session
from abm.scenario import load_scenario


@pytest.fixture
def session() -> Session:
    """Return a session whose player was never started."""
    return Session(Choices("school-skills", population=300))


def test_a_value_is_kept_until_it_is_taken_back(session: Session) -> None:
    assert not session.is_waiting()
    session.set_value("stressor_rate", 0.7)
    assert session.value_of("stressor_rate") == 0.7
    assert session.changes() == ["stressor_rate"]
    assert session.is_waiting()
    session.reset()
    assert not session.is_waiting()
    assert session.value_of("stressor_rate") == 0.7
    session.set_value("stressor_rate", session.original_of("stressor_rate"))
    assert session.changes() == []
    assert session.is_waiting()


def test_an_intervention_keeps_what_the_scenario_says_of_it(session: Session) -> None:
    (own,) = session.interventions()
    session.turn("school_skills_programme", False)
    assert session.interventions() == ()
    session.turn("school_skills_programme", True)
    assert session.choices.value.interventions is None
    session.cover("school_skills_programme", 0.2)
    (changed,) = session.interventions()
    assert changed == {**own, "coverage": 0.2}
    session.turn("dbt_a", True)
    lived = session.choices.value.resolve()
    assert [each.kind for each in lived.interventions] == ["school_skills_programme", "dbt_a"]


def test_the_scenario_s_own_interventions_are_lived_as_in_a_run(session: Session) -> None:
    expected = load_scenario("school-skills", population=300)
    assert session.choices.value.resolve() == expected
    session.turn("dbt_a", True)
    assert session.choices.value.resolve().interventions[0] == expected.interventions[0]


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", str(2**64), "\N{FULLWIDTH DIGIT ONE}"])
def test_a_wrong_seed_keeps_the_page_from_resetting(session: Session, text: str) -> None:
    session.seed_text.value = text
    assert session.seed_problem()
    session.reset()
    assert session.lived.value.seed == 1


@pytest.mark.parametrize("text", ["149", "50001", "many", "9" * 30])
def test_a_wrong_number_of_people_is_said(session: Session, text: str) -> None:
    session.people_text.value = text
    assert session.people_problem()


def test_a_scenario_that_is_wrong_is_refused_and_said(session: Session, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text('extends = "baseline"\n[parameters]\nstressor_rat = 1.0\n', encoding="utf-8")
    session.choose_scenario(str(broken))
    assert "stressor_rate" in session.scenario_problem.value
    assert session.choices.value.scenario == "school-skills"
    session.choose_scenario("baseline")
    assert session.scenario_problem.value == ""


def test_another_scenario_forgets_what_was_changed(session: Session) -> None:
    session.set_value("stressor_rate", 0.7)
    session.turn("dbt_a", True)
    session.choose_scenario("baseline")
    assert session.choices.value == Choices("baseline", population=300)
