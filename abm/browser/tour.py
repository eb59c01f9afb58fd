"""A guided tour of five steps: from one girl's fortnight to what a programme changes.

The steps are data: one sentence, one prompt and one button each. What they show is simulated: steps
one and two find a girl and a class among the page's people under the baseline, the other three
set what the page runs, so that whoever stops is on the page in the state of that step.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import solara

from abm.browser.choices import Choices
from abm.browser.cited import beside_today
from abm.browser.counterfactual import counterfactual_of
from abm.browser.course import FIRST, LAST, value_of
from abm.browser.drawing import empty
from abm.browser.fortnight import Story, story_of
from abm.browser.knobs import knobs
from abm.browser.page_model import PageModel, prepare
from abm.browser.paired_seeds import PairedSeeds
from abm.browser.session import CHANGED, Session
from abm.browser.snapshot import Snapshot
from abm.browser.views import ages, changed, classroom, fortnight, guess
from abm.browser.widgets import Change, offered
from abm.io.terminal import HELPLINES
from abm.parameters import parameters
from abm.simulation.census import measure_named

Html = solara.v.Html
SCENARIO, PROGRAMME = "baseline", "school-skills"
KNOB, NUMBER = "stressors", "stressor_rate"
GIRL, CLASS, ALL, GUESS, HELPED = 1, 2, 3, 4, 5
"""The steps by number."""
GUESSES = {"more": "More", "same": "About as many", "fewer": "Fewer"}
WARNING = f"""
This tour is about young people who injure themselves without wanting to die. It shows no wounds
and names no methods, and still it may be hard for somebody whom it touches.

Most young people never do this. It can be got over: with time, with people who listen, and with
help. Whoever is worried about themselves or a friend can tell an adult they trust.

{HELPLINES}

For teachers: go through it alone first. Let anybody leave without a reason, and ask nobody about
themselves. Everybody shown is simulated. What is set on the page gives way to the baseline.
"""


@dataclass(frozen=True)
class Step:
    """One step; `sentence` may name what is known of the story and the page in braces."""

    title: str
    sentence: str
    prompt: str
    button: str
    tab: str  # the view that is open whenever somebody stops here


STEPS = (
    Step(
        "One girl's fortnight",
        "A girl of {age} in the simulation: something upsets her, her body goes on alert, distress "
        "grows beyond what she can bear, and she injures herself.",
        "Find mark 3: what led up to it, and who or what might have helped at that moment?",
        "Next: a class",
        "person",
    ),
    Step(
        "A class of {pupils}",
        "Each disc is a pupil of 15; rings show who at some time in the same days felt more than "
        "they could bear.",
        "Which number surprises you: those with a ring, or those who never self-injured?",
        "Next: all of them",
        "school",
    ),
    Step(
        "All of them",
        "All {people} young people: of 100 aged 12 to 18 about {ever} have ever self-injured; in a "
        "survey about {told} would say so, and published surveys found 15 to 20 (green).",
        "At which ages do the lines rise most?",
        "Next: move one knob",
        "ages",
    ),
    Step(
        "Move one knob, guess first",
        "The same young people and the same draws of chance, but all their lives everyday upsets "
        "come one and a half times as often.",
        "Guess first: will more of them, about as many or fewer have ever self-injured?",
        "Show what comes",
        "years",
    ),
    Step(
        "A programme: who was helped",
        "Lessons in handling feelings for seven in ten pupils aged 12 and 13: the same young "
        "people with the lessons and without.",
        "Among whom do fewer begin, among whom as many, and how many begin all the same?",
        "End of the tour",
        CHANGED,
    ),
)
EVER = measure_named("lifetime_prevalence")
AFTER_THE_GUESS = "Next: a programme"


@dataclass(frozen=True)
class OnTheWay:
    """How far somebody is on the tour, beside the step."""

    has_begun: bool = False  # beyond the warning
    guess: str = ""
    is_shown: bool = False  # what came of the knob


class Tour:
    """The tour of one page."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.progress = solara.Reactive(OnTheWay())
        self.story: solara.Reactive[Story | None] = solara.Reactive(None)
        self.is_looked_for = solara.Reactive(False)
        self._looked_for: Choices | None = None
        self._is_first = self.number > 0  # the page was opened for it, and has run no years yet
        self._ahead = PairedSeeds(lambda compared: None)

    @property
    def number(self) -> int:
        """The step shown, or asked for before the warning is over; 0 without a tour."""
        return self.session.tour.value

    @property
    def step(self) -> Step:
        """The step shown, or the first."""
        return STEPS[max(self.number, 1) - 1]

    @property
    def is_on(self) -> bool:
        """Whether a step is shown."""
        return self.number > 0 and self.progress.value.has_begun

    # What is pressed

    def press(self, name: str) -> None:
        """Do what a button of this page says, if it is there."""
        acts: dict[str, Callable[[], None]] = {
            "open": lambda: self._ask_for(GIRL),
            "begin": lambda: self._go(self.number),
            "not_now": self._leave,
            "next": self._on,
            "back": lambda: self._go(self.number - 1),
            "stop": self.stop,
        }
        if name in self.buttons():
            acts[name]()

    def buttons(self) -> tuple[str, ...]:
        """Return which buttons there are."""
        if self.is_on:
            return ("next", "back", "stop") if self.number > 1 else ("next", "stop")
        return ("begin", "not_now") if self.number else ("open",)

    @property
    def position(self) -> str:
        """Where somebody is; what was pressed elsewhere, as by a double click, is not meant."""
        progress = self.progress.value
        return f"{self.number}{progress.has_begun:d}{progress.is_shown:d}"

    def hear(self, message: object) -> None:
        """Take in the name of a button, and where it was pressed."""
        match message:
            case [name, position] if position == self.position:
                offered(self.buttons(), self.press)(name)

    def guess(self, name: str) -> None:
        """Take a guess, until the answer is shown."""
        if self.number == GUESS and not self.progress.value.is_shown:
            self.progress.value = replace(self.progress.value, guess=name)

    def _ask_for(self, number: int) -> None:
        """Show the warning before a step, and find the girl while it is read."""
        self.session.tour.value = number
        if number <= CLASS:
            self._tell()

    def _on(self) -> None:
        """Go on; at the knob, once somebody has guessed, show first what comes."""
        progress = self.progress.value
        if self.number == GUESS and not progress.is_shown:
            if progress.guess:
                self.progress.value = replace(progress, is_shown=True)
                self._run(self._turned(), 0)  # it has acted all their lives
        elif self.number == len(STEPS):
            self.stop()
        else:
            self._go(self.number + 1)

    def _go(self, number: int) -> None:
        """Show a step."""
        session = self.session
        session.pause()
        self.progress.value = OnTheWay(has_begun=True)
        session.tour.value = number
        session.tab.value = self.step.tab
        if number <= CLASS:
            self._tell()
        if number in (ALL, GUESS):
            self._run(self._plain(), 0)
            session.player.ask(self._run_ahead)
        if number == HELPED:
            self._ahead.cancel()  # what it has done is kept
            self._run(self._helped(), 0)

    def _leave(self) -> None:
        """Go without the tour; the page is as if it had been opened so."""
        if self._is_first:
            self.session.run_through()
        self._end()

    def stop(self) -> None:
        """Leave the tour; the page is as this step is."""
        story, session = self.story.value, self.session
        if self.progress.value.is_shown:
            session.open_tab(CHANGED)
        if self.number > CLASS:
            session.run_through()
        elif story is not None:
            room = story.classroom
            session.followed.value = story.fortnight.person
            session.ages.value = (room.age,)
            session.run(self._plain())
            session.player.run_to(story.days)
        self._end()

    def _end(self) -> None:
        self._ahead.cancel()
        self._is_first = False
        self.session.tour.value = 0
        self.progress.value = OnTheWay()

    def open(self) -> Callable[[], None]:
        """Begin where the address says; return what ends it when the page is closed."""
        if self.number:
            self._ask_for(self.number)
        return self._ahead.close

    # What is run

    def _plain(self) -> Choices:
        """Return the page's people and seed under the baseline."""
        running = self.session.running.value
        return Choices(SCENARIO, running.seed, running.population)

    def _turned(self) -> Choices:
        """Return the same with the knob at its high mark."""
        share = knobs()[KNOB].marks[-1] / 100.0
        return self._plain().with_value(NUMBER, round(parameters()[NUMBER].default * share, 10))

    def _helped(self) -> Choices:
        """Return the same with the programme."""
        return replace(self._plain(), scenario=PROGRAMME)

    def _run_ahead(self, model: PageModel) -> None:
        """Begin what the next steps show, while people look and guess."""
        turned, helped = self._turned(), self._helped()
        prepare(turned.resolve(), turned.seed)
        pair = counterfactual_of(helped)
        if pair is not None and self.is_on and self.number < HELPED:
            self._ahead.start(pair, helped.seed)

    def _run(self, choices: Choices, days: int) -> None:
        """Run what a step is about, unless it runs already and has not come too far."""
        picture = self.session.picture.value
        has_passed = picture is not None and picture.day > days
        if choices != self.session.running.value or has_passed:
            self.session.run(choices)
        self.session.player.run_to(days)

    def _tell(self) -> None:
        """Find the girl and the class, unless that is done."""
        plain = self._plain()
        if self._looked_for == plain:
            return
        self._looked_for, self.story.value, self.is_looked_for.value = plain, None, False

        def tell(model: PageModel) -> None:
            self.story.value = story_of(plain.resolve(), plain.seed)
            self.is_looked_for.value = True

        self.session.player.ask(tell)

    # What is said

    def facts(self) -> dict[str, str]:
        """Return what sentences name, once a step is shown."""
        facts = dict.fromkeys(("age", "pupils", "people", "ever", "told"), "...")
        if not self.is_on:
            return facts
        story, picture = self.story.value, self.session.picture.value
        if picture is not None and self.number == ALL:
            facts["people"] = f"{picture.people:,}"
            ever = value_of(picture.census, EVER, "all", FIRST, LAST, picture.flow_days)
            cited = beside_today(picture.asked, picture.scenario, picture.seed).get("ever")
            if ever is not None and cited is not None:
                facts["ever"], facts["told"] = f"{100 * ever:.0f}", f"{cited.simulated.value:.0f}"
        if story is not None:
            facts["age"] = str(int(story.fortnight.age))
            facts["pupils"] = str(len(story.classroom.person))
        return facts

    def result(self) -> str:
        """Return what came of the knob, and whether it was guessed."""
        progress, picture = self.progress.value, self.session.picture.value
        if self.number != GUESS or not progress.is_shown or picture is None:
            return ""
        answer, sentence = guess.answer_of(picture), guess.sentence_of(picture)
        if not answer:
            return sentence
        guessed = GUESSES[progress.guess].lower()
        right = "as you guessed" if answer == progress.guess else f"you guessed {guessed}"
        return f"{GUESSES[answer]}: {right}. {sentence}"


@solara.component_vue("tour.vue", vuetify=False)
def _Bar(
    stage: str,
    position: str,
    number: int,
    steps: int,
    title: str,
    sentence: str,
    prompt: str,
    button: str,
    warning: list[str],
    guesses: list[tuple[str, str]],
    guess: str,
    is_open: bool,
    result: str,
    event_press: Change,
    event_choose: Change,
) -> None:
    """Show the invitation, the warning or a step."""


@solara.component
def TourBar(tour: Tour) -> None:
    """Show where somebody is on the tour, and its buttons."""
    progress, number = tour.progress.value, tour.number
    step, facts = tour.step, tour.facts()
    has_guesses = number == GUESS and progress.has_begun
    _Bar(
        stage="step" if tour.is_on else "before" if number else "invitation",
        position=tour.position, number=number, steps=len(STEPS), title=step.title.format(**facts),
        sentence=step.sentence.format(**facts), prompt=step.prompt.format(**facts),
        button=AFTER_THE_GUESS if progress.is_shown else step.button,
        warning=WARNING.strip().split("\n\n"),
        guesses=list(GUESSES.items()) if has_guesses else [], guess=progress.guess,
        is_open=has_guesses and not progress.is_shown, result=tour.result(),
        event_press=tour.hear, event_choose=offered(list(GUESSES), tour.guess),
    )  # fmt: skip


def drawn_for(tour: Tour, picture: Snapshot | None, width: float) -> str | None:
    """Return what a step shows where no view of the page does, as HTML; None where one does."""
    number, story = tour.number, tour.story.value
    if number <= CLASS:
        if story is None:
            looked = "Nobody here shows it: try more people or another seed."
            return empty(
                looked if tour.is_looked_for.value else "Looking for a girl and a class ..."
            )
        return (fortnight if number == GIRL else classroom).draw(story, width)
    if number == GUESS:
        if not tour.progress.value.is_shown or picture is None:
            return empty("Choose a guess above; then show what comes.")
        return guess.draw(picture, width)
    if picture is None:
        return None
    if number == ALL:
        return ages.draw_ever(picture, width)
    return changed.draw_helped(tour.session.beside(picture))
