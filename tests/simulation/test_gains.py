"""What programmes for persons change: how gains grow, fade, add up and are forgotten."""

from datetime import date, timedelta

import numpy as np
import pytest
from made_up_people import A_WEEK, FIRST_DAY, Village, interventions, skills

from abm.scenario.dates import DAYS_A_YEAR
from abm.scenario.intervention_library import FIELDS_OF_PERSONS
from abm.simulation.coverage import DAYS_A_MONTH, strength_after

MONDAY = date(2015, 9, 7)


def test_the_effect_grows_evenly_and_then_halves() -> None:
    (each,) = interventions(skills(months_to_full=6, half_life_years=2))
    full = 6 * DAYS_A_MONTH
    days = np.array([0.0, full / 4, full, full + 2 * DAYS_A_YEAR, full + 6 * DAYS_A_YEAR])
    assert strength_after(days, each).tolist() == [0.0, 0.25, 1.0, 0.5, 0.125]
    (lasting,) = interventions(skills(months_to_full=0, half_life_years=0))
    assert strength_after(days, lasting).tolist() == [1.0] * 5
    (fading,) = interventions(skills(months_to_full=0, half_life_years=1))
    assert strength_after(np.array([0.0, DAYS_A_YEAR]), fading).tolist() == [1.0, 0.5]


def test_gains_are_written_on_mondays_and_only_to_those_reached() -> None:
    village = Village()
    running = village.running(skills(coverage=0.5, effects={"regulation": 0.3}))
    before = village.people.copy()
    village.live(running, FIRST_DAY, MONDAY - timedelta(days=1))
    assert not village.people["regulation_gained"].any()
    village.morning(running, MONDAY)
    here = village.reached()
    assert (village.people["regulation_gained"][here] == 0.3).all()
    assert (village.people["settlement"][here] == -1).all()
    assert np.array_equal(village.people[~here], before[~here])
    others = set(before.dtype.names or ()) - {"regulation_gained", "settlement", "reached_by"}
    for name in others:
        assert np.array_equal(village.people[name], before[name])


def test_who_does_not_change_is_not_settled_again() -> None:
    village = Village(size=60)
    running = village.running(skills())
    village.live(running, FIRST_DAY, MONDAY)
    village.people["settlement"] = 5
    village.morning(running, MONDAY + A_WEEK)
    assert (village.people["settlement"] == 5).all()


def test_an_effect_of_nothing_changes_nothing() -> None:
    village = Village()
    before = village.people.copy()
    nothing = skills(effects={"regulation": 0.0}, months_to_full=3, half_life_years=1)
    village.live(village.running(nothing), FIRST_DAY, date(2016, 3, 1))
    assert village.reached().all()
    before["reached_by"] = village.people["reached_by"]
    assert village.people.tobytes() == before.tobytes()
    uncovered = Village()
    uncovered.live(uncovered.running(skills(coverage=0.0)), FIRST_DAY, date(2016, 3, 1))
    assert uncovered.people.tobytes() == Village().people.tobytes()


def test_gains_of_several_add_up_and_blockades_combine() -> None:
    village = Village(size=30, last_act=FIRST_DAY.toordinal())
    probe = {"kind": "opioid_antagonist_probe", "ages": [10, 24]}
    tables = (
        skills(effects={"regulation": 0.25}),
        skills(effects={"regulation": 0.5}),
        {**probe, "effects": {"opioid_blockade": 0.5}},
        {**probe, "effects": {"opioid_blockade": 0.25}},
    )
    village.live(village.running(*tables), FIRST_DAY, MONDAY)
    assert (village.people["regulation_gained"] == 0.75).all()
    assert (village.people["opioid_blockade"] == 0.625).all()
    assert (village.people["reached_by"] == 0b1111).all()


def test_every_quantity_is_written_to_its_field() -> None:
    """Kinds of the library, at their own sizes, without growing and fading."""
    at_once = {"coverage": 1.0, "months_to_full": 0, "half_life_years": 0, "ages": [10, 24]}
    written = set()
    for kind in (
        "family_support_programme",
        "school_skills_programme",
        "self_compassion_programme",
        "biofeedback",
        "help_seeking_campaign",
        "brief_contact_after_hospital",
        "opioid_antagonist_probe",
    ):
        village = Village(size=30, last_act=FIRST_DAY.toordinal(), adversity=1.0)
        village.people["last_hospital"] = FIRST_DAY.toordinal() + 0.5
        table = {"kind": kind, **at_once, "ramp_years": 0}
        running = village.running(table)
        village.live(running, FIRST_DAY, MONDAY + A_WEEK)
        for quantity, value in running.interventions[0].effects.items():
            written.add(quantity)
            assert (village.people[FIELDS_OF_PERSONS[quantity]] == value).all(), quantity
    assert written == set(FIELDS_OF_PERSONS)


def test_gains_go_on_fading_after_the_end() -> None:
    village = Village(size=10)
    table = skills(end=date(2015, 10, 1), half_life_years=1, effects={"regulation": 0.4})
    running = village.running(table)
    village.live(running, FIRST_DAY, MONDAY + 52 * A_WEEK)
    days = (MONDAY + 52 * A_WEEK - FIRST_DAY).days
    expected = 0.4 * 0.5 ** (days / DAYS_A_YEAR)
    assert village.people["regulation_gained"] == pytest.approx(expected, rel=1e-12)


# Rows of a new year-group


def test_rows_are_forgotten_for_a_new_year_group() -> None:
    village = Village(size=60)
    running = village.running(skills(), skills(effects={"regulation": 0.1}))
    village.live(running, FIRST_DAY, MONDAY)
    assert (village.people["regulation_gained"] > 0.0).all()
    fresh = Village(size=60).people
    village.people[10:20] = fresh[10:20]
    village.people["person"][10:20] += 1_000_000
    running.forget(10, 20)
    village.morning(running, MONDAY + A_WEEK)
    new = np.zeros(60, bool)
    new[10:20] = True
    assert not village.people["regulation_gained"][new].any()
    assert (village.people["settlement"][new] == 5).all()
    assert (village.people["regulation_gained"][~new] > 0.0).all()
    village.live(running, MONDAY + A_WEEK, date(2015, 10, 5))
    assert village.reached().all()
    assert (village.people["regulation_gained"] > 0.0).all()
    assert running.reached()[0]["people"] == 70


def test_those_who_left_are_not_written_to() -> None:
    village = Village(size=60)
    running = village.running(skills(months_to_full=12))
    village.live(running, FIRST_DAY, MONDAY)
    village.people["present"][:30] = 0
    before = village.people.copy()
    village.morning(running, MONDAY + A_WEEK)
    assert np.array_equal(village.people[:30], before[:30])
    assert (village.people["regulation_gained"][30:] > before["regulation_gained"][30:]).all()
