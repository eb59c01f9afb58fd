"""Stressors arrive: how many, when, of what kind and size (section 3).

Everyday stressors follow a Poisson count; a share of those between people comes from ties instead:
quarrels with close friends, and friends lost this month. Being bullied and, for those who were
maltreated, reminders of trauma come on top; help that failed is a stressor of the next day. Hours
are drawn in order, uniform over the waking day.

Source: the level is E208 and E209 of the register, the kinds are section 3 of Martin (2022), sizes
are assumptions. Rejected: to take off as many stressors as ties bring on a running mean, which
would make up for whatever an intervention against bullying takes away.
"""

import math

from abm.chance import Purpose, four_draws, poisson_count
from abm.compilation import rule
from abm.people.codes import ACHIEVEMENT, BULLIED, FAILED_HELP, INTERPERSONAL, TRAUMA_REMINDER
from abm.people.layout import Person
from abm.people.records import Parameters, Stage, Today

WAKING, SLEEPING = 7.0, 23.0
MOST_STRESSORS = 6


@rule
def reminder_rate(me: Person, p: Parameters) -> float:
    """Return how many reminders of trauma come a day."""
    return p.reminder_rate * me.maltreatment_severity


@rule
def stressor_rate(me: Person, p: Parameters, today: Today, stage: Stage) -> float:
    """Return how many everyday stressors come a day: more with adversity, and in a worse time.

    Those between people are counted here as if none of them came from ties.
    """
    excess = 1.0 + p.stressor_adversity * (me.adversity - today.adversity_mean)
    return stage.stressors * me.stressor_factor * max(0.0, excess)


@rule
def tie_stressor_rate(me: Person, p: Parameters) -> float:
    """Return how many quarrels and hurts over lost friends come a day."""
    return p.quarrel_rate * me.close_friend_count + p.loss_rate * me.lost_friends


@rule
def count_stressors(me: Person, p: Parameters, today: Today, stage: Stage, uniform: float) -> int:
    """Draw how many stressors come today, at most six; help that failed yesterday is one."""
    elsewhere = 1.0 - p.stressors_from_ties * stage.interpersonal
    mean = stressor_rate(me, p, today, stage) * elsewhere + reminder_rate(me, p)
    mean += tie_stressor_rate(me, p) + p.bullied_rate * me.bullied
    count = poisson_count(uniform, mean, MOST_STRESSORS)
    return min(MOST_STRESSORS, count + me.help_failed)


@rule
def next_hour(hour: float, left: int, uniform: float) -> float:
    """Return the hour of the next of `left` stressors that still come, in order."""
    share = uniform if left == 1 else uniform ** (1.0 / left)  # a power of 1 changes no bit
    return hour + (SLEEPING - hour) * (1.0 - share)


@rule
def draw_stressor(
    me: Person, p: Parameters, today: Today, stage: Stage, index: int
) -> tuple[int, float, float, float]:
    """Draw one stressor: its kind, its size, and two draws for its hour and for escape."""
    u = four_draws(today.seed_low, today.seed_high, me.person, today.day, Purpose.STRESSOR, index)
    reminders = reminder_rate(me, p)
    everyday = stressor_rate(me, p, today, stage)
    from_ties = tie_stressor_rate(me, p)
    bullying = p.bullied_rate * me.bullied
    interpersonal = everyday * stage.interpersonal * (1.0 - p.stressors_from_ties) + from_ties
    everyday *= 1.0 - p.stressors_from_ties * stage.interpersonal
    drawn = u[0] * (reminders + everyday + from_ties + bullying) - reminders
    kind = ACHIEVEMENT
    if drawn < 0.0:
        kind = TRAUMA_REMINDER
    elif drawn < interpersonal:
        kind = INTERPERSONAL
    elif drawn < interpersonal + bullying:
        kind = BULLIED
    size = -math.log(u[1]) * p.stressor_size
    if index == 0 and me.help_failed == 1:
        kind, size = FAILED_HELP, size * p.failed_help_size
    return kind, size, u[2], u[3]
