"""A store keeps what was put, finds what is damaged, and is read the same by everybody."""

import json
import math
import os
import struct

import made_up_results
import pytest
from made_up_results import KEYS, SEVERAL, failed, figures, row, with_files

from abm.runs.result_store import KeptResult, ResultStore, StoreError


@pytest.fixture
def store(tmp_path):
    return ResultStore(tmp_path / "store")


def afresh(store):
    return ResultStore(store.folder)


def bits(values):
    return {name: struct.pack("<d", value) for name, value in values.items()}


def test_what_is_put_is_found_to_the_last_bit(store):
    store.put_many([row(number) for number in range(SEVERAL)])
    store.put(with_files(100))
    for number in range(SEVERAL):
        found = afresh(store).get(KEYS[number])
        assert bits(found.figures) == bits(figures(number))
        assert (found.kind, found.status, found.about) == ("run", "done", {"seed": number})
    assert store.get(KEYS[100]) == with_files(100)
    assert store.get(KEYS[101]) is None


def test_an_empty_store_has_nothing_and_is_not_made(store):
    assert store.has(KEYS) == set()
    assert store.get(KEYS[0]) is None
    assert store.frame(KEYS).empty
    assert store.list() == ()
    assert store.verify().results == store.size() == store.clear() == 0
    store.put_many([])
    assert not store.folder.exists()


def test_a_frame_has_a_row_a_known_key_in_the_order_of_the_keys(store):
    store.put_many([row(number) for number in range(10)])
    store.put_many([failed(10), KeptResult(KEYS[11], "run", figures={"other": 2.0})])
    table = store.frame([KEYS[7], KEYS[500], KEYS[10], KEYS[2], KEYS[11], KEYS[7]], ["seed"])
    assert table["key"].tolist() == [KEYS[n] for n in (7, 10, 2, 11, 7)]
    assert list(table) == ["key", "status", "seed", "wave", "third", "odd", "other"]
    assert table["status"].tolist() == ["done", "failed", "done", "done", "done"]
    assert table["third"].tolist()[::2] == [7 / 3, 2 / 3, 7 / 3]
    assert math.isnan(table["third"][1])
    assert math.isnan(table["other"][0])
    assert table["odd"][2] == -math.inf


def test_seeds_may_be_as_large_as_they_get(store):
    store.put(KeptResult(KEYS[0], "run", about={"seed": 2**64 - 1}))
    assert store.frame(KEYS, ["seed"])["seed"].tolist() == [2**64 - 1]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_results_a_done_one_counts(store, order):
    for result in (failed(0), row(0))[::order]:
        store.put(result)
    assert afresh(store).get(KEYS[0]).status == "done"
    assert len(store.list()) == 1


def test_a_new_result_takes_the_place_of_one_that_is_done(store):
    for value in (1.0, 2.0):
        store.put(KeptResult(KEYS[0], "run", figures={"wave": value}))
    assert store.get(KEYS[0]).figures == {"wave": 2.0}


def test_a_failed_result_counts_only_where_it_is_to(store):
    store.put_many([row(0), failed(1)])
    assert store.has(KEYS) == set(KEYS[:2])
    assert store.has(KEYS, failed=False) == {KEYS[0]}
    assert store.get(KEYS[1]).about["error"] == "Traceback: no\n"


def test_many_keys_are_looked_up_at_once(store):
    store.put_many([row(number) for number in range(SEVERAL)])
    wanted = [made_up_results.key(number) for number in range(50_000)]
    assert store.has(wanted) == set(KEYS[:SEVERAL])


def test_kinds_are_listed_measured_and_cleared_apart(store):
    store.put_many([row(0), with_files(1), with_files(2)])
    assert {result.key for result in store.list("warm-up")} == set(KEYS[1:3])
    assert store.list("warm-up")[0].files == {}
    contents = sum(len(each) for n in (1, 2) for each in with_files(n).files.values())
    database = (store.folder / "results.sqlite").stat().st_size
    assert store.size() == contents + database
    assert store.clear("warm-up") == 2
    assert store.has(KEYS) == {KEYS[0]}
    assert list(store.folder.rglob("objects/*/*")) == []
    assert store.clear() == 1


def test_some_are_removed_and_nothing_of_others(store):
    store.put_many([row(0), with_files(1), with_files(2)])
    store.remove(KEYS[:2])
    assert store.has(KEYS, whole=True) == {KEYS[2]}
    kept = [path.stat().st_size for path in store.folder.glob("objects/*/*")]
    assert sum(kept) == sum(map(len, with_files(2).files.values()))
    afresh(store).remove([KEYS[5]])
    assert store.get(KEYS[2]) == with_files(2)


def test_a_file_that_two_results_share_stays_as_long_as_one_of_them(store):
    same = with_files(1).files
    store.put_many(
        [KeptResult(KEYS[0], "run", files=same), KeptResult(KEYS[1], "world", files=same)]
    )
    store.clear("run")
    assert store.get(KEYS[1]).files == same


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "0" * 63},
        {"key": "../../" + "0" * 58},
        {"kind": "Kind\n"},
        {"status": "perhaps"},
        {"figures": {"wave\x1b[31m": 1.0}},
        {"figures": {"status": 1.0}},
        {"files": {"../escape": b""}},
        {"files": {"": b""}},
        {"about": {str(number): "x" * 99_000 for number in range(20)}},
    ],
)
def test_what_has_no_proper_form_is_refused(store, wrong):
    with pytest.raises(ValueError, match="cannot be kept"):
        store.put_many([row(1), KeptResult(**{"key": KEYS[0], "kind": "run"} | wrong)])
    assert store.has(KEYS) == set()


def test_text_comes_back_without_control_characters(store):
    odd = "a\x1b[31mred\x00\x7f\x9b\ud800\n\tend"
    store.put(KeptResult(KEYS[0], "run", about={"error": odd, "list": [odd], odd: 1}))
    about = store.get(KEYS[0]).about
    shown = "a\ufffd[31mred\ufffd\ufffd\ufffd\ufffd\n\tend"
    assert about == {"error": shown, "list": [shown], shown: 1}


def test_numbers_of_numpy_are_plain_numbers(store):
    import numpy as np

    about = {"seed": np.uint64(2**64 - 1), "seconds": np.float64(0.5)}
    store.put(KeptResult(KEYS[0], "run", about=about, figures={"wave": np.float64(1 / 3)}))
    assert store.get(KEYS[0]).about == {"seed": 2**64 - 1, "seconds": 0.5}
    assert store.get(KEYS[0]).figures == {"wave": 1 / 3}


def test_a_very_long_error_is_cut(store):
    store.put(KeptResult(KEYS[0], "run", about={"error": "x" * 10**7}))
    assert len(store.get(KEYS[0]).about["error"]) == 100_000


# Claims


def test_a_claim_is_one_process_s_until_it_is_put_or_released(store):
    mine, other = afresh(store), afresh(store)
    assert mine.claim(KEYS[:3]) == set(KEYS[:3])
    assert other.claim(KEYS[1:5]) == set(KEYS[3:5])
    assert mine.claim(KEYS[:3]) == set(KEYS[:3])
    mine.release([KEYS[1], KEYS[3]])
    mine.put(row(2))
    assert other.claim(KEYS[:5]) == {KEYS[1], KEYS[2], KEYS[3], KEYS[4]}


def test_a_claim_ends_with_its_process(store, start):
    process = start("for-ever", store.folder, 0)
    process.stdout.readline()
    process.kill()
    process.wait()
    assert store.claim(KEYS) == set(KEYS)
    assert len(os.listdir(store.folder / "busy")) == 1


def test_a_claim_ends_with_its_store(store):
    other = afresh(store)
    assert other.claim(KEYS[:1])
    assert not store.claim(KEYS[:1])
    del other
    assert store.claim(KEYS[:1])


def test_where_files_cannot_be_locked_nothing_counts_as_claimed(store, monkeypatch):
    from abm.io import locks

    def unsupported(descriptor, operation):
        raise OSError("No locks available")

    monkeypatch.setattr(locks.fcntl, "flock", unsupported)
    assert afresh(store).claim(KEYS[:2]) == store.claim(KEYS[:2]) == set(KEYS[:2])
    store.put(row(0))
    assert store.has(KEYS) == {KEYS[0]}


# Checking


def test_a_check_removes_what_was_never_finished_and_counts(store):
    store.put_many([row(0), with_files(1), failed(2)])
    (store.folder / "objects" / "ab").mkdir(exist_ok=True)
    (store.folder / "objects" / "ab" / ("ab" * 32)).write_bytes(b"named by nothing")
    (store.folder / "objects" / "ab" / ".half.partial").write_bytes(b"half")
    (store.folder / "objects" / "ab" / "folder").mkdir()
    report = store.verify()
    assert (report.results, report.failed, report.lost) == (3, 1, 0)
    assert report.set_aside == ("folder-1",)
    assert report.size == store.size()
    assert os.listdir(store.folder / "objects" / "ab") == []
    assert store.get(KEYS[1]) == with_files(1)


def test_the_database_is_plain_sqlite_and_nothing_is_pickled(store):
    import sqlite3

    store.put(row(1))
    database = sqlite3.connect(store.folder / "results.sqlite")
    [(key, about, figures_)] = database.execute("SELECT key, about, figures FROM results")
    assert (key, json.loads(about)) == (KEYS[1], {"seed": 1})
    assert struct.unpack("<3d", figures_)[0] == figures(1)["wave"]


def test_an_impossible_folder_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file" / "store", tmp_path / ("x" * 300)):
        with pytest.raises(StoreError) as caught:
            ResultStore(folder).put(row(0))
        assert "\n" not in str(caught.value)
