"""The tables of the ODD protocol, written from the declarations that the model itself reads.

``python -m docs.make.odd docs/odd.md`` replaces what stands between the markers of that page; its
prose is written by hand. A test compares every table with the code.
"""

import ast
import inspect
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import abm
from abm.chance import Purpose
from abm.io.tables import write_bytes
from abm.mechanisms.day import DAY
from abm.mechanisms.growing_up import STAGE_DTYPE
from abm.parameters import parameters, switches
from abm.people.layout import declared_fields
from abm.people.maltreatment import CHILDHOOD_DTYPE
from abm.report.columns import tables
from abm.scenario.intervention_library import kinds
from abm.simulation.census import MEASURES
from abm.simulation.schedule import POPULATION_DAY
from abm.simulation.today import TODAY_DTYPE
from docs.make.templates import table

PACKAGE = Path(abm.__file__).parent
MARKED = re.compile(r"<!-- made: ([a-z-]+) -->\n.*?<!-- end -->", re.DOTALL)
WORDS: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("odd_words.toml").read_text(encoding="utf-8")
)


class PageError(ValueError):
    """A page without the markers that are expected, or a name of which nothing is said."""


def type_of(kind: type | np.dtype) -> str:
    """Return a type in words."""
    return "whole number" if np.dtype(kind).kind == "i" else "number"


def described_in(table: str, name: str) -> list[str]:
    """Return the unit or place of a name and its sentence, as `odd_words.toml` has them.

    Raises
    ------
    PageError
        When it says nothing of that name yet.
    """
    if name not in WORDS[table]:
        raise PageError(f"docs/make/odd_words.toml says nothing of {name}: add a sentence there")
    return list(WORDS[table][name])


def person_tables() -> list[str]:
    """Return the tables of what is known of a person, one for each kind of field."""
    lines: list[str] = []
    for title, (wanted, sentence) in WORDS["fields"].items():
        rows = [
            (f"`{name}`", type_of(kind), field.unit, field.sentence)
            for name, (kind, field) in declared_fields().items()
            if field.kind == wanted
        ]
        lines += [f"**{title.capitalize()}.** {sentence}", ""]
        lines += [*table(("name", "type", "unit", "meaning"), rows), ""]
    return lines[:-1]


def record_table(dtype: np.dtype, record: str) -> list[str]:
    """Return the table of a record whose sentences stand in `odd_words.toml`."""
    rows = [
        (f"`{name}`", type_of(dtype[name]), *described_in(record, name))
        for name in dtype.names or ()
    ]
    return table(("name", "type", "unit", "meaning"), rows)


def childhood_table() -> list[str]:
    """Return the table of what is known of childhoods in this world."""
    return record_table(CHILDHOOD_DTYPE, "childhood")


def act_table() -> list[str]:
    """Return the table of what is noted of an act."""
    columns = tables()["acts.parquet"].columns[1:]
    rows = [(f"`{column.name}`", column.unit, column.meaning) for column in columns]
    return table(("name", "unit", "meaning"), rows)


def population_day_table() -> list[str]:
    """Return the phases of a population's day, in order."""
    rows = [
        (str(number), phase.name, f"`World.{phase.method}`", phase.sentence)
        for number, phase in enumerate(POPULATION_DAY, 1)
    ]
    return table(("", "phase", "process", "what happens"), rows)


def person_day_table() -> list[str]:
    """Return the phases of one person's day, in order."""
    rows = [
        (str(number), phase.name, f"`{phase.function.__name__}`", phase.section, phase.sentence)
        for number, phase in enumerate(DAY, 1)
    ]
    return table(("", "phase", "process", "section", "what happens"), rows)


def rules_in(path: Path) -> list[tuple[str, str]]:
    """Return the rules of a file in their order, each with the first sentence about it."""
    rules = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        if any(ast.unparse(decorator) == "rule" for decorator in node.decorator_list):
            about = inspect.cleandoc(ast.get_docstring(node) or "").split("\n\n")[0]
            rules.append((node.name, " ".join(about.split())))
    return rules


def process_table() -> list[str]:
    """Return every rule: those of persons first, then those of the rest of the package."""
    folders = ("people", "mechanisms", "simulation", "")
    files = [path for name in folders for path in sorted((PACKAGE / name).glob("*.py"))]
    rows = [
        (f"`{name}`", f"`{path.relative_to(PACKAGE).as_posix()}`", sentence)
        for path in files
        for name, sentence in rules_in(path)
    ]
    return table(("process", "file", "what it does"), rows)


def parameter_table() -> list[str]:
    """Return every parameter with its default, unit and sentence."""
    rows = [
        (f"`{number.name}`", f"{number.default:g}", number.unit, number.sentence)
        for number in parameters().values()
    ]
    return table(("parameter", "default", "unit", "meaning"), rows)


def switch_table() -> list[str]:
    """Return every switch with its answers."""
    rows = [
        (f"`{item.name}`", ", ".join(item.values), item.default, item.sentence, item.source)
        for item in switches().values()
    ]
    return table(("switch", "answers", "default", "meaning", "source"), rows)


def purpose_table() -> list[str]:
    """Return what chance is used for."""
    rows = [
        (f"`{purpose.name}`", str(purpose.value), *described_in("purpose", purpose.name))
        for purpose in Purpose
    ]
    return table(("purpose", "number", "where", "what a draw decides"), rows)


def intervention_table() -> list[str]:
    """Return the kinds of interventions."""
    rows = [
        (f"`{kind.name}`", kind.label, kind.delivery, ", ".join(kind.effects))
        for kind in kinds().values()
    ]
    return table(("kind", "label", "reaches", "changes"), rows)


def output_table() -> list[str]:
    """Return the tables and the curves that a run writes."""
    files = table(
        ("file", "what"), [(f"`{name}`", about) for name, about in WORDS["files"].items()]
    )
    rows = [(f"`{measure.name}`", measure.unit, measure.meaning) for measure in MEASURES]
    return [*files, "", *table(("curve", "unit", "meaning"), rows)]


TABLES: dict[str, Callable[[], list[str]]] = {
    "persons": person_tables,
    "acts": act_table,
    "stages": lambda: record_table(STAGE_DTYPE, "stage"),
    "today": lambda: record_table(TODAY_DTYPE, "today"),
    "childhood": childhood_table,
    "population-day": population_day_table,
    "person-day": person_day_table,
    "purposes": purpose_table,
    "outputs": output_table,
    "interventions": intervention_table,
    "processes": process_table,
    "parameters": parameter_table,
    "switches": switch_table,
}


def filled(page: str) -> str:
    """Return a page with every table between markers as the code has it now.

    Raises
    ------
    PageError
        When a table has no place in it, has two, or a marker names no table.
    """
    marked = MARKED.findall(page)
    if sorted(marked) != sorted(TABLES):
        missing = ", ".join(sorted(set(TABLES) - set(marked))) or "none"
        raise PageError(f"expected each of {', '.join(TABLES)} once; missing: {missing}")

    def made(match: re.Match[str]) -> str:
        lines = TABLES[match[1]]()
        return "\n".join([f"<!-- made: {match[1]} -->", "", *lines, "", "<!-- end -->"])

    return MARKED.sub(made, page)


if __name__ == "__main__":
    file = Path(sys.argv[1])
    write_bytes(file, filled(file.read_text(encoding="utf-8")).encode())
