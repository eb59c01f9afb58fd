"""Which runs are being lived right now, told to other processes that use the same store.

Every process holds a lock on a file that lists its runs; the lock goes when the process does,
however it ends. Where files cannot be locked nothing is told: then two processes may live a run
twice, and one of the results is dropped when read.
"""

import contextlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Self

from abm.io.files import LARGEST_JSON, files_in, make_folder, open_lock
from abm.io.locks import Lock, lock

KEY_LENGTH = 64


class Claims:
    """The runs this process is living, and those of others.

    Parameters
    ----------
    folder
        Folder of the store.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "busy"
        self._own: set[str] = set()
        self._file: Any = None
        self._path: Path | None = None

    def __enter__(self) -> Self:
        with contextlib.suppress(OSError):
            make_folder(self.folder)
            with self.exclusive():
                self._open()
        return self

    def __exit__(self, *_: object) -> None:
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
        if self._file is not None:
            self._file.close()

    def _open(self) -> None:
        number = 0
        while os.path.lexists(path := self.folder / f"{os.getpid()}-{number}.keys"):
            number += 1
        self._file = open(path, "xb", buffering=0)  # noqa: SIM115 (open as long as this lives)
        self._path = path
        lock(self._file.fileno())

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep other processes from claiming while the block lasts."""
        try:
            file = open_lock(self.folder / "lock")
        except OSError:
            yield
            return
        with file:
            lock(file.fileno(), wait=True)
            yield

    def of_others(self) -> set[str]:
        """Return the keys that other processes are living; to be called inside `exclusive`."""
        found: set[str] = set()
        for path in files_in(self.folder, "*.keys"):
            if path == self._path:
                continue
            with contextlib.suppress(OSError), open_lock(path) as file:
                state = lock(file.fileno())
                if state is Lock.OURS:
                    path.unlink()  # its process is gone
                elif state is Lock.HELD:
                    found.update(_keys_in(file.read(LARGEST_JSON)))
        return found

    def add(self, keys: Collection[str]) -> None:
        """Claim keys; to be called inside `exclusive`."""
        self._own |= set(keys)
        self._write()

    def release(self, keys: Collection[str]) -> None:
        """Give up keys, after their results were stored."""
        self._own -= set(keys)
        self._write()

    def _write(self) -> None:
        if self._file is None:
            return
        content = "".join(sorted(self._own)).encode()
        with contextlib.suppress(OSError):  # a full disk is reported where results are written
            os.pwrite(self._file.fileno(), content, 0)
            os.ftruncate(self._file.fileno(), len(content))


def _keys_in(content: bytes) -> Iterator[str]:
    text = content.decode("ascii", errors="replace")
    for start in range(0, len(text), KEY_LENGTH):
        yield text[start : start + KEY_LENGTH]
