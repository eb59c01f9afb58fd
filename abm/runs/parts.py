"""The part of a run folder that belongs to one seed, complete or not there."""

import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from abm.io.files import FileName, ReadBack, Seed, make_folder, open_regular, read_bytes
from abm.io.tables import (
    TableError,
    checksum,
    csv_bytes,
    read_json,
    write_bytes,
    write_json,
    write_parquet,
)
from abm.runs.workers import Outcome
from abm.simulation.record import LOG_NAMES, Logs
from abm.studies.aggregates import Aggregates

CURVES = "curves.csv"
FOLLOW_UP = "follow_up.csv"
AGGREGATES = "aggregates.json"
DONE = "done.json"


FILES = {CURVES, FOLLOW_UP, AGGREGATES, *(f"{log}.parquet" for log in LOG_NAMES)}
PARQUET_MARK = b"PAR1"  # the first and last bytes of every such file


class _Done(ReadBack):
    """The shape of done.json."""

    seed: Seed
    files: dict[FileName, str]
    seconds: float = Field(ge=0)


class DifferentCurvesError(Exception):
    """A seed lived again gave other curves than the first time."""


@dataclass(frozen=True)
class Part:
    """A finished seed: its folder, the checksums of its files, and how long it took."""

    seed: int
    folder: Path
    files: dict[str, str]
    seconds: float

    @property
    def logs(self) -> Logs:
        """Which logs it holds."""
        return Logs(**{name: f"{name}.parquet" in self.files for name in LOG_NAMES})

    @property
    def has_aggregates(self) -> bool:
        """Whether it holds the sums over people and acts that figures need."""
        return AGGREGATES in self.files

    def aggregates(self) -> Aggregates | None:
        """Read the sums over people and acts, or return None if they were not made."""
        if not self.has_aggregates:
            return None
        return Aggregates.from_plain(read_json(self.folder / AGGREGATES))

    @property
    def is_sound(self) -> bool:
        """Whether its files are as they were written, and of the kinds their names say."""
        tables = [self.folder / name for name in self.files if name.endswith(".parquet")]
        try:
            sums = {name: checksum(self.folder / name) for name in self.files}
            self.aggregates()
            return sums == self.files and all(map(_is_parquet, tables))
        except (TableError, OSError, ValueError):
            return False


def _is_parquet(path: Path) -> bool:
    with open_regular(path) as file:
        start = file.read(len(PARQUET_MARK))
        file.seek(-len(PARQUET_MARK), os.SEEK_END)
        return start == file.read() == PARQUET_MARK


def read_part(folder: Path, seed: int) -> Part | None:
    """Return the finished part of a seed with every checksum verified, or None.

    Parameters
    ----------
    folder
        The folder of all seeds.
    seed
        Which one.

    Returns
    -------
    Part or None
        None if the part is missing, half-written or damaged.
    """
    place = folder / str(seed)
    try:
        done = _Done.model_validate(read_json(place / DONE))
    except (TableError, ValueError):
        return None
    part = Part(done.seed, place, done.files, done.seconds)
    is_ours = part.seed == seed and {CURVES} <= part.files.keys() <= FILES
    return part if is_ours and part.is_sound else None


def promised_logs(folder: Path, seed: int) -> Logs:
    """Return the logs a part held by its own account, even if it is damaged now."""
    place = folder / str(seed)
    return Logs(**{name: (place / f"{name}.parquet").exists() for name in LOG_NAMES})


def set_aside(folder: Path, seed: int, aside: Path) -> Path | None:
    """Move whatever stands in the place of a seed out of the way, or return None if nothing is."""
    place = folder / str(seed)
    if not os.path.lexists(place):
        return None
    try:
        make_folder(aside)
        number = 1
        while os.path.lexists(aside / f"{seed}-{number}"):
            number += 1
        return place.rename(aside / f"{seed}-{number}")
    except OSError as error:
        raise TableError(f"cannot move {place} aside: {error.strerror or error}") from error


def write_part(folder: Path, outcome: Outcome, before: Part | None = None) -> Part:
    """Write the part of a seed, its list of checksums last.

    Parameters
    ----------
    folder
        The folder of all seeds.
    outcome
        A seed that was lived.
    before
        The finished part that this replaces; its curves must be the same, byte for byte.

    Raises
    ------
    DifferentCurvesError
        If they are not; the finished part stays.
    TableError
        If something cannot be written.
    """
    if outcome.record is None:
        raise ValueError(f"seed {outcome.seed} was not lived: {outcome.error}")
    place = folder / str(outcome.seed)
    curves = csv_bytes(outcome.record.curves)
    try:
        make_folder(place)
        if before is not None and read_bytes(place / CURVES) != curves:
            raise DifferentCurvesError(
                f"seed {outcome.seed}, lived again, gave other curves than the first time; results "
                "are promised only on one type of machine. --force lives every seed again."
            )
        (place / DONE).unlink(missing_ok=True)
    except OSError as error:
        raise TableError(f"cannot write {place}: {error.strerror or error}") from error
    files = {name: checksum(place / name) for name in _write_files(place, outcome, curves)}
    part = Part(outcome.seed, place, files, round(outcome.seconds, 3))
    write_json(place / DONE, {"seed": part.seed, "files": part.files, "seconds": part.seconds})
    return part


def _write_files(place: Path, outcome: Outcome, curves: bytes) -> list[str]:
    """Write curves, sums and logs of a seed; return their names."""
    write_bytes(place / CURVES, curves)
    names = [CURVES]
    if outcome.aggregates is not None:
        write_json(place / AGGREGATES, outcome.aggregates.to_plain(), indent=None)
        names.append(AGGREGATES)
    if outcome.follow_up is not None:
        write_bytes(place / FOLLOW_UP, csv_bytes(outcome.follow_up))
        names.append(FOLLOW_UP)
    if outcome.record is not None:
        for log in outcome.record.logs.names():
            write_parquet(place / f"{log}.parquet", outcome.record.chunks(log))
            names.append(f"{log}.parquet")
    return names
