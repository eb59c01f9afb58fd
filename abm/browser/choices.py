"""What somebody has chosen on the page, and the scenario that follows from it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from abm.io.messages import InputError
from abm.scenario.files import is_scenario_name
from abm.scenario.intervention_library import kinds
from abm.scenario.scenario import Scenario, load_scenario
from abm.scenario.toml_text import as_toml

LARGEST_SEED = 2**64 - 1
DEFAULT_PEOPLE = 3_000
FEWEST_PEOPLE, MOST_PEOPLE = 150, 50_000


@dataclass(frozen=True)
class Choices:
    """A scenario by name or path, and what is changed in it."""

    scenario: str = "baseline"
    seed: int = 1  # of the random streams
    population: int | None = DEFAULT_PEOPLE  # None: as the scenario says
    values: Mapping[str, float | str] = field(default_factory=dict)  # of parameters and switches
    interventions: tuple[Mapping[str, Any], ...] | None = None  # as in a file; None: its own

    @property
    def are_altered(self) -> bool:
        """Whether anything is other than the scenario says, but for its size."""
        return bool(self.values) or self.interventions is not None

    def with_value(self, name: str, value: float | str | None) -> Self:
        """Return the choices with a parameter or switch at a value; None: the scenario's own."""
        others = {key: kept for key, kept in self.values.items() if key != name}
        return replace(self, values=others if value is None else {**others, name: value})

    def resolve(self) -> Scenario:
        """Return the scenario that is meant, or InputError for the first thing that is wrong."""
        if not 0 <= self.seed <= LARGEST_SEED:
            raise InputError(f"seed: expected a whole number from 0 to {LARGEST_SEED}")
        if self.population is not None and not FEWEST_PEOPLE <= self.population <= MOST_PEOPLE:
            raise InputError(
                f"people: expected {FEWEST_PEOPLE} to {MOST_PEOPLE:,} on the page, "
                f"not {self.population:,}; `nssi run` takes any number"
            )
        scenario = load_scenario(
            self.scenario, population=self.population, overrides=dict(self.values)
        )
        if self.interventions is None:
            return scenario
        table = _table_of(scenario)
        table["interventions"] = [dict(intervention) for intervention in self.interventions]
        return Scenario.from_table(table, scenario.name, "interventions chosen on the page")


def _table_of(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as the table that its file would hold."""
    return tomllib.loads(as_toml(scenario.resolved()))


def own_interventions(scenario: Scenario) -> tuple[Mapping[str, Any], ...]:
    """Return a scenario's interventions as tables in the form of a scenario file."""
    return tuple(_table_of(scenario).get("interventions", []))


def new_intervention(kind: str) -> dict[str, Any]:
    """Return the table of an intervention as the library proposes it."""
    return {"kind": kind, "coverage": kinds()[kind].defaults.get("coverage", 0.5)}


def coverage_of(kind: str, tables: Sequence[Mapping[str, Any]]) -> float:
    """Return the share that the first intervention of a kind reaches; 0 if there is none."""
    proposed = new_intervention(kind)["coverage"]
    shares = [table.get("coverage", proposed) for table in tables if table["kind"] == kind]
    return float(shares[0]) if shares else 0.0


def file_name(scenario: Scenario, ending: str) -> str:
    """Return what to call a file that is downloaded; a scenario's is a name that `nssi run` takes.

    `ending` is its kind, such as ``toml``.
    """
    name = f"{scenario.name}-from-page"
    return f"{name if is_scenario_name(name) else 'from-page'}.{ending}"
