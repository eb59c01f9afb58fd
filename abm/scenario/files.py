"""Scenario files as they stand on disk: found, read, and laid over those they extend."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from abm.io.messages import ScenarioError, did_you_mean, shown

LARGEST_FILE = 1_000_000  # bytes
LONGEST_LINE = 2_000  # characters; reading a key of n dotted parts costs n squared
NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
NAME_RULE = "letters, digits, '-' and '_', starting with a letter or digit, at most 80"


@dataclass(frozen=True, slots=True)
class ScenarioListing:
    """One scenario that can be named."""

    name: str  # for `nssi run` and `extends`
    title: str  # its own title, or nothing
    path: Path
    about: tuple[str, ...]  # comment lines at the top; for a file that cannot be read, why


def available_scenarios() -> list[ScenarioListing]:
    """Return every scenario that can be named here; ./scenarios comes before shipped ones.

    Broken files are listed too, with the error in `about`.
    """
    paths: dict[str, Path] = {}
    for folder in _folders():
        for path in _scenario_paths(folder):
            paths.setdefault(path.stem, path)
    return [_listing(name, paths[name]) for name in sorted(paths)]


def find_scenario(name_or_path: str | Path) -> Path:
    """Return the file that a name or a path means; a text with a separator or ``.toml`` is a path.

    Whether a path exists shows when it is read.
    """
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or "/" in text or "\\" in text or text.endswith(".toml"):
        return Path(text)
    return _find_by_name(text, _folders(), "scenario")


def lineage(path: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Return the tables of a file and of all it extends, the oldest ancestor first."""
    chain: list[tuple[Path, dict[str, Any]]] = []
    seen: dict[Path, None] = {}
    while True:
        table = read_table(path)
        real = path.resolve()
        if real in seen:
            circle = " -> ".join([*(step.name for step in seen), real.name])
            raise ScenarioError(f"{chain[-1][0]}: extends: goes round in a circle: {circle}")
        seen[real] = None
        parent = table.pop("extends", None)
        chain.append((path, table))
        if parent is None:
            return chain[::-1]
        path = _find_parent(parent, path)


def parent_of(name_or_path: str | Path) -> Path | None:
    """Return the file that a scenario extends, or None if it extends none."""
    steps = lineage(find_scenario(name_or_path))
    return steps[-2][0] if len(steps) > 1 else None


def read_table(path: Path) -> dict[str, Any]:
    """Return the contents of a TOML file: regular, not empty, at most 1 MB, with short lines."""
    text = _read_text(path)
    if not text.strip():
        raise ScenarioError(f"{path}: is empty; a scenario file says at least what it extends")
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            raise ScenarioError(
                f"{path}: line {number} is too long (over {LONGEST_LINE:,} characters)"
            )
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ScenarioError(f"{path}: is nested too deeply to be a scenario") from None
    except ValueError as error:  # TOMLDecodeError, or a number with too many digits
        raise ScenarioError(f"{path}: is not valid TOML: {error}") from None


def is_scenario_name(name: str) -> bool:
    """Return whether a scenario can be called that; names are used as folder names."""
    return NAME_PATTERN.fullmatch(name) is not None


def _read_text(path: Path) -> str:
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise ScenarioError(f"{path}: is a directory; expected a scenario file")
        if not stat.S_ISREG(kind):
            raise ScenarioError(f"{path}: is not a regular file")
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except ScenarioError:
        raise
    except FileNotFoundError:
        hint = did_you_mean(path.name, [other.name for other in _scenario_paths(path.parent)])
        raise ScenarioError(f"{path}: there is no such file{hint}") from None
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:  # a null character or a lone surrogate
        raise ScenarioError(f"{path}: is not a usable path") from None
    if len(content) > LARGEST_FILE:
        raise ScenarioError(f"{path}: is too large for a scenario (over {LARGEST_FILE:,} bytes)")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScenarioError(f"{path}: is not a text file (expected TOML in UTF-8)") from None


def _find_parent(parent: object, path: Path) -> Path:
    """Return the file that ``extends = parent`` in ``path`` means."""
    if not isinstance(parent, str):
        raise ScenarioError(f"{path}: extends: expected a scenario's name, not {shown(parent)}")
    if not is_scenario_name(parent):
        raise ScenarioError(
            f"{path}: extends: expected a scenario's name, not a path: {shown(parent)}"
        )
    return _find_by_name(parent, [path.parent, *_folders()], f"{path}: extends")


def _find_by_name(name: str, folders: list[Path], where: str) -> Path:
    if is_scenario_name(name):
        for folder in folders:
            path = folder / f"{name}.toml"
            if path.exists():
                return path
    known = {path.stem for folder in folders for path in _scenario_paths(folder)}
    hint = did_you_mean(name, sorted(known)) or "; `nssi scenarios` lists them"
    raise ScenarioError(f"{where}: there is no scenario called {shown(name)}{hint}")


def _folders() -> list[Path]:
    """Return where names are looked for: ./scenarios, then the shipped ones."""
    package = Path(str(files("abm")))
    shipped = package / "shipped_scenarios"
    return [Path("scenarios"), shipped if shipped.is_dir() else package.parent / "scenarios"]


def _scenario_paths(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.glob("*.toml") if is_scenario_name(path.stem))
    except (OSError, ValueError):
        return []


def _listing(name: str, path: Path) -> ScenarioListing:
    try:
        title = read_table(path).get("title", "")
    except ScenarioError as error:
        return ScenarioListing(name, "", path, (str(error),))
    about = _opening_comment(_read_text(path))
    return ScenarioListing(name, title if isinstance(title, str) else "", path, about)


def _opening_comment(text: str) -> tuple[str, ...]:
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("#").strip())
    return tuple(lines)


def inherited(table: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Merge a child's table over its parent's; a new cohort does not inherit the years."""
    result = merged(table, own)
    becomes_cohort = kind_of(own) == "cohort" and kind_of(table) != "cohort"
    if becomes_cohort and "years" not in subtable(own, "calendar"):
        calendar = subtable(result, "calendar")
        result["calendar"] = {key: value for key, value in calendar.items() if key != "years"}
    return result


def merged(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one table over another, tables within them too; a list replaces a list."""
    result = dict(parent)
    for key, value in child.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


def kind_of(table: Mapping[str, Any]) -> object:
    """Return the kind of population that a table names, or None."""
    return subtable(table, "population").get("kind")


def subtable(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a table within a table; empty where there is none."""
    value = table.get(key)
    return value if isinstance(value, dict) else {}
