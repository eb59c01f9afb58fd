"""Parameters and switches as rows to print, from the declarations the model itself reads."""

from typing import Any

from abm.parameters import Parameter, Switch, parameters, switches

COLUMNS = ("name", "default", "range", "unit", "what it means")
TRENDS = {
    "number": "may change over calendar years; multipliers multiply the number",
    "odds": "may change over calendar years; multipliers multiply the odds of this chance",
    "nothing": "only interventions change it: it may be negative and has no multiple",
}


def all_declared() -> list[Parameter | Switch]:
    """Return every parameter, then every switch, in the order of the file."""
    return [*parameters().values(), *switches().values()]


def as_row(declared: Parameter | Switch) -> tuple[str, ...]:
    """Return the cells of one line of the list, in the order of ``COLUMNS``."""
    if isinstance(declared, Switch):
        choices = " | ".join(declared.values)
        return declared.name, declared.default, choices, "switch", declared.sentence
    bounds = f"{declared.low:g} to {declared.high:g}"
    return declared.name, f"{declared.default:g}", bounds, declared.unit, declared.sentence


def as_lines(declared: Parameter | Switch) -> list[tuple[str, str]]:
    """Return everything that is declared about one name, a field and its words a line."""
    if isinstance(declared, Switch):
        about = [("values", " | ".join(declared.values)), ("default", declared.default)]
    else:
        prior = declared.prior
        about = [
            ("group", declared.group),
            ("unit", declared.unit),
            ("default", f"{declared.default:g}"),
            ("range", f"{declared.low:g} to {declared.high:g}"),
            ("prior", f"{prior[0]:g} to {prior[1]:g}" if prior else "none; stays fixed"),
            ("trend", TRENDS[declared.trend_on] if declared.trend else "constant"),
        ]
    return [*about, ("means", declared.sentence), ("source", declared.source)]


def as_object(declared: Parameter | Switch) -> dict[str, Any]:
    """Return what is declared as an object for JSON; ``kind`` says which of the two it is."""
    return {"kind": type(declared).__name__.lower(), **declared.model_dump()}
