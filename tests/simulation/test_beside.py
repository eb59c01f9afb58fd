"""Worlds that run only who differs from a first one are, in every byte, the worlds run alone."""

import ast
import functools
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.compilation import PACKAGE
from abm.parameters import parameters
from abm.scenario.intervention_library import kinds
from abm.scenario.scenario import Scenario
from abm.simulation.beside import READ_BY_NO_RULE, run_worlds_together
from abm.simulation.census import STOCKS
from abm.simulation.record import Logs, Record
from abm.simulation.run import record_of, run
from abm.simulation.world import World

SEED = 3
LOGS = Logs(people=True, panel=True)
# Many act, many friends learn of it and turn away, places are scarce: a difference travels.
RISKY = {"barrier_mean": 5.5, "awareness_age": 10.0, "friends_learn": 0.9, "friends_mean": 6.0}
RISKY |= {"change_share": 0.5, "circumstances_stressors": 0.4, "circumstances_support": 0.1}
STILL = {"tie_end": 0.0, "tie_weaken": 0.0, "bullying_begins": 0.0, "tie_end_after_telling": 0.0}
RISKY |= {
    **{"tie_end": 0.02, "tie_weaken": 0.05, "tie_end_after_telling": 0.8, "quarrel_rate": 0.02},
    **{"loss_rate": 0.3, "bullying_begins": 0.02, "bullied_rate": 0.3, "confidant_buffer": 0.3},
    **{"isolation_connectedness": 0.5, "disclosure_chance": 0.5},
}


def listed(*interventions: dict[str, Any], kind: str = "open", **more: float) -> Scenario:
    """Return two reported years of few people with these interventions."""
    table = {
        "population": {"size": 180, "kind": kind},
        "calendar": {"years": 2},
        "observation": {"panel_share": 0.5},
        "parameters": RISKY | more,
        "interventions": list(interventions),
    }
    return Scenario.from_table(table, "beside")


def world_of(scenario: Scenario) -> World:
    return World(scenario, SEED, LOGS, warm_up=False)


@functools.cache
def alone(scenario: Scenario) -> Record:
    return run(scenario, SEED, LOGS, world=world_of(scenario))


def together(*scenarios: Scenario) -> list[World]:
    worlds = [world_of(scenario) for scenario in scenarios]
    run_worlds_together(worlds)
    return worlds


def assert_as_alone(*scenarios: Scenario) -> None:
    """Run scenarios together and compare all that each hands back with its run alone."""
    for scenario, world in zip(scenarios, together(*scenarios), strict=True):
        ours, theirs = record_of(world), alone(scenario)
        for log, chunks in theirs.logged.items():
            for mine, other in zip(ours.logged[log], chunks, strict=True):
                for name in other.dtype.names or ():
                    assert mine[name].tobytes() == other[name].tobytes(), (log, name)
        for census, expected in zip(ours.censuses, theirs.censuses, strict=True):
            assert census.flows.tolist() == expected.flows.tolist()
            assert census.stocks.tolist() == expected.stocks.tolist()
            assert census.yearly.tobytes() == expected.yearly.tobytes()
            assert census.in_care.tolist() == expected.in_care.tolist()
            assert len(census.in_care) == census.stocks[..., STOCKS.index("in_care")].sum()
        assert ours.reached == theirs.reached


LIBRARY = [{"kind": kind, "cost_per": "person_year"} for kind in kinds()]
SKILLS = {"kind": "school_skills_programme", "ages": [10, 24], "months_to_full": 3}
PROBE = {"kind": "opioid_antagonist_probe", "who": "self_injured_ever"}
NOTHING = listed()


def test_every_kind_of_intervention_beside_none() -> None:
    assert_as_alone(NOTHING, *(listed(intervention) for intervention in LIBRARY))


def test_none_beside_all_of_them() -> None:
    assert_as_alone(listed(*LIBRARY), NOTHING)


def test_peers_hear_of_other_acts() -> None:
    """A difference reaches people that no programme reaches, through their friends."""
    few = listed(SKILLS | {"coverage": 0.3})
    base, world = together(NOTHING, few)
    ours, others = (np.sort(each.people, order="person") for each in (base, world))
    unreached = others["reached_by"] == 0
    for name in ("exposure_load", "friend_count"):
        assert (ours[name] != others[name])[unreached].any()
    assert_as_alone(NOTHING, few)


@pytest.mark.parametrize(
    "more",
    [
        {"friends_learn": 0.2},  # heard of less, from the first day on
        {"friends_mean": 3.0},  # other friends
        {"tie_end": 0.1},  # who change
        STILL,
        {"prevalence_neglect": 0.6},  # other childhoods
        {"specialist_places": 400.0},
        {"week_days": 20.0},  # only in the record of the day
    ],
)
def test_other_numbers(more: dict[str, Any]) -> None:
    assert_as_alone(NOTHING, listed(**more))


def test_a_cohort() -> None:
    cohorts = [listed(*each, kind="cohort") for each in ((), (SKILLS,), (PROBE,))]
    assert_as_alone(*cohorts)


DATES = st.dates(date(2015, 9, 1), date(2017, 8, 30))
ANYTHING = st.lists(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(sorted(kinds())), "start": DATES, "coverage": st.floats(0, 1)},
        optional={"ramp_years": st.sampled_from([0, 0.5]), "end": st.just(date(2017, 8, 31))},
    ),
    max_size=3,
    unique_by=lambda table: table["kind"],
)


@settings(max_examples=15)
@given(first=ANYTHING, others=st.lists(ANYTHING, min_size=1, max_size=2))
def test_any_interventions_beside_any(
    first: list[dict[str, Any]], others: list[list[dict[str, Any]]]
) -> None:
    assert_as_alone(*(listed(*tables) for tables in (first, *others)))


@pytest.mark.parametrize("cost_per", ["person", "start", "person_year", "year"])
def test_still_days_need_no_look_at_whom_is_reached(
    cost_per: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = [{**table, "cost_per": cost_per, "start": date(2015, 10, 7)} for table in LIBRARY]
    scenario = listed(*tables)
    quick = alone(scenario).reached
    monkeypatch.setattr(World, "touches_people", True)
    assert run(scenario, SEED, LOGS, world=world_of(scenario)).reached == quick


def test_few_are_run_where_few_differ() -> None:
    still = STILL | {"friends_learn": 0.1}
    few = listed(SKILLS | {"coverage": 0.05}, **still)
    base, world = together(listed(**still), few)
    assert 0 < len(world.rows) < len(base.rows) / 2


def test_no_rule_reads_what_is_said_to_be_read_by_none() -> None:
    files = [*PACKAGE.glob("mechanisms/*.py"), PACKAGE / "people/birth.py"]
    files += [PACKAGE / f"simulation/{name}.py" for name in ("kernel", "moments", "today")]
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    read = {n.attr for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    assert set(READ_BY_NO_RULE) <= parameters().keys()
    assert not read & set(READ_BY_NO_RULE)


def test_unlike_worlds_are_refused() -> None:
    other_seed = World(NOTHING, SEED + 1, LOGS, warm_up=False)
    later = world_of(NOTHING)
    later.live_day()
    logs_acts = World(NOTHING, SEED, Logs(acts=True), warm_up=False)
    for world, word in ((other_seed, "seed"), (later, "date"), (logs_acts, "log")):
        with pytest.raises(ValueError, match=word):
            run_worlds_together([world_of(NOTHING), world])
