"""What is right in a scenario is read and resolved."""

import pickle
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_checks import FULL, write

from abm import parameters as declared
from abm.scenario.scenario import Population, Scenario, ScenarioError, load_scenario


def test_baseline_is_an_open_population_without_trend() -> None:
    baseline = load_scenario("baseline")
    assert baseline.population == Population(kind="open", size=10_000)
    assert baseline.calendar.start == date(2015, 9, 1)
    assert baseline.calendar.years == 10
    assert baseline.trends == {}


def test_every_parameter_and_switch_is_resolved() -> None:
    baseline = load_scenario("baseline")
    defaults = {name: each.default for name, each in declared.parameters().items()}
    assert baseline.parameters == defaults
    assert baseline.switches == {name: each.default for name, each in declared.switches().items()}


def test_every_key_of_a_file_arrives(folder: Path) -> None:
    scenario = load_scenario(write(folder, "full", FULL))
    assert scenario.name == "full"
    assert scenario.population.size == 500
    assert scenario.calendar.start == date(2016, 1, 2)
    assert scenario.parameters["stressor_rate"] == 1.0
    assert isinstance(scenario.parameters["stressor_rate"], float)
    assert scenario.switches["dissociation"] == "end"
    assert list(scenario.trends["stressor_rate"].items()) == [(2015, 1.0), (2025, 1.5)]
    assert scenario.observation.prompts_per_day == 10
    economics = scenario.economics
    assert (economics.money(), economics.price_presentation) == ("GBP of 2014", 809.0)
    assert economics.source("price_presentation") == "Tsiachristas 2017"
    assert economics.source("weight_year") == "assumption"


def test_a_child_says_only_what_differs(folder: Path) -> None:
    write(folder, "parent", FULL)
    text = 'extends = "parent"\n[population]\nsize = 7\n[trends.stressor_rate]\n2015 = 0.5\n'
    parent, child = load_scenario("parent"), load_scenario(write(folder, "child", text))
    assert child.population.size == 7
    assert child.trends["stressor_rate"] == {2015: 0.5, 2025: 1.5}
    assert child.title == ""
    assert child.parameters == parent.parameters
    assert child.calendar == parent.calendar


def test_a_name_is_looked_for_beside_the_file_then_here_then_among_the_shipped(
    folder: Path, tmp_path: Path
) -> None:
    beside = tmp_path / "beside"
    beside.mkdir()
    child = write(beside, "child", 'extends = "baseline"')
    assert load_scenario(child).population.size == 10_000
    write(folder, "baseline", "[population]\nsize = 2")
    assert load_scenario(child).population.size == 2
    assert load_scenario("baseline").population.size == 2
    write(beside, "baseline", "[population]\nsize = 3")
    assert load_scenario(child).population.size == 3


def test_a_cohort_is_followed_to_its_end_unless_the_file_says_otherwise(folder: Path) -> None:
    cohort = '[population]\nkind = "cohort"\n'
    assert load_scenario(write(folder, "alone", cohort)).calendar.years == 15
    child = 'extends = "baseline"\n' + cohort
    assert load_scenario(write(folder, "child", child)).calendar.years == 15
    assert load_scenario("baseline", overrides={"population.kind": "cohort"}).calendar.years == 15
    short = cohort + "[calendar]\nyears = 3\n"
    assert load_scenario(write(folder, "short", short)).calendar.years == 3
    grandchild = 'extends = "short"\n' + cohort
    assert load_scenario(write(folder, "grandchild", grandchild)).calendar.years == 3


def test_windows_line_ends_and_a_byte_order_mark_are_no_matter(folder: Path) -> None:
    path = folder / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode())
    assert load_scenario(path) == load_scenario(write(folder, "windows", FULL))


def test_overrides_take_every_kind_of_name() -> None:
    overrides = {
        "stressor_rate": "0.7",
        "dissociation": "end",
        "population.size": "12",
        "calendar.start": "2017-01-01",
        "observation.panel_share": 1,
        "trends.stressor_rate.2020": "2",
        "parameters.pain_barrier": 3,
    }
    scenario = load_scenario("baseline", years=4, overrides=overrides)
    assert scenario.parameters == {"stressor_rate": 0.7, "pain_barrier": 3.0}
    assert scenario.switches["dissociation"] == "end"
    assert (scenario.population.size, scenario.calendar.years) == (12, 4)
    assert scenario.calendar.start == date(2017, 1, 1)
    assert scenario.observation.panel_share == 1.0
    assert scenario.trends == {"stressor_rate": {2020: 2.0}}


def test_setting_what_is_already_so_changes_nothing() -> None:
    baseline = load_scenario("baseline")
    same = load_scenario("baseline", population=10_000, overrides={"dissociation": "both"})
    assert same == baseline
    assert same.content_hash() == baseline.content_hash()


def test_a_scenario_cannot_be_changed() -> None:
    scenario = load_scenario("baseline")
    with pytest.raises(ValueError, match="frozen"):
        scenario.title = "other"  # type: ignore[misc]
    with pytest.raises(TypeError, match="with_parameters"):
        scenario.parameters["stressor_rate"] = 2.0
    with pytest.raises(TypeError, match="with_parameters"):
        scenario.parameters.update(stressor_rate=2.0)


def test_a_pickled_scenario_comes_back_equal(folder: Path) -> None:
    scenario = load_scenario(write(folder, "full", FULL))
    back = pickle.loads(pickle.dumps(scenario))
    assert back == scenario
    assert (hash(back), back.content_hash()) == (hash(scenario), scenario.content_hash())


def test_other_parameters_make_another_scenario() -> None:
    baseline = load_scenario("baseline")
    other = baseline.with_parameters(stressor_rate=2)
    assert other.parameters["stressor_rate"] == 2.0
    assert baseline.parameters["stressor_rate"] == 0.9
    assert other.content_hash() != baseline.content_hash()
    assert other.with_parameters(stressor_rate=0.9) == baseline
    with pytest.raises(ScenarioError, match="stressor_rate"):
        baseline.with_parameters(stresor_rate=1.0)
    with pytest.raises(ScenarioError, match="0 to 5"):
        baseline.with_parameters(stressor_rate=50.0)


def test_minus_zero_is_zero() -> None:
    zero, minus = (load_scenario("baseline").with_parameters(stressor_rate=x) for x in (0.0, -0.0))
    assert zero.content_hash() == minus.content_hash()


def test_the_order_of_a_file_does_not_matter(folder: Path) -> None:
    head, *tables = FULL.split("\n[")
    turned = "\n[".join([head, *tables[::-1]])
    straight = load_scenario(write(folder, "same", FULL)).content_hash()
    assert load_scenario(write(folder, "same", turned)).content_hash() == straight


@settings(deadline=None, max_examples=50)
@given(
    rate=st.floats(0, 5),
    barrier=st.floats(-10, 10),
    answer=st.sampled_from(["induce", "end", "both"]),
    size=st.integers(1, 5_000_000),
    start=st.dates(date(1900, 1, 1), date(2200, 12, 31)),
    factors=st.dictionaries(st.integers(1900, 2300), st.floats(0, 1), max_size=4),
    title=st.text(st.characters(codec="utf-8"), max_size=20).filter(str.isprintable),
)
def test_written_as_toml_it_reads_back_equal(
    tmp_path_factory: pytest.TempPathFactory,
    rate: float,
    barrier: float,
    answer: str,
    size: int,
    start: date,
    factors: dict[int, float],
    title: str,
) -> None:
    table = {
        "title": title,
        "population": {"size": size},
        "calendar": {"start": start},
        "parameters": {"stressor_rate": rate, "pain_barrier": barrier},
        "switches": {"dissociation": answer},
        "trends": {"stressor_rate": factors} if factors and rate else {},
    }
    scenario = Scenario.from_table(table, "same")
    path = tmp_path_factory.mktemp("back") / "same.toml"
    path.write_text(scenario.to_toml(), encoding="utf-8")
    assert load_scenario(path) == scenario
    assert load_scenario(path).content_hash() == scenario.content_hash()


def test_variants_of_one_scenario_have_names_and_interventions_of_their_own():
    base = load_scenario("school-skills")
    lessons = {"kind": "school_skills_programme", "coverage": 0.5, "ages": [13, 14]}
    more = base.renamed("more-lessons", "More lessons").with_interventions(lessons)
    assert (more.name, more.title) == ("more-lessons", "More lessons")
    assert more.interventions[:-1] == base.interventions
    assert more.interventions[-1].coverage == 0.5
    assert base.renamed("same").title == base.title
    with pytest.raises(ScenarioError, match="cannot name a scenario"):
        base.renamed("more lessons")
    with pytest.raises(ScenarioError, match="coverage"):
        base.with_interventions(lessons | {"coverage": 50})
