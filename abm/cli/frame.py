"""The frame of the commands of many runs: do the work, write, draw, describe, show, and end."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from abm.io.messages import last_line
from abm.io.tables import TableError
from abm.io.terminal import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_WRONG_INPUT, complain
from abm.report.format import format_count
from abm.runs.errors import NoExecutorError, RunnerError
from abm.runs.folder import FolderError, RunFolder, content_hash
from abm.runs.result_store import StoreError

MOST_LISTED = 10


@dataclass(frozen=True)
class Results:
    """What a command found, with its tables written, and what is to be done with it."""

    tables: Mapping[str, Any]  # by file name: what run.json says of the table, its checksum first
    content: Mapping[str, Any]  # what else run.json says that is particular to the command
    show: Callable[[str], None]  # prints it, given one hash over all tables
    draw: Callable[[Path], list[str]] | None = None  # into a folder; returns the files' names
    drawn_from: str = ""  # a hash over what the figures show; by default the tables
    failed: bool = False  # a run of it has no result
    is_new: bool = False  # figures and description are made anew in any case
    timings: Mapping[str, Any] = field(default_factory=dict)  # for run.json


def carry_out(folder: RunFolder, work: Callable[[], Results | int]) -> int:
    """Do the work of a command in its folder, and write, draw, describe and show what came of it.

    Returns the exit code: 0, 1 if a run failed, that of what stopped it, or what the work returns.
    """
    started = time.time()

    def done() -> int:
        with folder.opened():
            results = work()
            return results if isinstance(results, int) else _finish(folder, results, started)

    try:
        return guarded(done)
    finally:
        folder.remove_if_empty()


def guarded(work: Callable[[], int]) -> int:
    """Do the work; return its exit code, or that of what stopped it, with a line that says so.

    That is 1 if runs or files failed, 2 if folder or workers cannot be used, 130 if interrupted.
    """
    try:
        return work()
    except (FolderError, NoExecutorError) as error:
        return complain(str(error), EXIT_WRONG_INPUT)
    except (StoreError, RunnerError, TableError) as error:
        return complain(f"{error}; what is finished is kept", EXIT_FAILED)
    except KeyboardInterrupt:
        message = "interrupted; what is finished is kept, and the same command goes on from there"
        return complain(message, EXIT_INTERRUPTED)


def _finish(folder: RunFolder, results: Results, started: float) -> int:
    hash_ = content_hash(results.tables)
    content = dict(results.content)
    if results.draw is not None:
        drawn_from = results.drawn_from or hash_
        content["figures"] = folder.draw(results.draw, drawn_from, again=results.is_new)
    folder.describe(content, results.tables, started, results.timings, again=results.is_new)
    results.show(hash_)
    return EXIT_FAILED if results.failed else EXIT_DONE


def list_failures(reasons: Mapping[str, str], kept_in: Path) -> None:
    """Print on standard error which runs have no result, the first few with the reason.

    `reasons` are tracebacks by what was run; all of them are in the file or folder `kept_in`.
    """
    for run, trace in islice(reasons.items(), MOST_LISTED):
        print(f"nssi: {run}: {last_line(trace)}", file=sys.stderr)
    if reasons:
        count = format_count(len(reasons), "run has", "runs have")
        print(f"nssi: {count} no result; tracebacks in {kept_in}", file=sys.stderr)
