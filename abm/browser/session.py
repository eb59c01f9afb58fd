"""What one open page knows: its player, what is chosen, and what is shown."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import solara

from abm.browser.choices import (
    FEWEST_PEOPLE,
    LARGEST_SEED,
    MOST_PEOPLE,
    Choices,
    file_name,
    new_intervention,
    own_interventions,
)
from abm.browser.player import DAYS_A_FRAME, Player, Shown
from abm.browser.snapshot import Snapshot
from abm.browser.views import figures
from abm.browser.widgets import LONGEST_TEXT
from abm.io.messages import InputError
from abm.parameters import parameters, switches
from abm.scenario.files import available_scenarios
from abm.scenario.scenario import Scenario, load_scenario
from abm.scenario.toml_text import as_toml

DEFAULT_WIDTH = 900


class Session:
    """One page in one browser tab; two of them share nothing but warm-ups.

    Parameters
    ----------
    first
        What is chosen when the page opens.
    """

    def __init__(self, first: Choices) -> None:
        self.choices = solara.Reactive(first)
        self.lived = solara.Reactive(first)
        self.shown = solara.Reactive(Shown(working="Preparing the young people"))
        self.picture: solara.Reactive[Snapshot | None] = solara.Reactive(None)
        self.is_over = solara.Reactive(False)
        self.followed: solara.Reactive[int | None] = solara.Reactive(None)
        self.ages: solara.Reactive[tuple[int, ...] | None] = solara.Reactive(None)
        self.tab = solara.Reactive("ages")
        self.pace = solara.Reactive("day")
        self.width = solara.Reactive(DEFAULT_WIDTH)
        self.scenario_problem = solara.Reactive("")
        self.seed_text = solara.Reactive(str(first.seed))
        self.people_text = solara.Reactive(str(first.population or ""))
        self.player = Player(self._show, self._draw)
        listed = {each.name: each.title or each.name for each in available_scenarios()}
        self.scenarios = list(({first.scenario: first.scenario} | listed).items())
        self._scenarios: dict[str, Scenario] = {}

    def open(self) -> Any:
        """Start the player; return what ends it when the page is closed."""
        self.player.start()
        self.player.reset(self.lived.value)
        return self.player.close

    def _show(self, shown: Shown) -> None:
        self.shown.value = shown

    def _draw(self, snapshot: Snapshot | None) -> None:
        self.picture.value = snapshot
        self.is_over.value = snapshot is not None and snapshot.is_over

    # Living

    def play(self) -> None:
        """Play, or pause."""
        self.player.play(not self.shown.value.playing)

    def reset(self) -> None:
        """Begin anew under what is chosen now."""
        problem = self.problem()
        if problem:
            return
        choices = replace(
            self.choices.value, seed=int(self.seed_text.value), population=self._people()
        )
        self.choices.value = choices
        self.lived.value = choices
        self.player.reset(choices)
        if self.ages.value is not None:
            self.player.show_ages(self.ages.value)
        if self.followed.value is not None:
            self.player.follow(self.followed.value)

    def set_pace(self, pace: str) -> None:
        """Choose how many days a frame has."""
        self.pace.value = pace
        self.player.pace(DAYS_A_FRAME[pace])

    def follow(self, person: int) -> None:
        """Follow another person, after a reset too."""
        self.followed.value = person
        self.player.follow(person)

    def show_ages(self, ages: tuple[int, ...]) -> None:
        """Show other year-groups of the school, after a reset too."""
        self.ages.value = ages
        self.player.show_ages(ages)

    # Choosing

    def base(self) -> Scenario:
        """Return the scenario that is chosen, without what is changed in it."""
        name = self.choices.value.scenario
        if name not in self._scenarios:
            self._scenarios[name] = load_scenario(name)
        return self._scenarios[name]

    def choose_scenario(self, name: str) -> None:
        """Choose another scenario; what was changed is forgotten. One that is wrong is refused."""
        if name not in dict(self.scenarios):
            return
        try:
            self._scenarios[name] = load_scenario(name)
        except InputError as error:
            self.scenario_problem.value = f"This one cannot be lived: {error}"
            return
        self.scenario_problem.value = ""
        self.choices.value = replace(
            self.choices.value, scenario=name, numbers={}, answers={}, interventions=None
        )

    def value_of(self, name: str) -> float | str:
        """Return what is chosen for a parameter or switch."""
        chosen: dict[str, float | str] = {**self.choices.value.numbers}
        chosen |= self.choices.value.answers
        return chosen.get(name, self.original_of(name))

    def original_of(self, name: str) -> float | str:
        """Return what the scenario itself says of a parameter or switch."""
        base = self.base()
        return base.parameters[name] if name in parameters() else base.switches[name]

    def set_value(self, name: str, value: float | str) -> None:
        """Choose a value; it acts from the next reset on."""
        if value == self.original_of(name):
            self.choices.value = self.choices.value.without_value(name)
        else:
            self.choices.value = self.choices.value.with_value(name, value)

    def interventions(self) -> tuple[Mapping[str, Any], ...]:
        """Return the interventions that are chosen, as tables."""
        chosen = self.choices.value.interventions
        return own_interventions(self.base()) if chosen is None else chosen

    def turn(self, kind: str, on: bool) -> None:
        """Turn all interventions of a kind off, or one on as the scenario or the library has it."""
        others = tuple(each for each in self.interventions() if each["kind"] != kind)
        if on:
            own = [each for each in own_interventions(self.base()) if each["kind"] == kind]
            others += tuple(own or [new_intervention(kind)])
        self._choose_interventions(others)

    def cover(self, kind: str, coverage: float) -> None:
        """Choose the coverage of the interventions of a kind."""
        self._choose_interventions(
            tuple(
                {**each, "coverage": coverage} if each["kind"] == kind else each
                for each in self.interventions()
            )
        )

    def _choose_interventions(self, tables: tuple[Mapping[str, Any], ...]) -> None:
        same = tables == own_interventions(self.base())
        self.choices.value = replace(self.choices.value, interventions=None if same else tables)

    def _people(self) -> int | None:
        text = self.people_text.value.strip().replace(",", "")
        return int(text) if text else None

    def seed_problem(self) -> str:
        """Return what is wrong with the seed as typed, or nothing."""
        text = self.seed_text.value
        if len(text) <= LONGEST_TEXT and _is_whole(text.strip()) and int(text) <= LARGEST_SEED:
            return ""
        return f"Expected a whole number from 0 to {LARGEST_SEED}."

    def people_problem(self) -> str:
        """Return what is wrong with the number of people as typed, or nothing."""
        text = self.people_text.value
        number = text.strip().replace(",", "")
        if len(text) > LONGEST_TEXT or (number and not _is_whole(number)):
            return f"Expected a whole number from {FEWEST_PEOPLE} to {MOST_PEOPLE:,}."
        try:
            replace(self.choices.value, population=self._people(), seed=0).resolve()
        except InputError as error:
            return str(error)
        return ""

    def problem(self) -> str:
        """Return what keeps a reset from being done, or nothing."""
        return self.seed_problem() or self.people_problem()

    def is_waiting(self) -> bool:
        """Whether something has been chosen that only a reset will bring about."""
        lived, now = self.lived.value, self.choices.value
        same_people = self.people_text.value.strip().replace(",", "") == str(lived.population or "")
        return not (
            now == lived and self.seed_text.value.strip() == str(lived.seed) and same_people
        )

    def changes(self) -> list[str]:
        """Return names of parameters and switches that are changed."""
        chosen = self.choices.value
        order = [*parameters(), *switches()]
        return [name for name in order if name in chosen.numbers or name in chosen.answers]

    # Downloads

    def csv(self) -> str:
        """Return the table of figures."""
        picture = self.picture.value
        return "" if picture is None else figures.as_csv(picture)

    def toml(self) -> str:
        """Return the scenario that is being lived."""
        picture = self.picture.value
        return "" if picture is None else as_toml(picture.scenario.resolved())

    def toml_name(self) -> str:
        """Return what to call the scenario's file."""
        picture = self.picture.value
        return "scenario.toml" if picture is None else file_name(picture.scenario)


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit()
