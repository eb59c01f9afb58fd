"""Interventions of a scenario: what is right arrives, what is wrong is one clear message."""

import pickle
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_checks import FULL, message_of, write

from abm.scenario.intervention_library import COST_PER, WHO, kinds
from abm.scenario.interventions import (
    FIRST_AGE,
    LAST_AGE,
    MOST_INTERVENTIONS,
    SEXES,
    ForPersons,
    complete_interventions,
)
from abm.scenario.scenario import Scenario, ScenarioError, load_scenario

SKILLS = "[[interventions]]\nkind = 'school_skills_programme'\n"
PLACES = "[[interventions]]\nkind = 'more_specialist_places'\n"
TWO = """\
[[interventions]]
kind = "school_skills_programme"
start = 2016-09-01
end = 2018-01-31
ramp_years = 1
coverage = 0.5
ages = [13, 15]
sex = "female"
who = "self_injured_ever"
effects = { regulation = 0.4 }
half_life_years = 1
months_to_full = 2
uptake_risk = -0.5
cost = 12

[[interventions]]
kind = "media_guidelines"
effects = { online_exposure = 0.5 }
"""

WRONG = [
    (SKILLS + "covrage = 1", "interventions[1].covrage", "did you mean 'coverage'"),
    (SKILLS + "regulation = 0.1", "interventions[1].regulation", "belongs under effects"),
    (SKILLS + "label = 'x'", "interventions[1].label", "no such key"),
    (SKILLS + "coverage = 1.1", "interventions[1].coverage", "a share from 0 to 1"),
    (SKILLS + "coverage = '1'", "interventions[1].coverage", "a share from 0 to 1"),
    (SKILLS + "coverage = true", "interventions[1].coverage", "a share from 0 to 1"),
    (SKILLS + "coverage = nan", "interventions[1].coverage", "a share from 0 to 1"),
    (SKILLS + "[[interventions]]\nkind = 'dbt_a'\ncoverage = 2", "interventions[2].coverage", "2"),
    (SKILLS + "ramp_years = -1", "interventions[1].ramp_years", "from 0 to 100"),
    (SKILLS + "ages = [13]", "interventions[1].ages", "[first, last]"),
    (SKILLS + "ages = 13", "interventions[1].ages", "[first, last]"),
    (SKILLS + "ages = [15, 13]", "interventions[1].ages", "not [15, 13]"),
    (SKILLS + "ages = [9, 13]", "interventions[1].ages", "from 10 to 24"),
    (SKILLS + "ages = [13, 25]", "interventions[1].ages", "from 10 to 24"),
    (SKILLS + "ages = [13.0, 14.0]", "interventions[1].ages", "not [13.0, 14.0]"),
    (SKILLS + "ages = [true, 14]", "interventions[1].ages", "not [True, 14]"),
    (SKILLS + "sex = 'femal'", "interventions[1].sex", "did you mean 'female'"),
    (SKILLS + "sex = 0", "interventions[1].sex", '"all", "female", "male"'),
    (SKILLS + "who = 'hi_adversity'", "interventions[1].who", "did you mean 'high_adversity'"),
    (SKILLS + "who = ['everyone']", "interventions[1].who", '"everyone"'),
    (SKILLS + "effects = 0.2", "interventions[1].effects", "{ regulation = 0.2 }"),
    (SKILLS + "effects = { regultion = 1 }", "effects.regultion", "did you mean 'regulation'"),
    (SKILLS + "effects = { vagal_tone = 1 }", "effects.vagal_tone", "it changes regulation"),
    (SKILLS + "effects = { regulation = 1.1 }", "effects.regulation", "from -1 to 1 (z)"),
    (SKILLS + "effects = { regulation = '1' }", "effects.regulation", "a number"),
    (SKILLS + "effects = { regulation = true }", "effects.regulation", "a number"),
    (SKILLS + "effects = { regulation = inf }", "effects.regulation", "a number"),
    (SKILLS + "half_life_years = -1", "interventions[1].half_life_years", "from 0 to 100"),
    (SKILLS + "months_to_full = 'six'", "interventions[1].months_to_full", "from 0 to 600"),
    (SKILLS + "uptake_risk = 6", "interventions[1].uptake_risk", "from -5 to 5"),
    (SKILLS + "cost = -1", "interventions[1].cost", "a number from 0"),
    (SKILLS + "start = 2015-08-31", "interventions[1].start", "2015-09-01 to 2025-08-31"),
    (SKILLS + "start = 2025-09-01", "interventions[1].start", "2015-09-01 to 2025-08-31"),
    (SKILLS + "start = '2016-09-01'", "interventions[1].start", "a date"),
    (SKILLS + "start = 2016-09-01T00:00:00", "interventions[1].start", "a date"),
    (SKILLS + "start = 2016", "interventions[1].start", "a date"),
    (SKILLS + "end = 2015-09-01", "interventions[1].end", "a date after 2015-09-01"),
    (SKILLS + "start = 2018-01-01\nend = 2017-01-01", "interventions[1].end", "after 2018-01-01"),
    (SKILLS + "end = 2017", "interventions[1].end", "a date"),
    ("[[interventions]]\ncoverage = 1", "interventions[1].kind", "is missing"),
    ("[[interventions]]\nkind = 3", "interventions[1].kind", "the name of a kind"),
    ("[[interventions]]\nkind = 'dbt-a'", "interventions[1].kind", "did you mean 'dbt_a'"),
    ("[[interventions]]\nkind = 'school_skills'", "kind", "'school_skills_programme'"),
    ("[[interventions]]\nkind = ''", "interventions[1].kind", "lists them"),
    (PLACES + "ages = [12, 13]", "interventions[1].ages", "changes numbers for everybody"),
    (PLACES + "sex = 'all'", "interventions[1].sex", "so it has no sex"),
    (PLACES + "who = 'everyone'", "interventions[1].who", "so it has no who"),
    (PLACES + "uptake_risk = 0", "interventions[1].uptake_risk", "so it has no uptake_risk"),
    (PLACES + "half_life_years = 0", "half_life_years", "so it has no half_life_years"),
    (PLACES + "months_to_full = 0", "months_to_full", "so it has no months_to_full"),
    (PLACES + "effects = { specialist_places = -1 }", "specialist_places", "from 0 to 10"),
    ("interventions = 5", "interventions", "[[interventions]] tables"),
    ("interventions = [5]", "interventions[1]", "a table"),
    ("[interventions]\nkind = 'dbt_a'", "interventions", "[[interventions]] tables"),
    ("[[intervention]]\nkind = 'dbt_a'", "intervention", "did you mean 'interventions'"),
    ("coverage = 0.5", "coverage", "belongs under [[interventions]]"),
    (SKILLS * (MOST_INTERVENTIONS + 1), "interventions", "at most 16"),
    (SKILLS + PLACES + SKILLS, "interventions[3]", "the same as interventions[1]"),
    (SKILLS + PLACES + SKILLS + "coverage = 0.7", "interventions[3]", 'such as name = "second"'),
    (PLACES * 2, "interventions[2]", "the same as interventions[1]"),
    (SKILLS + "name = ''", "interventions[1].name", "1 to 60 characters"),
    (SKILLS + "name = 3", "interventions[1].name", "1 to 60 characters"),
    (SKILLS + "name = ' girls'", "interventions[1].name", "1 to 60 characters"),
    (SKILLS + 'name = "a\\nb"', "interventions[1].name", "one line"),
    (SKILLS + "cost_per = 'head'", "interventions[1].cost_per", '"person", "start"'),
    (SKILLS + "cost_per = 'person_years'", "cost_per", "did you mean 'person_year'"),
]


@pytest.mark.parametrize(("text", "key", "expected"), WRONG)
def test_what_is_wrong_is_named(folder: Path, text: str, key: str, expected: str) -> None:
    path = write(folder, "wrong", text)
    message = message_of(path)
    assert message.startswith(f"{path}: ")
    assert key in message
    assert expected in message


def test_what_is_wrong_with_the_calendar_is_said_first(folder: Path) -> None:
    text = "[calendar]\nyears = 0\n" + SKILLS + "coverage = 2"
    assert "calendar.years" in message_of(write(folder, "wrong", text))


def test_every_key_arrives_and_comes_back(folder: Path) -> None:
    scenario = load_scenario(write(folder, "two", FULL + TWO))
    first, second = scenario.interventions
    assert isinstance(first, ForPersons)
    assert first.resolved() == {
        "kind": "school_skills_programme",
        "start": "2016-09-01",
        "end": "2018-01-31",
        "ramp_years": 1.0,
        "coverage": 0.5,
        "effects": {"regulation": 0.4, "distress_tolerance": 0.2},
        "cost": 12.0,
        "cost_per": "person",
        "ages": [13, 15],
        "sex": "female",
        "who": "self_injured_ever",
        "months_to_full": 2.0,
        "half_life_years": 1.0,
        "uptake_risk": -0.5,
    }
    defaults = {name: effect.value for name, effect in kinds()["media_guidelines"].effects.items()}
    assert second.effects == {**defaults, "online_exposure": 0.5}
    assert second.start == scenario.calendar.start
    assert scenario.resolved()["interventions"] == [first.resolved(), second.resolved()]
    for back in (
        load_scenario(write(folder, "two", scenario.to_toml())),
        pickle.loads(pickle.dumps(scenario)),
        scenario.with_parameters(stressor_rate=2.0).with_parameters(stressor_rate=1.0),
    ):
        assert back == scenario
        assert back.content_hash() == scenario.content_hash()


def test_interventions_are_part_of_the_content(folder: Path) -> None:
    """The order of the list is, too: it is the order of bits and of tables."""
    plain, one = write(folder, "plain", FULL), write(folder, "one", FULL + SKILLS)
    other = write(folder, "other", FULL + SKILLS + "coverage = 0.71")
    both = write(folder, "both", FULL + SKILLS + PLACES)
    turned = write(folder, "turned", FULL + PLACES + SKILLS)
    hashes = {load_scenario(path).content_hash() for path in (plain, one, other, both, turned)}
    assert len(hashes) == 5


def test_an_intervention_cannot_be_changed(folder: Path) -> None:
    each = load_scenario(write(folder, "one", SKILLS)).interventions[0]
    with pytest.raises(ValueError, match="frozen"):
        each.coverage = 0.1  # type: ignore[misc]
    with pytest.raises(TypeError):
        each.effects["regulation"] = 1.0


def test_a_list_replaces_that_of_the_parent(folder: Path) -> None:
    write(folder, "parent", SKILLS)
    same = load_scenario(write(folder, "same", 'extends = "parent"'))
    assert [each.kind for each in same.interventions] == ["school_skills_programme"]
    child = load_scenario(write(folder, "child", 'extends = "parent"\n' + PLACES))
    assert [each.kind for each in child.interventions] == ["more_specialist_places"]
    none = load_scenario(write(folder, "none", 'extends = "parent"\ninterventions = []'))
    assert none.interventions == ()


def test_a_start_left_out_follows_the_calendar(folder: Path) -> None:
    path = write(folder, "one", SKILLS)
    assert load_scenario(path).interventions[0].start == date(2015, 9, 1)
    later = load_scenario(path, overrides={"calendar.start": "2017-01-01"})
    assert later.interventions[0].start == date(2017, 1, 1)
    write(folder, "fixed", SKILLS + "start = 2016-09-01")
    message = message_of("fixed", overrides={"calendar.start": "2017-01-01"})
    assert "fixed with overrides: interventions[1].start" in message
    assert "2015-09-01 to 2016-08-31" in message_of("fixed", years=1)


def test_overrides_change_every_intervention_of_a_kind(folder: Path) -> None:
    path = write(folder, "three", SKILLS + PLACES + SKILLS + "effects = { regulation = 0.4 }")
    overrides = {
        "interventions.school_skills_programme.coverage": 0.25,
        "interventions.school_skills_programme.start": "2016-02-01",
        "interventions.school_skills_programme.sex": "male",
        "interventions.more_specialist_places.effects.specialist_places": "3",
    }
    first, places, second = load_scenario(path, overrides=overrides).interventions
    for each in (first, second):
        assert (each.coverage, each.start) == (0.25, date(2016, 2, 1))
        assert isinstance(each, ForPersons)
        assert each.sex == "male"
    assert (first.effects["regulation"], second.effects["regulation"]) == (0.2, 0.4)
    assert places.effects == {"specialist_places": 3.0}
    assert places.coverage == 1.0


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("interventions", "1", "expected interventions.KIND.KEY"),
        ("interventions.school_skills_programme", "1", "expected interventions.KIND.KEY"),
        ("interventions.school_skills_programme.effects", "1", "effects.QUANTITY"),
        ("interventions.school_skills_programme.ages.first", "1", "expected interventions.KIND"),
        ("interventions.dbt_a.coverage", "1", "it has school_skills_programme"),
        ("interventions.school_skill_programme.coverage", "1", "did you mean"),
        ("interventions.school_skills_programme.covrage", "1", "did you mean 'coverage'"),
        ("interventions.school_skills_programme.coverage", "lots", "a share from 0 to 1"),
        ("interventions.school_skills_programme.ages", "[1, 2]", "from 10 to 24"),
        ("interventions.school_skills_programme.effects.tone", "1", "it changes regulation"),
        ("interventions.school_skills_programme.kind", "dbt", "there is no kind called 'dbt'"),
    ],
)
def test_a_wrong_override_is_refused(folder: Path, name: str, value: str, expected: str) -> None:
    write(folder, "one", SKILLS)
    assert expected in message_of("one", overrides={name: value})


def test_an_override_of_a_scenario_without_interventions_is_refused() -> None:
    message = message_of("baseline", overrides={"interventions.dbt_a.coverage": "1"})
    assert "it has none" in message


KEYS = [*ForPersons.model_fields, "name"]
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.datetimes()
    | st.lists(st.integers(8, 26) | st.text(max_size=3), max_size=3)
    | st.sampled_from([*kinds(), *WHO, *SEXES])
)
EFFECTS = st.dictionaries(st.sampled_from(["regulation", "coverage", ""]), VALUES, max_size=3)
ANY_TABLE = st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), VALUES | EFFECTS)
WITH_KIND = st.builds(
    lambda kind, table: {**table, "kind": kind}, st.sampled_from([*kinds()]), ANY_TABLE
)


@settings(deadline=None, max_examples=300)
@given(tables=VALUES | st.lists(ANY_TABLE | WITH_KIND | VALUES, max_size=4))
def test_any_interventions_are_a_scenario_or_a_scenario_error(tables: Any) -> None:
    try:
        scenario = Scenario.from_table({"interventions": tables}, "any")
    except ScenarioError as error:
        check_message(str(error))
    else:
        assert len(scenario.interventions) == len(tables)


def check_message(message: str) -> None:
    assert 1 <= len(message.split("\n")) <= 2
    assert "interventions" in message


RIGHT = st.fixed_dictionaries(
    {"kind": st.just("school_skills_programme")},
    optional={
        "start": st.dates(date(2015, 9, 1), date(2025, 8, 31)),
        "end": st.dates(date(2025, 9, 1), date(2999, 1, 1)),
        "ramp_years": st.floats(0, 100),
        "coverage": st.floats(0, 1),
        "ages": st.lists(st.integers(FIRST_AGE, LAST_AGE), min_size=2, max_size=2).map(sorted),
        "sex": st.sampled_from(SEXES),
        "who": st.sampled_from([*WHO]),
        "effects": st.fixed_dictionaries({}, optional={"regulation": st.floats(-1, 1)}),
        "half_life_years": st.floats(0, 100),
        "months_to_full": st.floats(0, 600),
        "uptake_risk": st.floats(-5, 5),
        "cost": st.floats(0, 1e9),
        "cost_per": st.sampled_from([*COST_PER]),
        "name": st.sampled_from(["girls", "evening classes", "Mädchen"]),
    },
)


def content_of(table: dict[str, Any]) -> str:
    return complete_interventions([table], date(2015, 9, 1), date(2025, 9, 1))[0].content()


@settings(deadline=None, max_examples=50)
@given(tables=st.lists(RIGHT, max_size=MOST_INTERVENTIONS, unique_by=content_of))
def test_any_right_interventions_come_back_from_their_text(
    tmp_path_factory: pytest.TempPathFactory, tables: list[dict[str, Any]]
) -> None:
    scenario = Scenario.from_table({"interventions": tables}, "same")
    path = tmp_path_factory.getbasetemp() / "same.toml"
    path.write_text(scenario.to_toml(), encoding="utf-8")
    assert load_scenario(path) == scenario
    assert load_scenario(path).content_hash() == scenario.content_hash()
