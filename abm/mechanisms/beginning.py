"""How a life in the population begins: slow states, an empty history, and a body at rest."""

from abm.compilation import rule
from abm.mechanisms.derived import update_everything
from abm.mechanisms.stressors import WAKING
from abm.people.layout import NEVER, Person
from abm.people.records import Parameters, Stage, Today


@rule
def enter(me: Person, p: Parameters, today: Today, stage: Stage) -> None:
    """Let a person whose traits are drawn enter today, at seven in the morning."""
    me.present = 1
    begin(me, p)
    update_everything(me, p, today, stage)
    rest(me)


@rule
def begin(me: Person, p: Parameters) -> None:
    """Set the slow states and the empty history with which a person enters."""
    me.strain = p.strain_at_entry
    me.sns_sensitisation = p.sensitisation_adversity * me.adversity
    me.pns_sensitisation = p.sensitisation_adversity * me.adversity
    me.expectancy_calm = me.expectancy_feel = me.expectancy_punish = p.expectancy_at_entry
    me.coping = p.coping_at_entry
    me.phase_ended = me.first_age = me.last_age = me.last_act = NEVER
    me.opioid_tolerance = me.pain_habituation = me.exposure_load = 0.0
    me.exposure = me.resolution = me.bout_severity = 0.0
    me.learnt = me.aware = me.in_phase = me.bouts = me.acts = me.past_year_acts = 0
    me.recent_months = me.older_months = me.urges = 0
    me.distressed_decisions = me.distressed_acts = 0
    me.stressors_today = me.acts_today = me.urges_today = me.was_never = me.points = 0
    me.watched = 0
    begin_without_help(me, p)


@rule
def begin_without_help(me: Person, p: Parameters) -> None:
    """Nobody helps yet, and no programme has reached the person."""
    me.care = me.known = me.contacted = me.disclosed = me.help_failed = me.turned_away = 0
    me.care_since = me.waiting_since = me.confidant_until = me.last_hospital = NEVER
    me.care_gain = me.therapy_gain = me.days_waited = me.bout_hospital = 0.0
    me.need = p.need_mean
    me.regulation_gained = me.distress_tolerance_gained = me.self_criticism_gained = 0.0
    me.vagal_tone_gained = me.help_seeking_gained = me.connectedness_gained = 0.0
    me.family_support_gained = me.reluctance_gained = me.opioid_blockade = 0.0
    me.reached_by = me.hospital_contacts = me.service_contacts = 0
    me.admissions = me.therapies = 0
    me.reported_case = me.reported_acts = me.reported_hospital = me.active_years = 0


@rule
def rest(me: Person) -> None:
    """Put the states of the day at their set points, at seven in the morning."""
    me.hour = WAKING
    me.rumination_returns = 0.0
    me.peak_sympathetic = me.sympathetic = me.sympathetic_rest
    me.peak_dorsal_vagal = me.dorsal_vagal = me.dorsal_vagal_rest
    me.distress = me.distress_rest
    me.emptiness = me.emptiness_rest
    me.calm = me.calm_rest
    me.shame = me.shame_rest
