"""Where the lives of runs are kept: one folder a run, named by all that decides it.

A run is found again by every comparison that needs it. Its list of checksums is written last, so
a run that was cut off, or damaged since, counts as not lived.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.comparison.lives import CURVES, PEOPLE, Lives, Reached, from_files
from abm.experiments.store.result_rows import run_key
from abm.tables import TableError, checksum, read_json, write_bytes, write_json

if TYPE_CHECKING:
    from abm.scenario import Scenario

DONE = "done.json"
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
    return run_key(scenario, seed, f"{KEPT} {lived_by}".strip())


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
            sound = found.files.keys() == {PEOPLE, CURVES} and all(
                checksum(place / name) == sum_ for name, sum_ in found.files.items()
            )
        except (TableError, KeyError, TypeError, ValueError, AttributeError):
            return None
        return found if sound else None

    def read(self, key: str) -> Lives:
        """Return the lives of a run that is kept.

        Raises
        ------
        TableError
            If it is missing or damaged.
        """
        place = self.place(key)
        try:
            files = {name: (place / name).read_bytes() for name in (PEOPLE, CURVES)}
            return from_files(files, _as_kept(read_json(place / DONE)).reached)
        except (OSError, KeyError, TypeError, ValueError) as error:  # pyarrow's are among these
            raise TableError(f"cannot read {place}: {error}") from error

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
            place.mkdir(parents=True, exist_ok=True)
            (place / DONE).unlink(missing_ok=True)
        except OSError as error:
            raise TableError(f"cannot write {place}: {error.strerror or error}") from error
        for name, content in files.items():
            write_bytes(place / name, content)
        sums = {name: checksum(place / name) for name in files}
        kept = Kept(sums, reached, round(seconds, 3), agent_days)
        write_json(place / DONE, asdict(kept))

    def is_damaged(self, key: str) -> bool:
        """Return whether something stands in the place of a run that is not whole."""
        return self.place(key).exists() and self.kept(key) is None


def _as_kept(plain: Any) -> Kept:
    reached = tuple(Reached.from_plain(each) for each in plain["reached"])
    files = {str(name): str(sum_) for name, sum_ in plain["files"].items()}
    return Kept(files, reached, float(plain["seconds"]), float(plain["agent_days"]))
