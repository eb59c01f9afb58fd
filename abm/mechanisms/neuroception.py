"""Neuroception: how a situation is appraised (section 3, after Porges).

Sensitised defences read more threat into the same event, and may read danger into a safe moment;
family support attenuates threat (section 4), and so does a confidant while the talk lasts;
rejection weighs more on those sensitive to it.

Source: Porges (2011) and, for support, Perry (2001), as Martin (2022) cites them in sections 3 and
4. Rejected: a rate of interpersonal stressors in place of their weight: how many stressors a day
brings is known for all kinds together.
"""

from abm.compilation import rule
from abm.mechanisms.derived import family_support_now
from abm.people.codes import BULLIED, FAILED_HELP, INTERPERSONAL
from abm.people.layout import Person
from abm.people.records import Parameters, Today


@rule
def appraise(me: Person, p: Parameters, today: Today, kind: int, size: float) -> float:
    """Return the threat that a stressor of this kind and size is felt to be."""
    threat = size * (1.0 + p.appraisal_bias * me.sns_sensitisation)
    threat *= 1.0 - p.support_buffer * family_support_now(me, p)
    if today.day < me.confidant_until:
        threat *= 1.0 - p.confidant_buffer
    if kind in (INTERPERSONAL, FAILED_HELP, BULLIED):
        threat *= me.rejection_weight
    return threat


@rule
def misreads_safety(me: Person, p: Parameters, uniform: float) -> bool:
    """Tell whether a safe moment of a quiet day is taken for danger."""
    return uniform < p.misreading_chance * (me.adversity + me.sns_sensitisation)
