"""Reading a run folder as material from somebody else: bounded, regular files inside it only."""

import hashlib
import io
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from abm.io.files import LARGEST_JSON, LARGEST_TABLE, ReadBack, Seed, parse_json, read_bytes
from abm.io.messages import InputError, did_you_mean, shown
from abm.report.format import format_text
from abm.scenario.draws import POSTERIOR, PRIOR
from abm.scenario.economics import Economics

DESCRIPTION = "run.json"
COMMANDS = ("run", "compare", "validate", "sensitivity", "sweep", "ablate")
LARGEST_FIGURE = 8_000_000  # bytes
MOST_NAMED = 3  # runs in a message


class ReportError(InputError):
    """A folder cannot be reported on; one line says which file and what was expected."""


# Which folder is meant


def find_run(run: str, out: Path) -> Path:
    """Return the run folder meant by a path, a run id, or a start that one run below `out` has.

    ``NAME/START`` looks only among the runs of that name.
    """
    try:
        path = Path(run)
        if path.is_dir():
            if (path / DESCRIPTION).exists() or any(s in run for s in (os.sep, os.altsep) if s):
                return path
        elif path.exists():
            raise ReportError(f"{path}: is not a folder; expected the folder of a run")
        return _find_by_id(run, out)
    except (OSError, ValueError) as error:
        if isinstance(error, ReportError):
            raise
        raise ReportError(f"{shown(run)} is not a usable path") from None


def _find_by_id(run: str, out: Path) -> Path:
    name, _, start = run.replace(os.sep, "/").rpartition("/")
    folders = sorted(_run_folders(out))
    if start:
        meant = [
            folder
            for folder in folders
            if folder.name.startswith(start) and (not name or folder.parent.name == name)
        ]
        if len(meant) == 1:
            return meant[0]
        if meant:
            some = ", ".join(str(folder) for folder in meant[:MOST_NAMED])
            raise ReportError(f"{shown(run)} is the start of {len(meant)} runs: {some}")
    hint = did_you_mean(start, [folder.name for folder in folders])
    if not hint and folders:
        newest = max(folders, key=lambda folder: (folder / DESCRIPTION).stat().st_mtime)
        hint = f"; the newest run there is {newest}"
    raise ReportError(f"there is no run folder {shown(run)}, nor a run of that id in {out}{hint}")


def _run_folders(out: Path) -> Iterator[Path]:
    """Yield every run folder ``<out>/<name>/<run id>/``."""
    for scenario in _folders_in(out):
        if scenario.name == "store":
            continue
        for folder in _folders_in(scenario):
            if (folder / DESCRIPTION).is_file():
                yield folder


def _folders_in(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_dir()]
    except OSError:
        return []


# Its files


@dataclass(frozen=True)
class Files:
    """The files of one run folder; what cannot be used raises a `ReportError`."""

    path: Path

    def content(self, name: str, largest: int) -> bytes | None:
        """Return the bytes of a file of the folder, or None if there is no such file."""
        path = self.path / name
        try:
            return read_bytes(path, largest, within=self.path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:  # ValueError: a path that no file can have
            reason = getattr(error, "strerror", None) or error
            raise ReportError(f"{path}: cannot be read: {reason}") from None

    def json(self, name: str, largest: int = LARGEST_JSON) -> Any:
        """Return what a JSON file holds, or None if there is no such file."""
        content = self.content(name, largest)
        if content is None:
            return None
        try:
            return parse_json(content)
        except ValueError as error:
            raise ReportError(f"{self.path / name}: {error}") from None

    def checked[T](self, name: str, content: object, expected: TypeAdapter[T]) -> T:
        """Return what a file holds as what it is expected to be."""
        try:
            return expected.validate_python(content)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(format_text(key, 60) for key in first["loc"])
            raise ReportError(f"{self.path / name}: {where}: {first['msg']}") from None

    def table(self, name: str, texts: Sequence[str], numbers: Sequence[str]) -> pd.DataFrame | None:
        """Return columns that a CSV file must have, or None if there is no such file.

        Empty cells become "" in texts and NaN in numbers. Further columns are left out.
        """
        whole = self.whole_table(name)
        if whole is None:
            return None
        missing = [column for column in (*texts, *numbers) if column not in whole.columns]
        if missing:
            raise ReportError(f"{self.path / name}: expected a column {missing[0]!r}")
        chosen = whole[[*texts, *numbers]].copy()
        for column in texts:
            lines = {value: format_text(value) for value in chosen[column].unique()}
            chosen[column] = chosen[column].map(lines)
        for column in numbers:
            chosen[column] = self._numbers(name, chosen[column])
        return chosen

    def whole_table(self, name: str) -> pd.DataFrame | None:
        """Return a CSV file with every cell as text, or None if there is no such file."""
        content = self.content(name, LARGEST_TABLE)
        if content is None:
            return None
        try:
            text = content.decode("utf-8")
            if "\0" in text:
                raise ValueError("null characters")
            return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
        except ValueError:  # of pandas too, and of what is no text
            raise ReportError(f"{self.path / name}: is not a CSV table") from None

    def _numbers(self, name: str, column: pd.Series) -> pd.Series:
        numbers = pd.to_numeric(column.where(column != "", "nan"), errors="coerce")
        wrong = numbers.isna() & ~column.str.lower().isin(["", "nan"])
        if wrong.any():
            value = shown(column[wrong].iloc[0])
            raise ReportError(f"{self.path / name}: {column.name}: expected a number, not {value}")
        return numbers.astype("float64").where(numbers.abs() != math.inf)

    def has_checksum(self, name: str, expected: str) -> bool | None:
        """Return whether a file is as its description says; None if it is not there."""
        content = self.content(name, LARGEST_TABLE)
        return None if content is None else hashlib.sha256(content).hexdigest() == expected


# What it says of itself: run.json, checked as far as a report needs it

Line = Annotated[str, AfterValidator(format_text)]


class DescribedPopulation(ReadBack):
    """Who was present."""

    kind: Literal["open", "cohort"]
    size: int = Field(ge=1)


class DescribedCalendar(ReadBack):
    """Which years were reported."""

    start: Line
    years: int = Field(ge=1, le=1000)


class DescribedIntervention(ReadBack):
    """One intervention with everything that was asked of it."""

    kind: Line
    name: Line | None = None
    start: Line = ""
    end: Line | None = None
    coverage: float | None = None
    ramp_years: float | None = None
    ages: list[int] | None = None
    sex: Line | None = None
    who: Line | None = None
    months_to_full: float | None = None
    half_life_years: float | None = None
    uptake_risk: float | None = None
    cost: float | None = None
    cost_per: Line | None = None
    effects: dict[Line, float] = Field(default_factory=dict)


class DescribedScenario(ReadBack):
    """A resolved scenario."""

    name: Line
    title: Line = ""
    population: DescribedPopulation
    calendar: DescribedCalendar
    parameters: dict[Line, float] = Field(default_factory=dict)
    switches: dict[Line, Line] = Field(default_factory=dict)
    trends: dict[Line, dict[Line, float]] = Field(default_factory=dict)
    interventions: list[DescribedIntervention] = Field(default_factory=list)
    observation: dict[Line, bool | int | float] = Field(default_factory=dict)
    economics: Economics = Economics()
    is_alone: bool = Field(default=True, exclude=True)  # no other one has the same title

    @property
    def called(self) -> str:
        """Its title, with its name where another has the same; or its name where it has none."""
        if not self.title:
            return self.name
        return self.title if self.is_alone else f"{self.title} ({self.name})"

    @property
    def quoted(self) -> str:
        """What it is called, within a sentence."""
        return f"“{self.called}”"


class Description(ReadBack):
    """A ``run.json``."""

    command: Literal["run", "compare", "validate", "sensitivity", "sweep", "ablate"]
    run_id: Line = ""
    scenario: DescribedScenario
    design: dict[str, Any] = Field(default_factory=dict)
    seeds: list[Seed] = Field(default_factory=list)
    failed: list[Any] = Field(default_factory=list)
    repetitions: int = Field(default=1, ge=1)
    ranges: dict[Line, Annotated[list[float], Field(min_length=2, max_length=2)]] = Field(
        default_factory=dict
    )
    emulator: Line = ""  # says that an emulator answered, and how well
    worlds: list[Line] = Field(default_factory=list)
    tables: dict[str, dict[str, Any]] | list[Any] = Field(default_factory=dict)
    content_hash: Line = ""
    code_version: Line = ""
    versions: dict[Line, Line] = Field(default_factory=dict)
    platform: dict[str, Any] = Field(default_factory=dict)
    timings: dict[str, Any] = Field(default_factory=dict)
    raw: dict[str, Any] = Field(default_factory=dict, exclude=True)  # scenarios as in the file
    others: tuple[DescribedScenario, ...] = ()  # those compared with `scenario`

    @property
    def scenarios(self) -> tuple[DescribedScenario, ...]:
        """Every scenario that was run."""
        return (self.scenario, *self.others)

    @property
    def drawn_from(self) -> str:
        """What seeds drew their parameters from: posterior or prior; empty where none did."""
        kind = self.design.get("uncertainty")
        return kind if kind in (POSTERIOR, PRIOR) else ""

    @property
    def posterior(self) -> str:
        """Hash of the posterior, or prior, that seeds drew from; empty where none did."""
        return format_text(self.design.get(self.drawn_from, "")) if self.drawn_from else ""

    @property
    def seconds(self) -> float:
        """How long it took; NaN where that is not said."""
        seconds = self.timings.get("seconds")
        is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
        return float(seconds) if seconds is not None and is_number else math.nan


def read_description(files: Files) -> Description:
    """Return what a run folder says of itself; it must be of a command that is reported on."""
    path, whole = files.path / DESCRIPTION, files.json(DESCRIPTION)
    if whole is None:
        raise ReportError(f"{path}: there is no such file; expected the folder of a run")
    if not isinstance(whole, dict) or whole.get("command") not in COMMANDS:
        raise ReportError(f"{path}: expected what `nssi {'`, `'.join(COMMANDS)}` write")
    design = whole.get("design", {})
    is_compared = whole["command"] == "compare" and isinstance(design, dict)
    try:
        others = list(design.get("others", [])) if is_compared else []
        scenarios = [whole.get("scenario"), *others]
        raw = {str(table["name"]): table for table in scenarios if isinstance(table, dict)}
        content = {**whole, "raw": raw, "others": tuple(others)}
        description = files.checked(DESCRIPTION, content, TypeAdapter(Description))
    except (KeyError, TypeError, RecursionError):
        raise ReportError(f"{path}: scenario: expected a resolved scenario") from None
    base, *rest = _marked(description.scenarios)
    return description.model_copy(update={"scenario": base, "others": tuple(rest)})


def _marked(scenarios: Sequence[DescribedScenario]) -> list[DescribedScenario]:
    """Mark scenarios whose title another one has too."""
    titles = [scenario.title for scenario in scenarios]
    return [
        scenario.model_copy(update={"is_alone": titles.count(scenario.title) == 1})
        for scenario in scenarios
    ]
