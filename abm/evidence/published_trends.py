"""Two scenarios of the calendar, looked at as the published studies looked.

`england-2000-2014`: household surveys of people aged 16 to 24 in 2000, 2007 and 2014 (paper claims
P08 to P11). `victoria-2008-2015`: emergency presentations at ages 10 to 19 over seven years (P12,
P13). Their trends are inputs: what is marked as fitted was used to choose them, what is marked as
predicted was not. See docs/trends.md.

``python -m abm.evidence.published_trends [england|victoria]`` prints them.
"""

import argparse
import datetime
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Literal

import numpy as np

from abm.evidence.growth import yearly_growth
from abm.scenario.scenario import Scenario, ScenarioError, load_scenario
from abm.simulation.census import AGES, DAYS_A_YEAR, FLOWS
from abm.simulation.world import World
from abm.studies.intervals import (
    NO_INTERVAL,
    UNBOUNDED,
    Interval,
    between_seeds,
    binomial_interval,
    ratio_interval,
)
from abm.studies.surveys import Answer, HouseholdSurvey, Mode, survey_on_dates, survey_world

Use = Literal["fitted", "predicted", "input", ""]
SCENARIOS = {"england": "england-2000-2014", "victoria": "victoria-2008-2015"}
SEEDS = 4
FIRST, MIDDLE, LAST = 2000, 2007, 2014
YOUNG = (16, 24)
EMERGENCY_AGES = slice(0, 10)  # 10 to 19 completed years, of the ages of a census
SELF_HARM_SHARE = 0.225  # P13: of all mental-health emergency presentations


@dataclass(frozen=True)
class Line:
    """One line of the table: what was found in the simulation, and what was published.

    Attributes
    ----------
    year
        Of the study, or first and last.
    what
        Who, and what was counted.
    found, interval
        Simulated; NaN where there is none.
    published
        As published, with its interval where there is one; empty where nothing is.
    use
        "fitted": used to choose the scenario's trends; "predicted": not; "input": what a number
        of the model was taken from.
    source
        Identifier of the claim or figure.
    """

    year: str
    what: str
    found: float
    interval: Interval
    published: str = ""
    use: Use = ""
    source: str = ""


@dataclass(frozen=True)
class Study:
    """One published survey of people aged 16 to 24."""

    year: int
    sex: str
    mode: Mode
    published: str
    use: Use
    source: str

    @property
    def date(self) -> datetime.date:
        """The day on which the simulated study asks: the middle of the year."""
        return datetime.date(self.year, 6, 30)

    @property
    def survey(self) -> HouseholdSurvey:
        """Ask everybody of that sex and age, so that only the simulation's own noise is left."""
        return HouseholdSurvey(sex=self.sex, ages=YOUNG, mode=self.mode)


PRESS = "press"  # in newspapers' accounts of the surveys, not checked in the surveys themselves
FACE: Mode = "face_to_face"
PAPER: Mode = "self_completion"
STUDIES = (
    Study(FIRST, "female", FACE, "6.5 (4.2 to 10.0)", "fitted", "P08"),
    Study(MIDDLE, "female", FACE, "11.7", "predicted", PRESS),
    Study(LAST, "female", FACE, "19.7 (15.7 to 24.5)", "fitted", "P09"),
    Study(FIRST, "male", FACE, "", "predicted", ""),
    Study(MIDDLE, "male", FACE, "", "predicted", ""),
    Study(LAST, "male", FACE, "", "predicted", ""),
    Study(FIRST, "all", FACE, "5.3", "predicted", PRESS),
    Study(MIDDLE, "all", FACE, "8.9", "predicted", PRESS),
    Study(LAST, "female", PAPER, "25.7", "input", "E092"),
    Study(LAST, "male", PAPER, "9.7", "predicted", "E093"),
)


# England


def survey_england(scenario: Scenario, seed: int) -> tuple[Answer, ...]:
    """Live a population and ask it what each of `STUDIES` asked, on its date."""
    world = World(scenario, seed)
    answers: dict[Study, Answer] = {}
    for date in sorted({study.date for study in STUDIES}):
        asked = [study for study in STUDIES if study.date == date]
        answers[asked[0]] = next(survey_on_dates(world, {date: asked[0].survey}))
        answers |= {study: survey_world(world, study.survey) for study in asked[1:]}
    return tuple(answers[study] for study in STUDIES)


def england_lines(answers: Sequence[Sequence[Answer]]) -> list[Line]:
    """Return surveys, their ratio and their rise; `answers` by seed, then in the order of STUDIES.

    Shares and rises are means over seeds with Student's interval, cut off at what is possible.
    For one seed, and where all agree, shares have Wilson's and the ratio Katz's of all people.
    """
    lines = []
    for at, study in enumerate(STUDIES):
        every = [seed[at] for seed in answers]
        found = np.array([100.0 * answer.share for answer in every])
        together = _together(every)
        share = binomial_interval(*together)
        mode = "face to face" if study.mode == FACE else "self-completion"
        lines.append(
            Line(
                str(study.year),
                f"{study.sex}, 16-24, ever self-harmed, {mode}, %",
                *_mean(found, (0.0, 100.0), Interval(100 * share.low, 100 * share.high)),
                study.published,
                study.use,
                study.source,
            )
        )
    return lines + _change_lines(answers)


def _change_lines(answers: Sequence[Sequence[Answer]]) -> list[Line]:
    """Return how much more was reported face to face in 2014 than in 2000, by sex."""
    place = {(study.year, study.sex, study.mode): at for at, study in enumerate(STUDIES)}

    def shares(year: int, sex: str) -> np.ndarray:
        return np.array([100.0 * seed[place[year, sex, FACE]].share for seed in answers])

    first, last = (
        _together([seed[place[year, "female", FACE]] for seed in answers]) for year in (FIRST, LAST)
    )
    katz = ratio_interval(last, first)
    before, after = shares(FIRST, "female"), shares(LAST, "female")
    ratios = np.full(len(before), math.nan)
    np.divide(after, before, out=ratios, where=before > 0)
    boys = shares(LAST, "male") - shares(FIRST, "male")
    years = f"{FIRST}-{LAST}"
    return [
        Line(years, "female, 2014 to 2000, times", *_mean(ratios, (0.0, math.inf), katz),
             "3.03 (1.86 to 4.93)", "fitted", "P10"),
        Line(years, "male, rise, points", *_mean(boys), "above 0", "predicted", "P11"),
        Line(years, "rise of females minus that of males, points",
             *_mean(after - before - boys), "above 0", "predicted", "P11"),
    ]  # fmt: skip


def _together(answers: Sequence[Answer]) -> tuple[float, float]:
    """Return how many reported it and how many were asked, all seeds together."""
    return sum(each.reported for each in answers), sum(each.respondents for each in answers)


# Victoria


def count_victoria(scenario: Scenario, seed: int) -> np.ndarray:
    """Live a population; return presentations and person-years at ages 10 to 19, shape (2, years).

    A year is twelve reported months, July to June.
    """
    world = World(scenario, seed)
    while world.days_lived < world.total_days:
        world.live_day()
    flows = np.array(
        [census.flows[:, EMERGENCY_AGES].sum(axis=(0, 1)) for census in world.censuses]
    )
    days = flows[:, FLOWS.index("person_days")]
    return np.array([flows[:, FLOWS.index("hospital")], days / DAYS_A_YEAR])


def victoria_lines(counts: np.ndarray, first_year: int) -> list[Line]:
    """Return yearly presentations and their growth; `counts` has the shape (seeds, 2, years).

    Intervals need several seeds, because presentations repeat within persons.
    Presentations to hospital for self-harm are all that the model has. All mental-health
    presentations are these divided by the published share of self-harm, so they grow alike.
    """
    events, person_years = counts.sum(axis=0)
    ages = f"{AGES[EMERGENCY_AGES.start]}-{AGES[EMERGENCY_AGES.stop] - 1}"
    what = f"all, {ages}, hospital for self-harm, per 100,000 a year"
    lines = []
    for at in range(len(events)):
        number, lived = counts[:, :, at].T
        known = lived > 0
        rates = _mean(1e5 * number[known] / lived[known], (0.0, math.inf))
        year = f"{first_year + at}-{(first_year + at + 1) % 100:02d}"
        lines.append(Line(year, what, *rates))
    total, lived = events.sum() / SELF_HARM_SHARE, person_years.sum()
    years = f"{first_year}-{(first_year + len(events)) % 100:02d}"
    growth = yearly_growth(counts[:, 0])
    sure = growth.interval if len(counts) > 1 else NO_INTERVAL
    return [
        *lines,
        Line(years, f"all, {ages}, mental health (divided by 0.225), per 100,000 a year",
             1e5 * total / lived, NO_INTERVAL, "", "input", "P13"),
        Line(years, f"all, {ages}, growth of both, % a year",
             growth.percent, sure, "6.5", "fitted", "P12"),
    ]  # fmt: skip


# The table


def _mean(
    values: np.ndarray,
    bounds: tuple[float, float] = UNBOUNDED,
    together: Interval = NO_INTERVAL,
) -> tuple[float, Interval]:
    """Return the mean over seeds with its interval; see `between_seeds`."""
    found = between_seeds(values, bounds, together)
    return found.mean, Interval(found.low, found.high)


def table_lines(lines: Sequence[Line]) -> list[str]:
    """Return the lines as an aligned table, with a heading."""
    heading = ("year", "who and what", "simulated", "published", "", "source")
    rows = [heading]
    for line in lines:
        rows.append(
            (line.year, line.what, _shown(line.found, line.interval), line.published or "-",
             line.use, line.source)
        )  # fmt: skip
    widths = [max(len(row[column]) for row in rows) for column in range(len(heading))]
    padded = ["  ".join(f"{cell:<{wide}}" for cell, wide in zip(row, widths, strict=True))
              for row in rows]  # fmt: skip
    return [row.rstrip() for row in padded]


def _shown(value: float, interval: Interval) -> str:
    """Return a number and its interval as text, with one decimal below 100, else none."""
    if math.isnan(value):
        return "-"
    digits = 0 if abs(value) >= 100 else 1
    text = f"{value:.{digits}f}"
    if any(map(math.isnan, interval)):
        return text
    return f"{text} ({interval.low:.{digits}f} to {interval.high:.{digits}f})"


def live_seeds[T](
    live: Callable[[Scenario, int], T], scenario: Scenario, seeds: int, jobs: int
) -> list[T]:
    """Return what a function of a module makes of a scenario and every seed from 1."""
    numbers = range(1, seeds + 1)
    if min(jobs, seeds) <= 1:
        return [live(scenario, seed) for seed in numbers]
    from abm.runs.processes import LocalProcesses

    with LocalProcesses(min(jobs, seeds)) as pool:
        return list(pool.map(live, repeat(scenario), numbers))


def study_lines(place: str, scenario: Scenario, seeds: int, jobs: int = 1) -> list[Line]:
    """Live the scenario of a place, "england" or "victoria", and return its table."""
    if place == "england":
        return england_lines(live_seeds(survey_england, scenario, seeds, jobs))
    counts = np.array(live_seeds(count_victoria, scenario, seeds, jobs))
    return victoria_lines(counts, scenario.calendar.start.year)


def _at_least_one(text: str) -> int:
    """Read a whole number from 1."""
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, not {text!r}")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m abm.evidence.published_trends",
        description="Live the scenarios of the calendar; set their studies beside the published.",
    )
    parser.add_argument("place", nargs="?", choices=tuple(SCENARIOS), help="one only; else both")
    parser.add_argument("--population", type=_at_least_one, help="people, else the scenario's")
    parser.add_argument("--seeds", type=_at_least_one, default=SEEDS, help=f"default {SEEDS}")
    parser.add_argument("--jobs", type=_at_least_one, default=1, help="processes, default 1")
    return parser


def main(arguments: Sequence[str]) -> None:
    """Print the tables; wrong arguments end with exit code 2."""
    parser = _parser()
    given = parser.parse_args(arguments)
    places = [given.place] if given.place else list(SCENARIOS)
    try:
        chosen = {
            place: load_scenario(SCENARIOS[place], population=given.population) for place in places
        }
    except ScenarioError as error:
        parser.error(str(error))
    for place, scenario in chosen.items():
        lines = study_lines(place, scenario, given.seeds, given.jobs)
        people = f"{scenario.population.size:,} people, {given.seeds} seeds"
        print(f"{scenario.title} ({scenario.name}; {people})")
        print("\n".join(table_lines(lines)), end="\n\n", flush=True)
    print(
        "fitted: used to choose the trends; predicted: not used; input: a number of the model.\n"
        "Intervals (95 %) of the simulated are those of the simulation, not of a survey's sample.\n"
        f"{PRESS}: as newspapers reported the surveys. The trends explain nothing: docs/trends.md."
    )


if __name__ == "__main__":
    main(sys.argv[1:])
