"""The population of the null model: who begins when and acts how often, and the tables of it."""

import datetime
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from abm.chance import Purpose, draws_for
from abm.people.layout import FEMALE, MALE
from abm.scenario.dates import DAYS_A_YEAR, years_later
from abm.simulation.census import AGES
from abm.studies.questions import asked_by_list, recognition_of

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario
    from abm.studies.trial import Criteria

FIRST_AGE, LAST_AGE = float(AGES.start), float(AGES.stop)
MOST_YEARS = 15
"""Reported years of the longest world: who left since its start is older than `LAST_AGE`."""
Columns = dict[str, np.ndarray]
FAR = 1000.0  # beyond any age, so that persons stay apart


@dataclass(frozen=True)
class NullPopulation:
    """Persons, and every act until they are 25."""

    seed: int
    sex: np.ndarray
    age: np.ndarray  # years, on the last day; from 25 on they have left
    actor: np.ndarray  # index of the person of every act, ascending
    act_age: np.ndarray  # years, ascending within a person

    @property
    def person(self) -> np.ndarray:
        """Numbers of the persons."""
        return np.arange(len(self.sex))

    @cached_property
    def starts(self) -> np.ndarray:
        """Index of every person's first act; without any, that of the next who has one."""
        return np.searchsorted(self.actor, self.person)

    @cached_property
    def _actors(self) -> tuple[np.ndarray, np.ndarray]:
        """Those with any act, and all acts in one line on which persons stand apart."""
        return np.unique(self.actor), self.actor * FAR + self.act_age

    @cached_property
    def first_age(self) -> np.ndarray:
        """Age at the first act, infinite without any."""
        actors, _ = self._actors
        first = np.full(len(self.sex), math.inf)
        first[actors] = self.act_age[self.starts[actors]]
        return first

    def acts_by(self, age: np.ndarray) -> np.ndarray:
        """Return how many acts every person has done by an age."""
        actors, line = self._actors
        acts = np.zeros(len(self.sex), np.int64)
        reached = np.searchsorted(line, actors * FAR + age[actors], side="right")
        acts[actors] = reached - self.starts[actors]
        return acts

    def at(self, age: np.ndarray) -> Columns:
        """Return what is known of all persons when they have these ages."""
        acts = self.acts_by(age)
        ever = acts > 0
        first, last = np.full((2, len(acts)), math.nan)
        first[ever] = self.first_age[ever]
        last[ever] = self.act_age[(self.starts + acts - 1)[ever]]
        return {
            **{"person": self.person, "age": age, "sex": self.sex, "ever": ever, "acts": acts},
            "past_year_acts": acts - self.acts_by(age - 1.0),
            **{"first_age": first, "last_age": last},
        }


def null_population(numbers: Mapping[str, float], people: int, seed: int) -> NullPopulation:
    """Draw a population, of all ages from 10 to 25 and of those who left in `MOST_YEARS` years.

    The draws of a person are the same whatever the numbers are.
    """
    from scipy.special import gammaincinv, pdtrik

    person = np.arange(people)
    sexes, ages, first, rates, lengths, counts, _, _ = (
        uniform
        for block in (0, 1)
        for uniform in draws_for(seed, person, 0, Purpose.NULL_PERSON, block)
    )
    sex = np.where(sexes < 0.5, FEMALE, MALE)
    begins = _first_age(numbers, sex, first)
    rate = gammaincinv(numbers["rate_shape"], rates) / numbers["rate_shape"]
    ends = np.minimum(begins - numbers["years_active"] * np.log(lengths), LAST_AGE)
    years = np.where(np.isfinite(begins), ends - np.minimum(begins, ends), 0.0)
    further = np.ceil(pdtrik(counts, numbers["acts_a_year"] * rate * years)).astype(np.int64)
    acts = np.where(np.isfinite(begins), 1 + np.maximum(further, 0), 0)
    actor = np.repeat(person, acts)
    number = np.arange(len(actor)) - np.repeat(np.cumsum(acts) - acts, acts)
    later = draws_for(seed, actor, 0, Purpose.NULL_ACT, number)[0] * (number > 0)
    act_age = begins[actor] + years[actor] * later
    order = np.lexsort((act_age, actor))
    age = FIRST_AGE + (LAST_AGE - FIRST_AGE + MOST_YEARS) * ages
    return NullPopulation(seed, sex, age, actor, act_age[order])


def _first_age(numbers: Mapping[str, float], sex: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Return the age at the first act, infinite for those who have none before they are 25."""
    from scipy.special import ndtr, ndtri

    peak, spread = numbers["peak_age"], numbers["age_spread"]
    hazard = numbers["peak_hazard"] * np.where(sex == FEMALE, numbers["female_ratio"], 1.0)
    share = -np.log(uniform) / (hazard * spread * math.sqrt(2.0 * math.pi))
    share += ndtr((FIRST_AGE - peak) / spread)
    age = peak + spread * ndtri(np.minimum(share, 1.0))
    return np.where(age < LAST_AGE, age, math.inf)


TABLES = ("people", "leavers", "acts", "waves", "census")


def null_tables(
    population: NullPopulation,
    asking: "Scenario",
    start: datetime.date,
    years: int,
    names: Iterable[str] = TABLES,
) -> dict[str, Columns]:
    """Return tables of these names, of a population seen over reported years from a date.

    The scenario `asking` has the chances that decide what people answer. No table has what nobody
    here has: traits, states, help, prompts.
    """
    asked = {
        "recognition": recognition_of(asking, population.sex),
        "asked_by_list": asked_by_list(asking, population.seed, population.person),
        "survey_willingness": np.full(len(population.sex), asking.parameters["survey_willingness"]),
    }
    ends = _year_ends(population, asked, years)
    left = (population.age >= LAST_AGE) & (population.age < LAST_AGE + years)
    tables: Mapping[str, Callable[[], Columns]] = {
        "people": lambda: ends,
        "leavers": lambda: _taken(population.at(np.minimum(population.age, LAST_AGE)), left),
        "acts": lambda: _acts(population, start, years),
        "waves": lambda: _waves(ends, start, years),
        "census": lambda: _census(population, start, years),
    }
    return {name: tables[name]() for name in names}


def _taken(columns: Columns, rows: np.ndarray) -> Columns:
    return {name: values[rows] for name, values in columns.items()}


def _year_ends(population: NullPopulation, asked: Columns, years: int) -> Columns:
    """Return one row a person and reported year, counted from 0, on whose last day they are there.

    By person and time.
    """
    ends = []
    for year in range(years):
        age = population.age - (years - 1 - year)
        present = (age >= FIRST_AGE) & (age < LAST_AGE)
        known = population.at(age) | asked | {"year": np.full(len(age), year)}
        ends.append(_taken(known, present))
    together = {name: np.concatenate([end[name] for end in ends]) for name in ends[0]}
    return _taken(together, np.lexsort((together["year"], together["person"])))


def _waves(ends: Columns, start: datetime.date, years: int) -> Columns:
    """Return one row a person and yearly wave, with its date."""
    days = [_last_day(start, year) for year in range(years)]
    wave = ends["year"]
    dated = {"day": [day.toordinal() for day in days], "year": [day.year for day in days]}
    return ends | {"wave": wave} | {name: np.array(dates)[wave] for name, dates in dated.items()}


def _last_day(start: datetime.date, year: int) -> datetime.date:
    """Return the last day of a reported year, counted from 0."""
    return years_later(start, year + 1) - datetime.timedelta(days=1)


def _acts(population: NullPopulation, start: datetime.date, years: int) -> Columns:
    """Return one row an act of the reported years, by person and time."""
    ago = population.age[population.actor] - population.act_age
    rows = np.flatnonzero((ago > 0.0) & (ago < years))
    person = population.actor[rows]
    end = years_later(start, years).toordinal()
    time = end - DAYS_A_YEAR * ago[rows]
    gap = np.where(person[1:] == person[:-1], np.diff(time), np.inf)
    return {
        **{"person": person, "sex": population.sex[person], "age": population.act_age[rows]},
        **{"time": time, "day": np.floor(time), "days_left": end - time},
        "year": np.floor((time - start.toordinal()) / DAYS_A_YEAR),
        "days_since": np.concatenate([[np.inf], gap])[: len(rows)],
        "days_to_next": np.concatenate([gap, [np.inf]])[: len(rows)],
        "acts_before": rows - population.starts[person],
    }


def _census(population: NullPopulation, start: datetime.date, years: int) -> Columns:
    """Return one row a census, sex and completed age: stocks of its day, flows of its year."""
    sex, age = (column.ravel() for column in np.indices((2, len(AGES))))
    cells = {"sex": sex, "age": AGES.start + age}
    parts = []
    for wave in range(years):
        now = population.age - (years - 1 - wave)
        counts = _stocks(population, now)
        for whole in (np.floor(now - 1.0), np.floor(now - 1.0) + 1.0):
            for name, values in _flows(population, now, whole).items():
                counts[name] = counts.get(name, 0.0) + values
        parts.append(cells | {"year": np.full(sex.size, _last_day(start, wave).year)} | counts)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _stocks(population: NullPopulation, now: np.ndarray) -> Columns:
    """Return who is there and has acted, when people are as old as this, by sex and age."""
    acts = population.acts_by(now)
    counts = {
        "people": np.ones(len(now)),
        "ever": acts > 0,
        "past_year": acts > population.acts_by(now - 1.0),
        "past_month": acts > population.acts_by(now - 1.0 / 12.0),
    }
    return _by_cell(population, np.floor(now), counts)


def _flows(population: NullPopulation, now: np.ndarray, age: np.ndarray) -> Columns:
    """Return what happens while people have a completed age, within a year up to `now`."""
    begin, end = np.maximum(age, now - 1.0), np.minimum(age + 1.0, now)
    first = population.first_age
    counts = {
        "person_days": DAYS_A_YEAR * (end - begin),
        "never_days": DAYS_A_YEAR * np.maximum(np.minimum(end, first) - begin, 0.0),
        "first_acts": (first > begin) & (first <= end),
        "acts": population.acts_by(end) - population.acts_by(begin),
    }
    return _by_cell(population, age, counts)


def _by_cell(population: NullPopulation, age: np.ndarray, counts: Columns) -> Columns:
    """Return sums over persons by sex and completed age, of those from 10 to 24."""
    inside = (age >= FIRST_AGE) & (age < LAST_AGE)
    cell = (population.sex * len(AGES) + age - FIRST_AGE)[inside].astype(np.int64)
    return {
        name: np.bincount(cell, values[inside], minlength=2 * len(AGES))
        for name, values in counts.items()
    }


def null_trial(population: NullPopulation, criteria: "Criteria", years: int) -> Columns:
    """Return one row a participant and arm, treated or not, in both of which the same happens.

    They are those who meet the criteria so many years before the last day.
    """
    from abm.studies.trial import AGES as ADOLESCENT
    from abm.studies.trial import LAST_WEEKS, MOST_MONTHS

    now = population.age - years
    known = population.at(now)
    recent = (now - known["last_age"]) * DAYS_A_YEAR <= criteria.recent_days
    chosen = (now >= ADOLESCENT[0]) & (now < ADOLESCENT[1]) & recent
    chosen &= known["past_year_acts"] >= criteria.acts
    week, month = 7.0 / DAYS_A_YEAR, 1.0 / 12.0
    treatment = criteria.weeks * week

    def between(begin: float, end: float) -> np.ndarray:
        return population.acts_by(now + end) - population.acts_by(now + begin)

    counts = {
        "acts": between(0.0, treatment),
        "late_acts": between(treatment - LAST_WEEKS * week, treatment),
        "acts_after": between(treatment, max(treatment, criteria.months * month)),
        "year_before": known["past_year_acts"],
        "half_year_before": between(-6 * month, 0.0),
        "month_before": between(-month, 0.0),
    }
    for number in range(min(criteria.months, MOST_MONTHS)):
        counts[f"month_{number + 1}"] = between(number * month, (number + 1) * month)
    both = {"person": population.person, "age": now} | counts
    rows = {name: np.tile(values[chosen], 2) for name, values in both.items()}
    return rows | {"treated": np.repeat([1, 0], chosen.sum())}
