"""The laboratory: nothing that happens is changed by it, and bodies differ there as they do."""

import functools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.mechanisms.derived import update_everything
from abm.people.layout import PlainRecord
from abm.scenario.scenario import load_scenario
from abm.simulation.world import World
from abm.studies.laboratory import laboratory, under_stress


def world_after(days: int) -> World:
    scenario = load_scenario("baseline", population=60, overrides={"barrier_mean": 6.0})
    world = World(scenario, 1, warm_up=False)
    for _ in range(days):
        world.live_day()
    return world


@functools.cache
def a_world() -> World:
    return world_after(100)


def activation(row: int, **changes: float) -> tuple[float, float, float]:
    """Test somebody with other traits than their own, on whom they follow at once."""
    world = a_world()
    p, today = PlainRecord.copy_of(world.parameters[0]), PlainRecord.copy_of(world.days[0])
    me = PlainRecord.copy_of(world.people[row])
    vars(me).update(changes)
    stage = PlainRecord.copy_of(world.stages[me.sex, today.school_year - me.year_group])
    update_everything(me, p, today, stage)
    return under_stress(me, p, today)


def test_what_comes_after_is_not_changed_by_the_look() -> None:
    seen, unseen = world_after(40), world_after(40)
    once, twice = laboratory(seen), laboratory(seen)
    assert seen.people.tobytes() == unseen.people.tobytes()
    for name, values in once.items():
        np.testing.assert_array_equal(values, twice[name])
    for world in (seen, unseen):
        world.live_day()
    assert seen.people.tobytes() == unseen.people.tobytes()
    assert seen.flows.tobytes() == unseen.flows.tobytes()


def test_everybody_present_is_activation() -> None:
    world = world_after(40)
    world.people["present"][:7] = 0
    assert laboratory(world)["person"].tolist() == world.people["person"][7:].tolist()
    world.people["present"] = 0
    assert {len(values) for values in laboratory(world).values()} == {0}


def test_a_stressor_arouses_and_half_an_hour_calms() -> None:
    table = laboratory(a_world())
    assert (table["sympathetic_rest"] < table["sympathetic_peak"]).all()
    assert (table["sympathetic_after"] < table["sympathetic_peak"]).all()


@settings(max_examples=30)
@given(st.integers(0, 59), st.floats(-2, 2), st.floats(0.1, 1))
def test_who_responds_more_is_seen_to(row: int, gain: float, more: float) -> None:
    _, lower, _ = activation(row, sympathetic_gain=gain)
    _, higher, _ = activation(row, sympathetic_gain=gain + more)
    assert higher > lower


@settings(max_examples=30)
@given(st.integers(0, 59), st.floats(-2, 2), st.floats(0.1, 1))
def test_vagal_tone_brings_arousal_down_faster(row: int, tone: float, more: float) -> None:
    rest, peak, slower = activation(row, vagal_tone=tone)
    higher_rest, higher_peak, faster = activation(row, vagal_tone=tone + more)
    assert (rest, peak) == (higher_rest, higher_peak)
    assert faster <= slower
