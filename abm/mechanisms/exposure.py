"""Exposure (model: peers and norms): learning of friends' acts, and coming to know of self-injury.

An act that a friend learns of raises exposure for weeks (socialisation, stronger for starting than
for going on) and may make the friend aware of self-injury as a possibility. What is met online is
another source, with effects of its own, and the same for everybody.

Source: the paper has only that self-injury may come to seem normal (McManus et al. 2019, section
1); that exposure matters more for the first act than for going on is told by E190 and E194 of the
register. Rejected: one exposure to friends and online together: only friends are lost and made.
"""

import math

from abm.chance import Purpose, four_draws
from abm.compilation import rule
from abm.mechanisms.curves import LN_2
from abm.people.codes import NEITHER_ALIKE, SELECTION
from abm.people.layout import Person
from abm.people.records import Parameters, Stage, Today

FORGOTTEN = 1e-4


@rule
def hear_of_friends(me: Person, p: Parameters, today: Today) -> None:
    """Add yesterday's acts of friends that became known; older ones fade."""
    if p.friends_alike_by == SELECTION or p.friends_alike_by == NEITHER_ALIKE:
        me.learnt = 0
    load = me.exposure_load * today.exposure_kept + me.learnt
    me.exposure_load = load if load > FORGOTTEN else 0.0
    me.exposure = 0.0
    if me.exposure_load > 0.0:
        me.exposure = 1.0 - math.exp(-LN_2 * me.exposure_load)


@rule
def become_aware(me: Person, p: Parameters, today: Today, stage: Stage) -> None:
    """Self-injury becomes known as a possibility, by age, exposure, or a friend's act."""
    if me.aware == 1:
        return
    raised = p.awareness_exposure * me.exposure + p.awareness_online * p.online_exposure
    hazard = stage.awareness * (1.0 + raised)
    unaware = math.exp(-hazard)
    if me.learnt > 0:
        unaware *= (1.0 - p.awareness_friend) ** (1.0 * me.learnt)
    u = four_draws(today.seed_low, today.seed_high, me.person, today.day, Purpose.AWARENESS, 0)
    if u[0] > unaware:
        me.aware = 1
