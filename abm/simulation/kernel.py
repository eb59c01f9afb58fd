"""The kernels: loops over people, the only functions compiled by themselves.

People, parameters and the day are records in arrays, so no value ever recompiles anything.
"""

import numpy as np

from abm.chance import Purpose, binomial_count, four_draws
from abm.compilation import kernel, rule
from abm.mechanisms.beginning import enter
from abm.mechanisms.day import live_a_day
from abm.mechanisms.growing_up import grow_up
from abm.people.birth import draw_traits
from abm.people.codes import CALM, FEEL, SPECIALIST
from abm.people.layout import FIRST_AGE
from abm.people.records import Parameters, Today
from abm.simulation.moments import read_the_day


@rule
def count_the_day(me, stage, day_log, flows) -> None:  # type: ignore[no-untyped-def]
    """Add one lived day to the flows of the person's sex and completed age.

    The columns are those of `abm.simulation.census.FLOWS`.
    """
    flows[me.sex, stage.age_index, 0] += 1
    flows[me.sex, stage.age_index, 1] += me.was_never
    if me.was_never == 1 and me.acts > 0:
        flows[me.sex, stage.age_index, 2] += 1
    flows[me.sex, stage.age_index, 3] += me.acts_today
    flows[me.sex, stage.age_index, 4] += me.urges_today
    for index in range(me.acts_today):
        flows[me.sex, stage.age_index, 8] += day_log.acts[index].visible
        flows[me.sex, stage.age_index, 9] += day_log.acts[index].hospital
        route = day_log.acts[index].route
        if route == CALM:
            flows[me.sex, stage.age_index, 5] += 1
        elif route == FEEL:
            flows[me.sex, stage.age_index, 6] += 1
        else:
            flows[me.sex, stage.age_index, 7] += 1


@kernel
def run_everybody(
    people: np.ndarray,
    parameters: np.ndarray,
    days: np.ndarray,
    stages: np.ndarray,
    day_logs: np.ndarray,
    flows: np.ndarray,
    log: np.ndarray,
    logged: int,
    moments: np.ndarray,
    rows: np.ndarray,
    apart: np.ndarray,
    flows_apart: np.ndarray,
    acted: np.ndarray,
) -> tuple[np.ndarray, int]:
    """Live one day of those present in some rows; return the log of acts and how many it holds.

    A log that is full is doubled; -1 acts logged keep none. Moments are room for what prompts find
    today: a row a watched person, a column a prompt. `apart` says for every world beside this one
    who differs there: their day is counted in the flows of that number, too. `acted` is filled with
    the rows of those who acted, and ends with -1 where not all did.
    """
    p = parameters[0]
    today = days[0]
    day_log = day_logs[0]
    prompted = actors = 0
    for row in rows:
        me = people[row]
        if me.present == 0:
            continue
        stage = stages[me.sex, today.school_year - me.year_group]
        live_a_day(me, p, today, stage, day_log)
        count_the_day(me, stage, day_log, flows)
        for beside in range(len(apart)):
            if apart[beside, row]:
                count_the_day(me, stage, day_log, flows_apart[beside])
        if me.watched == 1 and prompted < len(moments):
            read_the_day(me, p, today, day_log, moments[prompted])
            prompted += 1
        if me.acts_today > 0:
            acted[actors] = row
            actors += 1
        if logged >= 0:
            for index in range(me.acts_today):
                if logged == len(log):
                    bigger = np.empty(2 * len(log), log.dtype)
                    for old in range(len(log)):
                        bigger[old] = log[old]
                    log = bigger
                log[logged] = day_log.acts[index]
                logged += 1
    if actors < len(acted):
        acted[actors] = -1
    return log, logged


@kernel
def grow_all_up(parameters: np.ndarray, share_of_year: float, stages: np.ndarray) -> None:
    """Fill in today's stages of life, shape (2 sexes, 15 completed ages)."""
    for sex in range(stages.shape[0]):
        for index in range(stages.shape[1]):
            age = FIRST_AGE + index + share_of_year
            grow_up(stages[sex, index], parameters[0], sex, index, age)


@kernel
def create_people(
    people: np.ndarray,
    parameters: np.ndarray,
    days: np.ndarray,
    stages: np.ndarray,
    childhoods: np.ndarray,
) -> None:
    """Let people enter whose numbers and year-groups are set."""
    today = days[0]
    for row in range(len(people)):
        me = people[row]
        draw_traits(me, parameters[0], today, childhoods[0])
        enter(me, parameters[0], today, stages[me.sex, today.school_year - me.year_group])


@rule
def friend_learns(
    today: Today, p: Parameters, actor: int, friend: int, acts: int, distant: int
) -> int:
    """Draw how many of today's acts of `actor` one friend learns of; a distant one, of fewer."""
    u = four_draws(today.seed_low, today.seed_high, actor, today.day, Purpose.FRIEND_LEARNS, friend)
    chance = p.friends_learn * p.distant_learn if distant == 1 else p.friends_learn
    return binomial_count(u[0], acts, chance)


@kernel
def tell_friends(
    people: np.ndarray,
    acted: np.ndarray,
    offsets: np.ndarray,
    neighbours: np.ndarray,
    distant: np.ndarray,
    parameters: np.ndarray,
    days: np.ndarray,
) -> None:
    """Push today's acts to friends, as integer counts that they hear of next morning.

    `acted` are the rows of those who acted, up to a -1.
    """
    p = parameters[0]
    today = days[0]
    for actor in range(len(acted)):
        row = acted[actor]
        if row < 0:
            break
        me = people[row]
        for index in range(offsets[row], offsets[row + 1]):
            friend = people[neighbours[index]]
            friend.learnt += friend_learns(
                today, p, me.person, friend.person, me.acts_today, distant[index]
            )


@kernel
def count_people(people: np.ndarray, days: np.ndarray, stocks: np.ndarray) -> None:
    """Count the people present by sex and completed age.

    The columns are those of `abm.simulation.census.STOCKS`; the past month is the last 30 days.
    """
    today = days[0]
    for row in range(len(people)):
        me = people[row]
        if me.present == 0:
            continue
        age = today.school_year - me.year_group
        stocks[me.sex, age, 0] += 1
        if me.acts > 0:
            stocks[me.sex, age, 1] += 1
            if me.past_year_acts > 0:
                stocks[me.sex, age, 2] += 1
            if me.last_act >= today.day - 29:
                stocks[me.sex, age, 3] += 1
        if me.care >= SPECIALIST:
            stocks[me.sex, age, 4] += 1
        if me.waiting_since >= 0.0:
            stocks[me.sex, age, 5] += 1


@kernel
def copy_alike(first: np.ndarray, second: np.ndarray, apart: np.ndarray) -> None:
    """Copy all rows (of 64-bit words) of a first table to a second, save those that are apart."""
    for row in range(len(first)):
        if not apart[row]:
            second[row] = first[row]


@kernel
def find_apart(
    first: np.ndarray,
    second: np.ndarray,
    offsets: np.ndarray,
    neighbours: np.ndarray,
    distant: np.ndarray,
    other_offsets: np.ndarray,
    other_neighbours: np.ndarray,
    other_distant: np.ndarray,
    rows: np.ndarray,
    apart: np.ndarray,
) -> None:
    """Find which of some rows (of 64-bit words) differ in two tables, or have other friends."""
    for row in rows:
        start, other = offsets[row], other_offsets[row]
        friends = offsets[row + 1] - start
        differs = friends != other_offsets[row + 1] - other
        for index in range(friends):
            if differs:
                break
            differs = neighbours[start + index] != other_neighbours[other + index]
            differs |= distant[start + index] != other_distant[other + index]
        for word in range(first.shape[1]):
            if differs:
                break
            differs = first[row, word] != second[row, word]
        apart[row] = differs


@kernel
def tell_friends_apart(
    first: np.ndarray,
    first_acted: np.ndarray,
    first_offsets: np.ndarray,
    first_neighbours: np.ndarray,
    first_distant: np.ndarray,
    people: np.ndarray,
    acted: np.ndarray,
    offsets: np.ndarray,
    neighbours: np.ndarray,
    distant: np.ndarray,
    apart: np.ndarray,
    parameters: np.ndarray,
    days: np.ndarray,
    more: np.ndarray,
) -> None:
    """Push today's acts to friends in a world that runs only who is apart from a first one.

    Those apart hear of all acts of their friends. The others hear what they hear in the first
    world; `more` are the acts they learn of beyond that, from friends who are apart.
    """
    p = parameters[0]
    today = days[0]
    for row in first_acted:
        if row < 0:
            break
        me = first[row]
        if apart[row]:
            for index in range(first_offsets[row], first_offsets[row + 1]):
                friend, far = first_neighbours[index], first_distant[index]
                if not apart[friend]:
                    person = first[friend].person
                    more[friend] -= friend_learns(today, p, me.person, person, me.acts_today, far)
        else:
            for index in range(offsets[row], offsets[row + 1]):
                friend, far = neighbours[index], distant[index]
                if apart[friend]:
                    person = first[friend].person
                    acts = friend_learns(today, p, me.person, person, me.acts_today, far)
                    people[friend].learnt += acts
    for row in acted:
        if row < 0:
            break
        me = people[row]
        for index in range(offsets[row], offsets[row + 1]):
            friend, far = neighbours[index], distant[index]
            person = first[friend].person
            acts = friend_learns(today, p, me.person, person, me.acts_today, far)
            if apart[friend]:
                people[friend].learnt += acts
            else:
                more[friend] += acts
