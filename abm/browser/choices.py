"""What somebody has chosen on the page, and the scenario that follows from it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from abm.io.messages import InputError
from abm.parameters import parameters, switches
from abm.scenario.files import is_scenario_name
from abm.scenario.intervention_library import kinds
from abm.scenario.scenario import Scenario, load_scenario
from abm.scenario.toml_text import as_toml
from abm.scenario.values import ReadOnly

LARGEST_SEED = 2**64 - 1
DEFAULT_PEOPLE = 1_000
FEWEST_PEOPLE, MOST_PEOPLE = 150, 50_000


@dataclass(frozen=True)
class Choices:
    """A scenario by name or path, and what is changed in it.

    Parameters
    ----------
    scenario
        Name or path.
    seed
        Seed of the random streams.
    population
        Number of people; None: as the scenario says.
    numbers
        Parameters changed, by name.
    answers
        Switches changed, by name.
    interventions
        Tables in the form of a scenario file; None: those of the scenario.
    """

    scenario: str = "baseline"
    seed: int = 1
    population: int | None = DEFAULT_PEOPLE
    numbers: Mapping[str, float] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    interventions: tuple[Mapping[str, Any], ...] | None = None

    @property
    def are_altered(self) -> bool:
        """Whether anything is other than the scenario says, but for its size."""
        return bool(self.numbers or self.answers) or self.interventions is not None

    def with_value(self, name: str, value: float | str) -> Self:
        """Return the choices with one parameter or switch at this value."""
        if name in switches():
            return replace(self, answers={**self.answers, name: str(value)})
        return replace(self, numbers={**self.numbers, name: float(value)})

    def without_value(self, name: str) -> Self:
        """Return the choices with one parameter or switch as the scenario has it."""
        numbers = {key: value for key, value in self.numbers.items() if key != name}
        answers = {key: value for key, value in self.answers.items() if key != name}
        return replace(self, numbers=numbers, answers=answers)

    def resolve(self) -> Scenario:
        """Return the scenario that is meant, complete and checked.

        Raises
        ------
        InputError
            For the first thing that is wrong.
        """
        if not 0 <= self.seed <= LARGEST_SEED:
            raise InputError(f"seed: expected a whole number from 0 to {LARGEST_SEED}")
        if self.population is not None and not FEWEST_PEOPLE <= self.population <= MOST_PEOPLE:
            raise InputError(
                f"people: expected {FEWEST_PEOPLE} to {MOST_PEOPLE:,} on the page, "
                f"not {self.population:,}; `nssi run` takes more"
            )
        overrides: dict[str, object] = {**self.numbers, **self.answers}
        found = load_scenario(self.scenario, population=self.population, overrides=overrides)
        if self.interventions is None:
            return found
        table = table_of(found)
        table["interventions"] = [dict(each) for each in self.interventions]
        return Scenario.from_table(table, found.name, "interventions chosen on the page")


def table_of(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as the table that its file would hold."""
    return tomllib.loads(as_toml(scenario.resolved()))


def own_interventions(scenario: Scenario) -> tuple[Mapping[str, Any], ...]:
    """Return a scenario's interventions as tables in the form of a scenario file."""
    return tuple(table_of(scenario).get("interventions", []))


def new_intervention(kind: str) -> dict[str, Any]:
    """Return the table of an intervention as the library proposes it."""
    return {"kind": kind, "coverage": kinds()[kind].defaults.get("coverage", 0.5)}


def reference_of(scenario: Scenario) -> Scenario:
    """Return the ghost of a scenario: the same people and years, and nothing changed.

    Every parameter and switch has its default, there is no trend and no intervention. On the same
    seed the luck is paired, so whatever differs is an effect of the changes.
    """
    return scenario.model_copy(
        update={
            "name": "unchanged",
            "title": "All numbers at their defaults, no intervention",
            "parameters": ReadOnly({name: each.default for name, each in parameters().items()}),
            "switches": ReadOnly({name: each.default for name, each in switches().items()}),
            "trends": ReadOnly({}),
            "interventions": (),
        }
    )


def is_unchanged(scenario: Scenario) -> bool:
    """Return whether a scenario lives as its ghost does."""
    ghost = reference_of(scenario)
    return scenario.model_copy(update={"name": ghost.name, "title": ghost.title}) == ghost


def file_name(scenario: Scenario) -> str:
    """Return what to call the downloaded scenario; a name that `nssi run` takes."""
    name = f"{scenario.name}-from-page"
    return f"{name if is_scenario_name(name) else 'from-page'}.toml"
