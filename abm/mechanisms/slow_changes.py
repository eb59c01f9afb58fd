"""Slow changes within a person: temperament drifts over years, circumstances over months.

A share of what is a person's own in temperament, self-criticism and reluctance is a state that
forgets over years; the rest stays. So at any age people differ as much as they do at entry, and
traits correlate as they do there, but not always the same people stand out: some begin late, some
pause and come back (sections 1 and 6; the longitudinal view that section 6 asks for). A better or a
worse time, without a cause in the person, changes how much happens and how much others support.

Source: correlations of traits over 6.7 years rise from .31 in childhood to .54 in the college years
(Roberts and DelVecchio 2000, doi 10.1037/0033-2909.126.1.3). Rejected: a wider weekly shift of the
barrier, which comes and goes within weeks, so that nobody has a better year; and a random walk of
traits, under which people would differ more at 24 than at 10.
"""

import math

from abm.chance import Purpose, four_draws, two_normals
from abm.compilation import rule
from abm.people.birth import ALL_SHARED, add_temperament, loaded
from abm.people.layout import Person
from abm.people.records import Parameters, Today


@rule
def change_slowly(me: Person, p: Parameters, today: Today) -> bool:
    """Let a month change traits and circumstances; tell if what is derived has to follow."""
    u = four_draws(today.seed_low, today.seed_high, me.person, today.day, Purpose.SLOW_CHANGE, 0)
    temperament, critical = two_normals(u[0], u[1])
    reluctance, circumstances = two_normals(u[2], u[3])
    kept, step = today.change_kept, today.change_step
    temperament = kept * me.changing_temperament + step * temperament
    critical = kept * me.changing_self_criticism + step * critical
    reluctance = kept * me.changing_reluctance + step * reluctance
    weight = math.sqrt(p.change_share)
    add_temperament(me, p, 0.0, weight * (temperament - me.changing_temperament), ALL_SHARED)
    own = weight * (critical - me.changing_self_criticism)
    me.self_criticism += loaded(p.self_criticism_adversity, 0.0, own)
    me.aversion += weight * (reluctance - me.changing_reluctance)
    me.changing_temperament = temperament
    me.changing_self_criticism = critical
    me.changing_reluctance = reluctance
    me.circumstances *= today.circumstances_kept
    me.circumstances += today.circumstances_step * circumstances
    return p.change_share > 0.0 or p.circumstances_stressors > 0.0


@rule
def stressors_by_circumstances(me: Person, p: Parameters) -> float:
    """Return the factor of circumstances on everyday stressors; its mean over people is 1."""
    size = p.circumstances_stressors
    return math.exp(size * me.circumstances - 0.5 * size * size)


@rule
def support_lost(me: Person, p: Parameters) -> float:
    """Return what circumstances take from family support and connectedness, or add to them."""
    return p.circumstances_support * me.circumstances
