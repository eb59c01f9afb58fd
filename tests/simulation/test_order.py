"""The order in which a scenario lists its interventions changes nobody's life."""

import functools
from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.scenario.scenario import Scenario
from abm.simulation.record import Logs, Record
from abm.simulation.run import run
from abm.simulation.world import World

EVERYBODY = {"ages": [10, 24], "months_to_full": 0}
SKILLS = {"kind": "school_skills_programme", **EVERYBODY}
LISTED = (
    SKILLS | {"coverage": 0.5, "sex": "female"},
    SKILLS | {"coverage": 0.6, "sex": "male", "effects": {"regulation": 0.7}},
    SKILLS | {"coverage": 0.7, "start": date(2015, 11, 5), "effects": {"regulation": 0.1}},
    SKILLS | {"coverage": 0.3, "name": "evening classes", "cost_per": "person_year"},
    {"kind": "opioid_antagonist_probe", "who": "self_injured_ever"},
    {"kind": "stressor_surge", "effects": {"stressor_rate": 1.1}},
    {"kind": "stressor_surge", "effects": {"stressor_rate": 1.3}, "coverage": 0.7},
    {"kind": "stressor_surge", "effects": {"stressor_rate": 1.7}, "coverage": 0.3},
    {"kind": "crisis_support", "end": date(2016, 2, 1), "cost_per": "person"},
    {"kind": "crisis_support", "start": date(2015, 12, 1), "cost_per": "person"},
)  # fmt: skip


@functools.cache
def lived(order: tuple[int, ...]) -> Record:
    """Return a year of 60 people, the interventions in some order."""
    table = {
        "population": {"size": 60},
        "calendar": {"years": 1},
        "parameters": {"barrier_mean": 5.0},
        "interventions": [LISTED[place] for place in order],
    }
    scenario, logs = Scenario.from_table(table, "listed"), Logs(people=True, acts=True)
    return run(scenario, 3, logs, world=World(scenario, 3, logs, warm_up=False))


@settings(deadline=None, max_examples=6)
@given(order=st.permutations(range(len(LISTED))))
def test_their_order_changes_nothing_but_the_order_of_bits_and_rows(order: list[int]) -> None:
    one, other = lived(tuple(range(len(LISTED)))), lived(tuple(order))
    ours, theirs = (np.concatenate(record.logged["people"]) for record in (one, other))
    for name in ours.dtype.names or ():
        if name != "reached_by":
            assert ours[name].tobytes() == theirs[name].tobytes(), name
    for place, before in enumerate(order):
        assert np.array_equal(theirs["reached_by"] >> place & 1, ours["reached_by"] >> before & 1)
    assert len(one.logged["acts"][0]) > 50
    assert one.logged["acts"][0].tobytes() == other.logged["acts"][0].tobytes()
    assert tuple(one.reached[before] for before in order) == other.reached
