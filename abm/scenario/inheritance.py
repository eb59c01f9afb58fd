"""How the table of a scenario file is laid over that of the scenario it extends."""

from collections.abc import Mapping
from typing import Any


def inherited(table: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Merge a child's table over its parent's; a new cohort does not inherit the years."""
    result = merged(table, own)
    becomes_cohort = kind_of(own) == "cohort" and kind_of(table) != "cohort"
    if becomes_cohort and "years" not in subtable(own, "calendar"):
        calendar = subtable(result, "calendar")
        result["calendar"] = {key: value for key, value in calendar.items() if key != "years"}
    return result


def merged(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one table over another, tables within them too; a list replaces a list."""
    result = dict(parent)
    for key, value in child.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


def kind_of(table: Mapping[str, Any]) -> object:
    """Return the kind of population that a table names, or None."""
    return subtable(table, "population").get("kind")


def subtable(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a table within a table; empty where there is none."""
    value = table.get(key)
    return value if isinstance(value, dict) else {}
