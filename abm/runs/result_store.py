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
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.io.tables import TableError
from abm.runs.kept_result import DONE, FAILED, KeptResult, ResultRow, columns_of, row_of
from abm.runs.store_folder import NEW, StoreFolder, end_owner

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DONE", "FAILED", "KeptResult", "ResultStore", "StoreError", "StoreReport"]

SECONDS_TO_WAIT = 60.0  # for another process, where files cannot be locked
KEYS_AT_ONCE = 20_000
LARGEST_VALUE = 1 << 24  # bytes of anything in the database
SCHEMA = (
    "CREATE TABLE figure_names (id INTEGER PRIMARY KEY, names TEXT NOT NULL UNIQUE)",
    """CREATE TABLE results (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, status TEXT NOT NULL,
        about TEXT NOT NULL, names INTEGER NOT NULL, figures BLOB NOT NULL, files TEXT NOT NULL,
        checksum BLOB NOT NULL
    )""",
    "CREATE TABLE claims (key TEXT PRIMARY KEY, owner TEXT NOT NULL)",
)
SELECT = "SELECT id, key, kind, status, about, names, figures, files, checksum FROM results"
AMONG = "WHERE key IN (SELECT value FROM json_each(?))"
INSERT = (
    "INSERT INTO results (key, kind, status, about, names, figures, files, checksum) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
IS_DONE = "SELECT 1 FROM results WHERE key = ? AND status = 'done'"
NAMES = "SELECT id, names FROM figure_names NOT INDEXED"
SETTINGS = ("trusted_schema = OFF", "cell_size_check = ON", "synchronous = EXTRA")
DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_TOOBIG", "SQLITE_ERROR")
OF_THE_DEAD = "DELETE FROM claims WHERE owner NOT IN (SELECT value FROM json_each(?))"


class StoreError(Exception):
    """The store cannot be read or written; the message is one line for the user."""


class DamagedError(sqlite3.DatabaseError):
    """A database is not as it was written."""


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
            with _transaction(database):
                _insert_rows(database, rows)
                keys = [(result.key,) for result in results]
                database.executemany("DELETE FROM claims WHERE key = ?", keys)

        if results:
            self._do(write, is_writing=True)

    def _write_files(self, result: KeptResult) -> dict[str, tuple[str, int]]:
        files = {name: self._files.take_object(path) for name, path in result.written.items()}
        for name, content in result.files.items():
            files[name] = self._files.write_object(content), len(content)
        return files

    def clear(self, kind: str | None = None) -> int:
        """Remove results of a kind, or all and what was set aside; return how many."""

        def remove(database: sqlite3.Connection) -> int:
            others = [] if kind is None else _sound_rows(database, "WHERE kind != ?", (kind,))
            self._files.remove_objects_but(_objects_of(others))  # first: the disk may be full
            if kind is None:
                self._files.empty_aside()
            statement = "DELETE FROM results WHERE ? IS NULL OR kind = ?"
            number = database.execute(statement, (kind, kind)).rowcount
            with contextlib.suppress(sqlite3.OperationalError):  # no room to make it smaller
                database.execute("VACUUM")
            return number

        return self._do(remove, is_writing=True) if self.folder.exists() else 0

    def remove(self, keys: Collection[str]) -> None:
        """Remove the results of some keys."""

        def forget_all(database: sqlite3.Connection) -> None:
            removed = _objects_of(_rows_among(database, keys))
            _forget(database, keys)
            if removed:
                self._files.remove_objects_but(_objects_of(_sound_rows(database)))

        if self.folder.exists():
            self._do(forget_all, is_writing=True)

    # Reading

    def get(self, key: str) -> KeptResult | None:
        """Return a result, or None if there is none that is whole."""

        def look(database: sqlite3.Connection) -> KeptResult | None:
            for row in _sound_rows(database, "WHERE key = ?", (key,)):
                contents = _of_all_files(row, self._files.read_object)
                if contents is not None:
                    return row.result(contents)
                _forget(database, [row.key])
            return None

        return self._do(look)

    def files_on_disk(self, keys: Iterable[str]) -> dict[str, FilesOnDisk]:
        """Return what is known of those keys that are done, and where their checked files are."""

        def look(database: sqlite3.Connection) -> dict[str, FilesOnDisk]:
            rows = [row for row in _rows_among(database, keys) if row.status == DONE]
            whole = self._whole(database, rows)
            return {row.key: FilesOnDisk(row.about, paths) for row, paths in whole}

        return self._do(look)

    def _whole(
        self, database: sqlite3.Connection, rows: list[ResultRow]
    ) -> list[tuple[ResultRow, dict[str, Path]]]:
        """Return those rows all whose files are there and sound, and where; remove the others."""
        paths = {row.key: _of_all_files(row, self._files.find_object) for row in rows}
        _forget(database, [key for key, there in paths.items() if there is None])
        return [(row, there) for row in rows if (there := paths[row.key]) is not None]

    def has(self, keys: Iterable[str], *, failed: bool = True, whole: bool = False) -> set[str]:
        """Return those keys that have a result, those put by other processes included.

        One that says that it failed counts if `failed`; files are checked, too, if `whole`.
        """

        def look(database: sqlite3.Connection) -> set[str]:
            rows = _rows_among(database, keys)
            if whole:
                rows = [row for row, _ in self._whole(database, rows)]
            return {row.key for row in rows if failed or row.status == DONE}

        return self._do(look)

    def frame(self, keys: Sequence[str], about: Sequence[str] = ()) -> "pd.DataFrame":
        """Return one row a known key, in the order of `keys`, as a frame.

        Columns are key, status, those of `about`, of what is known about each, then one a figure,
        NaN where a result has none.
        """
        import pandas as pd

        known = self._do(lambda database: _rows_among(database, keys))
        rows = {row.key: row for row in known}
        chosen = [rows[key] for key in keys if key in rows]
        frame = pd.DataFrame({"key": [r.key for r in chosen], "status": [r.status for r in chosen]})
        for name in about:
            frame[name] = [row.about.get(name) for row in chosen]
        return pd.concat([frame, _figures(chosen)], axis=1)

    def list(self, kind: str | None = None) -> tuple[KeptResult, ...]:
        """Return all results, or those of a kind, without the contents of their files."""
        return tuple(row.result({}) for row in self._rows(kind))

    def size(self) -> int:
        """Return the bytes of all files."""
        files = {about for row in self._rows() for about in row.files.values()}
        database = self._files.database
        own = database.stat().st_size if database.exists() else 0
        return own + sum(size for _, size in files)

    def _rows(self, kind: str | None = None) -> Sequence[ResultRow]:
        chosen = ("WHERE kind = ?", (kind,)) if kind else ()
        return self._do(lambda database: _sound_rows(database, *chosen))

    def verify(self) -> StoreReport:
        """Check everything, move aside what is damaged, and remove what was never finished."""
        before = self._files.names_aside()

        def check(database: sqlite3.Connection) -> int:
            if database.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                raise DamagedError
            number: int = database.execute("SELECT count(*) FROM results").fetchone()[0]
            whole = [row for row, _ in self._whole(database, _sound_rows(database))]
            self._files.remove_objects_but(_objects_of(whole))
            return number - len(whole)

        lost = self._do(check, is_writing=True) if self.folder.exists() else 0
        rows = self._rows()
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
            with _transaction(database):
                database.execute(OF_THE_DEAD, (alive,))
                rows = [(key, owner) for key in keys]
                database.executemany("INSERT OR IGNORE INTO claims VALUES (?, ?)", rows)
                ours = database.execute("SELECT key FROM claims WHERE owner = ?", (owner,))
                return {key for (key,) in ours} & set(keys)

        return self._do(take, is_writing=True)

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
            with _transaction(database):
                database.executemany(statement, rows)

        if rows and self._owner is not None:
            self._do(give_up, is_writing=True)

    # The database, opened without trust

    def _do[T](self, work: Callable[[sqlite3.Connection], T], is_writing: bool = False) -> T:
        """Call a function with the database; one that is damaged is begun anew first."""
        try:
            if not is_writing and not self._files.database.exists():
                return _with_nothing(work)
            with self._files.alone(is_writing):
                try:
                    return self._call(work, is_writing)
                except sqlite3.Error as error:
                    if not _is_damage(error):
                        raise
                try:
                    self._begin_anew()
                except (OSError, sqlite3.Error):
                    if is_writing:
                        raise
                    return _with_nothing(work)  # a damaged one in a folder that can only be read
                return self._call(work, is_writing)
        except (OSError, TableError, sqlite3.Error) as error:
            raise self._error(error, is_writing) from error

    def _call[T](self, work: Callable[[sqlite3.Connection], T], is_writing: bool) -> T:
        path = self._files.database
        if not is_writing and not (path.exists() and path.stat().st_size):
            return _with_nothing(work)
        with _opened(path, "rwc" if is_writing else "rw", self._files.can_lock) as database:
            _check_schema(database)
            return work(database)

    def _begin_anew(self) -> None:
        """Write the rows that are sound into a new database, and move the damaged one aside."""
        new = self._files.path / NEW
        new.unlink(missing_ok=True)
        with _opened(new, "rwc", self._files.can_lock) as database:
            _check_schema(database)
            with _transaction(database):
                _insert_rows(database, list(_salvage(self._files.database).values()))
        self._files.move_database_aside()
        new.rename(self._files.database)

    def _error(self, error: Exception, is_writing: bool) -> StoreError:
        cause = error.__cause__ if isinstance(error, TableError) else error
        reason = getattr(cause, "strerror", None) or cause
        if not is_writing:
            return StoreError(f"cannot read results in {self._files.path}: {reason}")
        return StoreError(
            f"cannot store results in {self._files.path}: {reason}; what was stored before is "
            "kept, and the same command goes on from there"
        )


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


def _is_damage(error: sqlite3.Error) -> bool:
    name = getattr(error, "sqlite_errorname", None) or ""
    return isinstance(error, DamagedError) or name.startswith(DAMAGE)


@contextlib.contextmanager
def _opened(path: Path, mode: str, can_lock: bool = False) -> Iterator[sqlite3.Connection]:
    """Yield a connection that trusts nothing in the database, and waits until the disk has all."""
    name = f"{path.absolute().as_uri()}?mode={mode}{'' if can_lock else '&nolock=1'}"
    database = sqlite3.connect(name, timeout=SECONDS_TO_WAIT, isolation_level=None, uri=True)
    try:
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
        database.text_factory = lambda text: text.decode(errors="replace")
        for setting in SETTINGS:
            database.execute(f"PRAGMA {setting}")
        yield database
    finally:
        database.close()


def _with_nothing[T](work: Callable[[sqlite3.Connection], T]) -> T:
    """Call a function with a database that is empty."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        _check_schema(database)
        return work(database)


def _check_schema(database: sqlite3.Connection) -> None:
    """Make the tables of a new database; see that those of another are ours and nothing else."""
    look = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    schema = tuple(sql for (sql,) in database.execute(look))
    if not schema:
        with _transaction(database):
            for statement in SCHEMA:
                database.execute(statement)
    elif schema != SCHEMA:
        raise DamagedError


@contextlib.contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    with database:
        yield


def _insert_rows(database: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows inside a transaction; one that failed does not take the place of one done."""
    numbers = {names: number for number, names in database.execute(NAMES)}
    try:
        for key, kind, status, about, names, *rest in rows:
            if names not in numbers:
                added = database.execute("INSERT INTO figure_names (names) VALUES (?)", (names,))
                numbers[names] = added.lastrowid
            if status == DONE or not database.execute(IS_DONE, (key,)).fetchone():
                database.execute("DELETE FROM results WHERE key = ?", (key,))
                database.execute(INSERT, (key, kind, status, about, numbers[names], *rest))
    except sqlite3.IntegrityError as error:  # an index has what its table has not
        raise DamagedError from error


def _sound_rows(
    database: sqlite3.Connection, where: str = "", given: Sequence[Any] = ()
) -> list[ResultRow]:
    """Return rows that are sound; the others are removed, where that can be."""
    names: Mapping[int, str] = dict(database.execute(NAMES))
    rows, damaged = [], []
    for number, *columns in database.execute(f"{SELECT} {where}", given):
        row = row_of(tuple(columns), names)
        if row is None:
            damaged.append((number,))
        else:
            rows.append(row)
    if damaged:
        with contextlib.suppress(sqlite3.OperationalError):  # it can only be read
            database.executemany("DELETE FROM results WHERE id = ?", damaged)
    return rows


def _rows_among(database: sqlite3.Connection, keys: Iterable[str]) -> list[ResultRow]:
    """Return the rows of keys, in any order."""
    parts = batched(dict.fromkeys(keys), KEYS_AT_ONCE)
    return [row for part in parts for row in _sound_rows(database, AMONG, (json.dumps(part),))]


def _forget(database: sqlite3.Connection, keys: Iterable[str]) -> None:
    """Remove rows whose files are gone."""
    with contextlib.suppress(sqlite3.OperationalError):  # it can only be read
        database.executemany("DELETE FROM results WHERE key = ?", [(key,) for key in keys])


def _of_all_files[T](row: ResultRow, look: Callable[[str, int], T | None]) -> dict[str, T] | None:
    """Return what `look` gives of every file of a row, or None if it gives nothing of one."""
    seen = {name: look(*about) for name, about in row.files.items()}
    there = {name: what for name, what in seen.items() if what is not None}
    return there if len(there) == len(seen) else None


def _objects_of(rows: Iterable[ResultRow]) -> set[str]:
    return {digest for row in rows for digest, _ in row.files.values()}


def _salvage(path: Path) -> dict[str, tuple[Any, ...]]:
    """Return what can be read of a damaged database, from both ends, as rows to insert."""
    rows: dict[str, tuple[Any, ...]] = {}
    for order in ("ASC", "DESC"):
        with contextlib.suppress(sqlite3.Error), _opened(path, "ro") as database:
            _check_schema(database)
            names = dict(database.execute(NAMES))
            for _, *columns in database.execute(f"{SELECT} NOT INDEXED ORDER BY id {order}"):
                if row_of(tuple(columns), names) is not None:
                    rows[columns[0]] = (*columns[:4], names[columns[4]], *columns[5:])
    return rows
