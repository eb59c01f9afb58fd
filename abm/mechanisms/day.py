"""One adolescent, one day, in order.

`DAY` is the order: the list that is printed by `nssi explain day` and the list that runs. Every
phase is plain scalar Python on one record `me`; see `abm.compilation.rule`.
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

from abm.chance import Purpose, four_draws
from abm.compilation import rule
from abm.mechanisms.act import self_injure
from abm.mechanisms.arousal import arouse, shut_down_if_overwhelmed
from abm.mechanisms.barrier import barrier
from abm.mechanisms.care import end_the_day_in_need
from abm.mechanisms.coping import practise_coping
from abm.mechanisms.curves import logistic
from abm.mechanisms.learning import forget
from abm.mechanisms.morning import hear_the_news, sleep, wake
from abm.mechanisms.neuroception import appraise, misreads_safety
from abm.mechanisms.phases import maybe_break_resolve, maybe_end_phase
from abm.mechanisms.relaxing import DECISION, STRESSOR, live_until, note_point
from abm.mechanisms.sensitisation import states_become_traits
from abm.mechanisms.shame import feel_ashamed
from abm.mechanisms.stressors import (
    MOST_STRESSORS,
    WAKING,
    count_stressors,
    draw_stressor,
    next_hour,
)
from abm.mechanisms.urge import need_to_calm, three_urges
from abm.people.codes import CALM, FEEL, MISREAD_SAFETY, PUNISH
from abm.people.layout import Person
from abm.people.records import DayLog, Parameters, Stage, Today

NEXT_WAKING = 31.0
NOT_TODAY = 99.0
EVENING = MOST_STRESSORS


@rule
def meet_the_day(me: Person, p: Parameters, today: Today, stage: Stage, day_log: DayLog) -> None:
    """Live the waking hours: stressors in order of their hours, and decisions after them."""
    u = draw_morning(me, today)
    left = count_stressors(me, p, today, stage, u[0])
    misreading = left == 0 and misreads_safety(me, p, u[1])
    if misreading:
        left = 1
    me.stressors_today = left
    evening = p.evening_hour + p.evening_hours * u[2]
    kind, size, when, escape = MISREAD_SAFETY, p.misreading_size, u[3], 1.0
    coming = deciding = NOT_TODAY
    met = 0
    if left > 0:
        if not misreading:
            kind, size, when, escape = draw_stressor(me, p, today, stage, 0)
        coming = next_hour(WAKING, left, when)
        me.help_failed = 0
    while True:
        due = min(coming, deciding, evening)
        if due == NOT_TODAY:
            return
        live_until(me, p, today, day_log, due)
        if deciding == due or evening == due:
            index = met - 1
            if deciding == due:
                deciding = NOT_TODAY
            else:
                evening, index = NOT_TODAY, EVENING
            decide(me, p, today, stage, day_log, index)
        else:
            live_through(me, p, today, day_log, kind, size, escape)
            met += 1
            left -= 1
            since, coming = coming, NOT_TODAY
            if left > 0:
                kind, size, when, escape = draw_stressor(me, p, today, stage, met)
                coming = next_hour(since, left, when)
            deciding = min(me.hour + p.decision_delay, coming)


@rule
def draw_morning(me: Person, today: Today) -> tuple[float, float, float, float]:
    """Draw what decides today's number of stressors, misreading, the evening, and its hour."""
    return four_draws(today.seed_low, today.seed_high, me.person, today.day, Purpose.MORNING, 0)


@rule
def live_through(
    me: Person,
    p: Parameters,
    today: Today,
    day_log: DayLog,
    kind: int,
    size: float,
    escape: float,
) -> None:
    """Live through one stressor: appraise it, be aroused, perhaps shut down, perhaps ashamed."""
    threat = appraise(me, p, today, kind, size)
    arouse(me, p, threat)
    shut_down_if_overwhelmed(me, p, escape)
    feel_ashamed(me, p, kind, threat)
    note_point(me, day_log, STRESSOR, 0.0, 0.0, 0)


@rule
def decide(
    me: Person, p: Parameters, today: Today, stage: Stage, day_log: DayLog, index: int
) -> None:
    """Stand before an urge: act, or cope, or endure.

    `index` is the stressor that was met before, or `EVENING`; it keys the draw of this decision.
    """
    distressed = need_to_calm(me, me.distress, me.dorsal_vagal) > 0.0
    if distressed:
        me.distressed_decisions += 1
    if me.aware == 1 or me.watched == 1:  # nothing comes of the urges of others, and nobody looks
        calm, feel, punish = three_urges(
            me, p, me.distress, me.dorsal_vagal, me.emptiness, me.shame
        )
        urge = calm + feel + punish
        report_urge(me, p, day_log, urge)
        if me.aware == 1 and urge > 0.0:
            u = four_draws(
                today.seed_low, today.seed_high, me.person, today.day, Purpose.DECISION, index
            )
            if u[0] < logistic((urge - barrier(me, p, today, stage)) / p.temperature):
                if distressed:
                    me.distressed_acts += 1
                route = strongest(calm, feel, punish)
                shares = (calm / urge, feel / urge, punish / urge)
                self_injure(me, p, today, stage, day_log, route, shares)
                return
    if distressed:
        practise_coping(me, p, stage)


@rule
def strongest(calm: float, feel: float, punish: float) -> int:
    """Return the route with the largest urge."""
    if calm >= feel and calm >= punish:
        return CALM
    return FEEL if feel >= punish else PUNISH


@rule
def report_urge(me: Person, p: Parameters, day_log: DayLog, urge: float) -> None:
    """Count an urge strong enough to be reported, among those who know of self-injury."""
    reported = 1 if me.aware == 1 and urge > p.urge_reported else 0
    me.urges += reported
    me.urges_today += reported
    note_point(me, day_log, DECISION, 0.0, urge, reported)


@rule
def evening(me: Person, p: Parameters, today: Today, stage: Stage, day_log: DayLog) -> None:
    """Sleep until seven: states relax, states become traits, what is not used fades."""
    end_the_day_in_need(me, p, today, stage)
    live_until(me, p, today, day_log, NEXT_WAKING)
    me.hour = WAKING
    states_become_traits(me, p)
    sleep(me, p, today)
    forget(me, p)
    maybe_break_resolve(me, p, today)
    maybe_end_phase(me, p, today, stage)


class Phase(NamedTuple):
    """One phase of the day: its name, what it does, where the paper speaks of it."""

    name: str
    function: Callable[..., None]
    sentence: str
    section: str


DAY: tuple[Phase, ...] = (
    Phase(
        "wake",
        wake,
        "Grow older by a day; a week of care on Mondays; settle set points and, then, speeds.",
        "2, 4",
    ),
    Phase(
        "hear the news",
        hear_the_news,
        "Learn of friends' acts of yesterday; come to know of self-injury.",
        "1",
    ),
    Phase(
        "meet the day",
        meet_the_day,
        "Stressors in order: appraise, arouse, shut down, feel; then urge, barrier, act or cope.",
        "2-5",
    ),
    Phase(
        "evening",
        evening,
        "Need for help follows distress; states relax and become traits; expectancies, tolerance "
        "and resolve fade; strain may break a resolve; a phase may end.",
        "4-6",
    ),
)


def one_after_the_other(
    first: Callable[..., None], then: Callable[..., None]
) -> Callable[..., None]:
    """Return a rule that lives `first`, then `then`."""

    @rule
    def both(me: Person, p: Parameters, today: Today, stage: Stage, day_log: DayLog) -> None:
        first(me, p, today, stage, day_log)
        then(me, p, today, stage, day_log)

    return both


live_a_day = functools.reduce(one_after_the_other, [phase.function for phase in DAY])
