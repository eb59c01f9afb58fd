"""The ODD protocol names every state, parameter, switch and process of the code, no others."""

import builtins
import re
from pathlib import Path

import pytest

import abm
from abm.chance import Purpose
from abm.mechanisms.day import DAY
from abm.mechanisms.day_log import ACT_DTYPE
from abm.mechanisms.growing_up import STAGE_DTYPE
from abm.parameters import parameters, switches
from abm.people.layout import declared_fields, fields_of, person_dtype
from abm.people.maltreatment import CHILDHOOD_DTYPE
from abm.scenario.intervention_library import FIELDS_OF_PERSONS, kinds
from abm.simulation.census import MEASURES
from abm.simulation.schedule import POPULATION_DAY
from abm.simulation.today import TODAY_DTYPE
from docs.make.odd import MARKED, TABLES, WORDS, PageError, described_in, filled
from docs.make.pages import outdated
from docs.make.templates import table

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "odd.md").read_text(encoding="utf-8")
TABLE = re.compile(r"<!-- made: ([a-z-]+) -->\n(.*?)<!-- end -->", re.DOTALL)
FIRST_CELL = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
PROCESS = re.compile(r"^\| \d+ \| [^|]+ \| `([^`]+)` \|", re.MULTILINE)
RULE = re.compile(r"^@rule\ndef (\w+)\(", re.MULTILINE)


def in_table(name: str) -> str:
    """Return the text of one table of the page."""
    return dict(TABLE.findall(PAGE))[name]


def rules() -> list[str]:
    """Return the name of every rule, read in another way than the page's maker does."""
    files = Path(abm.__file__).parent.rglob("*.py")
    return [name for path in files for name in RULE.findall(path.read_text(encoding="utf-8"))]


EXPECTED = {
    "persons": list(person_dtype().names or ()),
    "acts": list(ACT_DTYPE.names or ()),
    "stages": list(STAGE_DTYPE.names or ()),
    "today": list(TODAY_DTYPE.names or ()),
    "childhood": list(CHILDHOOD_DTYPE.names or ()),
    "purposes": [purpose.name for purpose in Purpose],
    "interventions": list(kinds()),
    "parameters": list(parameters()),
    "switches": list(switches()),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_table_names_all_of_it_once_and_nothing_else(name: str) -> None:
    assert sorted(FIRST_CELL.findall(in_table(name))) == sorted(EXPECTED[name])


def test_the_processes_are_those_of_the_code() -> None:
    assert PROCESS.findall(in_table("person-day")) == [phase.function.__name__ for phase in DAY]
    assert PROCESS.findall(in_table("population-day")) == [
        f"World.{p.method}" for p in POPULATION_DAY
    ]
    listed = FIRST_CELL.findall(in_table("processes"))
    assert sorted(listed) == sorted(rules())
    assert {phase.function.__name__ for phase in DAY} <= set(listed)


def test_curves_and_kinds_of_fields_are_complete() -> None:
    assert {measure.name for measure in MEASURES} <= set(FIRST_CELL.findall(in_table("outputs")))
    assert len(fields_of(*(kind for kind, _ in WORDS["fields"].values()))) == len(declared_fields())


@pytest.mark.parametrize(
    ("about", "names"),
    [
        ("stage", STAGE_DTYPE.names),
        ("today", TODAY_DTYPE.names),
        ("childhood", CHILDHOOD_DTYPE.names),
        ("purpose", tuple(purpose.name for purpose in Purpose)),
    ],
)
def test_words_are_said_of_what_there_is(about: str, names: tuple[str, ...]) -> None:
    assert sorted(WORDS[about]) == sorted(names)


def test_the_text_between_the_tables_speaks_only_of_names_in_the_code() -> None:
    """Every word with an underscore, in formulas too, and every name set as code."""
    known = {name for names in EXPECTED.values() for name in names}
    known |= {*rules(), *FIELDS_OF_PERSONS, *(f"World.{phase.method}" for phase in POPULATION_DAY)}
    text = MARKED.sub("", PAGE)
    text = re.sub(r"`(python -m|nssi) [^`]+`", "", text)
    used = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", text))
    used |= set(re.findall(r"`([A-Za-z_.]+)`", text)) - {"_at_entry"}
    assert used - known - set(dir(builtins)) == set()
    assert any(name.endswith("_at_entry") for name in parameters())


def test_a_page_without_its_markers_is_refused() -> None:
    with pytest.raises(PageError, match="missing: persons"):
        filled(PAGE.replace("<!-- made: persons -->", ""))
    assert filled(PAGE).count("<!-- end -->") == len(TABLES)


def test_a_name_without_a_sentence_is_told() -> None:
    with pytest.raises(PageError, match=r"odd_words\.toml says nothing of WHIM"):
        described_in("purpose", "WHIM")


def test_cells_cannot_break_a_table() -> None:
    assert table(("a", "b"), [("x | y", "z")])[-1] == "| x / y | z |"


def test_pages_made_from_the_code_are_up_to_date() -> None:
    """`python -m docs.make.pages` writes them anew."""
    assert list(outdated(REPOSITORY / "docs")) == []
