"""Phases of raised risk that begin with an act and end (section 3: why stopping can be so hard).

Phases a short gap apart make one bout. When a phase ends a person may resolve not to act
again; the resolve fades over years, a later act leaves only part of it, and strain may break it:
what brought relief at once is what the distressed fall back on.

Source: none for phases; that acts become the default in distress is You et al. (2018), as Martin
(2022) cites them in section 6. Rejected: a resolve that only fades, to which a bad time does
nothing, and one that breaks by a single evening's distress, which undoes most within weeks.
"""

import math

from abm.chance import Purpose, four_draws, two_normals
from abm.compilation import rule
from abm.mechanisms.care import regulation_now
from abm.mechanisms.derived import connectedness_now
from abm.people.codes import SPECIALIST, THERAPY
from abm.people.layout import NEVER, Person
from abm.people.records import Parameters, Stage, Today


@rule
def enter_phase(me: Person, p: Parameters, today: Today) -> None:
    """An act begins a phase, or finds one open."""
    me.resolution *= p.resolution_left
    if me.in_phase == 1:
        return
    me.in_phase = 1
    if me.phase_ended == NEVER or today.day - me.phase_ended >= p.bout_gap:
        u = four_draws(today.seed_low, today.seed_high, me.person, today.day, Purpose.ACT, 0)
        me.bout_severity, _ = two_normals(u[0], u[1])
        me.bouts += 1
        me.contacted = me.disclosed = 0
        me.bout_hospital = 0.0


@rule
def maybe_end_phase(me: Person, p: Parameters, today: Today, stage: Stage) -> None:
    """Each evening a phase may end; regulation, connectedness and help hasten the end."""
    if me.in_phase == 0:
        return
    skill = regulation_now(me, p) + p.regulation_maturity * stage.maturing
    skill += p.coping_as_regulation * (me.coping - p.coping_reference)
    drive = p.phase_regulation * skill
    drive += p.phase_connectedness * (connectedness_now(me, p, stage) - p.connectedness_reference)
    if me.care >= SPECIALIST:
        drive += p.phase_care
    if me.care == THERAPY:
        drive += p.phase_therapy
    if today.day < me.confidant_until:
        drive += p.phase_confidant
    hazard = math.exp(drive) / p.phase_length
    u = four_draws(today.seed_low, today.seed_high, me.person, today.day, Purpose.EVENING, 0)
    if u[0] >= 1.0 - math.exp(-hazard):
        return
    me.in_phase = 0
    me.phase_ended = 1.0 * today.day
    if u[1] < p.resolution_chance:
        me.resolution = p.resolution_size


@rule
def maybe_break_resolve(me: Person, p: Parameters, today: Today) -> None:
    """Each evening strain above a level may break a resolve not to act again."""
    excess = me.strain - p.resolution_strain
    if me.resolution == 0.0 or p.resolution_break == 0.0 or excess <= 0.0:
        return
    u = four_draws(today.seed_low, today.seed_high, me.person, today.day, Purpose.RESOLVE, 0)
    if u[0] < 1.0 - math.exp(-p.resolution_break * excess):
        me.resolution = 0.0
