"""A person enters at age 10: traits drawn once, from keyed luck, in the order of this file.

Every trait is a z-score (mean 0, spread 1 in the population) unless its unit says otherwise:
a loading on adversity plus the person's own variation.
"""

import math

from abm.chance import Purpose, four_draws, two_normals
from abm.compilation import rule
from abm.mechanisms.routes import CONSEQUENCE, ELEVATED, REDUCED
from abm.mechanisms.settling import settle, settle_set_points, settle_speeds
from abm.people.layout import FEMALE, MALE, NEVER, Person
from abm.people.maltreatment import Childhood, draw_maltreatment
from abm.types import Parameters, Stage, Today


@rule
def four_normals(today: Today, me: Person, block: int) -> tuple[float, float, float, float]:
    """Draw four standard normal numbers for one block of a person's traits."""
    u = four_draws(today.seed_low, today.seed_high, me.person, 0, Purpose.BIRTH, 2 * block + 1)
    v = four_draws(today.seed_low, today.seed_high, me.person, 0, Purpose.BIRTH, 2 * block + 2)
    first, second = two_normals(u[0], u[1])
    third, fourth = two_normals(v[0], v[1])
    return first, second, third, fourth


@rule
def loaded(loading: float, cause: float, own: float) -> float:
    """Return a z-score that correlates with a standardised cause by `loading`."""
    return loading * cause + math.sqrt(max(0.0, 1.0 - loading * loading)) * own


@rule
def share(value: float) -> float:
    """Clip a value to the range of a share, 0 to 1."""
    return min(1.0, max(0.0, value))


@rule
def be_born(me: Person, p: Parameters, today: Today, stage: Stage, childhood: Childhood) -> None:
    """Fill the record of a person who enters today; `person` and `year_group` are given."""
    u = four_draws(today.seed_low, today.seed_high, me.person, 0, Purpose.BIRTH, 0)
    me.sex = FEMALE if u[0] < p.female_share else MALE
    me.present = 1
    common, support, connected, mood = four_normals(today, me, 0)
    draw_maltreatment(me, p, today, childhood, common)
    adversity = (me.adversity - childhood.adversity_mean) / childhood.adversity_spread
    lower = me.adversity - childhood.adversity_mean
    family = p.family_support_mean - p.family_support_adversity * lower
    me.family_support = share(family + p.family_support_spread * support)
    others = p.connectedness_mean - p.connectedness_adversity * lower
    me.connectedness = share(others + p.connectedness_spread * connected)
    draw_autonomic_profile(me, p, today, adversity)
    draw_self_and_temperament(me, p, today, childhood, adversity)
    begin(me, p, mood)
    settle(me, p, today)
    settle_speeds(me, p, stage)
    settle_set_points(me, p, stage)
    rest(me)


@rule
def draw_autonomic_profile(me: Person, p: Parameters, today: Today, adversity: float) -> None:
    """Draw the autonomic profile and opioid tone (sections 4, 5 and 5.2).

    Under the position that an altered stress response is only a *consequence* of self-injury,
    adversity does not load on the starting profile.
    """
    vagal, gain, dissociation, recovery = four_normals(today, me, 10)
    cause = 0.0 if p.stress_response == CONSEQUENCE else 1.0
    female = 1.0 - me.sex - p.female_share
    me.vagal_tone = loaded(cause * p.vagal_tone_adversity, adversity, vagal)
    me.sympathetic_gain = loaded(cause * p.sympathetic_gain_adversity, adversity, gain)
    me.dissociation_proneness = p.dissociation_female * female + loaded(
        cause * p.dissociation_adversity, adversity, dissociation
    )
    me.recovery = loaded(cause * p.recovery_adversity, adversity, recovery)
    tone, _, _, _ = four_normals(today, me, 11)
    mean = 0.0
    if p.opioids == ELEVATED:
        mean = p.opioid_tone_shift
    if p.opioids == REDUCED:
        mean = -p.opioid_tone_shift
    me.opioid_tone = mean + (1.0 + p.opioid_tone_adversity * me.adversity) * tone


@rule
def draw_self_and_temperament(
    me: Person, p: Parameters, today: Today, childhood: Childhood, adversity: float
) -> None:
    """Draw self-criticism and the temperament behind emotional dysregulation (section 2)."""
    critical, common, reactivity, regulation = four_normals(today, me, 12)
    tolerance, rumination, rejection, pain = four_normals(today, me, 13)
    aversion, help_seeking, severity, _ = four_normals(today, me, 14)
    emotional = 1.0 if me.emotional_abuse > 0.0 else 0.0
    emotional = (emotional - childhood.emotional_share) / childhood.emotional_spread
    weight = p.self_criticism_emotional_share
    hurt = ((1.0 - weight) * adversity + weight * emotional) / childhood.hurt_spread
    me.self_criticism = loaded(p.self_criticism_adversity, hurt, critical)
    bond = p.temperament_bond
    me.reactivity = loaded(bond, common, reactivity)
    me.regulation = loaded(p.regulation_adversity, adversity, loaded(-bond, common, regulation))
    me.distress_tolerance = loaded(-bond, common, tolerance)
    me.rumination = loaded(p.rumination_adversity, adversity, loaded(bond, common, rumination))
    me.rejection_sensitivity = loaded(
        p.rejection_adversity, adversity, loaded(bond, common, rejection)
    )
    me.pain_sensitivity = pain
    me.aversion = aversion
    me.help_seeking = help_seeking - p.help_seeking_male * (me.sex - 1.0 + p.female_share)
    me.severity_level = severity


@rule
def begin(me: Person, p: Parameters, mood: float) -> None:
    """Set the slow states and the empty history with which a person enters."""
    me.strain = p.strain_at_entry
    me.sns_sensitisation = p.sensitisation_adversity * me.adversity
    me.pns_sensitisation = p.sensitisation_adversity * me.adversity
    me.expectancy_calm = p.expectancy_at_entry
    me.expectancy_feel = p.expectancy_at_entry
    me.expectancy_punish = p.expectancy_at_entry
    me.coping = p.coping_at_entry
    me.week_mood = p.week_spread * mood
    me.phase_ended = NEVER
    me.first_age = NEVER
    me.last_age = NEVER
    me.last_act = NEVER
    me.opioid_tolerance = 0.0
    me.pain_habituation = 0.0
    me.exposure_load = 0.0
    me.exposure = 0.0
    me.resolution = 0.0
    me.bout_severity = 0.0
    me.learnt = me.aware = me.in_phase = me.bouts = me.acts = me.past_year_acts = 0
    me.recent_months = me.older_months = me.urges = 0
    me.distressed_decisions = me.distressed_acts = 0
    me.stressors_today = me.acts_today = me.urges_today = me.was_never = me.points = 0
    me.watched = 0


@rule
def rest(me: Person) -> None:
    """Put the states of the day at their set points, at seven in the morning."""
    me.hour = 7.0
    me.rumination_returns = 0.0
    me.peak_sympathetic = me.sympathetic = me.sympathetic_rest
    me.peak_dorsal_vagal = me.dorsal_vagal = me.dorsal_vagal_rest
    me.distress = me.distress_rest
    me.emptiness = me.emptiness_rest
    me.calm = me.calm_rest
    me.shame = me.shame_rest
