"""Which scenario each world lives, where the run asked for changes parameters."""

from pathlib import Path

import pytest

from abm.evidence.register import StudiedWorld, register
from abm.evidence.worlds import scenario_of
from abm.io.messages import ScenarioError

OTHER = 'extends = "baseline"\n[parameters]\nstressor_rate = 0.7\n[switches]\nservices = "off"\n'


@pytest.fixture
def other(tmp_path: Path) -> str:
    path = tmp_path / "other.toml"
    path.write_text(OTHER)
    return str(path)


@pytest.mark.parametrize("world", list(register().worlds))
def test_every_world_has_what_the_run_changes_and_it_does_not(world: str, other: str) -> None:
    how = register().worlds[world]
    plain, lived = scenario_of(how, "baseline", 500), scenario_of(how, other, 500)
    expected = how.changes.get("stressor_rate", 0.7)
    assert lived.parameters["stressor_rate"] == expected
    assert lived.switches["services"] == "off"
    same = {**plain.parameters} | {"stressor_rate": expected}
    assert lived.parameters == same
    assert lived.calendar == plain.calendar
    assert lived.trends == plain.trends
    assert lived.population == plain.population


def test_a_scenario_of_its_own_keeps_what_it_sets(tmp_path: Path, other: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text('extends = "england-2000-2014"\n[parameters]\nstressor_rate = 0.8\n')
    how = StudiedWorld(meaning="made up", scenario=str(own))
    lived = scenario_of(how, other, 100)
    assert lived.parameters["stressor_rate"] == 0.8
    assert lived.switches["services"] == "off"


def test_what_a_world_changes_back_to_the_default_stays(other: str) -> None:
    how = StudiedWorld(meaning="made up", scenario="england-2000-2014", changes={"services": "on"})
    assert scenario_of(how, other, 100).switches["services"] == "on"


def test_a_change_that_a_trend_cannot_have_is_told(tmp_path: Path) -> None:
    path = tmp_path / "far.toml"
    path.write_text('extends = "baseline"\n[parameters]\nawareness_rate = 0.0\n')
    with pytest.raises(ScenarioError, match=r"england-2000-2014 .*awareness_rate"):
        scenario_of(register().worlds["england"], str(path), 100)
