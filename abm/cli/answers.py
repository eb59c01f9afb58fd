"""What a command printed, kept in its run folder, so that the same command again answers at once.

An answer is named by all that decides it: the command and its options, the scenarios as they
resolve now, and every source file. It is shown again only while every file of the run folder is,
byte for byte, what it was; otherwise the command works as if there were none.
"""

import contextlib
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import typer

from abm.compilation import source_hash
from abm.io.files import files_in, parse_json, read_bytes
from abm.io.tables import TableError, checksum, made_folder, write_json
from abm.io.terminal import (
    EXIT_DONE,
    EXIT_FAILED,
    NOTHING_NEW,
    Printed,
    is_printable,
    noted,
    print_again,
)
from abm.scenario.scenario import Scenario

FOLDER = ".answers"
MOST_KEPT = 20  # answers of one run folder; the oldest make room
LARGEST = 4 * 2**20  # bytes
# Options that change nothing of what is printed in the end.
NOT_ASKED = ("jobs", "dask", "quiet", "force", "retry_failed")


class KeptAnswer:
    """The answer of the command that is running, decided by what is `asked`; see `answering`."""

    def __init__(self, runs: Path, asked: Mapping[str, Any]) -> None:
        text = json.dumps(asked, sort_keys=True, default=str)
        self._runs = runs
        self._name = f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
        self.printed: Printed = []

    def find(self) -> tuple[Path, Printed] | None:
        """Return the run folder that still is as it was, and what was printed about it."""
        for path in sorted(self._runs.glob(f"*/{FOLDER}/{self._name}")):
            folder = path.parent.parent
            kept = _read(path)
            if kept is not None and kept["folder"] == str(folder) and _is_as_it_was(folder, kept):
                return folder, kept["printed"]
        return None

    def leave(self, code: int, folder: Path) -> NoReturn:
        """End a command with its exit code; write the report, and keep what was printed."""
        if code in (EXIT_DONE, EXIT_FAILED):
            from abm.report.html.writing import write_beside

            write_beside(folder)
        if code == EXIT_DONE:
            with contextlib.suppress(TableError, OSError):  # only speed is lost
                self._keep(folder)
        raise typer.Exit(code)

    def _keep(self, folder: Path) -> None:
        files = {
            path.relative_to(folder).as_posix(): checksum(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and "/." not in f"/{path.relative_to(folder).as_posix()}"
        }  # neither answers nor what is passing
        answer = {"folder": str(folder), "files": files, "printed": self.printed}
        answers = made_folder(folder / FOLDER)
        write_json(answers / self._name, {"sha256": _hash_of(answer), **answer})
        kept = sorted(files_in(answers, "*.json"), key=lambda path: path.lstat().st_mtime_ns)
        for path in kept[:-MOST_KEPT]:
            path.unlink()


@contextlib.contextmanager
def answering(
    context: typer.Context, runs: Path, scenarios: Sequence[Scenario], files: Sequence[Path] = ()
) -> Iterator[KeptAnswer]:
    """Show again what the command that is running printed the last time, or note it now.

    The block is not entered if there is an answer in a run folder of `runs`; what decides it are
    the command and its options, the scenarios as they resolve now, the files and all sources.
    """
    options = {name: value for name, value in context.params.items() if name not in NOT_ASKED}
    asked = {
        "command": context.info_name,
        "options": options,
        "scenarios": [scenario.resolved() for scenario in scenarios],
        "files": [checksum(path) if path.is_file() else None for path in files],
        "source": source_hash(),
    }
    answer = KeptAnswer(runs, asked)
    if not context.params.get("force") and (kept := answer.find()) is not None:
        folder, printed = kept
        if not context.params.get("quiet"):
            print(f"nssi: {NOTHING_NEW}; this is kept in {folder}", file=sys.stderr)
        print_again(printed)
        raise typer.Exit(EXIT_DONE)
    with noted(answer.printed):
        yield answer


def _read(path: Path) -> dict[str, Any] | None:
    """Return an answer that was kept, or None where there is none that is whole."""
    try:
        kept = parse_json(read_bytes(path, LARGEST))
        whole = kept.pop("sha256") == _hash_of(kept)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return kept if whole and is_printable(kept["printed"]) else None


def _hash_of(answer: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(answer, sort_keys=True).encode()).hexdigest()


def _is_as_it_was(folder: Path, kept: Mapping[str, Any]) -> bool:
    """Return whether every file is there, byte for byte."""
    with contextlib.suppress(TableError, ValueError):
        return all(checksum(folder / name) == hash_ for name, hash_ in kept["files"].items())
    return False
