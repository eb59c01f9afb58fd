"""The Mesa model behind the page: any scenario, with every parameter as a keyword."""

import inspect
from collections.abc import Mapping
from typing import Any

from abm.browser.choices import DEFAULT_PEOPLE, Choices, is_unchanged, reference_of
from abm.browser.course import Course
from abm.browser.following import Following
from abm.browser.school import SchoolView
from abm.browser.snapshot import Snapshot, spreads_of
from abm.browser.warm_up_memory import MEMORY, Progress
from abm.model import NSSIModel
from abm.parameters import parameters, switches

FIRST_AGES = (15,)


def _nothing(share: float) -> None:
    """Report no progress."""


class PageModel(NSSIModel):
    """A model for pages that make models from named values, as Mesa's `SolaraViz` does.

    Its parameters are those of ``parameters.toml`` by name; None leaves a value as the scenario
    has it. The warm-up is lived when the model is first needed, see `prepare`.

    Parameters
    ----------
    scenario_name
        Name or path of a scenario.
    rng
        Seed of the random streams.
    population
        Number of people.
    interventions
        Tables in the form of a scenario file, or None for the scenario's own.
    **given
        Parameters and switches by name.

    Raises
    ------
    ScenarioError
        For the first value that a scenario cannot have.
    """

    def __init__(
        self,
        scenario_name: str = "baseline",
        rng: int = 1,
        population: int | None = DEFAULT_PEOPLE,
        interventions: tuple[Mapping[str, Any], ...] | None = None,
        **given: float | str | None,
    ) -> None:
        choices = Choices(scenario_name, int(rng), population, interventions=interventions)
        for name, value in given.items():
            if value is not None:
                choices = choices.with_value(name, value)
        self.choices = choices
        super().__init__(choices.resolve(), choices.seed, warm_up=False)
        self.course: Course | None = None
        self.ghost: Course | None = None
        self.is_unchanged = is_unchanged(self.settings)
        self._frame = 0
        self._takes_pictures = True
        self._snapshot: Snapshot | None = None

    @classmethod
    def of(cls, choices: Choices) -> "PageModel":
        """Return the model of what was chosen on the page."""
        named: dict[str, Any] = {**choices.numbers, **choices.answers}
        return cls(
            choices.scenario, choices.seed, choices.population, choices.interventions, **named
        )

    def prepare(self, progress: Progress = _nothing) -> Course:
        """Live the years before the first reported day, unless that is done."""
        if self.course is None:
            self.world = MEMORY.world(self.settings, self.choices.seed, progress)
            self.following = Following(self.world)
            self.following.follow_somebody()
            self.school_view = SchoolView(self.world, FIRST_AGES)
            self.course = Course(self.world)
            self.take_picture()
        return self.course

    def prepare_ghost(self, progress: Progress = _nothing) -> None:
        """Prepare the same people with nothing changed, unless the scenario is that already."""
        if self.ghost is None and not self.is_unchanged:
            world = MEMORY.world(reference_of(self.settings), self.choices.seed, progress)
            self.ghost = Course(world)

    def step(self) -> None:
        """Live one day, at most to the end of the calendar, and take a picture of it."""
        course = self.prepare()
        if not course.is_over:
            course.live_day()
            self.following.note_the_day()
        self.running = not course.is_over
        if self._takes_pictures:
            self.take_picture()

    def live(self, days: int) -> None:
        """Live some days, as many steps, and take no picture."""
        self.prepare()
        self._takes_pictures = False
        try:
            for _ in range(days):
                if self.running:
                    self.step()
        finally:
            self._takes_pictures = True

    def advance_ghost(self) -> bool:
        """Let the ghost live a day if it is behind; return whether it was."""
        if self.ghost is None or self.course is None or self.ghost.days >= self.course.days:
            return False
        self.ghost.live_day()
        self.ghost.world._acts_logged = 0
        return True

    @property
    def snapshot(self) -> Snapshot:
        """The latest picture; it never changes."""
        self.prepare()
        assert self._snapshot is not None
        return self._snapshot

    def take_picture(self) -> None:
        """Make a new snapshot of the model as it stands."""
        course = self.prepare()
        self._frame += 1
        ghost = self.ghost
        self._snapshot = Snapshot(
            frame=self._frame,
            scenario=self.settings,
            seed=self.choices.seed,
            is_altered=self.choices.are_altered,
            day=course.days,
            days=course.world.total_days - course.world.warm_up_days,
            census=course.census(),
            censuses=tuple(course.world.censuses),
            flow_days=course.past_year.days(),
            history=tuple(course.history),
            ghost=() if ghost is None else tuple(ghost.history),
            ghost_day=None if self.is_unchanged else 0 if ghost is None else ghost.days,
            school=self.school_view.school(),
            trace=self.following.trace(),
            who=spreads_of(course),
        )

    def follow(self, person: int) -> None:
        """Follow another person from tomorrow on."""
        self.prepare()
        self.following.follow(person)
        self.take_picture()

    def show_ages(self, ages: tuple[int, ...]) -> None:
        """Show these completed ages in the view of the school."""
        self.prepare()
        self.school_view.ages = tuple(sorted(ages))
        self.take_picture()


def _signature() -> inspect.Signature:
    """Return the parameters of `PageModel`, each by its name and none of them hidden."""
    own = inspect.signature(PageModel.__init__).parameters.values()
    kept = [each for each in own if each.kind is not inspect.Parameter.VAR_KEYWORD]
    keyword = inspect.Parameter.KEYWORD_ONLY
    numbers = [
        inspect.Parameter(name, keyword, default=None, annotation=float | None)
        for name in parameters()
    ]
    answers = [
        inspect.Parameter(name, keyword, default=None, annotation=str | None) for name in switches()
    ]
    return inspect.Signature([*kept, *numbers, *answers], return_annotation=None)


PageModel.__init__.__signature__ = _signature()  # type: ignore[attr-defined]
