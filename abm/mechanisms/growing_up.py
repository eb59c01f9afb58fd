"""Growing up: what age does, the same for everybody of one sex and age (sections 1 and 2).

Reactivity rises with puberty, earlier in girls; regulation and reluctance rise with maturity at
about 18; the youngest face an extra barrier, and self-injury becomes known as a possibility at
some age. Changing school and leaving it are times of stress and of fewer ties, which fade. All this
is looked up once a day, not once a person.

Source: onset at 13 to 14 (Klonsky et al. 2014, as Martin (2022) cites them in section 1); ages of
school are those of England; sizes are assumptions. Rejected: a higher rate of stressors at the
whole ages of a change of school, which does not fade.
"""

import math

from abm.compilation import rule
from abm.mechanisms.curves import logistic
from abm.people.layout import FEMALE
from abm.people.records import Parameters, Stage, dtype_of

STAGE_DTYPE = dtype_of(Stage)
DAYS_A_YEAR = 365.25
MONTHS_A_YEAR = 12.0


@rule
def grow_up(stage: Stage, p: Parameters, sex: int, index: int, age: float) -> None:
    """Fill in the stage of one sex and age on one day."""
    middle = p.puberty_age_female if sex == FEMALE else p.puberty_age_male
    puberty = logistic((age - middle) / p.puberty_pace)
    maturing = logistic((age - p.maturity_age) / p.maturity_pace)
    stage.age = age
    stage.age_index = index
    stage.puberty = puberty
    stage.maturing = maturing
    stage.transition = transition(p, age)
    stage.stressors = p.stressor_rate * max(
        0.0, 1.0 + p.stressor_puberty * (puberty - 1.0) - p.stressor_maturity * maturing
    )
    stage.stressors *= 1.0 + p.transition_stressors * stage.transition
    stage.interpersonal = p.interpersonal_female if sex == FEMALE else p.interpersonal_male
    hazard = p.awareness_rate * logistic((age - p.awareness_age) / p.awareness_pace)
    stage.awareness = hazard / DAYS_A_YEAR
    stage.distress_gain = math.exp(p.distress_puberty * (puberty - 1.0))
    stage.distress_speed = math.exp(p.distress_regulation * p.regulation_maturity * maturing)
    stage.barrier = p.barrier_maturity * maturing + p.barrier_early * (1.0 - puberty)
    stage.coping_growth = p.coping_growth * (0.5 + maturing)


@rule
def transition(p: Parameters, age: float) -> float:
    """Return how fresh a change of school or the leaving of it is: 1 on its day, then fading."""
    fresh = 0.0
    for moved in (p.secondary_school_age, p.school_choice_age, p.leaving_school_age):
        if age >= moved:
            fresh = max(fresh, math.exp((moved - age) * MONTHS_A_YEAR / p.transition_months))
    return fresh
