"""What one open page knows: its player, what is chosen, and what is shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import solara

from abm.browser.address import opened_by, query_of
from abm.browser.choices import (
    FEWEST_PEOPLE,
    LARGEST_SEED,
    MOST_PEOPLE,
    Choices,
    coverage_of,
    new_intervention,
    own_interventions,
)
from abm.browser.counterfactual import Counterfactual, counterfactual_of
from abm.browser.paired_seeds import Compared, PairedSeeds
from abm.browser.player import DAYS_A_FRAME, Player, PlayerState
from abm.browser.school import YEAR_GROUPS
from abm.browser.snapshot import Snapshot
from abm.browser.widgets import LONGEST_TEXT, is_whole
from abm.io.messages import InputError
from abm.parameters import parameters, switches
from abm.people.year_groups import same_day
from abm.scenario.files import available_scenarios
from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.census import AGES, DAYS_A_YEAR
from abm.simulation.compiled import is_compiled

DEFAULT_WIDTH = 900
ONE_DAY = timedelta(days=1)
CHANGED = "changed"  # the view for which paired seeds are run


class Session:
    """One page in one browser tab; two share nothing but warm-ups.

    It opens with what the query of its address asks for, else with `given` and the first of `tabs`.
    """

    def __init__(self, given: Choices, query: str = "", tabs: Sequence[str] = ("ages",)) -> None:
        available = {known.name: known.title or known.name for known in available_scenarios()}
        self.scenarios = list(({given.scenario: given.scenario} | available).items())
        opened = opened_by(query, given, dict(self.scenarios), tabs)
        first = opened.choices
        self.address_problem = solara.Reactive(opened.problem)
        self.choices = solara.Reactive(first)
        self.running = solara.Reactive(first)
        self.state = solara.Reactive(PlayerState(working="Preparing the young people"))
        self.picture: solara.Reactive[Snapshot | None] = solara.Reactive(None)
        self.followed: solara.Reactive[int | None] = solara.Reactive(opened.person)
        self.ages = solara.Reactive(YEAR_GROUPS.get(opened.ages))
        self.tab = solara.Reactive(opened.tab or tabs[0])
        self.tour = solara.Reactive(opened.tour)  # step of the guided tour; 0: none
        self.pace = solara.Reactive(opened.pace)
        self.width = solara.Reactive(DEFAULT_WIDTH)
        self.scenario_problem = solara.Reactive("")
        self.seed_text = solara.Reactive(str(first.seed))
        self.people_text = solara.Reactive(str(first.population or ""))
        self.compared: solara.Reactive[Compared | None] = solara.Reactive(None)
        self.player = Player(self.state.set, self._draw, self._is_waited_for)
        self.pairs = PairedSeeds(self.compared.set)
        self._pair: tuple[Counterfactual | None, int] = (None, 0)  # and the first seed
        self.player.days_a_frame = DAYS_A_FRAME[opened.pace]
        self.is_open = solara.Reactive(False)  # the sheet of settings on a narrow screen
        self._scenarios: dict[str, Scenario] = {}

    def open(self) -> Callable[[], None]:
        """Start the player; return what ends it when the page is closed."""
        self.player.start()
        self._begin(self.running.value)
        if not self.tour.value:
            self.run_through()
        return self.close

    def run_through(self) -> None:
        """Run all years, so that every view has something to show."""
        self.player.run_through(self.followed.value is None)

    def close(self) -> None:
        """End everything that goes on."""
        self.player.close()
        self.pairs.close()

    def _draw(self, snapshot: Snapshot) -> None:
        self.picture.value = snapshot
        self._compare(snapshot)

    def open_tab(self, tab: str) -> None:
        """Open a view."""
        self.tab.value = tab
        if self.picture.value is not None:
            self._compare(self.picture.value)

    def _compare(self, snapshot: Snapshot) -> None:
        """Compare over paired seeds what is shown, once somebody looks at it."""
        pair, seed = snapshot.counterfactual, snapshot.seed
        if self.tab.value == CHANGED and pair is not None and (pair, seed) == self._pair:
            self.pairs.start(pair, seed)

    def _is_waited_for(self) -> bool:
        """Whether somebody looks at a comparison that has found nothing yet."""
        compared, (pair, _) = self.compared.value, self._pair
        has_come = compared is not None and (compared.findings or compared.failure)
        return self.tab.value == CHANGED and pair is not None and not has_come

    def beside(self, picture: Snapshot) -> Snapshot:
        """Return a picture with what paired seeds have found of what it shows.

        It may be older than a reset, and a comparison may just have been given up.
        """
        compared, pair = self.compared.value, picture.counterfactual
        is_of_it = compared is not None and compared.is_of(pair, picture.seed)
        return replace(picture, compared=compared if is_of_it else None)

    # Running

    def play(self) -> None:
        """Play, from the start unless somebody watches the days already."""
        self.player.play(True)

    def pause(self) -> None:
        """Let no more days go by."""
        self.player.play(False)

    def reset(self) -> None:
        """Begin anew under what is chosen now, and run all years."""
        if not self.problem():
            self._begin_with_choices()
            self.run_through()

    def run(self, choices: Choices) -> None:
        """Begin anew under these choices, which the page then shows, and stay at the start."""
        self.choices.value = choices
        self.seed_text.value = str(choices.seed)
        self.people_text.value = str(choices.population or "")
        self._begin_with_choices()

    def _begin_with_choices(self) -> None:
        choices = replace(
            self.choices.value, seed=int(self.seed_text.value), population=self._population()
        )
        self._keep_following(choices)
        self.choices.value = choices
        self.running.value = choices
        self.address_problem.value = ""
        self._begin(choices)

    def _keep_following(self, choices: Choices) -> None:
        """Follow whoever is followed on, if the people are the same ones and they stay."""
        picture, running = self.picture.value, self.running.value
        same = (choices.seed, choices.population) == (running.seed, running.population)
        if self.followed.value is None and picture is not None and same and _stays(picture):
            self.followed.value = picture.trace.person

    def _begin(self, choices: Choices) -> None:
        try:
            pair = counterfactual_of(choices)
        except InputError:
            pair = None  # the player says why
        compared = self.compared.value
        if (pair, choices.seed) != self._pair or (compared is not None and compared.failure):
            self.pairs.turn_to(pair, choices.seed)
            self.compared.value = None
        self._pair = pair, choices.seed
        self.player.reset(choices, self.followed.value, self.ages.value)
        if pair is not None and self.tab.value == CHANGED and is_compiled():
            self.pairs.start(pair, choices.seed, has_warm_up=False)

    def set_pace(self, pace: str) -> None:
        """Choose how many days a frame has."""
        self.pace.value = pace
        self.player.days_a_frame = DAYS_A_FRAME[pace]

    def follow(self, person: int) -> None:
        """Follow another person, after a reset too."""
        self.followed.value = person
        self.player.follow(person)

    def show_ages(self, ages: tuple[int, ...]) -> None:
        """Show other year-groups of the school, after a reset too."""
        self.ages.value = ages
        self.player.show_ages(ages)

    # Choosing

    def original(self) -> Scenario:
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
            self.scenario_problem.value = f"This one cannot be run: {error}"
            return
        self.scenario_problem.value = ""
        self.choices.value = replace(
            self.choices.value, scenario=name, values={}, interventions=None
        )

    def value_of(self, name: str) -> float | str:
        """Return what is chosen for a parameter or switch."""
        return self.choices.value.values.get(name, self.original_of(name))

    def original_of(self, name: str) -> float | str:
        """Return what the scenario itself says of a parameter or switch."""
        scenario = self.original()
        return scenario.parameters[name] if name in parameters() else scenario.switches[name]

    def set_value(self, name: str, value: float | str) -> None:
        """Choose a value; it acts from the next reset on."""
        changed = None if value == self.original_of(name) else value
        self.choices.value = self.choices.value.with_value(name, changed)

    def changes(self) -> list[str]:
        """Return names of parameters and switches that are changed."""
        return [name for name in (*parameters(), *switches()) if name in self.choices.value.values]

    def interventions(self) -> tuple[Mapping[str, Any], ...]:
        """Return the interventions that are chosen, as tables."""
        chosen = self.choices.value.interventions
        return own_interventions(self.original()) if chosen is None else chosen

    def turn(self, kind: str, on: bool) -> None:
        """Turn all interventions of a kind off, or one on as the scenario or the library has it."""
        tables = [table for table in self.interventions() if table["kind"] != kind]
        if on:
            own = [t for t in own_interventions(self.original()) if t["kind"] == kind]
            tables += own or [new_intervention(kind)]
        self._choose_interventions(tuple(tables))

    def coverage(self, kind: str) -> float:
        """Return the share that the first intervention of a kind reaches; 0 if there is none."""
        return coverage_of(kind, self.interventions())

    def original_coverage(self, kind: str) -> float:
        """Return the same of the scenario itself."""
        return coverage_of(kind, own_interventions(self.original()))

    def offer(self, kind: str) -> None:
        """Turn an intervention on and run all years with it."""
        self.turn(kind, True)
        self.reset()

    def cover(self, kind: str, coverage: float) -> None:
        """Choose the coverage of the interventions of a kind; one that is off is turned on."""
        if not any(table["kind"] == kind for table in self.interventions()):
            self.turn(kind, True)
        self._choose_interventions(
            tuple(
                {**table, "coverage": coverage} if table["kind"] == kind else table
                for table in self.interventions()
            )
        )

    def windows(self, kind: str) -> list[tuple[date, date]]:
        """Return the first and the last day of each intervention of a kind."""
        first, last = self.reported_days()
        return [
            (table.get("start", first), table["end"] - ONE_DAY if "end" in table else last)
            for table in self.interventions()
            if table["kind"] == kind
        ]

    def reported_days(self) -> tuple[date, date]:
        """Return the first and the last day of the scenario's years."""
        calendar = self.original().calendar
        start = calendar.start
        return start, same_day(start.year + calendar.years, start.month, start.day) - ONE_DAY

    def schedule(self, kind: str, window: int, start: date, end: date) -> None:
        """Choose the first and the last day of the nth intervention of a kind, if it is there.

        An end that the scenario has is moved, never left out: an address that says nothing of it
        means the scenario's.
        """
        first, last = self.reported_days()
        tables = [dict(table) for table in self.interventions()]
        of_kind = [table for table in tables if table["kind"] == kind]
        if window >= len(of_kind) or not first <= start <= end <= last:
            return
        changed = of_kind[window]
        own = [table for table in own_interventions(self.original()) if table["kind"] == kind]
        if "start" in changed or start != first:
            changed["start"] = start
        changed.pop("end", None)
        if end != last or any("end" in table for table in own[window : window + 1]):
            changed["end"] = end + ONE_DAY
        self._choose_interventions(tuple(tables))

    def _choose_interventions(self, tables: tuple[Mapping[str, Any], ...]) -> None:
        same = tables == own_interventions(self.original())
        self.choices.value = replace(self.choices.value, interventions=None if same else tables)

    # What was typed

    def _people_digits(self) -> str:
        return self.people_text.value.strip().replace(",", "")

    def _population(self) -> int | None:
        return int(self._people_digits()) if self._people_digits() else None

    def seed_problem(self) -> str:
        """Return what is wrong with the seed as typed, or nothing."""
        text = self.seed_text.value
        if len(text) <= LONGEST_TEXT and is_whole(text.strip()) and int(text) <= LARGEST_SEED:
            return ""
        return f"Expected a whole number from 0 to {LARGEST_SEED}."

    def people_problem(self) -> str:
        """Return what is wrong with the number of people as typed, or nothing."""
        digits = self._people_digits()
        if len(self.people_text.value) > LONGEST_TEXT or (digits and not is_whole(digits)):
            return f"Expected a whole number from {FEWEST_PEOPLE} to {MOST_PEOPLE:,}."
        try:
            replace(self.choices.value, population=self._population(), seed=0).resolve()
        except InputError as error:
            return str(error)
        return ""

    def problem(self) -> str:
        """Return what keeps a reset from being done, or nothing."""
        return self.seed_problem() or self.people_problem()

    def query(self) -> str:
        """Return what the page is set to, as the query of an address."""
        seed = self.running.value.seed if self.seed_problem() else int(self.seed_text.value)
        people = self.running.value.population if self.people_problem() else self._population()
        choices = replace(self.choices.value, seed=seed, population=people)
        names = {ages: name for name, ages in YEAR_GROUPS.items()}
        return query_of(
            choices, self.tab.value, self.followed.value, self.tour.value, self.pace.value,
            names[self.ages.value] if self.ages.value else "",
        )  # fmt: skip

    def is_waiting(self) -> bool:
        """Whether something has been chosen that only a reset will bring about."""
        running = self.running.value
        return (
            self.choices.value != running
            or self.seed_text.value.strip() != str(running.seed)
            or self._people_digits() != str(running.population or "")
        )


def _stays(picture: Snapshot) -> bool:
    """Return whether whoever is followed will be there when the years are over."""
    trace, left = picture.trace, picture.days - picture.day
    return not trace.has_left and trace.age + left / DAYS_A_YEAR < AGES.stop
