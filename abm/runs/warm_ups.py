"""Warm-ups run once and shared: by all scenarios that agree up to their first reported day.

A world that goes on from one gives bit for bit what one gives that ran its warm-up itself.
"""

import datetime
import functools
import hashlib
import json
from dataclasses import dataclass

import numpy as np

from abm.io.files import arrays_bytes, parse_arrays
from abm.people.year_groups import SchoolCalendar
from abm.runs.kept_result import KeptResult, kept
from abm.runs.keys import differences_of, made_with
from abm.runs.result_store import ResultStore
from abm.runs.task import Finished, Task, report_share
from abm.scenario.dates import DAYS_A_YEAR, multiplier_on
from abm.scenario.scenario import Scenario
from abm.simulation.record import Logs
from abm.simulation.world import WARM_UP_YEARS, World
from abm.simulation.world_state import WorldState, resume, state_of

KIND, FILE = "warm-up", "state.npz"

# What does not act before the first reported day. Interventions begin on it or later.
NOT_IN_KEY = frozenset({"name", "title", "observation", "interventions"})


def warm_up_key(scenario: Scenario, seed: int) -> str | None:
    """Return the SHA-256 over all that decides a warm-up, or None for a cohort, which has none.

    Population, start, parameters and switches count, and trends as far as they act before the first
    reported day: the values that parameters take on each of those days; so do the versions of the
    code and of the libraries that compute it.
    """
    if scenario.population.kind != "open":
        return None
    content = {"code": made_with(), "seed": int(seed), "lived": _what_is_lived(scenario)}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@functools.lru_cache(maxsize=256)
def _what_is_lived(scenario: Scenario) -> str:
    """Return all of a scenario that acts during its warm-up, as JSON."""
    content = {k: value for k, value in scenario.resolved().items() if k not in NOT_IN_KEY}
    content["calendar"].pop("years")
    content["trends"] = _trends_before_the_start(scenario)
    return json.dumps(content, sort_keys=True, allow_nan=False)


def _trends_before_the_start(scenario: Scenario) -> dict[str, str]:
    """Return a hash a trend, over its multiplier on every day; those that are 1 throughout go."""
    start = scenario.calendar.start
    school = SchoolCalendar()
    first = school.start_of(school.year_of(start) - WARM_UP_YEARS)
    days = [first + datetime.timedelta(days=day) for day in range((start - first).days)]
    hashes = {}
    for name, trend in scenario.trends.items():
        multipliers = np.array([multiplier_on(trend, day) for day in days])
        if (multipliers != 1.0).any():
            hashes[name] = hashlib.sha256(multipliers.tobytes()).hexdigest()
    return hashes


@dataclass(frozen=True)
class WarmUpRun:
    """A warm-up to be run."""

    scenario: Scenario
    seed: int


def warm_up_task(scenario: Scenario, seed: int) -> Task | None:
    """Return the task to run a warm-up, or None for a cohort, which has none."""
    key = warm_up_key(scenario, seed)
    if key is None:
        return None
    return Task(key, make_warm_up, WarmUpRun(scenario, seed), warm_up_agent_days(scenario))


def warm_up_agent_days(scenario: Scenario) -> float:
    """Return about how many days all people of a run live before its first reported one."""
    is_open = scenario.population.kind == "open"
    return scenario.population.size * WARM_UP_YEARS * DAYS_A_YEAR if is_open else 0.0


def make_warm_up(run: WarmUpRun) -> bytes:
    """Run a warm-up in a worker; return the state of the world after it, as an `.npz` file."""
    world = World(run.scenario, run.seed)
    while world.days_lived < world.warm_up_days:
        world.live_day()
        report_share(world.days_lived / world.warm_up_days)
    return _file_of(state_of(world))


def _file_of(state: WorldState) -> bytes:
    days = np.array([state.days_lived])
    return arrays_bytes({"people": state.people, "ties": state.ties, "days_lived": days})


def keep_warm_up(store: ResultStore, world: World, seconds: float) -> None:
    """Keep the warm-up of a world that stands at its first reported day, for others to go on from.

    `seconds` are those that it took. StoreError if it cannot be written.
    """
    task = warm_up_task(world.scenario, world.seed)
    if task is not None:
        store.put(kept_warm_up(Finished(task, _file_of(state_of(world)), seconds)))


def kept_warm_up(finished: Finished) -> KeptResult:
    """Return what is kept of a warm-up that was made: of the scenario, what acts during it."""
    run: WarmUpRun = finished.task.argument
    acting = {f"trends.{name}" for name in _trends_before_the_start(run.scenario)}
    differences = {
        name: value
        for name, value in differences_of(run.scenario).items()
        if name.partition(".")[0] not in NOT_IN_KEY
        and name != "calendar.years"
        and (not name.startswith("trends.") or name.rpartition(".")[0] in acting)
    }
    files = {FILE: finished.result}
    return kept(finished, KIND, run.scenario, run.seed, files=files, differences=differences)


def resumed(store: ResultStore, scenario: Scenario, seed: int, logs: Logs) -> World | None:
    """Return a world at its first reported day by way of a kept warm-up.

    None if none is kept, or what is kept nobody can have lived.
    """
    key = warm_up_key(scenario, seed)
    result = store.get(key) if key is not None else None
    try:
        state = state_in(result.files[FILE]) if result is not None else None
        return None if state is None else resume(scenario, seed, logs, state=state)
    except (KeyError, ValueError):
        return None


def state_in(content: bytes) -> WorldState:
    """Return the state that `make_warm_up` gave; KeyError or ValueError if it is none."""
    arrays = parse_arrays(content)
    days = arrays["days_lived"]
    if days.shape != (1,) or days.dtype != np.int64:
        raise ValueError("not a number of days")
    return WorldState(arrays["people"], arrays["ties"], int(days[0]))
