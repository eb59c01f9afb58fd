"""What happened to people, made by arithmetic, in the place of runs; and what may go wrong in them.

Whether a made-up person becomes a case depends on a draw that is the same in every scenario, and on
a chance that interventions lower. The environment reaches spawned processes, too: `OUTCOMES_DIARY`
names a file that notes every run that was lived.
"""

import datetime
import os
from pathlib import Path

import hand_made
import numpy as np

from abm.experiments.comparison.person_outcomes import PEOPLE_DTYPE, PersonOutcomes, Reached
from abm.people.year_groups import blocks_of
from abm.scenario.scenario import Scenario
from abm.simulation.census import FLOWS, STOCKS, Census
from abm.simulation.record import Record

SKILLS, KINDER, PLACES = (
    "school_skills_programme",
    "self_compassion_programme",
    "more_specialist_places",
)


def scenario(
    name: str = "base",
    interventions: "tuple[dict[str, object], ...]" = (),
    size: int = 300,
    years: int = 2,
    kind: str = "open",
) -> Scenario:
    """Return a scenario with these interventions."""
    table = {
        "title": f"Made up: {name}",
        "population": {"kind": kind, "size": size},
        "calendar": {"years": years},
        "interventions": list(interventions),
    }
    return Scenario.from_table(table, name)


def programme(kind: str = SKILLS, coverage: float = 0.5) -> dict[str, object]:
    return {"kind": kind, "coverage": coverage}


BASE = scenario()
SKILLED = scenario("skilled", (programme(),))
KIND = scenario("kind", (programme(KINDER),))
BOTH = scenario("both", (programme(), programme(KINDER)))
NULL = scenario("null", (programme(coverage=0.0),))


def people_rows(lived: Scenario, seed: int) -> np.ndarray:
    """Return a log of people: 15 year-groups, and another one every further year."""
    size, years = lived.population.size, lived.calendar.years
    start = lived.calendar.start.year
    if lived.population.kind == "cohort":
        groups = [(start, size)]
    else:
        blocks = blocks_of(size)
        entered = range(start - 14, start + years)
        groups = [(year, len(blocks[year % 15])) for year in entered]
    year_group = np.concatenate([np.full(count, year) for year, count in groups])
    place = np.concatenate([np.arange(count) for _, count in groups])
    rows = np.zeros(len(place), [(name, "f8") for name in PEOPLE_DTYPE.names or ()])
    rows["person"], rows["year_group"] = year_group * 1_000_000 + place, year_group
    rows["sex"] = place % 2
    rows["adversity"] = hand_made.spread(len(rows), 7 * seed + 1)
    chance = np.full(len(rows), 0.25)
    rows["reached_by"] = _reach(lived, chance, 7 * seed + 2)
    drawn = hand_made.spread(len(rows), 7 * seed + 5)
    rows["reported_case"] = drawn < chance
    rows["reported_acts"] = np.where(drawn < chance, np.floor(30 * (chance - drawn)) + 1, 0)
    rows["reported_hospital"] = drawn < chance / 8
    rows["active_years"] = np.minimum(rows["reported_acts"], years)
    return rows


def _reach(lived: Scenario, chance: np.ndarray, seed: int) -> np.ndarray:
    """Lower the chance of those reached; return the bits of who was reached by what."""
    bits = np.zeros(len(chance), np.int64)
    for place, each in enumerate(lived.interventions):
        number = (SKILLS, KINDER, PLACES).index(each.kind)
        if each.kind == PLACES:
            chance *= 1 - 0.1 * each.coverage
            continue
        reached = hand_made.spread(len(chance), seed + number) < each.coverage
        chance[reached] *= 0.6
        bits[reached] |= 1 << place
    return bits


def census(year: int, rows: np.ndarray) -> Census:
    stocks = np.zeros((2, 15, len(STOCKS)), np.int64)
    flows = np.zeros((2, 15, len(FLOWS)), np.int64)
    cases, acts = int(rows["reported_case"].sum()), int(rows["reported_acts"].sum())
    for name, count in (("people", 400), ("ever", cases), ("past_year", cases // 2)):
        stocks[:, :, STOCKS.index(name)] = count
    for name, count in (("person_days", 90_000), ("never_days", 80_000), ("first_acts", cases)):
        flows[:, :, FLOWS.index(name)] = count
    flows[:, :, FLOWS.index("acts")] = acts
    return Census(datetime.date(year, 8, 31), stocks, flows)


def record(lived: Scenario, seed: int) -> Record:
    """Return the record of a made-up run."""
    rows = people_rows(lived, seed)
    first = lived.calendar.start.year + 1
    censuses = tuple(census(first + year, rows) for year in range(lived.calendar.years))
    half = len(rows) // 2
    log = {"people": (rows[half:], rows[:half])}
    reached = tuple(
        {
            **{"kind": each.kind, "name": each.name or "", "title": each.kind, "people": count},
            **{"newly": count, "cost_per": "person", "units": count, "cost": 10.0 * count},
        }
        for each, count in zip(lived.interventions, _counts(lived, rows), strict=True)
    )
    return Record(lived, seed, censuses, log, reached)


def _counts(lived: Scenario, rows: np.ndarray) -> list[float]:
    bits = rows["reached_by"].astype(np.int64)
    return [
        len(rows) * each.coverage if each.kind == PLACES else float((bits >> place & 1).sum())
        for place, each in enumerate(lived.interventions)
    ]


def outcomes(lived: Scenario, seed: int = 1) -> PersonOutcomes:
    """Return what a comparison keeps of a made-up run."""
    return PersonOutcomes.from_record(record(lived, seed))


def made_up(rows: list[dict[str, float]], reached: "tuple[Reached, ...]" = ()) -> PersonOutcomes:
    """Return lives of these people, zero where nothing is said."""
    import pandas as pd

    people = np.zeros(len(rows), PEOPLE_DTYPE)
    people["year_group"] = 2000
    people["person"] = 2000 * 1_000_000 + np.arange(len(rows))
    for place, row in enumerate(rows):
        for name, value in row.items():
            people[name][place] = value
    columns = ["date", "year", "sex", "age", "measure", "value", "people"]
    return PersonOutcomes(people, pd.DataFrame(columns=columns), reached)


# What stands in for living a run.


def note(lived: Scenario, seed: int) -> None:
    diary = os.environ.get("OUTCOMES_DIARY")
    if diary:
        with open(diary, "a", encoding="utf-8") as lines:
            lines.write(f"{lived.name} {seed}\n")


def run(lived: Scenario, seed: int, warm_ups: Path | None) -> Record:
    note(lived, seed)
    return record(lived, seed)


def run_but_fail(lived: Scenario, seed: int, warm_ups: Path | None) -> Record:
    """Fail in the scenario `skilled` with the seed 2, until mended."""
    mended = Path(os.environ["OUTCOMES_DIARY"] + ".mended").exists()
    if lived.name == "skilled" and seed == 2 and not mended:
        raise RuntimeError("an unlucky seed")
    return run(lived, seed, warm_ups)
