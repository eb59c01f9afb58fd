"""Censuses, logs and records made by plain arithmetic, for tests of what is done with them."""

import datetime
import os

import numpy as np

from abm.scenario.scenario import Scenario
from abm.simulation.census import AGES, FLOWS, STOCKS, Census
from abm.simulation.record import Logs, Record

STATES = ("distress", "calm", "shame", "sympathetic", "dorsal_vagal")
BOTH = Logs(people=True, acts=True)


def spread(count: int, start: int = 0) -> np.ndarray:
    """Return numbers spread over 0 to 1 that look disordered, others for another start."""
    return (43_758.5453 * np.sin(12.9898 * np.arange(1, count + 1) + 78.233 * start)) % 1.0


def scenario(size: int = 300, years: int = 3, name: str = "hand-made") -> Scenario:
    table = {"title": "Made by hand", "population": {"size": size}, "calendar": {"years": years}}
    return Scenario.from_table(table, name)


def census(year: int = 2020, people: int = 100, seed: int = 0) -> Census:
    """Return a census with `people` of each sex and age, prevalence rising with age."""
    stocks = np.zeros((2, len(AGES), len(STOCKS)), dtype=np.int64)
    flows = np.zeros((2, len(AGES), len(FLOWS)), dtype=np.int64)
    wobble = spread(30, seed).reshape(2, 15)
    for sex in (0, 1):
        for row, age in enumerate(AGES):
            ever = (0.28 - 0.1 * sex) / (1 + np.exp(-(age - 14) / 1.2)) + 0.03 * wobble[sex, row]
            active = ever * np.exp(-((age - 15.5) ** 2) / 18) * 0.8
            new = ever * 0.35 * np.exp(-((age - 13.5) ** 2) / 5)
            care = (0.03 * active + 0.02, 0.01 * active)
            shares = (1.0, ever, active, 0.4 * active, *care)
            stocks[sex, row] = [int(people * share) for share in shares]
            days = 365 * people
            first = int(people * new)
            acts = first + int(6 * people * active)
            routes = (acts - acts // 3, acts // 3, 0)
            seen = (acts // 50, acts // 100)
            flows[sex, row] = (days, int(days * (1 - ever)), first, acts, 2 * acts, *routes, *seen)
    return Census(datetime.date(year, 8, 31), stocks, flows)


def cohort_censuses(people: int = 100) -> list[Census]:
    """Return fifteen censuses of one cohort: at each of them everybody has the same age."""
    censuses = []
    for row, _ in enumerate(AGES):
        whole = census(2016 + row, people)
        only = np.arange(len(AGES)) == row
        censuses.append(
            Census(whole.date, whole.stocks * only[:, None], whole.flows * only[:, None])
        )
    return censuses


def people_rows(count: int = 300, seed: int = 0) -> np.ndarray:
    """Return a log of people: a quarter have left, a fifth ever self-injured."""
    kind = [("person", "i8"), ("sex", "i8"), ("year_group", "i8"), ("age", "f8"), ("left", "i8")]
    kind += [("vagal_tone", "f8"), ("ever", "i8"), ("first_age", "f8"), ("last_age", "f8")]
    kind += [("acts", "i8"), ("past_year_acts", "i8")]
    rows = np.zeros(count, dtype=kind)
    rows["person"] = np.arange(count) + 1000 * seed
    rows["sex"] = np.arange(count) % 2
    rows["left"] = np.arange(count) % 4 == 0
    rows["age"] = np.where(rows["left"] != 0, 25.0, 10 + 15 * spread(count, seed))
    rows["year_group"] = 2025 - rows["age"].astype(int)
    rows["vagal_tone"] = spread(count, seed + 1) - 0.5
    rows["ever"] = (spread(count, seed + 2) < 0.3 - 0.12 * rows["sex"]) & (rows["age"] > 14)
    ever = rows["ever"] != 0
    rows["first_age"] = np.where(ever, 11.5 + 6 * spread(count, seed + 3) ** 1.5, np.nan)
    rows["last_age"] = np.where(ever, rows["first_age"] + 0.4, np.nan)
    many = (1 + 0.7 / (0.004 + spread(count, seed + 4))).astype(int)
    rows["acts"] = np.where(ever, 1 + many, 0)
    rows["past_year_acts"] = np.where(ever & (rows["left"] == 0), many, 0)
    return rows


def act_rows(people: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return up to ten acts of everybody who ever self-injured."""
    kind = [("person", "i8"), ("day", "i8"), ("age", "f8"), ("sex", "i8"), ("route", "i8")]
    kind += [("hour", "f8")]
    kind += [(f"{state}_{when}", "f8") for state in STATES for when in ("before", "after")]
    kind += [("relief", "f8"), ("severity", "f8"), ("hospital", "i8")]
    chosen = np.repeat(people[people["ever"] != 0], 10)
    chosen = chosen[np.arange(len(chosen)) % 10 < chosen["acts"]]
    rows = np.zeros(len(chosen), dtype=kind)
    drawn = spread(len(chosen), seed)
    rows["person"], rows["sex"] = chosen["person"], chosen["sex"]
    rows["age"] = np.minimum(chosen["first_age"] + 6 * drawn * drawn, 24.9)
    rows["day"] = datetime.date(2020, 3, 1).toordinal() + np.arange(len(chosen)) % 300
    rows["route"] = np.searchsorted([0.6, 0.8], spread(len(chosen), seed + 5))
    rows["hour"] = 7 + 16 * drawn
    rows["relief"] = drawn
    rows["hospital"] = np.arange(len(chosen)) % 40 < 2
    return rows


def panel_rows(people: np.ndarray) -> np.ndarray:
    rows = np.zeros(20, dtype=[("person", "i8"), ("wave", "i8"), ("day", "i8"), ("age", "f8")])
    rows["person"] = people["person"][:20]
    rows["day"] = datetime.date(2020, 8, 31).toordinal()
    return rows


def record(scenario: Scenario, seed: int = 1, logs: Logs = BOTH) -> Record:
    years = scenario.calendar.years
    censuses = tuple(census(2016 + year, 100, seed + 13 * year) for year in range(years))
    people = people_rows(scenario.population.size, seed)
    logged: dict[str, tuple[np.ndarray, ...]] = {}
    if logs.people:
        logged["people"] = (people[people["left"] == 1], people[people["left"] == 0])
    if logs.acts:
        logged["acts"] = (act_rows(people, seed),)
    if logs.panel:
        logged["panel"] = (panel_rows(people),)
    if logs.moments:
        logged["moments"] = (panel_rows(people)[:0],)
    return Record(scenario, seed, censuses, logged)


# What stands in for `abm.simulation.run.run`. The environment reaches spawned processes, too.


def note_run(seed: int) -> None:
    """Leave a trace of having lived a seed, where the test asked for it."""
    diary = os.environ.get("HAND_MADE_DIARY")
    if diary:
        with open(diary, "a", encoding="utf-8") as lines:
            lines.write(f"{seed}\n")


def as_run(function):
    """Let what is kept of a function count as that of `run`."""
    function.key_name = "made by hand"
    return function


@as_run
def run(scenario: Scenario, seed: int, logs: Logs, progress) -> Record:
    note_run(seed)
    for day in range(1, 11):
        progress(day, 10)
    return record(scenario, seed, logs)


@as_run
def run_but_fail_at_two(scenario: Scenario, seed: int, logs: Logs, progress) -> Record:
    if seed == 2:
        raise RuntimeError("seed two is never lived")
    return run(scenario, seed, logs, progress)
