"""Costs: of persons, starts, years of a person and years, however windows are cut."""

from datetime import date, timedelta
from typing import Any

import pytest
from made_up_people import FIRST_DAY, Village, skills

LAST = date(2017, 8, 31)


def row(village: Village, *tables: dict[str, Any], last: date = LAST, place: int = 0) -> Any:
    """Return what one of some interventions came to after some days."""
    each = village.running(*tables)
    village.live(each, FIRST_DAY, last)
    return each.reached()[place]


def lines(**keys: Any) -> dict[str, Any]:
    """Return help lines for everybody at once, at a cost of 3, unless told otherwise."""
    return {"kind": "crisis_support", "coverage": 1.0, "ramp_years": 0, "cost": 3.0, **keys}


HALVES = {"end": date(2016, 9, 1)}, {"start": date(2016, 9, 1)}


@pytest.mark.parametrize("cost_per", ["person", "person_year", "year"])
@pytest.mark.parametrize("kind", ["lines", "skills"])
def test_a_programme_cut_in_two_windows_costs_what_it_does_in_one(cost_per: str, kind: str) -> None:
    make = lines if kind == "lines" else skills
    whole = row(Village(size=60), make(cost_per=cost_per))
    parts = [
        row(Village(size=60), *(make(cost_per=cost_per, **half) for half in HALVES), place=place)
        for place in (0, 1)
    ]
    assert sum(each["cost"] for each in parts) == pytest.approx(whole["cost"], rel=1e-6)
    assert sum(each["newly"] for each in parts) == whole["newly"] == 60
    assert [each["people"] for each in parts] == [60, 60]


@pytest.mark.parametrize("make", [lines, skills])
def test_a_start_costs_in_every_window(make: Any) -> None:
    for place in (0, 1):
        tables = (make(cost_per="start", cost=5.0, **half) for half in HALVES)
        assert row(Village(size=60), *tables, place=place)["cost"] == 300.0


def test_programmes_of_other_names_each_cost() -> None:
    tables = lines(cost_per="person"), lines(cost_per="person", name="chat")
    assert [row(Village(size=60), *tables, place=at)["newly"] for at in (0, 1)] == [60, 60]


@pytest.mark.parametrize("days", [1, 30, 365, 731])
def test_time_costs_to_the_day(days: int) -> None:
    end = FIRST_DAY + timedelta(days=days)
    people = row(Village(size=60), lines(cost_per="person_year", coverage=0.5, end=end))
    assert people["units"] == pytest.approx(30 * days / 365.25, abs=1e-6)
    assert people["cost"] == pytest.approx(3.0 * people["units"])
    alone = row(Village(size=60), lines(cost_per="year", end=end))
    assert alone["units"] == pytest.approx(days / 365.25, abs=1e-6)


def test_who_leaves_or_outgrows_a_programme_costs_no_longer() -> None:
    village = Village(size=60)
    village.ages[:] = 12.5
    each = village.running(skills(ages=[12, 13], cost_per="person_year", cost=1.0))
    village.live(each, FIRST_DAY, FIRST_DAY + timedelta(days=9))
    village.people["present"][:20] = 0
    village.live(each, FIRST_DAY + timedelta(days=10), FIRST_DAY + timedelta(days=19))
    village.ages[20:40] = 14.0
    village.live(each, FIRST_DAY + timedelta(days=20), FIRST_DAY + timedelta(days=29))
    assert each.reached()[0]["units"] == pytest.approx((600 + 400 + 200) / 365.25, abs=1e-6)
    assert each.reached()[0]["people"] == 60


def test_who_left_while_coverage_rose_counts_as_far_as_it_had_risen() -> None:
    village = Village(size=100)
    each = village.running(lines(ramp_years=2, cost_per="person"))
    village.live(each, FIRST_DAY, date(2016, 8, 31))
    village.people["present"][:50] = 0
    village.live(each, date(2016, 9, 1), date(2017, 9, 30))
    risen = 365 / (2 * 365.25)
    assert each.reached()[0]["units"] == pytest.approx(50 * risen + 50)


def test_a_row_given_to_another_person_counts_anew() -> None:
    village = Village(size=100)
    each = village.running(lines(cost_per="person"), skills(cost_per="person"))
    village.morning(each, FIRST_DAY)
    village.people["person"][:10] += 1_000_000
    each.forget(0, 10)
    village.live(each, date(2015, 9, 2), date(2015, 10, 1))
    assert [one["newly"] for one in each.reached()] == [110, 110]


def test_a_course_of_therapy_counts_on_the_day_on_which_it_begins() -> None:
    """Courses begin on Mondays; the last one before the end counts, too."""
    village = Village(size=40, therapies=1)
    monday = date(2015, 9, 14)
    each = village.running({"kind": "dbt_a", "end": monday + timedelta(days=1)})
    village.live(each, FIRST_DAY, monday - timedelta(days=1))
    village.people["therapies"][:4] += 1
    village.people["care"][:4] = 4
    village.live(each, monday, date(2015, 12, 1))
    assert each.reached()[0]["units"] == each.reached()[0]["people"] == 4


def test_what_is_fixed_costs_once_however_many_are_reached() -> None:
    for size in (10, 60):
        own = row(Village(size=size), lines(cost_per="person", fixed_cost=500))
        assert own["cost"] == 500 + 3.0 * size


def test_years_add_up_to_the_cost_and_what_is_fixed_falls_in_the_first_one() -> None:
    village = Village(size=60)
    each = village.running(lines(start=date(2016, 9, 1), cost_per="year", fixed_cost=500))
    for year in (2016, 2017, 2018):
        village.live(each, date(year - 1, 9, 1), date(year, 8, 31))
        each.end_year()
    own = each.reached()[0]
    assert own["cost_by_year"] == pytest.approx([0.0, 503.0, 3.0], abs=0.01)
    assert sum(own["cost_by_year"]) == pytest.approx(own["cost"])


def test_what_changes_nothing_costs_nothing() -> None:
    nothing = {"crisis_barrier": 0.0}
    for table in (lines(coverage=0.0, cost_per="year"), lines(effects=nothing, cost_per="year")):
        table["fixed_cost"] = 9.0
        assert row(Village(size=10), table)["cost"] == 0.0
