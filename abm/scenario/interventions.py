"""One intervention as a scenario says it: every key checked, the rest filled in by the library.

Functions that check raise ValueError with a message that opens with the key.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from abm.io.messages import ScenarioError, did_you_mean, shown
from abm.scenario.intervention_library import COST_PER, WHO, Kind, Number, kinds
from abm.scenario.values import ReadOnly, is_number

MOST_INTERVENTIONS = 16
FIRST_AGE, LAST_AGE = 10, 24  # completed years
SEXES = ("all", "female", "male")


def _one_of(choices: Collection[str]) -> str:
    return "one of " + ", ".join(f'"{choice}"' for choice in choices)


def _among(choices: Collection[str]) -> AfterValidator:
    def check(given: str) -> str:
        if given not in choices:
            raise ValueError
        return given

    return AfterValidator(check)


class Intervention(BaseModel):
    """One intervention of a scenario, complete; a field's description says what is expected.

    Those of one kind and name are windows of one programme. It runs from the morning of `start`
    until the day before `end` (None: to the end). Coverage rises evenly from 0 over `ramp_years`
    to the share of those it is for that it reaches. `effects` (read-only) say what it changes by
    how much, as the library explains; `cost` is that of one `cost_per` (see `COST_PER`), and
    `fixed_cost` comes once, with its start, however many it reaches.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    kind: str
    name: str | None = Field(
        default=None, min_length=1, max_length=60, description="one line of 1 to 60 characters"
    )
    start: date = Field(description="a date such as 2017-09-01")
    end: date | None = Field(default=None, description="a date such as 2019-09-01")
    ramp_years: Number = Field(ge=0, le=100, description="a number from 0 to 100")
    coverage: Number = Field(ge=0, le=1, description="a share from 0 to 1")
    effects: dict[str, float] = Field(description="a table of quantities and numbers")
    cost: Number = Field(ge=0, le=1e9, description="a number from 0 to 1e+09")
    cost_per: Annotated[str, _among(COST_PER)] = Field(description=_one_of(COST_PER))
    fixed_cost: Number | None = Field(
        default=None, ge=0, le=1e12, description="a number from 0 to 1e+12"
    )

    @field_validator("effects")
    @classmethod
    def _keep_effects(cls, given: dict[str, float]) -> ReadOnly[str, float]:
        return ReadOnly(given)

    @field_validator("name")
    @classmethod
    def _check_name(cls, given: str | None) -> str | None:
        if given is not None and not (given.isprintable() and given.strip() == given):
            raise ValueError
        return given

    @property
    def programme(self) -> tuple[str, str]:
        """Kind and name: what is the same programme in all of its windows."""
        return self.kind, self.name or ""

    def about(self) -> Kind:
        """Return what the library says about this kind."""
        return kinds()[self.kind]

    def resolved(self) -> dict[str, Any]:
        """Return every key with its value, ready for JSON, always in the same order."""
        return self.model_dump(mode="json", exclude_none=True)

    def content(self) -> str:
        """Return all that it says as one text, the same for equal ones."""
        return json.dumps(self.resolved(), sort_keys=True)


class ForEverybody(Intervention):
    """An intervention that changes numbers for everybody."""


class ForPersons(Intervention):
    """An intervention that reaches persons one by one: of some completed ages, a sex, and `WHO`.

    The effect grows evenly over `months_to_full`, and then halves every `half_life_years` (0: it
    does not fade). `uptake_risk` is the log-odds of being reached per standard deviation of
    childhood adversity.
    """

    ages: tuple[int, int] = Field(description=f"[first, last], ages from {FIRST_AGE} to {LAST_AGE}")
    sex: Literal["all", "female", "male"] = Field(description=_one_of(SEXES))
    who: Annotated[str, _among(WHO)] = Field(description=_one_of(WHO))
    months_to_full: Number = Field(ge=0, le=600, description="a number from 0 to 600")
    half_life_years: Number = Field(ge=0, le=100, description="a number from 0 to 100")
    uptake_risk: Number = Field(ge=-5, le=5, description="a number from -5 to 5")

    @field_validator("ages", mode="before")
    @classmethod
    def _take_a_list(cls, given: Any) -> Any:
        return tuple(given) if isinstance(given, list) else given

    @field_validator("ages")
    @classmethod
    def _check_ages(cls, given: tuple[int, int]) -> tuple[int, int]:
        if not FIRST_AGE <= given[0] <= given[1] <= LAST_AGE:
            raise ValueError
        return given


Interventions = tuple[ForEverybody | ForPersons, ...]


def complete_interventions(given: Any, first_day: date, end: date) -> Interventions:
    """Return a scenario's list of interventions, checked and completed.

    The reported days begin with `first_day` and stop before `end`.
    """
    if not isinstance(given, list | tuple):
        raise ValueError(f"interventions: expected [[interventions]] tables, not {shown(given)}")
    if len(given) > MOST_INTERVENTIONS:
        raise ValueError(
            f"interventions: expected at most {MOST_INTERVENTIONS} interventions, not {len(given)}"
        )
    complete = tuple(
        _complete(f"interventions[{number}]", table, first_day, end)
        for number, table in enumerate(given, 1)
    )
    contents = [intervention.content() for intervention in complete]
    for number, content in enumerate(contents, 1):
        first = contents.index(content) + 1
        if first < number:
            raise ValueError(
                f"interventions[{number}]: says the same as interventions[{first}]; if both take "
                'place, give one a name of its own, such as name = "second"'
            )
    return complete


def with_overrides(
    listed: Sequence[Mapping[str, Any]], changes: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return a scenario's tables, as files say them, with other values for some kinds.

    Changes are by kind, then by key; ``effects`` is a table of its own.
    """
    present = list(dict.fromkeys(str(table.get("kind")) for table in listed))
    for kind in changes:
        if kind not in present:
            has = f"it has {', '.join(present)}" if present else "it has none"
            hint = did_you_mean(kind, present)
            raise ScenarioError(
                f"interventions.{kind}: the scenario has no such intervention; {has}{hint}"
            )
    return [_changed(table, changes.get(str(table.get("kind")), {})) for table in listed]


def _changed(table: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    changed = {**table, **changes}
    if "effects" in changes:
        changed["effects"] = {**table.get("effects", {}), **changes["effects"]}
    return changed


def _complete(where: str, given: Any, first_day: date, end: date) -> ForEverybody | ForPersons:
    """Check one intervention and fill in what it does not say."""
    table = dict(given) if isinstance(given, Intervention) else given
    if not isinstance(table, Mapping):
        raise ValueError(f"{where}: expected a table, not {shown(table)}")
    kind = _kind_of(where, table)
    model = ForPersons if kind.is_for_persons else ForEverybody
    _refuse_other_keys(where, table, kind)
    values = {"start": first_day, **kind.defaults, **table}
    values["effects"] = _complete_effects(f"{where}.effects", table.get("effects", {}), kind)
    try:
        complete = model.model_validate(values)
    except ValidationError as error:
        key = str(error.errors(include_url=False)[0]["loc"][0])
        raise ValueError(f"{where}.{key}: {_expected(model, key, values[key])}") from None
    start = complete.start
    if not first_day <= start < end:
        raise ValueError(
            f"{where}.start: expected a date in the reported years, {first_day} to "
            f"{end - timedelta(days=1)}, not {start}"
        )
    if complete.end is not None and complete.end <= start:
        raise ValueError(f"{where}.end: expected a date after {start}, not {complete.end}")
    return complete


def _kind_of(where: str, table: Mapping[str, Any]) -> Kind:
    if "kind" not in table:
        raise ValueError(f"{where}.kind: is missing; `nssi interventions` lists the kinds")
    name = table["kind"]
    if not isinstance(name, str):
        raise ValueError(f"{where}.kind: expected the name of a kind, not {shown(name)}")
    if name not in kinds():
        hint = did_you_mean(name, kinds()) or "; `nssi interventions` lists them"
        raise ValueError(f"{where}.kind: there is no kind called {shown(name)}{hint}")
    return kinds()[name]


def _refuse_other_keys(where: str, table: Mapping[str, Any], kind: Kind) -> None:
    """Refuse keys that no intervention has, or none of this kind."""
    able = (ForPersons if kind.is_for_persons else ForEverybody).model_fields
    for key in table:
        if key in able:
            continue
        if key in ForPersons.model_fields:
            raise ValueError(
                f"{where}.{key}: {kind.name} changes numbers for everybody, "
                f"so it has no {key}; it has {', '.join(able)}"
            )
        if key in kind.effects:
            raise ValueError(f"{where}.{key}: belongs under effects: {{ {key} = ... }}")
        raise ValueError(f"{where}.{key}: there is no such key{did_you_mean(str(key), able)}")


def _complete_effects(where: str, given: Any, kind: Kind) -> ReadOnly[str, float]:
    """Return every effect of a kind: what was given, else the library's."""
    if not isinstance(given, Mapping):
        effect = next(iter(kind.effects.values()))
        example = f"{{ {effect.quantity} = {effect.value:g} }}"
        raise ValueError(f"{where}: expected a table such as {example}, not {shown(given)}")
    for quantity, value in given.items():
        if quantity not in kind.effects:
            hint = did_you_mean(str(quantity), kind.effects)
            raise ValueError(
                f"{where}.{quantity}: {kind.name} does not change this; "
                f"it changes {', '.join(kind.effects)}{hint}"
            )
        effect = kind.effects[quantity]
        if not (is_number(value) and effect.low <= value <= effect.high):
            raise ValueError(
                f"{where}.{quantity}: expected a number from {effect.low:g} to {effect.high:g} "
                f"({effect.unit}), not {shown(value)}"
            )
    full = {name: given.get(name, effect.value) for name, effect in kind.effects.items()}
    return ReadOnly({name: float(value) + 0.0 for name, value in full.items()})


def _expected(model: type[Intervention], key: str, given: object) -> str:
    """Return what is expected of a key, in the words of its description, and the nearest name."""
    choices = {"sex": SEXES, "who": tuple(WHO), "cost_per": tuple(COST_PER)}.get(key, ())
    hint = did_you_mean(given, choices) if isinstance(given, str) else ""
    return f"expected {model.model_fields[key].description}, not {shown(given)}{hint}"
