"""Anything at all is a scenario or a ScenarioError, never another exception."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_checks import FULL

from abm.scenario.scenario import Scenario, ScenarioError, load_scenario

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.dates()
    | st.datetimes()
)
NAMES = [
    *("extends", "title", "name", "population", "kind", "size", "calendar", "start", "years"),
    *("parameters", "stressor_rate", "switches", "dissociation", "trends", "2015", "interventions"),
    *("observation", "panel_share", "moments_days"),
]
KEYS = st.sampled_from(NAMES) | st.text(max_size=8)
TABLES = st.dictionaries(
    KEYS,
    st.recursive(SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(KEYS, v, max_size=4)),
    max_size=5,
)


def check_short(error: ScenarioError) -> None:
    assert 1 <= len(str(error).split("\n")) <= 2
    assert str(error).strip()


@settings(deadline=None, max_examples=300)
@given(table=TABLES)
def test_any_table_is_a_scenario_or_a_scenario_error(table: dict[str, Any]) -> None:
    try:
        scenario = Scenario.from_table(table, "any")
    except ScenarioError as error:
        check_short(error)
    else:
        assert Scenario.from_table({}, "any").parameters.keys() == scenario.parameters.keys()


@settings(deadline=None, max_examples=300)
@given(
    content=st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.lists(st.sampled_from(FULL.splitlines()), max_size=12).map(lambda x: "\n".join(x).encode())
)
def test_any_file_is_a_scenario_or_a_scenario_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    try:
        load_scenario(path)
    except ScenarioError as error:
        check_short(error)


@settings(deadline=None, max_examples=200)
@given(overrides=st.dictionaries(KEYS | st.just("population.size"), SCALARS | st.text()))
def test_any_override_is_a_scenario_or_a_scenario_error(overrides: dict[str, object]) -> None:
    try:
        load_scenario("baseline", overrides=overrides)
    except ScenarioError as error:
        check_short(error)


@settings(deadline=None, max_examples=200)
@given(name=st.text(max_size=30) | st.sampled_from(["", "/", "\\", ".", "..", "~", "\0", "a/\0"]))
def test_any_name_is_a_scenario_or_a_scenario_error(name: str) -> None:
    try:
        load_scenario(name)
    except ScenarioError as error:
        check_short(error)
