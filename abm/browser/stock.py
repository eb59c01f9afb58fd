"""The same model and views in Mesa's own page, for those who know it (``nssi view --mesa``).

Mesa's page has its own controls, names its tabs by number and takes no keyboard names, so the
page of `abm.browser.page` is the one to show; this one shows that the model is an ordinary one.
"""

from typing import Any

import solara
from mesa.visualization import Slider, SolaraViz

from abm.browser import start
from abm.browser.choices import FEWEST_PEOPLE, Choices
from abm.browser.page_model import PageModel
from abm.browser.settings import words_of
from abm.browser.views import VIEWS, View
from abm.parameters import parameters

WIDTH = 520.0
LARGEST = 5_000
FINE_STEP = 1e-6
"""Mesa's sliders change a value that lies between two of their marks by showing it."""


@solara.component
def Page() -> None:
    """Show Mesa's page."""
    model = solara.use_memo(lambda: PageModel.of(start.first), [])
    pages = [(_component(draw), place) for place, (_, draw) in enumerate(VIEWS.values())]
    SolaraViz(
        model,
        components=pages,
        model_params=mesa_parameters(start.first),
        name="Young people and self-injury",
        play_interval=100,
        render_interval=7,
    )


def mesa_parameters(choices: Choices) -> dict[str, Any]:
    """Return what Mesa's page can change: seed, people, and the numbers calibration explores."""
    scenario = choices.resolve()
    found: dict[str, Any] = {
        "scenario_name": choices.scenario,
        "rng": {"type": "InputText", "label": "Seed", "value": str(choices.seed)},
        "population": Slider("People", scenario.population.size, FEWEST_PEOPLE, LARGEST, 50, int),
    }
    for name, each in parameters().items():
        if each.prior is not None:
            value = scenario.parameters[name]
            label = f"{words_of(name)} ({each.unit})"
            found[name] = Slider(label, value, each.low, each.high, FINE_STEP, float)
    return found


def _component(draw: View) -> Any:
    """Return a component of Mesa's page that shows one view."""

    def show(model: PageModel) -> solara.Element:
        return solara.HTML(unsafe_innerHTML=draw(model.snapshot, WIDTH))

    return show
