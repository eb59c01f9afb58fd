"""A region with costly lessons for few, cheaper groups for many, and both together, made up."""

import functools
from pathlib import Path

import made_up_outcomes
from made_up_outcomes import KINDER, SKILLS

from abm.experiments.comparison.person_outcomes import PersonOutcomes, Reached
from abm.scenario.scenario import Scenario
from abm.simulation.record import Record

ECONOMICS = {"currency": "EUR", "price_year": 2022}


def region(name: str, *interventions: dict[str, object], **economics: object) -> Scenario:
    plain = made_up_outcomes.scenario(name, interventions, size=1_500)
    table = plain.resolved() | {"economics": ECONOMICS | economics}
    table["calendar"] = dict(plain.calendar)
    table["interventions"] = plain.interventions
    return Scenario.from_table({key: table[key] for key in table if key != "name"}, name)


LESSONS = {"kind": SKILLS, "coverage": 0.1, "cost": 120.0}
GROUPS = {"kind": KINDER, "coverage": 0.6, "cost": 50.0}
REGION = [
    region("region"),
    region("lessons", LESSONS),
    region("groups", GROUPS),
    region("package", LESSONS, GROUPS),
]
SEEDS = (1, 2, 3)


@functools.cache
def outcomes(scenario: Scenario, seed: int) -> PersonOutcomes:
    whole = made_up_outcomes.outcomes(scenario, seed)
    reached = [
        Reached(own.kind, own.title, own.people, own.people * listed.cost)
        for own, listed in zip(whole.reached, scenario.interventions, strict=True)
    ]
    return PersonOutcomes(whole.people, whole.curves, tuple(reached), whole.years)


def simulate(scenario: Scenario, seed: int, store: Path | None) -> Record:
    """Return the record of a made-up run, at the costs of the scenario."""
    record = made_up_outcomes.run(scenario, seed, store)
    for row, listed in zip(record.reached, scenario.interventions, strict=True):
        row["cost"] = row["people"] * listed.cost
    return record
