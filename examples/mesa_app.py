"""The model in Mesa's own page: ``.venv/bin/solara run examples/mesa_app.py``.

Without Mesa's console: it runs Python for whoever reaches the page, and `solara run` asks nobody
for a key as ``nssi view --mesa`` does.
"""

import solara
from mesa.visualization import Slider, SolaraViz, make_plot_component

from abm.browser.stock import CollectingModel

PLOTS = [make_plot_component(name) for name in ("past_year_prevalence", "incidence")]
SCENARIOS = ["baseline", "school-skills", "england-2000-2014"]
INPUTS = {
    "scenario_name": {"type": "Select", "value": SCENARIOS[0], "values": SCENARIOS},
    "population": Slider("People", 500, 150, 5_000, 50),
    "dbt_a": Slider("Dialectical behaviour therapy: share reached", 0.0, 0.0, 1.0, 0.1),
}


@solara.component
def Page() -> None:
    """Show the page, with a model for each tab of a browser."""
    model = solara.use_memo(lambda: CollectingModel(population=500), [])
    SolaraViz(model, components=PLOTS, model_params=INPUTS)
