"""In Mesa's own page the model is what a user of Mesa expects, and the page has all its parts."""

import importlib.util
import inspect
import math
from pathlib import Path
from typing import Any

import ipyvuetify
import pytest
import solara
from mesa.visualization import Slider

from abm.browser import stock
from abm.browser.choices import Choices, own_interventions
from abm.browser.stock import CollectingModel, mesa_parameters, with_shares
from abm.browser.views import VIEWS
from abm.parameters import parameters, switches
from abm.scenario.intervention_library import kinds
from abm.scenario.scenario import load_scenario
from abm.simulation.census import MEASURES
from abm.simulation.record import Logs
from abm.simulation.run import run

PEOPLE, FIRST_YEAR = 150, 366
EXAMPLE = Path(__file__).parents[2] / "examples" / "mesa_app.py"


def test_the_data_collector_has_the_nine_measures_of_a_run() -> None:
    model = CollectingModel("school-skills", rng=5, population=PEOPLE)
    model.run_for(FIRST_YEAR)
    table = model.datacollector.get_model_vars_dataframe()
    assert list(table) == [measure.name for measure in MEASURES]
    assert len(table) == FIRST_YEAR + 1
    curves = run(load_scenario("school-skills", population=PEOPLE, years=1), 5, Logs()).curves
    of_all = curves[(curves["sex"] == "all") & (curves["age"] == "12-18")]
    expected = of_all.set_index("measure")["value"]
    for measure in MEASURES:
        assert table[measure.name].iloc[-1] == expected[measure.name]
        assert math.isnan(table[measure.name].iloc[0]) == (measure.kind == "rate")


def test_the_counterfactual_keeps_up() -> None:
    model = CollectingModel(population=PEOPLE, dbt_a=0.5)
    model.run_for(21)
    assert model.snapshot.without is not None
    assert (model.snapshot.day, model.snapshot.without.day) == (21, 21)
    assert [table["kind"] for table in model.choices.interventions or ()] == ["dbt_a"]


def test_a_closed_model_lives_no_further_day() -> None:
    model = CollectingModel(population=PEOPLE)
    model.close()
    model.step()
    assert model.snapshot.day == 0
    assert not model.running


def test_shares_turn_interventions_on_and_off_and_leave_others_as_they_are() -> None:
    own = own_interventions(load_scenario("package-schools"))
    shares = {table["kind"]: table["coverage"] for table in own}
    assert with_shares(own, shares) is None
    first, *others = own
    assert with_shares(own, {**shares, first["kind"]: 0.0}) == tuple(others)
    changed = with_shares(own, {first["kind"]: 0.25, "crisis_support": 0.1})
    assert changed is not None
    assert changed[0] == {**first, "coverage": 0.25}
    assert changed[-1] == {"kind": "crisis_support", "coverage": 0.1}


@pytest.mark.parametrize("scenario", ["baseline", "package-schools", "england-2000-2014"])
def test_inputs_left_where_they_stand_change_nothing(scenario: str) -> None:
    choices = Choices(scenario, seed=107, population=PEOPLE)
    inputs = mesa_parameters(choices)
    keywords = inspect.signature(CollectingModel.__init__).parameters
    assert {*kinds(), *parameters(), *switches()} < set(keywords)
    assert inputs.keys() < keywords.keys()
    assert {kind for kind in kinds() if kind in inputs} == set(kinds())
    sliders = {name: known for name, known in inputs.items() if isinstance(known, Slider)}
    for known in sliders.values():
        marks = (known.value - known.min) / known.step
        assert known.min <= known.value <= known.max
        assert marks == pytest.approx(round(marks))
    # what a slider sends that stands on a mark
    sent = {
        name: known.min + round((known.value - known.min) / known.step) * known.step
        for name, known in sliders.items()
    }
    model = CollectingModel(**{**inputs, **sent})
    assert model.settings == choices.resolve()
    assert not model.choices.are_altered


def rendered(page: Any) -> Any:
    """Render a page as Solara would, without a browser."""
    _, context = solara.render(solara.AppLayout(children=[page()]), handle_error=False)
    return context


def texts(context: Any, kind: Any) -> list[str]:
    """Return what stands on all tabs, or on all cards."""
    return [str(child) for widget in context.find(kind).widgets for child in widget.children]


def test_the_page_has_named_tabs_inputs_and_a_console() -> None:
    context = rendered(stock.Page)
    views = [title for title, _ in list(VIEWS.values())[1:]]
    assert texts(context, ipyvuetify.Tab) == [*views, "Agents", "Data collected"]
    cards = texts(context, ipyvuetify.CardTitle)
    assert {"Scenario", "Model Parameters", "Command Console"} < set(cards)
    context.close()


def test_the_example_shows_its_page() -> None:
    spec = importlib.util.spec_from_file_location("mesa_app", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    context = rendered(example.Page)
    cards = texts(context, ipyvuetify.CardTitle)
    assert "Model Parameters" in cards
    assert "Command Console" not in cards  # it would run Python for whoever reaches the page
    context.close()
