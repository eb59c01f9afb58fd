"""Tables appear whole or not at all, and the same data give the same bytes."""

import errno
import os

import hand_made
import numpy as np
import pandas as pd
import pytest

from abm.io import tables
from abm.io.tables import (
    TableError,
    atomic,
    checksum,
    csv_bytes,
    join_csv,
    join_parquet,
    read_curves,
    write_bytes,
    write_json,
    write_parquet,
)


@pytest.fixture
def record():
    return hand_made.record(hand_made.scenario(size=500))


class FullDisk:
    """A file on a disk that takes some bytes and then no more."""

    def __init__(self, file, room):
        self._file, self._room = file, room

    def write(self, content):
        self._room -= len(content)
        if self._room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._file.write(content)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._file.close()

    def __getattr__(self, name):
        return getattr(self._file, name)


def fill_disk(monkeypatch, room):
    def open_on_full_disk(path, mode):
        return FullDisk(open(path, mode), room)

    monkeypatch.setattr(tables, "open", open_on_full_disk, raising=False)


def test_a_failed_write_leaves_what_stood_there(tmp_path):
    path = tmp_path / "table.csv"
    write_bytes(path, b"old")

    def fail_half_way():
        with atomic(path) as file:
            file.write(b"new, but not wh")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["table.csv"]


def test_a_full_disk_is_one_clear_line_and_leaves_nothing(tmp_path, monkeypatch):
    fill_disk(monkeypatch, room=10)
    with pytest.raises(TableError, match=r"cannot write .*table\.csv: No space left on device"):
        write_bytes(tmp_path / "table.csv", b"x" * 100)
    assert os.listdir(tmp_path) == []


def test_a_disk_that_fills_up_during_a_parquet_file(tmp_path, monkeypatch, record):
    fill_disk(monkeypatch, room=2_000)
    with pytest.raises(TableError, match="No space left on device"):
        write_parquet(tmp_path / "people.parquet", record.chunks("people"))
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(TableError, match="No such file"):
        write_bytes(tmp_path / "nowhere" / "table.csv", b"")


def test_same_data_same_bytes(tmp_path, record):
    for name in ("first.parquet", "second.parquet"):
        write_parquet(tmp_path / name, record.chunks("people"))
    assert checksum(tmp_path / "first.parquet") == checksum(tmp_path / "second.parquet")
    assert csv_bytes(record.curves) == csv_bytes(record.curves)


def test_parquet_holds_the_rows_in_their_types(tmp_path, record):
    write_parquet(tmp_path / "people.parquet", record.chunks("people"))
    write_parquet(tmp_path / "acts.parquet", record.chunks("acts"))
    people = pd.read_parquet(tmp_path / "people.parquet")
    pd.testing.assert_frame_equal(people, record.people)
    acts = pd.read_parquet(tmp_path / "acts.parquet")
    assert acts["day"].iloc[0] == record.acts["day"].iloc[0].date()
    assert set(acts["route"]) <= {"calm", "feel", "punish"}


def test_a_table_without_rows_keeps_its_columns(tmp_path):
    columns = {"seed": np.empty(0, dtype=np.int64), "sex": np.empty(0, dtype="U6")}
    write_parquet(tmp_path / "none.parquet", [columns])
    join_parquet(tmp_path / "joined.parquet", [tmp_path / "none.parquet"] * 2)
    assert list(pd.read_parquet(tmp_path / "joined.parquet").columns) == ["seed", "sex"]


def test_joined_tables_hold_all_rows_in_order(tmp_path):
    records = [hand_made.record(hand_made.scenario(), seed) for seed in (1, 2)]
    for record in records:
        write_bytes(tmp_path / f"{record.seed}.csv", csv_bytes(record.curves))
        write_parquet(tmp_path / f"{record.seed}.parquet", record.chunks("acts"))
    join_csv(tmp_path / "all.csv", [tmp_path / "1.csv", tmp_path / "2.csv"])
    join_parquet(tmp_path / "all.parquet", [tmp_path / "1.parquet", tmp_path / "2.parquet"])
    curves = pd.concat([record.curves for record in records], ignore_index=True)
    pd.testing.assert_frame_equal(read_curves(tmp_path / "all.csv"), curves, check_exact=True)
    acts = pd.read_parquet(tmp_path / "all.parquet")
    assert len(acts) == sum(len(record.acts) for record in records)
    assert acts["seed"].is_monotonic_increasing


def test_tables_with_other_columns_are_not_joined(tmp_path):
    write_bytes(tmp_path / "1.csv", b"a,b\n1,2\n")
    write_bytes(tmp_path / "2.csv", b"a,c\n1,2\n")
    with pytest.raises(TableError, match="columns differ"):
        join_csv(tmp_path / "all.csv", [tmp_path / "1.csv", tmp_path / "2.csv"])
    assert not (tmp_path / "all.csv").exists()


def test_numbers_in_csv_are_short_and_exact(tmp_path):
    frame = pd.DataFrame({"value": [0.1, 1 / 3, 1e-12]})
    assert csv_bytes(frame) == b"value\n0.1\n0.3333333333333333\n1e-12\n"


def test_json_keeps_its_order_and_knows_no_nan(tmp_path):
    write_json(tmp_path / "run.json", {"b": 1, "a": "ü"})
    assert (tmp_path / "run.json").read_text(encoding="utf-8").index("b") < 10
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "bad.json", {"value": float("nan")})


def test_a_missing_file_has_no_checksum(tmp_path):
    with pytest.raises(TableError, match="cannot read"):
        checksum(tmp_path / "nothing")
