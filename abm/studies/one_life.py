"""One person's life, day by day, in plain words.

The whole population is run as ever. The days of the one who is followed are run once more beside
it, in plain Python on a copy of their record, which gives the same bits and changes none: only so
their inner course can be read. So it is the life that the same run writes to people.parquet.
Friends, bullying and the queue for care are those of that run. In a population of another size a
person of the same number has the same childhood, traits and draws of their own, but others around.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from abm.io.messages import InputError
from abm.mechanisms.day import DAY, draw_morning, meet_the_day
from abm.mechanisms.day_log import plain_day_log
from abm.mechanisms.relaxing import ACT, DECISION, STRESSOR
from abm.mechanisms.stressors import MOST_STRESSORS, count_stressors, draw_stressor
from abm.people.codes import COUNSELLOR, INFORMAL, MISREAD_SAFETY, NO_HELP, SPECIALIST, THERAPY
from abm.people.layout import FIRST_AGE, LAST_AGE, NEVER, PlainRecord
from abm.people.year_groups import NUMBERS_A_YEAR, block_of_year
from abm.scenario.intervention_library import kinds
from abm.scenario.scenario import Scenario
from abm.simulation.world import World

STRESSORS = (
    "trouble with others",
    "trouble at school or work",
    "a reminder of maltreatment",
    "a safe moment felt like danger",
    "the help that failed still hurt",
    "bullied in class",
)
"""By `abm.people.codes.STRESSOR_KINDS`."""
MOTIVES = ("to calm down", "to feel something again", "to punish themselves")
CARE = {
    NO_HELP: "help ended",
    INFORMAL: "somebody close helps now",
    COUNSELLOR: "a school counsellor or GP helps now",
    SPECIALIST: "specialist care began",
    THERAPY: "therapy began",
}
CHILDHOOD = {
    "physical_abuse": "physical abuse",
    "sexual_abuse": "sexual abuse",
    "emotional_abuse": "emotional abuse",
    "neglect": "neglect",
    "domestic_violence": "domestic violence at home",
}
LITTLE, MUCH = 0.2, 0.5  # relief
UNUSUAL = 1.0  # circumstances, in SD

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Event:
    """Something that happened on a day; `hour` is None where it has none."""

    kind: str  # stressor, urge, act, telling, care, tie, friends' acts, phase, slow change
    text: str
    hour: float | None = None


@dataclass(frozen=True)
class LifeDay:
    """One day of the person who is followed."""

    date: datetime.date
    age: float  # years with decimals
    stressors: int
    urges: int  # reported
    acts: int
    distress: float  # the highest of the day
    friends: int
    events: tuple[Event, ...]  # in the order in which they happened

    @property
    def is_of_note(self) -> bool:
        """Whether more than stressors happened."""
        return any(event.kind != "stressor" for event in self.events)

    @property
    def text(self) -> str:
        """What happened, in order."""
        return "; ".join(_with_hour(event) for event in self.events)


@dataclass(frozen=True)
class Life:
    """Who was followed, and the days on which something happened."""

    person: int
    sex: str
    childhood: tuple[str, ...]  # kinds of maltreatment
    days: tuple[LifeDay, ...]

    def years(self) -> Iterator[tuple[int, list[LifeDay], str]]:
        """Yield every completed age, its days, and what they came to in a sentence."""
        for age, days in groupby(self.days, key=lambda day: int(day.age)):
            of_age = list(days)
            yield age, of_age, _summary(age, of_age)


def follow_life(
    scenario: Scenario,
    seed: int,
    person: int,
    ages: tuple[float, float] = (FIRST_AGE, LAST_AGE),
    progress: Progress = lambda share: None,
) -> Life:
    """Run a scenario with a seed, and return the days of one person at some ages.

    `person` is a number as in people.parquet; `ages` are the first age and that at which to stop;
    `progress` is told which share is done. InputError if nobody has that number in this scenario.
    """
    world = World(scenario, seed)
    row = _row_of(person, world)
    follower = _Follower(world, row, person, ages)
    first, entry = world.date, world.school.start_of(person // NUMBERS_A_YEAR)
    last = min(world.end, entry + datetime.timedelta(days=round(366 * (ages[1] - FIRST_AGE))))
    while world.days_lived < world.total_days and not follower.is_over:
        world.live_day()
        progress(min(1.0, (world.date - first) / (last - first)))
    return follower.life()


def _row_of(person: int, world: World) -> int:
    """Return the row in which a person will be; InputError if nobody has that number."""
    year, index = divmod(person, NUMBERS_A_YEAR)
    final = world.end - datetime.timedelta(days=1)
    latest = world.school.year_of(final) if world.is_open else world.first_year
    if not world.first_year <= year <= latest:
        raise InputError(
            f"person {person}: nobody of this scenario turned 10 in {year}; the first four digits "
            f"are that year, {world.first_year} to {latest}"
        )
    block = block_of_year(world.blocks, year)
    if index >= len(block):
        start = year * NUMBERS_A_YEAR
        raise InputError(
            f"person {person}: those who turned 10 in {year} have the numbers {start} to "
            f"{start + len(block) - 1}; a larger --population has more"
        )
    return block.start + index


class _Follower:
    """Stands beside a world and takes in the days of one person."""

    def __init__(self, world: World, row: int, person: int, ages: tuple[float, float]) -> None:
        self._world, self._row, self._person, self._ages = world, row, person, ages
        self._day_log = plain_day_log()
        self._yesterday: PlainRecord | None = None
        self._days: list[LifeDay] = []
        self.is_over = False
        world.run_people = self._run

    def life(self) -> Life:
        """Return what has been seen."""
        me = self._yesterday
        if me is None:
            return Life(self._person, "", (), ())
        childhood = tuple(text for name, text in CHILDHOOD.items() if getattr(me, name) > 0)
        return Life(self._person, ("girl", "boy")[me.sex], childhood, tuple(self._days))

    def _run(self) -> None:
        """Let everybody live today, and the one who is followed once more, beside the others."""
        world = self._world
        row = world.people[self._row]
        is_here = bool(row["present"]) and int(row["person"]) == self._person
        morning = row.copy()
        world.run_compiled()
        if not is_here:
            self.is_over = self._yesterday is not None
            return
        age = float(world.ages_of(world.people[self._row : self._row + 1])[0])
        self.is_over = age >= self._ages[1]
        if self._ages[0] <= age < self._ages[1]:
            self._note(PlainRecord.copy_of(morning), age)
        self._yesterday = PlainRecord.copy_of(world.people[self._row])

    def _note(self, morning: PlainRecord, age: float) -> None:
        """Live a morning's record through the day, and note what happened."""
        world, me = self._world, PlainRecord(vars(morning), morning.values())
        stressors = run_day_plainly(
            me,
            PlainRecord.copy_of(world.parameters[0]),
            PlainRecord.copy_of(world.days[0]),
            PlainRecord.copy_of(world.stages[me.sex, world.days["school_year"][0] - me.year_group]),
            self._day_log,
        )
        points = self._day_log.points[: me.points]
        events = [
            *_overnight(self._yesterday, morning, world),
            *_of_the_day(me, self._day_log, stressors),
            *_by_evening(morning, me),
        ]
        if events:
            date, distress = world.date, max(point.distress for point in points)
            counts = (me.stressors_today, me.urges_today, me.acts_today, distress)
            self._days.append(LifeDay(date, age, *counts, me.friend_count, tuple(events)))


def run_day_plainly(
    me: PlainRecord, p: PlainRecord, today: PlainRecord, stage: PlainRecord, day_log: PlainRecord
) -> list[int]:
    """Run a day in plain Python with every point noted; return the kinds of its stressors."""
    vars(me)["watched"] = 1
    coming: list[int] = []
    for phase in DAY:
        if phase.function is meet_the_day:
            coming = _kinds_of_today(me, p, today, stage)
        phase.function(me, p, today, stage, day_log)
    return coming


def _kinds_of_today(
    me: PlainRecord, p: PlainRecord, today: PlainRecord, stage: PlainRecord
) -> list[int]:
    """Return the kinds of stressors to come: the draws are keyed, so that they can be asked for."""
    if count_stressors(me, p, today, stage, draw_morning(me, today)[0]) == 0:
        return [MISREAD_SAFETY]
    return [draw_stressor(me, p, today, stage, index)[0] for index in range(MOST_STRESSORS)]


def _overnight(before: PlainRecord | None, me: PlainRecord, world: World) -> Iterator[Event]:
    """Yield what has changed since yesterday evening, before the day itself."""
    if before is None:
        yield Event("tie", f"turns 10, with {me.friend_count} friends")
        return
    if me.lost_friends and world.days["is_month_start"][0]:
        yield Event("tie", _counted(me.lost_friends, "friendship") + " ended")
    new = me.friend_count - before.friend_count + me.lost_friends
    if world.days["is_month_start"][0] and new > 0:
        yield Event("tie", _counted(new, "friendship") + " began")
    if me.bullied != before.bullied:
        yield Event("tie", "bullying in class began" if me.bullied else "bullying in class ended")
    if me.reached_by != before.reached_by:
        for index, intervention in enumerate(world.scenario.interventions):
            if (me.reached_by & ~before.reached_by) >> index & 1:
                yield Event("care", f"reached by: {kinds()[intervention.kind].title}")
    yield from _care(before, me)
    if me.learnt:
        acts = _counted(me.learnt, "act")
        yield Event("friends' acts", f"heard of {acts} of self-injury by friends")


def _of_the_day(me: PlainRecord, day_log: PlainRecord, coming: list[int]) -> Iterator[Event]:
    """Yield stressors, urges and acts in the order of their hours."""
    stressors, acts = iter(coming), iter(day_log.acts[: me.acts_today])
    points = day_log.points[: me.points]
    for point, then in zip(points, [*points[1:], None], strict=True):
        if point.event == STRESSOR:
            yield Event("stressor", STRESSORS[next(stressors)], point.hour)
        elif point.event == DECISION and point.reported and (then is None or then.event != ACT):
            yield Event("urge", "an urge, withstood", point.hour)
        elif point.event == ACT:
            act = next(acts)
            relief = "little" if act.relief < LITTLE else "some" if act.relief < MUCH else "much"
            yield Event("act", f"self-injured, {MOTIVES[act.route]}: {relief} relief", point.hour)
            if act.hospital:
                yield Event("care", "treated in hospital", point.hour)
            elif act.visible:
                yield Event("care", "a school counsellor or GP came to know", point.hour)


def _by_evening(morning: PlainRecord, me: PlainRecord) -> Iterator[Event]:
    """Yield what is otherwise at the end of the day than it was in the morning."""
    if me.aware and not morning.aware:
        yield Event("slow change", "came to know of self-injury as a possibility")
    if me.acts_today and me.help_failed:
        yield Event("telling", "told somebody, who turned away")
    elif me.confidant_until > morning.confidant_until:
        yield Event("telling", "told somebody, who listened")
    yield from _care(morning, me)
    if (morning.in_phase or me.acts_today) and not me.in_phase:
        resolved = me.resolution > morning.resolution
        yield Event("phase", "a phase of raised risk ended" + (", with a resolve" * resolved))
    if me.resolution == 0.0 < morning.resolution:
        yield Event("phase", "strain broke the resolve")
    if (now := _time(me)) != _time(morning):
        yield Event("slow change", f"{now} time began")


def _care(before: PlainRecord, me: PlainRecord) -> Iterator[Event]:
    """Yield what changed about help."""
    if me.waiting_since != before.waiting_since:
        if me.waiting_since != NEVER:
            yield Event("care", "joined the waiting list for specialist care")
        elif me.care < SPECIALIST:
            yield Event("care", "gave up waiting for specialist care")
    if me.care != before.care:
        yield Event("care", CARE[me.care])


def _time(me: PlainRecord) -> str:
    """Return what time of life it is by circumstances."""
    if abs(me.circumstances) < UNUSUAL:
        return "an ordinary"
    return "a worse" if me.circumstances > 0 else "a better"


def _summary(age: int, days: Iterable[LifeDay]) -> str:
    """Return what a year of age came to."""
    rows = np.array([(day.stressors, day.urges, day.acts) for day in days])
    stressors, urges, acts = rows.sum(axis=0)
    *_, last = days
    return (
        f"Aged {age} in all: {_counted(stressors, 'stressor')}, {_counted(urges, 'urge')}, "
        f"{_counted(acts, 'act')}; {_counted(last.friends, 'friend')} at the end"
    )


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _with_hour(event: Event) -> str:
    if event.hour is None:
        return event.text
    minutes = round(event.hour * 60)
    return f"{minutes // 60 % 24:02}:{minutes % 60:02} {event.text}"
