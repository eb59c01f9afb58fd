"""Moments: what an ambulatory study sees of a day when its prompts arrive.

States are read in closed form from the noted points of the day, beside the day itself, so that a
watched person lives the same day, bit for bit, as one who is not watched.
"""

from typing import Any

import numpy as np

from abm.chance import Purpose, draws_for, four_draws
from abm.compilation import rule
from abm.mechanisms.relaxing import ACT, DECISION, SEGMENT, relax
from abm.mechanisms.stressors import SLEEPING, WAKING
from abm.mechanisms.urge import three_urges
from abm.people.layout import STATES, Person
from abm.people.records import DayLog, Parameters, Today

MOMENT_DTYPE = np.dtype(
    [
        ("person", np.int64),
        ("day", np.int64),
        ("hour", np.float64),
        *((name, np.float64) for name in STATES),
        ("urge", np.float64),
        ("reported_urges", np.int64),
        ("acts", np.int64),
    ]
)


def who_is_watched(seed: int, persons: np.ndarray, share: float) -> np.ndarray:
    """Return for every person whether they are watched; a smaller share is some of the same."""
    return draws_for(seed, persons, 0, Purpose.MOMENTS, 0)[0] < share


@rule
def read_the_day(me: Person, p: Parameters, today: Today, day_log: DayLog, moments: Any) -> None:
    """Fill one row of moments: prompts spread over the waking day, one in each equal part."""
    prompts = len(moments)
    width = (SLEEPING - WAKING) / prompts
    before = WAKING
    for index in range(prompts):
        u = four_draws(today.seed_low, today.seed_high, me.person, today.day, Purpose.PROMPT, index)
        hour = WAKING + width * (index + u[0])
        read_moment(me, p, today, day_log, before, hour, moments[index])
        before = hour


@rule
def read_moment(
    me: Person,
    p: Parameters,
    today: Today,
    day_log: DayLog,
    before: float,
    hour: float,
    moment: Any,
) -> None:
    """Read the states at one hour, and count urges and acts since the prompt before."""
    moment.person = me.person
    moment.day = today.day
    moment.hour = hour
    moment.reported_urges = 0
    moment.acts = 0
    latest = 0
    for index in range(me.points):
        point = day_log.points[index]
        if point.hour <= hour:
            if point.event == SEGMENT:
                latest = index
            if point.hour > before and point.event == DECISION:
                moment.reported_urges += point.reported
            if point.hour > before and point.event == ACT:
                moment.acts += 1
    point = day_log.points[latest]
    moment.sympathetic = point.sympathetic
    moment.dorsal_vagal = point.dorsal_vagal
    moment.distress = point.distress
    moment.emptiness = point.emptiness
    moment.calm = point.calm
    moment.shame = point.shame
    relax(moment, me, p, today, hour - point.hour, point.distress_speed)
    calm, feel, punish = three_urges(
        me, p, moment.distress, moment.dorsal_vagal, moment.emptiness, moment.shame
    )
    moment.urge = calm + feel + punish
