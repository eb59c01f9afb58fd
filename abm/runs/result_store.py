"""Results kept by all that decides them: never computed twice, never half written.

`results.sqlite` holds one row a result, and who computes what just now; `objects/` the files of
results, each named by the SHA-256 of its bytes and written before the row that names it, so that
what was cut off does not exist. Every read checks: what is damaged is moved to `set-aside/` and
counts as not there. Several processes may use one folder at once.
"""

import contextlib
import json
import sqlite3
import weakref
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.runs.kept_result import DONE, FAILED, KeptResult, ResultRow, columns_of
from abm.runs.store_database import (
    DamagedError,
    StoreDatabase,
    StoreError,
    forget,
    insert_rows,
    objects_of,
    rows_among,
    sound_rows,
    transaction,
)
from abm.runs.store_folder import StoreFolder, end_owner

if TYPE_CHECKING:
    import pandas as pd

OF_THE_DEAD = "DELETE FROM claims WHERE owner NOT IN (SELECT value FROM json_each(?))"

__all__ = ["DONE", "FAILED", "KeptResult", "ResultStore", "StoreError", "StoreReport"]


@dataclass(frozen=True)
class StoreReport:
    """What a check of a whole store found: sound results, and what was lost or moved now."""

    results: int
    failed: int
    size: int  # bytes
    lost: int  # results that were damaged
    set_aside: tuple[str, ...]  # names of files


@dataclass(frozen=True)
class FilesOnDisk:
    """A result whose files are too large to be read at once."""

    about: Mapping[str, Any]
    files: Mapping[str, Path]  # each called by the SHA-256 of its bytes


def store_below(out: Path) -> "ResultStore":
    """Return the store of the folder of all results."""
    return ResultStore(out / "store")


class ResultStore:
    """A folder of results, made when something is first put there.

    What cannot be read or written is a StoreError.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = StoreFolder(folder)
        self._database = StoreDatabase(self._files)
        self._owner: str | None = None  # of claims

    # Writing

    def put(self, result: KeptResult) -> None:
        """Keep one result; see `put_many`."""
        self.put_many([result])

    def put_many(self, results: Collection[KeptResult]) -> None:
        """Keep results, all or none, so that they last, and release their keys.

        One that is done takes the place of another with its key; one that failed only that of
        another that failed. ValueError if a result has a form that cannot be kept.
        """

        def write(database: sqlite3.Connection) -> None:
            rows = [columns_of(result, self._write_files(result)) for result in results]
            with transaction(database):
                insert_rows(database, rows)
                keys = [(result.key,) for result in results]
                database.executemany("DELETE FROM claims WHERE key = ?", keys)

        if results:
            self._database.do(write, is_writing=True)

    def _write_files(self, result: KeptResult) -> dict[str, tuple[str, int]]:
        files = {name: self._files.take_object(path) for name, path in result.written.items()}
        for name, content in result.files.items():
            files[name] = self._files.write_object(content), len(content)
        return files

    def clear(self, kind: str | None = None) -> int:
        """Remove results of a kind, or all and what was set aside; return how many."""

        def remove(database: sqlite3.Connection) -> int:
            others = [] if kind is None else sound_rows(database, "WHERE kind != ?", (kind,))
            self._files.remove_objects_but(objects_of(others))  # first: the disk may be full
            if kind is None:
                self._files.empty_aside()
            statement = "DELETE FROM results WHERE ? IS NULL OR kind = ?"
            number = database.execute(statement, (kind, kind)).rowcount
            with contextlib.suppress(sqlite3.OperationalError):  # no room to make it smaller
                database.execute("VACUUM")
            return number

        return self._database.do(remove, is_writing=True) if self.folder.exists() else 0

    def remove(self, keys: Collection[str]) -> None:
        """Remove the results of some keys."""

        def forget_all(database: sqlite3.Connection) -> None:
            removed = objects_of(rows_among(database, keys))
            forget(database, keys)
            if removed:
                self._files.remove_objects_but(objects_of(sound_rows(database)))

        if self.folder.exists():
            self._database.do(forget_all, is_writing=True)

    # Reading

    def get(self, key: str, files: Collection[str] | None = None) -> KeptResult | None:
        """Return a result with some files or all of it, or None if none is whole."""

        def look(database: sqlite3.Connection) -> KeptResult | None:
            for row in sound_rows(database, "WHERE key = ?", (key,)):
                contents = self._contents(row, row.files if files is None else files)
                if contents is not None:
                    return row.result(contents)
                forget(database, [row.key])
            return None

        return self._database.do(look)

    def _contents(self, row: ResultRow, wanted: Collection[str]) -> dict[str, bytes] | None:
        """Return the contents of files of a row, or None if one is not there or damaged."""
        contents = {}
        for name, (digest, size) in row.files.items():
            if name in wanted:
                content = self._files.read_object(digest, size)
                if content is None:
                    return None
                contents[name] = content
        return contents

    def files_on_disk(self, keys: Iterable[str]) -> dict[str, FilesOnDisk]:
        """Return what is known of those keys that are done, and where their checked files are."""

        def look(database: sqlite3.Connection) -> dict[str, FilesOnDisk]:
            rows = [row for row in rows_among(database, keys) if row.status == DONE]
            whole = self._whole(database, rows)
            return {row.key: FilesOnDisk(row.about, paths) for row, paths in whole}

        return self._database.do(look)

    def _whole(
        self, database: sqlite3.Connection, rows: list[ResultRow]
    ) -> list[tuple[ResultRow, dict[str, Path]]]:
        """Return those rows all whose files are there and sound, and where; remove the others."""
        whole = []
        for row in rows:
            paths = {name: self._files.find_object(*about) for name, about in row.files.items()}
            there = {name: path for name, path in paths.items() if path is not None}
            if len(there) == len(paths):
                whole.append((row, there))
            else:
                forget(database, [row.key])
        return whole

    def has(self, keys: Iterable[str], *, failed: bool = True, whole: bool = False) -> set[str]:
        """Return those keys that have a result, those put by other processes included.

        One that says that it failed counts if `failed`; files are checked, too, if `whole`.
        """

        def look(database: sqlite3.Connection) -> set[str]:
            rows = rows_among(database, keys)
            if whole:
                rows = [row for row, _ in self._whole(database, rows)]
            return {row.key for row in rows if failed or row.status == DONE}

        return self._database.do(look)

    def frame(self, keys: Sequence[str], about: Sequence[str] = ()) -> "pd.DataFrame":
        """Return one row a known key, in the order of `keys`, as a frame.

        Columns are key, status, those of `about`, of what is known about each, then one a figure,
        NaN where a result has none.
        """
        import pandas as pd

        known = self._database.do(lambda database: rows_among(database, keys))
        rows = {row.key: row for row in known}
        chosen = [rows[key] for key in keys if key in rows]
        frame = pd.DataFrame({"key": [r.key for r in chosen], "status": [r.status for r in chosen]})
        for name in about:
            frame[name] = [row.about.get(name) for row in chosen]
        return pd.concat([frame, _figures(chosen)], axis=1)

    def list(self, kind: str | None = None) -> tuple[KeptResult, ...]:
        """Return all results, or those of a kind, without the contents of their files."""
        return tuple(row.result({}) for row in self._rows(kind))

    def size(self, kind: str | None = None) -> int:
        """Return the bytes of all files, or of those of a kind."""
        files = {about for row in self._rows(kind) for about in row.files.values()}
        total = sum(size for _, size in files)
        database = self._files.database
        return total + (database.stat().st_size if kind is None and database.exists() else 0)

    def _rows(self, kind: str | None) -> Sequence[ResultRow]:
        chosen = ("WHERE kind = ?", (kind,)) if kind else ()
        return self._database.do(lambda database: sound_rows(database, *chosen))

    def verify(self) -> StoreReport:
        """Check everything, move aside what is damaged, and remove what was never finished."""
        before = self._files.names_aside()

        def check(database: sqlite3.Connection) -> int:
            if database.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                raise DamagedError
            number: int = database.execute("SELECT count(*) FROM results").fetchone()[0]
            whole = [row for row, _ in self._whole(database, sound_rows(database))]
            self._files.remove_objects_but(objects_of(whole))
            return number - len(whole)

        lost = self._database.do(check, is_writing=True) if self.folder.exists() else 0
        rows = self._database.do(sound_rows)
        aside = sorted(self._files.names_aside() - before)
        failed = sum(row.status == FAILED for row in rows)
        return StoreReport(len(rows), failed, self.size(), lost, tuple(aside))

    # Claims

    def claim(self, keys: Collection[str]) -> set[str]:
        """Return those of the keys that no other process computes; they are this one's now.

        They are until they are put or released, or this process ends, however it does.
        """

        def take(database: sqlite3.Connection) -> set[str]:
            owner = self._owner_of_claims()
            if owner is None:
                return set(keys)
            alive = json.dumps(self._files.owners())
            with transaction(database):
                database.execute(OF_THE_DEAD, (alive,))
                rows = [(key, owner) for key in keys]
                database.executemany("INSERT OR IGNORE INTO claims VALUES (?, ?)", rows)
                ours = database.execute("SELECT key FROM claims WHERE owner = ?", (owner,))
                return {key for (key,) in ours} & set(keys)

        return self._database.do(take, is_writing=True)

    def _owner_of_claims(self) -> str | None:
        if self._owner is None:
            made = self._files.become_owner()
            if made is not None:
                weakref.finalize(self, end_owner, *made)
                self._owner = made[1].name
        return self._owner

    def release(self, keys: Collection[str]) -> None:
        """Give up keys that were claimed."""
        rows = [(key, self._owner) for key in keys]
        statement = "DELETE FROM claims WHERE key = ? AND owner = ?"

        def give_up(database: sqlite3.Connection) -> None:
            with transaction(database):
                database.executemany(statement, rows)

        if rows and self._owner is not None:
            self._database.do(give_up, is_writing=True)


def _figures(rows: Sequence[ResultRow]) -> "pd.DataFrame":
    """Return the figures of rows, one column each, in the order of their first appearance."""
    import numpy as np
    import pandas as pd

    by_names: dict[tuple[str, ...], list[int]] = {}
    for number, row in enumerate(rows):
        by_names.setdefault(row.names, []).append(number)
    tables = []
    for names, numbers in by_names.items():
        content = b"".join(rows[number].figures for number in numbers)
        values = np.frombuffer(content, "<f8").reshape(len(numbers), len(names))
        tables.append(pd.DataFrame(values, numbers, names))
    return pd.concat(tables).sort_index() if tables else pd.DataFrame()
