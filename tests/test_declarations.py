"""Names agree: what rules read is declared, and what is declared is read."""

import ast
import builtins
import functools
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pytest

import abm
from abm.mechanisms.day_log import ACT_DTYPE, DAY_LOG_DTYPE, POINT_DTYPE
from abm.mechanisms.growing_up import STAGE_DTYPE
from abm.parameters import parameters, record_dtype, switches
from abm.people import codes as routes
from abm.people.layout import (
    MALTREATMENT_TYPES,
    SEXES,
    STATES,
    Person,
    declared_fields,
    fields_of,
    person_dtype,
)
from abm.people.maltreatment import CHILDHOOD_DTYPE, Childhood
from abm.people.records import DayLog, Stage, Today, dtype_of
from abm.simulation.census import FLOWS, STOCKS
from abm.simulation.moments import MOMENT_DTYPE
from abm.simulation.people_table import PEOPLE_DTYPE
from abm.simulation.record import ROUTE_NAMES, SEX_NAMES
from abm.simulation.today import TODAY_DTYPE
from abm.simulation.world import PANEL_DTYPE

PACKAGE = Path(abm.__file__).parent

# What a rule calls the records it is given, and what those records hold.
RECORDS: dict[str, set[str]] = {
    "me": set(declared_fields()),
    "p": {*parameters(), *switches()},
    "today": set(TODAY_DTYPE.names or ()),
    "stage": set(STAGE_DTYPE.names or ()),
    "day_log": set(DAY_LOG_DTYPE.names or ()),
    "childhood": set(CHILDHOOD_DTYPE.names or ()),
    "act": set(ACT_DTYPE.names or ()),
    "point": set(POINT_DTYPE.names or ()),
    "moment": set(MOMENT_DTYPE.names or ()),
    "body": set(STATES),
    "friend": set(declared_fields()),
}
RULE_FILES = (
    *sorted((PACKAGE / "mechanisms").glob("*.py")),
    PACKAGE / "people" / "birth.py",
    PACKAGE / "people" / "maltreatment.py",
    PACKAGE / "simulation" / "moments.py",
    PACKAGE / "simulation" / "kernel.py",
)


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def attributes_of(record: str, path: Path) -> dict[str, int]:
    """Return what a file reads or writes of a record by attribute, with a line for each."""
    nodes = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)]
    return {
        node.attr: node.lineno
        for node in nodes
        if isinstance(node.value, ast.Name) and node.value.id == record
    }


@pytest.mark.parametrize("record", RECORDS)
def test_rules_use_only_fields_that_a_record_has(record: str) -> None:
    seen = 0
    for path in RULE_FILES:
        for name, line in attributes_of(record, path).items():
            seen += 1
            assert name in RECORDS[record], f"{path.name}:{line}: {record}.{name}"
    assert seen


def test_every_parameter_and_switch_is_used() -> None:
    """By a rule as `p.name`, or by other code under its name."""
    used: set[str] = set()
    written: list[str] = []
    for path in PACKAGE.rglob("*.py"):
        used |= set(attributes_of("p", path))
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
                used.add(str(node.slice.value))
            if isinstance(node, ast.JoinedStr):
                written.append(ast.unparse(node))
    if any("prevalence_{name}" in text for text in written):
        used |= {f"prevalence_{name}" for name in MALTREATMENT_TYPES}
    unused = {*parameters(), *switches()} - used
    assert not unused


def test_every_parameter_read_outside_of_rules_is_declared() -> None:
    """The calendar, the world and the tables read them as attributes, some by name in brackets."""
    by_attribute = ("simulation/today.py", "simulation/world.py", "simulation/people_table.py")
    for path in [PACKAGE / file for file in by_attribute]:
        read = attributes_of("p", path)
        assert read, path
        for name, line in read.items():
            assert name in RECORDS["p"], f"{path.name}:{line}: p.{name}"
    for path in (
        PACKAGE / "people" / "maltreatment.py",
        PACKAGE / "simulation" / "people_table.py",
    ):
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.Subscript) or ast.unparse(node.value) != "values":
                continue
            if isinstance(node.slice, ast.Constant):
                assert node.slice.value in RECORDS["p"], f"{path.name}:{node.lineno}"


def test_every_field_of_a_person_is_used_by_a_rule_or_a_table() -> None:
    """Anything else would only cost memory."""
    used = {name for path in RULE_FILES for name in attributes_of("me", path)}
    tables = {*(PEOPLE_DTYPE.names or ()), "watched"}
    assert set(declared_fields()) - used - tables == set()


POSITIONS = {
    "stress_response": ("PRIOR", "CONSEQUENCE", "BOTH_RESPONSES"),
    "dissociation": ("INDUCE", "END", "BOTH_DISSOCIATIONS"),
    "opioids": ("ELEVATED", "REDUCED", "MIXED"),
    "pain_endurance": ("TOLERANCE", "DESERVED", "BOTH_PAINS"),
    "friends_alike_by": ("SELECTION", "SOCIALISATION", "BOTH_ALIKE", "NEITHER_ALIKE"),
    "reinforcement": ("AUTOMATIC_NEGATIVE", "NO_REINFORCEMENT"),
    "services": ("SERVICES_ON", "SERVICES_OFF"),
}


def test_positions_of_switches_stand_in_the_order_of_the_declarations() -> None:
    """A name in codes.py means the answer whose index it is."""
    assert set(POSITIONS) == set(switches())
    for name, constants in POSITIONS.items():
        answers = switches()[name].values
        assert [getattr(routes, constant) for constant in constants] == list(range(len(answers)))
        for constant, answer in zip(constants, answers, strict=True):
            words = constant.lower().split("_")
            first, last = words[0], words[-1]
            assert first in (answer, answer.split("_")[0], "no") or last == answer, constant
            if constant.startswith("NO_"):
                assert answer == "none"


def test_names_of_routes_kinds_and_sexes_agree() -> None:
    assert [routes.ROUTES[place] for place in (routes.CALM, routes.FEEL, routes.PUNISH)] == [
        *ROUTE_NAMES
    ]
    for place, kind in enumerate(routes.STRESSOR_KINDS):
        assert getattr(routes, kind.upper()) == place
    assert SEXES == SEX_NAMES


@pytest.mark.parametrize(
    "dtype",
    [
        person_dtype(), record_dtype(), TODAY_DTYPE, STAGE_DTYPE, ACT_DTYPE, POINT_DTYPE,
        MOMENT_DTYPE, PEOPLE_DTYPE, PANEL_DTYPE,
    ],
    ids=["person", "parameters", "today", "stage", "act", "point", "moment", "people", "panel"],
)  # fmt: skip
def test_no_field_is_named_like_an_array_attribute(dtype: np.dtype) -> None:
    """Numba reads attributes of an array before fields; Python's own names are left alone, too."""
    names = dtype.names or ()
    assert names
    assert not [name for name in names if hasattr(np.ndarray, name) or hasattr(builtins, name)]


@pytest.mark.parametrize("record", [Childhood, Person, Stage, Today])
def test_records_hold_whole_numbers_and_floats_in_the_declared_order(record: type) -> None:
    dtype = dtype_of(record)
    assert list(get_type_hints(record)) == list(dtype.names or ())
    assert {dtype[name] for name in dtype.names or ()} <= {np.dtype(np.int64), np.dtype(np.float64)}


def test_the_day_log_declares_its_fields() -> None:
    assert list(get_type_hints(DayLog)) == list(DAY_LOG_DTYPE.names or ())


def test_tables_of_people_hold_every_trait_state_and_history() -> None:
    """Under its own name and once, with the history that the interface promises."""
    for dtype in (PEOPLE_DTYPE, PANEL_DTYPE):
        names = list(dtype.names or ())
        assert len(set(names)) == len(names)
        assert set(fields_of("trait", "state", "history")) <= set(names)
        assert {"person", "sex", "year_group", "age", "ever", "first_age", "acts"} <= set(names)


def test_the_kernel_counts_the_columns_that_the_census_names() -> None:
    """Counters are written by place: as many places as names, 0 first."""
    for function, array, columns in (
        ("count_the_day", "flows", FLOWS),
        ("count_people", "stocks", STOCKS),
    ):
        body = next(
            node
            for node in ast.walk(tree_of(PACKAGE / "simulation" / "kernel.py"))
            if isinstance(node, ast.FunctionDef) and node.name == function
        )
        places = {
            ast.literal_eval(node.slice.elts[-1])
            for node in ast.walk(body)
            if isinstance(node, ast.Subscript)
            and ast.unparse(node.value) == array
            and isinstance(node.slice, ast.Tuple)
        }
        assert places == set(range(len(columns)))
