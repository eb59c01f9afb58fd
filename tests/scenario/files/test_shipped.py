"""The scenarios that come with the project, under the model's own numbers."""

from pathlib import Path

import pytest
from scenario_checks import write

from abm.scenario.files import available_scenarios
from abm.scenario.scenario import load_scenario


@pytest.fixture(scope="module", autouse=True)
def small_declarations() -> None:
    """Declare nothing else: shipped scenarios name the model's own numbers."""


def test_shipped_scenarios_load_from_any_folder(folder: Path) -> None:
    assert {"baseline", "birth-cohort"} <= {listing.name for listing in available_scenarios()}
    for listing in available_scenarios():
        assert load_scenario(listing.name).title == listing.title
        assert len(listing.about) >= 2


def test_shipped_scenarios_come_back_from_their_text(folder: Path) -> None:
    for listing in available_scenarios():
        scenario = load_scenario(listing.name)
        back = load_scenario(write(folder, listing.name, scenario.to_toml()))
        assert back == scenario
        assert back.content_hash() == scenario.content_hash()
