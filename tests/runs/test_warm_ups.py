"""Warm-ups are shared by those who agree up to the start, and no damage is ever gone on from."""

import json
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm import compilation
from abm.cli.store_command import store_command
from abm.runs import store_files as store_files
from abm.runs.store_files import StoreError
from abm.runs.warm_up_files import is_whole, read_header, read_state, write_state
from abm.runs.warm_ups import WarmUps, warm_up_key, warm_ups_folder
from abm.scenario.scenario import load_scenario
from abm.simulation.record import Logs
from abm.simulation.run import run
from abm.simulation.world import World
from abm.simulation.world_state import WorldState

PEOPLE = Logs(people=True)
KEY = "k" * 64


def scenario(people=30, years=1, name="baseline", **more):
    return load_scenario(name, population=people, years=years, overrides=more)


def trend(factors, name="stressor_rate"):
    return scenario(**{f"trends.{name}.{year}": factor for year, factor in factors.items()})


@pytest.fixture
def warm_ups(tmp_path):
    return WarmUps(warm_ups_folder(tmp_path))


def files_of(warm_ups):
    return sorted(warm_ups.folder.glob("*.npz"))


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
    monkeypatch.setattr(compilation, "code_version", lambda: "0" * 16)
    keys.append(warm_up_key(scenario(), 1))
    assert len(set(keys)) == len(keys)


def test_a_cohort_has_no_warm_up(warm_ups):
    cohort = scenario(name="birth-cohort")
    assert warm_ups.key(cohort, 1) is None
    assert not warm_ups.make(cohort, 1)
    assert warm_ups.world(cohort, 1, PEOPLE).days_lived == 0
    assert not warm_ups.folder.exists()


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


# Files


def state(size=500):
    people = np.arange(size, dtype=np.int64) * 7
    return WorldState(people, np.array([[0, 1], [1, 2]], np.int32), 100)


def flip(path, place):
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1 << (place % 8)
    path.write_bytes(content)


def truncate(path, place):
    path.write_bytes(path.read_bytes()[: place % path.stat().st_size])


def test_what_is_written_is_read(tmp_path):
    path = write_state(tmp_path, KEY, {"seed": 2**64 - 1}, state())
    assert is_whole(path)
    assert read_header(path).seed == 2**64 - 1
    found = read_state(path, KEY)
    assert found.people.tobytes() == state().people.tobytes()
    assert found.friendships.tobytes() == state().friendships.tobytes()
    assert found.days_lived == 100


def test_the_same_state_is_the_same_file_and_nothing_in_it_is_pickled(tmp_path):
    first = write_state(tmp_path / "a", KEY, {}, state())
    second = write_state(tmp_path / "b", KEY, {}, state())
    assert first.name == second.name
    with np.load(first, allow_pickle=False) as arrays:
        assert {arrays[name].dtype.hasobject for name in arrays} == {False}


@pytest.mark.parametrize("damage", [flip, truncate])
@pytest.mark.parametrize("place", [0, 1, 5, 333, 1234, -1, -9])
def test_a_damaged_file_is_never_read(tmp_path, damage, place):
    path = write_state(tmp_path, KEY, {}, state())
    damage(path, place)
    assert not is_whole(path)
    assert read_state(path, KEY) is None
    read_header(path)  # says nothing or something, but does not fail


def test_a_file_under_the_name_of_another_is_not_read(tmp_path):
    path = write_state(tmp_path, KEY, {}, state())
    other = path.rename(path.with_name("l" * 64 + path.name[64:]))
    assert read_state(other, "l" * 64) is None


def test_a_file_that_is_no_warm_up_is_not_read_though_its_name_is_right(tmp_path):
    text = b"not an archive"
    path = tmp_path / f"{KEY}-{sha256(text).hexdigest()}.npz"
    path.write_bytes(text)
    assert read_state(path, KEY) is None
    assert read_header(path) is None


def test_of_a_file_that_cannot_be_written_nothing_is_left(tmp_path, monkeypatch):
    def no_room(file, **arrays):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", no_room)
    with pytest.raises(StoreError, match="No space left"):
        write_state(tmp_path, KEY, {}, state())
    assert list(tmp_path.iterdir()) == []


# Making and using


def test_a_warm_up_is_lived_once(warm_ups):
    assert warm_ups.make(scenario(), 1)
    assert not warm_ups.make(scenario(years=3), 1)
    assert warm_ups.make(scenario(), 2)
    assert len(files_of(warm_ups)) == 2
    assert list(warm_ups.busy.iterdir()) == []


def test_a_branch_is_bit_for_bit_a_whole_life(warm_ups):
    whole = World(scenario(), 4, PEOPLE)
    record = run(scenario(), 4, PEOPLE, world=whole)
    for _ in range(2):  # lived, then kept
        world = warm_ups.world(scenario(), 4, PEOPLE)
        assert world.date == world.start
        branched = run(scenario(), 4, PEOPLE, world=world)
        assert world.people.tobytes() == whole.people.tobytes()
        assert branched.people.equals(record.people)
        assert branched.curves.equals(record.curves)
    assert len(files_of(warm_ups)) == 1


@pytest.mark.parametrize("damage", [flip, truncate])
def test_a_damaged_warm_up_is_set_aside_and_lived_again(warm_ups, damage):
    warm_ups.make(scenario(), 1)
    before = files_of(warm_ups)[0].read_bytes()
    damage(files_of(warm_ups)[0], 3456)
    world = warm_ups.world(scenario(), 1)
    assert [path.read_bytes() for path in files_of(warm_ups)] == [before]
    assert len(list(warm_ups.aside.iterdir())) == 1
    assert world.people.tobytes() == warm_ups.world(scenario(), 1).people.tobytes()
    damage(files_of(warm_ups)[0], 4567)
    assert warm_ups.make(scenario(), 1)
    assert [path.read_bytes() for path in files_of(warm_ups)] == [before]


@pytest.mark.parametrize("word", [-1, 10**9])
def test_a_warm_up_of_people_that_cannot_be_is_set_aside_and_lived_again(warm_ups, word):
    """Its name carries its own checksum, so that only what it says shows that it was made up."""
    warm_ups.make(scenario(), 1)
    (path,) = files_of(warm_ups)
    before, found = path.read_bytes(), read_state(path, path.name[:64])
    path.unlink()
    header = {"seed": 1, "people": 30, "start": "", "differences": {}, "code": "c"}
    hostile = replace(found, people=np.full_like(found.people, word))
    write_state(warm_ups.folder, path.name[:64], header, hostile)
    world = warm_ups.world(scenario(), 1)
    assert world.people["present"].all()
    assert [each.read_bytes() for each in files_of(warm_ups)] == [before]
    assert len(list(warm_ups.aside.iterdir())) == 1


@pytest.mark.parametrize("text", ["[" * 100_000, '{"days_lived": Infinity}', "[]", "null", "\xff"])
def test_a_header_of_another_shape_is_no_header(tmp_path, text):
    arrays = {"header": np.frombuffer(text.encode("latin-1"), np.uint8)}
    np.savez(tmp_path / "a.npz", **arrays, people=np.zeros(3, np.int64))
    assert read_header(tmp_path / "a.npz") is None
    sum_ = sha256((tmp_path / "a.npz").read_bytes()).hexdigest()
    path = (tmp_path / "a.npz").rename(tmp_path / f"{KEY}-{sum_}.npz")
    assert read_state(path, KEY) is None
    warm_ups = WarmUps(tmp_path)
    assert warm_ups.kept() == []
    assert store_command(tmp_path, verify=True, as_json=False) == 0


@pytest.mark.parametrize("name", ["set-aside", ""])
def test_clearing_removes_nothing_by_way_of_a_link(tmp_path, name, capsys):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for each in ("precious.txt", "precious-1.npz"):
        (elsewhere / each).write_text("precious")
    folder = warm_ups_folder(tmp_path)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).symlink_to(elsewhere)
    store_command(tmp_path, verify=True, as_json=False, clear_warm_ups=True)
    assert len(list(elsewhere.iterdir())) == 2


def test_a_missing_warm_up_is_lived_again(warm_ups):
    warm_ups.make(scenario(), 1)
    files_of(warm_ups)[0].unlink()
    assert warm_ups.world(scenario(), 1).days_lived > 5000
    assert len(files_of(warm_ups)) == 1


def test_a_full_disk_stops_keeping_but_not_living(warm_ups, monkeypatch):
    def refuse(*given):
        raise StoreError("cannot keep a warm-up: No space left on device")

    monkeypatch.setattr("abm.runs.warm_ups.write_state", refuse)
    assert warm_ups.world(scenario(), 1).days_lived > 5000
    with pytest.raises(StoreError):
        warm_ups.make(scenario(), 1)


def make_one(folder):
    """Make one warm-up in a process of its own."""
    return WarmUps(Path(folder)).make(scenario(people=60), 9)


def test_of_two_processes_one_lives_and_the_other_waits(warm_ups):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        lived = list(pool.map(make_one, [warm_ups.folder] * 2))
    assert sorted(lived) == [False, True]
    assert len(files_of(warm_ups)) == 1
    assert warm_ups.verify().whole == 1


# The command


def test_the_command_lists_checks_and_clears(tmp_path, capsys):
    warm_ups = WarmUps(warm_ups_folder(tmp_path))
    for seed in (1, 2):
        warm_ups.make(scenario(stressor_rate=0.7), seed)
    assert store_command(tmp_path, verify=True, as_json=False) == 0
    shown = capsys.readouterr().out
    assert "stressor_rate" in shown
    assert "2 warm-ups" in shown
    flip(files_of(warm_ups)[0], 999)
    assert store_command(tmp_path, verify=True, as_json=True) == 1
    found = json.loads(capsys.readouterr().out)["warm_ups"]
    assert (found["number"], len(found["verified"]["damaged"])) == (1, 1)
    assert found["bytes"] == files_of(warm_ups)[0].stat().st_size
    assert [group["is_current"] for group in found["groups"]] == [True]
    assert store_command(tmp_path, verify=False, as_json=False, clear_warm_ups=True) == 0
    assert "Removed 2 files of warm-ups." in capsys.readouterr().out
    assert warm_ups.kept() == []


def test_half_written_files_are_set_aside_when_abandoned(tmp_path):
    write_state(tmp_path, KEY, {}, state())
    partial = tmp_path / f".{KEY}.99.partial"
    partial.write_bytes(b"half")
    warm_ups = WarmUps(tmp_path)
    assert warm_ups.verify().abandoned == ()
    long_ago = time.time() - 2 * store_files.ABANDONED_AFTER
    os.utime(partial, (long_ago, long_ago))
    assert warm_ups.verify().abandoned == (partial.name,)


def test_clearing_nothing_removes_nothing(tmp_path, capsys):
    assert store_command(tmp_path, verify=False, as_json=False, clear_warm_ups=True) == 0
    assert "Removed 0 files" in capsys.readouterr().out
    assert not (tmp_path / "store").exists()
