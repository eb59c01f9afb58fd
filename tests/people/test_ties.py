"""Ties form, weaken and end, between people who are there, whatever rows they stand in."""

import dataclasses
import datetime
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from abm.people.codes import BULLYING, CLOSE
from abm.people.ties import Month, TieNetwork, note_ties, turn_friendships
from abm.scenario.scenario import load_scenario
from abm.simulation.world import World

ON = {"tie_end": 0.03, "tie_weaken": 0.03, "tie_strengthen": 0.09, "bullying_begins": 0.01}
PEOPLE = 900


def months(world: World, count: int) -> Iterator[World]:
    """Let months pass in which nobody lives a day: only year-groups and ties turn."""
    for _ in range(count):
        world.turn_the_calendar()
        world.turn_year_groups()
        world.turn_ties()
        yield world
        world.date = (world.date + datetime.timedelta(days=31)).replace(day=1)
        world.days_lived += 31


def world_of(people: int = PEOPLE, seed: int = 4, **more: float) -> World:
    scenario = load_scenario("baseline", population=people, years=1, overrides=ON | more)
    return World(scenario, seed, warm_up=False)


def later(count: int = 40, **more: Any) -> World:
    """Return a world after so many months."""
    (*_, world) = months(world_of(**more), count)
    return world


@cache
def after_four_years() -> World:
    return later(48)


def assert_sound(world: World) -> None:
    """Check that ties are mutual, between people present, and counted as they are."""
    people, edges = world.people, world.network.edges
    assert (people["present"][edges] == 1).all()
    assert (edges[:, 0] < edges[:, 1]).all()
    assert len(np.unique(edges, axis=0)) == len(edges)
    count = np.bincount(edges.ravel(), minlength=len(people))
    assert people["friend_count"].tolist() == count.tolist()
    assert np.diff(world.offsets).tolist() == count.tolist()
    both = np.repeat(np.arange(len(people)), count), world.neighbours
    assert set(zip(*both, strict=True)) == set(zip(*both[::-1], strict=True))
    assert np.abs(np.subtract(*people["year_group"][edges].T)).max() <= 1


def test_people_keep_about_as_many_friends_over_eight_years() -> None:
    world = world_of()
    start = world.people["friend_count"].copy()
    for year, _ in enumerate(months(world, 96)):
        if year % 12 == 0:
            assert_sound(world)
    end = world.people["friend_count"]
    assert end.mean() == pytest.approx(start.mean(), rel=0.1)
    assert start.std() < end.std() < 1.5 * start.std()  # who ends up with few is left to chance
    assert (end > 2 * end.mean()).mean() < 0.1
    assert end.max() <= world.parameters["friends_most"][0] + 3


def test_as_many_friendships_form_as_end() -> None:
    world = world_of()
    for _ in months(world, 6):
        lost = int(world.people["lost_friends"].sum())
        formed = world.network.friendships["since"] == world.date.toordinal()
        if world.date.month != 9:
            assert 0 < 2 * formed.sum() == lost


def test_nothing_changes_without_rates_but_who_comes_and_goes() -> None:
    off = dict.fromkeys(ON, 0.0)
    world = world_of(**off)
    before = world.network.table.copy()
    for _ in months(world, 11):
        assert world.people["lost_friends"].max() == 0
    assert world.network.table.tobytes() == before.tobytes()


def ended_share(world: World, chosen: np.ndarray) -> float:
    """Return which share of some friendships is over half a year later."""
    before = world.network.friendships[chosen]
    for _ in months(world, 6):
        pass
    left = set(map(tuple, world.network.edges.tolist()))
    pairs = zip(before["first"].tolist(), before["second"].tolist(), strict=True)
    return 1.0 - np.mean([pair in left for pair in pairs])


def test_friendships_last_longer_between_those_alike_and_among_friends() -> None:
    only = {"tie_end_unshared": 0.0, "tie_end_unlike": 1.0}
    world = world_of(**only)
    same = np.equal(*world.people["sex"][world.network.edges].T)
    assert ended_share(world, ~same) > 1.3 * ended_share(world_of(**only), same)
    loose = world_of(tie_end_unlike=0.0, tie_end_unshared=1.5, tie_closure=0.9)
    tight = world_of(tie_end_unlike=0.0, tie_end_unshared=0.0, tie_closure=0.9)
    assert ended_share(loose, np.ones(len(loose.network.edges), bool)) > ended_share(
        tight, np.ones(len(tight.network.edges), bool)
    )
    triangles = [later(24, tie_closure=closure, people=600) for closure in (0.0, 1.0)]
    few, many = (closed_triads(world) for world in triangles)
    assert many > 1.2 * few


def closed_triads(world: World) -> float:
    """Return the share of friends' friends who are friends."""
    near = np.zeros((len(world.people),) * 2, np.int64)
    near[tuple(world.network.edges.T)] = 1
    near += near.T
    twice = near @ near
    np.fill_diagonal(twice, 0)
    return float((twice * near).sum() / twice.sum())


def test_a_share_of_friends_is_close_from_the_beginning_on() -> None:
    share = ON["tie_strengthen"] / (ON["tie_weaken"] + ON["tie_strengthen"])
    for world in (world_of(), after_four_years()):
        friends = world.network.friendships
        assert (friends["kind"] == CLOSE).mean() == pytest.approx(share, abs=0.03)
        people = world.people
        assert people["close_friend_count"].sum() == 2 * (friends["kind"] == CLOSE).sum()


def test_isolation_is_come_into_and_left() -> None:
    world = later(24, isolation_friends=3.0)
    before = world.people["isolation"].copy()
    for _ in months(world, 11):
        pass
    after = world.people["isolation"]
    assert ((before == 0.0) & (after > 0.0)).sum() > 20
    assert ((before > 0.0) & (after == 0.0)).sum() > 20
    assert (after[world.people["friend_count"] == 0] == 1.0).all()


def test_who_was_turned_away_loses_friends() -> None:
    world = world_of(tie_end=0.0, tie_weaken=0.0, tie_end_after_telling=0.6)
    next(months(world, 1))
    assert world.people["lost_friends"].max() == 0
    world.date += datetime.timedelta(days=30)
    world.people["turned_away"][::2] = 1
    friendly = world.people["friend_count"] > 0
    next(months(world, 1))
    away = (world.people["turned_away"] == 1) & friendly
    mutual = world.people["lost_friends"][away].mean() - world.people["lost_friends"][~away].mean()
    assert mutual == pytest.approx(0.6, abs=0.15)


def by_person(table: np.ndarray, people: np.ndarray) -> set[tuple[int, ...]]:
    """Return ties by who is tied to whom, with their kind."""
    pairs = people["person"][np.column_stack((table["first"], table["second"]))]
    pairs = np.where((table["kind"] == BULLYING)[:, None], pairs, np.sort(pairs, axis=1))
    return set(map(tuple, np.column_stack((pairs, table["kind"])).tolist()))


@pytest.mark.parametrize("order", [1, 2])
def test_rows_and_the_order_of_ties_decide_nothing(order: int) -> None:
    """The same month with people in other rows and ties in another order gives the same ties."""
    world = after_four_years()
    world.turn_the_calendar()  # which stands at the next month
    month = dataclasses.replace(world.month(), people=world.people.copy())
    rows = np.random.default_rng(order).permutation(len(month.people))
    row_of = np.argsort(rows)
    moved = world.network.table[np.random.default_rng(order).permutation(len(world.network.table))]
    ends = np.column_stack([row_of[moved[end]] for end in ("first", "second")])
    friends = moved["kind"] != BULLYING
    ends[friends] = np.sort(ends[friends], axis=1)
    moved["first"], moved["second"] = ends.T
    groups = [dataclasses.replace(group, rows=row_of[group.rows]) for group in month.groups]
    there = TieNetwork(moved)
    people = month.people[rows]
    offsets, neighbours, _ = note_ties(there, people, month.p)
    other = Month(
        month.seed, month.parameters, month.p, month.days, people, offsets, neighbours,
        month.score[rows], month.ages[rows], groups, month.rules,
    )  # fmt: skip
    here = TieNetwork(world.network.table.copy())
    ended = [turn_friendships(*pair) for pair in ((here, month), (there, other))]
    assert len(ended[0]) > 20
    assert by_person(ended[0], month.people) == by_person(ended[1], people)
    assert by_person(here.table, month.people) == by_person(there.table, people)


# Bullying


def test_about_as_many_are_bullied_as_the_rates_say() -> None:
    rates = {"bullying_begins": 0.02, "bullying_ends": 0.1, "bullying_fading": 0.0}
    shares = [
        world.people["bullied"][world.ages_of(world.people) >= 14.0].mean()
        for world in months(world_of(**rates), 72)
    ]
    expected = 0.02 / (0.02 + 0.1)
    assert np.mean(shares[24:]) == pytest.approx(expected, abs=0.02)
    world = after_four_years()
    ages, now = world.ages_of(world.people), world.people["bullied"]
    assert now[(ages >= 12) & (ages < 15)].mean() > 1.5 * now[ages >= 20].mean()


def test_bullying_happens_within_a_class_to_one_who_is_not_the_bully() -> None:
    world = after_four_years()
    ties = world.network.table[world.network.table["kind"] == BULLYING]
    bully, victim = world.people[ties["first"]], world.people[ties["second"]]
    assert len(ties) > 30
    assert (bully["person"] != victim["person"]).all()
    for name in ("year_group", "school_class"):
        assert bully[name].tolist() == victim[name].tolist()
    assert np.unique(ties["second"]).size == len(ties)
    sizes = np.unique(
        np.column_stack((world.people["year_group"], world.people["school_class"])),
        axis=0, return_counts=True,
    )[1]  # fmt: skip
    assert 20 <= sizes.min() <= sizes.max() <= 34


def test_the_isolated_and_the_distress_prone_are_bullied_more_often() -> None:
    world = later(48, bullying_isolated=3.0, isolation_friends=6.0, bullying_proneness=1.0)
    bullied, score = world.people["bullied"] == 1, world.month().score
    for values in (world.people["isolation"], score):
        assert values[bullied].mean() > values.mean() + 0.05
