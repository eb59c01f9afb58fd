"""The part of a run folder that belongs to one seed, complete or not there."""

import os
from dataclasses import dataclass
from pathlib import Path

from abm.experiments.running.workers import Outcome
from abm.record import LOG_NAMES, Logs
from abm.studies.aggregates import Aggregates
from abm.tables import (
    TableError,
    checksum,
    csv_bytes,
    read_json,
    write_bytes,
    write_json,
    write_parquet,
)

CURVES = "curves.csv"
FOLLOW_UP = "follow_up.csv"
AGGREGATES = "aggregates.json"
DONE = "done.json"


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
        done = read_json(place / DONE)
        part = Part(int(done["seed"]), place, dict(done["files"]), float(done["seconds"]))
        sound = part.seed == seed and CURVES in part.files
        sound = sound and all(checksum(place / name) == sum_ for name, sum_ in part.files.items())
    except (TableError, KeyError, TypeError, ValueError, AttributeError):
        return None
    return part if sound else None


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
        aside.mkdir(exist_ok=True)
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
    if before is not None and (place / CURVES).read_bytes() != curves:
        raise DifferentCurvesError(
            f"seed {outcome.seed}, lived again, gave other curves than the first time; results "
            "are promised only on one type of machine. --force lives every seed again."
        )
    try:
        place.mkdir(parents=True, exist_ok=True)
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
