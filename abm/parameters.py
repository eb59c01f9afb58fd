"""Every number and every switch of the model, as declared in ``parameters.toml``.

That file is read once. Validation of scenarios, the printed lists, the record the
mechanisms read, and the spaces of calibration and sensitivity all come from it.
"""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from abm.io.messages import ScenarioError, did_you_mean, nearest, shown

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

TREND_ON = ("number", "odds", "nothing")
PARAMETERS_FILE = Path(__file__).with_name("parameters.toml")


class DeclarationError(ValueError):
    """An entry of ``parameters.toml`` is incomplete or contradicts itself."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the model.

    Attributes
    ----------
    name : str
        The name a scenario file, a slider and a calibration all use.
    group : str
        Which part of the model it belongs to.
    unit : str
        Its unit, in words.
    default : float
        The value when a scenario does not say.
    low, high : float
        What a scenario may say, both ends included.
    prior : tuple of float, or None
        What calibration and sensitivity analysis explore; None when they leave it alone.
    trend : bool
        Whether it may change over calendar years, by interventions or ``[trends.NAME]``.
    trend_on : str
        What the multipliers of a trend multiply: "number", the value itself; "odds", those of the
        chance of which it is the log-odds; "nothing": it may be negative and has no multiple.
    sentence : str
        What it means in the world.
    source : str
        A section of the paper, an evidence id, or ``"assumption"``.
    """

    name: str
    group: str
    unit: str
    default: float
    low: float
    high: float
    prior: tuple[float, float] | None
    trend: bool
    trend_on: str
    sentence: str
    source: str

    @property
    def takes_trend(self) -> bool:
        """Whether a scenario may give it multipliers by year."""
        return self.trend and self.trend_on != "nothing"

    def times(self, value: float, factor: float) -> float:
        """Return a value of this parameter under a trend's multiplier, 0 or more."""
        if self.trend_on == "odds":
            return value + math.log(factor) if factor > 0.0 else -math.inf
        return value * factor


@dataclass(frozen=True, slots=True)
class Switch:
    """One question with a few named answers; the model reads the answer's position.

    Attributes
    ----------
    name : str
        The name a scenario file uses.
    values : tuple of str
        The answers; in records a switch is the index into them.
    default : str
        The answer when a scenario does not say.
    sentence : str
        What the question is.
    source : str
        A section of the paper, an evidence id, or ``"assumption"``.
    """

    name: str
    values: tuple[str, ...]
    default: str
    sentence: str
    source: str


@dataclass(frozen=True, slots=True)
class Declarations:
    """What one declaration file holds, in its order."""

    parameters: Mapping[str, Parameter]
    switches: Mapping[str, Switch]


def parameters() -> Mapping[str, Parameter]:
    """Return every parameter by name, in the order of the file."""
    return _declared().parameters


def switches() -> Mapping[str, Switch]:
    """Return every switch by name, in the order of the file."""
    return _declared().switches


@functools.cache
def record_dtype() -> np.dtype[np.void]:
    """Return the layout of the parameter record.

    Returns
    -------
    numpy.dtype
        One float64 field per parameter, then one int64 field per switch, in file order.
    """
    import numpy as np

    numbers = [(name, np.float64) for name in parameters()]
    answers = [(name, np.int64) for name in switches()]
    return np.dtype([*numbers, *answers])


def parameter_record(
    values: Mapping[str, float], switch_values: Mapping[str, str]
) -> NDArray[np.void]:
    """Return the record that the mechanisms read.

    Parameters
    ----------
    values : mapping of str to float
        Parameter values; a name left out takes its default.
    switch_values : mapping of str to str
        Switch answers; a name left out takes its default.

    Returns
    -------
    numpy.ndarray
        Shape (1,), dtype :func:`record_dtype`; a switch is the index of its answer.

    Raises
    ------
    ValueError
        For a name or an answer that is not declared.
    """
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


def read_declarations(text: str, file: str) -> Declarations:
    """Read and check the text of a declaration file.

    Parameters
    ----------
    text : str
        TOML with ``[parameters.NAME]`` and ``[switches.NAME]`` tables.
    file : str
        How errors name the file.

    Raises
    ------
    DeclarationError
        Naming the file, the entry and what was expected of it.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DeclarationError(f"{file}: is not valid TOML: {error}") from None
    unknown = set(table) - {"parameters", "switches"}
    _demand(not unknown, file, "top level", f"no such table: {', '.join(sorted(unknown))}")
    for key, entries in table.items():
        _demand(isinstance(entries, dict), file, key, "expected a table")
    numbers = {n: _parameter(file, n, e) for n, e in table.get("parameters", {}).items()}
    answers = {n: _switch(file, n, e) for n, e in table.get("switches", {}).items()}
    both = numbers.keys() & answers.keys()
    _demand(not both, file, ", ".join(sorted(both)), "is both a parameter and a switch")
    return Declarations(MappingProxyType(numbers), MappingProxyType(answers))


@functools.cache
def _declared() -> Declarations:
    return read_declarations(PARAMETERS_FILE.read_text(encoding="utf-8"), PARAMETERS_FILE.name)


def _parameter(file: str, name: str, entry: Any) -> Parameter:
    key = f"parameters.{name}"
    _demand_complete(file, key, entry, Parameter, optional={"prior", "trend", "trend_on"})
    low, high = _pair(file, f"{key}.range", entry["range"])
    default = _number(file, f"{key}.default", entry["default"])
    _demand(low <= default <= high, file, key, "default lies outside range")
    prior = None
    if "prior" in entry:
        prior = _pair(file, f"{key}.prior", entry["prior"])
        _demand(low <= prior[0] and prior[1] <= high, file, key, "prior lies outside range")
    trend = entry.get("trend", False)
    _demand(isinstance(trend, bool), file, f"{key}.trend", "expected true or false")
    trend_on = entry.get("trend_on", "number")
    _demand(trend_on in TREND_ON, file, f"{key}.trend_on", f"expected {' or '.join(TREND_ON)}")
    multiple = not trend or trend_on != "number" or low >= 0
    _demand(multiple, file, f"{key}.trend_on", "a number that may be negative has no multiple")
    group, unit, sentence, source = (entry[k] for k in ("group", "unit", "sentence", "source"))
    return Parameter(
        name, group, unit, default, low, high, prior, trend, trend_on, sentence, source
    )


def _switch(file: str, name: str, entry: Any) -> Switch:
    key = f"switches.{name}"
    _demand_complete(file, key, entry, Switch)
    values = entry["values"]
    named = isinstance(values, list) and all(isinstance(v, str) and v for v in values)
    _demand(named and len(values) > 1, file, f"{key}.values", "expected two or more names")
    _demand(len(set(values)) == len(values), file, f"{key}.values", "a name stands twice")
    default = entry["default"]
    _demand(default in values, file, f"{key}.default", f"expected one of {', '.join(values)}")
    return Switch(name, tuple(values), default, entry["sentence"], entry["source"])


def _demand_complete(
    file: str, key: str, entry: Any, kind: type, optional: frozenset[str] | set[str] = frozenset()
) -> None:
    """Refuse an entry with a missing, an unknown or an empty field."""
    name = key.partition(".")[2]
    _demand(name.isidentifier() and name.islower(), file, key, "expected a lower_case name")
    _demand(isinstance(entry, dict), file, key, "expected a table")
    expected = {field.name for field in fields(kind)} - {"name"}
    if kind is Parameter:
        expected = expected - {"low", "high"} | {"range"}
    missing = expected - optional - entry.keys()
    _demand(not missing, file, key, f"lacks {', '.join(sorted(missing))}")
    for field in entry:
        _demand(field in expected, file, f"{key}.{field}", "no such field")
    for field in expected & {"group", "unit", "sentence", "source"}:
        filled = isinstance(entry[field], str) and entry[field].strip() != ""
        _demand(filled, file, f"{key}.{field}", "expected a text")


def _number(file: str, key: str, value: Any) -> float:
    right = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    _demand(right, file, key, f"expected a number, not {shown(value)}")
    return float(value)


def _pair(file: str, key: str, value: Any) -> tuple[float, float]:
    _demand(isinstance(value, list) and len(value) == 2, file, key, "expected [low, high]")
    low, high = (_number(file, key, end) for end in value)
    _demand(low < high, file, key, "the first number must be below the second")
    return low, high


def _demand(condition: bool, file: str, key: str, message: str) -> None:
    if not condition:
        raise DeclarationError(f"{file}: {key}: {message}")


def _refuse_undeclared(given: Mapping[str, Any], declared: Mapping[str, Any]) -> None:
    for name in given:
        if name not in declared:
            raise ValueError(f"{name}: not declared{did_you_mean(name, declared)}")


def find_declared(name: str) -> Parameter | Switch:
    """Return the parameter or the switch of that name.

    Raises
    ------
    ScenarioError
        When there is none; the message has the nearest name.
    """
    declared: dict[str, Parameter | Switch] = {**parameters(), **switches()}
    if name not in declared:
        hint = did_you_mean(name, declared)
        raise ScenarioError(f"there is no parameter or switch called {shown(name)}{hint}")
    return declared[name]
