"""The files of kept warm-ups: plain arrays and a JSON header in one `.npz`, nothing pickled.

A file is called after the warm-up's key and the SHA-256 of its own bytes, so that whatever was
truncated or changed is found before a bit of it is used.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from abm.io.files import LARGEST_ARRAYS, ReadBack, Seed, parse_arrays, parse_json, read_bytes
from abm.io.tables import TableError, checksum
from abm.runs.store_files import StoreError, settle
from abm.simulation.world_state import WorldState

SUFFIX = ".npz"
HEADER, PEOPLE, FRIENDSHIPS = "header", "people", "friendships"


class Header(ReadBack):
    """The header of a file: what it holds and, by its own account, of what."""

    key: str
    days_lived: int = Field(ge=0)
    seed: Seed = 0
    people: int = 0
    start: str = ""
    differences: dict[str, Any] = Field(default_factory=dict)
    code: str = ""


def write_state(folder: Path, key: str, header: Mapping[str, Any], state: WorldState) -> Path:
    """Write a state whole or not at all.

    Parameters
    ----------
    folder
        Where to; made if missing.
    key
        What the file's name begins with.
    header
        Plain data to keep beside the arrays.
    state
        What to keep.

    Raises
    ------
    StoreError
        If it cannot be written, for instance because the disk is full; nothing of it is left.
    """
    partial = folder / f".{key}.{os.getpid()}.partial"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            partial.unlink(missing_ok=True)
            with open(partial, "x+b") as file:
                np.savez_compressed(file, allow_pickle=False, **_arrays_of(key, header, state))
                file.flush()
                os.fsync(file.fileno())
                file.seek(0)
                name = f"{key}-{hashlib.file_digest(file, 'sha256').hexdigest()}{SUFFIX}"
            os.replace(partial, folder / name)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise StoreError(f"cannot keep a warm-up in {folder}: {reason}") from error
    settle(folder)
    return folder / name


def _arrays_of(key: str, header: Mapping[str, Any], state: WorldState) -> dict[str, np.ndarray]:
    """Return the arrays of a file by name."""
    content = {"key": key, **header, "days_lived": state.days_lived}
    text = json.dumps(content, ensure_ascii=False, allow_nan=False)
    return {
        HEADER: np.frombuffer(text.encode(), np.uint8),
        FRIENDSHIPS: state.friendships,
        PEOPLE: state.people,
    }


def is_whole(path: Path) -> bool:
    """Return whether the bytes of a file are those its name promises; no, if there is none.

    Raises
    ------
    StoreError
        If it cannot be read.
    """
    try:
        return path.stem.rpartition("-")[2] == checksum(path)
    except TableError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return False
        raise StoreError(str(error)) from error


def read_header(path: Path) -> Header | None:
    """Return the header of a file without reading its arrays, or None if it cannot be read."""
    try:
        return _header_of(parse_arrays(read_bytes(path, LARGEST_ARRAYS)))
    except (OSError, KeyError, ValueError):
        return None


def _header_of(arrays: Mapping[str, np.ndarray]) -> Header:
    return Header.model_validate(parse_json(arrays[HEADER].tobytes()))


def read_state(path: Path, key: str) -> WorldState | None:
    """Return the state that a file holds, or None if it is damaged or of another warm-up.

    Raises
    ------
    StoreError
        If it cannot be read.
    """
    if not is_whole(path):
        return None
    try:
        arrays = parse_arrays(read_bytes(path, LARGEST_ARRAYS))
        header = _header_of(arrays)
    except (OSError, KeyError, ValueError):
        return None
    state = WorldState(arrays[PEOPLE], arrays[FRIENDSHIPS], header.days_lived)
    return state if header.key == key else None
