"""The barrier that keeps most people, most of the time, from harming themselves (section 2).

Source: Hooley and Fox (2019), as Martin (2022) cites them in section 2; that an act puts off the
next has none. Rejected: a constant reluctance of each person, since no spread of it between people
gives the published numbers of acts a year.
"""

import math

from abm.compilation import rule
from abm.people.layout import Person
from abm.people.records import Parameters, Stage, Today


@rule
def barrier(me: Person, p: Parameters, today: Today, stage: Stage) -> float:
    """Return the barrier against acting now, in logits."""
    height = me.barrier_person + stage.barrier + me.week_mood + me.resolution - me.analgesia
    height += p.coping_barrier * (me.coping - p.coping_reference)
    if me.acts == 0:
        height = height + p.barrier_initiation - p.exposure_initiation * me.exposure
        return height - p.online_initiation * p.online_exposure
    height -= p.exposure_continuation * me.exposure
    height -= p.online_continuation * p.online_exposure
    height -= p.habituation_effect * habituation(me, p)
    if me.in_phase == 1:
        height -= p.phase_drop - p.crisis_barrier
    return height + satiation(me, p, today)


@rule
def habituation(me: Person, p: Parameters) -> float:
    """Return habituation to pain, from 0 towards 1 with repeated acts (section 5.2)."""
    return me.pain_habituation / (me.pain_habituation + p.habituation_acts)


@rule
def satiation(me: Person, p: Parameters, today: Today) -> float:
    """Return how much a recent act keeps from the next, fading over days."""
    since = today.day + me.hour / 24.0 - me.last_act
    return p.satiation_size * math.exp(-since / p.satiation_days)
