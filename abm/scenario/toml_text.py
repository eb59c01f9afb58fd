"""A resolved scenario as the text of a TOML file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


def as_toml(resolved: Mapping[str, Any]) -> str:
    """Return the file text of a resolved scenario, or of the part of one that is given."""
    lines = [f"title = {_literal(resolved['title'])}"]
    for table in ("population", "calendar", "parameters", "switches", "observation", "economics"):
        if resolved.get(table):
            lines += ["", f"[{table}]", *_entries(resolved[table])]
    for name, factors in resolved["trends"].items():
        lines += ["", f"[trends.{name}]", *_entries(factors)]
    for intervention in resolved["interventions"]:
        lines += ["", "[[interventions]]", *_entries(intervention)]
    return "\n".join(lines) + "\n"


def _entries(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        # A date is the one text that TOML writes without quotes.
        yield f"{key} = {value if key in ('start', 'end') else _literal(value)}"


def _literal(value: str | float | list[int] | Mapping[str, float]) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_entries(value)) + " }"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else repr(value)
