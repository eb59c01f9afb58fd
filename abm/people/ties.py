"""Ties: friendships, close or distant, and bullying, among the people present.

They form when a year-group enters, and turn on the first day of every month: friendships end,
sooner between people who are unlike or share no friend; weaken and grow close again; and as many as
ended form anew, by the rule by which they form at entry, some of them with a friend of a friend.
Bullying is a tie of its own (`abm.people.bullying`).

Every draw is keyed by the two people it is about; rows and the order of ties decide nothing.

Source: friends' unlikeness ends friendships sooner (Shorkey et al. 2011); sizes are assumptions.
Rejected: new ties of everybody at a rate of their own, under which the number of friends drifts
with every other number; and a list by distress as programmes change it, under which somebody who is
helped moves everybody's proposals.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from abm.chance import Purpose, draws_for, four_draws
from abm.compilation import kernel, rule
from abm.people.codes import BULLYING, CLOSE, DISTANT
from abm.people.friendships import (
    FIRST_SURPLUS,
    MOST_PASSES,
    Candidates,
    Draws,
    FriendshipRules,
    Proposals,
    YearGroup,
    first_pairs,
    line_up,
    propose,
)
from abm.people.records import Parameters, dtype_of

TIE_DTYPE = np.dtype(
    [("first", np.int32), ("second", np.int32), ("kind", np.int32), ("since", np.int32)]
)
"""Rows of the table of people (of friends the smaller first; the bully before the victim), the kind
of tie, and the day since when, 1 = 1 January of year 1."""


class Friend(Protocol):
    """What of a person decides how long friendships last."""

    person: int
    sex: int
    year_group: int
    score: float  # distress-proneness where people choose their like, else 0
    lost_by_telling: float  # share of every friendship of somebody who was turned away this month


FRIEND_DTYPE = dtype_of(Friend)


@dataclass(frozen=True)
class Month:
    """What is needed to turn the ties on the first day of a month."""

    seed: int
    parameters: np.ndarray  # today's numbers, as a record
    p: Parameters  # the same as plain Python
    days: np.ndarray  # the record of today
    people: np.ndarray  # the table of people
    offsets: np.ndarray  # with `neighbours`: their friends until today; see `compressed`
    neighbours: np.ndarray
    score: np.ndarray  # their distress-proneness, a row each
    ages: np.ndarray  # in years with decimals, a row each
    groups: Sequence[YearGroup]  # those present, the youngest first
    rules: FriendshipRules

    @property
    def day(self) -> int:
        """Today, 1 = 1 January of year 1."""
        return int(self.days["day"][0])


class TieNetwork:
    """All ties among the people present, by row of the table of people."""

    def __init__(self, table: np.ndarray | None = None) -> None:
        self.table = np.zeros(0, TIE_DTYPE) if table is None else table

    @property
    def friendships(self) -> np.ndarray:
        """The rows of `table` that are friendships."""
        return self.table[self.table["kind"] != BULLYING]

    @property
    def edges(self) -> np.ndarray:
        """Every friendship once: shape (friendships, 2), rows of people, in order of forming."""
        friends = self.friendships
        return np.column_stack((friends["first"], friends["second"]))

    def may_turn(self, p: Parameters) -> bool:
        """Return whether any tie can begin, change or end in a month with these numbers."""
        rates = p.tie_end, p.tie_weaken, p.tie_end_after_telling, p.bullying_begins
        return max(rates) > 0.0 or bool((self.table["kind"] != CLOSE).any())

    def add(self, pairs: np.ndarray, kind: np.ndarray | int = CLOSE, day: int = 0) -> None:
        """Add new ties between pairs of rows, shape (ties, 2)."""
        new = np.zeros(len(pairs), TIE_DTYPE)
        new["first"], new["second"] = np.asarray(pairs).T
        new["kind"], new["since"] = kind, day
        self.table = np.concatenate((self.table, new))

    def end(self, is_over: np.ndarray) -> np.ndarray:
        """Drop some ties, and return them."""
        ended = self.table[is_over]
        self.table = self.table[~is_over]
        return ended

    def remove_rows(self, start: int, stop: int) -> np.ndarray:
        """Drop, and return, every tie of the people in rows `start` to `stop - 1`, who leave."""
        ends = self.table["first"], self.table["second"]
        leaving = [(rows >= start) & (rows < stop) for rows in ends]
        return self.end(leaving[0] | leaving[1])

    def compressed(self, number_of_rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """List each row's friends in compressed sparse row form: offsets, neighbours, distance.

        Friends of row i are ``neighbours[offsets[i] : offsets[i + 1]]``, ascending; offsets are
        int64 and one more than there are rows of people, neighbours int32. Distance, int8, is 1
        where the friend is a distant one, else 0.
        """
        ties = self.friendships
        ends = ties["first"], ties["second"]
        if len(ties) and not 0 <= np.min(ends) <= np.max(ends) < number_of_rows:
            raise ValueError(f"a friendship names a row outside 0 to {number_of_rows - 1}")
        offsets = np.zeros(number_of_rows + 1, np.int64)
        neighbours, distant = np.zeros(2 * len(ties), np.int32), np.zeros(2 * len(ties), np.int8)
        list_friends(ties, offsets, neighbours, distant)
        return offsets, neighbours, distant


@kernel
def list_friends(
    ties: np.ndarray, offsets: np.ndarray, neighbours: np.ndarray, distant: np.ndarray
) -> None:
    """Fill in the friends of each row, ascending; see `TieNetwork.compressed`."""
    for tie in ties:
        offsets[tie.first + 1] += 1
        offsets[tie.second + 1] += 1
    for row in range(len(offsets) - 1):
        offsets[row + 1] += offsets[row]
    free = offsets[:-1].copy()
    unsorted, far = np.empty_like(neighbours), np.empty_like(distant)
    for tie in ties:
        for row, friend in ((tie.first, tie.second), (tie.second, tie.first)):
            unsorted[free[row]] = friend
            far[free[row]] = tie.kind == DISTANT
            free[row] += 1
    free[:] = offsets[:-1]
    for row in range(len(offsets) - 1):  # everybody is written into the lists of their friends
        for index in range(offsets[row], offsets[row + 1]):
            friend = unsorted[index]
            neighbours[free[friend]] = row
            distant[free[friend]] = far[index]
            free[friend] += 1


def kinds_of_new(seed: int, day: int, persons: np.ndarray, p: Parameters) -> np.ndarray:
    """Draw which new friendships, between pairs of person numbers, are distant ones.

    They are so as often as friendships that weaken and grow close are after a while.
    """
    kinds = np.full(len(persons), CLOSE)
    if p.tie_weaken > 0.0:
        share = p.tie_weaken / (p.tie_weaken + p.tie_strengthen)
        smaller, larger = persons.min(axis=1), persons.max(axis=1)
        kinds[draws_for(seed, smaller, day, Purpose.TIE_KIND, larger)[0] < share] = DISTANT
    return kinds


# A month


def turn_friendships(ties: TieNetwork, month: Month) -> np.ndarray:
    """Let friendships end, weaken, grow close and form; return those that ended.

    People's counts of friends are those of the month before, until `note_ties`.
    """
    p = month.p
    ended = _end_or_weaken(ties, month)
    if len(ended):
        pairs = _form_anew(month, len(ended))
        kinds = kinds_of_new(month.seed, month.day, month.people["person"][pairs], p)
        ties.add(pairs, kinds, month.day)
    return ended


def _end_or_weaken(ties: TieNetwork, month: Month) -> np.ndarray:
    """End, weaken and strengthen friendships; return those that ended."""
    friends = np.zeros(len(month.people), FRIEND_DTYPE)
    for name in ("person", "sex", "year_group"):
        friends[name] = month.people[name]
    if month.rules.alike > 0.0:
        friends["score"] = month.score
    lost = month.people["turned_away"] / np.maximum(month.people["friend_count"], 1)
    friends["lost_by_telling"] = month.p.tie_end_after_telling * lost
    is_over = np.zeros(len(ties.table), np.bool_)
    listed = month.offsets, month.neighbours
    pass_a_month(ties.table, friends, *listed, month.parameters, month.days, is_over)
    return ties.end(is_over)


@kernel
def pass_a_month(
    ties: np.ndarray,
    friends: np.ndarray,
    offsets: np.ndarray,
    neighbours: np.ndarray,
    parameters: np.ndarray,
    days: np.ndarray,
    is_over: np.ndarray,
) -> None:
    """Let friendships weaken or grow close, and say which are over."""
    p = parameters[0]
    today = days[0]
    highest = math.exp(p.tie_end_unshared)
    for index in range(len(ties)):
        tie = ties[index]
        if tie.kind == BULLYING or tie.since >= today.day:
            continue
        one, other = friends[tie.first], friends[tie.second]
        smaller, larger = min(one.person, other.person), max(one.person, other.person)
        u = four_draws(today.seed_low, today.seed_high, smaller, today.day, Purpose.TIE, larger)
        turned_away = one.lost_by_telling + other.lost_by_telling
        chance = p.tie_end * math.exp(p.tie_end_unlike * unlikeness(one, other))
        may_end = u[0] < chance * highest + turned_away  # look for a common friend only then
        if may_end and not share_a_friend(tie.first, tie.second, offsets, neighbours):
            chance *= highest
        is_over[index] = u[0] < chance + turned_away
        if tie.kind == CLOSE and u[1] < p.tie_weaken:
            tie.kind = DISTANT
        elif tie.kind == DISTANT and u[1] < p.tie_strengthen:
            tie.kind = CLOSE


@rule
def unlikeness(one: Friend, other: Friend) -> float:
    """Return in how many ways two friends are unlike: sex, year, and distance in proneness."""
    ways = abs(one.score - other.score)
    if one.sex != other.sex:
        ways += 1.0
    if one.year_group != other.year_group:
        ways += 1.0
    return ways


@rule
def share_a_friend(first: int, second: int, offsets: np.ndarray, neighbours: np.ndarray) -> bool:
    """Tell whether two rows have a friend in common."""
    mine, theirs = offsets[first], offsets[second]
    while mine < offsets[first + 1] and theirs < offsets[second + 1]:
        if neighbours[mine] == neighbours[theirs]:
            return True
        if neighbours[mine] < neighbours[theirs]:
            mine += 1
        else:
            theirs += 1
    return False


def _friends_of(rows: np.ndarray, month: Month) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the friends of some rows, one after the other, and how many each has."""
    begin = month.offsets[rows]
    counts = month.offsets[rows + 1] - begin
    position = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return month.neighbours[np.repeat(begin, counts) + position], counts


def _are_friends(rows: np.ndarray, others: np.ndarray, month: Month) -> np.ndarray:
    """Tell which pairs of rows were friends when the month began."""
    size = len(month.people)
    keys = np.repeat(np.arange(size) * size, np.diff(month.offsets)) + month.neighbours
    wanted = rows * np.int64(size) + others
    nearest = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    return keys[nearest] == wanted if len(keys) else np.zeros(len(wanted), np.bool_)


def _form_anew(month: Month, wanted: int) -> np.ndarray:
    """Let `wanted` friendships form, those proposed first; return pairs of rows, sorted.

    Nobody proposes, or accepts, who had the most friends that one can have, and nobody becomes a
    friend who is more than a year older or younger; friends of the month before are no new ones.
    """
    p, candidates = month.p, line_up(month.seed, month.groups, month.rules)
    persons, rows = candidates.persons, candidates.rows
    wait = draws_for(month.seed, persons, month.day, Purpose.TIE_WAIT, 0)[0]
    candidates = replace(candidates, offset=wait)
    is_full = month.people["friend_count"][rows] >= p.friends_most
    year = month.people["year_group"][rows]
    pairs = np.zeros((0, 2), np.int64)

    def draw(persons: np.ndarray, index: np.ndarray) -> Draws:
        return draws_for(month.seed, persons, month.day, Purpose.NEW_TIE, index)

    for attempt in range(MOST_PASSES):
        limit = wanted / len(persons) * FIRST_SURPLUS * 2**attempt
        proposals = propose(candidates, month.rules, limit, draw)
        proposals = _with_triads(proposals, candidates, month)
        proposer, target = proposals.proposer, proposals.target
        refused = is_full[proposer] | is_full[target] | (target == proposer)
        refused |= np.abs(year[proposer] - year[target]) > 1
        refused |= _are_friends(rows[proposer], rows[target], month)
        pairs = first_pairs(replace(proposals, target=np.where(refused, -1, target)), wanted)
        if len(pairs) == wanted:
            break
    edges = np.sort(rows[pairs], axis=1)
    return edges[np.lexsort((edges[:, 1], edges[:, 0]))]


def _with_triads(proposals: Proposals, candidates: Candidates, month: Month) -> Proposals:
    """Let a share of the proposals go to a friend of a friend instead.

    All such proposals of one person go to the same friend of a friend, so one a month can come of
    them at most.
    """
    p = month.p
    proposer = candidates.persons[proposals.proposer]
    drawn = draws_for(month.seed, proposer, month.day, Purpose.TIE_CLOSURE, proposals.index)[0]
    has_friends = month.people["friend_count"][candidates.rows[proposals.proposer]] > 0
    closes = np.flatnonzero((drawn < p.tie_closure) & has_friends)
    near = candidates.rows[proposals.proposer[closes]]
    for _ in range(2):
        friends, counts = _friends_of(near, month)
        chooser, options = np.repeat(proposer[closes], counts), month.people["person"][friends]
        drawn = draws_for(month.seed, chooser, month.day, Purpose.CLOSING_FRIEND, options)[0]
        near = friends[choose(chooser, options, counts, drawn)]
    number = np.zeros(len(month.people), np.int64)
    number[candidates.rows] = np.arange(len(candidates.rows))
    target = proposals.target.copy()
    target[closes] = number[near]
    return replace(proposals, target=target)


def choose(
    chooser: np.ndarray, options: np.ndarray, counts: np.ndarray, drawn: np.ndarray
) -> np.ndarray:
    """Choose one of the options of each of many, by the lowest draw, and nobody oneself.

    Who chooses, whom (person numbers) and the draw of the pair: one element a pair, all pairs of
    the first chooser first, of which there are `counts[0]`. Returned is where the chosen stand.
    """
    rank = (drawn * 2.0**32).astype(np.int64) << 31 | options  # no two alike
    rank[options == chooser] = np.iinfo(np.int64).max
    least = np.minimum.reduceat(rank, np.cumsum(counts) - counts) if len(rank) else rank
    return np.flatnonzero(rank == np.repeat(least, counts))


def note_ties(ties: TieNetwork, people: np.ndarray, p: Parameters) -> tuple[np.ndarray, ...]:
    """Write to people how many friends they have, how isolated they are, and who is bullied.

    Returned is who is a friend of whom; see `TieNetwork.compressed`.
    """
    offsets, neighbours, distant = ties.compressed(len(people))
    count = np.diff(offsets)
    row = np.repeat(np.arange(len(people)), count)
    people["friend_count"] = count
    people["close_friend_count"] = count - np.bincount(row[distant == 1], minlength=len(people))
    people["isolation"] = np.maximum(0.0, 1.0 - count / p.isolation_friends)
    victims = ties.table["second"][ties.table["kind"] == BULLYING]
    people["bullied"] = np.bincount(victims, minlength=len(people))
    return offsets, neighbours, distant
