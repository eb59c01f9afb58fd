"""The run folder of sweeps, sensitivity analyses and comparisons: their runs are in the store."""

import datetime
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.compilation import code_version
from abm.io.files import files_in, make_folder
from abm.io.tables import TableError, checksum, csv_bytes, write_bytes, write_json
from abm.io.terminal import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_WRONG_INPUT, complain
from abm.runs.errors import NoExecutorError, RunnerError
from abm.runs.folder import FolderError, RunFolder, content_hash, this_platform, versions
from abm.runs.result_store import StoreError

if TYPE_CHECKING:
    import pandas as pd

    from abm.scenario.scenario import Scenario


class StudyFolder(RunFolder):
    """Tables, figures and run.json; what cannot be written or removed is a TableError."""

    def __init__(
        self,
        out: Path,
        scenario: "Scenario",
        command: str,
        design: Mapping[str, Any],
        name: str = "",
    ) -> None:
        super().__init__(out, scenario, command, design)
        self.path = out / (name or scenario.name) / self.run_id
        self.figures_path = self.path if command == "sweep" else self.path / "figures"
        self.failed_path = self.path / "failed"
        self._new = [path for path in (self.path, *self.path.parents) if not path.exists()]

    def write(self, tables: "Mapping[str, pd.DataFrame | bytes]") -> dict[str, dict[str, Any]]:
        """Write tables as CSV, those that have changed; return their checksums by name."""
        written: dict[str, dict[str, Any]] = {}
        for name, table in tables.items():
            content = table if isinstance(table, bytes) else csv_bytes(table)
            path = self.path / name
            if not _holds(path, content):
                write_bytes(path, content)
            written[name] = {"sha256": checksum(path)}
        return written

    def remove(self, name: str) -> None:
        """Remove a table that no longer holds."""
        path = self.path / name
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise TableError(f"cannot remove {path}: {error.strerror or error}") from error

    def remove_if_empty(self) -> None:
        """Remove the folder and those made for it, as far as nothing is in them."""
        if self._new:
            with suppress(OSError):
                for folder in dict.fromkeys((self.figures_path, *self._new)):
                    folder.rmdir()

    def draw_missing(self, draw: Callable[[Path], list[str]], made_from: str) -> dict[str, Any]:
        """Draw the figures, unless they are there and show the tables of this hash.

        Returns what run.json says of them; `draw` returns the names of the files that it wrote.
        """
        before = self.description().get("figures", {})
        files = before.get("files", [])
        is_whole = bool(files) and all((self.figures_path / name).exists() for name in files)
        if is_whole and before.get("made_from") == made_from:
            return dict(before)
        return {"files": draw(self.figures_path), "made_from": made_from}

    def replace_failures(self, errors: Mapping[tuple[str, int], str]) -> None:
        """Write the traceback of every run that failed, by scenario and seed; remove older ones."""
        wanted = {f"{name}-{seed}.txt": trace for (name, seed), trace in errors.items()}
        try:
            for path in files_in(self.failed_path, "*.txt"):
                if path.name not in wanted:
                    path.unlink()
            if wanted:
                make_folder(self.failed_path)
        except OSError as error:
            raise TableError(f"cannot write {self.failed_path}: {error.strerror}") from error
        for name, trace in wanted.items():
            write_bytes(self.failed_path / name, trace.encode(errors="backslashreplace"))
        with suppress(OSError):
            self.failed_path.rmdir()

    def describe_study(
        self, content: Mapping[str, Any], tables: Mapping[str, Any], started: float
    ) -> None:
        """Write run.json, unless it already says the same.

        `content` is what is particular to the command; `tables` are checksums by file name; the
        command `started` so many seconds after 1970 began.
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
        if all(before.get(name) == value for name, value in known.items()):
            return
        began = datetime.datetime.fromtimestamp(started, datetime.UTC)
        timings = {
            "started": began.isoformat(timespec="seconds"),
            "seconds": round(time.time() - started, 3),
        }
        known |= {"platform": this_platform(), "timings": timings}
        write_json(self.path / "run.json", known)


def _holds(path: Path, content: bytes) -> bool:
    """Return whether a file has this content; one that cannot be read has not."""
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def guarded(folder: StudyFolder, work: Callable[[], int]) -> int:
    """Do the work of a command in its folder; return its exit code, or that of what stopped it."""
    try:
        with folder.opened():
            return work()
    except FolderError as error:
        return complain(str(error), EXIT_WRONG_INPUT)
    except NoExecutorError as error:
        folder.remove_if_empty()
        return complain(str(error), EXIT_WRONG_INPUT)
    except (StoreError, RunnerError, TableError) as error:
        return complain(f"{error}; what is finished is kept", EXIT_FAILED)
    except KeyboardInterrupt:
        message = "interrupted; what is finished is kept, and the same command goes on from there"
        return complain(message, EXIT_INTERRUPTED)
