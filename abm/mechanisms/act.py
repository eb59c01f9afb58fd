"""An act and what it does, in the order the paper gives (section 5).

It is itself a stress: sympathetic arousal rises first. A quarter of an hour later the body
switches. In the calm and punish routes opioids bring numb relief: arousal and distress fall, calm
and shutdown rise. In the feel route shutdown gives way and arousal stays: feeling comes back.
Shame and guilt rise in any case (section 2).

Source: the switch is that of Stien and Kendall (2004), shame and guilt that of McKenzie and Gross
(2014), as Martin (2022) cites them. Rejected: an act to calm that leaves its own arousal as it is;
arousal drives distress, which two hours later would be higher than before.
"""

import math

from abm.compilation import rule
from abm.mechanisms.barrier import habituation
from abm.mechanisms.coping import neglect_coping
from abm.mechanisms.curves import clipped
from abm.mechanisms.help import reach_out
from abm.mechanisms.learning import learn
from abm.mechanisms.opioids import grow_tolerant, opioid_pulse
from abm.mechanisms.phases import enter_phase
from abm.mechanisms.relaxing import ACT, AFTER_ACT, HIGHEST, live_until, note_point
from abm.mechanisms.sensitisation import note_peaks_of_act, sensitise_by_act
from abm.mechanisms.shame import feel_guilty
from abm.people.codes import END, FEEL, INDUCE, PUNISH
from abm.people.layout import Person
from abm.people.records import DayLog, Parameters, Stage, Today


@rule
def self_injure(
    me: Person,
    p: Parameters,
    today: Today,
    stage: Stage,
    day_log: DayLog,
    route: int,
    shares: tuple[float, float, float],
) -> None:
    """Live through one act: arousal, switch, relief, shame, and what is learnt from it."""
    enter_phase(me, p, today)
    severity = severity_of_act(me, p)
    note_before(me, today, stage, day_log, route, shares, severity)
    me.sympathetic = clipped(me.sympathetic + p.act_arousal * severity, 0.0, HIGHEST)
    note_peaks_of_act(me, p)
    note_peak(me, day_log)
    me.rumination_returns = me.hour + p.act_interruption
    note_point(me, day_log, ACT, 0.0, 0.0, 0)
    live_until(me, p, today, day_log, me.hour + p.act_hours)
    numb_before = me.dorsal_vagal + me.emptiness
    shut_before = me.dorsal_vagal
    pulse = opioid_pulse(me, p, severity)
    if route == FEEL and p.dissociation != INDUCE:
        feel_again(me, p, pulse)
    else:
        go_numb(me, p, pulse)
    relief = relief_of_act(me, p, route, pulse, numb_before, shut_before)
    feel_guilty(me, p)
    learn(me, p, route, shares[route], relief)
    note_after(me, day_log, relief)
    note_point(me, day_log, AFTER_ACT, 0.0, 0.0, 0)
    reach_out(me, p, today, day_log, severity, me.shame)
    remember(me, p, today, stage)


@rule
def severity_of_act(me: Person, p: Parameters) -> float:
    """Return the severity of an act now; its middle is 1, and it rises as relief falls (6)."""
    return math.exp(
        p.severity_person * me.severity_level
        + p.severity_bout * me.bout_severity
        + p.severity_tolerance * me.opioid_tolerance
        + p.severity_habituation * habituation(me, p)
    )


@rule
def go_numb(me: Person, p: Parameters, pulse: float) -> None:
    """The switch from sympathetic to parasympathetic dominance: numb, calm relief."""
    me.sympathetic *= 1.0 - pulse
    if p.dissociation != END:
        me.dorsal_vagal = clipped(me.dorsal_vagal + p.act_numbing * pulse, 0.0, HIGHEST)
        note_peaks_of_act(me, p)
    me.distress *= 1.0 - pulse
    me.calm += p.act_calm * pulse * (1.0 - me.calm)


@rule
def feel_again(me: Person, p: Parameters, pulse: float) -> None:
    """The way out of dissociation: shutdown gives way while arousal stays up."""
    me.dorsal_vagal *= p.feel_dorsal_vagal
    me.emptiness *= p.feel_emptiness
    me.distress *= 1.0 - p.feel_distress * pulse
    me.calm += p.feel_calm * pulse * (1.0 - me.calm)


@rule
def relief_of_act(
    me: Person, p: Parameters, route: int, pulse: float, numb_before: float, shut_before: float
) -> float:
    """Return the relief an act brought; from punishment only to the self-critical (5.2).

    To calm down is to feel less distress: the opioid pulse takes part of it away, and numbness
    that the act induces masks part of the rest (5.1), the more of it `numb_relief` lets count.
    """
    if route == PUNISH:
        return p.punish_relief * pulse * me.self_critical
    if route == FEEL and p.dissociation != INDUCE:
        return max(0.0, numb_before - me.dorsal_vagal - me.emptiness) / (1.0 + numb_before)
    masked = max(0.0, me.dorsal_vagal - shut_before) / (1.0 + me.dorsal_vagal)
    return pulse + p.numb_relief * (1.0 - pulse) * masked


@rule
def remember(me: Person, p: Parameters, today: Today, stage: Stage) -> None:
    """Carry the act into the slow states and the history."""
    grow_tolerant(me, p)
    sensitise_by_act(me, p)
    neglect_coping(me, p)
    me.pain_habituation += 1.0
    if me.acts == 0:
        me.first_age = stage.age
        me.reported_case = today.is_reported
    me.acts += 1
    me.acts_today += 1
    me.reported_acts += today.is_reported
    me.past_year_acts += 1
    me.recent_months += 1
    me.last_age = stage.age
    me.last_act = today.day + me.hour / 24.0


@rule
def note_before(
    me: Person,
    today: Today,
    stage: Stage,
    day_log: DayLog,
    route: int,
    shares: tuple[float, float, float],
    severity: float,
) -> None:
    """Note the act and the states in which it begins."""
    act = day_log.acts[me.acts_today]
    act.person = me.person
    act.day = today.day
    act.age = stage.age
    act.sex = me.sex
    act.route = route
    act.hour = me.hour
    act.share_calm = shares[0]
    act.share_feel = shares[1]
    act.share_punish = shares[2]
    act.severity = severity
    act.bout = me.bouts
    act.visible = 0
    act.hospital = 0
    act.hospital_chance = 0.0
    act.distress_before = me.distress
    act.emptiness_before = me.emptiness
    act.calm_before = me.calm
    act.shame_before = me.shame
    act.sympathetic_before = me.sympathetic
    act.dorsal_vagal_before = me.dorsal_vagal


@rule
def note_peak(me: Person, day_log: DayLog) -> None:
    """Note the autonomic states at the act itself, after its own arousal."""
    act = day_log.acts[me.acts_today]
    act.sympathetic_peak = me.sympathetic
    act.dorsal_vagal_peak = me.dorsal_vagal


@rule
def note_after(me: Person, day_log: DayLog, relief: float) -> None:
    """Note the states in which the act ends, a quarter of an hour later."""
    act = day_log.acts[me.acts_today]
    act.relief = relief
    act.distress_after = me.distress
    act.emptiness_after = me.emptiness
    act.calm_after = me.calm
    act.shame_after = me.shame
    act.sympathetic_after = me.sympathetic
    act.dorsal_vagal_after = me.dorsal_vagal
