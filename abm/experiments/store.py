"""Results of many runs, kept by content: never lived twice, never half written."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from abm.scenario import Scenario

DONE, FAILED = "done", "failed"


class StoreError(Exception):
    """The store cannot be read or written; the message is one line for the user."""


@dataclass(frozen=True)
class RunResult:
    """What became of one run.

    Parameters
    ----------
    key
        `run_key` of the run.
    seed
        Its seed.
    status
        "done" or "failed".
    differences
        Where its scenario differs from the defaults, as JSON (see `differences_of`).
    outcomes
        Figures by name; empty if it failed.
    error
        Traceback of a failed run.
    seconds
        How long it took.
    """

    key: str
    seed: int
    status: str
    differences: str
    outcomes: dict[str, float]
    error: str = ""
    seconds: float = 0.0


def run_key(scenario: "Scenario", seed: int, evaluator: str = "") -> str:
    """Return the SHA-256 over all that decides the figures of a run.

    That is the resolved scenario without its name, title and observation, the seed, the version
    of the code and of the outcomes (and the evaluator's name, if it is not the standard one).
    """
    raise NotImplementedError


def differences_of(scenario: "Scenario") -> dict[str, object]:
    """Return the settings in which a scenario differs from the defaults, by name as in --set."""
    raise NotImplementedError


class Store:
    """A folder of results: small Parquet parts named by the checksum of their bytes.

    Parameters
    ----------
    folder
        `<out>/store/runs`; made when something is first appended.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def known(self, keys: Iterable[str], *, failed: bool = True) -> set[str]:
        """Return those keys that have a result (with failed=False: a result that is done)."""
        raise NotImplementedError

    def results(self, keys: Sequence[str], *, with_seconds: bool = False) -> "pd.DataFrame":
        """Return one row a known key, in the order of `keys` (a key without result has no row).

        Columns: key, seed, status, error, differences, then one float column an outcome
        (and seconds last, if asked for: the only column that two machines do not agree on).
        """
        raise NotImplementedError

    def append(self, results: Collection[RunResult]) -> None:
        """Write results as one part, whole or not at all. Raises StoreError."""
        raise NotImplementedError
