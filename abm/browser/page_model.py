"""The Mesa model behind the page: any scenario, with every parameter as a keyword.

Warm-ups are kept in memory, so that a reset, another tab and the baseline begin at once; a served
page keeps them on the disk, too, where the comparison behind it and the next start find them.
"""

import contextlib
import inspect
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from abm.browser.choices import DEFAULT_PEOPLE, Choices
from abm.browser.cited import Surveys, people_of
from abm.browser.counterfactual import counterfactual_of
from abm.browser.course import Course
from abm.browser.following import USUAL_AGE, Following
from abm.browser.school import SchoolView
from abm.browser.snapshot import Snapshot, Without, spreads_of
from abm.model import NSSIModel
from abm.parameters import parameters, switches
from abm.runs.result_store import ResultStore, StoreError
from abm.runs.warm_ups import keep_warm_up, resumed, warm_up_key
from abm.scenario.scenario import Scenario
from abm.simulation.record import Logs
from abm.simulation.world import World
from abm.simulation.world_state import WorldState, resume, state_of

FIRST_AGES = (15,)
Progress = Callable[[float], None]
"""Called now and then with the share that is done; raising stops the warm-up."""

LOGS = Logs(acts=True)
MOST_KEPT = 4
MOST_PEOPLE_KEPT = 40_000
MOST_PEOPLE_STORED = 10_000
DAYS_BETWEEN_CALLS = 20


class WarmUpMemory:
    """The latest few warm-ups; several threads may use it.

    Those of small populations are kept in `store`, too, if there is one.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, WorldState]] = {}  # people and state, oldest first
        self._lock = threading.Lock()
        self.store: ResultStore | None = None

    def world(self, scenario: Scenario, seed: int, progress: Progress) -> World:
        """Return a world at its first reported day."""
        key = warm_up_key(scenario, seed)
        with self._lock:
            kept = self._kept.get(key) if key else None
        if kept is not None:
            return resume(scenario, seed, LOGS, state=kept[1])
        with contextlib.suppress(StoreError):
            world = None if self.store is None else resumed(self.store, scenario, seed, LOGS)
        world = world or self._simulated(scenario, seed, progress)
        if key is not None:
            self._keep(key, scenario.population.size, state_of(world))
        return world

    def _simulated(self, scenario: Scenario, seed: int, progress: Progress) -> World:
        world, begun = World(scenario, seed, LOGS), time.perf_counter()
        while world.days_lived < world.warm_up_days:
            if world.days_lived % DAYS_BETWEEN_CALLS == 0:
                progress(world.days_lived / world.warm_up_days)
            world.live_day()
        if self.store is not None and scenario.population.size <= MOST_PEOPLE_STORED:
            with contextlib.suppress(StoreError):  # a full disk: the next start simulates it again
                keep_warm_up(self.store, world, time.perf_counter() - begun)
        return world

    def _keep(self, key: str, people: int, state: WorldState) -> None:
        copy = WorldState(state.people.copy(), state.ties.copy(), state.days_lived)
        with self._lock:
            self._kept[key] = (people, copy)
            while len(self._kept) > 1 and self._is_full():
                del self._kept[next(iter(self._kept))]

    def _is_full(self) -> bool:
        people = sum(people for people, _ in self._kept.values())
        return len(self._kept) > MOST_KEPT or people > MOST_PEOPLE_KEPT


MEMORY = WarmUpMemory()


def _nothing(share: float) -> None:
    """Report no progress."""


def prepare(scenario: Scenario, seed: int) -> None:
    """Simulate a warm-up that is about to be needed."""
    MEMORY.world(scenario, seed, _nothing)


class PageModel(NSSIModel):
    """A model for pages that make models from named values, as Mesa's `SolaraViz` does.

    `given` are those of ``parameters.toml`` by name, `interventions` tables as in a scenario file;
    None leaves them as the scenario has them. The warm-up is simulated when the model is first
    needed, see `prepare`. InputError for the first value that cannot be.
    """

    def __init__(
        self,
        scenario_name: str = "baseline",
        rng: int = 1,
        population: int | None = DEFAULT_PEOPLE,
        interventions: tuple[Mapping[str, Any], ...] | None = None,
        **given: float | str | None,
    ) -> None:
        values = {name: value for name, value in given.items() if value is not None}
        self.choices = Choices(scenario_name, int(rng), population, values, interventions)
        super().__init__(self.choices.resolve(), self.choices.seed, warm_up=False)
        self.course: Course | None = None
        self.baseline: Course | None = None
        self.counterfactual = counterfactual_of(self.choices)
        self._frame = 0
        self._takes_pictures = True
        self._snapshot: Snapshot | None = None

    @classmethod
    def from_choices(cls, choices: Choices) -> "PageModel":
        """Return the model of what was chosen on the page."""
        return cls(
            choices.scenario, choices.seed, choices.population, choices.interventions,
            **choices.values,
        )  # fmt: skip

    def prepare(self, progress: Progress = _nothing) -> Course:
        """Simulate the years before the first reported day, unless that is done."""
        if self.course is None:
            self.world = MEMORY.world(self.settings, self.choices.seed, progress)
            self.surveys = Surveys(self.world)
            self.following = Following(self.world)
            self.following.follow_somebody()
            self.school_view = SchoolView(self.world, FIRST_AGES)
            self.course = Course(self.world)
            self.take_picture()
        return self.course

    def step(self) -> None:
        """Live one day, at most to the end of the calendar, and take a picture of it."""
        course = self.prepare()
        if not course.is_over:
            course.live_day()
            self.following.note_the_day()
            self.surveys.note_the_day()
        self.running = not course.is_over
        if self._takes_pictures:
            self.take_picture()

    def run_days(self, days: int) -> None:
        """Run some days, as many steps, and take no picture."""
        self.prepare()
        self._takes_pictures = False
        try:
            for _ in range(days):
                if self.running:
                    self.step()
        finally:
            self._takes_pictures = True

    def prepare_baseline(self, progress: Progress = _nothing) -> None:
        """Prepare the same people without what was changed, unless nothing was."""
        self.prepare()
        if self.baseline is None and self.counterfactual is not None:
            scenario = self.counterfactual.scenario
            world = MEMORY.world(scenario, self.choices.seed, progress)
            self.following_baseline = Following(world)
            self._follow_in_baseline()
            self.baseline = Course(world)

    @property
    def baseline_is_behind(self) -> bool:
        """Whether the baseline has yet to come to the day that the model has come to."""
        if self.counterfactual is None or self.course is None:
            return False
        return self.baseline is None or self.baseline.days < self.course.days

    def advance_baseline(self) -> bool:
        """Let the baseline live a day if it is prepared and behind; return whether it was."""
        if self.baseline is None or not self.baseline_is_behind:
            return False
        self.baseline.live_day()
        self.following_baseline.note_the_day()
        return True

    @property
    def snapshot(self) -> Snapshot:
        """The latest picture; it never changes."""
        self.prepare()
        assert self._snapshot is not None
        return self._snapshot

    def take_picture(self) -> None:
        """Make a new snapshot of the model as it stands."""
        course, school = self.prepare(), self.school_view.school()
        self._frame += 1
        self._snapshot = Snapshot(
            frame=self._frame,
            scenario=self.settings,
            seed=self.choices.seed,
            is_altered=self.choices.are_altered,
            counterfactual=self.counterfactual,
            without=self._without(),
            day=course.days,
            days=course.world.total_days - course.world.warm_up_days,
            census=course.census(),
            censuses=tuple(course.world.censuses),
            flow_days=course.past_year.days(),
            history=course.points(),
            school=school,
            trace=self.following.trace(),
            who=spreads_of(course),
            asked=people_of(course.world),
            surveys=tuple(self.surveys.done),
        )

    def _without(self) -> Without | None:
        """Return what is seen of the counterfactual, once it is prepared."""
        course = self.baseline
        if course is None or self.counterfactual is None:
            return None
        return Without(
            label=self.counterfactual.label,
            day=course.days,
            census=course.census(),
            censuses=tuple(course.world.censuses),
            flow_days=course.past_year.days(),
            history=course.points(),
            states=self.school_view.states(course.world.people),
            trace=self.following_baseline.trace(),
            who=spreads_of(course),
        )

    def follow(self, person: int) -> None:
        """Follow another person from tomorrow on, in the counterfactual too."""
        self.prepare()
        self.following.follow(person)
        if self.baseline is not None:
            self._follow_in_baseline()
        self.take_picture()

    def follow_somebody(self, age: int = USUAL_AGE) -> None:
        """Follow somebody of this age from tomorrow on, in the counterfactual too; take no picture.

        The age is in completed years; if nobody has it, somebody of any.
        """
        self.prepare()
        self.following.follow_somebody(age)
        if self.baseline is not None:
            self._follow_in_baseline()

    def _follow_in_baseline(self) -> None:
        if self.following.person is not None:
            self.following_baseline.follow(self.following.person)

    def show_ages(self, ages: tuple[int, ...]) -> None:
        """Show these completed ages in the view of the school."""
        self.prepare()
        self.school_view.ages = ages
        self.take_picture()


def _signature() -> inspect.Signature:
    """Return the parameters of `PageModel`, each by its name and none of them hidden."""
    own = inspect.signature(PageModel.__init__).parameters.values()
    named = [known for known in own if known.kind is not inspect.Parameter.VAR_KEYWORD]
    for names, kind in ((parameters(), float | None), (switches(), str | None)):
        named += [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
            for name in names
        ]
    return inspect.Signature(named, return_annotation=None)


PageModel.__init__.__signature__ = _signature()  # type: ignore[attr-defined]
