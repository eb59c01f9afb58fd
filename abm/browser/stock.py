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
from abm.browser.plain_words import readable
from abm.browser.views import VIEWS, View
from abm.browser.widgets import Drawing
from abm.parameters import parameters

WIDTH = 520.0
LARGEST = 5_000
FINE_STEP = 1e-6
"""Mesa's sliders change a value that lies between two of their marks by showing it."""


@solara.component
def Page() -> None:
    """Show Mesa's page."""
    model = solara.use_memo(lambda: PageModel.from_choices(start.first), [])
    SolaraViz(
        model,
        components=[(_component(draw), tab) for tab, (_, draw) in enumerate(VIEWS.values())],
        model_params=mesa_parameters(start.first),
        name="Young people and self-injury",
        play_interval=100,
        render_interval=7,
    )


def mesa_parameters(choices: Choices) -> dict[str, Any]:
    """Return what Mesa's page can change: seed, people, and the numbers calibration explores."""
    scenario = choices.resolve()
    inputs: dict[str, Any] = {
        "scenario_name": choices.scenario,
        "rng": {"type": "InputText", "label": "Seed", "value": str(choices.seed)},
        "population": Slider("People", scenario.population.size, FEWEST_PEOPLE, LARGEST, 50, int),
    }
    for name, known in parameters().items():
        if known.prior is not None:
            value, label = scenario.parameters[name], f"{readable(name)} ({known.unit})"
            inputs[name] = Slider(label, value, known.low, known.high, FINE_STEP, float)
    return inputs


def _component(draw: View) -> Any:
    """Return a component of Mesa's page that shows one view."""

    def show(model: PageModel) -> solara.Element:
        shot = model.snapshot
        return Drawing(
            html=draw(shot, WIDTH), frame=shot.frame, event_sized=_hear_nothing,
            event_picked=_hear_nothing, event_drawn=_hear_nothing,
        )  # fmt: skip

    return show


def _hear_nothing(message: object) -> None:
    """Do nothing: Mesa's page has its own pace and size."""
