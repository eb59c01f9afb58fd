"""A person enters at age 10: traits from keyed draws, in the order of this file.

Every trait is a z-score (mean 0, spread 1 in the reference population, which has the declared
defaults) unless its unit says otherwise: a loading on adversity plus the person's own variation.
Opioid tone is wider in those with adversity, and shifted by its switch. Temperament may change
slowly later on (`abm.mechanisms.slow_changes`): a share of it is a state, drawn here.
"""

import math

from abm.chance import Purpose, four_draws, two_normals
from abm.compilation import rule
from abm.people.codes import CONSEQUENCE, ELEVATED, REDUCED
from abm.people.layout import FEMALE, MALE, Person
from abm.people.maltreatment import Childhood, draw_maltreatment
from abm.people.records import Parameters, Today

ALL_SHARED = (0.0, 0.0, 0.0, 0.0, 0.0)
"""No trait of temperament with a part of its own."""


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
def in_part(changing_share: float, lasting: float, changing: float) -> float:
    """Return a z-score of which a share of the variance changes with a state and the rest stays."""
    return math.sqrt(1.0 - changing_share) * lasting + math.sqrt(changing_share) * changing


@rule
def share(value: float) -> float:
    """Clip a value to the range of a share, 0 to 1."""
    return min(1.0, max(0.0, value))


@rule
def draw_traits(me: Person, p: Parameters, today: Today, childhood: Childhood) -> None:
    """Draw who a person is; `person` and `year_group` are given."""
    u = four_draws(today.seed_low, today.seed_high, me.person, 0, Purpose.BIRTH, 0)
    me.sex = FEMALE if u[0] < p.female_share else MALE
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
    me.week_mood = p.week_spread * mood


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
    aversion, help_seeking, severity, visibility = four_normals(today, me, 14)
    begin_to_change(me, today)
    common = in_part(p.change_share, common, me.changing_temperament)
    critical = in_part(p.change_share, critical, me.changing_self_criticism)
    emotional = 1.0 if me.emotional_abuse > 0.0 else 0.0
    emotional = (emotional - childhood.emotional_share) / childhood.emotional_spread
    weight = p.self_criticism_emotional_share
    hurt = ((1.0 - weight) * adversity + weight * emotional) / childhood.hurt_spread
    me.self_criticism = loaded(p.self_criticism_adversity, hurt, critical)
    me.reactivity = me.regulation = me.distress_tolerance = 0.0
    me.rumination = me.rejection_sensitivity = 0.0
    own_parts = (reactivity, regulation, tolerance, rumination, rejection)
    add_temperament(me, p, adversity, common, own_parts)
    me.pain_sensitivity = pain
    me.aversion = in_part(p.change_share, aversion, me.changing_reluctance)
    me.help_seeking = help_seeking - p.help_seeking_male * (me.sex - 1.0 + p.female_share)
    me.severity_level = severity
    me.visibility = visibility
    own, _, _, _ = four_normals(today, me, 15)
    seeking, seen = p.reachability_help_seeking, p.reachability_visibility
    rest = math.sqrt(max(0.0, 1.0 - seeking * seeking - seen * seen))
    me.reachability = seeking * me.help_seeking + seen * visibility + rest * own


@rule
def begin_to_change(me: Person, today: Today) -> None:
    """Draw the states of all slow changes as they are at any age, standard normal."""
    temperament, critical, reluctance, circumstances = four_normals(today, me, 16)
    me.changing_temperament = temperament
    me.changing_self_criticism = critical
    me.changing_reluctance = reluctance
    me.circumstances = circumstances


@rule
def add_temperament(
    me: Person,
    p: Parameters,
    adversity: float,
    common: float,
    own: tuple[float, float, float, float, float],
) -> None:
    """Add to the traits of temperament by their loadings: at birth all of it, later its changes."""
    bond = p.temperament_bond
    reactivity, regulation, tolerance, rumination, rejection = own
    me.reactivity += loaded(bond, common, reactivity)
    me.regulation += loaded(p.regulation_adversity, adversity, loaded(-bond, common, regulation))
    me.distress_tolerance += loaded(-bond, common, tolerance)
    me.rumination += loaded(p.rumination_adversity, adversity, loaded(bond, common, rumination))
    me.rejection_sensitivity += loaded(
        p.rejection_adversity, adversity, loaded(bond, common, rejection)
    )
