"""One kept result, and the row of a database that holds it, with a checksum over all of it."""

import functools
import hashlib
import json
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from abm.compilation import code_version
from abm.runs.keys import differences_of
from abm.runs.task import Failure, Finished
from abm.scenario.scenario import Scenario

DONE, FAILED = "done", "failed"
KEY = re.compile("[0-9a-f]{64}")
KIND = re.compile("[a-z][a-z -]{0,39}")
FILE_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
FIGURE_NAME = re.compile("[ -~]{1,200}")
# Columns of tables of results that are no figures.
NO_FIGURES = frozenset({"key", "status", "error", "seconds", "point", "seed"})
LONGEST_TEXT = 100_000
LARGEST_ABOUT, LARGEST_FILE = 1 << 20, 1 << 36  # bytes
# Control characters and halves of characters do not belong in text that is shown.
REMOVED = {*range(32), *range(127, 160), *range(0xD800, 0xE000)} - {ord("\n"), ord("\t")}
TO_TEXT = dict.fromkeys(REMOVED, "\N{REPLACEMENT CHARACTER}")


@dataclass(frozen=True)
class KeptResult:
    """One result."""

    key: str  # 64 hexadecimal digits: a hash over all that decides it
    kind: str  # such as "warm-up"
    status: str = DONE  # or `FAILED`
    # Plain data for people and lists: seed, differences, code version, seconds, error.
    about: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)  # by name, to the last bit
    files: Mapping[str, bytes] = field(default_factory=dict)  # contents by name
    # Further files by name, each written whole where it is now; a store moves them to itself.
    written: Mapping[str, Path] = field(default_factory=dict)


def kept(
    finished: Finished,
    kind: str,
    scenario: Scenario,
    seed: int,
    figures: Mapping[str, float] | None = None,
    files: Mapping[str, bytes] | None = None,
    written: Mapping[str, Path] | None = None,
    **more: Any,
) -> KeptResult:
    """Return what is kept of a task that was done, or failed; its weight is in agent-days."""
    about = {
        "seed": seed,
        "differences": differences_of(scenario),
        "code": code_version(),
        "seconds": round(finished.seconds, 3),
        "agent_days": finished.task.weight,
    } | more
    key, result = finished.task.key, finished.result
    if isinstance(result, Failure):
        return KeptResult(key, kind, FAILED, about | {"error": result.error})
    return KeptResult(key, kind, DONE, about, figures or {}, files or {}, written or {})


class ResultRow(NamedTuple):
    """A result as its row holds it."""

    key: str
    kind: str
    status: str
    about: dict[str, Any]
    names: tuple[str, ...]  # of figures
    figures: bytes  # eight a figure
    files: dict[str, tuple[str, int]]  # SHA-256 and size by name

    def result(self, files: Mapping[str, bytes]) -> KeptResult:
        """Return the result, with these contents of its files."""
        values = struct.unpack(f"<{len(self.names)}d", self.figures)
        figures = dict(zip(self.names, values, strict=True))
        return KeptResult(self.key, self.kind, self.status, self.about, figures, files)


def columns_of(result: KeptResult, files: Mapping[str, tuple[str, int]]) -> tuple[Any, ...]:
    """Return what the columns of a row are to hold, the names of figures in place of their number.

    ValueError if the result cannot be kept; only a mistake in a program makes such a one.
    """
    names = json.dumps(list(result.figures))
    about = json.dumps(plain(result.about), sort_keys=True)
    values = [float(value) for value in result.figures.values()]
    figures = struct.pack(f"<{len(values)}d", *values)
    listed = json.dumps({name: list(files[name]) for name in sorted(files)})
    texts = (result.key, result.kind, result.status, about, names)
    row = (*texts, figures, listed, _checksum(*texts, figures, listed))
    if row_of((*texts[:4], 0, *row[5:]), {0: names}) is None:
        raise ValueError(f"a result of kind {result.kind!r} cannot be kept: {texts[:3]}")
    return row


def row_of(columns: tuple[Any, ...], names: Mapping[int, str]) -> ResultRow | None:
    """Return what the columns of a row hold, or None if anything in it is not as written.

    `names` are lists of the names of figures, as JSON, by number.
    """
    key, kind, status, about, number, figures, files, checksum = columns
    try:
        if checksum != _checksum(key, kind, status, about, names[number], figures, files):
            return None
        by_name = {name: (digest, size) for name, (digest, size) in json.loads(files).items()}
        details, listed = plain(json.loads(about)), _names_in(names[number])
        row = ResultRow(key, kind, status, details, listed, figures, by_name)
        return row if _is_sound(row) and len(about) <= LARGEST_ABOUT else None
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None


def _is_sound(row: ResultRow) -> bool:
    """Return whether a row has the form of a result; its checksum says nothing of who wrote it."""
    return (
        KEY.fullmatch(row.key) is not None
        and KIND.fullmatch(row.kind) is not None
        and row.status in (DONE, FAILED)
        and isinstance(row.about, dict)
        and len(row.figures) == 8 * len(row.names)
        and all(
            FILE_NAME.fullmatch(name) and KEY.fullmatch(digest)
            and type(size) is int and 0 <= size < LARGEST_FILE
            for name, (digest, size) in row.files.items()
        )
    )  # fmt: skip


def may_be_called(name: str) -> bool:
    """Return whether a figure may have this name."""
    return FIGURE_NAME.fullmatch(name) is not None and name not in NO_FIGURES


@functools.lru_cache(maxsize=64)
def _names_in(text: str) -> tuple[str, ...]:
    names = json.loads(text)
    if len(set(names)) != len(names) or not all(map(may_be_called, names)):
        raise ValueError("not the names of figures")
    return tuple(names)


def _checksum(*columns: Any) -> bytes:
    """Return the SHA-256 over the columns of a row, its figures last but one."""
    *texts, figures, files = columns
    return hashlib.sha256("\0".join((*texts, files)).encode() + b"\0" + figures).digest()


def plain(content: Any) -> Any:
    """Return plain data with text that is safe to show."""
    if isinstance(content, str):
        content = content[:LONGEST_TEXT]
        return content if content.isprintable() else content.translate(TO_TEXT)
    if isinstance(content, Mapping):
        return {plain(str(name)): plain(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [plain(value) for value in content]
    return content.item() if hasattr(content, "item") else content  # of NumPy
