"""A run folder: where it is, what it holds, and how its tables are put together from seeds."""

import contextlib
import hashlib
import json
import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from abm.io.files import FigureName, FileName, ReadBack, Seed, make_folder, open_lock
from abm.io.locks import Lock, lock
from abm.io.tables import (
    TableError,
    checksum,
    join_csv,
    join_parquet,
    read_json,
    write_bytes,
    write_json,
)
from abm.runs.parts import CURVES, FOLLOW_UP, Part, read_part, set_aside
from abm.simulation.record import LOG_NAMES

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario

LIBRARIES = ("numpy", "numba", "mesa", "pandas", "scipy", "pyarrow")
RUN_ID_DIGITS = 12


class FolderError(Exception):
    """A run folder cannot be used; the message is one line for the user."""


class _Table(ReadBack):
    """What run.json says of a table."""

    sha256: str
    made_from: str = ""


class _Figures(ReadBack):
    """What run.json says of the figures."""

    files: list[FigureName] = Field(default_factory=list)
    made_from: str = ""


class _Description(ReadBack):
    """The shape of run.json, as far as a command goes by it."""

    seeds: list[Seed] = Field(default_factory=list)
    tables: dict[FileName, _Table] = Field(default_factory=dict)
    figures: _Figures = _Figures()


def run_id(command: str, scenario: "Scenario", design: Mapping[str, Any]) -> str:
    """Return the start of a hash over all that decides the results except the seeds.

    Parameters
    ----------
    command
        "run", "sweep" and so on.
    scenario
        The scenario lived.
    design
        Further plain data that decides the results; empty for a single run.
    """
    from abm.compilation import code_version, version_of

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
    """The folder `<out>/<scenario>/<run id>/` of one command.

    Parameters
    ----------
    out
        Folder of all results.
    scenario
        The scenario lived.
    command
        "run", "sweep" and so on.
    design
        Further plain data that decides the results.
    """

    def __init__(
        self,
        out: Path,
        scenario: "Scenario",
        command: str = "run",
        design: Mapping[str, Any] | None = None,
    ) -> None:
        self.out = out
        self.scenario = scenario
        self.command = command
        self.design = dict(design or {})
        self.run_id = run_id(command, scenario, self.design)
        self.path = out / scenario.name / self.run_id
        self.seeds_path = self.path / "seeds"
        self.figures_path = self.path / "figures"
        self.failed_path = self.path / "failed"
        self.aside_path = self.path / "set_aside"

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Make the folder and keep other runs out of it while the block lasts.

        Raises
        ------
        FolderError
            If it cannot be written, or another run is writing it.
        """
        with opened(self.out, self.path, (self.seeds_path, self.figures_path)):
            yield

    def part(self, seed: int) -> Part | None:
        """Return the finished part of a seed, checksums verified, or None."""
        return read_part(self.seeds_path, seed)

    def parts(self) -> dict[int, Part]:
        """Return every finished seed of the folder in ascending order."""
        try:
            names = [name for name in os.listdir(self.seeds_path) if name.isdecimal()]
        except OSError:
            names = []
        found = (self.part(seed) for seed in sorted(int(name) for name in names))
        return {part.seed: part for part in found if part is not None}

    def set_aside(self, seed: int) -> Path | None:
        """Move a damaged or half-written part out of the way."""
        return set_aside(self.seeds_path, seed, self.aside_path)

    def note_failure(self, seed: int, trace: str) -> None:
        """Write the traceback of a failed seed."""
        try:
            make_folder(self.failed_path)
        except OSError as error:
            raise TableError(f"cannot write {self.failed_path}: {error.strerror}") from error
        write_bytes(self.failed_path / f"{seed}.txt", trace.encode(errors="backslashreplace"))

    def forget_failure(self, seed: int) -> None:
        """Remove the traceback of a seed that is now finished."""
        with contextlib.suppress(OSError):
            (self.failed_path / f"{seed}.txt").unlink()
            self.failed_path.rmdir()

    def failures(self) -> list[int]:
        """Return the seeds whose last attempt failed."""
        return sorted(int(p.stem) for p in self.failed_path.glob("*.txt") if p.stem.isdecimal())

    def description(self) -> dict[str, Any]:
        """Read run.json, or return an empty dictionary if there is none that has its shape."""
        return read_description(self.path)

    def combine(self, parts: Mapping[int, Part]) -> dict[str, dict[str, Any]]:
        """Write the tables of all finished seeds, those that have changed.

        Returns
        -------
        dict
            By file name: `seeds` it holds, `sha256`, and `made_from`, a hash over the parts.
        """
        before = self.description().get("tables", {})
        tables = {}
        for name in (CURVES, FOLLOW_UP, *(f"{log}.parquet" for log in LOG_NAMES)):
            chosen = [part for part in parts.values() if name in part.files]
            if not chosen:
                continue
            made_from = _hash_of(f"{part.seed} {part.files[name]}" for part in chosen)
            path = self.path / name
            if not self._is_current(path, before.get(name, {}), made_from):
                join = join_csv if name.endswith(".csv") else join_parquet
                join(path, [part.folder / name for part in chosen])
            tables[name] = {
                "seeds": [part.seed for part in chosen],
                "sha256": checksum(path),
                "made_from": made_from,
            }
        return tables

    def _is_current(self, path: Path, before: Mapping[str, Any], made_from: str) -> bool:
        """Return whether a combined table is whole and made of these very parts."""
        if before.get("made_from") != made_from or not path.exists():
            return False
        return bool(checksum(path) == before.get("sha256"))

    def draw(
        self, parts: Mapping[int, Part], draw: Callable[[Path], list[str]], again: bool
    ) -> dict[str, Any]:
        """Draw the figures unless they are there, made of these very parts.

        Parameters
        ----------
        parts
            Finished seeds.
        draw
            Draws into a folder and returns the names of the files it wrote.
        again
            Draw in any case.
        """
        from abm.runs.parts import AGGREGATES

        made_from = _hash_of(
            f"{part.seed} {part.files[CURVES]} {part.files.get(AGGREGATES)}"
            for part in parts.values()
        )
        before = self.description().get("figures", {})
        files = before.get("files", [])
        whole = all((self.figures_path / name).exists() for name in files)
        if not again and files and whole and before.get("made_from") == made_from:
            return dict(before)
        drawn = draw(self.figures_path)
        for name in set(files) - set(drawn):
            with contextlib.suppress(OSError):
                (self.figures_path / name).unlink()
        return {"files": drawn, "made_from": made_from}

    def describe(
        self,
        parts: Mapping[int, Part],
        tables: Mapping[str, Any],
        figures: Mapping[str, Any],
        timings: Mapping[str, Any],
        further: Mapping[str, Any] | None = None,
    ) -> None:
        """Write run.json: what was lived, with what, and a hash over its tables."""
        from abm.compilation import code_version

        content = {
            "command": self.command,
            "run_id": self.run_id,
            "scenario": self.scenario.resolved(),
            "design": self.design,
            "seeds": list(parts),
            **(further or {}),
            "failed": self.failures(),
            "content_hash": content_hash(tables),
            "tables": dict(tables),
            "figures": dict(figures),
            "code_version": code_version(),
            "versions": versions(),
            "platform": this_platform(),
            "timings": {
                **timings,
                "seconds_by_seed": {str(part.seed): part.seconds for part in parts.values()},
            },
        }
        write_json(self.path / "run.json", content)


def read_description(folder: Path) -> dict[str, Any]:
    """Read the run.json of a folder, or return an empty dictionary if none has its shape."""
    try:
        found: dict[str, Any] = read_json(folder / "run.json")
        _Description.model_validate(found)
    except (TableError, ValueError):
        return {}
    return found


@contextlib.contextmanager
def opened(out: Path, path: Path, inner: Sequence[Path] = ()) -> Iterator[None]:
    """Make a folder of results and keep other commands out of it while the block lasts.

    Parameters
    ----------
    out
        Folder of all results, which may be a link.
    path
        The folder, below `out`. Neither it nor a folder in it may be one: through a link a command
        would write to, and remove from, what is not its own.
    inner
        Folders in it that are to be there.

    Raises
    ------
    FolderError
        If it cannot be written, or another command is writing it.
    """
    lock_path = path / ".lock"
    try:
        inside = sorted(path.iterdir()) if path.is_dir() else []
        above = [each for each in (path, *path.parents) if each.is_relative_to(out) and each != out]
        for each in (*above, *inside):
            if each.is_symlink() and (each in above or each.is_dir()):
                raise FolderError(f"cannot write results: {each} is a link to another folder")
        for each in (path, *inner):
            make_folder(each)
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
    return _hash_of(f"{name} {tables[name]['sha256']}" for name in sorted(tables))


def versions() -> dict[str, str]:
    """Return the versions of Python, of this package and of the libraries that results rest on."""
    found = {"python": platform.python_version()}
    for name in ("nssi-abm", *LIBRARIES):
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def this_platform() -> dict[str, Any]:
    """Return what a run.json says of the machine; the host's name is not in it."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
    }


def _hash_of(lines: Iterator[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
