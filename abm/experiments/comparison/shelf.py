"""Where the lives of runs are kept: one folder a run, named by all that decides it.

A run is found again by every comparison that needs it. Its list of checksums is written last, so
a run that was cut off, or damaged since, counts as not lived.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from abm.compilation import version_of
from abm.experiments.comparison.person_outcomes import CURVES, PEOPLE, Lives, Reached, from_files
from abm.io.files import FileName, ReadBack, files_in, make_folder, read_bytes
from abm.io.tables import TableError, cannot_read, checksum, read_json, write_bytes, write_json
from abm.runs.keys import run_key

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario

DONE = "done.json"
KEY = re.compile("[0-9a-f]{64}")
KEPT = "lives 2"  # what is kept of a run; another number if that changes


def shelf_folder(out: Path) -> Path:
    """Return where the lives of runs are kept under the folder of all results."""
    return out / "store" / "lives"


def lives_key(scenario: "Scenario", seed: int, lived_by: str = "") -> str:
    """Return the key of a run: the same for equal scenarios, whatever they are called.

    Parameters
    ----------
    scenario, seed
        What is lived.
    lived_by
        Name of the function that lives it, if it is not the standard one.
    """
    made_by = version_of("experiments/comparison/person_outcomes.py")
    return run_key(scenario, seed, f"{KEPT} {made_by} {lived_by}".strip())


@dataclass(frozen=True)
class Kept:
    """What is noted of a run beside its tables: checksums, who was reached, how long it took."""

    files: dict[str, str]
    reached: tuple[Reached, ...]
    seconds: float
    agent_days: float


class Shelf:
    """The runs that are kept.

    Parameters
    ----------
    folder
        See `shelf_folder`; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, key: str) -> Path:
        """Return the folder of a run."""
        return self.folder / key[:2] / key

    def kept(self, key: str) -> Kept | None:
        """Return what is noted of a run with every checksum verified, or None."""
        place = self.place(key)
        try:
            found = _as_kept(read_json(place / DONE))
            sums = {name: checksum(place / name) for name in (PEOPLE, CURVES)}
        except (TableError, ValueError):
            return None
        return found if found.files == sums else None

    def read(self, key: str) -> Lives:
        """Return the lives of a run that is kept.

        Raises
        ------
        TableError
            If it is missing or damaged.
        """
        place = self.place(key)
        try:
            files = {name: read_bytes(place / name) for name in (PEOPLE, CURVES)}
            return from_files(files, _as_kept(read_json(place / DONE)).reached)
        except OSError as error:
            raise cannot_read(place, error) from error
        except ValueError as error:
            moved = self.set_aside(key)
            raise TableError(
                f"{place} holds no lives of a run ({str(error).splitlines()[0]}); moved to "
                f"{moved}, and the same command lives them again"
            ) from error

    def write(
        self,
        key: str,
        files: Mapping[str, bytes],
        reached: tuple[Reached, ...],
        seconds: float,
        agent_days: float,
    ) -> None:
        """Keep a run, its list of checksums last.

        Raises
        ------
        TableError
            If it cannot be written.
        """
        place = self.place(key)
        try:
            make_folder(place)
            (place / DONE).unlink(missing_ok=True)
        except OSError as error:
            raise TableError(f"cannot write {place}: {error.strerror or error}") from error
        for name, content in files.items():
            write_bytes(place / name, content)
        sums = {name: checksum(place / name) for name in files}
        kept = Kept(sums, reached, round(seconds, 3), agent_days)
        write_json(place / DONE, asdict(kept))

    def keys(self) -> list[str]:
        """Return the keys of all runs that are kept, whole or not."""
        found = self.folder.glob("[0-9a-f][0-9a-f]/*")
        return sorted(path.name for path in found if KEY.fullmatch(path.name))

    def size(self) -> int:
        """Return the bytes of all that is kept."""
        places = map(self.place, self.keys())
        return sum(path.lstat().st_size for place in places for path in files_in(place))

    def set_aside(self, key: str) -> Path:
        """Move a run that is not whole out of the way.

        Raises
        ------
        TableError
            If it cannot be moved.
        """
        aside = self.folder / "set-aside"
        number = 1
        while os.path.lexists(place := aside / f"{key}-{number}"):
            number += 1
        try:
            make_folder(aside)
            return self.place(key).rename(place)
        except OSError as error:
            raise TableError(f"cannot move {self.place(key)} aside: {error.strerror}") from error

    def verify(self) -> list[str]:
        """Check every run, move aside those that are not whole, and return their keys.

        Raises
        ------
        TableError
            If one cannot be moved.
        """
        damaged = [key for key in self.keys() if self.kept(key) is None]
        for key in damaged:
            self.set_aside(key)
        return damaged

    def is_damaged(self, key: str) -> bool:
        """Return whether something stands in the place of a run that is not whole."""
        return self.place(key).exists() and self.kept(key) is None


class _Kept(ReadBack):
    """The shape of done.json."""

    files: dict[FileName, str]
    reached: list[dict[str, Any]]
    seconds: float = Field(ge=0, le=1e12)
    agent_days: float = Field(gt=0, le=1e15)


def _as_kept(plain: Any) -> Kept:
    found = _Kept.model_validate(plain)
    try:
        reached = tuple(Reached.from_plain(each) for each in found.reached)
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"another shape: {error}") from None
    return Kept(found.files, reached, found.seconds, found.agent_days)
