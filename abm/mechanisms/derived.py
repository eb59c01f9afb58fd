"""Speeds, set points and thresholds: what a person's traits and slow states make of them.

What depends on traits alone is settled at entry, and again when a number or a trait is changed
from outside. Speeds that also depend on slow states follow them every Monday and on the morning
after an act; set points follow every morning. So the hours of a day are cheap.
"""

import math

from abm.compilation import rule
from abm.mechanisms.care import distress_tolerance_now, regulation_now
from abm.mechanisms.curves import LN_2, clipped, logistic
from abm.mechanisms.opioids import tone_analgesia, tone_release
from abm.mechanisms.slow_changes import stressors_by_circumstances, support_lost
from abm.people.codes import ELEVATED, PRIOR
from abm.people.layout import FEMALE, Person
from abm.people.records import Parameters, Stage, Today


@rule
def update_derived(me: Person, p: Parameters, today: Today) -> None:
    """Update what depends on traits alone."""
    me.settlement = today.settlement
    me.self_critical = logistic(p.self_criticism_slope * self_criticism_now(me))
    me.barrier_person = personal_barrier(me, p)
    me.arousal_gain = math.exp(p.arousal_gain * me.sympathetic_gain)
    me.rejection_weight = p.interpersonal_weight * math.exp(
        p.rejection_weight * me.rejection_sensitivity
    )
    me.stressor_factor = stressors_by_circumstances(me, p)
    me.shutdown_base = p.shutdown_threshold * math.exp(
        -p.shutdown_proneness * me.dissociation_proneness
    )
    me.recovery_base = math.exp(p.recovery_feedback * me.recovery)
    if p.opioids != ELEVATED:
        me.recovery_base *= math.exp(p.opioid_recovery * min(me.opioid_tone, 0.0))
    skill = p.distress_regulation * regulation_now(me, p)
    speed = LN_2 / p.distress_half_life
    me.distress_base = speed * math.exp(skill - p.distress_rumination * me.rumination)
    me.interruption = math.exp(p.distress_rumination * max(me.rumination, 0.0))
    me.distress_gain = p.distress_gain * math.exp(
        p.distress_reactivity * me.reactivity + p.reactivity_adversity * me.adversity
    )
    me.dorsal_vagal_speed = (
        LN_2
        / p.dorsal_vagal_half_life
        * math.exp(-p.dorsal_vagal_dissociation * me.dissociation_proneness)
    )
    me.window = p.window_edge * math.exp(p.window_tolerance * distress_tolerance_now(me, p))
    me.dwelling = math.exp(p.urge_rumination * me.rumination)
    me.opioid_factor = tone_release(me, p)
    me.analgesia = tone_analgesia(me, p)


@rule
def update_everything(me: Person, p: Parameters, today: Today, stage: Stage) -> None:
    """Update all that is derived, for somebody who is new."""
    update_derived(me, p, today)
    update_slow_states(me, p)
    update_speeds(me, p)
    update_set_points(me, p, stage)


@rule
def personal_barrier(me: Person, p: Parameters) -> float:
    """Return the personal part of the barrier: reluctance and the pain barrier in equal shares.

    Self-criticism removes part of it (section 2). The sex term is not explained by the paper; it
    stands for what the model does not know of the sex difference.
    """
    spread = p.barrier_spread * (me.aversion + me.pain_sensitivity) * 0.7071067811865476
    female = p.barrier_female if me.sex == FEMALE else 0.0
    height = p.barrier_mean + spread - p.barrier_self_criticism * self_criticism_now(me) - female
    return height + me.reluctance_gained


@rule
def self_criticism_now(me: Person) -> float:
    """Return self-criticism, with what programmes changed."""
    return me.self_criticism + me.self_criticism_gained


@rule
def connectedness_now(me: Person, p: Parameters, stage: Stage) -> float:
    """Return connectedness: with programmes, the times, a change of school, and isolation."""
    others = me.connectedness + me.connectedness_gained + p.connectedness_everyone
    lost = support_lost(me, p) + p.transition_connectedness * stage.transition
    lost += p.isolation_connectedness * me.isolation
    return clipped(others - lost, 0.0, 1.0)


@rule
def family_support_now(me: Person, p: Parameters) -> float:
    """Return family support, with what programmes and circumstances changed."""
    return clipped(me.family_support + me.family_support_gained - support_lost(me, p), 0.0, 1.0)


@rule
def update_slow_states(me: Person, p: Parameters) -> None:
    """Update the copies of slow states from which speeds and the threshold follow."""
    me.resting_vagal_tone = me.vagal_tone + me.vagal_tone_gained
    if p.stress_response != PRIOR:
        raised = me.sns_sensitisation - p.sensitisation_adversity * me.adversity
        me.resting_vagal_tone -= p.vagal_sensitisation * raised
    me.settled_pns = me.pns_sensitisation
    me.settled_coping = me.coping


@rule
def update_speeds(me: Person, p: Parameters) -> None:
    """Update speeds and the threshold of shutdown, from traits and the slow states last copied."""
    faster = math.exp(p.recovery_vagal * me.resting_vagal_tone)
    speed = me.recovery_base * faster / p.sympathetic_half_life
    slowest, fastest = 1.0 / p.recovery_longest, 1.0 / p.recovery_shortest
    me.sympathetic_speed = LN_2 * clipped(speed, slowest, fastest)
    skill = p.coping_as_regulation * (me.settled_coping - p.coping_reference)
    me.coping_speed = me.distress_base * math.exp(p.distress_regulation * skill)
    me.shutdown_threshold = me.shutdown_base * math.exp(-p.shutdown_sensitisation * me.settled_pns)


@rule
def update_set_points(me: Person, p: Parameters, stage: Stage) -> None:
    """Update where the states come to rest today; calm and shutdown move along with it."""
    me.distress_speed = me.coping_speed * stage.distress_speed
    me.distress_drive = me.distress_gain * stage.distress_gain
    me.sympathetic_rest = p.rest_sympathetic * me.sns_sensitisation
    dorsal_vagal = p.rest_dorsal_vagal * me.pns_sensitisation
    prone = me.dissociation_proneness - 1.0
    if prone > 0.0:
        dorsal_vagal += p.rest_hypoarousal * me.adversity * prone
    calm = p.rest_calm / (1.0 + p.rest_calm_strain * me.strain)
    me.dorsal_vagal += dorsal_vagal - me.dorsal_vagal_rest
    me.calm += calm - me.calm_rest
    me.dorsal_vagal_rest = dorsal_vagal
    me.calm_rest = calm
    me.distress_rest = p.rest_distress * me.strain
    me.emptiness_rest = p.rest_emptiness_shutdown * dorsal_vagal + (
        p.rest_emptiness_lonely * (1.0 - connectedness_now(me, p, stage))
    )
    me.shame_rest = p.rest_shame * me.self_critical
