"""Files of kept warm-ups: names that last, and what is moved aside."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from abm.io.files import files_in, make_folder
from abm.runs.store_database import StoreError as StoreError

ABANDONED_AFTER = 600.0  # seconds; writing a part takes far less than one


def settle(folder: Path) -> None:
    """Make a new name in a folder last, where folders can be opened for that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


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
