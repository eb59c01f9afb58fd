"""Every number and every switch of the model, as declared in ``parameters.toml``.

That file is read once. Validation of scenarios, the printed lists, the record the
mechanisms read, and the spaces of calibration and sensitivity all come from it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from abm.io.declarations import ByName, DeclarationError, Declared, Text, named, read_declarations
from abm.io.messages import did_you_mean, find, nearest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "DeclarationError",
    "Parameter",
    "Switch",
    "nearest",
    "parameter_record",
    "parameters",
    "record_dtype",
    "switches",
]

PARAMETERS_FILE = Path(__file__).with_name("parameters.toml")


def _lower_case(name: str) -> str:
    if not (name.isidentifier() and name.islower()):
        raise ValueError("expected a lower_case name")
    return name


Name = Annotated[str, AfterValidator(_lower_case)]


class Parameter(Declared):
    """One number of the model.

    With a trend it may change over calendar years, by interventions or ``[trends.NAME]``, whose
    multipliers are on "number", the value itself; on "odds", those of the chance of which it is the
    log-odds; or on "nothing": it may be negative and has no multiple.
    """

    name: Name  # in a scenario file, for a slider and in a calibration
    group: Text  # which part of the model it belongs to
    unit: Text
    default: float  # when a scenario does not say
    low: float  # what a scenario may say, both ends included
    high: float
    prior: tuple[float, float] | None = None  # what calibration and sensitivity analysis explore
    trend: bool = False
    trend_on: Literal["number", "odds", "nothing"] = "number"
    sentence: Text  # what it means in the world
    source: Text  # a section of the paper, an evidence id, or "assumption"

    @property
    def takes_trend(self) -> bool:
        """Whether a scenario may give it multipliers by year."""
        return self.trend and self.trend_on != "nothing"

    def times(self, value: float, factor: float) -> float:
        """Return a value of this parameter under a trend's multiplier, 0 or more."""
        if self.trend_on == "odds":
            return value + math.log(factor) if factor > 0.0 else -math.inf
        return value * factor

    @model_validator(mode="after")
    def _check(self) -> Self:
        low, high = self.prior or (self.low, self.high)
        if not (self.low < self.high and low < high):
            raise ValueError("range and prior: the first number must be below the second")
        if not self.low <= self.default <= self.high:
            raise ValueError("default lies outside range")
        if not (self.low <= low and high <= self.high):
            raise ValueError("prior lies outside range")
        if self.trend and self.trend_on == "number" and self.low < 0:
            raise ValueError("trend_on: a number that may be negative has no multiple")
        return self


class Switch(Declared):
    """One question with a few named answers; the model reads the answer's position."""

    name: Name
    values: tuple[Text, ...]  # the answers; in records a switch is the index into them
    default: str  # when a scenario does not say
    sentence: Text  # what the question is
    source: Text  # a section of the paper, an evidence id, or "assumption"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.values) < 2 or len(set(self.values)) < len(self.values):
            raise ValueError("values: expected two or more names, none of them twice")
        if self.default not in self.values:
            raise ValueError(f"default: expected one of {', '.join(self.values)}")
        return self


class Declarations(Declared):
    """What one file declares, in its order."""

    parameters: ByName[Parameter] = Field({}, validate_default=True)
    switches: ByName[Switch] = Field({}, validate_default=True)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if both := self.parameters.keys() & self.switches.keys():
            raise ValueError(f"{', '.join(sorted(both))}: is both a parameter and a switch")
        return self


def parameters() -> Mapping[str, Parameter]:
    """Return every parameter by name, in the order of the file."""
    return _declared().parameters


def switches() -> Mapping[str, Switch]:
    """Return every switch by name, in the order of the file."""
    return _declared().switches


@functools.cache
def record_dtype() -> np.dtype[np.void]:
    """Return the layout of the record: a float64 a parameter, then an int64 a switch."""
    import numpy as np

    numbers = [(name, np.float64) for name in parameters()]
    answers = [(name, np.int64) for name in switches()]
    return np.dtype([*numbers, *answers])


def parameter_record(
    values: Mapping[str, float], switch_values: Mapping[str, str]
) -> NDArray[np.void]:
    """Return the one record that the mechanisms read; what is left out takes its default."""
    import numpy as np

    declared = _declared()
    _refuse_undeclared(values, declared.parameters)
    _refuse_undeclared(switch_values, declared.switches)
    record = np.zeros(1, dtype=record_dtype())
    for name, parameter in declared.parameters.items():
        record[name] = values.get(name, parameter.default)
    for name, switch in declared.switches.items():
        answer = switch_values.get(name, switch.default)
        if answer not in switch.values:
            raise ValueError(f"{name}: expected one of {', '.join(switch.values)}, not {answer!r}")
        record[name] = switch.values.index(answer)
    return record


@functools.cache
def _declared() -> Declarations:
    return read_parameters(PARAMETERS_FILE.read_text(encoding="utf-8"), PARAMETERS_FILE.name)


def read_parameters(text: str, file: str) -> Declarations:
    """Read and check the text of a file with ``[parameters.NAME]`` and ``[switches.NAME]`` tables.

    DeclarationError names the file, the entry and what was expected of it.
    """
    return read_declarations(
        Declarations, text, file, lambda tables: {key: named(tables[key]) for key in tables}
    )


def _refuse_undeclared(given: Mapping[str, Any], declared: Mapping[str, Any]) -> None:
    for name in given:
        if name not in declared:
            raise ValueError(f"{name}: not declared{did_you_mean(name, declared)}")


def find_declared(name: str) -> Parameter | Switch:
    """Return the parameter or switch of that name; InputError with the nearest if there is none."""
    declared: dict[str, Parameter | Switch] = {**parameters(), **switches()}
    return find(name, declared, "parameter or switch")
