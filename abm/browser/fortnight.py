"""One girl's fortnight and a class: found by rule among simulated people.

Her days are those that the population lives. Each is gone through once more in plain Python, which
changes nothing, so that all between a stressor and what is learnt from an act can be read.
"""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from abm.browser.page_model import MEMORY, Progress
from abm.mechanisms.day_log import plain_day_log
from abm.mechanisms.relaxing import ACT, AFTER_ACT, DECISION, SEGMENT, STRESSOR
from abm.people.codes import ACHIEVEMENT, CALM, INTERPERSONAL
from abm.people.layout import FEMALE, PlainRecord
from abm.scenario.scenario import Scenario
from abm.simulation.census import FIRST_AGE
from abm.simulation.moments import MOMENT_DTYPE, read_moment
from abm.simulation.world import World
from abm.studies.one_life import STRESSORS, run_day_plainly

DAYS, DAY_OF_THE_ACT = 14, 8  # counted from 0, so that some days come after it
AGES = (13, 17)  # years; up to below the second
PUPILS, CLASS_AGE = 30, 15
ENOUGH_DAYS, MOST_DAYS = 365, 3 * 365  # looked through: for a clear chain, and for a whole one
CLEAREST = 6
LONGEST_CHAIN = 4.0  # hours from the stressor to the act, to be seen as one story
CLEARLY = 0.05  # by how much what is expected must rise to be told
LINKS = ("stressor", "arousal", "window", "urge", "act", "relief", "learnt")
"""The links of the chain, in the order in which they come."""
HOURS_A_DAY = 24.0
_READINGS_AN_HOUR = 4
_AN_INSTANT = 1e-6  # hours


@dataclass(frozen=True)
class Link:
    """One link of the chain: when it came about, and what to say of it."""

    name: str  # one of `LINKS`
    when: float  # day in the calendar, with decimals
    text: str


@dataclass(frozen=True, eq=False)
class Fortnight:
    """Fourteen days of one girl; arrays have one entry a reading, in order of time."""

    person: int
    age: float
    when: np.ndarray  # day in the calendar, with decimals; day and night
    distress: np.ndarray  # as felt
    arousal: np.ndarray
    windows: tuple[float, ...]  # edge of the window of tolerance, a day
    expected: tuple[float, ...]  # relief expected of an act, each night
    stressors: tuple[float, ...]  # when each was met
    withstood: tuple[float, ...]  # when she was beyond the window, and did not act
    acts: tuple[float, ...]
    links: tuple[Link, ...]  # those that there are
    again: float | None  # when she was beyond the window again, or still, after the relief

    @property
    def first_day(self) -> int:
        """The first of the days, as a number in the calendar."""
        return math.floor(self.when[0])

    @property
    def missing(self) -> tuple[str, ...]:
        """Links that these days do not show."""
        there = {link.name for link in self.links}
        return tuple(name for name in LINKS if name not in there)


@dataclass(frozen=True, eq=False)
class Classroom:
    """A class on the last evening of the fortnight; arrays have one entry a pupil."""

    age: int  # in completed years, at the beginning of the school year
    person: np.ndarray
    ever: np.ndarray  # whether they ever self-injured
    past_year: np.ndarray  # whether they did in the past year
    stressors: np.ndarray  # met in the fortnight
    beyond: np.ndarray  # how often they stood beyond their window of tolerance in the fortnight
    acts: np.ndarray  # in the fortnight


@dataclass(frozen=True, eq=False)
class Story:
    """What steps one and two of the tour show."""

    fortnight: Fortnight
    classroom: Classroom
    days: int  # reported days up to the end of the fortnight


@dataclass(frozen=True, eq=False)
class _Morning:
    """All that one day of a girl follows from, and what the others have had by then."""

    day: int
    rows: np.ndarray  # of girls of these ages
    girls: np.ndarray  # their records
    numbers: tuple[np.ndarray, np.ndarray, np.ndarray]  # parameters, the day, stages of life
    had: np.ndarray  # decisions beyond the window and acts of everybody so far, shape (2, people)


class _Watch:
    """Stands beside a world and keeps the mornings of the latest fortnight."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.mornings: deque[_Morning] = deque(maxlen=DAYS)
        self.acts: deque[np.ndarray] = deque(maxlen=DAYS)
        self.stressors: deque[np.ndarray] = deque(maxlen=DAYS)
        self._day_log = plain_day_log()
        world.run_people = self._run

    def live_day(self) -> None:
        """Live one day and keep it."""
        self.world.live_day()
        self.acts.append(self.world._acts[: self.world._acts_logged].copy())
        self.world._acts_logged = 0
        self.stressors.append(self.world.people["stressors_today"].copy())

    def _run(self) -> None:
        world = self.world
        people, ages = world.people, world.ages_of(world.people)
        is_girl = (people["present"] == 1) & (people["sex"] == FEMALE)
        rows = np.flatnonzero(is_girl & (ages >= AGES[0]) & (ages < AGES[1]))
        numbers = world.parameters.copy(), world.days.copy(), world.stages.copy()
        had = np.stack([people["distressed_decisions"], people["acts"]])
        day = int(world.days["day"][0])
        self.mornings.append(_Morning(day, rows, people[rows].copy(), numbers, had))
        world.run_compiled()

    def candidates(self) -> Iterator[tuple[int, bool]]:
        """Yield girls who acted to calm down on the day of the act, and whether only then."""
        if len(self.mornings) < DAYS:
            return
        everything = np.concatenate(self.acts)
        today = self.acts[DAY_OF_THE_ACT]
        girls = [frozenset(morning.girls["person"].tolist()) for morning in self.mornings]
        for person in np.unique(today["person"][today["route"] == CALM]).tolist():
            if all(person in known for known in girls):
                yield person, int((everything["person"] == person).sum()) == 1

    def day_of(self, person: int, index: int) -> "_Day":
        """Return one of the fourteen days, lived once more."""
        morning = self.mornings[index]
        row = int(np.flatnonzero(morning.girls["person"] == person)[0])
        me = PlainRecord.copy_of(morning.girls[row])
        parameters, days, stages = morning.numbers
        p, today = PlainRecord.copy_of(parameters[0]), PlainRecord.copy_of(days[0])
        stage = PlainRecord.copy_of(stages[me.sex, today.school_year - me.year_group])
        expected, shame = me.expectancy_calm, me.shame
        kinds = run_day_plainly(me, p, today, stage, self._day_log)
        return _Day(morning.day, me, p, today, self._day_log, kinds, (expected, shame))

    def classroom(self) -> Classroom:
        """Return thirty pupils of 15 among whom about as many self-injured as in all of that age.

        Her own class would be no fair one to show: it is known to have her in it.
        """
        people = self.world.people
        year = int(self.world.days["school_year"][0]) + FIRST_AGE - CLASS_AGE
        rows = np.flatnonzero((people["present"] == 1) & (people["year_group"] == year))
        rows = rows[np.argsort(people["school_class"][rows], kind="stable")]
        ever = people["acts"][rows] > 0
        most = max(len(rows) - PUPILS, 0)
        starts = range(0, most + 1, PUPILS)
        start = min(starts, key=lambda at: abs(ever[at : at + PUPILS].mean() - ever.mean()))
        rows = rows[start : start + PUPILS]
        before = self.mornings[0].had[:, rows]
        return Classroom(
            age=CLASS_AGE,
            person=people["person"][rows].copy(),
            ever=people["acts"][rows] > 0,
            past_year=people["past_year_acts"][rows] > 0,
            stressors=np.sum([day[rows] for day in self.stressors], axis=0),
            beyond=people["distressed_decisions"][rows] - before[0],
            acts=people["acts"][rows] - before[1],
        )


@dataclass(frozen=True, eq=False)
class _Day:
    """One day of a girl, lived once more; good until the next one is."""

    day: int
    me: PlainRecord  # at its end
    p: PlainRecord
    today: PlainRecord
    day_log: PlainRecord
    kinds: list[int]  # of its stressors
    before: tuple[float, float]  # expected relief and shame in the morning

    def events(self, *kinds: int) -> list[PlainRecord]:
        """Return noted points of some kinds, in their order."""
        return [point for point in self.day_log.points[: self.me.points] if point.event in kinds]

    def hours(self) -> np.ndarray:
        """Return hours at which to read, with both sides of every jump; until seven next day."""
        points = self.day_log.points[: self.me.points]
        jumps = {point.hour for point in points if point.event != SEGMENT}
        sides = [hour + side for hour in jumps for side in (-_AN_INSTANT, _AN_INSTANT)]
        even = np.arange(_READINGS_AN_HOUR * HOURS_A_DAY) / _READINGS_AN_HOUR + 7.0
        return np.unique(np.concatenate([even, sides]))

    def read(self, hour: float) -> tuple[float, float]:
        """Return distress as felt and arousal at an hour."""
        names = MOMENT_DTYPE.names or ()
        moment = PlainRecord(names, [0] * len(names))
        read_moment(self.me, self.p, self.today, self.day_log, hour, hour, moment)
        return float(moment.distress / (1.0 + moment.dorsal_vagal)), float(moment.sympathetic)

    def at(self, hour: float) -> float:
        """Return an hour as a time in the calendar."""
        return self.day + hour / HOURS_A_DAY


def story_of(
    scenario: Scenario, seed: int, progress: Progress = lambda share: None
) -> Story | None:
    """Return the first girl whose fortnight shows the whole chain clearly, and a class.

    Looked for, day by day from the first reported one, is a girl of 13 to 16 who acts to calm down
    once in fourteen days: after an everyday stressor arousal rises, distress leaves the window of
    tolerance, an urge follows, the act relieves, and what is expected of it rises; see `_clarity`.
    Of several on a day it is the one with the lowest number. Where there is none in a year it is
    whose chain is the clearest; where none is whole in three years, whose days show the most of it;
    None where no such girl acts. `progress` is told which share of the years before the first
    reported day is simulated.
    """
    world = MEMORY.world(scenario, seed, progress)
    watch = _Watch(world)
    best, story = (0, 0), None
    last = min(world.days_lived + MOST_DAYS, world.total_days)
    while world.days_lived < last:
        watch.live_day()
        for person, is_only in watch.candidates():
            day = watch.day_of(person, DAY_OF_THE_ACT)
            rank = len({link.name for link in _links(day)}), _clarity(day, is_only)
            if rank > best:
                days = world.days_lived - world.warm_up_days
                best = rank
                story = Story(_fortnight(watch, person), watch.classroom(), days)
        days = world.days_lived - world.warm_up_days
        if best >= (len(LINKS), CLEAREST if days < ENOUGH_DAYS else 0):
            break
    return story


def _clarity(day: _Day, is_only: bool) -> int:
    """Return how much of what makes a chain easy to see there is: `CLEAREST` is all of it.

    It is the only act, and nobody had to treat it; the stressor is an everyday one and does not
    numb; the act comes soon, and brings distress back into the window, be it for a while.
    """
    stressor, crossing = _what_came_before(day)
    if stressor is None or crossing is None:
        return 0
    point, kind = stressor
    before, met = (day.read(point.hour + side)[0] for side in (-_AN_INSTANT, _AN_INSTANT))
    act, after = day.events(ACT, AFTER_ACT)[:2]
    acts = day.day_log.acts[: day.me.acts_today]
    signs = (
        is_only,
        not any(record.hospital for record in acts),
        kind in (INTERPERSONAL, ACHIEVEMENT),
        before <= met + _AN_INSTANT,
        act.hour - point.hour <= LONGEST_CHAIN,
        day.read(after.hour + _AN_INSTANT)[0] <= day.me.window,
    )
    assert len(signs) == CLEAREST
    return sum(signs)


def _what_came_before(day: _Day) -> tuple[tuple[PlainRecord, int] | None, float | None]:
    """Return the stressor that the act followed, with its kind, and when the window was left."""
    act = day.events(ACT)[0].hour
    hours = [hour for hour in day.hours() if hour < act]
    is_beyond = [day.read(hour)[0] > day.me.window for hour in hours]
    crossing = next(
        (
            hours[index]
            for index in range(len(hours) - 1, 0, -1)
            if is_beyond[index] and not is_beyond[index - 1]
        ),
        None,
    )
    until = act if crossing is None else crossing
    met = [
        pair for pair in zip(day.events(STRESSOR), day.kinds, strict=False) if pair[0].hour <= until
    ]
    return (met[-1] if met else None), crossing


def _links(day: _Day) -> Iterator[Link]:
    """Yield the links that the day of an act shows, in words.

    The window is left only from within it, and something is learnt only if it can be seen.
    """
    stressor, crossing = _what_came_before(day)
    act, after = day.events(ACT, AFTER_ACT)[:2]
    record = day.day_log.acts[0]
    if stressor is not None:
        point, kind = stressor
        yield Link("stressor", day.at(point.hour), f"Something upsetting: {STRESSORS[kind]}.")
        if point.sympathetic > day.read(point.hour - 2 * _AN_INSTANT)[1]:
            yield Link(
                "arousal", day.at(point.hour), "At once her body is on alert: arousal rises."
            )
    is_within = stressor and day.read(stressor[0].hour - _AN_INSTANT)[0] <= day.me.window
    if crossing is not None and is_within:
        text = "Her distress leaves the window of tolerance: it is more than she can bear."
        yield Link("window", day.at(crossing), text)
    urge = [point for point in day.events(DECISION) if point.hour <= act.hour][-1].urge
    if urge > 0.0:
        yield Link("urge", day.at(act.hour), "An urge to self-injure, to calm down.")
    yield Link("act", day.at(act.hour), "She injures herself.")
    if record.distress_after < record.distress_before:
        less = 1.0 - record.distress_after / record.distress_before
        text = f"Relief, for now: distress falls by {100 * less:.0f} %. Shame rises."
        yield Link("relief", day.at(after.hour), text)
    if day.me.expectancy_calm - day.before[0] >= CLEARLY:
        ends = f"from {100 * day.before[0]:.0f} to {100 * day.me.expectancy_calm:.0f} out of 100"
        text = f"She has learnt to expect relief, {ends}: the next urge will be stronger."
        yield Link("learnt", day.at(after.hour), text)


def _fortnight(watch: _Watch, person: int) -> Fortnight:
    """Return all fourteen days."""
    when, readings = [], []
    windows, expected = [], []
    stressors, withstood, acts = [], [], []
    links: tuple[Link, ...] = ()
    for index in range(DAYS):
        day = watch.day_of(person, index)
        hours = day.hours()
        when += [day.at(hour) for hour in hours]
        readings += [day.read(hour) for hour in hours]
        windows.append(float(day.me.window))
        expected.append(float(day.me.expectancy_calm))
        stressors += [day.at(point.hour) for point in day.events(STRESSOR)]
        acted = [point.hour for point in day.events(ACT)]
        acts += [day.at(hour) for hour in acted]
        withstood += [
            day.at(point.hour)
            for point in day.events(DECISION)
            if point.hour not in acted and day.read(point.hour - _AN_INSTANT)[0] > day.me.window
        ]
        if index == DAY_OF_THE_ACT:
            links, age = tuple(_links(day)), float(day.day_log.acts[0].age)
    distress, arousal = np.array(readings).T
    times = np.array(when)
    return Fortnight(
        person, age, times, distress, arousal, tuple(windows), tuple(expected),
        tuple(stressors), tuple(withstood), tuple(acts), links,
        _again(times, distress, windows, links),
    )  # fmt: skip


def _again(
    when: np.ndarray, distress: np.ndarray, windows: list[float], links: tuple[Link, ...]
) -> float | None:
    """Return when distress was beyond the window again, or still, after the relief; or None."""
    relieved = next((link.when for link in links if link.name == "relief"), None)
    if relieved is None:
        return None
    days = np.minimum((when - when[0]).astype(int), DAYS - 1)
    is_beyond = distress > np.array(windows)[days]
    came_back = is_beyond & (when > relieved)
    return float(when[came_back][0]) if came_back.any() else None
