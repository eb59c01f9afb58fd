"""Warm-ups lived once and shared: by all scenarios that agree up to their first reported day.

Use::

    warm_ups = WarmUps(warm_ups_folder(out))
    warm_ups.make(scenario, seed)                  # lives the warm-up unless it is kept already
    world = warm_ups.world(scenario, seed, logs)   # at its first reported day
    record = run(scenario, seed, logs, world=world)

Such a world goes on bit for bit as one that lived its warm-up itself. What is damaged is set aside
and lived again; several processes may use one folder at once.
"""

import contextlib
import datetime
import functools
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.compilation import code_version
from abm.io.files import files_in, make_folder, open_lock
from abm.io.locks import lock
from abm.people.year_groups import SchoolCalendar
from abm.runs.keys import differences_of, made_with
from abm.runs.store_files import StoreError, abandoned_in, move_aside
from abm.runs.warm_up_files import SUFFIX, is_whole, read_header, read_state, write_state
from abm.scenario.dates import multiplier_on
from abm.simulation.record import NO_LOGS, Logs
from abm.simulation.world import WARM_UP_YEARS, World
from abm.simulation.world_state import live_warm_up, resume, state_of

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario

NAME = re.compile(rf"[0-9a-z]{{64}}-[0-9a-f]{{64}}{re.escape(SUFFIX)}")
"""Of a file: its key and the SHA-256 of its bytes. Nothing else is read, moved or removed."""

# What does not act before the first reported day. Interventions begin on it or later.
NOT_IN_KEY = frozenset({"name", "title", "observation", "interventions"})


def warm_ups_folder(out: Path) -> Path:
    """Return where warm-ups are kept under the folder of all results."""
    return out / "store" / "warm-ups"


def warm_up_key(scenario: "Scenario", seed: int) -> str | None:
    """Return the SHA-256, in hexadecimal digits, over all that decides a warm-up.

    Parameters
    ----------
    scenario
        Its population, start, parameters and switches count, and its trends as far as they act
        before the first reported day: the values that parameters take on each of those days.
    seed
        Seed of the keyed luck.

    Returns
    -------
    str or None
        64 digits; the versions of the code and of the libraries that compute it have entered,
        too. None for a cohort, which has no warm-up.
    """
    if scenario.population.kind != "open":
        return None
    content = {"code": made_with(), "seed": int(seed), "lived": _what_is_lived(scenario)}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@functools.lru_cache(maxsize=256)
def _what_is_lived(scenario: "Scenario") -> str:
    """Return all of a scenario that acts during its warm-up, as JSON."""
    content = {k: value for k, value in scenario.resolved().items() if k not in NOT_IN_KEY}
    content["calendar"].pop("years")
    content["trends"] = _trends_before_the_start(scenario)
    return json.dumps(content, sort_keys=True, allow_nan=False)


def _trends_before_the_start(scenario: "Scenario") -> dict[str, str]:
    """Return a hash a trend, over its multiplier on every day; those that are 1 throughout go."""
    start = scenario.calendar.start
    school = SchoolCalendar()
    first = school.start_of(school.year_of(start) - WARM_UP_YEARS)
    days = [first + datetime.timedelta(days=day) for day in range((start - first).days)]
    found = {}
    for name, trend in scenario.trends.items():
        multipliers = np.array([multiplier_on(trend, day) for day in days])
        if (multipliers != 1.0).any():
            found[name] = hashlib.sha256(multipliers.tobytes()).hexdigest()
    return found


def _differences(scenario: "Scenario") -> dict[str, Any]:
    """Return the settings that act during the warm-up and differ from the defaults."""
    acting = {f"trends.{name}" for name in _trends_before_the_start(scenario)}
    shown_apart = {"population.size", "calendar.start", "calendar.years"}
    return {
        name: value
        for name, value in differences_of(scenario).items()
        if name not in shown_apart
        and name.partition(".")[0] not in NOT_IN_KEY
        and (not name.startswith("trends.") or name.rpartition(".")[0] in acting)
    }


@dataclass(frozen=True)
class KeptWarmUp:
    """One file of a folder of warm-ups.

    Parameters
    ----------
    path, size
        The file, and its bytes.
    seed, people, start, differing, code
        What it was lived under, by its own account: seed, size of the population, first reported
        day, names of other settings that differ from the defaults, version of the code.
    """

    path: Path
    size: int
    seed: int
    people: int
    start: str
    differing: tuple[str, ...]
    code: str


@dataclass(frozen=True)
class WarmUpsReport:
    """What a check of all kept warm-ups found.

    Parameters
    ----------
    whole
        How many are as they were written.
    damaged, abandoned
        Names of files that were moved aside now: changed or truncated, and half written.
    """

    whole: int
    damaged: tuple[str, ...]
    abandoned: tuple[str, ...]


class WarmUps:
    """A folder of warm-ups.

    Parameters
    ----------
    folder
        `<out>/store/warm-ups` (see `warm_ups_folder`); made when something is first kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.aside = folder / "set-aside"
        self.busy = folder / "busy"

    def key(self, scenario: "Scenario", seed: int) -> str | None:
        """Return what a warm-up is filed under; see `warm_up_key`."""
        return warm_up_key(scenario, seed)

    def make(self, scenario: "Scenario", seed: int) -> bool:
        """Live a warm-up and keep it, unless it is kept already or there is none.

        Another process that lives the same one is waited for.

        Returns
        -------
        bool
            Whether it was lived now.

        Raises
        ------
        StoreError
            If it cannot be kept, or a damaged file cannot be set aside.
        """
        key = self.key(scenario, seed)
        if key is None or self._has(key):
            return False
        with self._alone(key):
            if self._has(key):
                return False
            self._keep(key, live_warm_up(World(scenario, seed)))
        return True

    def world(self, scenario: "Scenario", seed: int, logs: Logs = NO_LOGS) -> World:
        """Return a world at its first reported day, by way of the kept warm-up.

        Where there is none it is lived, and kept if there is room for it. A cohort's first
        reported day is the day it enters.

        Raises
        ------
        StoreError
            If a damaged file cannot be set aside.
        """
        key = self.key(scenario, seed)
        if key is None:
            return World(scenario, seed, logs)
        world = self._resumed(key, scenario, seed, logs)
        if world is None:
            with self._alone(key):
                world = self._resumed(key, scenario, seed, logs)
                if world is None:
                    world = live_warm_up(World(scenario, seed, logs))
                    with contextlib.suppress(StoreError):  # a full disk is no reason to stop
                        self._keep(key, world)
        return world

    # Listing and clearing

    def kept(self) -> list[KeptWarmUp]:
        """Return every file that says what it is, by name; arrays are not read."""
        described = (_described(path) for path in self._files())
        return [each for each in described if each is not None]

    def verify(self) -> WarmUpsReport:
        """Check every file, and move aside what is damaged or was never finished.

        Raises
        ------
        StoreError
            If something cannot be read or moved.
        """
        abandoned = list(abandoned_in(self.folder))
        files = self._files()
        damaged = [path for path in files if not is_whole(path)]
        for path in (*abandoned, *damaged):
            move_aside(path, self.aside)
        return WarmUpsReport(
            len(files) - len(damaged),
            tuple(path.name for path in damaged),
            tuple(path.name for path in abandoned),
        )

    def clear(self) -> int:
        """Remove all warm-ups, damaged ones set aside included; return how many files went.

        Raises
        ------
        StoreError
            If one cannot be removed.
        """
        files = [*self._files(), *files_in(self.aside), *abandoned_in(self.folder)]
        for path in files:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise StoreError(f"cannot remove {path}: {error.strerror or error}") from error
        return len(files)

    # Files

    def _files(self, key: str = "*") -> list[Path]:
        """Return the files of a key, or all; those whose names begin with a dot are unfinished."""
        files = files_in(self.folder, f"{key}-*{SUFFIX}")
        return [path for path in files if NAME.fullmatch(path.name)]

    def _has(self, key: str) -> bool:
        """Return whether a whole file of this key is there; damaged ones are moved aside."""
        for path in self._files(key):
            if is_whole(path):
                return True
            move_aside(path, self.aside)
        return False

    def _resumed(self, key: str, scenario: "Scenario", seed: int, logs: Logs) -> World | None:
        """Go on from the state of this key, or return None; damaged files are moved aside."""
        for path in self._files(key):
            state = read_state(path, key)
            with contextlib.suppress(ValueError):  # it holds what cannot have been lived
                if state is not None:
                    return resume(scenario, seed, logs, state=state)
            move_aside(path, self.aside)
        return None

    def _keep(self, key: str, world: World) -> None:
        """Write the state of a world that has just lived its warm-up."""
        header = {
            "seed": int(world.seed),
            "people": world.scenario.population.size,
            "start": world.start.isoformat(),
            "differences": _differences(world.scenario),
            "code": code_version(),
        }
        write_state(self.folder, key, header, state_of(world))

    @contextlib.contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """Let one process at a time live this warm-up, where files can be locked."""
        path = self.busy / f"{key}.lock"
        try:
            make_folder(self.busy)
            file = open_lock(path)
        except OSError:
            yield
            return
        with file:
            lock(file.fileno(), wait=True)
            yield
            with contextlib.suppress(OSError):
                path.unlink()


def _described(path: Path) -> KeptWarmUp | None:
    """Return what the header of a file says, or None if it cannot be read."""
    header = read_header(path)
    try:
        size = path.stat().st_size
    except OSError:
        return None
    if header is None:
        return None
    names = tuple(sorted(header.differences))
    return KeptWarmUp(path, size, header.seed, header.people, header.start, names, header.code)
