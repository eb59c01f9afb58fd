"""Between events the body and the feelings relax, in closed form (section 4).

Sympathetic activation, shutdown, calm and shame fall back to their set points exponentially.
Distress is driven by arousal and emptiness by shutdown, so each is the exact solution of two
coupled equations. Any moment of a day can therefore be read without changing the day.
"""

import math
from typing import Any

from abm.compilation import rule
from abm.mechanisms.curves import clipped
from abm.people.layout import Person
from abm.people.records import DayLog, Parameters, Today

MOST_POINTS = 64
HIGHEST = 20.0
NEGLIGIBLE = 1e-6
SEGMENT, STRESSOR, DECISION, ACT, AFTER_ACT = 0, 1, 2, 3, 4


@rule
def driven(hours: float, fall: float, own: float, speed_gap: float) -> float:
    """Return how much of a driver's excess has flowed into what it drives.

    `fall` and `own` are what is left of driver and driven after `hours`; `speed_gap` is the speed
    of the driven less that of the driver.
    """
    if abs(speed_gap) < 1e-6:
        return hours * fall
    return (fall - own) / speed_gap


@rule
def relax(
    body: Any, me: Person, p: Parameters, today: Today, hours: float, distress_speed: float
) -> None:
    """Let the states of `body` relax for some hours with the speeds and set points of `me`.

    `body` is the person, or a copy of a noted point when a moment is read.
    """
    relax_distress(body, me, hours, distress_speed)
    relax_emptiness(body, me, p, today, hours)
    calm = body.calm - me.calm_rest
    body.calm = me.calm_rest
    if abs(calm) > NEGLIGIBLE:
        body.calm = clipped(me.calm_rest + calm * math.exp(-today.calm_speed * hours), 0.0, 1.0)
    shame_left = math.exp(-today.shame_speed * hours)
    body.shame = clipped(me.shame_rest + (body.shame - me.shame_rest) * shame_left, 0.0, 1.0)


@rule
def relax_distress(body: Any, me: Person, hours: float, distress_speed: float) -> None:
    """Relax sympathetic activation and the distress that it drives."""
    arousal = body.sympathetic - me.sympathetic_rest
    arousal_left = math.exp(-me.sympathetic_speed * hours)
    distress_left = math.exp(-distress_speed * hours)
    flow = driven(hours, arousal_left, distress_left, distress_speed - me.sympathetic_speed)
    distress = (
        me.distress_rest
        + (body.distress - me.distress_rest) * distress_left
        + me.distress_drive * arousal * flow
    )
    body.distress = clipped(distress, 0.0, HIGHEST)
    body.sympathetic = clipped(me.sympathetic_rest + arousal * arousal_left, 0.0, HIGHEST)


@rule
def relax_emptiness(body: Any, me: Person, p: Parameters, today: Today, hours: float) -> None:
    """Relax shutdown and the emptiness that it drives; most of the time there is no shutdown."""
    emptiness_left = math.exp(-today.emptiness_speed * hours)
    emptiness = me.emptiness_rest + (body.emptiness - me.emptiness_rest) * emptiness_left
    shutdown = body.dorsal_vagal - me.dorsal_vagal_rest
    body.dorsal_vagal = me.dorsal_vagal_rest
    if abs(shutdown) > NEGLIGIBLE:
        shutdown_left = math.exp(-me.dorsal_vagal_speed * hours)
        gap = today.emptiness_speed - me.dorsal_vagal_speed
        flow = driven(hours, shutdown_left, emptiness_left, gap)
        emptiness += p.emptiness_drive * shutdown * flow
        left = me.dorsal_vagal_rest + shutdown * shutdown_left
        body.dorsal_vagal = clipped(left, 0.0, HIGHEST)
    body.emptiness = clipped(emptiness, 0.0, HIGHEST)


@rule
def note_point(
    me: Person, day_log: DayLog, event: int, distress_speed: float, urge: float, reported: int
) -> None:
    """Note where the course of the day stands, for a person who is watched."""
    if me.watched == 0 or me.points >= MOST_POINTS:
        return
    point = day_log.points[me.points]
    point.hour = me.hour
    point.event = event
    point.distress_speed = distress_speed
    point.sympathetic = me.sympathetic
    point.dorsal_vagal = me.dorsal_vagal
    point.distress = me.distress
    point.emptiness = me.emptiness
    point.calm = me.calm
    point.shame = me.shame
    point.urge = urge
    point.reported = reported
    me.points += 1


@rule
def live_until(me: Person, p: Parameters, today: Today, day_log: DayLog, hour: float) -> None:
    """Relax until an hour of the day; after an act rumination stays away for a while."""
    while me.hour < hour:
        stop, speed = hour, me.distress_speed
        if me.hour < me.rumination_returns:
            stop, speed = min(hour, me.rumination_returns), speed * me.interruption
        note_point(me, day_log, SEGMENT, speed, 0.0, 0)
        relax(me, me, p, today, stop - me.hour, speed)
        me.hour = stop
