"""A record with all logs and a world at its end, made by plain arithmetic: nothing is lived."""

import dataclasses
import datetime
import os
import signal
from pathlib import Path
from types import SimpleNamespace

import hand_made
import numpy as np

from abm.evidence.observed_tables import tables_of
from abm.evidence.register import StudiedWorld, register
from abm.evidence.year_ends import add_years_around, by_person, pairs_of
from abm.mechanisms.day_log import ACT_DTYPE
from abm.people.layout import person_dtype
from abm.scenario.scenario import Scenario
from abm.simulation.moments import MOMENT_DTYPE
from abm.simulation.people_table import PEOPLE_DTYPE
from abm.simulation.record import Record
from abm.simulation.world import PANEL_DTYPE

END = datetime.date(2018, 8, 31).toordinal()
PEOPLE = 600
COHORT = tuple(range(2016, 2031))
YEARS_OF_WAVES = {
    **{"england-2000-2014": (2000, 2007, 2008, 2014), "pandemic": (2019, 2020, 2021)},
    "birth-cohort": COHORT,
}
COUNTED = (
    *("acts", "late_acts", "acts_after", "year_before", "half_year_before", "month_before"),
    *(f"month_{number}" for number in range(1, 13)),
)
YEARS_AROUND = ("year", "acts_year_before", "years_after", "years_to_acts")
TESTED = ("resting_vagal_tone", "sympathetic_rest", "sympathetic_peak", "sympathetic_after")


def _filled(count: int, dtype: np.dtype, start: int) -> np.ndarray:
    """Return rows with every number between 0 and 1, whole numbers 0 or 1."""
    rows = np.zeros(count, dtype)
    for place, name in enumerate(dtype.names or ()):
        values = hand_made.spread(count, start + 7 * place)
        rows[name] = values < 0.4 if dtype[name].kind == "i" else values
    return rows


def people(seed: int) -> np.ndarray:
    rows = _filled(PEOPLE, PEOPLE_DTYPE, seed)
    rows["person"] = 2_000_000_000 + np.arange(PEOPLE)
    rows["left"] = np.arange(PEOPLE) % 4 == 0
    rows["age"] = np.where(rows["left"] == 1, 25.0, 10 + 15 * hand_made.spread(PEOPLE, seed))
    rows["acts"] = np.where(rows["ever"] == 1, 1 + 19 * hand_made.spread(PEOPLE, seed + 1), 0)
    rows["past_year_acts"] = rows["acts"] // 2
    rows["bouts"] = rows["ever"]
    rows["care"] = np.arange(PEOPLE) % 5
    rows["maltreatment_types"] = np.arange(PEOPLE) % 6
    rows["first_age"] = np.where(rows["ever"] == 1, 12 + 5 * rows["regulation"], np.nan)
    rows["last_age"] = rows["first_age"] + rows["reactivity"]
    rows["self_criticism"] = 4 * rows["self_criticism"] - 2
    rows["distressed_decisions"] = 1 + rows["acts"]
    rows["distressed_acts"] = rows["acts"] // 2
    for name in ("pain_threshold", "pain_endurance", "pain_tolerance"):
        rows[name] += 0.5
    return rows


def acts(persons: np.ndarray, seed: int) -> np.ndarray:
    chosen = np.repeat(persons, np.minimum(persons["acts"], 5))
    rows = _filled(len(chosen), ACT_DTYPE, seed + 3)
    rows["person"], rows["sex"] = chosen["person"], chosen["sex"]
    rows["day"] = END - 1000 + (990 * hand_made.spread(len(rows), seed + 4)).astype(int)
    rows["day"][chosen["person"] % 7 == 0] = END - 30  # just before the prompts begin
    rows["day"][chosen["person"] % 7 == 1] = END - 2  # among them
    rows["age"] = np.maximum(10.0, chosen["age"] - 1.0)
    rows["route"] = np.arange(len(rows)) % 3
    rows["hour"] = 7 + 15 * rows["hour"]
    rows["severity"] += 0.5
    return rows


def moments(persons: np.ndarray, seed: int) -> np.ndarray:
    watched = np.repeat(persons[persons["left"] == 0][::2], 12)
    rows = _filled(len(watched), MOMENT_DTYPE, seed + 5)
    rows["person"] = watched["person"]
    rows["day"] = END - 1 - np.arange(len(rows)) % 2
    rows["hour"] = 7 + 2.5 * (np.arange(len(rows)) // 2 % 6)
    return rows


def panel(persons: np.ndarray, seed: int, years: tuple[int, ...]) -> np.ndarray:
    members = np.repeat(persons[persons["left"] == 0], len(years))
    rows = _filled(len(members), PANEL_DTYPE, seed + 6)
    for name in ("person", "age", "sex", "care", "past_year_acts"):
        rows[name] = members[name]
    rows["wave"] = np.arange(len(rows)) % len(years)
    if years == COHORT:
        rows["age"] = 10.9 + rows["wave"]
    days = [datetime.date(year, 12, 31).toordinal() for year in years]
    rows["day"] = np.array(days)[rows["wave"]]
    return rows


def record(seed: int = 1, years: tuple[int, ...] = (2016, 2017)) -> Record:
    lived = Scenario.from_table({"calendar": {"years": 3}}, "made-up")
    persons = people(seed)
    logged = {
        "people": (persons[persons["left"] == 1], persons[persons["left"] == 0]),
        "acts": (acts(persons, seed),),
        "panel": (panel(persons, seed, years),),
        "moments": (moments(persons, seed),),
    }
    censuses = tuple(hand_made.census(2016 + year, 100, seed + year) for year in range(3))
    return Record(lived, seed, censuses, logged)


def world(persons: np.ndarray) -> SimpleNamespace:
    """Return what is asked of a world at its end."""
    rows = np.zeros(len(persons), person_dtype())
    rows["person"], rows["present"] = persons["person"], 1 - persons["left"]
    rows["barrier_person"] = 5.0 - persons["self_criticism"]
    rows["disclosed"] = persons["ever"]
    rows["distress_gain"] = 1.0 + persons["reactivity"]
    return SimpleNamespace(people=rows)


def trial(seed: int) -> dict[str, np.ndarray]:
    rows = np.arange(160)
    most = {name: 2 if name[-1].isdigit() else 9 for name in COUNTED}
    counts = {
        name: most[name] * hand_made.spread(160, seed + start) for start, name in enumerate(COUNTED)
    }
    ages = 12 + 6 * hand_made.spread(160, seed)
    counted = {name: np.floor(values) for name, values in counts.items()}
    return {"person": rows % 80, "treated": rows // 80, "age": ages, **counted}


def generation(seed: int) -> dict[str, np.ndarray]:
    with_and_without = np.array([[9 + seed % 3, 8, 7], [8, 7, 7]])
    names = ("first_acts", "first_acts_without")
    return {"known": np.array([20, 0, 0]), **dict(zip(names, with_and_without, strict=True))}


def laboratory(persons: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    values = {
        name: hand_made.spread(len(persons), seed + start) for start, name in enumerate(TESTED)
    }
    return {"person": persons, **values}


def look(scenario: Scenario, seed: int, how: StudiedWorld) -> dict[str, dict[str, np.ndarray]]:
    """Stand in for `abm.evidence.observed_tables.observe`."""
    if how.kind == "generation":
        return {"generation": generation(seed)}
    if how.kind != "run":
        return {"trial": trial(seed)}
    made = record(seed, YEARS_OF_WAVES.get(scenario.name, (2016, 2017)))
    logged = {name: rows for name, rows in made.logged.items() if name in (*how.logs, "people")}
    kept = dataclasses.replace(made, logged=logged)
    tables = tables_of(kept, world(np.concatenate(made.logged["people"])))
    persons = tables["people"]["person"]
    later = {"past_year_acts": np.roll(tables["people"]["past_year_acts"], 1)}
    yearly = by_person([tables["people"], tables["people"] | later])
    add_years_around(yearly)
    friends = np.column_stack((persons, np.roll(persons, seed)))
    tables["people"] |= {name: yearly[name][::2] for name in YEARS_AROUND}
    tables["pairs"] = pairs_of(yearly, [friends, friends])
    return tables | {"laboratory": laboratory(persons, seed)}


def look_or_be_killed(scenario: Scenario, seed: int, how: StudiedWorld) -> dict:
    """Look at a world; of one with seed 102 the process is killed, once if a scar is named."""
    scar = os.environ["WORLD_SCAR"]
    is_first = seed == 102 and how.meaning == register().worlds["baseline"].meaning
    if is_first and not (scar and Path(scar).exists()):
        if scar:
            Path(scar).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return look(scenario, seed, how)
