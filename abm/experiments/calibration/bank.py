"""The bank of runs: a folder a wave, with its design and its finished runs in parts.

Each `part-NNN.parquet` holds the runs of fixed places of the design: index, seed, one column a
parameter, one a statistic; what they were made with stands in its metadata. A part appears when
all its runs have a result, whole, and never depends on who did them or in which order. Runs that
failed are left out and named in the metadata.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ConfigDict, Field

from abm.io.files import ReadBack, Seed, parquet_schema, parse_json, parse_parquet, read_bytes
from abm.io.tables import made_folder, write_bytes
from abm.runs.folder import FolderError

METADATA = b"nssi-bank"
DESIGN = "design.parquet"
HASH_DIGITS = 16


class BankError(FolderError):
    """The bank cannot be read, or what is asked for does not fit it; one line for the user."""


def short_hash(content: bytes) -> str:
    """Return the first digits of a SHA-256."""
    return hashlib.sha256(content).hexdigest()[:HASH_DIGITS]


class MadeWith(ReadBack):
    """What decides the statistics of a run, besides its point and seed."""

    engine: str  # version of the model's code
    evaluation: str  # hash over how worlds are looked at
    population: int = Field(ge=1)
    years: int = Field(ge=1)
    definitions: dict[str, str]  # hash of every statistic by name


class _AboutPart(MadeWith):
    """What the metadata of a part say."""

    indices: Annotated[tuple[int, int], Field(strict=False)]
    failed: list[int]
    parameters: list[str]
    design: str


class _AboutDesign(ReadBack):
    """What the metadata of a design say; the rest is what it was drawn from."""

    model_config = ConfigDict(extra="allow")

    first_seed: Seed
    sharing: int = Field(ge=1)


@dataclass(frozen=True)
class WaveDesign:
    """The points of a wave, and how they came about."""

    names: Sequence[str]  # parameters, in the order of the columns
    points: np.ndarray  # shape (runs, parameters)
    first_seed: int
    about: Mapping[str, Any] = field(default_factory=dict)  # what the points were drawn from
    sharing: int = 1  # so many runs in a row share a seed; the next have the next one

    def __len__(self) -> int:
        """Return how many runs there are."""
        return len(self.points)

    def seed(self, index: int) -> int:
        """Return the seed of a run, counted from 0."""
        return self.first_seed + index // self.sharing

    def values(self, index: int) -> dict[str, float]:
        """Return the parameters of a run, counted from 0."""
        return dict(zip(self.names, map(float, self.points[index]), strict=True))

    @property
    def plain(self) -> dict[str, Any]:
        """Seeds and what the points were drawn from, ready for JSON."""
        return {"first_seed": self.first_seed, "sharing": self.sharing, **self.about}

    @property
    def digest(self) -> str:
        """Hash over space and seeds; more points do not change it."""
        text = json.dumps({"names": list(self.names), **self.plain}, sort_keys=True)
        return short_hash(text.encode())


@dataclass(frozen=True)
class WaveRuns:
    """The finished runs of a wave."""

    name: str
    runs: pd.DataFrame  # index, seed, parameters, statistics; rows in the order of the design
    names: list[str]  # parameters
    made_with: list[MadeWith]  # one for each part
    failed: list[int]  # indices

    def defined_as(self, definitions: Mapping[str, str]) -> list[str]:
        """Return those statistics that all parts have and define in this way."""
        return [
            name
            for name, definition in definitions.items()
            if all(part.definitions.get(name) == definition for part in self.made_with)
        ]


class WaveFolder:
    """The folder of one wave: `part` runs to a part."""

    def __init__(self, bank: Path, name: str, part: int) -> None:
        self.name, self.part = name, part
        self.path = bank / name

    def blocks(self, count: int) -> list[range]:
        """Return the indices of the runs of every part of a wave of so many runs."""
        return [range(at, min(at + self.part, count)) for at in range(0, count, self.part)]

    def path_of(self, block: range) -> Path:
        """Return the file of the part with these runs."""
        return self.path / f"part-{block.start // self.part + 1:03d}.parquet"

    def parts(self) -> list[Path]:
        """Return the files of all parts that are finished."""
        return sorted(self.path.glob("part-*.parquet"))

    def has(self, block: range) -> bool:
        """Return whether a part is there with all these runs."""
        path = self.path_of(block)
        return path.exists() and _about(path, _AboutPart).indices == (block.start, block.stop)

    def write_design(self, design: WaveDesign) -> None:
        """Write the design of the wave."""
        columns = dict(zip(design.names, design.points.T, strict=True))
        _write(self.path / DESIGN, columns, design.plain)

    def design(self) -> WaveDesign | None:
        """Return the design of the wave, or None before it was made; a BankError if damaged."""
        path = self.path / DESIGN
        if not path.exists():
            return None
        table, about = _read(path), _about(path, _AboutDesign)
        try:
            columns = [column.to_numpy().astype(np.float64) for column in table.columns]
            points = np.column_stack(columns)
        except (ValueError, TypeError) as error:
            raise BankError(f"{path} is no design of numbers: {error}") from error
        drawn_from = about.model_extra or {}
        return WaveDesign(table.column_names, points, about.first_seed, drawn_from, about.sharing)

    def write_part(
        self, block: range, design: WaveDesign, statistics: pd.DataFrame, made_with: MadeWith
    ) -> Path:
        """Write the part of a block: the runs of these indices.

        `statistics` has one row a run that is done, by index of the run; the definitions of
        `made_with` say which of its columns are written, in their order.
        """
        done = np.array([index for index in block if index in statistics.index], np.int64)
        seeds = design.first_seed + done // design.sharing
        columns: dict[str, np.ndarray] = {"index": done, "seed": seeds}
        columns |= dict(zip(design.names, design.points[done].T, strict=True))
        rows = statistics.reindex(index=done, columns=list(made_with.definitions))
        columns |= {name: rows[name].to_numpy(np.float64) for name in made_with.definitions}
        about = {
            "indices": [block.start, block.stop],
            "failed": sorted(set(block) - set(done.tolist())),
            "parameters": list(design.names),
            "design": design.digest,
            **made_with.model_dump(),
        }
        _write(self.path_of(block), columns, about)
        return self.path_of(block)

    def read(self) -> WaveRuns:
        """Return all finished runs; a BankError if there are none, or a part does not fit."""
        if not self.parts():
            raise BankError(f"{self.path} has no finished part yet")
        design = self.design()
        frames, made_with, failed, names = [], [], [], []
        for path in self.parts():
            about = _about(path, _AboutPart)
            if design is not None and about.design != design.digest:
                raise BankError(f"{path} belongs to another design than {DESIGN} beside it")
            table = _read(path)
            names = about.parameters
            if not {"index", "seed", *names, *about.definitions} <= {*table.column_names}:
                raise BankError(f"{path} lacks columns that it names")
            frames.append(table.to_pandas())
            made_with.append(MadeWith.model_validate(about.model_dump()))
            failed += about.failed
        runs = pd.concat(frames, ignore_index=True)
        return WaveRuns(self.name, runs, names, made_with, failed)

    def digest(self) -> str:
        """Return a hash over the design and all parts."""
        paths = sorted(self.path.glob("*.parquet"))
        parts = (path.name.encode() + b"\0" + path.read_bytes() for path in paths)
        return short_hash(b"".join(parts))


def _write(path: Path, columns: Mapping[str, np.ndarray], about: Mapping[str, Any]) -> None:
    table = pa.table(dict(columns))
    text = json.dumps(dict(about), sort_keys=True, allow_nan=False)
    table = table.replace_schema_metadata({METADATA: text.encode()})
    buffer = io.BytesIO()
    pq.write_table(
        table, buffer, compression="zstd", compression_level=9, use_dictionary=False,
        write_statistics=False, write_page_checksum=True,
    )  # fmt: skip
    write_bytes(made_folder(path.parent) / path.name, buffer.getvalue())


def _read(path: Path) -> pa.Table:
    try:
        return parse_parquet(read_bytes(path))
    except (OSError, ValueError) as error:
        raise BankError(f"{path} is damaged: {error}; move it away to run it again") from error


def _about[Shape: ReadBack](path: Path, shape: type[Shape]) -> Shape:
    try:
        metadata = parquet_schema(read_bytes(path)).metadata or {}
        return shape.model_validate(parse_json(metadata[METADATA]))
    except (OSError, ValueError, KeyError) as error:
        raise BankError(f"{path} is no part of a bank, or damaged: {str(error)[:200]!r}") from error
