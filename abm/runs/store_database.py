"""The database of a store: opened without trust, and what is sound in it."""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import batched
from pathlib import Path
from typing import Any

from abm.io.tables import TableError
from abm.runs.kept_result import DONE, ResultRow, row_of
from abm.runs.store_folder import NEW, StoreFolder

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


class StoreError(Exception):
    """The store cannot be read or written; the message is one line for the user."""


class StoreDatabase:
    """The database in the folder of a store."""

    def __init__(self, files: StoreFolder) -> None:
        self.files = files

    def do[T](self, work: Callable[[sqlite3.Connection], T], is_writing: bool = False) -> T:
        """Call a function with the database; one that is damaged is begun anew first."""
        try:
            if not is_writing and not self.files.database.exists():
                return with_nothing(work)
            with self.files.alone(is_writing):
                try:
                    return self._call(work, is_writing)
                except sqlite3.Error as error:
                    if not is_damage(error):
                        raise
                try:
                    self._begin_anew()
                except (OSError, sqlite3.Error):
                    if is_writing:
                        raise
                    return with_nothing(work)  # a damaged one in a folder that can only be read
                return self._call(work, is_writing)
        except (OSError, TableError, sqlite3.Error) as error:
            raise self._error(error, is_writing) from error

    def _call[T](self, work: Callable[[sqlite3.Connection], T], is_writing: bool) -> T:
        path = self.files.database
        if not is_writing and not (path.exists() and path.stat().st_size):
            return with_nothing(work)
        with opened(path, "rwc" if is_writing else "rw", self.files.can_lock) as database:
            check_schema(database)
            return work(database)

    def _begin_anew(self) -> None:
        """Write the rows that are sound into a new database, and move the damaged one aside."""
        new = self.files.path / NEW
        new.unlink(missing_ok=True)
        with opened(new, "rwc", self.files.can_lock) as database:
            check_schema(database)
            with transaction(database):
                insert_rows(database, list(salvage(self.files.database).values()))
        self.files.move_database_aside()
        new.rename(self.files.database)

    def _error(self, error: Exception, is_writing: bool) -> StoreError:
        cause = error.__cause__ if isinstance(error, TableError) else error
        reason = getattr(cause, "strerror", None) or cause
        if not is_writing:
            return StoreError(f"cannot read results in {self.files.path}: {reason}")
        return StoreError(
            f"cannot store results in {self.files.path}: {reason}; what was stored before is kept, "
            "and the same command goes on from there"
        )


class DamagedError(sqlite3.DatabaseError):
    """A database is not as it was written."""


def is_damage(error: sqlite3.Error) -> bool:
    name = getattr(error, "sqlite_errorname", None) or ""
    return isinstance(error, DamagedError) or name.startswith(DAMAGE)


@contextlib.contextmanager
def opened(path: Path, mode: str, can_lock: bool = False) -> Iterator[sqlite3.Connection]:
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


def with_nothing[T](work: Callable[[sqlite3.Connection], T]) -> T:
    """Call a function with a database that is empty."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        check_schema(database)
        return work(database)


def check_schema(database: sqlite3.Connection) -> None:
    """Make the tables of a new database; see that those of another are ours and nothing else."""
    look = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    schema = tuple(sql for (sql,) in database.execute(look))
    if not schema:
        with transaction(database):
            for statement in SCHEMA:
                database.execute(statement)
    elif schema != SCHEMA:
        raise DamagedError


@contextlib.contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    with database:
        yield


def insert_rows(database: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
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


def sound_rows(
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


def rows_among(database: sqlite3.Connection, keys: Iterable[str]) -> list[ResultRow]:
    """Return the rows of keys, in any order."""
    parts = batched(dict.fromkeys(keys), KEYS_AT_ONCE)
    return [row for part in parts for row in sound_rows(database, AMONG, (json.dumps(part),))]


def forget(database: sqlite3.Connection, keys: Iterable[str]) -> None:
    """Remove rows whose files are gone."""
    with contextlib.suppress(sqlite3.OperationalError):  # it can only be read
        database.executemany("DELETE FROM results WHERE key = ?", [(key,) for key in keys])


def objects_of(rows: Iterable[ResultRow]) -> set[str]:
    return {digest for row in rows for digest, _ in row.files.values()}


def salvage(path: Path) -> dict[str, tuple[Any, ...]]:
    """Return what can be read of a damaged database, from both ends, as rows to insert."""
    rows: dict[str, tuple[Any, ...]] = {}
    for order in ("ASC", "DESC"):
        with contextlib.suppress(sqlite3.Error), opened(path, "ro") as database:
            check_schema(database)
            names = dict(database.execute(NAMES))
            for _, *columns in database.execute(f"{SELECT} NOT INDEXED ORDER BY id {order}"):
                if row_of(tuple(columns), names) is not None:
                    rows[columns[0]] = (*columns[:4], names[columns[4]], *columns[5:])
    return rows
