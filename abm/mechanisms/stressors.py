"""Stressors arrive: how many, when, of what kind and size (section 3).

Everyday stressors follow a Poisson count; reminders of trauma come on top of them for those who
were maltreated; help that failed is a stressor of the next day. Hours are drawn in order, uniform
over the waking day.
"""

import math

from abm.chance import Purpose, four_draws, poisson_count
from abm.compilation import rule
from abm.people.codes import ACHIEVEMENT, FAILED_HELP, INTERPERSONAL, TRAUMA_REMINDER
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
    """Return how many everyday stressors come a day: more with adversity, and in a worse time."""
    excess = 1.0 + p.stressor_adversity * (me.adversity - today.adversity_mean)
    return stage.stressors * me.stressor_factor * max(0.0, excess)


@rule
def count_stressors(me: Person, p: Parameters, today: Today, stage: Stage, uniform: float) -> int:
    """Draw how many stressors come today, at most six; help that failed yesterday is one."""
    mean = stressor_rate(me, p, today, stage) + reminder_rate(me, p)
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
    drawn = u[0] * (reminders + everyday)
    kind = ACHIEVEMENT
    if drawn < reminders:
        kind = TRAUMA_REMINDER
    elif drawn - reminders < everyday * stage.interpersonal:
        kind = INTERPERSONAL
    size = -math.log(u[1]) * p.stressor_size
    if index == 0 and me.help_failed == 1:
        kind, size = FAILED_HELP, size * p.failed_help_size
    return kind, size, u[2], u[3]
