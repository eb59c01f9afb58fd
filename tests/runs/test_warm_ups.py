"""Warm-ups are shared by those who agree up to the start, and no damage is ever gone on from."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm import compilation
from abm.io.files import arrays_bytes
from abm.runs.result_store import KeptResult, store_below
from abm.runs.run_tasks import run_tasks
from abm.runs.warm_ups import kept_warm_up, resumed, state_in, warm_up_key, warm_up_task
from abm.scenario.scenario import load_scenario
from abm.simulation.record import Logs
from abm.simulation.run import run
from abm.simulation.world import World

PEOPLE = Logs(people=True)
KEY = "k" * 64


def scenario(people=30, years=1, name="baseline", **more):
    return load_scenario(name, population=people, years=years, overrides=more)


def trend(factors, name="stressor_rate"):
    return scenario(**{f"trends.{name}.{year}": factor for year, factor in factors.items()})


@pytest.fixture
def store(tmp_path):
    return store_below(tmp_path)


def make(store, scenario, seed):
    """Run a warm-up and keep it; return what is kept."""
    task = warm_up_task(scenario, seed)
    run_tasks([task], lambda batch: store.put_many(list(map(kept_warm_up, batch))))
    return store.get(task.key)


# Keys


def test_what_acts_after_the_start_only_shares_the_warm_up():
    base = warm_up_key(scenario(), 1)
    assert base is not None
    assert len(base) == 64
    sharing = [
        scenario().model_copy(update={"name": "other", "title": "Other"}),
        scenario(years=7),
        scenario(**{"observation.panel_share": 1.0, "observation.moments_days": 3}),
        scenario(**{"trends.stressor_rate.2016": 1.0, "trends.stressor_rate.2020": 1.3}),
        scenario(**{"trends.stressor_rate.2001": 1.0}),
        scenario(name="school-skills"),
        scenario(name="package-services"),
    ]
    assert {warm_up_key(each, 1) for each in sharing} == {base}


def test_what_acts_before_the_start_does_not(monkeypatch):
    keys = [
        warm_up_key(scenario(), 1),
        warm_up_key(scenario(), 2),
        warm_up_key(scenario(people=31), 1),
        warm_up_key(scenario(stressor_rate=0.7), 1),
        warm_up_key(scenario(opioids="reduced"), 1),
        warm_up_key(scenario(**{"calendar.start": "2015-09-02"}), 1),
        warm_up_key(trend({2015: 1.0, 2025: 1.1}), 1),  # rises from January 2015
        warm_up_key(trend({2015: 1.0, 2025: 1.1}, "stressor_size"), 1),
        warm_up_key(trend({1990: 0.9}), 1),
    ]
    monkeypatch.setattr("abm.runs.keys.code_version", lambda: "0" * 16)
    keys.append(warm_up_key(scenario(), 1))
    assert len(set(keys)) == len(keys)


def test_a_cohort_has_no_warm_up(store):
    cohort = scenario(name="birth-cohort")
    assert warm_up_key(cohort, 1) is None
    assert warm_up_task(cohort, 1) is None
    assert resumed(store, cohort, 1, PEOPLE) is None


FACTORS = st.floats(0.5, 1.5)
FEW = settings(max_examples=12, deadline=None)


@FEW
@given(
    before=st.dictionaries(st.integers(1995, 2015), FACTORS, max_size=4),
    after=st.dictionaries(st.integers(2017, 2030), FACTORS, max_size=3),
    at_its_end=FACTORS,
)
def test_trends_that_part_after_the_start_share(before, after, at_its_end):
    common = {**before, 2016: at_its_end}
    assert warm_up_key(trend(common), 3) == warm_up_key(trend(common | after), 3)


@FEW
@given(
    common=st.dictionaries(st.integers(2001, 2016), FACTORS, min_size=1, max_size=5),
    which=st.integers(0, 4),
    other=FACTORS,
)
def test_trends_that_part_before_the_start_do_not_share(common, which, other):
    year = sorted(common)[which % len(common)]
    differs = common[year] != other
    same_key = warm_up_key(trend(common), 3) == warm_up_key(trend({**common, year: other}), 3)
    assert same_key != differs


def test_a_shared_key_means_that_the_same_numbers_act_on_every_day():
    """The parameters of two worlds with one key agree on each day up to the start."""
    shared = trend({2005: 0.8, 2016: 1.1}), trend({2005: 0.8, 2016: 1.1, 2019: 0.6})
    assert warm_up_key(shared[0], 1) == warm_up_key(shared[1], 1)
    worlds = [World(each, 1) for each in shared]
    for _ in range(worlds[0].warm_up_days):
        for world in worlds:
            world.turn_the_calendar()
            world.date += world.date.resolution
        assert worlds[0].parameters.tobytes() == worlds[1].parameters.tobytes()
    assert worlds[0].date == worlds[0].start


# Keeping and using


def test_a_branch_is_bit_for_bit_a_whole_life(store):
    whole = World(scenario(), 4, PEOPLE)
    record = run(scenario(), 4, PEOPLE, world=whole)
    assert resumed(store, scenario(), 4, PEOPLE) is None
    make(store, scenario(years=3), 4)
    world = resumed(store, scenario(), 4, PEOPLE)
    assert world.date == world.start
    branched = run(scenario(), 4, PEOPLE, world=world)
    assert world.people.tobytes() == whole.people.tobytes()
    assert branched.people.equals(record.people)
    assert branched.curves.equals(record.curves)


def test_the_same_warm_up_is_the_same_file_and_nothing_in_it_is_pickled(tmp_path, store):
    first = make(store, scenario(), 1)
    assert make(store_below(tmp_path / "other"), scenario(), 1).files == first.files
    state = state_in(first.files["state.npz"])
    assert {state.people.dtype, state.ties.dtype} == {np.dtype("i8"), np.dtype("i4")}


def test_what_is_noted_is_what_acts_during_the_warm_up(store):
    lived = scenario(
        people=40,
        years=7,
        name="school-skills",
        stressor_rate=0.7,
        **{"trends.stressor_size.2016": 1.0, "trends.stressor_size.2020": 1.1},
    )
    about = make(store, lived, 1).about
    assert about["differences"] == {"population.size": 40, "stressor_rate": 0.7}
    assert (about["seed"], about["code"]) == (1, compilation.code_version())


@pytest.mark.parametrize("place", [0, 333, -1])
def test_a_damaged_warm_up_is_never_gone_on_from(store, place):
    make(store, scenario(), 1)
    (path,) = store.folder.glob("objects/*/*")
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert resumed(store, scenario(), 1, PEOPLE) is None
    assert store.has([warm_up_key(scenario(), 1)]) == set()


def hostile(store, **changes):
    """Keep a state that was changed by somebody who knows how to."""
    key = warm_up_key(scenario(), 1)
    state = state_in(make(store, scenario(), 1).files["state.npz"])
    arrays = {"people": state.people, "ties": state.ties}
    arrays |= {"days_lived": np.array([state.days_lived])} | changes
    content = arrays_bytes({name: each for name, each in arrays.items() if each is not None})
    store.put(KeptResult(key, "warm-up", files={"state.npz": content}))
    return state


@pytest.mark.parametrize("word", [-1, 10**9])
def test_people_that_cannot_be_are_not_gone_on_with(store, word):
    people = hostile(store).people
    assert resumed(store, scenario(), 1, PEOPLE) is not None
    hostile(store, people=np.full_like(people, word))
    assert resumed(store, scenario(), 1, PEOPLE) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"people": None},
        {"people": np.zeros(3)},
        {"ties": np.zeros((2, 3), np.int32)},
        {"ties": np.zeros(4)},
        {"days_lived": np.array([5])},
        {"days_lived": np.zeros(0, np.int64)},
        {"days_lived": np.array(["x"])},
    ],
)
def test_a_state_of_another_shape_is_none(store, changes):
    hostile(store, **changes)
    assert resumed(store, scenario(), 1, PEOPLE) is None


@pytest.mark.parametrize("files", [{}, {"state.npz": b""}, {"state.npz": b"no archive"}])
def test_what_holds_no_state_is_none(store, files):
    store.put(KeptResult(warm_up_key(scenario(), 1), "warm-up", files=files))
    assert resumed(store, scenario(), 1, PEOPLE) is None
