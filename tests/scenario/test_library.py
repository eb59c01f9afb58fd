"""The library: every entry is complete, valid, documented and usable."""

import json
from pathlib import Path

import pytest
from made_up_people import END, FIRST_DAY, interventions

from abm.cli.lists import find_kind, kind_lines, kind_object, kind_row
from abm.io.messages import InputError
from abm.parameters import parameters
from abm.people.layout import declared_fields
from abm.scenario.files import available_scenarios
from abm.scenario.intervention_library import (
    FIELDS_OF_PERSONS,
    LIBRARY_FILE,
    WHO,
    DeclarationError,
    kinds,
    read_library,
)
from abm.scenario.interventions import FIRST_AGE, LAST_AGE, ForPersons, Intervention
from abm.scenario.scenario import load_scenario
from docs.make.interventions import page

REPOSITORY = Path(__file__).parents[2]
NUMBERS = {
    "prevention_of_maltreatment": 1,
    "family_support_programme": 2,
    "school_skills_programme": 3,
    "self_compassion_programme": 4,
    "biofeedback": 5,
    "media_guidelines": 6,
    "help_seeking_campaign": 7,
    "gatekeeper_training": 8,
    "more_specialist_places": 9,
    "dbt_a": 10,
    "brief_contact_after_hospital": 11,
    "crisis_support": 12,
    "opioid_antagonist_probe": 13,
    "stressor_surge": 14,
    "isolation": 15,
}


def test_numbers_of_kinds_never_change() -> None:
    """They key the luck of who is reached; a new kind takes a new number."""
    assert {kind.name: kind.number for kind in kinds().values()} == NUMBERS


@pytest.mark.parametrize("name", NUMBERS)
def test_a_kind_alone_is_a_complete_intervention(name: str) -> None:
    (each,) = interventions({"kind": name})
    kind = kinds()[name]
    assert (each.start, each.end) == (FIRST_DAY, None)
    assert each.effects == {quantity: effect.value for quantity, effect in kind.effects.items()}
    assert isinstance(each, ForPersons) == kind.is_for_persons
    said = {"kind", "name", "start", "end", "effects", "fixed_cost"}
    assert set(kind.defaults) == set(type(each).model_fields) - said
    assert 0.0 < each.coverage <= 1.0
    assert each.start < END


@pytest.mark.parametrize("name", NUMBERS)
def test_a_kind_changes_what_exists(name: str) -> None:
    """Fields of a person, or parameters that may change over the years, within their range."""
    kind = kinds()[name]
    for quantity, effect in kind.effects.items():
        assert effect.low <= effect.null <= effect.high
        if kind.is_for_persons:
            assert FIELDS_OF_PERSONS[quantity] in declared_fields()
            continue
        assert parameters()[quantity].trend, quantity
        assert effect.how == "add" or parameters()[quantity].trend_on == "number", quantity
        assert quantity not in FIELDS_OF_PERSONS


def test_every_entry_says_what_it_rests_on() -> None:
    """Evidence ids as in published figures, or the word assumption."""
    for kind in kinds().values():
        for source in (kind.evidence, *(effect.source for effect in kind.effects.values())):
            assert "assumption" in source or source.startswith("E2"), kind.name
    assert kinds()["opioid_antagonist_probe"].label == "mechanistic what-if"
    assert {kinds()[name].label for name in ("stressor_surge", "isolation")} == {"event"}


def test_the_page_is_up_to_date_and_names_everything() -> None:
    written = (REPOSITORY / "docs" / "interventions.md").read_text(encoding="utf-8")
    assert written == page()
    for name in (*kinds(), *WHO, *FIELDS_OF_PERSONS, *Intervention.model_fields):
        assert name in written, name


def test_the_example_of_the_page_is_a_scenario(tmp_path: Path) -> None:
    example = page().split("```toml\n")[1].split("```")[0]
    path = tmp_path / "example.toml"
    path.write_text(example, encoding="utf-8")
    first, second = load_scenario(path).interventions
    assert first.kind == "school_skills_programme"
    assert first.resolved().keys() >= set(ForPersons.model_fields)
    assert second.kind == "more_specialist_places"


def test_every_kind_stands_in_a_scenario_of_its_own() -> None:
    alone = set()
    for listing in available_scenarios():
        scenario = load_scenario(listing.name)
        assert len(listing.about) >= 2, listing.name
        assert scenario.title
        if len(scenario.interventions) == 1:
            alone.add(scenario.interventions[0].kind)
    assert alone == set(kinds())


def test_packages_hold_their_parts_unchanged() -> None:
    """So that a package can be compared with its parts."""
    parts = {
        "package-schools": ("school-skills", "self-compassion", "gatekeeper-training"),
        "package-services": ("more-specialist-places", "dbt-a", "brief-contact-after-hospital"),
        "pandemic": ("stressor-surge", "isolation"),
    }
    for package, names in parts.items():
        alone = tuple(load_scenario(name).interventions[0] for name in names)
        assert load_scenario(package).interventions == alone


def test_kinds_are_listed_and_explained() -> None:
    for name, kind in kinds().items():
        assert kind_row(kind)[0] == name
        text = " ".join(word for line in kind_lines(kind) for word in line)
        for word in (kind.title, kind.sentence, kind.evidence, *kind.effects, *kind.defaults):
            assert word in text
        assert json.loads(json.dumps(kind_object(kind)))["number"] == kind.number
    with pytest.raises(InputError, match="did you mean 'biofeedback'"):
        find_kind("bio-feedback")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("number = 5", "number = 3"), "same number"),
        (("number = 5", "number = 0"), "biofeedback"),
        (('label = "event"', 'label = "accident"'), "stressor_surge"),
        (("range = [0.0, 3.0]", "range = [1.5, 3.0]"), "range"),
        (("range = [0.0, 10.0]", "range = [0.0]"), "more_specialist_places"),
        (("effects.vagal_tone", "effects.vagal_ton"), "vagal_ton"),
        (('audience = "therapies"\n', ""), "audience"),
        (('setting = "clinic"\n', ""), "setting"),
        (("cost = ", "cost "), "not valid TOML"),
    ],
)
def test_a_wrong_entry_is_refused(change: tuple[str, str], expected: str) -> None:
    text = LIBRARY_FILE.read_text(encoding="utf-8")
    assert change[0] in text
    with pytest.raises(DeclarationError, match=expected):
        read_library(text.replace(*change), "library.toml")


def test_ages_of_the_library_are_ages_of_people() -> None:
    for kind in kinds().values():
        if kind.is_for_persons:
            first, last = kind.defaults["ages"]
            assert FIRST_AGE <= first <= last <= LAST_AGE
