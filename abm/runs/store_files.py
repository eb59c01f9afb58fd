"""The files of a store: each carries the checksum of its bytes in its name."""

import contextlib
import errno
import hashlib
import io
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from abm.io.files import (
    LARGEST_ARRAYS,
    files_in,
    make_folder,
    parquet_schema,
    parse_parquet,
    read_bytes,
)
from abm.io.tables import TableError, atomic
from abm.runs.keys import has_columns_of_results, has_rows_of_results
from abm.runs.store_database import StoreError as StoreError

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIX = ".parquet"
NO_PART = (errno.EINVAL, errno.EFBIG, errno.ELOOP)  # of what is no file that a store wrote
ABANDONED_AFTER = 600.0  # seconds; writing a part takes far less than one


def write_named_by_content(folder: Path, prefix: str, table: "pa.Table") -> str:
    """Write a table as a Parquet file named by its own checksum, whole or not at all.

    Returns
    -------
    str
        The file's name.

    Raises
    ------
    StoreError
        If it cannot be written, for instance because the disk is full; nothing of it is left.
    """
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(
        table,
        buffer,
        compression="zstd",
        use_dictionary=False,
        write_statistics=False,
        store_schema=False,
    )
    content = buffer.getvalue()
    name = f"{prefix}{hashlib.sha256(content).hexdigest()}{SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with atomic(folder / name) as file:
            file.write(content)
        settle(folder)
    except TableError as error:
        raise _cannot_write(folder, error.__cause__ or error) from error
    except OSError as error:
        raise _cannot_write(folder, error) from error
    return name


def _cannot_write(folder: Path, error: BaseException) -> StoreError:
    reason = getattr(error, "strerror", None) or error
    return StoreError(
        f"cannot store results in {folder}: {reason}; what was stored before is kept, and the "
        "same command goes on from there"
    )


def settle(folder: Path) -> None:
    """Make a new name in a folder last, where folders can be opened for that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def names_in(folder: Path, prefix: str = "") -> list[str]:
    """Return the names of the finished files of a folder, sorted; none if there is no folder.

    Raises
    ------
    StoreError
        If the folder cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreError(f"cannot read {folder}: {error.strerror or error}") from error
    return sorted(n for n in names if n.endswith(SUFFIX) and n.startswith(prefix) and n[0] != ".")


def read_checked(
    path: Path, prefix: str = "", columns: Sequence[str] | None = None
) -> "pa.Table | None":
    """Return the table of a file, or None if its bytes are not those its name promises.

    Parameters
    ----------
    path
        The file.
    prefix
        What stands before the checksum in its name.
    columns
        Read only these, of a file that has all the columns of results; by default all.

    Raises
    ------
    FileNotFoundError
        If there is no such file (any more).
    StoreError
        If it cannot be read.
    """
    content = _bytes_of(path)
    if not _keeps_promise(path, prefix, content):
        return None
    try:
        if not has_columns_of_results(parquet_schema(content), in_index=bool(prefix)):
            return None
        table = parse_parquet(content, columns)
    except ValueError:
        return None
    return table if has_rows_of_results(table) else None


def is_whole(path: Path, prefix: str = "") -> bool:
    """Return whether the bytes of a file are those its name promises.

    Raises
    ------
    FileNotFoundError
        If there is no such file (any more).
    StoreError
        If it cannot be read.
    """
    return _keeps_promise(path, prefix, _bytes_of(path))


def _bytes_of(path: Path) -> bytes:
    try:
        return read_bytes(path, LARGEST_ARRAYS)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in NO_PART:
            return b""
        raise StoreError(f"cannot read {path}: {error.strerror or error}") from error


def _keeps_promise(path: Path, prefix: str, content: bytes) -> bool:
    return path.name == f"{prefix}{hashlib.sha256(content).hexdigest()}{SUFFIX}"


def move_aside(path: Path, aside: Path) -> None:
    """Move a damaged file out of the way, unless another process has done so.

    Raises
    ------
    StoreError
        If it cannot be moved.
    """
    try:
        make_folder(aside)
        number = 1
        while os.path.lexists(place := aside / f"{path.name.lstrip('.')}-{number}"):
            number += 1
        path.rename(place)
    except FileNotFoundError:
        return
    except OSError as error:
        reason = error.strerror or error
        raise StoreError(f"cannot move the damaged {path} aside: {reason}") from error


def abandoned_in(folder: Path) -> Iterator[Path]:
    """Yield half-written files that nobody is writing any more."""
    with contextlib.suppress(FileNotFoundError):
        for path in files_in(folder, ".*.partial"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > ABANDONED_AFTER:
                    yield path
