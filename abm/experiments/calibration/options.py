"""Where and how long a calibration works, and what its commands end with."""

import importlib.util
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from abm.experiments.calibration.bank import BankError, WaveFolder
from abm.experiments.calibration.bank_runs import HowToLive
from abm.experiments.calibration.emulators import EmulatorError
from abm.experiments.calibration.recipe import Recipe, Space, Wave, recipe
from abm.io.progress import Progress
from abm.io.tables import TableError
from abm.io.terminal import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_WRONG_INPUT, complain
from abm.runs.errors import NoExecutorError, RunnerError
from abm.runs.executors import executor_for
from abm.runs.result_store import StoreError, store_below
from abm.scenario.posterior import FOLDER

BANK = Path("calibration/bank")
MINUTES = 60.0
LIBRARIES = ("sklearn", "emcee")


@dataclass(frozen=True)
class HowToCalibrate:
    """Where and how long.

    Parameters
    ----------
    bank
        Folder of the bank; diagnostics and the screening's table are written beside it.
    out
        Folder of all results: runs that are in no part of the bank yet are kept below it.
    jobs, dask
        As of sweeps.
    minutes
        After these no run is begun; what is finished is kept.
    quiet, as_json
        No progress; one JSON object instead of lines.
    recipe
        What to do.
    posterior
        Folder of the posterior; by default the package's if the bank is the project's own and
        not reduced, else beside the bank.
    """

    bank: Path = BANK
    out: Path = Path("results")
    jobs: int | None = None
    dask: str | None = None
    minutes: float = MINUTES
    quiet: bool = False
    as_json: bool = False
    recipe: Recipe = field(default_factory=recipe)
    posterior: Path | None = None
    began: float = field(default_factory=time.monotonic)

    @property
    def space(self) -> Space:
        """The free parameters."""
        return Space(list(self.recipe.free), self.recipe.runs.log_from)

    @property
    def posterior_folder(self) -> Path:
        """Where the posterior is written."""
        if self.posterior is not None:
            return self.posterior
        is_own = self.bank == BANK and self.recipe == recipe()
        return FOLDER if is_own else self.bank.parent

    @property
    def deadline(self) -> float:
        """When no run is begun any more, in seconds of `time.monotonic`."""
        return self.began + 60.0 * self.minutes

    def folder(self, wave: Wave) -> WaveFolder:
        """Return the folder of a wave."""
        return WaveFolder(self.bank, wave.name, self.recipe.runs.part)

    def say(self, message: str) -> None:
        """Print a message to standard error, unless quiet."""
        if not self.quiet:
            print(f"nssi: {message}", file=sys.stderr, flush=True)

    @contextmanager
    def living(self, title: str) -> Iterator[HowToLive]:
        """Yield how runs are lived, with processes and a progress bar."""
        with executor_for(self.jobs, self.dask) as executor, Progress(title, self.quiet) as bar:
            yield HowToLive(store_below(self.out), executor, self.deadline, self.say, bar.update)


def require_libraries() -> None:
    """Refuse to begin where what fits is not installed.

    Raises
    ------
    BankError
        Saying what to install.
    """
    if any(importlib.util.find_spec(name) is None for name in LIBRARIES):
        raise BankError('calibration needs further libraries: pip install "nssi-abm[calibration]"')


def guarded(work: Callable[[], int]) -> int:
    """Do the work; return its exit code, or that of what stopped it."""
    try:
        return work()
    except (BankError, NoExecutorError) as error:
        return complain(str(error), EXIT_WRONG_INPUT)
    except EmulatorError as error:
        return complain(f"{error}; the bank is kept", EXIT_FAILED)
    except (StoreError, RunnerError, TableError) as error:
        return complain(f"{error}; what is finished is kept", EXIT_FAILED)
    except KeyboardInterrupt:
        message = "interrupted; what is finished is kept, and the same command goes on from there"
        return complain(message, EXIT_INTERRUPTED)
