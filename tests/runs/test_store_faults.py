"""A store survives kills, full disks and damage, and trusts nothing that it did not write."""

import hashlib
import json
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import time
from pathlib import Path

import made_up_results
import pytest
from made_up_results import KEYS, row, with_files

from abm.runs.result_store import KeptResult, ResultStore, StoreError

DATABASE = "results.sqlite"


@pytest.fixture
def store(tmp_path):
    return ResultStore(tmp_path / "store")


ROWS, ALL = range(100), range(103)


def fill(store):
    store.put_many([row(number) for number in ROWS])
    store.put_many([with_files(number) for number in ALL[len(ROWS) :]])


@pytest.fixture(scope="module")
def filled_once(tmp_path_factory):
    store = ResultStore(tmp_path_factory.mktemp("filled") / "store")
    fill(store)
    return store.folder


@pytest.fixture
def filled(store, filled_once):
    """Return a store of many rows of figures and some with files."""
    shutil.copytree(filled_once, store.folder)
    return store


def what_is_there(folder):
    """Read everything in every way; return the numbers of the results, each checked."""
    store = ResultStore(folder)
    there = store.has(KEYS)
    assert set(store.frame(KEYS)["key"]) <= there
    found = {n for n, key in enumerate(KEYS[:200]) if (got := store.get(key)) and same(n, got)}
    assert {result.key for result in store.list()} == {KEYS[number] for number in found}
    assert store.has(KEYS, whole=True) == store.has(KEYS) == {KEYS[number] for number in found}
    assert store.verify().lost == 0
    return found


def same(number, result):
    expected = with_files(number) if result.kind == "warm-up" else row(number)
    assert repr(result) == repr(expected)
    return True


def flip(path, place):
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1 << (place % 8)
    path.write_bytes(content)


def truncate(path, place):
    path.write_bytes(path.read_bytes()[: place % path.stat().st_size])


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("damage", [flip, truncate])
def test_a_damaged_database_loses_little_and_tells_no_lie(filled, damage, seed):
    path = filled.folder / DATABASE
    damage(path, random.Random(seed).randrange(10**9))
    reader = ResultStore(filled.folder)
    for number, key in enumerate(KEYS[: len(ALL)]):
        found = reader.get(key)
        assert found is None or same(number, found)
    assert set(reader.frame(KEYS)["key"]) <= set(KEYS[: len(ALL)])
    assert {result.key for result in reader.list()} <= set(KEYS[: len(ALL)])
    reader.verify()
    assert what_is_there(filled.folder) <= set(ALL)
    fill(filled)
    assert what_is_there(filled.folder) == set(ALL)


@pytest.mark.parametrize("occurrence", [0, 1])
@pytest.mark.parametrize("word", [b'["wave"', KEYS[7].encode()])
def test_what_stands_in_a_table_and_in_its_index_may_differ_and_is_put_anew(
    store, word, occurrence
):
    store.put_many([row(number) for number in range(30)])
    path = store.folder / DATABASE
    content = bytearray(path.read_bytes())
    place = -1
    for _ in range(occurrence + 1):
        place = content.index(word, place + 1)
    content[place + 5] ^= 1
    path.write_bytes(content)
    store.put_many([row(number) for number in range(30)])
    assert what_is_there(store.folder) == set(range(30))


def test_one_flipped_bit_seldom_costs_more_than_its_page(filled):
    whole = (filled.folder / DATABASE).read_bytes()
    lost = []
    for seed in range(20):
        (filled.folder / DATABASE).write_bytes(whole)
        flip(filled.folder / DATABASE, random.Random(seed).randrange(10**9))
        lost.append(len(ALL) - len(ResultStore(filled.folder).has(KEYS)))
    assert sorted(lost)[len(lost) * 3 // 4] <= 40, lost


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("damage", [flip, truncate])
def test_a_damaged_file_is_set_aside_and_its_result_is_missing(filled, damage, seed):
    victim = random.Random(seed).choice(sorted(filled.folder.glob("objects/*/*")))
    damage(victim, seed * 977)
    assert len(filled.has(KEYS)) == len(ALL)
    report = filled.verify()
    assert (report.results, report.lost, report.set_aside) == (
        len(ALL) - 1,
        1,
        (f"{victim.name}-1",),
    )
    assert not victim.exists()
    assert len(what_is_there(filled.folder)) == len(ALL) - 1


def test_a_damaged_file_is_written_anew(filled):
    victim = next(filled.folder.glob("objects/*/*"))
    flip(victim, 5)
    fill(filled)
    assert len(what_is_there(filled.folder)) == len(ALL)


# What others wrote


def rewritten(store, **columns):
    """Change columns of the row of key 0, its checksum made right again."""
    database = sqlite3.connect(store.folder / DATABASE)
    names = ("key", "kind", "status", "about", "figures", "files")
    found = database.execute(f"SELECT {', '.join(names)} FROM results WHERE key = ?", KEYS[:1])
    whole = dict(zip(names, found.fetchone(), strict=True)) | columns
    listed = database.execute("SELECT names FROM figure_names").fetchone()[0]
    text = [whole["key"], whole["kind"], whole["status"], whole["about"], listed, whole["files"]]
    with_errors = "\0".join(map(str, text)).encode(errors="surrogatepass")
    figures = whole["figures"] if isinstance(whole["figures"], bytes) else b""
    sum_ = hashlib.sha256(with_errors + b"\0" + figures).digest()
    for name, value in (columns | {"checksum": sum_}).items():
        database.execute(f"UPDATE results SET {name} = ? WHERE id = 1", [value])
    database.commit()
    database.close()


HUGE = json.dumps({"a": ["0" * 64, 2**40]})
ODD_ROWS = [
    {"about": "not JSON"},
    {"about": "[]"},
    {"about": "null"},
    {"about": "[" * 100_000},
    {"about": '{"seed": ' + "9" * 10_000 + "}"},
    {"about": json.dumps({"error": "x" * 2_000_000})},
    {"status": "perhaps"},
    {"status": 7},
    {"kind": "Kind \x1b[31m"},
    {"figures": b"1234567"},
    {"figures": "text"},
    {"files": '["a"]'},
    {"files": json.dumps({"../../outside": ["0" * 64, 1]})},
    {"files": json.dumps({"a": ["../../outside", 1]})},
    {"files": json.dumps({"a": ["0" * 64, -1]})},
    {"files": json.dumps({"a": ["0" * 64, "1"]})},
    {"files": HUGE},
    {"key": "nul\0and more"},
]


@pytest.mark.parametrize("columns", ODD_ROWS, ids=lambda columns: str(columns)[:30])
def test_a_row_that_no_store_wrote_counts_for_nothing_though_its_checksum_is_right(store, columns):
    store.put_many([row(number) for number in range(3)])
    rewritten(store, **columns)
    reader = ResultStore(store.folder)
    assert reader.get(KEYS[0]) is None
    assert what_is_there(store.folder) == {1, 2}
    store.put(row(0))
    assert what_is_there(store.folder) == {0, 1, 2}


def test_a_huge_value_is_never_read_and_costs_no_more_than_its_neighbour(store):
    store.put_many([row(number) for number in range(9)])
    rewritten(store, figures=b"\0" * (1 << 25))
    assert {2, 3, 4, 5, 6, 7, 8} <= what_is_there(store.folder) <= set(range(1, 9))


def as_text(path):
    path.write_text("this is no database\n" * 100)


def as_write_ahead(path):
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.close()


def with_sql(statement):
    def change(path):
        database = sqlite3.connect(path)
        database.executescript(statement)
        database.close()

    return change


def as_folder(path):
    path.unlink()
    path.mkdir()


def as_pipe(path):
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "change",
    [
        as_text,
        as_write_ahead,
        as_folder,
        as_pipe,
        with_sql("DROP TABLE results"),
        with_sql("DROP TABLE results; CREATE TABLE results (key, kind)"),
        with_sql("CREATE TRIGGER t AFTER INSERT ON results BEGIN DELETE FROM results; END"),
        with_sql("DROP TABLE results; CREATE VIEW results AS SELECT 1 AS id"),
    ],
)
def test_a_database_that_is_not_ours_is_set_aside_as_a_whole(store, change):
    store.put(row(0))
    change(store.folder / DATABASE)
    assert store.has(KEYS) == set()
    store.put(row(1))
    assert what_is_there(store.folder) == {1}
    assert (store.folder / "set-aside" / f"{DATABASE}-1").exists()


def test_a_journal_that_names_a_file_to_delete_is_not_followed(store, tmp_path):
    """SQLite removes the super-journal that a hot journal names at its end."""
    store.put(row(0))
    victim = tmp_path / "precious.txt"
    victim.write_text("precious")
    name = str(victim).encode()
    magic = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
    end = b"\xff\xff\xff\xff" + name + len(name).to_bytes(4, "big")
    end += (sum(name) % 2**32).to_bytes(4, "big") + magic
    (store.folder / f"{DATABASE}-journal").write_bytes(magic + b"\0" * 504 + end)
    store.has(KEYS)
    store.put(row(1))
    assert victim.read_text() == "precious"
    assert KEYS[1] in store.has(KEYS)


A_FOLDER = hashlib.sha256(with_files(3).files["a.npz"]).hexdigest()[:2]
LINKED = [
    DATABASE,
    f"{DATABASE}-new",
    f"{DATABASE}-new-journal",
    f"{DATABASE}-journal",
    "lock",
    "objects",
    "set-aside",
    "busy",
    f"objects/{A_FOLDER}",
]


@pytest.mark.parametrize("name", LINKED)
def test_no_link_is_followed_for_writing_or_deleting(store, tmp_path, name):
    store.put_many([row(0), with_files(1)])
    outside = tmp_path / "outside"
    is_file = name.startswith("results") or name == "lock"
    if is_file:
        outside.write_text("precious")
    else:
        outside.mkdir()
        (outside / "precious").write_text("precious")
    place = store.folder / name
    if place.is_dir():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    place.symlink_to(outside)
    reader = ResultStore(store.folder)
    reader.claim(KEYS[:2])
    reader.put_many([row(2), *(with_files(number) for number in range(3, 6))])
    flip(next(store.folder.glob("objects/*/*")), 3)
    reader.verify()
    reader.clear()
    assert (outside if is_file else outside / "precious").read_text() == "precious"
    assert is_file or os.listdir(outside) == ["precious"]


def test_a_file_that_is_a_link_or_a_pipe_is_not_read(store, tmp_path):
    content = b"x" * 100
    for number, replace in enumerate((lambda p: p.symlink_to(tmp_path / "same"), os.mkfifo)):
        (tmp_path / "same").write_bytes(content)
        store.put(KeptResult(KEYS[number], "world", files={"a": content}))
        path = next(store.folder.glob("objects/*/*"))
        path.unlink()
        replace(path)
        assert store.get(KEYS[number]) is None
        assert (tmp_path / "same").read_bytes() == content


# Processes and disks


def test_kills_lose_nothing_that_was_kept(store, start):
    """Two writers at once, killed twenty times at moments that look random."""
    said = set()
    for number in range(10):
        pair = [start("for-ever", store.folder, 300 * k) for k in (0, 1)]
        lines = [process.stdout.readline() for process in pair]
        time.sleep(0.25 * random.Random(number).random())
        for process, line in zip(pair, lines, strict=True):
            process.kill()
            rest = process.communicate()[0]
            for word in (line + rest).split():
                said.update(range(int(word), int(word) + 3))
    reader = ResultStore(store.folder)
    kept = {made_up_results.key(number) for number in said}
    assert kept <= {result.key for result in reader.list()}
    report = reader.verify()
    assert (report.lost, report.set_aside) == (0, ())
    assert reader.has(kept, whole=True) == kept
    assert reader.claim(KEYS) == set(KEYS)


def test_a_full_disk_is_one_clear_error_and_damages_nothing(small_disk):
    store = ResultStore(small_disk / "store")
    numbers = iter(range(0, 1000, 2))
    caught = None
    while caught is None:
        last = next(numbers)
        try:
            store.put_many([row(last), with_files(last + 1)])
        except StoreError as error:
            caught = str(error)
    assert caught.startswith("cannot store results in")
    assert caught.endswith("goes on from there")
    assert "\n" not in caught
    assert last >= 10
    assert not list(store.folder.rglob("*.partial"))
    assert what_is_there(store.folder) == set(range(last))
    store.clear("warm-up")
    store.put(row(last))
    assert len(ResultStore(store.folder).has(KEYS)) == last // 2 + 1


@pytest.mark.parametrize("limit", [3_000, 50_000])
def test_a_write_that_fails_midway_leaves_nothing(store, start, limit):
    """A limit on the size of files: the write fails after its first bytes are written."""
    told, _ = start("fill", store.folder, limit).communicate()
    number, complaint = told.split(maxsplit=1)
    assert complaint.startswith("cannot store results in")
    assert complaint.count("\n") == 1
    assert not list(store.folder.rglob("*.partial"))
    assert what_is_there(store.folder) == set(range(int(number)))
    store.put(row(900))
    assert KEYS[900] in store.has(KEYS)


@pytest.fixture
def read_only(filled):
    """Return a function that makes a store one that can only be read."""
    folder = str(filled.folder)
    mounted = []

    def make():
        if os.getuid():
            for path in (filled.folder, *filled.folder.rglob("*")):
                path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o555)
            return
        bind = ["mount", "--bind", folder, folder]
        again = ["mount", "-o", "remount,bind,ro", folder]
        if subprocess.run(bind, capture_output=True).returncode:
            pytest.skip("cannot mount here")
        mounted.append(folder)
        subprocess.run(again, check=True)

    yield make
    for place in mounted:
        subprocess.run(["umount", place], check=True)
    for path in (Path(folder), *Path(folder).rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)


@pytest.mark.parametrize("is_damaged", [False, True])
def test_what_can_only_be_read_is_read(filled, read_only, is_damaged):
    victim = next(filled.folder.glob("objects/*/*"))
    if is_damaged:
        flip(victim, 9)
    read_only()
    reader = ResultStore(filled.folder)
    assert reader.has(KEYS) == set(KEYS[: len(ALL)])
    assert len(reader.has(KEYS, whole=True)) == len(ALL) - is_damaged
    assert len(reader.frame(KEYS)) == len(ALL)
    with pytest.raises(StoreError, match="cannot store results in") as caught:
        reader.put(row(500))
    assert "\n" not in str(caught.value)
    with pytest.raises(StoreError):
        reader.claim(KEYS[:1])


def test_a_database_that_is_none_and_can_only_be_read_has_nothing(filled, read_only):
    as_text(filled.folder / DATABASE)
    read_only()
    assert ResultStore(filled.folder).has(KEYS) == set()
