"""Care: from a talk with somebody to therapy (section 3: why stopping can be so hard).

Stages: none, informal help, school counsellor or GP, specialist care, therapy. Places in
specialist care are given out each Monday, first come first served (`abm.people.waiting_list`).
Care builds regulation and tolerance of distress over weeks; after it they fade.

Source: what care does is an assumption, held against trials of DBT-A (`abm.studies.trial`).
Rejected: referral for known self-injury alone, under which everybody in specialist care would have
self-injured, where 30 to 45 % have (section 1).
"""

import math

from abm.chance import Purpose, four_draws
from abm.compilation import rule
from abm.mechanisms.curves import LN_2, logistic
from abm.mechanisms.help import help_seeking_now, with_odds
from abm.people.codes import COUNSELLOR, INFORMAL, NO_HELP, SERVICES_OFF, SPECIALIST, THERAPY
from abm.people.layout import FEMALE, NEVER, Person
from abm.people.records import Parameters, Stage, Today

DAYS_A_WEEK, DAYS_A_YEAR = 7.0, 365.25
FADED = 1e-3


@rule
def regulation_now(me: Person, p: Parameters) -> float:
    """Return the skill of regulating emotion: the trait, programmes, care and therapy."""
    from_care = p.care_regulation * me.care_gain + p.therapy_regulation * me.therapy_gain
    return me.regulation + me.regulation_gained + from_care


@rule
def distress_tolerance_now(me: Person, p: Parameters) -> float:
    """Return tolerance of distress: the trait, programmes, care and therapy."""
    from_care = p.care_tolerance * me.care_gain + p.therapy_tolerance * me.therapy_gain
    return me.distress_tolerance + me.distress_tolerance_gained + from_care


@rule
def a_week_of_care(me: Person, p: Parameters, today: Today) -> int:
    """Each Monday: care goes on, ends or is left; return 1 if what it has built changed."""
    if me.waiting_since != NEVER:
        maybe_stop_waiting(me, p, today)
    if me.care == NO_HELP and me.care_gain == 0.0 and me.therapy_gain == 0.0:
        return 0
    care, therapy = me.care_gain, me.therapy_gain
    maybe_end_care(me, p, today)
    build_or_fade(me, p)
    return 1 if me.care_gain != care or me.therapy_gain != therapy else 0


@rule
def maybe_end_care(me: Person, p: Parameters, today: Today) -> None:
    """Care ends when its time is over, or the person drops out."""
    since = today.day - me.care_since
    weeks, dropout = p.care_weeks, p.care_dropout
    if me.care == INFORMAL:
        weeks, dropout = p.confidant_days / DAYS_A_WEEK, 0.0
    elif me.care == COUNSELLOR:
        weeks = p.counsellor_weeks
    elif me.care == THERAPY:
        weeks, dropout = p.therapy_weeks, p.therapy_dropout
    u = four_draws(today.seed_low, today.seed_high, me.person, today.day, Purpose.CARE, 0)
    if me.care == NO_HELP or since == 0.0:
        return
    if since < weeks * DAYS_A_WEEK and u[0] >= dropout:
        return
    me.care = NO_HELP
    me.care_since = NEVER
    if today.day < me.confidant_until:
        me.care = INFORMAL
        me.care_since = me.confidant_until - p.confidant_days


@rule
def build_or_fade(me: Person, p: Parameters) -> None:
    """A week of care builds its share; a week without it fades what was built."""
    if me.care == SPECIALIST or me.care == THERAPY:
        me.care_gain = min(1.0, me.care_gain + 1.0 / p.care_build_weeks)
    elif me.care == COUNSELLOR and me.care_gain < p.counsellor_effect:
        built = me.care_gain + p.counsellor_effect / p.counsellor_weeks
        me.care_gain = min(p.counsellor_effect, built)
    else:
        me.care_gain = faded(me.care_gain, p.care_half_life)
    if me.care == THERAPY:
        me.therapy_gain = min(1.0, me.therapy_gain + 1.0 / p.care_build_weeks)
        me.coping += p.therapy_coping * (1.0 - me.coping)
        unlearn(me, p)
    else:
        me.therapy_gain = faded(me.therapy_gain, p.care_half_life)


@rule
def faded(gain: float, half_life: float) -> float:
    """Return what is left of a gain after a week; almost nothing counts as nothing."""
    left = gain * math.exp(-LN_2 * DAYS_A_WEEK / (half_life * DAYS_A_YEAR))
    return left if left > FADED else 0.0


@rule
def unlearn(me: Person, p: Parameters) -> None:
    """A week of therapy takes the expected relief of every route part of the way back."""
    share, rest = p.therapy_unlearning, p.expectancy_at_entry
    me.expectancy_calm -= share * max(0.0, me.expectancy_calm - rest)
    me.expectancy_feel -= share * max(0.0, me.expectancy_feel - rest)
    me.expectancy_punish -= share * max(0.0, me.expectancy_punish - rest)


@rule
def maybe_stop_waiting(me: Person, p: Parameters, today: Today) -> None:
    """Some give up waiting."""
    u = four_draws(today.seed_low, today.seed_high, me.person, today.day, Purpose.WAITING, 0)
    if u[0] < p.waiting_dropout:
        me.waiting_since = NEVER


@rule
def end_the_day_in_need(me: Person, p: Parameters, today: Today, stage: Stage) -> None:
    """Each evening the need for help follows distress; once a month it may bring a referral.

    Distress alone is enough: most young people in specialist care have never self-injured.
    """
    me.need += today.need_gain * (me.distress + me.emptiness - me.need)
    if today.is_month_start == 0 or p.services == SERVICES_OFF:
        return
    if me.care >= SPECIALIST or me.waiting_since != NEVER:
        return
    u = four_draws(today.seed_low, today.seed_high, me.person, today.day, Purpose.REFERRAL, 0)
    if u[0] < with_odds(logistic(referral_drive(me, p, today, stage)), p.help_seeking_odds):
        me.waiting_since = 1.0 * today.day


@rule
def referral_drive(me: Person, p: Parameters, today: Today, stage: Stage) -> float:
    """Return what drives a referral to specialist care this month, in logits."""
    drive = p.referral_intercept + (me.need - p.need_mean) / p.need_spread
    drive += p.referral_help_seeking * help_seeking_now(me)
    drive += p.referral_age * (stage.age - 16.0)
    if me.sex == FEMALE:
        drive += p.referral_female
    if me.known == 1:
        drive += p.referral_known
    if me.care == COUNSELLOR:
        drive += p.referral_counsellor
    if me.last_hospital != NEVER and today.day - me.last_hospital < p.referral_hospital_days:
        drive += p.referral_hospital
    return drive
