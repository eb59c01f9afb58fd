"""A run folder: where it is, what it holds, and how its tables are put together from seeds."""

import contextlib
import datetime
import hashlib
import json
import os
import platform
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from abm.compilation import code_version, version_of
from abm.io.files import (
    FigureName,
    FileName,
    ReadBack,
    Seed,
    files_in,
    make_folder,
    open_lock,
    read_bytes,
)
from abm.io.locks import Lock, lock
from abm.io.tables import (
    TableError,
    checksum,
    csv_bytes,
    join_csv,
    join_parquet,
    made_folder,
    read_json,
    write_bytes,
    write_json,
)
from abm.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


LIBRARIES = ("numpy", "numba", "mesa", "pandas", "scipy", "pyarrow")
RUN_ID_DIGITS = 12


class FolderError(Exception):
    """A run folder cannot be used; the message is one line for the user."""


class _DescribedTable(ReadBack):
    """What run.json says of a table."""

    sha256: str
    made_from: str = ""
    seeds: list[Seed] = Field(default_factory=list)


class _Figures(ReadBack):
    """What run.json says of the figures."""

    files: list[FigureName] = Field(default_factory=list)
    made_from: str = ""


class _Description(ReadBack):
    """The shape of run.json, as far as a command goes by it."""

    seeds: list[Seed] = Field(default_factory=list)
    tables: dict[FileName, _DescribedTable] = Field(default_factory=dict)
    figures: _Figures = _Figures()


def run_id_of(command: str, scenario: Scenario, design: Mapping[str, Any]) -> str:
    """Return the start of a hash over all that decides the results except the seeds."""
    content = {
        "command": command,
        "scenario": scenario.resolved(),
        "design": dict(design),
        "code": code_version(),
        "studies": version_of("studies"),
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:RUN_ID_DIGITS]


class RunFolder:
    """The folder `<out>/<scenario>/<run id>/` of one command: tables, figures and run.json.

    What cannot be written or removed is a `TableError`.
    """

    def __init__(
        self,
        out: Path,
        scenario: Scenario,
        command: str = "run",  # or "sweep" and so on
        design: Mapping[str, Any] | None = None,  # further plain data that decides the results
        name: str = "",  # of the folder above; by default the scenario's
        run_id: str = "",  # where something else than scenario and design decides the results
    ) -> None:
        self.out = out
        self.scenario = scenario
        self.command = command
        self.design = dict(design or {})
        self.run_id = run_id or run_id_of(command, scenario, self.design)
        self.path = out / (name or scenario.name) / self.run_id
        self.figures_path = self.path if command == "sweep" else self.path / "figures"
        self.failed_path = self.path / "failed"
        self._new = [path for path in (self.path, *self.path.parents) if not path.exists()]

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Make the folder and keep other runs out of it while the block lasts."""
        with opened(self.out, self.path, (self.figures_path,)):
            yield

    def note_failures(self, reasons: Mapping[str, str], is_all: bool = False) -> None:
        """Write why runs failed, by their names; remove what was written of those with no reason.

        With `is_all` no other run failed, and what was written of others goes, too.
        """
        texts = {f"{name}.txt": why for name, why in reasons.items()}
        for path in files_in(self.failed_path, "*.txt"):
            if not texts.get(path.name, "" if is_all else "kept"):
                self.remove(f"{self.failed_path.name}/{path.name}")
        for name, why in texts.items():
            if why:
                path = made_folder(self.failed_path) / name
                write_bytes(path, why.encode(errors="backslashreplace"))
        with contextlib.suppress(OSError):
            self.failed_path.rmdir()

    def failures(self) -> list[int]:
        """Return the seeds whose last attempt failed."""
        return sorted(int(p.stem) for p in self.failed_path.glob("*.txt") if p.stem.isdecimal())

    def description(self) -> dict[str, Any]:
        """Read run.json, or return an empty dictionary if there is none that has its shape."""
        return read_description(self.path)

    def combine(
        self, names: Sequence[str], seeds: Mapping[int, Mapping[str, Path]]
    ) -> dict[str, dict[str, Any]]:
        """Write tables of all seeds, those that have changed, a block at a time.

        `seeds` has by seed and name a file with its rows, called by its checksum. Returns by file
        name: `seeds` it holds, `sha256`, and `made_from`, a hash over the parts.
        """
        before = self.description().get("tables", {})
        tables = {}
        for name in names:
            parts = {seed: files[name] for seed, files in seeds.items() if name in files}
            if not parts:
                continue
            made_from = hash_of(f"{seed} {part.name}" for seed, part in parts.items())
            path, known = self.path / name, before.get(name, {})
            is_made_of_these = known.get("made_from") == made_from and path.exists()
            if not is_made_of_these or checksum(path) != known.get("sha256"):
                join = join_csv if name.endswith(".csv") else join_parquet
                join(path, list(parts.values()))
            tables[name] = {
                "seeds": list(parts),
                "sha256": checksum(path),
                "made_from": made_from,
            }
        return tables

    def draw(
        self, draw: Callable[[Path], list[str]], made_from: str, again: bool = False
    ) -> dict[str, Any]:
        """Draw the figures, unless they are there and made from the same; or in any case, `again`.

        `made_from` is a hash over what they show; `draw` returns the names of the files it wrote.
        Returns what run.json says of them.
        """
        before = self.description().get("figures", {})
        files = before.get("files", [])
        is_whole = bool(files) and all((self.figures_path / name).exists() for name in files)
        if not again and is_whole and before.get("made_from") == made_from:
            return dict(before)
        drawn = draw(self.figures_path)
        for name in set(files) - set(drawn):
            with contextlib.suppress(OSError):
                (self.figures_path / name).unlink()
        return {"files": drawn, "made_from": made_from}

    def describe(
        self,
        content: Mapping[str, Any],
        tables: Mapping[str, Any],
        started: float,
        timings: Mapping[str, Any] | None = None,
        again: bool = False,
    ) -> None:
        """Write run.json, unless it already says the same; or in any case, `again`.

        `content` is what is particular to the command, `tables` what is said of each by file name,
        `timings` what took how long besides the whole, which `started` so many seconds after 1970.
        """
        known = {
            "command": self.command,
            "run_id": self.run_id,
            "scenario": self.scenario.resolved(),
            "design": self.design,
            **content,
            "content_hash": content_hash(tables),
            "tables": dict(tables),
            "code_version": code_version(),
            "versions": versions(),
        }
        before = self.description()
        if not again and all(before.get(name) == value for name, value in known.items()):
            return
        began = datetime.datetime.fromtimestamp(started, datetime.UTC)
        whole = {
            "started": began.isoformat(timespec="seconds"),
            "seconds": round(time.time() - started, 3),
        }
        known |= {"platform": this_platform(), "timings": whole | dict(timings or {})}
        write_json(self.path / "run.json", known)

    def write(
        self, tables: "Mapping[str, pd.DataFrame | bytes]", optional: Container[str] = ()
    ) -> dict[str, dict[str, Any]]:
        """Write tables as CSV, those that have changed; return their checksums by name.

        One of the `optional` that has no row is not written, and removed if it is there.
        """
        written: dict[str, dict[str, Any]] = {}
        for name, table in tables.items():
            if name in optional and not isinstance(table, bytes) and table.empty:
                self.remove(name)
                continue
            self.write_if_other(name, table if isinstance(table, bytes) else csv_bytes(table))
            written[name] = {"sha256": checksum(self.path / name)}
        return written

    def remove(self, name: str) -> None:
        """Remove a table that no longer holds."""
        path = self.path / name
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise TableError(f"cannot remove {path}: {error.strerror or error}") from error

    def remove_if_empty(self) -> None:
        """Remove the folder and those made for it, if nothing is in them."""
        with contextlib.suppress(OSError):
            if self._new and set(self.path.iterdir()) <= {self.figures_path}:
                for folder in dict.fromkeys((self.figures_path, *self._new)):
                    folder.rmdir()

    def write_if_other(self, name: str, content: bytes) -> None:
        """Write a file of the folder, unless it has this content."""
        path = self.path / name
        try:
            is_there = read_bytes(path) == content
        except OSError:
            is_there = False
        if not is_there:
            write_bytes(path, content)


def read_description(folder: Path) -> dict[str, Any]:
    """Read the run.json of a folder, or return an empty dictionary if none has its shape."""
    try:
        description: dict[str, Any] = read_json(folder / "run.json")
        _Description.model_validate(description)
    except (TableError, ValueError):
        return {}
    return description


def sound_tables(folder: Path) -> set[str]:
    """Return the names of the tables of a folder if each is as its run.json says, or else none."""
    known = read_description(folder).get("tables", {})
    with contextlib.suppress(TableError):
        if all(checksum(folder / name) == about["sha256"] for name, about in known.items()):
            return set(known)
    return set()


@contextlib.contextmanager
def opened(out: Path, path: Path, inner: Sequence[Path] = ()) -> Iterator[None]:
    """Make a folder of results and keep other commands out of it while the block lasts.

    `out`, the folder of all results, may be a link; neither `path`, below it, nor a folder in it
    may be one: through a link a command would write to, and remove from, what is not its own.
    `inner` are folders in it that are to be there. FolderError if it cannot be written, or another
    command is writing it.
    """
    lock_path = path / ".lock"
    try:
        inside = sorted(path.iterdir()) if path.is_dir() else []
        above = [part for part in (path, *path.parents) if part.is_relative_to(out) and part != out]
        for part in (*above, *inside):
            if part.is_symlink() and (part in above or part.is_dir()):
                raise FolderError(f"cannot write results: {part} is a link to another folder")
        for part in (path, *inner):
            make_folder(part)
        file = open_lock(lock_path)
    except (FileExistsError, NotADirectoryError) as error:
        raise FolderError(
            f"cannot write results: {error.filename or path} is not a folder"
        ) from None
    except OSError as error:
        raise FolderError(f"cannot write results to {path}: {error.strerror or error}") from None
    with file:
        if lock(file.fileno()) is Lock.HELD:
            raise FolderError(f"another run is writing {path}; wait for it to end")
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                lock_path.unlink()


def content_hash(tables: Mapping[str, Any]) -> str:
    """Return one hash over all tables of a folder: the same tables, the same hash."""
    return hash_of(f"{name} {tables[name]['sha256']}" for name in sorted(tables))


def versions() -> dict[str, str]:
    """Return the versions of Python, of this package and of the libraries that results rest on."""
    installed = {"python": platform.python_version()}
    for name in ("nssi-abm", *LIBRARIES):
        with contextlib.suppress(metadata.PackageNotFoundError):
            installed[name] = metadata.version(name)
    return installed


def this_platform() -> dict[str, Any]:
    """Return what a run.json says of the machine; the host's name is not in it."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
    }


def hash_of(lines: Iterable[str]) -> str:
    """Return one hash over lines of text."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
