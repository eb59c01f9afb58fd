"""The tables of the ODD protocol, written from the declarations that the model itself reads.

``python -m docs.make.odd docs/odd.md`` replaces what stands between the markers of that page; its
prose is written by hand. A test compares every table with the code.
"""

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

import abm
from abm.chance import Purpose
from abm.io.tables import write_bytes
from abm.mechanisms.day import DAY
from abm.mechanisms.day_log import ACT_DTYPE
from abm.mechanisms.growing_up import STAGE_DTYPE
from abm.parameters import parameters, switches
from abm.people.layout import declared_fields
from abm.people.maltreatment import CHILDHOOD_FIELDS
from abm.report.columns import described
from abm.scenario.intervention_library import kinds
from abm.simulation.census import MEASURES
from abm.simulation.schedule import POPULATION_DAY
from abm.simulation.today import TODAY_DTYPE
from docs.make.odd_words import CHILDHOOD_WORDS, PURPOSE_WORDS, STAGE_WORDS, TODAY_WORDS

PACKAGE = Path(abm.__file__).parent
MARKED = re.compile(r"<!-- made: ([a-z-]+) -->\n.*?<!-- end -->", re.DOTALL)
KINDS = {
    "traits": ("trait", "Drawn once, at entry."),
    "states": ("state", "Change over a life."),
    "histories": ("history", "Counted; some act back, as written under Submodels."),
    "settled": ("settled", "Follow from traits and parameters alone."),
    "passing": ("passing", "Follow from the rest, belong to one day, or keep books."),
}
OUTPUTS = (
    ("curves.csv", "Prevalences and rates by census, sex and age"),
    ("people.parquet", "One row a person: traits, states, history, pain test"),
    ("acts.parquet", "One row an act: states before and after, route, relief, severity"),
    ("panel.parquet", "Yearly waves of a sampled panel"),
    ("moments.parquet", "What prompts find in a sampled group"),
    ("run.json", "The resolved scenario, seeds, versions, timings and checksums"),
)
Row = Sequence[str]


class PageError(ValueError):
    """A page without the markers that are expected, or a name of which nothing is said."""


def table(head: Row, rows: Iterable[Row]) -> list[str]:
    """Return the lines of a Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return [*lines, *(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)]


def type_of(kind: type | np.dtype) -> str:
    """Return a type in words."""
    return "whole number" if np.dtype(kind).kind == "i" else "number"


def said_of(name: str, words: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """Return the unit or place of a name and its sentence.

    Raises
    ------
    PageError
        When nothing has been said of it yet.
    """
    if name not in words:
        raise PageError(f"docs/make/odd_words.py says nothing of {name}: add a sentence there")
    return words[name]


def person_tables() -> list[str]:
    """Return the tables of what is known of a person, one for each kind of field."""
    lines: list[str] = []
    for title, (wanted, sentence) in KINDS.items():
        rows = [
            (f"`{name}`", type_of(kind), field.unit, field.sentence)
            for name, (kind, field) in declared_fields().items()
            if field.kind == wanted
        ]
        lines += [f"**{title.capitalize()}.** {sentence}", ""]
        lines += [*table(("name", "type", "unit", "meaning"), rows), ""]
    return lines[:-1]


def record_table(dtype: np.dtype, words: Mapping[str, tuple[str, str]]) -> list[str]:
    """Return the table of a record whose sentences stand in `docs.make.odd_words`."""
    rows = [
        (f"`{name}`", type_of(dtype[name]), *said_of(name, words)) for name in dtype.names or ()
    ]
    return table(("name", "type", "unit", "meaning"), rows)


def childhood_table() -> list[str]:
    """Return the table of what is known of childhoods in this world."""
    dtype = np.dtype([(name, np.float64) for name in CHILDHOOD_FIELDS])
    return record_table(dtype, CHILDHOOD_WORDS)


def act_table() -> list[str]:
    """Return the table of what is noted of an act."""
    names = ACT_DTYPE.names or ()
    rows = [described(name, "acts") for name in names]
    return table(("name", "unit", "meaning"), [(f"`{name}`", *rest) for name, *rest in rows])


def population_day_table() -> list[str]:
    """Return the phases of a population's day, in order."""
    rows = [
        (str(place), phase.name, f"`World.{phase.method}`", phase.sentence)
        for place, phase in enumerate(POPULATION_DAY, 1)
    ]
    return table(("", "phase", "process", "what happens"), rows)


def person_day_table() -> list[str]:
    """Return the phases of one person's day, in order."""
    rows = [
        (str(place), phase.name, f"`{phase.function.__name__}`", phase.section, phase.sentence)
        for place, phase in enumerate(DAY, 1)
    ]
    return table(("", "phase", "process", "section", "what happens"), rows)


def rules_in(path: Path) -> list[tuple[str, str]]:
    """Return the rules of a file in their order, each with the first sentence about it."""
    found = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        if any(ast.unparse(each) == "rule" for each in node.decorator_list):
            about = inspect.cleandoc(ast.get_docstring(node) or "").split("\n\n")[0]
            found.append((node.name, " ".join(about.split())))
    return found


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
        (f"`{each.name}`", f"{each.default:g}", each.unit, each.sentence)
        for each in parameters().values()
    ]
    return table(("parameter", "default", "unit", "meaning"), rows)


def switch_table() -> list[str]:
    """Return every switch with its answers."""
    rows = [
        (f"`{each.name}`", ", ".join(each.values), each.default, each.sentence, each.source)
        for each in switches().values()
    ]
    return table(("switch", "answers", "default", "meaning", "source"), rows)


def purpose_table() -> list[str]:
    """Return what chance is used for."""
    rows = [
        (f"`{each.name}`", str(each.value), *said_of(each.name, PURPOSE_WORDS)) for each in Purpose
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
    files = table(("file", "what"), [(f"`{name}`", about) for name, about in OUTPUTS])
    rows = [(f"`{each.name}`", each.unit, each.meaning) for each in MEASURES]
    return [*files, "", *table(("curve", "unit", "meaning"), rows)]


TABLES: dict[str, Callable[[], list[str]]] = {
    "persons": person_tables,
    "acts": act_table,
    "stages": lambda: record_table(STAGE_DTYPE, STAGE_WORDS),
    "today": lambda: record_table(TODAY_DTYPE, TODAY_WORDS),
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
    places = MARKED.findall(page)
    if sorted(places) != sorted(TABLES):
        missing = ", ".join(sorted(set(TABLES) - set(places))) or "none"
        raise PageError(f"expected each of {', '.join(TABLES)} once; missing: {missing}")

    def made(match: re.Match[str]) -> str:
        lines = TABLES[match[1]]()
        return "\n".join([f"<!-- made: {match[1]} -->", "", *lines, "", "<!-- end -->"])

    return MARKED.sub(made, page)


if __name__ == "__main__":
    file = Path(sys.argv[1])
    write_bytes(file, filled(file.read_text(encoding="utf-8")).encode())
