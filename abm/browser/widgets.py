"""Small Vue components: native inputs that work by keyboard and say what they are."""

from collections.abc import Callable
from typing import Any

import solara

Change = Callable[[Any], None]


@solara.component_vue("drawing.vue", vuetify=False)
def Drawing(
    html: str, frame: int, event_sized: Change, event_picked: Change, event_drawn: Change
) -> None:
    """Show a picture; tell its width, the person clicked, and that a frame has been drawn."""


@solara.component_vue("number.vue", vuetify=False)
def Number(
    name: str,
    label: str,
    unit: str,
    sentence: str,
    source: str,
    min: float,
    max: float,
    step: float,
    value: float,
    original: str,
    changed: bool,
    event_change: Change,
    event_back: Change,
) -> None:
    """Let a number be chosen between two ends."""


@solara.component_vue("choice.vue", vuetify=False)
def Choice(
    name: str,
    label: str,
    value: str,
    options: list[tuple[str, str]],
    about: str,
    disabled: bool,
    event_change: Change,
) -> None:
    """Let one of some names be chosen."""


@solara.component_vue("entry.vue", vuetify=False)
def Entry(
    name: str, label: str, value: str, about: str, problem: str, event_change: Change
) -> None:
    """Let a whole number be typed."""


@solara.component_vue("tabs.vue", vuetify=False)
def Tabs(tabs: list[tuple[str, str]], opened: str, event_change: Change) -> None:
    """Let one of the views be opened."""


@solara.component_vue("intervention.vue", vuetify=False)
def InterventionRow(
    name: str,
    title: str,
    sentence: str,
    evidence: str,
    on: bool,
    coverage: float,
    event_turn: Change,
    event_cover: Change,
) -> None:
    """Turn an intervention on or off, and choose whom it reaches."""
