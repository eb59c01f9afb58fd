"""Results of many runs, kept by content: never lived twice, never half written.

`parts/` holds small Parquet files, each named by the checksum of its bytes; they are only ever
added. `index-*.parquet` is a copy of all rows that spares reading thousands of parts; it is used
for those parts only that are there and whole, and is made anew when it is missing. What is
damaged is moved to `set-aside/`, and its runs count as not lived.
"""

import contextlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.runs.keys import (
    DONE,
    FAILED,
    PART,
    ROW_COLUMNS,
    RunResult,
    differences_of,
    has_rows_of_results,
    run_key,
    table_of,
)
from abm.runs.store_files import (
    StoreError,
    abandoned_in,
    is_whole,
    move_aside,
    names_in,
    read_checked,
    write_named_by_content,
)
from abm.studies.outcomes import in_order

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = [
    "DONE",
    "FAILED",
    "RunResult",
    "Store",
    "StoreError",
    "StoreReport",
    "differences_of",
    "run_key",
    "store_folder",
]

INDEX = "index-"
PARTS_WORTH_AN_INDEX = 64
PARTS_PER_INDEX = 512  # how many new ones there are before it is written anew


def store_folder(out: Path) -> Path:
    """Return where the results of many runs lie under the folder of all results."""
    return out / "store" / "runs"


@dataclass(frozen=True)
class StoreReport:
    """What a check of a whole store found.

    Parameters
    ----------
    parts, runs, failed, size
        Sound parts, the runs in them, how many of these failed, and bytes of the parts.
    damaged
        Names of the parts that were moved aside now.
    abandoned
        Names of half-written files that were moved aside now.
    """

    parts: int
    runs: int
    failed: int
    size: int
    damaged: tuple[str, ...]
    abandoned: tuple[str, ...]


class Store:
    """A folder of results.

    Parameters
    ----------
    folder
        `<out>/store/runs` (see `store_folder`); made when something is first appended. Several
        processes may use it at once.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts = folder / "parts"
        self.aside = folder / "set-aside"
        self._seen: set[str] = set()
        self._indexed: set[str] = set()
        self._chosen: dict[str, tuple[str, str]] = {}  # by key: status and part

    def known(self, keys: Iterable[str], *, failed: bool = True) -> set[str]:
        """Return those keys that have a result, other processes' newest included.

        Parameters
        ----------
        keys
            Keys of runs.
        failed
            Whether a run that failed counts.

        Raises
        ------
        StoreError
            If the store cannot be read.
        """
        self.refresh()
        return {key for key in keys if self.has(key, failed=failed)}

    def has(self, key: str, *, failed: bool = True) -> bool:
        """Return whether a key had a result when the store was last looked at."""
        found = self._chosen.get(key)
        return found is not None and (failed or found[0] == DONE)

    def append(self, results: Collection[RunResult]) -> None:
        """Write results as one part, whole or not at all.

        Raises
        ------
        StoreError
            If they cannot be written, for instance because the disk is full.
        ValueError
            If an outcome is called like a column of the store.
        """
        if not results:
            return
        table = table_of(results)
        name = write_named_by_content(self.parts, "", table)
        self._choose(table, [name] * len(table))
        self._seen.add(name)
        if len(self._seen) - len(self._indexed) >= PARTS_PER_INDEX:
            self.write_index()

    def results(self, keys: Sequence[str], *, with_seconds: bool = False) -> "pd.DataFrame":
        """Return one row a known key, in the order of `keys`.

        Parameters
        ----------
        keys
            Keys of runs; one without a result has no row.
        with_seconds
            Add how long each run took: the only column that differs from time to time.

        Returns
        -------
        pandas.DataFrame
            Columns key, seed, status, error, differences, then one an outcome, NaN where a
            figure is not defined and for runs that failed.

        Raises
        ------
        StoreError
            If the store cannot be read.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        self.refresh()
        known = {key: self._chosen[key][1] for key in keys if key in self._chosen}
        table = self._rows_of(set(known.values()))
        frame = self._chosen_rows(
            table.filter(pc.is_in(table["key"], pa.array(known, pa.string())))
        )
        frame = frame.reindex([key for key in keys if key in frame.index])
        outcomes = in_order([n for n in frame.columns if n not in (*ROW_COLUMNS, PART)])
        columns = ["seed", "status", "error", "differences", *outcomes]
        return frame[[*columns, "seconds"] if with_seconds else columns].reset_index()

    def verify(self) -> StoreReport:
        """Check every part, move aside what is damaged or was never finished, index the rest.

        Raises
        ------
        StoreError
            If the store cannot be read, or something cannot be moved.
        """
        abandoned = [*abandoned_in(self.parts), *abandoned_in(self.folder)]
        for path in abandoned:
            move_aside(path, self.aside)
        self._forget()
        before = set(names_in(self.parts))
        self._remove_indexes(names_in(self.folder, INDEX))
        self.refresh(whole=True)
        self.write_index()
        return StoreReport(
            parts=len(self._seen),
            runs=len(self._chosen),
            failed=sum(status == FAILED for status, _ in self._chosen.values()),
            size=self.size(),
            damaged=tuple(sorted(before - set(names_in(self.parts)))),
            abandoned=tuple(path.name for path in abandoned),
        )

    def size(self) -> int:
        """Return the bytes of all parts."""
        total = 0
        for name in names_in(self.parts):
            with contextlib.suppress(OSError):
                total += (self.parts / name).stat().st_size
        return total

    def all_runs(self) -> list[dict[str, Any]]:
        """Return the columns of `ROW_COLUMNS` of every run, those that failed last."""
        self.refresh()
        rows = self._rows_of(self._seen).select([*ROW_COLUMNS, PART]).to_pylist()
        found: dict[str, dict[str, Any]] = {}
        for row in sorted(rows, key=lambda row: row["status"] != DONE):
            if row.pop(PART) == self._chosen[row["key"]][1]:
                found.setdefault(row["key"], row)
        return list(found.values())

    def part_count(self) -> int:
        """Return how many sound parts there were when the store was last looked at."""
        return len(self._seen)

    # Looking at the folder

    def refresh(self, *, whole: bool = False) -> None:
        """Look at what is there now; parts that are new are checked, damaged ones set aside.

        Parameters
        ----------
        whole
            Check every column, not only keys and what became of them.

        Raises
        ------
        StoreError
            If the store cannot be read, or a damaged part cannot be moved.
        """
        names = set(names_in(self.parts))
        if self._seen - names:  # some were set aside: look at everything anew
            self._forget()
        is_first_look = not self._seen
        new = sorted(names - self._seen)
        if is_first_look and len(new) > 1:
            new = self._learn_from_index(new)
        for name in new:
            table = self._read_part(name, None if whole else ("key", "status"))
            if table is not None:
                self._choose(table, [name] * len(table))
                self._seen.add(name)
        if is_first_look and len(new) >= PARTS_WORTH_AN_INDEX:
            self.write_index()

    def _forget(self) -> None:
        self._seen, self._indexed, self._chosen = set(), set(), {}

    def _learn_from_index(self, names: list[str]) -> list[str]:
        """Take what the index says of parts that are there and whole; return the others."""
        index = self._read_index()
        if index is None:
            return names
        in_index = set(index[PART].unique().to_pylist())
        whole = {name for name in names if name in in_index and self._is_whole(name)}
        parts = index[PART].to_pylist()
        self._choose(index, parts, whole)
        self._seen |= whole
        self._indexed = whole
        return [name for name in names if name not in whole]

    def _is_whole(self, name: str) -> bool:
        try:
            return is_whole(self.parts / name)
        except FileNotFoundError:
            return False

    def _read_part(self, name: str, columns: Sequence[str] | None = None) -> "pa.Table | None":
        """Return the rows of a part; one that is damaged is moved aside."""
        path = self.parts / name
        try:
            table = read_checked(path, columns=columns)
        except FileNotFoundError:
            return None
        deep = columns is None
        if table is None or (deep and not has_rows_of_results(table, with_differences=True)):
            move_aside(path, self.aside)
            return None
        return table

    def _choose(
        self, table: "pa.Table", parts: Sequence[str], only: Collection[str] | None = None
    ) -> None:
        """Note rows by key; of several with one key a done one counts, then the first by part."""
        keys, statuses = table["key"].to_pylist(), table["status"].to_pylist()
        for key, status, part in zip(keys, statuses, parts, strict=True):
            if only is not None and part not in only:
                continue
            before = self._chosen.get(key)
            if before is None or (status != DONE, part) < (before[0] != DONE, before[1]):
                self._chosen[key] = (status, part)

    def _rows_of(self, wanted: Collection[str]) -> "pa.Table":
        """Return the rows of some parts with a column `part`, from the index where it has them."""
        import pyarrow as pa
        import pyarrow.compute as pc

        tables = [table_of(()).append_column(PART, pa.array([], pa.string()))]
        index = self._read_index() if self._indexed & set(wanted) else None
        covered: set[str] = set()
        if index is not None:
            covered = self._indexed & set(wanted) & set(index[PART].unique().to_pylist())
            tables.append(index.filter(pc.is_in(index[PART], pa.array(sorted(covered)))))
        for name in sorted(set(wanted) - covered):
            table = self._read_part(name)
            if table is not None:
                part = pa.array([name] * len(table), pa.string())
                tables.append(table.append_column(PART, part))
        return pa.concat_tables(tables, promote_options="default")

    def _chosen_rows(self, table: "pa.Table") -> "pd.DataFrame":
        """Return one row a key, the key being the index; outcomes that nothing has are left out."""
        import numpy as np

        outcomes = [name for name in table.column_names if name not in (*ROW_COLUMNS, PART)]
        absent = [name for name in outcomes if table[name].null_count == len(table)]
        frame: Any = table.drop_columns(absent).to_pandas()
        chosen = frame["key"].map({key: part for key, (_, part) in self._chosen.items()})
        frame = frame[(frame[PART] == chosen).to_numpy()]
        failed = np.asarray(frame["status"] != DONE)
        frame = frame.iloc[np.argsort(failed, kind="stable")]
        return frame.drop_duplicates("key").set_index("key")

    # The index

    def write_index(self) -> None:
        """Write all rows anew as the index, if it lacks parts; where there is no room, do not."""
        if self._seen == self._indexed or len(self._seen) < 2:
            return
        with contextlib.suppress(StoreError):
            before = names_in(self.folder, INDEX)
            table = self._rows_of(self._seen)
            name = write_named_by_content(self.folder, INDEX, table)
            self._indexed = set(table[PART].unique().to_pylist())
            self._remove_indexes(set(before) - {name})

    def _remove_indexes(self, names: Iterable[str]) -> None:
        for name in names:
            with contextlib.suppress(OSError):
                (self.folder / name).unlink()

    def _read_index(self) -> "pa.Table | None":
        """Return the index, or None if there is none that is whole."""
        for name in names_in(self.folder, INDEX):
            with contextlib.suppress(FileNotFoundError):
                table = read_checked(self.folder / name, INDEX)
                if table is not None:
                    return table
                self._remove_indexes([name])
        return None
