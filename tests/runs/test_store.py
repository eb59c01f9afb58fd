"""A store keeps what was lived, finds what is damaged, and is read the same by everybody."""

import json
import math
import os
import time

import made_up_runs
import pytest

from abm import compilation
from abm.cli.store_command import store_command
from abm.runs import store_files as store_files
from abm.runs.runner import run_missing
from abm.runs.store import RunResult, Store, differences_of, run_key, store_folder
from abm.scenario.scenario import Scenario, load_scenario

KEYS = [f"{number:064x}" for number in range(1000)]


def result(number, status="done", **given):
    values = {} if status == "failed" else {"wave": number / 3, "seldom": math.nan}
    error = "Traceback: no\n" if status == "failed" else ""
    fields = {"differences": "{}", "outcomes": values, "error": error, "seconds": 0.5}
    return RunResult(KEYS[number], number, status, **(fields | given))


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "runs")


@pytest.fixture
def filled(store):
    """Return a store of ten parts of two runs each."""
    for number in range(0, 20, 2):
        store.append([result(number), result(number + 1)])
    return store


def parts_of(store):
    return sorted(store.parts.glob("*.parquet"))


def afresh(store):
    return Store(store.folder)


# Keys


def test_a_key_says_all_that_decides_the_figures_and_nothing_else(monkeypatch):
    base = load_scenario("birth-cohort", population=50, years=2)
    same = base.model_copy(update={"name": "other", "title": "Other"})
    watched = load_scenario(
        "birth-cohort", population=50, years=2, overrides={"observation.panel_share": 0.5}
    )
    key = run_key(base, 1)
    assert len(key) == 64
    assert run_key(same, 1) == run_key(watched, 1) == key
    others = {
        run_key(base, 2),
        run_key(base, 1, "another evaluator"),
        run_key(base.with_parameters(stressor_rate=0.71), 1),
        run_key(load_scenario("birth-cohort", population=51, years=2), 1),
        run_key(
            load_scenario("birth-cohort", population=50, years=2, overrides={"opioids": "reduced"}),
            1,
        ),
    }
    monkeypatch.setattr(compilation, "code_version", lambda: "0" * 16)
    others.add(run_key(base, 1))
    assert len(others) == 6
    assert key not in others


def test_differences_have_the_names_that_set_takes():
    assert differences_of(Scenario(name="plain")) == {}
    lived = load_scenario(
        "birth-cohort",
        population=50,
        overrides={"stressor_rate": 0.7, "trends.stressor_size.2015": 1.5},
    )
    differences = differences_of(lived)
    assert differences == {
        "population.kind": "cohort",
        "population.size": 50,
        "calendar.years": 15,
        "stressor_rate": 0.7,
        "trends.stressor_size.2015": 1.5,
    }
    again = load_scenario("baseline", overrides=differences)
    assert run_key(again, 1) == run_key(lived, 1)


# Reading and writing


def test_what_is_appended_is_found(filled):
    assert filled.known(KEYS) == set(KEYS[:20])
    assert afresh(filled).known(KEYS) == set(KEYS[:20])
    wanted = [KEYS[7], KEYS[100], KEYS[2]]
    table = afresh(filled).results(wanted)
    assert table["key"].tolist() == [KEYS[7], KEYS[2]]
    assert table["seed"].tolist() == [7, 2]
    assert table["wave"].tolist() == [7 / 3, 2 / 3]
    assert table["seldom"].isna().all()
    assert "seconds" not in table
    assert filled.results(wanted, with_seconds=True)["seconds"].tolist() == [0.5, 0.5]


def test_an_empty_store_has_nothing(store):
    assert store.known(KEYS) == set()
    assert store.results(KEYS).empty
    assert store.verify().runs == 0
    assert not store.folder.exists()


def test_nothing_is_written_for_nothing(store):
    store.append([])
    assert not store.folder.exists()


def test_seeds_may_be_as_large_as_they_get(store):
    store.append([result(1, status="failed")])
    store.append([RunResult(KEYS[0], 2**64 - 1, "done", "{}", {"wave": 1.0})])
    assert store.results([KEYS[0]])["seed"].tolist() == [2**64 - 1]


def test_a_failed_run_keeps_its_traceback_and_has_no_figures(store):
    store.append([result(0), result(1, status="failed")])
    table = store.results(KEYS[:2])
    assert table["status"].tolist() == ["done", "failed"]
    assert table["error"].tolist() == ["", "Traceback: no\n"]
    assert math.isnan(table["wave"][1])
    assert store.known(KEYS, failed=False) == {KEYS[0]}


@pytest.mark.parametrize("failed_first", [True, False])
def test_of_two_results_a_done_one_counts(store, failed_first):
    pair = [result(0, status="failed"), result(0)]
    for each in pair if failed_first else reversed(pair):
        store.append([each])
    for reader in (store, afresh(store)):
        assert reader.results([KEYS[0]])["status"].tolist() == ["done"]


def test_duplicates_are_dropped_the_same_way_by_everybody(store):
    for wave in (1.0, 2.0, 3.0):
        store.append([result(0, outcomes={"wave": wave}), result(1)])
    first = store.results(KEYS[:2]).to_csv()
    store.write_index()
    assert afresh(store).results(KEYS[:2]).to_csv() == first
    assert len(afresh(store).results(KEYS[:2])) == 2


def test_runs_of_other_evaluators_bring_no_columns_of_theirs(store):
    store.append([result(0), result(1, outcomes={"ripple": 1.0})])
    assert list(store.results([KEYS[0]]).columns[5:]) == ["seldom", "wave"]
    assert list(store.results([KEYS[1]]).columns[5:]) == ["ripple"]


def test_an_outcome_may_not_be_called_like_a_column(store):
    with pytest.raises(ValueError, match="seconds"):
        store.append([result(0, outcomes={"seconds": 1.0})])


def test_the_name_of_a_part_is_the_checksum_of_its_bytes(filled):
    import hashlib

    for part in parts_of(filled):
        assert part.stem == hashlib.sha256(part.read_bytes()).hexdigest()


# Damage


def flip(path, place):
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1 << (place % 8)
    path.write_bytes(content)


def truncate(path, place):
    path.write_bytes(path.read_bytes()[: place % path.stat().st_size])


@pytest.mark.parametrize("damage", [flip, truncate])
@pytest.mark.parametrize("place", [0, 1, 5, 333, 1234, -1, -9])
@pytest.mark.parametrize("indexed", [True, False])
def test_a_damaged_part_is_set_aside_and_its_runs_are_missing(filled, damage, place, indexed):
    if indexed:
        filled.write_index()
    victim = parts_of(filled)[3]
    lost = {key for key in KEYS[:20] if filled._chosen[key][1] == victim.name}
    damage(victim, place)
    reader = afresh(filled)
    assert reader.known(KEYS) == set(KEYS[:20]) - lost
    assert len(lost) == 2
    assert not victim.exists()
    assert [path.name for path in reader.aside.iterdir()] == [f"{victim.name}-1"]
    assert len(reader.results(KEYS)) == 18


def test_what_was_damaged_is_lived_again(tmp_path):
    wanted = made_up_runs.tasks(made_up_runs.figures, seeds=[1, 2, 3])
    store = Store(tmp_path / "runs")
    for start in range(0, len(wanted), 10):
        run_missing(store, wanted[start : start + 10])
    before = made_up_runs.table(store, [task.key for task in wanted])
    flip(parts_of(store)[0], 100)
    truncate(parts_of(store)[1], 100)
    lived = run_missing(afresh(store), wanted)
    assert (lived.found, lived.done, lived.failed) == (40, 20, 0)
    assert made_up_runs.table(afresh(store), lived.keys) == before


def test_a_file_that_is_no_part_is_set_aside_though_its_name_is_right(store):
    import hashlib

    import pyarrow as pa

    store.append([result(0)])
    store_files.write_named_by_content(store.parts, "", pa.table({"key": ["a"]}))
    text = b"not a table"
    (store.parts / f"{hashlib.sha256(text).hexdigest()}.parquet").write_bytes(text)
    assert afresh(store).known(KEYS) == {KEYS[0]}
    assert len(list(store.aside.iterdir())) == 2


def test_a_part_damaged_while_it_is_used_is_not_read(filled):
    flip(parts_of(filled)[0], 50)
    assert len(filled.results(KEYS)) == 18
    assert len(filled.known(KEYS)) == 18


def test_a_part_that_goes_leaves_the_other_copy_of_a_run(store):
    for wave in (1.0, 2.0):
        store.append([result(0, outcomes={"wave": wave})])
    (store.parts / store._chosen[KEYS[0]][1]).unlink()
    assert store.known(KEYS) == {KEYS[0]}


def test_a_half_written_file_is_no_part_and_is_set_aside_when_abandoned(filled):
    partial = filled.parts / ".0123.parquet.99.partial"
    partial.write_bytes(b"half")
    assert afresh(filled).known(KEYS) == set(KEYS[:20])
    assert filled.verify().abandoned == ()
    long_ago = time.time() - 2 * store_files.ABANDONED_AFTER
    os.utime(partial, (long_ago, long_ago))
    assert filled.verify().abandoned == (partial.name,)
    assert not partial.exists()


# The index


def indexes_of(store):
    return list(store.folder.glob("index-*.parquet"))


def test_the_index_spares_reading_the_parts(filled, monkeypatch):
    filled.write_index()
    assert len(indexes_of(filled)) == 1
    expected = filled.results(KEYS).to_csv()
    reader = afresh(filled)

    def refuse(*given):
        raise AssertionError("a part was parsed")

    monkeypatch.setattr(Store, "_read_part", refuse)
    assert reader.known(KEYS) == set(KEYS[:20])
    assert reader.results(KEYS).to_csv() == expected


@pytest.mark.parametrize("damage", [flip, truncate])
def test_a_damaged_index_changes_nothing(filled, damage):
    filled.write_index()
    expected = filled.results(KEYS).to_csv()
    damage(indexes_of(filled)[0], 777)
    assert afresh(filled).results(KEYS).to_csv() == expected


def test_the_index_is_not_trusted_over_the_parts(filled):
    filled.write_index()
    parts_of(filled)[0].unlink()
    reader = afresh(filled)
    assert len(reader.known(KEYS)) == 18
    assert len(reader.results(KEYS)) == 18


def test_an_old_index_is_completed_from_the_parts(filled):
    filled.write_index()
    for number in range(20, 30):
        filled.append([result(number)])
    reader = afresh(filled)
    assert len(reader.results(KEYS)) == 30
    reader.write_index()
    assert len(indexes_of(filled)) == 1
    assert len(afresh(filled).results(KEYS)) == 30


def test_the_index_is_made_anew_as_parts_come(store, monkeypatch):
    monkeypatch.setattr("abm.runs.store.PARTS_PER_INDEX", 5)
    for number in range(12):
        store.append([result(number)])
    assert len(indexes_of(store)) == 1
    assert len(store._indexed) == 10


# The command


def test_verify_counts_and_indexes_anew(filled):
    flip(parts_of(filled)[0], 50)
    report = filled.verify()
    assert (report.parts, report.runs, report.failed, len(report.damaged)) == (9, 18, 0, 1)
    assert report.size == sum(part.stat().st_size for part in parts_of(filled))
    assert filled.verify().damaged == ()
    assert len(indexes_of(filled)) == 1


def test_the_command_lists_and_checks(tmp_path, capsys):
    store = Store(store_folder(tmp_path))
    wanted = made_up_runs.tasks(made_up_runs.figures_but_fail_at_three, rates=[0.5, 0.6])
    run_missing(store, wanted)
    assert store_command(tmp_path, verify=True, as_json=False) == 0
    shown = capsys.readouterr()
    assert "stressor_rate" in shown.out
    assert "10 runs in 1 part" in shown.out
    assert "Every part is whole" in shown.out
    assert "seed 3 failed: ValueError: the third seed is never lived" in shown.err
    flip(parts_of(store)[0], 9)
    assert store_command(tmp_path, verify=True, as_json=True) == 1
    described = json.loads(capsys.readouterr().out)
    assert described["runs"] == 0
    assert len(described["verified"]["damaged"]) == 1


def test_the_command_tells_versions_of_the_code_apart(tmp_path, capsys, monkeypatch):
    wanted = made_up_runs.tasks(made_up_runs.figures, rates=[0.5])
    store = Store(store_folder(tmp_path))
    with monkeypatch.context() as patched:
        patched.setattr(compilation, "code_version", lambda: "0" * 16)
        run_missing(store, wanted)
    run_missing(store, wanted[:2])
    store_command(tmp_path, verify=False, as_json=True)
    groups = json.loads(capsys.readouterr().out)["groups"]
    assert [(group["runs"], group["is_current"]) for group in groups] == [
        (5, False),
        (2, True),
    ] or [(group["runs"], group["is_current"]) for group in groups] == [(2, True), (5, False)]


def test_the_command_says_when_there_is_nothing(tmp_path, capsys):
    assert store_command(tmp_path / "none", verify=True, as_json=False) == 0
    assert "Nothing has been computed" in capsys.readouterr().out
    assert not (tmp_path / "none").exists()
