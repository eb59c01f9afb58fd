"""A simulated household survey: a sample is asked, some of those who have self-injured say so.

Use::

    survey = HouseholdSurvey(sex="female", ages=(16, 24), respondents=360)
    answer = survey_world(world, survey)            # today, of a world that is being lived
    answers = survey_on_dates(world, {date: survey})  # living the days between
    answers = survey_panel(record, survey)          # every wave of a panel (`--panel`)

Who is in the sample and who reports is a keyed draw: asking changes nothing that happens.
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from abm.chance import Purpose, draws_for
from abm.people.layout import FIRST_AGE, LAST_AGE, SEXES
from abm.scenario.dates import multiplier_on
from abm.scenario.scenario import Scenario
from abm.simulation.record import Record
from abm.studies.intervals import Interval, binomial_interval
from abm.studies.questions import recognised

if TYPE_CHECKING:
    from abm.simulation.world import World

Question = Literal["lifetime", "past_year"]
Mode = Literal["face_to_face", "self_completion"]
Wording = Literal["list", "single_item"]
Recognition = tuple[float, float]
FIELDS: dict[str, str] = {"lifetime": "acts", "past_year": "past_year_acts"}


@dataclass(frozen=True)
class HouseholdSurvey:
    """Who is asked what, and how.

    Face to face each who has self-injured says so with chance `survey_willingness`; in
    self-completion everybody does. With a list every act counts; a single item is as
    `abm.studies.questions` has it.
    """

    sex: str = "all"  # "female", "male" or "all"
    ages: tuple[int, int] = (FIRST_AGE, LAST_AGE - 1)  # first and last completed
    respondents: int | None = None  # None: everybody of that sex and age
    question: Question = "lifetime"  # ever, or "past_year": in the last twelve months
    mode: Mode = "face_to_face"
    wording: Wording = "list"
    number: int = 0  # tells surveys of one day apart: each has draws of its own

    def __post_init__(self) -> None:
        first, last = self.ages
        if self.sex not in (*SEXES, "all"):
            raise ValueError(f"sex: expected female, male or all, not {self.sex!r}")
        if not FIRST_AGE <= first <= last < LAST_AGE:
            raise ValueError(f"ages: expected two of 10 to 24 in order, not {self.ages}")
        if self.respondents is not None and self.respondents < 1:
            raise ValueError(f"respondents: expected at least 1, not {self.respondents}")
        for name, kind in (("question", Question), ("mode", Mode), ("wording", Wording)):
            given, choices = getattr(self, name), get_args(kind)
            if given not in choices:
                raise ValueError(f"{name}: expected {' or '.join(choices)}, not {given!r}")


@dataclass(frozen=True)
class Answer:
    """What a survey found."""

    date: datetime.date
    people: int  # those of that sex and age in the population
    respondents: int  # asked; fewer than wanted where there are not so many
    true: int  # of these, how many have self-injured
    reported: int  # how many said so

    @property
    def share(self) -> float:
        """Share of the respondents who said so, 0 to 1; NaN if nobody was asked."""
        return self.reported / self.respondents if self.respondents else float("nan")

    @property
    def interval(self) -> Interval:
        """Wilson's interval for it."""
        return binomial_interval(self.reported, self.respondents)


def ask(
    survey: HouseholdSurvey,
    people: np.ndarray,
    ages: np.ndarray,
    seed: int,
    date: datetime.date,
    willingness: float,
    recognition: Recognition = (1.0, 1.0),
) -> Answer:
    """Ask a sample of people who are present: records of a world, or rows of a table of people.

    Fields `person`, `sex`, `acts` and `past_year_acts` are read. Seed, date and person numbers key
    the draws. Willingness is the chance that somebody who has self-injured says so face to face,
    recognition that an act is what a single item means to its person, of females and males.
    """
    first, last = survey.ages
    wanted = (ages >= first) & (ages < last + 1)
    if survey.sex != "all":
        wanted &= people["sex"] == SEXES.index(survey.sex)
    eligible = people[wanted]
    turn, openness, _, _ = draws_for(
        seed, eligible["person"], date.toordinal(), Purpose.SURVEY, survey.number
    )
    order = np.lexsort((eligible["person"], turn))[: survey.respondents]
    sample = eligible[order]
    acts = sample[FIELDS[survey.question]]
    has = says_so = acts > 0
    if survey.wording == "single_item":
        chance = np.take(recognition, sample["sex"])
        says_so = recognised(seed, sample["person"], acts, chance)
    if survey.mode == "face_to_face":
        says_so = says_so & (openness[order] < willingness)
    return Answer(date, len(eligible), len(order), int(has.sum()), int(says_so.sum()))


def survey_world(world: "World", survey: HouseholdSurvey) -> Answer:
    """Ask people of a world on the evening of the last day it lived."""
    people = world.people[world.people["present"] == 1]
    today = world.date - datetime.timedelta(days=1)
    willingness = float(world.parameters["survey_willingness"][0])
    recognition = recognition_in(world.scenario)
    return ask(survey, people, world.ages_of(people), world.seed, today, willingness, recognition)


def survey_on_dates(
    world: "World", surveys: Mapping[datetime.date, HouseholdSurvey]
) -> Iterator[Answer]:
    """Run a world and ask on the evenings of these days, none of which may be over, in order."""
    for date in sorted(surveys):
        if date < world.date - datetime.timedelta(days=1):
            raise ValueError(f"a survey on {date}: the world has lived to {world.date} already")
        while world.date <= date:
            world.live_day()
        yield survey_world(world, surveys[date])


def survey_panel(record: Record, survey: HouseholdSurvey) -> Iterator[Answer]:
    """Ask the members of every wave of a panel, at their census."""
    rows = np.concatenate(record.logged["panel"])
    for day in np.unique(rows["day"]):
        wave = rows[rows["day"] == day]
        date = datetime.date.fromordinal(int(day))
        willingness = willingness_on(record.scenario, date)
        recognition = recognition_in(record.scenario)
        yield ask(survey, wave, wave["age"], record.seed, date, willingness, recognition)


def willingness_on(scenario: Scenario, date: datetime.date) -> float:
    """Return the chance, on a date, that who has self-injured says so face to face."""
    trend = scenario.trends.get("survey_willingness")
    factor = multiplier_on(trend, date) if trend else 1.0
    return scenario.parameters["survey_willingness"] * factor


def recognition_in(scenario: Scenario) -> Recognition:
    """Return the chances that an act is what a single item means, of females and males."""
    return scenario.parameters["recognition_female"], scenario.parameters["recognition_male"]
