"""The tasks of a comparison: its runs, and before them the warm-ups that several of them share."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from abm.compilation import version_of
from abm.experiments.comparison.person_outcomes import (
    Lives,
    Reached,
    as_files,
    from_files,
    lives_of,
)
from abm.runs.kept_result import KeptResult, kept
from abm.runs.keys import result_key
from abm.runs.options import RunOptions
from abm.runs.result_store import ResultStore
from abm.runs.task import Finished, Task, report_share
from abm.runs.warm_ups import resumed, warm_up_agent_days, warm_up_task
from abm.scenario.dates import DAYS_A_YEAR
from abm.simulation.record import Logs

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario
    from abm.simulation.record import Record

KIND = "people"
PEOPLE_ONLY = Logs(people=True)
Live = Callable[["Scenario", int, Path | None], "Record"]


def live_one(scenario: "Scenario", seed: int, store: Path | None) -> "Record":
    """Run a scenario and log its people; the standard way.

    Parameters
    ----------
    scenario, seed
        What to run.
    store
        Folder of the store that holds its warm-up, or None to run the whole. It changes no bit.
    """
    from abm.simulation.run import run

    world = None if store is None else resumed(ResultStore(store), scenario, seed, PEOPLE_ONLY)
    first = 0 if world is None else world.days_lived

    def tell(day: int, days: int) -> None:
        report_share((day - first) / (days - first))

    return run(scenario, seed, PEOPLE_ONLY, tell, world)


@dataclass(frozen=True)
class Run:
    """One run of a comparison.

    Parameters
    ----------
    scenario, seed
        What is run.
    live
        What runs it.
    store
        Folder of the store that holds its warm-up; None if there is none.
    """

    scenario: "Scenario"
    seed: int
    live: Live = live_one
    store: Path | None = None

    @property
    def key(self) -> str:
        """Key of what is kept of it: the same for equal scenarios, whatever they are called."""
        standard = self.live is live_one
        name = "" if standard else f"{self.live.__module__}.{self.live.__qualname__}"
        made_by = version_of("experiments/comparison/person_outcomes.py")
        return result_key(KIND, self.scenario, self.seed, f"{made_by} {name}".strip())


def run_of(scenario: "Scenario", seed: int, options: RunOptions) -> Run:
    """Return the run of a scenario and seed."""
    drawn = scenario if options.draws is None else options.draws.drawn(scenario, seed)
    return Run(drawn, seed, options.simulate or live_one)


def tasks_of(runs: Mapping[str, Run], store: ResultStore | None) -> tuple[list[Task], list[Task]]:
    """Return the warm-ups that several runs share and that are not kept, and the runs.

    Parameters
    ----------
    runs
        By key.
    store
        Keeps warm-ups where workers can read them; None to run everything whole.
    """
    shared = {
        key: warm_up_task(run.scenario, run.seed)
        for key, run in runs.items()
        if store is not None and run.live is live_one
    }
    uses = Counter(task.key for task in shared.values() if task is not None)
    there = store.has(uses, whole=True) if store is not None else set()
    first: dict[str, Task] = {}
    then = []
    for key, run in sorted(runs.items(), key=lambda item: item[1].seed):
        warm_up = shared.get(key)
        if warm_up is not None and uses[warm_up.key] > 1 and warm_up.key not in there:
            first[warm_up.key] = warm_up
        weight = run.scenario.population.size * run.scenario.calendar.years * DAYS_A_YEAR
        if store is not None and warm_up is not None and warm_up.key in there | first.keys():
            run = replace(run, store=store.folder.absolute())
        else:
            weight += warm_up_agent_days(run.scenario)
        then.append(Task(key, run_people, run, weight))
    return list(first.values()), then


def run_people(run: Run) -> tuple[dict[str, bytes], tuple[Reached, ...]]:
    """Do a run in a worker; return its tables as files, and who was reached."""
    lives = lives_of(run.live(run.scenario, run.seed, run.store))
    return as_files(lives), lives.reached


def kept_run(finished: Finished) -> KeptResult:
    """Return what is kept of a run that is done."""
    run: Run = finished.task.argument
    files, reached = finished.result
    plain = [asdict(each) for each in reached]
    return kept(finished, KIND, run.scenario, run.seed, files=files, reached=plain)


def lives_in(result: KeptResult) -> Lives:
    """Return the lives that were kept of a run.

    Raises
    ------
    ValueError
        If it holds none.
    """
    try:
        reached = tuple(Reached.from_plain(each) for each in result.about["reached"])
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"another shape: {error}") from None
    return from_files(result.files, reached)
