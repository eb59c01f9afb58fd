"""How commands of many runs work: one set of options for them all."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.runs.executors import LOCAL
from abm.runs.result_store import ResultStore, store_below

if TYPE_CHECKING:
    from abm.scenario.draws import Draws


@dataclass(frozen=True)
class RunOptions:
    """Where and with what a command does its runs, and how much it says."""

    out: Path = Path("results")  # folder of all results
    jobs: int | None = None  # processes; by default one a processor
    dask: str | None = None  # address of a Dask scheduler, or "local"
    quiet: bool = False  # no progress and no messages, except errors and where to find support
    as_json: bool = False  # print JSON instead of tables
    force: bool = False  # run again what is kept
    retry_failed: bool = False  # run again what failed before
    draws: "Draws | None" = None  # the posterior that seeds draw parameters from; None: as they are
    simulate: Callable[..., Any] | None = None  # what does one run; None: what the command does

    @property
    def store(self) -> ResultStore:
        """The results below `out`."""
        return store_below(self.out)

    @property
    def is_on_this_machine(self) -> bool:
        """Whether runs are done where this process can see what is kept and compiled."""
        return self.dask in (None, LOCAL)

    def say(self, message: str) -> None:
        """Print a message to standard error, unless quiet."""
        if not self.quiet:
            print(f"nssi: {message}", file=sys.stderr, flush=True)
