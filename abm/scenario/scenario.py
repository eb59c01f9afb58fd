"""A scenario: who lives, when, under which parameters, and how they are observed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from abm.io.messages import ScenarioError, did_you_mean, shown
from abm.parameters import parameters, switches
from abm.scenario import toml_text
from abm.scenario.dates import years_later
from abm.scenario.economics import Economics
from abm.scenario.files import (
    NAME_RULE,
    find_scenario,
    inherited,
    is_scenario_name,
    kind_of,
    lineage,
)
from abm.scenario.interventions import (
    ForPersons,
    Interventions,
    complete_interventions,
    with_overrides,
)
from abm.scenario.values import (
    check_trend_stays_in_range,
    check_trends,
    complete_parameters,
    complete_switches,
    toml_value,
)

__all__ = ["Population", "Scenario", "ScenarioError", "load_scenario"]

LONGEST_COHORT = 15  # years, from age 10 to 25


class _Table(BaseModel):
    """A table of a scenario file; a field's description says what is expected there."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Population(_Table):
    """Who is present: every age from 10 to 24 at any time, or one birth cohort."""

    kind: Literal["open", "cohort"] = Field(default="open", description='"open" or "cohort"')
    size: int = Field(
        default=10_000, ge=1, le=5_000_000, description="a whole number from 1 to 5,000,000"
    )


class Calendar(_Table):
    """The reported years; the warm-up before them is not counted."""

    start: date = Field(
        default=date(2015, 9, 1),
        ge=date(1900, 1, 1),
        le=date(2200, 12, 31),
        description="a date such as 2015-09-01, in the years 1900 to 2200",
    )
    years: int = Field(default=10, ge=1, le=100, description="a whole number from 1 to 100")


class Observation(_Table):
    """Who is watched, and how closely; watching changes nothing that happens."""

    panel_share: float = Field(default=0.1, ge=0, le=1, description="a share from 0 to 1")
    moments_share: float = Field(default=0.2, ge=0, le=1, description="a share from 0 to 1")
    moments_days: int = Field(default=21, ge=1, le=365, description="a whole number from 1 to 365")
    prompts_per_day: int = Field(default=6, ge=1, le=24, description="a whole number from 1 to 24")
    follow_up: bool = Field(default=False, description="true or false")


_TABLES: dict[str, type[BaseModel]] = {
    "population": Population,
    "calendar": Calendar,
    "observation": Observation,
    "economics": Economics,
}


def _completed() -> Any:
    """Return a field that is completed where it is left out; pydantic 2.10 wants one for each."""
    return Field(default_factory=dict, validate_default=True)


class Scenario(BaseModel):
    """A validated scenario in which every parameter and switch has its value, all read-only.

    Its `name` is the file's without ``.toml``, and run folders are called that; `title` is one line
    for tables and reports; `trends` are multipliers by calendar year; `interventions` stand in the
    order of the file, each complete; `economics` are what a comparison counts with.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(strict=True)
    title: str = Field(
        default="", strict=True, max_length=200, description="one line of text, at most 200"
    )
    population: Population = Field(default=Population(), description="a table")
    calendar: Calendar = Field(default=Calendar(), description="a table")
    parameters: Annotated[dict[str, float], PlainValidator(complete_parameters)] = _completed()
    switches: Annotated[dict[str, str], PlainValidator(complete_switches)] = _completed()
    trends: Annotated[dict[str, dict[int, float]], PlainValidator(check_trends)] = _completed()
    observation: Observation = Field(default=Observation(), description="a table")
    interventions: Interventions = ()
    economics: Economics = Field(default=Economics(), description="a table")

    @classmethod
    def from_table(cls, table: Mapping[str, Any], name: str, origin: str = "scenario") -> Self:
        """Return the scenario that a table describes, in the form of a file without ``extends``.

        `origin` is how an error names the place the table came from; ScenarioError for the first
        thing that is wrong.
        """
        if "name" in table:
            raise ScenarioError(f"{origin}: name: a scenario is named by its file; remove this key")
        try:
            return cls.model_validate({**table, "name": name})
        except ValidationError as error:
            raise ScenarioError(f"{origin}: {_explain(error)}") from None

    def resolved(self) -> dict[str, Any]:
        """Return everything the scenario says, ready for JSON, always in the same order."""
        trends = {
            name: {str(year): factor for year, factor in factors.items()}
            for name, factors in self.trends.items()
        }
        # Not one dump of all: Ctrl-C inside a serializer of pydantic becomes another error.
        resolved = {
            "name": self.name,
            "title": self.title,
            "population": self.population.model_dump(mode="json"),
            "calendar": self.calendar.model_dump(mode="json"),
            "parameters": dict(self.parameters),
            "switches": dict(self.switches),
            "observation": self.observation.model_dump(mode="json"),
            "trends": trends,
            "interventions": [entry.resolved() for entry in self.interventions],
        }
        declared = self.economics.model_dump(mode="json", exclude_defaults=True)
        return resolved | ({"economics": declared} if declared else {})

    def content_hash(self) -> str:
        """Return a SHA-256 over :meth:`resolved`, in hexadecimal digits."""
        text = json.dumps(self.resolved(), sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def __hash__(self) -> int:
        """Hash by content, so that equal scenarios are one key."""
        return hash(self.content_hash())

    def with_parameters(self, **values: float) -> Self:
        """Return a validated copy with other values for some parameters, or raise ScenarioError."""
        return self._changed(self.name, parameters={**self.parameters, **values})

    def with_interventions(self, *added: Mapping[str, Any]) -> Self:
        """Return a validated copy with further interventions, each a table as in a file.

        ScenarioError for the first thing that is wrong.
        """
        return self._changed(self.name, interventions=[*self.interventions, *added])

    def renamed(self, name: str, title: str | None = None) -> Self:
        """Return a copy called otherwise; scenarios that are compared need different names.

        ScenarioError if no scenario can be called that.
        """
        return self._changed(name, title=self.title if title is None else title)

    def _changed(self, name: str, **tables: Any) -> Self:
        table = {key: value for key, value in self if key != "name"} | tables
        return self.from_table(table, name, self.name)

    def to_toml(self) -> str:
        """Return the whole scenario as the text of a file that :func:`load_scenario` reads."""
        return toml_text.as_toml(self.resolved())

    @model_validator(mode="before")
    @classmethod
    def _follow_cohort_to_its_end(cls, table: Any) -> Any:
        """Give a cohort that does not say how long it is followed its 15 years."""
        if isinstance(table, dict) and kind_of(table) == "cohort":
            calendar = table.get("calendar", {})
            if isinstance(calendar, dict) and "years" not in calendar:
                return table | {"calendar": calendar | {"years": LONGEST_COHORT}}
        return table

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        if not is_scenario_name(name):
            raise ValueError(f"{shown(name)} cannot name a scenario; expected {NAME_RULE}")
        return name

    @field_validator("title")
    @classmethod
    def _check_title(cls, title: str) -> str:
        if not title.isprintable():
            raise ValueError(f"title: expected one line of text, not {shown(title)}")
        return title

    @field_validator("interventions", mode="plain")
    @classmethod
    def _complete_interventions(cls, given: Any, info: ValidationInfo) -> Interventions:
        calendar = info.data.get("calendar", Calendar())  # where that is wrong, it is said first
        end = years_later(calendar.start, calendar.years)
        return complete_interventions(given, calendar.start, end)

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.population.kind == "cohort" and self.calendar.years > LONGEST_COHORT:
            raise ValueError(
                "calendar.years: a cohort is followed from age 10 to 25; "
                f"expected at most {LONGEST_COHORT}, not {self.calendar.years}"
            )
        for name, factors in self.trends.items():
            check_trend_stays_in_range(name, self.parameters[name], factors)
        return self


def load_scenario(
    name_or_path: str | Path,
    *,
    population: int | None = None,
    years: int | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Scenario:
    """Read a scenario file, what it extends, and what the caller sets over it.

    A name is looked for in ./scenarios and then among the shipped ones. `population` (people) and
    `years` (reported) stand for ``population.size`` and ``calendar.years``; `overrides` are values
    by parameter name, switch name, or dotted name such as ``calendar.start`` or
    ``interventions.KIND.coverage`` (of every intervention of that kind), texts read as TOML values
    where they are ones. ScenarioError says in one or two lines which file, which key, what was
    expected, and the nearest right name.
    """
    path = find_scenario(name_or_path)
    steps = lineage(path)
    name = path.stem
    if not is_scenario_name(name):
        raise ScenarioError(f"{path}: the file's name cannot name a scenario; expected {NAME_RULE}")
    table: dict[str, Any] = {}
    for file, own in steps:
        table = inherited(table, own)
        scenario = Scenario.from_table(table, name, str(file))
        if file is not path:
            table.pop("title", None)  # a title belongs to its own file
    given = _override_table(population, years, overrides or {})
    if given:
        if "interventions" in given:
            listed = table.get("interventions", [])
            given["interventions"] = with_overrides(listed, given["interventions"])
        scenario = Scenario.from_table(inherited(table, given), name, f"{name} with overrides")
    return scenario


def _override_table(
    population: int | None, years: int | None, overrides: Mapping[str, object]
) -> dict[str, Any]:
    """Return the overrides in the form of a scenario file."""
    values = {k: toml_value(v) if isinstance(v, str) else v for k, v in overrides.items()}
    if population is not None:
        values["population.size"] = population
    if years is not None:
        values["calendar.years"] = years
    table: dict[str, Any] = {}
    for name, value in values.items():
        *parents, last = _override_keys(name)
        inner = table
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[last] = value
    return table


def _override_keys(name: str) -> list[str]:
    """Return the keys a name stands for: ``population.size`` is population, then size."""
    if name in parameters():
        return ["parameters", name]
    if name in switches():
        return ["switches", name]
    first, *rest = name.split(".")
    if first == "interventions":
        if len(rest) == (3 if rest[1:2] == ["effects"] else 2):
            return [first, *rest]
        raise ScenarioError(f"{shown(name)}: expected interventions.KIND.KEY, or .effects.QUANTITY")
    depth = {"parameters": 1, "switches": 1, "trends": 2} | dict.fromkeys(_TABLES, 1)
    if len(rest) == depth.get(first):
        return [first, *rest]
    dotted = [f"{table}.{key}" for table, kind in _TABLES.items() for key in kind.model_fields]
    hint = did_you_mean(name, [*parameters(), *switches(), *dotted])
    raise ScenarioError(f"{shown(name)}: there is no such setting{hint}")


def _explain(error: ValidationError) -> str:
    """Return what pydantic found first, in the words of the field's description."""
    first = error.errors(include_url=False)[0]
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    keys = [str(key) for key in first["loc"]]
    table = _TABLES[keys[0]] if len(keys) > 1 else None
    fields = (table or Scenario).model_fields
    if keys[-1] not in fields:
        return f"{'.'.join(keys)}: there is no such key{_where_it_belongs(keys[-1], fields)}"
    expected = fields[keys[-1]].description
    return f"{'.'.join(keys)}: expected {expected}, not {shown(first['input'])}"


def _where_it_belongs(key: str, fields: Mapping[str, object]) -> str:
    """Return a hint for a key that stands in the wrong table or is misspelt."""
    homes: dict[str, Mapping[str, object]] = {"parameters": parameters(), "switches": switches()}
    homes |= {table: kind.model_fields for table, kind in _TABLES.items()}
    homes |= {"[interventions]": ForPersons.model_fields}
    for home, names in homes.items():
        if key in names:
            return f"; it belongs under [{home}]"
    return did_you_mean(key, {*fields, "extends"} - {"name"} if "title" in fields else fields)
