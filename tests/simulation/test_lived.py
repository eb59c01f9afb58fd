"""Interventions in lived populations: nothing where there is nothing, and nothing too early."""

import datetime
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from abm.scenario.intervention_library import kinds
from abm.scenario.scenario import Scenario
from abm.simulation.record import Logs, Record
from abm.simulation.run import run
from abm.simulation.world import World
from abm.simulation.world_state import WorldState, resume, run_warm_up, state_of

PEOPLE, YEARS, SEED = 150, 3, 4
LATER = datetime.date(2017, 3, 1)
RISKY = {"barrier_mean": 8.0, "specialist_places": 400.0}


def scenario_with(*interventions: dict[str, Any]) -> Scenario:
    table = {
        "population": {"size": PEOPLE},
        "calendar": {"years": YEARS},
        "parameters": RISKY,
        "interventions": list(interventions),
    }
    return Scenario.from_table(table, "tried")


@functools.cache
def morning_of_the_first_day() -> WorldState:
    """Return where all of these populations stand before anything can be done."""
    return state_of(run_warm_up(World(scenario_with(), SEED)))


def lived_with(*interventions: dict[str, Any]) -> Record:
    scenario, logs = scenario_with(*interventions), Logs(people=True, acts=True)
    world = resume(scenario, SEED, logs, state=morning_of_the_first_day())
    return run(scenario, SEED, logs, world=world)


@pytest.fixture(scope="module")
def without() -> Record:
    return lived_with()


def differences(record: Record, other: Record) -> list[str]:
    """Return the fields of people, acts and censuses in which two records differ."""
    found = []
    for log in ("people", "acts"):
        here, there = (np.concatenate(each.logged[log]) for each in (record, other))
        if len(here) != len(there):
            return [log]
        found += [n for n in here.dtype.names or () if here[n].tobytes() != there[n].tobytes()]
    for one, two in zip(record.censuses, other.censuses, strict=True):
        if one.stocks.tobytes() != two.stocks.tobytes():
            found.append("stocks")
        if one.flows.tobytes() != two.flows.tobytes():
            found.append("flows")
    return found


@pytest.mark.parametrize("kind", kinds())
def test_reaching_nobody_changes_nothing(kind: str, without: Record) -> None:
    assert differences(lived_with({"kind": kind, "coverage": 0.0}), without) == []


@pytest.mark.parametrize("kind", kinds())
def test_changing_nothing_changes_nothing(kind: str, without: Record) -> None:
    """Everybody is reached, and what it does is none: only who was reached is known."""
    effects = {name: effect.null for name, effect in kinds()[kind].effects.items()}
    record = lived_with({"kind": kind, "coverage": 1.0, "effects": effects})
    assert set(differences(record, without)) <= {"reached_by"}


@pytest.mark.parametrize("kind", kinds())
def test_nothing_happens_before_the_start(kind: str, without: Record) -> None:
    record = lived_with({"kind": kind, "coverage": 1.0, "start": LATER})
    one, two = (each.logged["acts"][0] for each in (record, without))
    early = [acts[acts["day"] < LATER.toordinal()] for acts in (one, two)]
    assert early[0].tobytes() == early[1].tobytes()
    assert len(early[0]) > 100
    assert record.censuses[0].flows.tobytes() == without.censuses[0].flows.tobytes()
    assert record.censuses[0].stocks.tobytes() == without.censuses[0].stocks.tobytes()


def mean_of(record: Record, field: str, chosen: Callable[[np.ndarray], np.ndarray]) -> float:
    people = np.concatenate(record.logged["people"])
    return float(people[field][chosen(people)].mean())


def test_those_reached_gain_and_others_do_not(without: Record) -> None:
    record = lived_with(
        {"kind": "school_skills_programme", "coverage": 0.5, "ages": [10, 24], "half_life_years": 0}
    )
    people = np.concatenate(record.logged["people"])
    reached = people["reached_by"] == 1
    full = kinds()["school_skills_programme"].effects["regulation"].value
    assert 0.3 < reached.mean() < 0.7
    assert (people["regulation_gained"][~reached] == 0).all()
    assert people["regulation_gained"][reached & (people["left"] == 0)].max() == pytest.approx(full)
    assert mean_of(without, "regulation_gained", lambda rows: rows["acts"] >= 0) == 0.0


def test_places_shorten_waits_and_none_treat_nobody() -> None:
    """Capacity 0: nobody is treated; the more places, the fewer wait."""
    waiting = {}
    for factor in (0.0, 1.0, 4.0):
        record = lived_with(
            {"kind": "more_specialist_places", "coverage": 1.0,
             "effects": {"specialist_places": factor}}
        )  # fmt: skip
        last = record.censuses[-1].stocks.sum(axis=(0, 1))
        waiting[factor] = int(last[5])
        if factor == 0.0:
            assert last[4] == 0
    assert waiting[0.0] > waiting[1.0] >= waiting[4.0]
