"""Evidence of one's own: a file of entries in the form of the register, judged by the same rules.

The file is somebody else's: it is bounded, and whatever is wrong with it is refused in one line
before a world is run.
"""

import functools
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from abm.evidence.evaluation import Worlds, sample_of
from abm.evidence.expressions import ExpressionError, evaluate
from abm.evidence.instruments import Instrument, prepared_instruments
from abm.evidence.observed_tables import observe
from abm.evidence.quantities import check_accepted, read_quantities
from abm.evidence.quantities import quantities as package_quantities
from abm.evidence.register import (
    Entry,
    Register,
    StudiedWorld,
    Study,
    check_names,
    prepared_entries,
)
from abm.evidence.selection import GROUPS
from abm.evidence.tables import answers, side_by_side
from abm.evidence.worlds import Tables, scenario_of, worlds_needed
from abm.io.declarations import DeclarationError, Declared, checked, text_of, toml_tables
from abm.io.messages import InputError, did_you_mean, printable, shown
from abm.scenario.files import is_scenario_name
from abm.simulation.record import LOG_NAMES

LONGEST_TEXT = 1_000  # characters of a field
MOST_ENTRIES, MOST_INSTRUMENTS, MOST_WORLDS = 1_000, 1_000, 50
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
FEW = 20
"""People of a world in which it is tried whether tables have the columns that studies name."""


def with_own(shipped: Register, path: Path) -> Register:
    """Return a register with what the file at a path adds to it, checked.

    The file holds entries by identifier as the register does, `defaults` of them, and may hold its
    own `instruments`, `worlds` and `quantities`; what it names can also be shipped. Nothing that
    ships is replaced.
    An InputError of one line names the file, the entry, the field and the nearest name.
    """
    file = str(path)
    try:
        every = _added(shipped, toml_tables(text_of(path), file), file)
        own = [entry for name, entry in every.entries.items() if name not in shipped.entries]
        for name in every.worlds.keys() - shipped.worlds.keys():
            _check_world(every.worlds[name], f"{file}: worlds.{name}")
        _check_studies(every, own, file)
    except DeclarationError as error:
        raise InputError(printable(str(error))) from None
    return every


def _added(shipped: Register, tables: dict[str, Any], file: str) -> Register:
    """Return a register with the tables of a file added."""
    defaults, worlds, instruments, quantities = (
        _table(tables.pop(name, {}), taken, most, f"{file}: {name}")
        for name, taken, most in (
            ("defaults", (), len(Entry.model_fields)),
            ("worlds", shipped.worlds, MOST_WORLDS),
            ("instruments", shipped.instruments, MOST_INSTRUMENTS),
            (
                "quantities",
                {**shipped.entries, **package_quantities(), **GROUPS, **tables},
                MOST_ENTRIES,
            ),
        )
    )
    if not _table(
        tables, {**shipped.entries, **package_quantities(), **GROUPS}, MOST_ENTRIES, file
    ):
        raise DeclarationError(f"{file}: is empty; expected an entry, such as [OWN1]")
    ready = prepared_entries({**tables, "defaults": {"use": "predicted", **defaults}})
    entries = checked(dict[str, Entry], ready, file)
    ready = prepared_instruments(instruments, f"{file}: instruments", shipped.instruments)
    own_instruments = checked(dict[str, Instrument], ready, f"{file}: instruments")
    own_worlds = checked(dict[str, StudiedWorld], worlds, f"{file}: worlds")
    every = Register(
        entries={**shipped.entries, **entries},
        worlds={**shipped.worlds, **own_worlds},
        instruments={**shipped.instruments, **own_instruments},
        signatures=shipped.signatures,
        own_entries=entries,
        own_quantities=read_quantities(
            quantities, {**shipped.entries, **entries}, f"{file}: quantities"
        ),
    )
    check_names(every, entries.values(), f"{file}: ")
    for quantity in every.own_quantities.values():
        check_accepted(quantity, every.entries, f"{file}: quantities: {quantity.id}")
    for name, declared in {**entries, **every.own_quantities, **own_instruments}.items():
        _check_texts(declared, f"{file}: {name}")
    return every


def _table(own: Any, taken: Iterable[str], most: int, where: str) -> dict[str, Any]:
    """Return tables by name, not too many of them; refuse names that are none, or are taken."""
    if not isinstance(own, dict):
        raise DeclarationError(f"{where}: expected a table, not {shown(own)}")
    if len(own) > most:
        raise DeclarationError(f"{where}: holds {len(own):,} tables, more than {most:,}")
    names = {name.upper(): name for name in taken}
    for name in own:
        if not NAME.fullmatch(name):
            rule = "expected a name of letters, digits, - and _, at most 40"
            raise DeclarationError(f"{where}: {rule}, not {shown(name)}")
        if name.upper() in names:
            raise DeclarationError(f"{where}: {name}: the name is taken, by {names[name.upper()]}")
        names[name.upper()] = name
    return own


def _check_texts(declared: Declared, where: str) -> None:
    """Refuse texts that a line of a list or table could not show."""
    for name, text in declared:
        if isinstance(text, str) and not (text.isprintable() and len(text) <= LONGEST_TEXT):
            rule = f"expected one line of at most {LONGEST_TEXT:,} characters"
            raise DeclarationError(f"{where}: {name}: {rule}")


def _check_world(world: StudiedWorld, where: str) -> None:
    """Refuse a world whose scenario cannot be, or that logs what is not logged."""
    for log in world.logs:
        if log not in LOG_NAMES:
            hint = did_you_mean(log, LOG_NAMES)
            raise DeclarationError(f"{where}: logs: expected {', '.join(LOG_NAMES)}{hint}")
    if not is_scenario_name(world.scenario):
        what = f"expected a scenario's name, not {shown(world.scenario)}"
        raise DeclarationError(f"{where}: scenario: {what}")
    try:
        scenario_of(world, "baseline", FEW)
    except InputError as error:
        raise DeclarationError(f"{where}: {error}") from None


def _check_studies(every: Register, own: Sequence[Entry], file: str) -> None:
    """Refuse a study that looks for what no table of its world has, tried in a few people."""
    tables = {}
    for name in worlds_needed(every, own):
        tables[name] = {1: _few_people(every.worlds[name].model_dump_json())}
    worlds = Worlds(tables)
    for entry in own:
        for index, study in enumerate(entry.study):
            part = f".{index}" if len(entry.study) > 1 else ""
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # few people, maybe none
                _check_study(study, worlds, f"{file}: {entry.id}: study{part}")


@functools.cache
def _few_people(declared: str) -> Tables:
    """Return the tables of a world, declared in JSON, with few people and all of their columns."""
    world = StudiedWorld.model_validate_json(declared)
    return observe(scenario_of(world, "baseline", FEW), 1, world)


def _check_study(study: Study, worlds: Worlds, where: str) -> None:
    """Refuse a study that looks for what no table of its worlds has; who is there is no matter."""
    tables = []
    for name in filter(None, (study.world, study.against)):
        table = worlds.table(name, study.table)
        if table is None:
            raise DeclarationError(f"{where}: table: the world {name} has no {study.table}")
        tables.append(table)
    table = tables[0] if len(tables) == 1 else side_by_side(*tables)
    looks: list[tuple[str, Callable[[], object]]] = [
        ("asked", lambda: answers(table, study.asked)),
        ("ages, sex or setting", lambda: sample_of(study, table)),
        *((field, partial(evaluate, text, table)) for field, text in study.expressions),
    ]
    for field, look in looks:
        try:
            look()
        except ExpressionError as error:
            raise DeclarationError(f"{where}: {field}: {error}") from None
