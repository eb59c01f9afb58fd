"""Friendships: who knows whom, formed once when a school year-group enters at age 10.

Every entrant proposes friendships to people who stand near them in a list of their year-group. The
list is ordered by place, a mixture of distress-proneness (people choose people like themselves:
selection) and of everything else that brings people together (class, street, interests). Most
proposals stay in the own sex and year; some go to the other sex or to the year above. A person's
number of proposals is log-normal, so a few people have many friends.

Everything hangs on person numbers and scores only, never on the order in which people are given.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from abm.chance import Purpose, draws_for

SEXES = 2
FIRST_SURPLUS = 1.6
MOST_PASSES = 6
SHARE_OF_A_SHORT_LIST = 1 / 12
TAIL = 1.5

type Draws = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class FriendshipRules:
    """How friendships form.

    `circle` says how closely they cluster: the scale, in places in the list, of the distance at
    which a proposal lands; more than half land nearer. Sociable people reach farther for their
    later proposals; in short lists everybody reaches less far.
    """

    mean: float  # friends a person, averaged over people with a year-group above and one below
    spread: float  # SD of the logarithm of a person's number of proposals; 0: all alike
    same_sex: float  # share of proposals that go to the own sex
    alike: float  # about the correlation of distress-proneness between friends, [0, 1); 0: none
    other_year: float  # share of proposals that go to the year-group above
    circle: float = 3.0


@dataclass(frozen=True)
class YearGroup:
    """The people of one school year."""

    persons: np.ndarray  # their numbers, which key all chance
    rows: np.ndarray  # where each person stands in the table of people
    sex: np.ndarray  # 0 female, 1 male
    score: np.ndarray  # distress-proneness on a standard normal scale


@dataclass(frozen=True)
class Candidates:
    """Everyone a proposal can reach: the youngest year first, each year by person number."""

    persons: np.ndarray
    rows: np.ndarray
    list_of: np.ndarray  # which list a person is in: their sex, plus 2 for every year above
    order: np.ndarray  # the lists one after the other, each sorted by place
    rank: np.ndarray  # a person's position within their list
    first: np.ndarray  # where each list begins in `order`
    length: np.ndarray  # of each list; the last two, of a year above all, are empty
    sociability: np.ndarray
    offset: np.ndarray  # where in the wait for a proposal a person begins, 0 to 1


@dataclass(frozen=True)
class Proposals:
    """Proposed friendships, one element each."""

    proposer: np.ndarray  # by number among the candidates
    index: np.ndarray  # the how-manieth proposal of the proposer, from 0
    target: np.ndarray  # by number among the candidates; -1 where nobody is reached
    moment: np.ndarray  # sociable people propose more often, so more of theirs come early


def form_friendships(
    seed: int,
    entry_day: int,
    entering: YearGroup,
    older: YearGroup | None,
    rules: FriendshipRules,
) -> np.ndarray:
    """Form the friendships of a year-group that enters, within it and with the year above.

    As many friendships form as give `rules.mean` friends a person once every year-group has one
    above and one below it: half the mean times the number of entrants. Where a group is too small
    for that, nearly everybody becomes friends with everybody.

    Seed, day and person numbers key the chance. Returned is each friendship once: rows of the
    table of people, shape (friendships, 2), int64, the smaller row first, sorted.
    """
    candidates = line_up(seed, [entering] if older is None else [entering, older], rules)
    entrants = len(entering.persons)
    wanted = round(rules.mean * entrants / 2)
    pairs = np.empty((0, 2), dtype=np.int64)

    def draw(persons: np.ndarray, index: np.ndarray) -> Draws:
        return draws_for(seed, persons, entry_day, Purpose.FRIENDSHIP, index)

    for attempt in range(MOST_PASSES):
        limit = rules.mean / 2 * FIRST_SURPLUS * 2**attempt
        proposals = propose(candidates, rules, limit, draw, entrants)
        pairs = first_pairs(proposals, wanted)
        if len(pairs) >= wanted:
            break
    edges = np.sort(candidates.rows[pairs], axis=1)
    return edges[np.lexsort((edges[:, 1], edges[:, 0]))]


def line_up(seed: int, groups: Sequence[YearGroup], rules: FriendshipRules) -> Candidates:
    """Sort people of successive year-groups, the youngest first, by place into lists by sex."""
    by_person = [np.argsort(group.persons, kind="stable") for group in groups]

    def joined(field: str) -> np.ndarray:
        parts = zip(groups, by_person, strict=True)
        return np.concatenate([np.asarray(getattr(group, field))[order] for group, order in parts])

    persons, score = joined("persons"), joined("score")
    years = np.repeat(np.arange(len(groups)), [len(group.persons) for group in groups])
    list_of = joined("sex").astype(np.int64) + SEXES * years
    sociability, noise, offset = _dispositions(seed, persons, rules.spread)
    order = np.lexsort((persons, _place(score, noise, rules), list_of))
    length = np.bincount(list_of, minlength=SEXES * (len(groups) + 1))
    first = np.cumsum(length) - length
    rank = np.empty(len(persons), dtype=np.int64)
    rank[order] = np.arange(len(persons)) - np.repeat(first, length)
    rows = joined("rows").astype(np.int64)
    return Candidates(persons, rows, list_of, order, rank, first, length, sociability, offset)


def places_in_list(seed: int, group: YearGroup, rules: FriendshipRules) -> np.ndarray:
    """Return the place of everybody of a year-group, in one list of both sexes, from 0."""
    _, noise, _ = _dispositions(seed, group.persons, rules.spread)
    order = np.lexsort((group.persons, _place(group.score, noise, rules)))
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    return places


def _place(score: np.ndarray, noise: np.ndarray, rules: FriendshipRules) -> np.ndarray:
    return math.sqrt(rules.alike) * score + math.sqrt(1.0 - rules.alike) * noise


def _dispositions(
    seed: int, persons: np.ndarray, spread: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw what a person keeps for life, hence day 0: sociability, place noise, rounding.

    Sociability is log-normal with mean 1; place noise is standard normal.
    """
    first, second, offset, _ = draws_for(seed, persons, 0, Purpose.FRIENDSHIP_DEGREE, 0)
    radius = np.sqrt(-2.0 * np.log(first))
    angle = 2.0 * np.pi * second
    sociability = np.exp(spread * radius * np.cos(angle) - spread * spread / 2)
    return sociability, radius * np.sin(angle), offset


def propose(
    candidates: Candidates,
    rules: FriendshipRules,
    limit: float,
    draw: Callable[[np.ndarray, np.ndarray], Draws],
    entrants: int | None = None,
) -> Proposals:
    """Let the first `entrants` candidates (all if None) make `limit` times their sociability.

    `draw` gives the draws for persons and the numbers of their proposals.
    """
    sociability, offset = candidates.sociability[:entrants], candidates.offset[:entrants]
    counts = np.maximum(np.ceil(limit * sociability - offset), 0).astype(np.int64)
    proposer = np.repeat(np.arange(len(counts)), counts)
    index = np.arange(len(proposer)) - np.repeat(np.cumsum(counts) - counts, counts)
    moment = (index + offset[proposer]) / sociability[proposer]
    drawn = draw(candidates.persons[proposer], index)
    sex_draw, year_draw, distance_draw, side_draw = drawn
    chosen = candidates.list_of[proposer] ^ (sex_draw >= rules.same_sex)
    chosen = chosen + SEXES * (year_draw < rules.other_year)
    circle = np.maximum(rules.circle, index)
    target = _neighbour(candidates, proposer, chosen, circle, distance_draw, side_draw)
    return Proposals(proposer, index, target, moment)


def _neighbour(
    candidates: Candidates,
    proposer: np.ndarray,
    chosen: np.ndarray,
    circle: np.ndarray,
    distance_draw: np.ndarray,
    side_draw: np.ndarray,
) -> np.ndarray:
    """Find whom each proposal reaches: somebody near the proposer's place in the chosen list.

    A distance exceeds d with chance (1 + d / circle)**-TAIL, so that even in a large group a few
    friendships bridge it. Distances are folded back at both ends of the list, which keeps the
    chance of being reached the same all along it. The proposer is left out of their own list. An
    empty list is replaced by the other sex of that year, or else by the own year; -1 where nobody
    is there.
    """
    own = candidates.list_of[proposer]
    others = candidates.length[chosen] - (chosen == own)
    for replacement in (chosen ^ 1, own, own ^ 1):
        chosen = np.where(others == 0, replacement, chosen)
        others = candidates.length[chosen] - (chosen == own)
    rank = candidates.rank[proposer]
    is_own = chosen == own
    room = np.maximum(others, 1)
    centre = np.where(is_own, rank, (rank + 0.5) / candidates.length[own] * room)
    reach = np.minimum(circle, room * SHARE_OF_A_SHORT_LIST)
    distance = reach * (distance_draw ** (-1.0 / TAIL) - 1.0)
    folded = np.mod(centre + np.where(side_draw < 0.5, -distance, distance), 2 * room)
    folded = np.where(folded > room, 2 * room - folded, folded)
    position = np.minimum(folded.astype(np.int64), room - 1)
    position += candidates.first[chosen] + (is_own & (position >= rank))
    target = candidates.order[np.minimum(position, len(candidates.order) - 1)]
    return np.where(others > 0, target, -1)


def first_pairs(proposals: Proposals, wanted: int) -> np.ndarray:
    """Return the `wanted` different pairs that were proposed first; ties by candidate number.

    Shape (pairs, 2), by number among the candidates, the smaller first. Proposals that reach nobody
    count for nothing.
    """
    reached = proposals.target >= 0
    both = proposals.proposer[reached], proposals.target[reached]
    pairs, moment = np.sort(np.column_stack(both), axis=1), proposals.moment[reached]
    code = (pairs[:, 0] << 32) | pairs[:, 1]
    order = np.lexsort((moment, code))
    is_new = np.diff(code[order], prepend=-1) != 0
    pairs, moment = pairs[order[is_new]], moment[order[is_new]]
    return pairs[np.argsort(moment, kind="stable")[:wanted]]
