"""The panel of settings: scenario, people, seed, interventions, and every number of the model."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import solara

from abm.browser.session import Session
from abm.browser.widgets import Check, Choice, Entry, Number
from abm.parameters import parameters, switches
from abm.scenario.files import available_scenarios
from abm.scenario.intervention_library import Kind, kinds

Html = solara.v.Html
OFTEN = "explored in calibration"
POSITIONS = "open questions (switches)"


def groups() -> dict[str, list[str]]:
    """Return the groups of numbers and switches, each with the names in it."""
    found = {OFTEN: [each.name for each in parameters().values() if each.prior is not None]}
    for group, members in groupby(parameters().values(), key=lambda each: each.group):
        found.setdefault(group, []).extend(each.name for each in members)
    return {**found, POSITIONS: list(switches())}


def words_of(name: str) -> str:
    """Return a name as words."""
    return name.replace("_", " ").capitalize()


def title_of(kind: Kind) -> str:
    """Return a kind's title, saying so where it is no intervention."""
    return kind.title if kind.label == "intervention" else f"{kind.title} ({kind.label})"


@solara.component
def Settings(session: Session) -> None:
    """Show all that can be chosen before a reset."""
    with Html(tag="div", class_="all-settings"):
        with Html(tag="details", class_="card settings", attributes={"open": True}):
            Html(tag="summary", children=["Scenario and people"])
            ScenarioPicker(session)
        with Html(tag="details", class_="card settings"):
            Html(tag="summary", children=["Interventions and events"])
            Interventions(session)
        with Html(tag="details", class_="card settings"):
            Html(tag="summary", children=["Numbers of the model"])
            Numbers(session)


@solara.component
def ScenarioPicker(session: Session) -> None:
    """Show the scenarios that can be named, the number of people and the seed."""
    chosen = session.choices.value.scenario
    about = solara.use_memo(lambda: {each.name: each.about for each in available_scenarios()}, [])
    with Html(tag="div"):
        Choice(
            name="scenario", label="Scenario", value=chosen, options=session.scenarios,
            about=" ".join(about.get(chosen, ())), problem=session.scenario_problem.value,
            on_change=session.choose_scenario,
        )  # fmt: skip
        Entry(
            name="people", label="People", value=session.people_text.value,
            about="150 to 50,000; empty: as in the scenario. More people: steadier curves, slower.",
            problem=session.people_problem(), on_change=session.people_text.set,
        )  # fmt: skip
        Entry(
            name="seed", label="Seed", value=session.seed_text.value,
            about="Another seed is another luck; the same seed is the same luck.",
            problem=session.seed_problem(), on_change=session.seed_text.set,
        )  # fmt: skip


@solara.component
def Interventions(session: Session) -> None:
    """Show every kind of intervention, on or off."""
    on = {each["kind"]: each for each in session.interventions()}
    with Html(tag="div"):
        for kind in kinds().values():
            InterventionRow(session, kind, on.get(kind.name)).key(kind.name)


@solara.component
def InterventionRow(session: Session, kind: Kind, table: Mapping[str, Any] | None) -> None:
    """Show one kind of intervention, with its coverage if it is on."""
    with Html(tag="div", class_="intervention"):
        Check(
            name=kind.name, label=title_of(kind), value=table is not None, about=kind.sentence,
            source=f"Evidence: {kind.evidence}.",
            on_change=lambda on: session.turn(kind.name, bool(on)),
        )  # fmt: skip
        if table is not None:
            coverage = float(table.get("coverage", kind.defaults.get("coverage", 0.5)))
            Number(
                name=f"{kind.name}-coverage", label="Coverage", unit="%", low=0.0, high=100.0,
                value=round(100.0 * coverage, 10),
                on_change=lambda share: session.cover(kind.name, share / 100.0),
            )  # fmt: skip


@solara.component
def Numbers(session: Session) -> None:
    """Show the numbers of one group, and say which numbers are changed."""
    group, set_group = solara.use_state(OFTEN)
    found = groups()
    options = [(name, f"{name.capitalize()} ({len(names)})") for name, names in found.items()]
    with Html(tag="div"):
        Choice(
            name="group", label="Group", value=group, options=options, on_change=set_group,
        )  # fmt: skip
        changed = session.changes()
        if changed:
            words = "Changed: " + ", ".join(words_of(name).lower() for name in changed)
            Html(tag="p", class_="about", children=[words])
        for name in found[group]:
            if name in switches():
                SwitchChoice(session, name).key(name)
            else:
                NumberSlider(session, name).key(f"{group}-{name}")


@solara.component
def NumberSlider(session: Session, name: str) -> None:
    """Show one number with its unit, its sentence and its source."""
    parameter = parameters()[name]
    Number(
        name=name, label=words_of(name), unit=parameter.unit if parameter.unit != "1" else "",
        about=parameter.sentence,
        source=f"Source: {parameter.source}.", low=parameter.low, high=parameter.high,
        value=float(session.value_of(name)), original=float(session.original_of(name)),
        on_change=lambda number: session.set_value(name, number),
    )  # fmt: skip


@solara.component
def SwitchChoice(session: Session, name: str) -> None:
    """Show one question with its answers."""
    switch = switches()[name]
    Choice(
        name=name, label=words_of(name), value=str(session.value_of(name)),
        options=[(answer, answer.replace("_", " ")) for answer in switch.values],
        about=f"{switch.sentence} Source: {switch.source}.",
        on_change=lambda answer: session.set_value(name, answer),
    )  # fmt: skip
