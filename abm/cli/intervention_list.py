"""The library of interventions as rows to print, from the declarations that runs use."""

from __future__ import annotations

from typing import Any

from abm.io.messages import InputError, did_you_mean, shown
from abm.scenario.intervention_library import COST_PER, Effect, Kind, kinds

COLUMNS = ("kind", "label", "delivery", "changes", "what it is")
UNITS = {
    "coverage": "share reached, once risen",
    "ramp_years": "years over which coverage rises",
    "ages": "completed years, first and last",
    "sex": "all, female or male",
    "who": "whom it is for",
    "months_to_full": "months over which the effect grows",
    "half_life_years": "years over which the full effect halves; 0: does not fade",
    "uptake_risk": "log-odds of being reached per SD of adversity",
    "cost": "an assumption, in any currency",
}


def meaning(key: str, value: Any) -> str:
    """Return what a key means; of `cost_per`, what its value does."""
    return f"cost of {COST_PER[value]}" if key == "cost_per" else UNITS[key]


def find_kind(name: str) -> Kind:
    """Return the kind of that name.

    Raises
    ------
    InputError
        When there is none; the message has the nearest name.
    """
    if name not in kinds():
        hint = did_you_mean(name, kinds())
        raise InputError(f"there is no kind of intervention called {shown(name)}{hint}")
    return kinds()[name]


def as_row(kind: Kind) -> tuple[str, ...]:
    """Return the cells of one line of the list, in the order of ``COLUMNS``."""
    return kind.name, kind.label, kind.delivery, ", ".join(kind.effects), kind.sentence


def as_lines(kind: Kind) -> list[tuple[str, str]]:
    """Return everything that is declared about one kind, a field and its words a line."""
    lines = [
        ("title", kind.title),
        ("means", kind.sentence),
        ("label", kind.label),
        ("delivery", kind.delivery),
        ("setting", kind.setting),
    ]
    lines += [(key, f"{value}  ({meaning(key, value)})") for key, value in kind.defaults.items()]
    lines += [(f"effects.{name}", effect_in_words(each)) for name, each in kind.effects.items()]
    return [*lines, ("evidence", kind.evidence)]


def effect_in_words(effect: Effect) -> str:
    """Return what an effect does by default, its range and its source."""
    bounds = f"(may be {effect.low:g} to {effect.high:g}); {effect.source}"
    if effect.how == "factor":
        return f"times {effect.value:g} {bounds}"
    return f"changes by {effect.value:g} {effect.unit} {bounds}"


def as_object(kind: Kind) -> dict[str, Any]:
    """Return what is declared as an object for JSON."""
    return kind.model_dump(mode="json")
