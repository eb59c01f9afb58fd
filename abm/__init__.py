"""An agent-based simulation of non-suicidal self-injury in an adolescent population.

>>> import abm
>>> scenario = abm.load_scenario("baseline", population=500, years=1)
>>> record = abm.run(scenario, seed=1)  # doctest: +SKIP

Names are imported when first used, so ``import abm`` itself takes no time.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from abm.experiments.comparison.compare import compare
    from abm.model import Adolescent, NSSIModel
    from abm.report.html.writing import write_report
    from abm.report.notebook import (
        columns,
        key_figures,
        plot_acts,
        plot_averted,
        plot_averted_by_group,
        plot_differences,
        plot_motives,
        plot_onset,
        plot_prevalence,
        plot_prevalence_over_time,
    )
    from abm.scenario.scenario import Scenario, ScenarioError, load_scenario
    from abm.simulation.record import Logs, Record
    from abm.simulation.run import run

    __version__: str

__all__ = [
    "Adolescent",
    "Logs",
    "NSSIModel",
    "Record",
    "Scenario",
    "ScenarioError",
    "__version__",
    "columns",
    "compare",
    "key_figures",
    "load_scenario",
    "plot_acts",
    "plot_averted",
    "plot_averted_by_group",
    "plot_differences",
    "plot_motives",
    "plot_onset",
    "plot_prevalence",
    "plot_prevalence_over_time",
    "run",
    "write_report",
]

_HOMES = {
    "Adolescent": "abm.model",
    "NSSIModel": "abm.model",
    "Logs": "abm.simulation.record",
    "Record": "abm.simulation.record",
    "Scenario": "abm.scenario.scenario",
    "ScenarioError": "abm.scenario.scenario",
    "compare": "abm.experiments.comparison.compare",
    "load_scenario": "abm.scenario.scenario",
    "run": "abm.simulation.run",
    "write_report": "abm.report.html.writing",
    **dict.fromkeys(
        (
            "columns",
            "key_figures",
            "plot_acts",
            "plot_averted",
            "plot_averted_by_group",
            "plot_differences",
            "plot_motives",
            "plot_onset",
            "plot_prevalence",
            "plot_prevalence_over_time",
        ),
        "abm.report.notebook",
    ),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("nssi-abm")
    if name not in _HOMES:
        raise AttributeError(f"module 'abm' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, imported yet or not."""
    return sorted(__all__)
