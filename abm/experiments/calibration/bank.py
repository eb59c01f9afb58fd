"""The bank of runs: a folder a wave, with its design and its finished runs in parts.

Each `part-NNN.parquet` holds the runs of fixed places of the design: index, seed, one column a
parameter, one a statistic; what they were made with stands in its metadata. A part appears when
all its runs have a result, whole, and never depends on who lived them or in which order. Runs
that failed are left out and named in the metadata.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from abm.experiments.calibration.recipe import Space
from abm.io.files import ReadBack, Seed, parquet_schema, parse_json, parse_parquet, read_bytes
from abm.io.tables import TableError, write_bytes

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

METADATA = b"nssi-bank"
DESIGN = "design.parquet"
HASH_DIGITS = 16


class BankError(Exception):
    """The bank cannot be read, or what is asked for does not fit it; one line for the user."""


@dataclass(frozen=True)
class MadeWith:
    """What decides the statistics of a run, besides its point and seed.

    Parameters
    ----------
    engine
        Code versions of the model; several where a check found that they give the same.
    evaluation
        Hash over how worlds are looked at.
    population, years
        Of a run.
    definitions
        Hash of every statistic by name.
    """

    engine: str
    evaluation: str
    population: int
    years: int
    definitions: Mapping[str, str]

    def plain(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {
            "engine": self.engine,
            "evaluation": self.evaluation,
            "population": self.population,
            "years": self.years,
            "definitions": dict(self.definitions),
        }

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "MadeWith":
        """Return what stands in the metadata of a part."""
        names = ("engine", "evaluation", "population", "years", "definitions")
        return cls(**{name: plain[name] for name in names})


@dataclass(frozen=True)
class Design:
    """The points of a wave, and how they came about.

    Parameters
    ----------
    names
        Parameters, in the order of the columns.
    points
        Shape (runs, parameters).
    first_seed
        Seed of the first run.
    about
        Plain data: the wave's name, the priors, what the points were drawn from.
    sharing
        So many runs in a row share a seed; the next have the next one.
    """

    names: Sequence[str]
    points: np.ndarray
    first_seed: int
    about: Mapping[str, Any] = field(default_factory=dict)
    sharing: int = 1

    def __len__(self) -> int:
        """Return how many runs there are."""
        return len(self.points)

    def seed(self, index: int) -> int:
        """Return the seed of a run, counted from 0."""
        return self.first_seed + index // self.sharing

    def values(self, index: int) -> dict[str, float]:
        """Return the parameters of a run, counted from 0."""
        return dict(zip(self.names, map(float, self.points[index]), strict=True))


@dataclass(frozen=True)
class WaveRuns:
    """The finished runs of a wave.

    Parameters
    ----------
    name
        Of the wave.
    runs
        index, seed, then parameters and statistics; rows in the order of the design.
    names
        Parameters.
    made_with
        One for each part.
    failed
        Indices of runs that failed.
    """

    name: str
    runs: "pd.DataFrame"
    names: list[str]
    made_with: list[MadeWith]
    failed: list[int]

    def defined_as(self, definitions: Mapping[str, str]) -> list[str]:
        """Return those statistics that all parts have and define in this way."""
        return [
            name
            for name, meant in definitions.items()
            if all(part.definitions.get(name) == meant for part in self.made_with)
        ]


class WaveFolder:
    """The folder of one wave.

    Parameters
    ----------
    bank
        Folder of the bank.
    name
        Of the wave.
    part
        Runs of a part.
    """

    def __init__(self, bank: Path, name: str, part: int) -> None:
        self.name, self.part = name, part
        self.path = bank / name

    def blocks(self, count: int) -> list[range]:
        """Return the indices of the runs of every part of a wave of so many runs."""
        return [range(at, min(at + self.part, count)) for at in range(0, count, self.part)]

    def path_of(self, block: range) -> Path:
        """Return the file of the part with these runs."""
        return self.path / f"part-{block.start // self.part + 1:03d}.parquet"

    def has(self, block: range) -> bool:
        """Return whether a part is there with all these runs."""
        path = self.path_of(block)
        return path.exists() and _about(path).indices == (block.start, block.stop)

    def write_design(self, design: Design) -> None:
        """Write the design of the wave.

        Raises
        ------
        TableError
            If it cannot be written.
        """
        columns = dict(zip(design.names, design.points.T, strict=True))
        about = {"first_seed": design.first_seed, "sharing": design.sharing, **design.about}
        _write(self.path / DESIGN, columns, about)

    def design(self) -> Design | None:
        """Return the design of the wave, or None before it was made.

        Raises
        ------
        BankError
            If it is damaged.
        """
        if not (self.path / DESIGN).exists():
            return None
        table = _read(self.path / DESIGN)
        about = _metadata(self.path / DESIGN, _AboutDesign)
        further = _text_of_metadata(self.path / DESIGN)
        further = {n: each for n, each in further.items() if n not in _AboutDesign.model_fields}
        try:
            columns = [column.to_numpy().astype(np.float64) for column in table.columns]
            points = np.column_stack(columns)
        except (ValueError, TypeError) as error:
            raise BankError(f"{self.path / DESIGN} is no design of numbers: {error}") from error
        return Design(table.column_names, points, about.first_seed, further, about.sharing)

    def write_part(
        self, block: range, design: Design, found: "pd.DataFrame", made_with: MadeWith
    ) -> Path:
        """Write the part of a block.

        Parameters
        ----------
        block
            Indices of its runs.
        design
            Of the wave.
        found
            One row a run that is done: the statistics, by index of the run.
        made_with
            With what they were lived; its statistics become columns, in its order.

        Raises
        ------
        TableError
            If it cannot be written.
        """
        done = np.array([index for index in block if index in found.index], np.int64)
        columns: dict[str, np.ndarray] = {
            "index": done,
            "seed": design.first_seed + done // design.sharing,
        }
        columns |= dict(zip(design.names, design.points[done].T, strict=True))
        rows = found.reindex(index=done, columns=list(made_with.definitions))
        columns |= {name: rows[name].to_numpy(np.float64) for name in made_with.definitions}
        about = {
            "indices": [block.start, block.stop],
            "failed": sorted(set(block) - set(done.tolist())),
            "parameters": list(design.names),
            "design": design_hash(design),
            **made_with.plain(),
        }
        _write(self.path_of(block), columns, about)
        return self.path_of(block)

    def read(self) -> WaveRuns:
        """Return all finished runs.

        Raises
        ------
        BankError
            If there are none, a part is damaged or belongs to another design.
        """
        import pandas as pd

        paths = sorted(self.path.glob("part-*.parquet"))
        if not paths:
            raise BankError(f"{self.path} has no finished part yet")
        design = self.design()
        frames, made_with, failed, names = [], [], [], []
        for path in paths:
            about = _about(path)
            if design is not None and about.design != design_hash(design):
                raise BankError(f"{path} belongs to another design than {DESIGN} beside it")
            table = _read(path)
            names = about.parameters
            if not {"index", "seed", *names, *about.definitions} <= {*table.column_names}:
                raise BankError(f"{path} lacks columns that it names")
            frames.append(table.to_pandas())
            made_with.append(MadeWith.of(about.model_dump()))
            failed += about.failed
        runs = pd.concat(frames, ignore_index=True)
        return WaveRuns(self.name, runs, names, made_with, failed)

    def has_parts(self) -> bool:
        """Return whether any part is finished."""
        return any(self.path.glob("part-*.parquet"))

    def digest(self) -> str:
        """Return a hash over the design and all parts."""
        digest = hashlib.sha256()
        for path in sorted(self.path.glob("*.parquet")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()[:HASH_DIGITS]


def design_hash(design: Design) -> str:
    """Return a hash over the space and seeds of a design; more points do not change it.

    What the points were drawn from stands in `about`.
    """
    content = {"names": list(design.names), "first_seed": design.first_seed}
    content |= {"sharing": design.sharing, **design.about}
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_DIGITS]


def prior_points(space: Space, count: int, seed: int) -> np.ndarray:
    """Return scrambled Sobol points over the priors; a longer design begins with a shorter one.

    Returns
    -------
    numpy.ndarray
        Shape (count, parameters).
    """
    from scipy.stats import qmc

    from abm.chance import Purpose, generator

    scramble = int(generator(seed, Purpose.BANK).integers(1, 2**31))
    power = max(count - 1, 1).bit_length()
    unit = qmc.Sobol(len(space), scramble=True, bits=30, seed=scramble).random_base2(power)
    return space.values(unit[:count])


def _write(path: Path, columns: Mapping[str, np.ndarray], about: Mapping[str, Any]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(dict(columns))
    text = json.dumps(dict(about), sort_keys=True, allow_nan=False)
    table = table.replace_schema_metadata({METADATA: text.encode()})
    buffer = io.BytesIO()
    pq.write_table(
        table, buffer, compression="zstd", compression_level=9, use_dictionary=False,
        write_statistics=False, write_page_checksum=True,
    )  # fmt: skip
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TableError(f"cannot write {path}: {error.strerror or error}") from error
    write_bytes(path, buffer.getvalue())


def _read(path: Path) -> "pa.Table":
    try:
        return parse_parquet(read_bytes(path))
    except (OSError, ValueError) as error:
        raise BankError(f"{path} is damaged: {error}; move it away to live it again") from error


class _AboutDesign(ReadBack):
    """What the metadata of a design say, besides what it was drawn from."""

    first_seed: Seed
    sharing: int = Field(ge=1)


class _AboutPart(ReadBack):
    """What the metadata of a part say."""

    indices: Annotated[tuple[int, int], Field(strict=False)]
    failed: list[int]
    parameters: list[str]
    design: str
    engine: str
    evaluation: str
    population: int = Field(ge=1)
    years: int = Field(ge=1)
    definitions: dict[str, str]


def _about(path: Path) -> _AboutPart:
    return _metadata(path, _AboutPart)


def _metadata[Shape: ReadBack](path: Path, shape: type[Shape]) -> Shape:
    try:
        return shape.model_validate(_text_of_metadata(path))
    except ValueError as error:
        raise BankError(f"{path} is no part of a bank, or damaged: {str(error)[:200]!r}") from error


def _text_of_metadata(path: Path) -> dict[str, Any]:
    try:
        found = parse_json((parquet_schema(read_bytes(path)).metadata or {})[METADATA])
        if not isinstance(found, dict):
            raise ValueError("its metadata are no names and values")
    except (OSError, ValueError, KeyError) as error:
        raise BankError(f"{path} is no part of a bank, or damaged: {error}") from error
    return found
