"""Every number of the model and every open question, by section of the paper or by a word."""

from itertools import groupby

import solara

from abm.browser.plain_words import plain_source, plain_unit, readable
from abm.browser.session import Session
from abm.browser.widgets import Choice, Number, Search
from abm.parameters import Parameter, Switch, parameters, switches

Html = solara.v.Html
QUESTIONS = "open questions"
SECTIONS = {
    "1 Who self-injures": ("who", "growing up", "slow changes"),
    "2 What it does for a person": (
        *("self and temperament", "feelings", "shame", "urge", "barrier", "act and relief"),
    ),
    "3 What comes before": ("stressors", "friends and exposure", "ties", "bullying"),
    "4 The body's answer to threat": (
        *("autonomic profile", "appraisal and arousal", "shutdown", "sensitisation"),
    ),
    "5 Dissociation, opioids and pain": ("opioids", "pain test"),
    "6 Why it goes on": ("learning and coping", "phases"),
}
"""The groups of numbers by section of Martin (2022)."""
BEYOND, RIVALS = "Help, care and surveys", "Where the paper leaves it open"
MOST_FOUND = 24


def parts() -> dict[str, list[str]]:
    """Return the groups of numbers and questions, each with the names in it."""
    names: dict[str, list[str]] = {}
    for group, members in groupby(parameters().values(), key=lambda known: known.group):
        names.setdefault(group, []).extend(parameter.name for parameter in members)
    return {**names, QUESTIONS: list(switches())}


def section_of(group: str) -> str:
    """Return the section of the paper that a group belongs to."""
    if group == QUESTIONS:
        return RIVALS
    return next((section for section, groups in SECTIONS.items() if group in groups), BEYOND)


def matching(text: str) -> list[str]:
    """Return names of all numbers and questions that have every word of a text about them."""
    wanted = text.casefold().split()
    return [
        name
        for group, names in parts().items()
        for name in names
        if all(word in _searched(name, group) for word in wanted)
    ]


def _searched(name: str, group: str) -> str:
    known = _known(name)
    source = f"{known.source} {plain_source(known.source)}"
    return f"{readable(name)} {name} {known.sentence} {source} {group}".casefold()


def _known(name: str) -> Parameter | Switch:
    return parameters()[name] if name in parameters() else switches()[name]


@solara.component
def AllNumbers(session: Session) -> None:
    """Show the numbers of one part, or those that are searched; say which are changed."""
    part, set_part = solara.use_state(next(iter(parts())))
    text, set_text = solara.use_state("")
    matches = solara.use_memo(lambda: matching(text), [text])
    names = matches[:MOST_FOUND] if text.strip() else parts()[part]

    def open_part(name: str) -> None:
        set_part(name)
        set_text("")

    with Html(tag="div"):
        Search(
            name="search", label="Search", value=text, on_change=set_text,
            about=search_result(text, len(matches)),
        )  # fmt: skip
        Choice(
            name="part", label="Or a part of the model", value=part, options=part_options(),
            on_change=open_part,
        )  # fmt: skip
        changed = ", ".join(readable(name).lower() for name in session.changes())
        if changed:
            Html(tag="p", class_="about", children=[f"Changed: {changed}"])
        for name in names:
            OneNumber(session, name).key(name)


def part_options() -> list[tuple[str, str, str]]:
    """Return the parts of the model with the words that are shown and their sections."""
    by_section: dict[str, list[tuple[str, str, str]]] = {
        section: [] for section in (*SECTIONS, BEYOND, RIVALS)
    }
    for group, names in parts().items():
        section = section_of(group)
        by_section[section].append((group, f"{group.capitalize()} ({len(names)})", section))
    return [option for options in by_section.values() for option in options]


def search_result(text: str, count: int) -> str:
    """Return how many were found, in words."""
    if not text.strip():
        return "Any word of a name, a sentence or a source."
    if count > MOST_FOUND:
        return f"{count} found; the first {MOST_FOUND} are shown. Add a word."
    return f"{count} found." if count else "Nothing found. Try another word."


@solara.component
def OneNumber(session: Session, name: str) -> None:
    """Show one number with its unit, its sentence and its source, or one question."""
    if name in switches():
        switch = switches()[name]
        Choice(
            name=name, label=readable(name), value=str(session.value_of(name)),
            options=[(answer, answer.replace("_", " ")) for answer in switch.values],
            about=switch.sentence, source=f"Source: {plain_source(switch.source)}.",
            on_change=lambda answer: session.set_value(name, answer),
        )  # fmt: skip
    else:
        known = parameters()[name]
        Number(
            name=name, label=readable(name), unit=plain_unit(known.unit),
            about=known.sentence, source=f"Source: {plain_source(known.source)}.",
            low=known.low, high=known.high,
            value=float(session.value_of(name)), original=float(session.original_of(name)),
            on_change=lambda number: session.set_value(name, number),
        )  # fmt: skip
