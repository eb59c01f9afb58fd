"""Bullying: a tie between a pupil and another of the same class, which lasts for months.

It begins more often for the isolated and for those who stand out by their distress (internalising
problems precede victimisation, Reijntjes et al. 2010, doi 10.1016/j.chiabu.2009.07.009), and ever
less often with age; nobody is bullied by two at once. Anchors: 11 % of pupils of 11 to 15 are
bullied at least two or three times a month, girls as often as boys (HBSC 2021/22), and of those
bullied at 15 or 16 14 % still are at 18 or 19 (Lien and Welander-Vatn 2013).

Rejected: a chance that takes no account of how others stand, under which the share of the bullied
would rise wherever people are isolated; and bullying by friends' enemies or groups, of which no
size is known.
"""

import numpy as np

from abm.chance import Purpose, draws_for
from abm.people.codes import BULLYING
from abm.people.friendships import FriendshipRules, YearGroup, places_in_list
from abm.people.layout import FIRST_AGE
from abm.people.ties import TIE_DTYPE, Month, TieNetwork, choose

PUPILS_A_CLASS = 25


def classes_of(seed: int, group: YearGroup, rules: FriendshipRules) -> np.ndarray:
    """Return the class of everybody of a year-group, from 0: neighbours in the list of both sexes.

    The list is the one that orders friendships.
    """
    people = len(group.persons)
    classes = max(1, round(people / PUPILS_A_CLASS))
    return places_in_list(seed, group, rules) * classes // max(people, 1)


def turn_bullying(ties: TieNetwork, month: Month) -> np.ndarray:
    """Let bullying end and begin; return the ties that ended."""
    p = month.p
    table, persons = ties.table, month.people["person"]
    index = np.flatnonzero(table["kind"] == BULLYING)
    bully, victim = persons[table["first"][index]], persons[table["second"][index]]
    drawn = draws_for(month.seed, victim, month.day, Purpose.BULLYING, bully)[0]
    is_over = np.zeros(len(table), np.bool_)
    is_over[index] = drawn < p.bullying_ends
    ended = ties.end(is_over) if len(index) else np.zeros(0, TIE_DTYPE)
    if p.bullying_begins > 0.0 and month.people["present"].any():
        ties.add(_bullying_begins(ties, month), BULLYING, month.day)
    return ended


def _bullying_begins(ties: TieNetwork, month: Month) -> np.ndarray:
    """Return who begins to bully whom: pairs of rows of bully and victim, by victim."""
    p, people = month.p, month.people
    rows = np.flatnonzero(people["present"] == 1)
    rows = rows[np.argsort(people["person"][rows])]
    persons, years, classes = (
        people[name][rows] for name in ("person", "year_group", "school_class")
    )
    number = (years - years.min()) * (classes.max() + 1) + classes
    size = np.bincount(number)
    score = month.score[rows]
    stands_out = score - (np.bincount(number, score) / np.maximum(size, 1))[number]
    weight = np.exp(
        p.bullying_isolated * people["isolation"][rows] + p.bullying_proneness * stands_out
    )
    older = month.ages[rows] - FIRST_AGE
    chance = p.bullying_begins * np.exp(-p.bullying_fading * older) * weight / weight.mean()
    drawn = draws_for(month.seed, persons, month.day, Purpose.VICTIM, 0)[0]
    is_free = ~np.isin(rows, ties.table["second"][ties.table["kind"] == BULLYING])
    victims = np.flatnonzero((drawn < chance) & is_free & (size[number] > 1))
    by_class = np.argsort(number, kind="stable")
    begin, counts = (np.cumsum(size) - size)[number[victims]], size[number[victims]]
    position = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    classmates = by_class[np.repeat(begin, counts) + position]
    chooser, options = np.repeat(persons[victims], counts), persons[classmates]
    drawn = draws_for(month.seed, chooser, month.day, Purpose.BULLY, options)[0]
    chosen = choose(chooser, options, counts, drawn)
    return rows[np.column_stack((classmates[chosen], victims))]
