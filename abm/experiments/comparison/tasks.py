"""Living one run of a comparison, in whatever process, from a warm-up that runs share."""

import gc
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from abm.experiments.comparison.person_outcomes import Reached, as_files, lives_of
from abm.experiments.comparison.shelf import lives_key
from abm.runs.keys import made_with
from abm.runs.task import OtherVersionError
from abm.simulation.record import Logs

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario
    from abm.simulation.record import Record

PEOPLE_ONLY = Logs(people=True)
Live = Callable[["Scenario", int, Path | None], "Record"]


def live_one(scenario: "Scenario", seed: int, warm_ups: Path | None) -> "Record":
    """Live one run and log its people; the standard way.

    Parameters
    ----------
    scenario, seed
        What to live.
    warm_ups
        Folder of warm-ups that runs share, or None to live the whole. It changes no bit.
    """
    from abm.runs.warm_ups import WarmUps
    from abm.simulation.run import run

    if warm_ups is None:
        return run(scenario, seed, PEOPLE_ONLY)
    world = WarmUps(warm_ups).world(scenario, seed, PEOPLE_ONLY)
    return run(scenario, seed, PEOPLE_ONLY, world=world)


def make_warm_up(work: "Work") -> None:
    """Live the warm-up of a run in a worker and keep it; if it cannot be kept, do without."""
    from abm.runs.warm_ups import WarmUps

    _check_version(work.version)
    if work.warm_ups is not None:
        WarmUps(work.warm_ups).make(work.run.scenario, work.run.seed)
    gc.collect()


@dataclass(frozen=True)
class Run:
    """One run of a comparison.

    Parameters
    ----------
    scenario, seed
        What is lived.
    live
        What lives it.
    """

    scenario: "Scenario"
    seed: int
    live: Live = live_one

    @property
    def key(self) -> str:
        """Key under which its lives are kept."""
        standard = self.live is live_one
        name = "" if standard else f"{self.live.__module__}.{self.live.__qualname__}"
        return lives_key(self.scenario, self.seed, name)


@dataclass(frozen=True)
class Work:
    """What a worker needs to live a run."""

    version: str
    run: Run
    warm_ups: Path | None


@dataclass(frozen=True)
class Lived:
    """What comes back from a worker: tables as files, or the traceback of what went wrong."""

    files: dict[str, bytes] = field(default_factory=dict)
    reached: tuple[Reached, ...] = ()
    seconds: float = 0.0
    error: str | None = None


def live_run(work: Work) -> Lived:
    """Live a run in a worker; an error becomes part of what comes back.

    Raises
    ------
    OtherVersionError
        If this process has another version of the code than the one that asks.
    """
    _check_version(work.version)
    started = time.perf_counter()
    run = work.run
    try:
        lives = lives_of(run.live(run.scenario, run.seed, work.warm_ups))
        lived = Lived(as_files(lives), lives.reached, time.perf_counter() - started)
    except Exception:
        lived = Lived(error=traceback.format_exc(), seconds=time.perf_counter() - started)
    gc.collect()
    return lived


def _check_version(version: str) -> None:
    if version != made_with():
        raise OtherVersionError(
            f"a worker has another version of the code ({made_with()}, not {version}); "
            "install the same one everywhere and start the workers anew"
        )
