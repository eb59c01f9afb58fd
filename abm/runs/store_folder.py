"""The folder of a store: files named by their content, and nothing in it trusted.

A folder may have been handed over, cut off or damaged. No link is followed for writing, deleting
or locking; what stands where a file or folder of ours belongs, and is none, is moved aside.
"""

import contextlib
import errno
import hashlib
import io
import itertools
import os
import shutil
import stat
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from abm.io.locks import Lock, lock
from abm.io.tables import atomic, checksum, write_bytes

SAFE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
DATABASE, JOURNAL, LOCK = "results.sqlite", "results.sqlite-journal", "lock"
NEW, NEW_JOURNAL = "results.sqlite-new", "results.sqlite-new-journal"
OBJECTS, ASIDE, BUSY = "objects", "set-aside", "busy"
_owners = itertools.count()
HEADER = b"SQLite format 3\0"
ROLLBACK = b"\x01\x01"  # at byte 18: no write-ahead log
SUPER_JOURNAL = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"  # ends a journal that names a file to delete


class StoreFolder:
    """The files of a store."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database, self.aside = path / DATABASE, path / ASIDE
        self.can_lock = True  # as far as is known

    def inspect(self) -> None:
        """Move aside what is in the place of a file or folder of ours and is none."""
        for name in (ASIDE, OBJECTS, BUSY):
            self._expect(self.path / name, stat.S_ISDIR)
        for name in (DATABASE, JOURNAL, LOCK, NEW, NEW_JOURNAL):
            self._expect(self.path / name, stat.S_ISREG)
        head = _bytes_at(self.database, 0, 20)
        journal = _bytes_at(self.path / JOURNAL, -8, 8)
        is_ours = not head or (head.startswith(HEADER) and head[18:] == ROLLBACK)
        if not is_ours or journal == SUPER_JOURNAL:
            self.move_database_aside()

    def _expect(self, path: Path, is_right: Callable[[int], bool]) -> None:
        with contextlib.suppress(FileNotFoundError):
            if not is_right(path.lstat().st_mode):
                self.move_aside(path)

    def move_database_aside(self) -> Path | None:
        """Move the database and its journal out of the way; return where it is now."""
        self.move_aside(self.path / JOURNAL)
        return self.move_aside(self.database)

    def move_aside(self, path: Path) -> Path | None:
        """Move a file, folder or link out of the way; return where to, or None if it is gone."""
        if path == self.aside:
            path.unlink()
            return None
        self.aside.mkdir(exist_ok=True)
        number = 1
        while os.path.lexists(aside := self.aside / f"{path.name}-{number}"):
            number += 1
        with contextlib.suppress(FileNotFoundError):
            return path.rename(aside)
        return None

    @contextlib.contextmanager
    def alone(self, is_writing: bool) -> Iterator[None]:
        """Keep other processes out while the block lasts, where files can be locked.

        OSError if the folder is to be written and cannot be.
        """
        if is_writing:
            self.path.mkdir(parents=True, exist_ok=True)
        try:
            self.inspect()
            descriptor = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT | SAFE, 0o666)
        except OSError:
            if is_writing:
                raise
            yield  # a folder that can only be read
            return
        try:
            self.can_lock = lock(descriptor, wait=True) is not Lock.IMPOSSIBLE or os.name == "nt"
            yield
        finally:
            os.close(descriptor)

    # Objects

    def _object(self, name: str) -> Path:
        return self.path / OBJECTS / name[:2] / name

    def write_object(self, content: bytes) -> str:
        """Write a file whole, so that it lasts, unless it is there; return its name."""
        name = hashlib.sha256(content).hexdigest()
        path = self._object(name)
        if self.find_object(name, len(content)) is None:
            self._make_folder_of(path)
            write_bytes(path, content)
            _settle(path.parent)
        return name

    def take_object(self, source: Path) -> tuple[str, int]:
        """Move a file that was written whole into the store; return its name and size."""
        name, size = checksum(source), source.stat().st_size
        path = self._object(name)
        if self.find_object(name, size) is None:
            self._make_folder_of(path)
            try:
                source.replace(path)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                with atomic(path) as file, open(source, "rb") as content:  # on another disk
                    shutil.copyfileobj(content, file)
            _settle(path.parent)
        source.unlink(missing_ok=True)
        return name, size

    def _make_folder_of(self, path: Path) -> None:
        for folder in (path.parent.parent, path.parent):
            self._expect(folder, stat.S_ISDIR)
            if not folder.is_dir():
                folder.mkdir()
                _settle(folder.parent)

    def read_object(self, name: str, size: int) -> bytes | None:
        """Return the bytes of a file, or None; one that is damaged is moved aside."""

        def read(file: io.BufferedReader) -> tuple[bytes, str]:
            content = file.read(size)
            return content, hashlib.sha256(content).hexdigest()

        return self._checked(name, size, read)

    def find_object(self, name: str, size: int) -> Path | None:
        """Return where a file is, or None; one that is damaged is moved aside."""

        def look(file: io.BufferedReader) -> tuple[Path, str]:
            return self._object(name), hashlib.file_digest(file, "sha256").hexdigest()

        return self._checked(name, size, look)

    def _checked[T](
        self, name: str, size: int, look: Callable[[io.BufferedReader], tuple[T, str]]
    ) -> T | None:
        """Return what `look` gives of a file, unless the checksum that it gives is another."""
        path = self._object(name)
        try:
            with open(os.open(path, os.O_RDONLY | SAFE), "rb") as file:
                about = os.fstat(file.fileno())
                if stat.S_ISREG(about.st_mode) and about.st_size == size:
                    content, digest = look(file)
                    if digest == name:
                        return content
        except FileNotFoundError:
            return None
        except OSError:
            pass
        with contextlib.suppress(OSError):
            self.move_aside(path)
        return None

    def remove_objects_but(self, names: Collection[str]) -> None:
        """Remove files that nothing names, half-written ones too."""
        folders = (self.path / OBJECTS).glob("??")
        for folder in (path for path in folders if stat.S_ISDIR(path.lstat().st_mode)):
            for path in folder.iterdir():
                if stat.S_ISDIR(path.lstat().st_mode):
                    self.move_aside(path)
                elif path.name not in names:
                    path.unlink()

    def names_aside(self) -> set[str]:
        """Return the names of what was set aside."""
        return {path.name for path in self.aside.iterdir()} if self.aside.is_dir() else set()

    def empty_aside(self) -> None:
        """Remove what was set aside."""
        if self.aside.exists():
            shutil.rmtree(self.aside)

    # Owners of claims

    def become_owner(self) -> tuple[int, Path] | None:
        """Make and lock a file that says, as long as this process lives, that it does."""
        folder = self.path / BUSY
        folder.mkdir(exist_ok=True)
        path = folder / f"{os.getpid()}-{time.time_ns():x}-{next(_owners)}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | SAFE, 0o666)
        if lock(descriptor) is Lock.OURS:
            return descriptor, path
        end_owner(descriptor, path)  # where files cannot be locked nothing is claimed
        return None

    def owners(self) -> list[str]:
        """Return the names of the owners that live; files of others are removed."""
        paths = sorted((self.path / BUSY).iterdir())
        return [path.name for path in paths if self._is_alive(path)]

    def _is_alive(self, path: Path) -> bool:
        try:
            descriptor = os.open(path, os.O_RDWR | SAFE)
        except OSError:
            return False
        state = lock(descriptor)
        if state is Lock.OURS:
            end_owner(descriptor, path)
        else:
            os.close(descriptor)
        return state is Lock.HELD


def end_owner(descriptor: int, path: Path) -> None:
    """Give up what `become_owner` gave."""
    with contextlib.suppress(OSError):
        path.unlink()
    with contextlib.suppress(OSError):
        os.close(descriptor)


def _bytes_at(path: Path, offset: int, number: int) -> bytes:
    """Return a few bytes of a file, counted from its end if `offset` is negative."""
    with contextlib.suppress(OSError), open(os.open(path, os.O_RDONLY | SAFE), "rb") as file:
        file.seek(offset, os.SEEK_END if offset < 0 else os.SEEK_SET)
        return file.read(number)
    return b""


def _settle(folder: Path) -> None:
    """Make new names in a folder last, where folders can be opened for that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
