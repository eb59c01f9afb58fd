"""What a page compares with, and what it is called."""

from pathlib import Path

import pytest

from abm.browser.choices import Choices
from abm.browser.counterfactual import counterfactual_of
from abm.scenario.files import available_scenarios
from abm.scenario.scenario import load_scenario

CRISIS = {"kind": "crisis_support", "coverage": 0.5}


@pytest.mark.parametrize("name", ["baseline", "england-2000-2014", "birth-cohort"])
def test_a_scenario_of_its_own_years_or_people_has_nothing_to_be_compared_with(name: str) -> None:
    assert counterfactual_of(Choices(name, population=300)) is None


def test_every_other_shipped_scenario_is_compared_with_what_it_extends() -> None:
    alone = {"baseline", "birth-cohort", "england-2000-2014", "victoria-2008-2015"}
    shipped = {listed.name for listed in available_scenarios()}
    compared = {name: counterfactual_of(Choices(name)) for name in shipped}
    assert {name for name, pair in compared.items() if pair is None} == alone
    bases = {pair.scenario.name for pair in compared.values() if pair is not None}
    assert bases == {"baseline"}


def test_years_size_and_prices_of_its_own_keep_no_programme_from_being_compared(
    tmp_path: Path,
) -> None:
    """As of a file begun with `nssi init`; the world without it lasts as long, at these prices."""
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'extends = "baseline"\neconomics = { currency = "EUR" }\n[population]\nsize = 400\n'
        '[calendar]\nyears = 5\n[[interventions]]\nkind = "school_skills_programme"\n'
    )
    pair = counterfactual_of(Choices(str(mine), population=None))
    assert pair is not None
    assert pair.label == "Baseline, without Skills lessons in school"
    without, own = pair.pair
    assert (without.calendar.years, without.population.size) == (5, 400)
    assert without.economics == own.economics


def test_what_is_changed_on_the_page_is_taken_back_and_nothing_else() -> None:
    """Crisis support in England is held against England, not against the defaults of the model."""
    pair = counterfactual_of(Choices("england-2000-2014", population=300, interventions=(CRISIS,)))
    assert pair is not None
    assert pair.scenario == load_scenario("england-2000-2014", population=300)
    title = "England 2000-2014: two household surveys, without Crisis support"
    assert pair.sentence == f"Grey: {title}; same people, same draws of chance."
    assert [one.name for one in pair.pair] == ["england-2000-2014", "england-2000-2014-changed"]


def test_a_programme_that_is_changed_is_held_against_the_world_without_it() -> None:
    own = counterfactual_of(Choices("school-skills"))
    more = counterfactual_of(Choices("school-skills", values={"stressor_rate": 0.7}))
    assert own is not None
    assert more is not None
    assert own.scenario == more.scenario
    assert own.label == "Baseline, without Skills lessons in school"
    assert more.label == f"{own.label} and the change of stressor rate"
    assert [one.name for one in more.pair] == ["baseline", "school-skills"]
    assert counterfactual_of(Choices("school-skills", interventions=())) is None


def test_a_file_that_extends_a_programme_is_held_against_that_programme(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('extends = "school-skills"\n[parameters]\nstressor_rate = 0.7\n')
    pair = counterfactual_of(Choices(str(mine), interventions=()))
    assert pair is not None
    assert pair.scenario.name == "school-skills"
    assert pair.label == (
        "Skills lessons in school at 12-13, without the change of stressor rate "
        "and with Skills lessons in school"
    )
