"""Wake: a new day begins with what yesterday left (model: a day, step 1)."""

import math

from abm.chance import Purpose, four_draws, two_normals
from abm.compilation import rule
from abm.mechanisms.care import a_week_of_care
from abm.mechanisms.derived import (
    update_derived,
    update_set_points,
    update_slow_states,
    update_speeds,
)
from abm.mechanisms.exposure import become_aware, hear_of_friends
from abm.mechanisms.slow_changes import change_slowly
from abm.people.layout import Person
from abm.people.records import DayLog, Parameters, Stage, Today

MONTH_MASK = (1 << 10) - 1
SIX_MONTHS_MASK = (1 << 60) - 1


@rule
def wake(me: Person, p: Parameters, today: Today, stage: Stage, day_log: DayLog) -> None:
    """Clear the day's counts, turn the month and the week, and settle today's speeds."""
    drifted = False
    if today.is_month_start == 1:
        turn_month(me)
        drifted = change_slowly(me, p, today)
    cared = 0
    if today.is_monday == 1:
        turn_week(me, today)
        cared = a_week_of_care(me, p, today)
    changed = me.settlement != today.settlement or cared == 1 or drifted
    by_hand = me.settlement == 0
    is_due = today.is_monday == 1 or me.acts_today > 0 or by_hand
    if changed:
        update_derived(me, p, today)
    if is_due:
        update_slow_states(me, p)
    if changed or is_due:
        update_speeds(me, p)
    update_set_points(me, p, stage)
    me.was_never = 1 if me.acts == 0 else 0
    me.acts_today = 0
    me.urges_today = 0
    me.points = 0
    me.rumination_returns = 0.0
    me.peak_sympathetic = me.sympathetic
    me.peak_dorsal_vagal = me.dorsal_vagal


@rule
def hear_the_news(me: Person, p: Parameters, today: Today, stage: Stage, day_log: DayLog) -> None:
    """Yesterday's acts of friends that became known raise exposure and awareness."""
    hear_of_friends(me, p, today)
    become_aware(me, p, today, stage)
    me.learnt = 0


@rule
def turn_month(me: Person) -> None:
    """Drop the oldest of twelve monthly counts of acts and begin a new one; ties have turned."""
    me.turned_away = 0
    me.past_year_acts -= (me.older_months >> 50) & MONTH_MASK
    newest_old = (me.recent_months >> 50) & MONTH_MASK
    me.older_months = ((me.older_months << 10) & SIX_MONTHS_MASK) | newest_old
    me.recent_months = (me.recent_months << 10) & SIX_MONTHS_MASK


@rule
def turn_week(me: Person, today: Today) -> None:
    """Each Monday the barrier shifts a little, slowly wandering around zero."""
    u = four_draws(today.seed_low, today.seed_high, me.person, today.day, Purpose.WEEK, 0)
    shift, _ = two_normals(u[0], u[1])
    me.week_mood = today.week_kept * me.week_mood + today.week_step * shift


@rule
def sleep(me: Person, p: Parameters, today: Today) -> None:
    """Fade by one day what fades without use."""
    me.opioid_tolerance *= today.tolerance_kept
    me.pain_habituation -= p.habituation_fading * me.pain_habituation
    me.resolution *= today.resolution_kept
    me.strain += today.strain_gain * (me.peak_sympathetic - me.strain)


def kept_over(steps: float) -> float:
    """Return the share left after one step, a day or a month, of a fading over so many of them."""
    return math.exp(-1.0 / steps)
