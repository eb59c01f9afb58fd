"""The panel of settings: scenario, people, seed, and interventions."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import solara

from abm.browser.numbers import AllNumbers
from abm.browser.plain_words import plain_source
from abm.browser.session import Session
from abm.browser.widgets import Check, Choice, Entry, Number, TimeLine
from abm.scenario.files import available_scenarios
from abm.scenario.intervention_library import Kind, kinds

Html = solara.v.Html


@solara.component
def Settings(session: Session) -> None:
    """Show all that can be chosen before a reset."""
    panels = {
        "Scenario and people": ScenarioPicker,
        "Interventions and events": Interventions,
        "All numbers": AllNumbers,
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
            on_enter=session.reset,
        )  # fmt: skip
        Entry(
            name="seed", label="Seed", value=session.seed_text.value,
            about="Another seed, other draws of chance; the same seed, the same draws.",
            problem=session.seed_problem(), on_change=session.seed_text.set,
            on_enter=session.reset,
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
    is_plain = kind.label == "intervention" or kind.title.endswith(")")
    title = kind.title if is_plain else f"{kind.title} ({kind.label})"
    with Html(tag="div", class_="intervention"):
        Check(
            name=kind.name, label=title, value=table is not None, about=kind.sentence,
            source=f"Evidence: {plain_source(kind.evidence)}.",
            on_change=lambda on: session.turn(kind.name, bool(on)),
        )  # fmt: skip
        if table is not None:
            Number(
                name=f"{kind.name}-coverage", label="Coverage", unit="%", low=0.0, high=100.0,
                value=round(100.0 * session.coverage(kind.name), 10),
                on_change=lambda share: session.cover(kind.name, share / 100.0),
            )  # fmt: skip
            days = [day.isoformat() for day in session.reported_days()]
            for window, dates in enumerate(session.windows(kind.name)):
                _window(session, kind, window, days, dates)


def _window(
    session: Session, kind: Kind, window: int, days: list[str], dates: tuple[date, date]
) -> None:
    """Show when one intervention of a kind begins and ends."""
    TimeLine(
        name=f"{kind.name}-{window}", first=days[0], last=days[1],
        value=tuple(day.isoformat() for day in dates), coverage=session.coverage(kind.name),
        on_change=lambda start, end: session.schedule(kind.name, window, start, end),
    )  # fmt: skip
