"""The same model and views in Mesa's own page, for those who know it (``nssi view --mesa``).

`SolaraViz` has the controls, the inputs and the command console. It calls its tabs by number and
puts what is in them into boxes of half the width, so the tabs stand beside it here: it takes a
reactive model and counts its updates, which is all that they need.
"""

import inspect
import math
import threading
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import solara
import solara.lab
from matplotlib.figure import Figure
from mesa import DataCollector
from mesa.visualization import CommandConsole, Slider, SolaraViz, make_plot_component
from mesa.visualization.utils import force_update, update_counter

from abm.browser import start
from abm.browser.choices import (
    DEFAULT_PEOPLE,
    FEWEST_PEOPLE,
    Choices,
    coverage_of,
    new_intervention,
    own_interventions,
)
from abm.browser.course import BAND, FIRST, LAST, Course, value_of
from abm.browser.page import NARROWEST, STYLE, WIDTHS, drawn
from abm.browser.page_model import PageModel
from abm.browser.plain_words import plain_unit, readable
from abm.browser.player import LONGEST_WAIT
from abm.browser.session import CHANGED, DEFAULT_WIDTH
from abm.browser.views import VIEWS
from abm.browser.views.school import FILLS, KEYS, NEVER, PAST, RECENT, STROKES
from abm.browser.widgets import PERSON_NUMBERS, Drawing, offered
from abm.io.messages import InputError
from abm.parameters import parameters
from abm.scenario.files import available_scenarios
from abm.scenario.intervention_library import kinds
from abm.scenario.scenario import load_scenario
from abm.simulation.census import MEASURES, measure_named

TITLE = "Young people and self-injury"
STYLES = (STYLE, Path(__file__).with_name("stock.css").read_text(encoding="utf-8"))
NUMBERS = (
    "stressor_rate", "barrier_self_criticism", "adversity_steepness", "friends_alike",
    "help_seeking_odds",
)  # fmt: skip
"""Parameters with a slider of their own; all others are keywords of the model."""
LARGEST = 5_000
SEEDS = 100  # that the slider goes over
LARGEST_SAFE_SEED = 2**53  # in a browser
MARKS = 100
READ = ["age", "distress", "acts", "past_year_acts"]
CLOSE = 1e-9
"""How near to a scenario's own number a slider comes that stands on it."""


class CollectingModel(PageModel):
    """A page's model as a user of Mesa expects one: inputs by name, and a `DataCollector`.

    Each kind of intervention is a keyword, too: the share that it reaches, 0 for none; None
    leaves it, like a number, as the scenario has it. `datacollector` has the nine measures of
    ``curves.csv`` at ages 12 to 18, both sexes, before the first reported day and after every one;
    a rate is not a number for the first sixty days. The counterfactual keeps up with the model.
    """

    def __init__(
        self,
        scenario_name: str = "baseline",
        rng: int = 1,
        population: int | None = DEFAULT_PEOPLE,
        **given: float | str | None,
    ) -> None:
        self._lock = threading.RLock()  # pages step in one thread and are clicked in another
        self.datacollector = DataCollector(
            model_reporters={known.name: partial(_latest, known.name) for known in MEASURES}
        )
        self.latest: dict[str, float] = {}
        self.is_closed = False
        self.is_drawn = threading.Event()
        self.is_drawn.set()
        shares = {
            kind: round(float(given.pop(kind) or 0), 6) for kind in kinds() if _is_in(given, kind)
        }
        scenario = load_scenario(scenario_name)
        for name, own in scenario.parameters.items():
            value = given.get(name)
            if value is not None and math.isclose(float(value), own, rel_tol=CLOSE, abs_tol=CLOSE):
                del given[name]
        tables = with_shares(own_interventions(scenario), shares)
        super().__init__(scenario_name, rng, population, tables, **given)
        self._collect(self.prepare())

    def step(self) -> None:
        """Live one day, beside the counterfactual, and collect the measures.

        Mesa's page plays on after its tab was closed, and while a picture is being drawn, and
        Solara draws for ever where every drawing is overtaken by the next day. So a model that is
        closed stops, and one that is being drawn waits.
        """
        self.is_drawn.wait(LONGEST_WAIT)
        if self.is_closed or start.stopped.is_set():
            self.running = False
            return
        with self._lock:
            super().step()
            self._collect(self.prepare())

    def take_picture(self) -> None:
        """Make a new snapshot once the counterfactual has come to the same day."""
        with self._lock:
            self.prepare_baseline()
            while self.advance_baseline():
                pass
            super().take_picture()

    def close(self) -> None:
        """Let no more days go by."""
        self.is_closed = True

    def _collect(self, course: Course) -> None:
        """Collect in no time what took some to find out: others may be reading."""
        census, days = course.census(), course.past_year.days()
        values = {m.name: value_of(census, m, "all", FIRST, LAST, days) for m in MEASURES}
        self.latest = {name: math.nan if value is None else value for name, value in values.items()}
        self.datacollector.collect(self)


def _is_in(given: dict[str, Any], name: str) -> bool:
    """Return whether a keyword is given; None is as good as not."""
    if given.get(name) is None:
        given.pop(name, None)
    return name in given


def _latest(name: str, model: CollectingModel) -> float:
    return model.latest[name]


def with_shares(
    own: Sequence[Mapping[str, Any]], shares: Mapping[str, float]
) -> tuple[Mapping[str, Any], ...] | None:
    """Return interventions with some kinds at other shares; None if nothing is other."""
    changed = {kind: share for kind, share in shares.items() if share != coverage_of(kind, own)}
    if not changed:
        return None
    kept = [
        {**table, "coverage": changed[table["kind"]]} if table["kind"] in changed else table
        for table in own
        if changed.get(table["kind"], 1.0) > 0.0
    ]
    new = changed.keys() - {table["kind"] for table in own}
    added = [
        {**new_intervention(kind), "coverage": share}
        for kind, share in changed.items()
        if kind in new and share > 0.0
    ]
    return (*kept, *added)


def _signature() -> inspect.Signature:
    """Return the keywords: those of `PageModel`, with interventions by kind."""
    others = inspect.signature(PageModel.__init__).parameters
    named = [known for name, known in others.items() if name != "interventions"]
    named += [
        inspect.Parameter(
            kind, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=float | None
        )
        for kind in kinds()
    ]
    return inspect.Signature(named, return_annotation=None)


CollectingModel.__init__.__signature__ = _signature()  # type: ignore[attr-defined]


def mesa_parameters(choices: Choices) -> dict[str, Any]:
    """Return what Mesa's page can change: people, seed, interventions and some numbers."""
    scenario = choices.resolve()
    own = own_interventions(scenario)
    least = choices.seed // SEEDS * SEEDS
    seed = Slider("Seed", choices.seed, least, least + SEEDS, 1, int)
    people = Slider("People", scenario.population.size, FEWEST_PEOPLE, LARGEST, 50, int)
    inputs: dict[str, Any] = {
        "scenario_name": choices.scenario,
        "rng": seed if choices.seed < LARGEST_SAFE_SEED else choices.seed,
        "population": people,
    }
    for kind in kinds().values():
        label = f"{kind.title}: share reached"
        inputs[kind.name] = _slider(label, coverage_of(kind.name, own), 0.0, 1.0)
    for name in NUMBERS:
        known = parameters()[name]
        label = f"{readable(name)} ({plain_unit(known.unit)})".removesuffix(" ()")
        inputs[name] = _slider(label, scenario.parameters[name], known.low, known.high)
    return inputs


def _slider(label: str, value: float, low: float, high: float) -> Slider:
    """Return a slider on one of whose marks the value lies: Mesa's would move it there."""
    step = float(f"{(high - low) / MARKS:.0e}")
    below, above = (math.floor(room / step + CLOSE) for room in (value - low, high - value))
    return Slider(label, value, value - below * step, value + above * step, step, float)


@solara.component
def Page() -> None:
    """Show Mesa's page of a scenario, and let another be chosen."""
    chosen = solara.use_reactive(start.first.scenario)
    names = list({start.first.scenario: 0} | {known.name: 0 for known in available_scenarios()})
    for style in STYLES:
        solara.Style(style)
    with solara.Sidebar(), solara.Card("Scenario"):
        solara.Select("Scenario", values=names, value=chosen)
    try:
        choices = Choices(chosen.value, start.first.seed, start.first.population)
        choices.resolve()
    except InputError as error:
        solara.Error(str(error))
    else:
        OneScenario(choices).key(chosen.value)


@solara.component
def OneScenario(choices: Choices) -> None:
    """Show Mesa's controls, inputs and console, and beside them the views by name."""
    first = solara.use_memo(
        lambda: CollectingModel(choices.scenario, choices.seed, choices.population), []
    )
    model = solara.use_reactive(first)
    solara.use_effect(lambda: lambda: model.value.close(), [])
    SolaraViz(
        model, components=[CommandConsole], model_params=mesa_parameters(choices), name=TITLE,
        play_interval=100, render_interval=7,
    )  # fmt: skip
    with solara.lab.Tabs(lazy=True):
        for name, (title, _) in VIEWS.items():
            if name == CHANGED:  # no paired seeds are run here
                continue
            with solara.lab.Tab(title):
                OneView(model.value, name)
        with solara.lab.Tab("Agents"):
            Agents(model.value)
        with solara.lab.Tab("Data collected"):
            Collected(model.value)


def use_drawn(model: CollectingModel) -> None:
    """Let no day go by until what is being drawn is there."""
    model.is_drawn.clear()
    solara.use_effect(model.is_drawn.set)


@solara.component
def OneView(model: CollectingModel, name: str) -> None:
    """Show one view over the whole width; a person clicked in it is followed."""
    update_counter.get()
    width = solara.use_reactive(DEFAULT_WIDTH)

    def follow(person: Any) -> None:
        model.follow(int(person))
        force_update()

    use_drawn(model)
    with solara.v.Html(tag="div", class_="nssi within"):
        Drawing(
            html=drawn(model.snapshot, name, float(width.value)),
            frame=model.snapshot.frame,
            event_sized=offered(WIDTHS, lambda pixels: width.set(max(int(pixels), NARROWEST))),
            event_picked=offered(PERSON_NUMBERS, follow),
            event_drawn=lambda _: None,
        )


@solara.component
def Agents(model: CollectingModel) -> None:
    """Draw every agent of the model, read as any agent of Mesa is."""
    update_counter.get()
    use_drawn(model)
    solara.FigureMatplotlib(_scattered(model), format="png", bbox_inches="tight")


def _scattered(model: CollectingModel) -> Figure:
    points: dict[int, list[tuple[float, float]]] = {NEVER: [], PAST: [], RECENT: []}
    for age, distress, acts, recent in model.agents.get(READ):
        points[RECENT if recent else PAST if acts else NEVER].append((age, distress))
    figure = Figure(figsize=(11, 5))
    axes = figure.add_subplot()
    for state, meaning in KEYS:
        across, up = zip(*points[state], strict=True) if points[state] else ((), ())
        label = f"{meaning}: {len(across):,}"
        axes.scatter(across, up, 14, color=FILLS[state], edgecolors=STROKES[state], label=label)
    axes.set(xlabel="Age", ylabel="Distress at seven in the morning")
    axes.set_title(f"{len(model.agents):,} agents")
    axes.legend()
    return figure


@solara.component
def Collected(model: CollectingModel) -> None:
    """Draw what Mesa's `DataCollector` has collected, by Mesa's own plot."""
    update_counter.get()
    use_drawn(model)
    chosen = solara.use_reactive("past_year_prevalence")
    names = [known.name for known in MEASURES]
    solara.Select("Measure", values=names, value=chosen, style={"max-width": "340px"})
    solara.Text(f"Ages {BAND}; {measure_named(chosen.value).meaning}")
    plot, _ = make_plot_component(chosen.value, partial(_widen, chosen.value))
    plot(model)


def _widen(name: str, axes: Any) -> None:
    axes.set_ylabel(measure_named(name).unit.capitalize())
    axes.figure.set_size_inches(11, 5)
