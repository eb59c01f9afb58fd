"""What a page is set to, in the query of its address: for a reload, a new server, another person.

``?scenario=baseline&seed=7&people=1000&stressor_rate=1.2&on=dbt_a:0.5:2016-09-01:&tab=years`` names
a scenario, the numbers and questions that are changed in it by their own names, and, if they are
not the scenario's own, each intervention by kind, coverage, start and end. An address is input from
anywhere: what it names that is not here is told and left out.
"""

import math
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

from abm.browser.choices import Choices, new_intervention, own_interventions
from abm.browser.player import DAYS_A_FRAME
from abm.browser.school import YEAR_GROUPS
from abm.browser.widgets import LONGEST_TEXT, PERSON_NUMBERS, is_whole
from abm.io.messages import InputError
from abm.parameters import parameters, switches
from abm.scenario.intervention_library import kinds
from abm.scenario.scenario import Scenario, load_scenario

LONGEST_QUERY, MOST_PAIRS = 20_000, 400
MOST_TOLD = 3
SCENARIO, SEED, PEOPLE, INTERVENTION = "scenario", "seed", "people", "on"
TAB, PERSON, TOUR, PACE, AGES = "tab", "person", "tour", "pace", "ages"
TOUR_STEPS = "12345"
SLOWEST = next(iter(DAYS_A_FRAME))
NONE = "none"
"""In place of an intervention: all of the scenario's own are turned off."""


@dataclass
class Opened:
    """What an address asks for."""

    choices: Choices
    tab: str = ""  # empty: the first
    person: int | None = None
    tour: int = 0  # step of the guided tour; 0: none
    pace: str = SLOWEST
    ages: str = ""  # year-groups by the name of what can be chosen; empty: the first
    problems: list[str] = field(default_factory=list)

    @property
    def problem(self) -> str:
        """What could not be used, in one line; empty if all could."""
        if not self.problems:
            return ""
        listed = ", ".join(self.problems[:MOST_TOLD])
        others = len(self.problems) - MOST_TOLD
        more = f" and {others} more" if others > 0 else ""
        return f"The address asks for what is not here: {listed}{more}. All else of it is used."


def query_of(
    choices: Choices,
    tab: str,
    person: int | None,
    tour: int = 0,
    pace: str = SLOWEST,
    ages: str = "",
) -> str:
    """Return the query that asks for this."""
    pairs = [(SCENARIO, choices.scenario), (SEED, str(choices.seed))]
    pairs.append((PEOPLE, str(choices.population or "")))
    pairs += [
        (name, repr(value) if isinstance(value, float) else str(value))
        for name, value in choices.values.items()
    ]
    if choices.interventions is not None:
        texts = [_text_of(table) for table in choices.interventions] or [NONE]
        pairs += [(INTERVENTION, text) for text in texts]
    pairs.append((TAB, tab))
    if person is not None:
        pairs.append((PERSON, str(person)))
    if tour:
        pairs.append((TOUR, str(tour)))
    if pace != SLOWEST:
        pairs.append((PACE, pace))
    if ages:
        pairs.append((AGES, ages))
    return urlencode(pairs, safe=":/")


def _text_of(table: Mapping[str, Any]) -> str:
    parts = [table["kind"], *(table.get(key, "") for key in ("coverage", "start", "end"))]
    return ":".join(map(str, parts)).rstrip(":")


def opened_by(
    query: str, first: Choices, scenarios: Container[str], tabs: Container[str]
) -> Opened:
    """Return what a query asks for; where it says nothing, what a page opens with."""
    opened = Opened(first)
    try:
        if len(query) > LONGEST_QUERY:
            raise ValueError
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PAIRS)
    except ValueError:
        opened.problems.append("more than a page can be set to")
        return opened
    scenario = _choose_scenario(opened, dict(pairs).get(SCENARIO), scenarios)
    wrong = [*_read(opened, pairs, scenario, tabs)]
    opened.problems += [f"{name} = {text[:LONGEST_TEXT]}" for name, text in wrong]
    _choose_interventions(opened, [text for name, text in pairs if name == INTERVENTION], scenario)
    try:
        opened.choices.resolve()
    except InputError as error:
        opened.problems.append(str(error))
        opened.choices = replace(opened.choices, values={}, interventions=None)
    return opened


def _choose_scenario(opened: Opened, name: str | None, scenarios: Container[str]) -> Scenario:
    first = opened.choices
    if name is not None and name != first.scenario:
        try:
            if name not in scenarios:
                raise InputError(name)
            scenario = load_scenario(name)
        except InputError:
            opened.problems.append(f"{SCENARIO} = {name[:LONGEST_TEXT]}")
        else:
            opened.choices = replace(first, scenario=name, values={}, interventions=None)
            return scenario
    return load_scenario(first.scenario)


def _read(
    opened: Opened, pairs: Sequence[tuple[str, str]], scenario: Scenario, tabs: Container[str]
) -> Iterator[tuple[str, str]]:
    """Take over what names one thing; yield the pairs that name nothing or say what cannot be."""
    for name, text in pairs:
        if name == TAB and text in tabs:
            opened.tab = text
        elif name == PERSON and text in PERSON_NUMBERS:
            opened.person = int(text)
        elif name == TOUR and text in tuple(TOUR_STEPS):
            opened.tour = int(text)
        elif name == PACE and text in DAYS_A_FRAME:
            opened.pace = text
        elif name == AGES and text in YEAR_GROUPS:
            opened.ages = text
        elif name in (SEED, PEOPLE) and (is_short_number(text) or (name, text) == (PEOPLE, "")):
            number = int(text) if text else None
            if name == PEOPLE or number is None:
                changed = replace(opened.choices, population=number)
            else:
                changed = replace(opened.choices, seed=number)
            try:
                replace(changed, values={}, interventions=None).resolve()
            except InputError:
                yield name, text
            else:
                opened.choices = changed
        elif (value := _value(name, text)) is not None:
            own = {**scenario.parameters, **scenario.switches}[name]
            opened.choices = opened.choices.with_value(name, None if value == own else value)
        elif name not in (SCENARIO, INTERVENTION):
            yield name[:LONGEST_TEXT], text


def is_short_number(text: str) -> bool:
    """Return whether a text is a whole number of a length that is worth reading."""
    return is_whole(text) and len(text) <= LONGEST_TEXT


def _value(name: str, text: str) -> float | str | None:
    """Return the value of a number or a question of this name, or None."""
    if name in switches():
        return text if text in switches()[name].values else None
    known = parameters().get(name)
    try:
        value = float(text) if known and len(text) <= LONGEST_TEXT else math.nan
    except ValueError:
        return None
    return value if known and known.low <= value <= known.high else None


def _choose_interventions(opened: Opened, texts: Sequence[str], scenario: Scenario) -> None:
    """Choose the interventions named, if any; windows of a kind are in the scenario's order."""
    own = own_interventions(scenario)
    left = {kind: [dict(table) for table in own if table["kind"] == kind] for kind in kinds()}
    tables: list[dict[str, Any]] = []
    for text in texts:
        kind, coverage, start, end, *more = [*text.split(":"), "", "", ""]
        if kind == NONE:
            continue
        try:
            table = left[kind].pop(0) if left[kind] else new_intervention(kind)
            table |= {"coverage": float(coverage)} if coverage else {}
            table |= {"start": date.fromisoformat(start)} if start else {}
            table |= {"end": date.fromisoformat(end)} if end else {}
            if any(more):
                raise ValueError
            changed = replace(opened.choices, interventions=(*tables, table))
            changed.resolve()
        except (KeyError, ValueError, InputError):
            opened.problems.append(f"{INTERVENTION} = {text[:LONGEST_TEXT]}")
        else:
            tables.append(table)
    if texts:
        same = tuple(tables) == own
        opened.choices = replace(opened.choices, interventions=None if same else tuple(tables))
