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
    known = parameters().values()
    names = {OFTEN: [parameter.name for parameter in known if parameter.prior is not None]}
    for group, members in groupby(known, key=lambda parameter: parameter.group):
        names.setdefault(group, []).extend(parameter.name for parameter in members)
    return {**names, POSITIONS: list(switches())}


def readable(name: str) -> str:
    """Return a name as words."""
    return name.replace("_", " ").capitalize()


@solara.component
def Settings(session: Session) -> None:
    """Show all that can be chosen before a reset."""
    panels = {
        "Scenario and people": ScenarioPicker,
        "Interventions and events": Interventions,
        "Numbers of the model": Numbers,
    }
    with Html(tag="div", class_="all-settings"):
        for title, panel in panels.items():
            unfolded = {"open": True} if panel is ScenarioPicker else {}
            with Html(tag="details", class_="card settings", attributes=unfolded):
                Html(tag="summary", children=[title])
                panel(session)


@solara.component
def ScenarioPicker(session: Session) -> None:
    """Show the scenarios that can be named, the number of people and the seed."""
    chosen = session.choices.value.scenario
    about = solara.use_memo(lambda: {file.name: file.about for file in available_scenarios()}, [])
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
    chosen = {table["kind"]: table for table in session.interventions()}
    with Html(tag="div"):
        for kind in kinds().values():
            InterventionRow(session, kind, chosen.get(kind.name)).key(kind.name)


@solara.component
def InterventionRow(session: Session, kind: Kind, table: Mapping[str, Any] | None) -> None:
    """Show one kind of intervention, with its coverage if it is on."""
    title = kind.title if kind.label == "intervention" else f"{kind.title} ({kind.label})"
    with Html(tag="div", class_="intervention"):
        Check(
            name=kind.name, label=title, value=table is not None, about=kind.sentence,
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
    names = groups()
    options = [(name, f"{name.capitalize()} ({len(members)})") for name, members in names.items()]
    with Html(tag="div"):
        Choice(name="group", label="Group", value=group, options=options, on_change=set_group)
        changed = ", ".join(readable(name).lower() for name in session.changes())
        if changed:
            Html(tag="p", class_="about", children=[f"Changed: {changed}"])
        for name in names[group]:
            if name in switches():
                SwitchChoice(session, name).key(name)
            else:
                NumberSlider(session, name).key(f"{group}-{name}")


@solara.component
def NumberSlider(session: Session, name: str) -> None:
    """Show one number with its unit, its sentence and its source."""
    parameter = parameters()[name]
    Number(
        name=name, label=readable(name), unit=parameter.unit if parameter.unit != "1" else "",
        about=parameter.sentence, source=f"Source: {parameter.source}.",
        low=parameter.low, high=parameter.high,
        value=float(session.value_of(name)), original=float(session.original_of(name)),
        on_change=lambda number: session.set_value(name, number),
    )  # fmt: skip


@solara.component
def SwitchChoice(session: Session, name: str) -> None:
    """Show one question with its answers."""
    switch = switches()[name]
    Choice(
        name=name, label=readable(name), value=str(session.value_of(name)),
        options=[(answer, answer.replace("_", " ")) for answer in switch.values],
        about=f"{switch.sentence} Source: {switch.source}.",
        on_change=lambda answer: session.set_value(name, answer),
    )  # fmt: skip
