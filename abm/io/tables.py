"""Tables, written whole or not at all: same input, same bytes, and no clock or host in them.

What cannot be written or read, is damaged, too large or of another shape, is a `TableError`.
"""

import contextlib
import hashlib
import io
import itertools
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from abm.io.files import LARGEST_JSON, make_folder, open_regular, parse_json, read_bytes

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

BLOCK = 1 << 20


class TableError(Exception):
    """A table could not be written or read; the message is one line for the user."""


@contextlib.contextmanager
def atomic(path: Path) -> Iterator[BinaryIO]:
    """Open a file that appears under its name only when it is complete.

    What stood there before stays until then, and if it cannot be written, for instance because the
    disk is full: nothing of it is left.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.unlink(missing_ok=True)
        with open(partial, "xb") as file:  # what stands there was planted: it is not written to
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        raise TableError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def made_folder(folder: Path) -> Path:
    """Make a folder of the program's own, unless it is there, and return it."""
    try:
        make_folder(folder)
    except OSError as error:
        raise TableError(f"cannot write {folder}: {error.strerror or error}") from error
    return folder


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    with atomic(path) as file:
        file.write(content)


def json_bytes(content: Any, indent: int | None = 2) -> bytes:
    """Return plain data as JSON, keys in the order given."""
    text = json.dumps(content, indent=indent, ensure_ascii=False, allow_nan=False, default=str)
    return (text + "\n").encode()


def write_json(path: Path, content: Any, indent: int | None = 2) -> None:
    """Write plain data as JSON, keys in the order given."""
    write_bytes(path, json_bytes(content, indent))


def read_json(path: Path) -> Any:
    """Read a regular JSON file of bounded size."""
    try:
        return parse_json(read_bytes(path, LARGEST_JSON))
    except (OSError, ValueError) as error:
        raise cannot_read(path, error) from error


def cannot_read(path: Path, error: BaseException) -> TableError:
    """Return an error of one line about a file that is missing, damaged or of another shape."""
    lines = str(getattr(error, "strerror", None) or error).splitlines()
    return TableError(f"cannot read {path}: {lines[0] if lines else type(error).__name__}")


def csv_bytes(frame: "pd.DataFrame") -> bytes:
    """Return a frame as CSV; numbers are as short as they can be read back exactly."""
    text = io.StringIO(newline="")
    frame.to_csv(text, index=False, lineterminator="\n", date_format="%Y-%m-%d")
    return text.getvalue().encode()


def read_curves(path: Path) -> "pd.DataFrame":
    """Read curves.csv with the types it was written from."""
    import pandas as pd

    types = {"seed": "uint64", "sex": "str", "age": "str", "measure": "str"}
    try:
        with open_regular(path) as file:
            frame = pd.read_csv(file, dtype=types)
        if not types.keys() <= set(frame.columns):
            raise ValueError("a column is missing")
        frame["date"] = pd.to_datetime(frame["date"]).astype("datetime64[s]")
        return frame.astype({"value": "float64", "people": "float64"})
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise cannot_read(path, error) from error


def join_csv(path: Path, parts: Sequence[Path]) -> None:
    """Write the rows of several CSV files with the same header one after another."""
    with atomic(path) as joined:
        header = None
        for part in parts:
            with open_regular(part) as rows:
                own_header = rows.readline()
                if header is None:
                    header = own_header
                    joined.write(header)
                elif own_header != header:
                    raise TableError(f"cannot join {part}: its columns differ from {parts[0]}")
                while block := rows.read(BLOCK):
                    joined.write(block)


def write_parquet(path: Path, chunks: "Iterable[dict[str, np.ndarray]]") -> None:
    """Write a table chunk by chunk, one row group each, so that it is never whole in memory.

    Each chunk has columns of equal length by name, the same names and types; there is one at least.
    """
    import pyarrow as pa

    _write_tables(path, (pa.table(columns) for columns in chunks))


def join_parquet(path: Path, parts: Sequence[Path]) -> None:
    """Write the row groups of several Parquet files one after another."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def row_groups() -> Iterator[Any]:
        for part in parts:
            try:
                with open_regular(part) as source, pq.ParquetFile(source) as file:
                    for group in range(file.num_row_groups):
                        yield file.read_row_group(group)
                    if file.num_row_groups == 0:
                        yield file.schema_arrow.empty_table()
            except (pa.ArrowException, OSError) as error:
                raise cannot_read(part, error) from error

    _write_tables(path, row_groups())


def _write_tables(path: Path, tables: Iterator[Any]) -> None:
    """Write Arrow tables as row groups of one file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    first = next(tables)
    schema = first.schema.remove_metadata()
    try:
        with atomic(path) as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for table in itertools.chain([first], tables):
                if table.schema.remove_metadata() != schema:
                    raise TableError(f"cannot write {path}: its parts have different columns")
                if len(table):
                    writer.write_table(table, row_group_size=len(table))
    except pa.ArrowInvalid as error:
        raise TableError(f"cannot write {path}: {error}") from error


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    try:
        with open_regular(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise TableError(f"cannot read {path}: {error.strerror or error}") from error
