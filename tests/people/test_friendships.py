"""Friendships are simple, heavy-tailed, alike by choice, and depend on nobody's row."""

from dataclasses import replace
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.people.friendships import FriendshipRules, YearGroup, form_friendships
from abm.people.ties import TieNetwork

RULES = FriendshipRules(mean=6.0, spread=0.7, same_sex=0.75, alike=0.4, other_year=0.15)
SCHOOL_YEARS = 6


def year_group(people: int, first_person: int = 0, female: float = 0.5) -> YearGroup:
    """Make a year-group whose scores and sexes are evenly spread, without any chance."""
    persons = np.arange(first_person, first_person + people, dtype=np.int64)
    golden = (persons * 0.6180339887498949) % 1.0
    quantile = (persons * 0.7548776662466927) % 1.0 * 0.998 + 0.001
    score = np.log(quantile / (1.0 - quantile)) / 1.81
    return YearGroup(persons, persons.copy(), (golden >= female).astype(np.int64), score)


def school(
    people: int, rules: FriendshipRules = RULES, years: int = SCHOOL_YEARS
) -> tuple[TieNetwork, YearGroup]:
    """Let `years` year-groups enter one after the other; return the network and all people."""
    network = TieNetwork()
    older: YearGroup | None = None
    for year in range(years):
        entering = year_group(people, first_person=year * people)
        network.add(form_friendships(7, 365 * year, entering, older, rules))
        older = entering
    return network, year_group(people * years)


def both_ways(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return every friendship seen from either side: mine, theirs."""
    return (
        np.concatenate((edges[:, 0], edges[:, 1])),
        np.concatenate((edges[:, 1], edges[:, 0])),
    )


def likeness(alike: float, people: int = 2000) -> float:
    """Return the correlation of friends' scores in a school with this strength of selection."""
    network, everybody = school(people, replace(RULES, alike=alike))
    mine, theirs = both_ways(network.edges)
    return float(np.corrcoef(everybody.score[mine], everybody.score[theirs])[0, 1])


def assert_simple(edges: np.ndarray) -> None:
    """Check that friendships are between two people, each listed once, smaller row first."""
    assert (edges[:, 0] < edges[:, 1]).all()
    assert len(np.unique(edges, axis=0)) == len(edges)


@pytest.mark.parametrize("people", [5, 67, 667])
def test_friendships_are_simple_and_mutual(people: int) -> None:
    network, everybody = school(people)
    assert_simple(network.edges)
    rows = len(everybody.rows)
    offsets, neighbours, _ = network.compressed(rows)
    graph = nx.Graph(network.edges.tolist())
    for row in range(rows):
        friends = neighbours[offsets[row] : offsets[row + 1]].tolist()
        assert friends == sorted(graph.neighbors(row) if row in graph else [])


@pytest.mark.parametrize("people", [67, 667, 6667])
def test_people_have_as_many_friends_as_the_rule_says(people: int) -> None:
    network, everybody = school(people)
    degree = np.diff(network.compressed(len(everybody.rows))[0])
    middle_years = slice(people, (SCHOOL_YEARS - 1) * people)
    assert degree.mean() == pytest.approx(RULES.mean, abs=0.1)
    assert degree[middle_years].mean() == pytest.approx(RULES.mean, abs=0.2)


def test_a_few_people_have_many_friends() -> None:
    network, everybody = school(667)
    degree = np.diff(network.compressed(len(everybody.rows))[0])
    assert np.percentile(degree, 99) > 2 * RULES.mean
    even = school(667, replace(RULES, spread=0.0))[0]
    degree_even = np.diff(even.compressed(len(everybody.rows))[0])
    assert degree_even.var() < 0.6 * degree.var()


@pytest.mark.parametrize("same_sex", [0.0, 0.5, 0.75, 1.0])
def test_the_share_of_friends_of_the_own_sex_follows_the_rule(same_sex: float) -> None:
    network, everybody = school(667, replace(RULES, same_sex=same_sex))
    mine, theirs = both_ways(network.edges)
    share = (everybody.sex[mine] == everybody.sex[theirs]).mean()
    assert share == pytest.approx(same_sex, abs=0.04)


def test_friends_are_alike_only_by_selection() -> None:
    assert abs(likeness(0.0)) < 0.04
    assert likeness(0.4) == pytest.approx(0.4, abs=0.06)
    assert likeness(0.8) > likeness(0.4) > likeness(0.2) > 0.1


@pytest.mark.parametrize("other_year", [0.0, 0.15, 0.4])
def test_some_friends_are_in_the_neighbouring_year(other_year: float) -> None:
    people = 667
    network, _ = school(people, replace(RULES, other_year=other_year))
    distance = network.edges[:, 1] // people - network.edges[:, 0] // people
    assert set(np.unique(distance)) <= {0, 1}
    share = distance.mean() * SCHOOL_YEARS / (SCHOOL_YEARS - 1)
    assert share == pytest.approx(other_year, abs=0.04)


def test_friends_of_friends_are_often_friends() -> None:
    network, everybody = school(667)
    graph = nx.Graph(network.edges.tolist())
    by_chance = RULES.mean / len(everybody.rows)
    assert nx.transitivity(graph) > 20 * by_chance
    largest = max(nx.connected_components(graph), key=len)
    assert len(largest) > 0.98 * len(everybody.rows)
    assert abs(nx.degree_assortativity_coefficient(graph)) < 0.15


def test_nobody_stands_where_friends_pile_up() -> None:
    group = year_group(20_000)
    rules = replace(RULES, alike=0.99, spread=0.0)
    network = TieNetwork()
    network.add(form_friendships(3, 10, group, None, rules))
    degree = np.diff(network.compressed(20_000)[0])
    by_score = degree[np.argsort(group.score)].reshape(20, -1).mean(axis=1)
    assert by_score.min() > 5.5
    assert by_score.max() < 6.5


@given(
    people=st.integers(0, 40),
    older_people=st.integers(0, 40),
    female=st.sampled_from([0.0, 0.1, 0.5, 1.0]),
    alike=st.sampled_from([0.0, 0.4, 0.99]),
    same_sex=st.floats(0.0, 1.0),
    other_year=st.floats(0.0, 1.0),
    mean=st.floats(0.0, 30.0),
    spread=st.floats(0.0, 1.5),
    data=st.data(),
)
@settings(max_examples=150, deadline=None)
def test_the_order_people_are_given_in_changes_nothing(
    people: int,
    older_people: int,
    female: float,
    alike: float,
    same_sex: float,
    other_year: float,
    mean: float,
    spread: float,
    data: st.DataObject,
) -> None:
    rules = FriendshipRules(mean, spread, same_sex, alike, other_year)
    groups = [year_group(people, 500, female), year_group(older_people, 100, female)]
    edges = form_friendships(11, 730, groups[0], groups[1], rules)
    assert_simple(edges)
    assert len(edges) <= round(mean * people / 2)
    assert ((edges >= 500).sum(axis=1) >= 1).all()
    shuffled: list[YearGroup] = []
    for group in groups:
        order = np.array(data.draw(st.permutations(range(len(group.persons)))), dtype=np.int64)
        rows = np.arange(len(order)) + (0 if shuffled else 40)
        columns = (group.persons[order], rows, group.sex[order], group.score[order])
        shuffled.append(YearGroup(*columns))
    again = form_friendships(11, 730, shuffled[0], shuffled[1], rules)
    person_in_row = np.zeros(80, dtype=np.int64)
    for group in shuffled:
        person_in_row[group.rows] = group.persons
    assert {frozenset(pair) for pair in person_in_row[again].tolist()} == {
        frozenset(pair) for pair in edges.tolist()
    }


def test_the_same_seed_gives_the_same_friends_and_another_seed_others() -> None:
    group = year_group(100)
    first = form_friendships(1, 5, group, None, RULES)
    assert np.array_equal(first, form_friendships(1, 5, group, None, RULES))
    assert not np.array_equal(first, form_friendships(2, 5, group, None, RULES))
    assert not np.array_equal(first, form_friendships(1, 6, group, None, RULES))


def test_one_newcomer_changes_few_friendships_of_others() -> None:
    with_newcomer = form_friendships(1, 5, year_group(1001), None, RULES)
    among_others = {tuple(pair) for pair in with_newcomer.tolist() if 1000 not in pair}
    without = {
        tuple(pair) for pair in form_friendships(1, 5, year_group(1000), None, RULES).tolist()
    }
    assert len(among_others & without) > 0.6 * len(without)


@pytest.mark.parametrize(("people", "most"), [(0, 0), (1, 0), (2, 1), (3, 3)])
def test_tiny_groups_form_what_they_can(people: int, most: int) -> None:
    edges = form_friendships(1, 5, year_group(people), None, RULES)
    assert edges.shape == (most, 2)
    assert edges.dtype == np.int64


def test_a_single_entrant_can_befriend_the_year_above() -> None:
    rules = replace(RULES, other_year=1.0)
    edges = form_friendships(1, 5, year_group(1, 50), year_group(20), rules)
    assert len(edges) == RULES.mean / 2
    assert (edges[:, 1] == 50).all()


def test_who_leaves_leaves_no_friendship_behind() -> None:
    people = 67
    network, everybody = school(people)
    before = network.edges.copy()
    network.remove_rows(0, people)
    offsets, neighbours, _ = network.compressed(len(everybody.rows))
    assert (neighbours >= people).all()
    assert (np.diff(offsets)[:people] == 0).all()
    assert len(network.edges) == (before[:, 0] >= people).sum()
    assert all(offsets[a] <= offsets[b] for a, b in pairwise(range(len(offsets))))


def test_a_reused_row_starts_without_the_friends_of_the_one_who_left() -> None:
    network, everybody = school(20, years=3)
    network.remove_rows(0, 20)
    entering = replace(year_group(20, first_person=900), rows=np.arange(20))
    youngest = year_group(20, first_person=40)
    network.add(form_friendships(7, 4000, entering, youngest, RULES))
    offsets, neighbours, _ = network.compressed(len(everybody.rows))
    of_new_people = neighbours[: offsets[20]]
    assert_simple(network.edges)
    assert not ((of_new_people >= 20) & (of_new_people < 40)).any()


def test_an_empty_network_lists_nobody() -> None:
    offsets, neighbours, _ = TieNetwork().compressed(3)
    assert offsets.tolist() == [0, 0, 0, 0]
    assert neighbours.size == 0
    assert TieNetwork().compressed(0)[0].tolist() == [0]


def test_a_friendship_outside_the_table_is_refused() -> None:
    network = TieNetwork()
    network.add(np.array([[2, 9]]))
    with pytest.raises(ValueError, match="outside 0 to 4"):
        network.compressed(5)
