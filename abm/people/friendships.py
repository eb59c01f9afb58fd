"""Friendships: who knows whom, formed once when a school year-group enters at age 10.

Every entrant proposes friendships to people who stand near them in a list of their year-group. The
list is ordered by place, a mixture of distress-proneness (people choose people like themselves:
selection) and of everything else that brings people together (class, street, interests). Most
proposals stay in the own sex and year; some go to the other sex or to the year above. A person's
number of proposals is log-normal, so a few people have many friends.

Everything hangs on person numbers and scores only, never on the order in which people are given.
"""

import math
from dataclasses import dataclass

import numpy as np

from abm.chance import Purpose, draws_for

SEXES = 2
FIRST_SURPLUS = 1.6
MOST_PASSES = 6
SHARE_OF_A_SHORT_LIST = 1 / 12
TAIL = 1.5


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
class _Candidates:
    """Everyone a proposal can reach: entrants first, then the year above, each by person number."""

    persons: np.ndarray
    rows: np.ndarray
    list_of: np.ndarray  # which of four lists a person is in: their sex, plus 2 for the year above
    order: np.ndarray  # the lists one after the other, each sorted by place
    rank: np.ndarray  # a person's position within their list
    first: np.ndarray  # where each list begins in `order`
    length: np.ndarray  # of each list
    sociability: np.ndarray
    offset: np.ndarray
    entrants: int


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
    candidates = _line_up(seed, entering, older, rules)
    wanted = round(rules.mean * candidates.entrants / 2)
    pairs = np.empty((0, 2), dtype=np.int64)
    for attempt in range(MOST_PASSES):
        limit = rules.mean / 2 * FIRST_SURPLUS * 2**attempt
        pairs = _first_pairs(_propose(seed, entry_day, candidates, rules, limit), wanted)
        if len(pairs) >= wanted:
            break
    edges = np.sort(candidates.rows[pairs], axis=1)
    return edges[np.lexsort((edges[:, 1], edges[:, 0]))]


def _line_up(
    seed: int, entering: YearGroup, older: YearGroup | None, rules: FriendshipRules
) -> _Candidates:
    """Sort people by place into four lists: by sex, of the entrants and of the year above."""
    groups = [entering] if older is None else [entering, older]
    by_person = [np.argsort(group.persons, kind="stable") for group in groups]

    def joined(field: str) -> np.ndarray:
        parts = zip(groups, by_person, strict=True)
        return np.concatenate([np.asarray(getattr(group, field))[order] for group, order in parts])

    persons, score = joined("persons"), joined("score")
    is_older = np.arange(len(persons)) >= len(entering.persons)
    list_of = joined("sex").astype(np.int64) + SEXES * is_older
    sociability, noise, offset = _dispositions(seed, persons, rules.spread)
    position = math.sqrt(rules.alike) * score + math.sqrt(1.0 - rules.alike) * noise
    order = np.lexsort((persons, position, list_of))
    length = np.bincount(list_of, minlength=2 * SEXES)
    first = np.cumsum(length) - length
    rank = np.empty(len(persons), dtype=np.int64)
    rank[order] = np.arange(len(persons)) - np.repeat(first, length)
    return _Candidates(
        persons=persons,
        rows=joined("rows").astype(np.int64),
        list_of=list_of,
        order=order,
        rank=rank,
        first=first,
        length=length,
        sociability=sociability,
        offset=offset,
        entrants=len(entering.persons),
    )


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


def _propose(
    seed: int, day: int, candidates: _Candidates, rules: FriendshipRules, limit: float
) -> tuple[np.ndarray, np.ndarray]:
    """Let every entrant make up to `limit` times their sociability proposals.

    Returned are the pairs proposed, shape (proposals, 2), smaller candidate number first, and the
    moment of each: sociable people propose more often, so more of theirs come early.
    """
    sociability = candidates.sociability[: candidates.entrants]
    offset = candidates.offset[: candidates.entrants]
    counts = np.maximum(np.ceil(limit * sociability - offset), 0).astype(np.int64)
    proposer = np.repeat(np.arange(candidates.entrants), counts)
    index = np.arange(len(proposer)) - np.repeat(np.cumsum(counts) - counts, counts)
    moment = (index + offset[proposer]) / sociability[proposer]
    sex_draw, year_draw, distance_draw, side_draw = draws_for(
        seed, candidates.persons[proposer], day, Purpose.FRIENDSHIP, index
    )
    chosen = candidates.list_of[proposer] ^ (sex_draw >= rules.same_sex)
    chosen = chosen + SEXES * (year_draw < rules.other_year)
    circle = np.maximum(rules.circle, index)
    target = _neighbour(candidates, proposer, chosen, circle, distance_draw, side_draw)
    reached = target >= 0
    pairs = np.column_stack((proposer, target))[reached]
    return np.sort(pairs, axis=1), moment[reached]


def _neighbour(
    candidates: _Candidates,
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


def _first_pairs(proposals: tuple[np.ndarray, np.ndarray], wanted: int) -> np.ndarray:
    """Keep the `wanted` different pairs that were proposed first; ties by candidate number."""
    pairs, moment = proposals
    code = (pairs[:, 0] << 32) | pairs[:, 1]
    order = np.lexsort((moment, code))
    is_new = np.diff(code[order], prepend=-1) != 0
    pairs, moment = pairs[order[is_new]], moment[order[is_new]]
    return pairs[np.argsort(moment, kind="stable")[:wanted]]


class FriendshipNetwork:
    """All friendships among the people present, by row of the table of people."""

    def __init__(self) -> None:
        self._edges = np.empty((0, 2), dtype=np.int32)

    @property
    def edges(self) -> np.ndarray:
        """Every friendship once: shape (friendships, 2), rows, in the order they were added."""
        return self._edges

    def add(self, edges: np.ndarray) -> None:
        """Add new friendships, as `form_friendships` returns them."""
        self._edges = np.concatenate((self._edges, np.asarray(edges).astype(np.int32)))

    def remove_rows(self, start: int, stop: int) -> None:
        """Drop every friendship of the people in rows `start` to `stop - 1`, who leave."""
        touched = (self._edges >= start) & (self._edges < stop)
        self._edges = self._edges[~touched.any(axis=1)]

    def compressed(self, number_of_rows: int) -> tuple[np.ndarray, np.ndarray]:
        """List each row's friends in compressed sparse row form: offsets and neighbours.

        Friends of row i are ``neighbours[offsets[i] : offsets[i + 1]]``, ascending; offsets are
        int64 and one more than there are rows of people, neighbours int32.
        """
        if self._edges.size and not 0 <= self._edges.min() <= self._edges.max() < number_of_rows:
            raise ValueError(f"a friendship names a row outside 0 to {number_of_rows - 1}")
        half = len(self._edges)
        keys = np.empty(2 * half, dtype=np.int64)
        for part, (mine, other) in ((keys[:half], (0, 1)), (keys[half:], (1, 0))):
            np.multiply(self._edges[:, mine], np.int64(number_of_rows), out=part)
            part += self._edges[:, other]
        keys.sort()
        offsets = np.zeros(number_of_rows + 1, dtype=np.int64)
        friends = np.bincount(self._edges.ravel(), minlength=number_of_rows)
        np.cumsum(friends, out=offsets[1:])
        return offsets, np.mod(keys, max(number_of_rows, 1), out=keys).astype(np.int32)
