"""Lives and scenes that tests share; each life is lived once a session, however many ask for it.

This file also puts its folder on the import path, so that tests can share `hand_made`.
"""

import gc
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from abm.mechanisms.beginning import begin, rest
from abm.mechanisms.day_log import plain_day_log
from abm.mechanisms.derived import update_everything
from abm.mechanisms.growing_up import STAGE_DTYPE, grow_up
from abm.parameters import parameter_record, switches
from abm.people.layout import FEMALE, PlainRecord, person_dtype
from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.record import Logs, Record
from abm.simulation.run import run
from abm.simulation.today import TODAY_DTYPE, derive_speeds
from abm.simulation.world import World
from docs.make.chromium import FLAGS, chromium

TESTS = Path(__file__).parent

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
"""How long one example takes tells of the machine, not of the property."""


TOGETHER = ("browser", "mechanisms")
"""Folders whose files share what takes long to make (a server and a browser, lives): each with one
process."""
LONG = (
    "test_bits.py",  # compiles what the others then find compiled
    "runs/test_run_tasks.py",  # meanwhile, needs nothing compiled
    "browser/test_page_in_chromium.py",
    "mechanisms/test_patterns_acts.py",
    "docs_make/test_tutorial.py",
    "test_faults_of_commands.py",
    "runs/test_store_faults.py",
    "experiments/comparison/test_compare_command.py",
    "studies/test_small_populations.py",
    "simulation/test_world_state.py",
    "evidence/test_validation.py",
    "simulation/test_lived.py",
    "test_launcher.py",
    "runs/test_run_folder.py",
    "report/test_figures.py",
    "simulation/test_more_is_no_less.py",
    "cli/test_calibrate.py",
    "test_logic.py",
    "evidence/test_validation_by_draw.py",
    "runs/test_faults_on_dask.py",
    "report/test_report_safety.py",
    "experiments/sensitivity/test_sensitivity.py",
)
"""Files that take longest, each with one process: they begin first, so that none is left over."""


def pytest_configure(config: pytest.Config) -> None:
    """Keep the order of files; processes would begin with those of most tests."""
    config.option.loadscopereorder = False


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each process a file at a time, or all files of a folder that share what they make."""
    from xdist.scheduler import LoadFileScheduling

    class LoadFileOrFolder(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            folder = nodeid.split("/")[1]
            return folder if folder in TOGETHER else super()._split_scope(nodeid)

    return LoadFileOrFolder(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {TESTS / name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.path, len(order)))


def pytest_collection_finish() -> None:
    """Keep the garbage collector from what lasts as long as the session.

    Every collection would walk through all modules and tests again; the commands collect after
    each run, and half the time of tests of made-up runs went there.
    """
    gc.collect()
    gc.freeze()


@dataclass(frozen=True, eq=False)
class Life:
    """What became of a population: its people on the last day, and the acts of the log."""

    world: World
    people: np.ndarray
    acts: np.ndarray

    @property
    def ever(self) -> np.ndarray:
        """Those who have self-injured."""
        return self.people[self.people["acts"] > 0]

    def actor(self, trait: str) -> np.ndarray:
        """Return a trait of the person of every act."""
        order = np.argsort(self.people["person"])
        place = np.searchsorted(self.people["person"], self.acts["person"], sorter=order)
        return self.people[trait][order[place]]

    def nth(self) -> np.ndarray:
        """Return for every act the how-manieth of its person it is, counted from 0."""
        order = np.argsort(self.acts["person"], kind="stable")
        persons = self.acts["person"][order]
        first = np.searchsorted(persons, persons)
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order)) - first
        return place


@pytest.fixture(scope="session")
def lived() -> Callable[..., Life]:
    """Return a function that lives a birth cohort from its tenth birthday, each only once.

    Keywords are parameters and switches; `scenario` may name another population.
    """
    known: dict[tuple[Scenario, int], Life] = {}

    def live(
        population: int = 1500,
        years: int = 8,
        seed: int = 1,
        scenario: str = "birth-cohort",
        **overrides: Any,
    ) -> Life:
        chosen = load_scenario(scenario, population=population, years=years, overrides=overrides)
        key = (chosen, seed)
        if key not in known:
            world = World(chosen, seed, Logs(people=True, acts=True))
            while world.days_lived < world.total_days:
                world.live_day()
            known[key] = Life(world, world.people, world.act_log())
        return known[key]

    return live


@pytest.fixture(scope="session")
def cohort(lived: Callable[..., Life]) -> Life:
    """Return 2,000 people followed from 10 to 25 under the default numbers."""
    return lived(population=2000, years=15)


@pytest.fixture(scope="session")
def risky_record() -> Record:
    """Return three reported years, after the warm-up, of 450 people who act often."""
    overrides = {"barrier_mean": 7.5, "awareness_age": 11.0}
    return run(load_scenario("baseline", population=450, years=3, overrides=overrides), seed=4)


class Scene:
    """One plain person on one day, with everything that a rule asks for.

    The person is a girl with average traits unless fields say otherwise; keywords that are names
    of parameters or switches set those.
    """

    def __init__(self, age: float = 14.5, **given: Any) -> None:
        names = person_dtype().names or ()
        fields = {name: given.pop(name) for name in list(given) if name in names}
        positions = {name: given.pop(name) for name in list(given) if name in switches()}
        self.p = PlainRecord.copy_of(parameter_record(given, positions)[0])
        today = np.zeros(1, TODAY_DTYPE)
        derive_speeds(today, self.p)
        self.today = PlainRecord.copy_of(today[0])
        self.today.day, self.today.settlement = 735_000, 1
        self.day_log = plain_day_log()
        self.me = PlainRecord.copy_of(np.zeros(1, person_dtype())[0])
        self.me.person, self.me.present, self.me.aware = 7, 1, 1
        self.me.family_support, self.me.connectedness = 0.6, 0.65
        sex = fields.get("sex", FEMALE)
        self.stage = PlainRecord.copy_of(np.zeros(1, STAGE_DTYPE)[0])
        grow_up(self.stage, self.p, sex, int(age) - 10, age)
        self.place(**{**fields, "sex": sex})
        begin(self.me, self.p)
        self.me.aware = 1
        self.place(**fields)
        self.update_derived()
        rest(self.me)
        self.place(**fields)

    def place(self, **fields: Any) -> None:
        """Set fields of the person."""
        for name, value in fields.items():
            assert name in vars(self.me), name
            setattr(self.me, name, value)

    def update_derived(self) -> None:
        """Update speeds, thresholds and set points."""
        update_everything(self.me, self.p, self.today, self.stage)


@pytest.fixture(scope="session")
def scene() -> type[Scene]:
    """Return the maker of scenes: ``scene(age=15.0, shame=0.4, learning_rate=0.0)``."""
    return Scene


@pytest.fixture
def signals_count():
    """Let processes hear signals also where the tests run in the background of a script.

    Shells start such a job with SIGINT ignored, nohup with SIGHUP; what it starts inherits that.
    """
    usual = {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL}
    before = {number: signal.signal(number, handler) for number, handler in usual.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Return how the browser is started, so that it asks nobody anything."""
    found = chromium()
    if found is None:
        pytest.fail("the page and reports are tested in Chromium or Chrome: `./nssi test` gets one")
    return {"executable_path": found, "args": list(FLAGS)}
