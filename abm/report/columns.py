"""The columns of every table that a command writes, as `columns.toml` declares them.

Those of a person's record have the unit and the meaning of the declarations that the rules read.
"""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from abm.experiments.comparison.person_outcomes import FIELDS
from abm.io.declarations import Declared, Text, read_declarations
from abm.mechanisms.day_log import ACT_DTYPE
from abm.people.layout import declared_fields
from abm.simulation.moments import MOMENT_DTYPE
from abm.simulation.people_table import PANEL_FIELDS, PEOPLE_DTYPE, TIES_DTYPE
from abm.simulation.record import WORDS, YES_OR_NO

COLUMNS_FILE = Path(__file__).with_name("columns.toml")
OF_PEOPLE: Mapping[str, tuple[str, ...]] = {
    "people.parquet": PEOPLE_DTYPE.names or (),
    "acts.parquet": ACT_DTYPE.names or (),
    "panel.parquet": ("person", "wave", "day", *(name for name, _ in PANEL_FIELDS)),
    "moments.parquet": MOMENT_DTYPE.names or (),
    "ties.parquet": TIES_DTYPE.names or (),
}
"""What follows the seed in tables of people and their acts."""
ENDINGS = {
    "_before": "when the act begins",
    "_peak": "at the act, after its own arousal",
    "_after": "a quarter hour later",
}


class Column(Declared):
    """One column of a table."""

    name: Text
    unit: Text
    meaning: Text
    type: Literal["integer", "number", "text", "boolean", "date", "any"]
    decimals: int | None = None  # worth showing


class DescribedTable(Declared):
    """One table that a command writes."""

    about: Text
    columns: tuple[Column, ...]
    by_draw: tuple[Column, ...] = ()  # follow where parameters are drawn from the posterior


@functools.cache
def tables() -> Mapping[str, DescribedTable]:
    """Return every table by the name of its file, in the order of the reference."""
    text = COLUMNS_FILE.read_text(encoding="utf-8")
    return read_declarations(dict[str, DescribedTable], text, COLUMNS_FILE.name, _prepared)


def _prepared(content: dict[str, Any]) -> dict[str, Any]:
    """Return tables whose columns have the unit and meaning of what is shared, and their types."""
    whole: dict[str, Any] = content["tables"]
    for file, table in whole.items():
        if file in OF_PEOPLE:
            names = ("seed", *OF_PEOPLE[file])
            table["columns"] = [_of_people(name, file, content["people"]) for name in names]
        elif file == "compared_people.parquet":
            rows = [_of_people(name, file, content["people"]) for name in ("seed", *FIELDS)]
            table["columns"] = [{"name": "scenario"}, *rows]
        for key in {"columns", "by_draw"} & table.keys():
            known = [{**content["shared"].get(row["name"], {}), **row} for row in table[key]]
            table[key] = [{**content["units"].get(row.get("unit"), {}), **row} for row in known]
    return whole


def _of_people(name: str, file: str, others: Mapping[str, Any]) -> dict[str, Any]:
    """Return name, unit and meaning of a column of people or their acts."""
    declared = declared_fields()
    if name in others and not (file in ("people.parquet", "panel.parquet") and name == "acts"):
        return {"name": name, **others[name]}
    for ending, when in ENDINGS.items():
        if name.endswith(ending):
            field = declared[name.removesuffix(ending)][1]
            return {"name": name, "unit": field.unit, "meaning": f"{field.sentence}, {when}"}
    field = declared[name][1]
    column: dict[str, Any] = {"name": name, "unit": field.unit}
    column["meaning"] = field.sentence.replace("; -1 none", "").replace("; -1 never", "")
    if name in YES_OR_NO or name in WORDS:
        column["unit"] = "yes/no" if name in YES_OR_NO else "text"
    elif field.unit == "yes/no":
        column |= {"type": "integer", "decimals": 0}  # 1 or 0
    return column
