"""What is read back is a regular file of bounded size; no link is followed to delete or lock."""

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from abm.io import files
from abm.io.tables import TableError, checksum, read_json, write_bytes

ZERO = [path for path in [Path("/dev/zero")] if path.exists()]


@pytest.fixture
def victim(tmp_path):
    path = tmp_path / "victim.txt"
    path.write_text("precious")
    return path


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_a_device_and_a_folder_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, *ZERO):
        with pytest.raises(OSError, match="not a regular file"):
            files.read_bytes(path)
        for read in (read_json, checksum):
            with pytest.raises(TableError, match="not a regular file"):
                read(path)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path):
    with (tmp_path / "large").open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(OSError, match="too large"):
        files.read_bytes(tmp_path / "large")


@pytest.mark.parametrize("text", ["[" * 100_000, "NaN", "[Infinity]", "{", b"\xff", "1" * 5000, ""])
def test_what_is_no_json_is_a_value_error(text, tmp_path):
    with pytest.raises(ValueError, match=r"JSON|deeply"):
        files.parse_json(text)
    content = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(TableError):
        read_json(tmp_path / "a.json")


def test_a_packed_file_that_unpacks_to_more_than_memory_is_refused(monkeypatch):
    content = files.arrays_bytes({"values": np.zeros(1_000_000)})
    assert len(files.parse_arrays(content)["values"]) == 1_000_000
    monkeypatch.setattr(files, "LARGEST_ARRAYS", 1_000_000)
    with pytest.raises(ValueError, match="unpacks to"):
        files.parse_arrays(content)


def test_an_array_that_says_it_is_huge_is_refused(tmp_path):
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000000,), }"
    array = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    with zipfile.ZipFile(tmp_path / "huge.npz", "w") as packed:
        packed.writestr("values.npy", array)
    with pytest.raises(ValueError, match="no sound arrays"):
        files.parse_arrays((tmp_path / "huge.npz").read_bytes())


def test_every_flipped_bit_of_packed_arrays_is_a_value_error_or_nothing():
    content = files.arrays_bytes({"a": np.arange(50), "b": np.linspace(0, 1, 20)})
    refused = 0
    for place in range(len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1 << (place % 8)
        try:
            files.parse_arrays(bytes(flipped))
        except ValueError:
            refused += 1
    assert refused > len(content) / 2


def test_what_is_no_parquet_is_a_value_error():
    for content in (b"", b"PAR1", b"PAR1" * 100, b"text"):
        with pytest.raises(ValueError, match="no sound Parquet"):
            files.parse_parquet(content)


def test_a_link_in_place_of_a_lock_or_an_unfinished_file_is_not_followed(tmp_path, victim):
    (tmp_path / "lock").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic links"):
        files.open_lock(tmp_path / "lock")
    (tmp_path / f".table.{os.getpid()}.partial").symlink_to(victim)
    (tmp_path / "table").symlink_to(victim)
    write_bytes(tmp_path / "table", b"new")
    assert (tmp_path / "table").read_bytes() == b"new"
    assert not (tmp_path / "table").is_symlink()
    assert victim.read_text() == "precious"


def test_a_lock_empties_nothing(victim):
    files.open_lock(victim).close()
    assert victim.read_text() == "precious"


def test_a_folder_that_is_a_link_holds_no_files_of_ours(tmp_path, victim):
    (tmp_path / "link").symlink_to(tmp_path)
    assert victim in files.files_in(tmp_path)
    assert files.files_in(tmp_path / "link") == []
    with pytest.raises(OSError, match="link to another folder"):
        files.make_folder(tmp_path / "link")
