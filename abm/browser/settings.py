"""The panel of settings: scenario, people, seed, interventions, and every number of the model."""

import math
from itertools import groupby

import solara

from abm.browser.session import Session
from abm.browser.widgets import Choice, Entry, InterventionRow, Number
from abm.interventions.library import Kind, kinds
from abm.parameters import Parameter, parameters, switches
from abm.scenario_files import available_scenarios

Html = solara.v.Html
OFTEN = "explored in calibration"
POSITIONS = "open questions (switches)"


def groups() -> dict[str, list[str]]:
    """Return the groups of numbers and switches, each with the names in it."""
    found = {OFTEN: [each.name for each in parameters().values() if each.prior is not None]}
    for group, members in groupby(parameters().values(), key=lambda each: each.group):
        found.setdefault(group, []).extend(each.name for each in members)
    return {**found, POSITIONS: list(switches())}


def step_of(parameter: Parameter, value: float) -> float:
    """Return a step of a slider on whose marks the value, the default and both ends lie.

    A slider whose marks missed the value would change it by being shown.
    """
    for places in range(10):
        if all(
            math.isclose(round(each, places), each, rel_tol=0.0, abs_tol=1e-12)
            for each in (parameter.low, parameter.high, parameter.default, value)
        ):
            fine = 10.0**-places
            while (parameter.high - parameter.low) / fine < 20:
                fine /= 10
            return float(f"{fine:.3g}")
    return (parameter.high - parameter.low) / 1e6


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
    known = solara.use_memo(available_scenarios, [])
    chosen = session.choices.value.scenario
    options = [(each.name, each.title or each.name) for each in known]
    about = next((" ".join(each.about) for each in known if each.name == chosen), "")
    if chosen not in dict(options):
        options.insert(0, (chosen, chosen))
    with Html(tag="div"):
        Choice(
            name="scenario", label="Scenario", value=chosen, options=options,
            about=session.scenario_problem.value or about, disabled=False,
            event_change=session.choose_scenario,
        )  # fmt: skip
        Entry(
            name="people", label="People", value=session.people_text.value,
            about="150 to 50,000; empty: as in the scenario. More people: steadier curves, slower.",
            problem=session.people_problem(), event_change=session.people_text.set,
        )  # fmt: skip
        Entry(
            name="seed", label="Seed", value=session.seed_text.value,
            about="Another seed is another luck; the same seed is the same luck.",
            problem=session.seed_problem(), event_change=session.seed_text.set,
        )  # fmt: skip


@solara.component
def Interventions(session: Session) -> None:
    """Show every kind of intervention, on or off."""
    on = {each["kind"]: each for each in session.interventions()}
    with Html(tag="div"):
        for kind in kinds().values():
            table = on.get(kind.name)
            coverage = (table or {}).get("coverage", kind.defaults.get("coverage", 0.5))
            InterventionRow(
                name=kind.name, title=title_of(kind), sentence=kind.sentence,
                evidence=f"Evidence: {kind.evidence}.", on=table is not None,
                coverage=float(coverage),
                event_turn=lambda value, name=kind.name: session.turn(name, bool(value)),
                event_cover=lambda value, name=kind.name: session.cover(name, float(value)),
            )  # fmt: skip


@solara.component
def Numbers(session: Session) -> None:
    """Show the numbers of one group, and say which numbers are changed."""
    group, set_group = solara.use_state(OFTEN)
    found = groups()
    options = [(name, f"{name.capitalize()} ({len(names)})") for name, names in found.items()]
    with Html(tag="div"):
        Choice(
            name="group", label="Group", value=group, options=options, about="", disabled=False,
            event_change=set_group,
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
    value, original = float(session.value_of(name)), float(session.original_of(name))
    Number(
        name=name, label=words_of(name), unit=parameter.unit, sentence=parameter.sentence,
        source=f"Source: {parameter.source}.", min=parameter.low, max=parameter.high,
        step=step_of(parameter, original), value=value, original=f"{original:g}",
        changed=value != original,
        event_change=lambda new: session.set_value(name, float(new)),
        event_back=lambda _: session.set_value(name, original),
    )  # fmt: skip


@solara.component
def SwitchChoice(session: Session, name: str) -> None:
    """Show one question with its answers."""
    switch = switches()[name]
    Choice(
        name=name, label=words_of(name), value=str(session.value_of(name)),
        options=[(answer, answer.replace("_", " ")) for answer in switch.values],
        about=f"{switch.sentence} Source: {switch.source}.", disabled=False,
        event_change=lambda new: session.set_value(name, str(new)),
    )  # fmt: skip
