"""Reading back files that somebody may have handed over, and deleting and locking among them.

What a program reads back deserves no more trust than what a user writes. Everything here takes
regular files only, bounded in size where they are read whole; links are not followed where a file
is deleted or locked. What cannot be read is an `OSError`, what is not as expected a `ValueError`.
"""

import errno
import io
import json
import os
import stat
import zipfile
import zlib
from pathlib import Path
from tokenize import TokenError
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pyarrow as pa

LARGEST_JSON, LARGEST_TABLE = 20_000_000, 200_000_000  # bytes
LARGEST_ARRAYS = 4_000_000_000  # bytes, unpacked
MOST_CELLS = 1_000_000_000  # of a Parquet file
NOT_ARRAYS = (
    *(OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error, TokenError, SyntaxError, RuntimeError, MemoryError),
)
"""What NumPy may raise from a file that is no sound `.npz`."""

FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$")]
FigureName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,199}\.(png|svg)$")]
"""Names that commands give; with no separator in it none leads out of its folder."""
Seed = Annotated[int, Field(ge=0, le=2**64 - 1)]


class ReadBack(BaseModel):
    """The shape of what a file holds; further names are ignored, other types are refused."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)


def open_regular(path: Path, within: Path | None = None) -> io.BufferedReader:
    """Open a regular file for reading; a pipe, device or folder is refused without waiting.

    With `within` it must lie in that folder, links followed.
    """
    real = path
    if within is not None:
        try:
            real = path.resolve(strict=True)
        except RuntimeError:  # links in a circle
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from None
        if not real.is_relative_to(within.resolve()):
            raise OSError(errno.EPERM, "links to a file outside its folder", str(path))
    descriptor = os.open(real, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "is not a regular file", str(path))
        return open(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_bytes(path: Path, largest: int = LARGEST_TABLE, within: Path | None = None) -> bytes:
    """Return the bytes of a regular file, at most so many; `within` as of `open_regular`."""
    with open_regular(path, within) as file:
        content = file.read(largest + 1) if os.fstat(file.fileno()).st_size <= largest else None
    if content is None or len(content) > largest:
        raise OSError(errno.EFBIG, f"is too large (over {largest:,} bytes)", str(path))
    return content


def parse_json(content: bytes | str) -> Any:
    """Return what a JSON text says; NaN, Infinity and what is nested too deeply are refused."""
    try:
        return json.loads(content, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except ValueError:
        raise ValueError("is not valid JSON") from None


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


def arrays_bytes(arrays: "Mapping[str, np.ndarray]") -> bytes:
    """Return the bytes of a compressed `.npz` file that holds plain arrays by name."""
    import numpy as np

    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def parse_arrays(content: bytes) -> "dict[str, np.ndarray]":
    """Return the plain arrays that the bytes of an `.npz` file hold, by name."""
    import numpy as np

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
            size = sum(entry.file_size for entry in entries)
            if size > LARGEST_ARRAYS:
                raise ValueError(f"unpacks to {size:,} bytes")
            # One read each: `np.load` reads hundreds of small arrays in many small pieces.
            return {
                entry.filename.removesuffix(".npy"): np.lib.format.read_array(
                    io.BytesIO(packed.read(entry)), allow_pickle=False
                )
                for entry in entries
            }
    except NOT_ARRAYS as error:
        raise ValueError(f"holds no sound arrays: {error}") from None


def parquet_schema(content: bytes) -> "pa.Schema":
    """Return the columns of a Parquet file and their types, without reading its rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_schema(pa.BufferReader(content))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ValueError(f"is no sound Parquet file: {error}") from None


def parse_parquet(content: bytes, columns: "Sequence[str] | None" = None) -> "pa.Table":
    """Return the table that the bytes of a Parquet file hold, all or some of its columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        if file.metadata.num_rows * max(1, file.metadata.num_columns) > MOST_CELLS:
            raise ValueError("has too many rows")
        return file.read(columns, use_threads=False)
    except (pa.ArrowException, OSError, ValueError, KeyError, MemoryError) as error:
        raise ValueError(f"is no sound Parquet file: {error}") from None


# Writing among files of others


def make_folder(folder: Path) -> None:
    """Make a folder of the program's own, unless it is there; a link in its place is refused."""
    folder.mkdir(parents=True, exist_ok=True)
    if folder.is_symlink():
        raise OSError(errno.ELOOP, "is a link to another folder; remove it", str(folder))


def files_in(folder: Path, pattern: str = "*") -> list[Path]:
    """Return the files of a folder, sorted; none of folders in it, none if it is a link itself."""
    if folder.is_symlink():
        return []
    return sorted(path for path in folder.glob(pattern) if path.is_symlink() or path.is_file())


def open_lock(path: Path) -> io.FileIO:
    """Open a file to lock, made if missing; nothing is written, and no link is followed."""
    further = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | further, 0o666)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is not a regular file", str(path))
    return io.FileIO(descriptor, "r+")
