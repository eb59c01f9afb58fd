"""The interventions declared in ``intervention_library.toml``, read and checked once."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from abm.io.declarations import DeclarationError, Declared, Text, named, read_declarations

LIBRARY_FILE = Path(__file__).with_name("intervention_library.toml")
LARGEST_NUMBER = 9_999

FIELDS_OF_PERSONS: Mapping[str, str] = MappingProxyType(
    {
        "regulation": "regulation_gained",
        "distress_tolerance": "distress_tolerance_gained",
        "self_criticism": "self_criticism_gained",
        "vagal_tone": "vagal_tone_gained",
        "help_seeking": "help_seeking_gained",
        "connectedness": "connectedness_gained",
        "family_support": "family_support_gained",
        "reluctance": "reluctance_gained",
        "opioid_blockade": "opioid_blockade",
    }
)
"""What programmes for persons may change, and the field of a person that holds the change."""

WHO: Mapping[str, str] = MappingProxyType(
    {
        "everyone": "everyone",
        "high_adversity": "childhood adversity at least one standard deviation above the mean of "
        "the reference population (about 23 % of people)",
        "self_injured_ever": "at least one act so far",
        "self_injured_past_year": "at least one act in the past twelve months",
        "after_hospital": "presented to hospital within the last 31 days (looked at on Mondays)",
        "in_specialist_care": "in specialist care or therapy now",
    }
)
"""Whom an intervention may be for, and what that means."""

COST_PER: Mapping[str, str] = MappingProxyType(
    {
        "person": "each person reached, once over all windows of one kind and name",
        "start": "each time that somebody starts it: once a window, or a course of therapy",
        "person_year": "each year that a person is in it while it runs, counted in days",
        "year": "each year that it runs, however many it reaches, counted in days",
    }
)
"""What a cost may be the cost of."""


def _without_minus_zero(value: float) -> float:
    return value + 0.0


Number = Annotated[float, AfterValidator(_without_minus_zero)]


class Effect(Declared):
    """One quantity that an intervention changes."""

    quantity: Text  # a key of `FIELDS_OF_PERSONS`, or the name of a parameter
    how: Literal["add", "factor"] = "add"  # programmes for persons always add
    value: Number  # the default
    low: Number  # what a scenario may say, both ends included
    high: Number
    unit: Text
    source: Text  # an evidence id, or "assumption"

    @property
    def null(self) -> float:
        """The value that changes nothing."""
        return 1.0 if self.how == "factor" else 0.0

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        if not (self.low <= self.value <= self.high and self.low <= self.null <= self.high):
            raise ValueError(f"{self.quantity}: the range must hold the value and {self.null:g}")
        return self


class Kind(Declared):
    """One kind of intervention.

    It reaches persons one by one, or changes parameters for everybody (the environment). Reached
    by the latter are those "present" (times coverage), "entrants" (who enter while it runs, times
    coverage), or the "therapies" begun while it runs.
    """

    name: Text  # what a scenario calls it
    number: int = Field(ge=1, le=LARGEST_NUMBER)  # keys who is reached; it never changes
    title: Text
    sentence: Text  # what it does
    label: Literal["intervention", "event", "mechanistic what-if"]
    delivery: Literal["persons", "environment"]
    setting: Text  # where it takes place
    audience: Literal["present", "entrants", "therapies"] | None = None
    evidence: Text  # ids and studies, or "assumption"
    defaults: dict[str, Any]  # of every key that may be left out, but for dates and effects
    effects: dict[str, Effect] = Field(min_length=1)

    @property
    def is_for_persons(self) -> bool:
        """Whether persons are reached one by one."""
        return self.delivery == "persons"

    @model_validator(mode="after")
    def _check_delivery(self) -> Self:
        if self.is_for_persons:
            if self.audience is not None:
                raise ValueError("only kinds of the environment have an audience")
            for effect in self.effects.values():
                if effect.quantity not in FIELDS_OF_PERSONS or effect.how != "add":
                    raise ValueError(f"{effect.quantity}: persons cannot be changed by this")
        elif self.audience is None:
            raise ValueError("a kind of the environment needs an audience")
        return self


def read_library(text: str, file: str) -> Mapping[str, Kind]:
    """Read and check the text of a library, with one table a kind; errors name the file so."""
    library = read_declarations(dict[str, Kind], text, file, _prepared)
    numbers = [kind.number for kind in library.values()]
    if len(set(numbers)) < len(numbers):
        raise DeclarationError(f"{file}: two kinds have the same number")
    return MappingProxyType(library)


def _prepared(tables: dict[str, Any]) -> Any:
    for table in tables.values():
        if isinstance(table, dict):
            table["effects"] = named(table.get("effects"), "quantity")
    return named(tables)


def are_events(names: Sequence[str]) -> bool:
    """Return whether kinds of these names all happen, such as a pandemic, and are not offered."""
    return bool(names) and all(name in kinds() and kinds()[name].label == "event" for name in names)


@functools.cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind by name, in the order of the file."""
    return read_library(LIBRARY_FILE.read_text(encoding="utf-8"), LIBRARY_FILE.name)
