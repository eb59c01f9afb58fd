"""Year-groups enter at 10 and leave at 25; a population is never a person short."""

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from abm.people.year_groups import SchoolCalendar, blocks_of
from abm.scenario.dates import starts_month, years_later
from abm.scenario.scenario import load_scenario
from abm.simulation.record import Logs
from abm.simulation.world import World

PEOPLE = Logs(people=True)


def open_world(size: int, *, warm_up: bool = True, years: int = 2, **more: Any) -> World:
    scenario = load_scenario("baseline", population=size, years=years, overrides=more)
    return World(scenario, 1, PEOPLE, warm_up=warm_up)


def live(world: World, check: Callable[[World], None] | None = None) -> World:
    """Live to the calendar's end, checking every reported day."""
    while world.days_lived < world.total_days:
        world.live_day()
        if check is not None and world.days_lived > world.warm_up_days:
            check(world)
    return world


@pytest.mark.parametrize("size", [1, 7, 14, 15, 16, 100])
def test_a_population_is_complete_every_day(size: int) -> None:
    """Also where 15 does not divide it: groups differ by at most one, nobody is missing."""

    def check(world: World) -> None:
        people = world.people
        assert (people["present"] == 1).all()
        assert len(people) == size
        groups = np.bincount(world.days["school_year"][0] - people["year_group"], minlength=15)
        assert len(groups) == 15
        assert groups.max() - groups.min() <= 1
        ages = world.ages_of(people)
        assert ages.min() >= 10.0
        assert ages.max() < 25.0

    live(open_world(size), check)


@pytest.mark.parametrize("start", ["2015-09-01", "2016-02-29", "2015-01-31", "2015-08-31"])
def test_the_calendar_may_start_on_any_day(start: str) -> None:
    """Year-groups still turn a year older on 1 September, and censuses still close each year."""
    seen: list[datetime.date] = []

    def check(world: World) -> None:
        yesterday = world.date - datetime.timedelta(days=1)
        new = world.people[world.people["year_group"] == yesterday.year]
        if (yesterday.month, yesterday.day) == (9, 1):
            assert (world.ages_of(new) == 10.0).all()
            assert len(new) == 2
            seen.append(yesterday)
        if (yesterday.month, yesterday.day) == (8, 31):
            assert len(new) == 0
            assert 24.99 < world.ages_of(world.people).max() < 25.0

    world = live(open_world(30, **{"calendar.start": start}), check)
    assert len(seen) == 2
    first = datetime.date.fromisoformat(start)
    assert world.start == first
    ends = [years_later(first, year) - datetime.timedelta(days=1) for year in (1, 2)]
    assert [census.date for census in world.censuses] == ends
    assert all(census.stocks[..., 0].sum() == 30 for census in world.censuses)
    days = sum(census.flows[..., 0].sum() for census in world.censuses)
    assert days == 30 * (world.end - first).days


def test_a_warm_up_fills_up_and_gives_all_ages_histories() -> None:
    """One year-group at first, all fifteen when the calendar starts; some of each age acted."""
    world = open_world(600, years=1)
    assert (world.people["present"] == 1).sum() == 40
    while world.days_lived < world.warm_up_days:
        world.live_day()
    assert (world.people["present"] == 1).all()
    ages = world.ages_of(world.people).astype(int)
    assert (np.bincount(ages)[10:] == 40).all()
    assert (world.people["strain"][ages >= 11] != world.people["strain"][0]).any()
    acted = world.people["acts"] > 0
    assert acted[ages < 15].any()
    assert acted[ages >= 20].any()
    span = world.people["last_age"] - world.people["first_age"]
    assert span[acted].max() > 3
    assert len(world.act_log()) == 0


def test_person_numbers_are_never_used_again() -> None:
    """A number stands for one person, known by their vagal tone, as long as the world lives."""
    world = open_world(45, years=3)
    seen: dict[int, float] = {}
    while world.days_lived < world.total_days:
        world.live_day()
        people = world.people[world.people["present"] == 1]
        tones = people["vagal_tone"].tolist()
        for person, tone in zip(people["person"].tolist(), tones, strict=True):
            assert seen.setdefault(person, tone) == tone
    assert world.entries == 1 + 15 + 2
    assert len(seen) == len(set(seen.values())) == 3 * world.entries


def test_who_leaves_stands_in_the_table_as_left_at_25() -> None:
    """Leavers who lived a reported day, once each, with everybody still there."""
    world = live(open_world(45, years=3))
    people = np.concatenate(list(world.people_chunks()))
    left = people["left"] == 1
    assert len(np.unique(people["person"])) == len(people)
    assert left.sum() == 3 * 2  # the first to leave does so before the first reported day
    assert (people["age"][left] == 25.0).all()
    assert (~left).sum() == 45
    assert people["age"][~left].max() < 25.0
    assert set(people["year_group"][left]) == {1990 + 11, 1990 + 12}
    assert (people["last_age"][left & (people["ever"] == 1)] < 25.0).all()


def test_nobody_leaves_a_year_that_is_not_reported() -> None:
    """Those who left during the warm-up are no part of the tables."""
    world = live(open_world(30, years=1, **{"calendar.start": "2015-08-31"}))
    left = [part for part in world.people_chunks() if part["left"].any()]
    assert sum(len(part) for part in left) == 2
    assert {int(year) for part in left for year in part["year_group"]} == {2000}


@pytest.mark.parametrize("start", ["2015-09-01", "2012-02-29", "2015-03-15"])
def test_a_cohort_is_followed_from_10_to_25(start: str) -> None:
    """Exactly 10.0 on the first day, a birthday a year, all there to the day before 25."""
    scenario = load_scenario("birth-cohort", population=20, overrides={"calendar.start": start})
    world = World(scenario, 1, PEOPLE)
    assert world.warm_up_days == 0
    ages = []
    while world.days_lived < world.total_days:
        world.live_day()
        ages.append(world.ages_of(world.people)[0])
        assert (world.ages_of(world.people) == ages[-1]).all()
    assert ages[0] == 10.0
    assert 24.99 < ages[-1] < 25.0
    assert (np.diff(ages) > 0).all()
    assert [int(ages[(c.date - world.start).days]) for c in world.censuses] == [*range(10, 25)]
    assert all(census.stocks[..., 0].sum() == 20 for census in world.censuses)
    people = np.concatenate(list(world.people_chunks()))
    assert (people["left"] == 0).all()
    assert len(people) == 20


def test_without_a_warm_up_all_ages_start_without_histories() -> None:
    world = open_world(30, warm_up=False)
    assert world.warm_up_days == 0
    assert sorted(world.ages_of(world.people).astype(int)) == sorted(2 * [*range(10, 25)])
    assert (world.people["acts"] == 0).all()


@pytest.mark.parametrize("size", [0, 1, 7, 14, 15, 16, 100, 5_000_000])
def test_blocks_cover_all_rows_without_overlap(size: int) -> None:
    blocks = blocks_of(size)
    rows = [0, *(block.stop for block in blocks)]
    assert [block.start for block in blocks] == rows[:-1]
    assert rows[-1] == size
    lengths = [len(block) for block in blocks]
    assert max(lengths) - min(lengths) <= 1


@pytest.mark.parametrize("month_and_day", [(9, 1), (2, 29), (1, 1), (12, 31)])
def test_a_school_year_goes_from_0_to_1_in_whole_days(month_and_day: tuple[int, int]) -> None:
    """Also when it begins on a leap day, which common years do not have."""
    school = SchoolCalendar(*month_and_day)
    date, before = school.start_of(2014), -1.0
    year = 2014
    while date < school.start_of(2022):
        if date == school.start_of(year + 1):
            year, before = year + 1, -1.0
        share = school.share_gone(date)
        assert school.year_of(date) == year
        assert (share == 0.0) == (date == school.start_of(year))
        assert before < share < 1.0
        before = share
        date += datetime.timedelta(days=1)


@pytest.mark.parametrize("start", ["2015-09-01", "2016-02-29", "2015-01-31", "2015-10-30"])
def test_a_year_before_a_census_has_exactly_twelve_months(start: str) -> None:
    """So that the ring of monthly counts is the past year, wherever a year begins."""
    first = datetime.date.fromisoformat(start)
    for year in range(8):
        date = years_later(first, year)
        months = 0
        while date < years_later(first, year + 1):
            months += starts_month(date, first)
            date += datetime.timedelta(days=1)
        assert months == 12
        assert starts_month(years_later(first, year), first)
