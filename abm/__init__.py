"""An agent-based simulation of non-suicidal self-injury in an adolescent population.

>>> import abm
>>> scenario = abm.load_scenario("baseline", population=500, years=1)
>>> record = abm.run(scenario, seed=1)  # doctest: +SKIP

Names are imported when first used, so ``import abm`` itself takes no time.
"""

import sys
from functools import partial
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from abm.experiments.comparison.compare import compare
    from abm.io.messages import InputError, ScenarioError
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
        plot_worth_its_cost,
    )
    from abm.scenario.scenario import Scenario, load_scenario
    from abm.simulation.record import Logs, Record
    from abm.simulation.run import run

    __version__: str

__all__ = [
    "Adolescent",
    "InputError",
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
    "plot_worth_its_cost",
    "run",
    "write_report",
]

_HOMES = {
    "Adolescent": "abm.model",
    "InputError": "abm.io.messages",
    "NSSIModel": "abm.model",
    "Logs": "abm.simulation.record",
    "Record": "abm.simulation.record",
    "Scenario": "abm.scenario.scenario",
    "ScenarioError": "abm.io.messages",
    "compare": "abm.experiments.comparison.compare",
    "load_scenario": "abm.scenario.scenario",
    "run": "abm.simulation.run",
    "write_report": "abm.report.html.writing",
}
"""Where public names stand, if not with those for notebooks."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("nssi-abm")
    if name not in __all__:
        raise AttributeError(f"module 'abm' has no attribute {name!r}")
    value = getattr(import_module(_HOMES.get(name, "abm.report.notebook")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, imported yet or not."""
    return sorted(__all__)


def _as_html(writer: str, value: Any) -> str:
    return str(getattr(import_module("abm.report.notebook"), writer)(value))


def _show_in_notebooks() -> None:
    """Let IPython, where it runs, show records and comparisons as tables."""
    running = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if running is None or running.display_formatter is None:
        return
    html = running.display_formatter.formatters["text/html"]
    for module, kind, writer in (
        ("abm.simulation.record", "Record", "record_as_html"),
        ("abm.experiments.comparison.compare", "ComparisonFindings", "findings_as_html"),
    ):
        html.for_type_by_name(module, kind, partial(_as_html, writer))


_show_in_notebooks()


_MOVED = {
    "abm.record": "abm.simulation.record",
    "abm.calibration": "abm.experiments.calibration",
    "abm.calibration.posterior": "abm.scenario.posterior",
    "abm.calibration.uncertainty": "abm.scenario.draws",
    "abm.experiments.store": "abm.runs",
    "abm.experiments.store.warm_ups": "abm.runs.warm_ups",
}
"""Modules that the docs named, and where they are now; the old names go after version 0.1."""


class _Moved(MetaPathFinder, Loader):
    """Gives what is imported by an old name the module of the new one."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        return ModuleSpec(name, self) if name in _MOVED else None

    def create_module(self, spec: ModuleSpec) -> Any:
        module = import_module(_MOVED[spec.name])
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: Any) -> None:
        module.__spec__ = module.__spec__.loader_state


sys.meta_path.insert(0, _Moved())
