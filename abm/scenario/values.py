"""The values a scenario gives to parameters, switches and trends: checked and completed.

Every function raises ValueError with a message that opens with the key.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Collection, Mapping
from typing import Any

from abm.io.messages import did_you_mean, shown
from abm.parameters import parameters, switches
from abm.scenario.intervention_library import kinds

TREND_YEARS = (1900, 2300)
LARGEST_FACTOR = 100.0


class ReadOnly[K, V](dict[K, V]):
    """A dict that cannot be changed, and can be pickled."""

    def _refuse(self, *_: object, **__: object) -> Any:
        raise TypeError("a scenario cannot be changed; see Scenario.with_parameters")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)


def complete_parameters(given: Any) -> ReadOnly[str, float]:
    """Return every parameter's value: what was given, else the default."""
    known = parameters()
    _demand_table("parameters", given)
    for name, value in given.items():
        key = f"parameters.{name}"
        if name not in known:
            raise ValueError(f"{key}: {_unknown(name, known, 'parameter')}")
        low, high = known[name].low, known[name].high
        if not (is_number(value) and low <= value <= high):
            raise ValueError(f"{key}: expected a number from {low:g} to {high:g}, {_not(value)}")
    return ReadOnly({name: _plain(given.get(name, known[name].default)) for name in known})


def complete_switches(given: Any) -> ReadOnly[str, str]:
    """Return every switch's answer: what was given, else the default."""
    known = switches()
    _demand_table("switches", given)
    for name, value in given.items():
        key = f"switches.{name}"
        if name not in known:
            raise ValueError(f"{key}: {_unknown(name, known, 'switch')}")
        if not (isinstance(value, str) and value in known[name].values):
            answers = ", ".join(f'"{answer}"' for answer in known[name].values)
            hint = did_you_mean(value, known[name].values) if isinstance(value, str) else ""
            raise ValueError(f"{key}: expected one of {answers}, {_not(value)}{hint}")
    return ReadOnly({name: str(given.get(name, known[name].default)) for name in known})


def check_trends(given: Any) -> ReadOnly[str, ReadOnly[int, float]]:
    """Return the trends with their years as numbers, in order."""
    _demand_table("trends", given)
    return ReadOnly({name: _factors(name, given[name]) for name in sorted(given, key=str)})


def check_trend_stays_in_range(name: str, value: float, factors: Mapping[int, float]) -> None:
    """Refuse a trend that leaves what a scenario may say, or that moves nothing."""
    declared = parameters()[name]
    if value == 0 and factors and declared.trend_on == "number":
        raise ValueError(
            f"trends.{name}: multiplies {name}, which is 0 and stays 0; "
            f"expected a value under [parameters]"
        )
    number = f"odds of {value:g}" if declared.trend_on == "odds" else f"{value:g}"
    for year, factor in factors.items():
        product = declared.times(value, factor)
        if not declared.low <= product <= declared.high:
            raise ValueError(
                f"trends.{name}.{year}: {number} x {factor:g} = {product:g}; "
                f"expected from {declared.low:g} to {declared.high:g}"
            )


def is_number(value: object) -> bool:
    """Return whether a value is a finite number; true and false are not."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return not isinstance(value, float) or math.isfinite(value)


def toml_value(text: str) -> object:
    """Return what a text means in TOML, or the text itself."""
    try:
        table = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return table["value"] if table.keys() == {"value"} else text


def _factors(name: object, given: Any) -> ReadOnly[int, float]:
    key = f"trends.{name}"
    known = parameters()
    if name not in known:
        raise ValueError(f"{key}: {_unknown(name, known, 'parameter')}")
    if known[str(name)].trend_on == "nothing":
        able = ", ".join(kind.name for kind in kinds().values() if name in kind.effects)
        raise ValueError(
            f"{key}: is a change up or down, which has no multiple; [[interventions]] change it "
            f"from a date on: {able}"
        )
    if not known[str(name)].takes_trend:
        able = ", ".join(other for other, parameter in known.items() if parameter.takes_trend)
        raise ValueError(f"{key}: may not change over the years; these may: {able or 'none'}")
    _demand_table(key, given)
    if not given:
        raise ValueError(f"{key}: expected at least one year, such as 2015 = 1.0")
    return ReadOnly(dict(sorted(_factor(key, year, given[year]) for year in given)))


def _factor(key: str, year: object, factor: object) -> tuple[int, float]:
    first, last = TREND_YEARS
    is_year = re.fullmatch(r"[0-9]{4}", str(year)) is not None and not isinstance(year, float)
    if not (is_year and first <= int(str(year)) <= last):
        raise ValueError(f"{key}: expected a year from {first} to {last}, {_not(year)}")
    if not (is_number(factor) and 0 <= factor <= LARGEST_FACTOR):  # type: ignore[operator]
        raise ValueError(f"{key}.{year}: expected a multiplier from 0 to 100, {_not(factor)}")
    return int(str(year)), _plain(factor)


def _plain(value: Any) -> float:
    """Return a float; adding zero turns -0.0 into 0.0, which hashes alike."""
    return float(value) + 0.0


def _demand_table(key: str, given: object) -> None:
    if not isinstance(given, Mapping):
        raise ValueError(f"{key}: expected a table, {_not(given)}")


def _unknown(name: object, known: Collection[str], kind: str) -> str:
    other = "parameters" if kind == "switch" else "switches"
    others: Collection[str] = parameters() if kind == "switch" else switches()
    if name in others:
        return f"is not a {kind}; it belongs under [{other}]"
    text = shown(name).strip("'\"")
    return f"there is no such {kind}{did_you_mean(text, known)}"


def _not(value: object) -> str:
    return f"not {shown(value)}"
