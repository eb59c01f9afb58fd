"""Small Vue components: native inputs that work by keyboard and say what they are.

Whatever comes from a browser is looked at here: only what was offered is passed on.
"""

import contextlib
import sys
from collections.abc import Callable, Container, Sequence
from datetime import date
from typing import Any

import solara

Change = Callable[[Any], None]
LONGEST_TEXT = 40
"""Of a text that is longer one character more is kept, so that it is seen to be too long."""

LONGEST_PERSON = 18
"""Digits of a person's number that fit into 64 bits."""


def offered(choices: Container[object], act: Change) -> Change:
    """Return what acts on a choice from the browser if it was offered, and else says so."""

    def hear(choice: object) -> None:
        if isinstance(choice, str | int | float) and choice in choices:
            act(choice)
        else:
            print(f"nssi: the page refused {str(choice)[:60]!r}", file=sys.stderr)

    return hear


class Between:
    """All numbers from one to another."""

    def __init__(self, low: float, high: float) -> None:
        self._low, self._high = low, high

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int | float) and self._low <= number <= self._high


class PersonNumbers:
    """All numbers that a person may have, as numbers or as digits.

    The people that a page lists may be others before a choice among them arrives, so whether there
    is such a person is known only where they live.
    """

    def __contains__(self, choice: object) -> bool:
        text = str(choice)
        return isinstance(choice, int | str) and is_whole(text) and len(text) <= LONGEST_PERSON


def is_whole(text: str) -> bool:
    """Return whether a text is nothing but digits from 0 to 9."""
    return text.isascii() and text.isdigit()


PERSON_NUMBERS = PersonNumbers()


@solara.component_vue("drawing.vue", vuetify=False)
def Drawing(
    html: str,
    frame: int,
    event_sized: Change,
    event_picked: Change,
    event_drawn: Change,
    status: Sequence[str] = (),
) -> None:
    """Show a picture, and lines about it in the status of the page, both at once.

    Tells its width, the person clicked, and that a frame has been drawn.
    """


@solara.component_vue("connection.vue", vuetify=False)
def Connection() -> None:
    """Say so when the server has stopped or was started anew."""


@solara.component_vue("address.vue", vuetify=False)
def Address(query: str) -> None:
    """Keep what the page is set to in the browser's address."""


@solara.component_vue("controls.vue", vuetify=False)
def Buttons(buttons: list[tuple[str, str, bool]], is_open: bool, event_press: Change) -> None:
    """Show buttons, each by name, words and whether it can be pressed; and one for the knobs.

    Tells the words of the one that was pressed, which say what somebody meant.
    """


@solara.component_vue("projector.vue", vuetify=False)
def Projector() -> None:
    """Let the text be larger and the page fill the screen."""


@solara.component_vue("tabs.vue", vuetify=False)
def Tabs(tabs: list[tuple[str, str]], opened: str, event_change: Change) -> None:
    """Let one of the views be opened."""


@solara.component_vue("field.vue", vuetify=False)
def _Field(
    kind: str,
    name: str,
    label: str,
    value: float | str | bool,
    heard: int,
    event_change: Change,
    event_enter: Change,
    about: str = "",
    source: str = "",
    problem: str = "",
    unit: str = "",
    low: float = 0.0,
    high: float = 1.0,
    original: float | None = None,
    options: tuple[tuple[str, ...], ...] = (),
    marks: tuple[tuple[str, float], ...] = (),
) -> None:
    """Show one input of any kind."""


@solara.component_vue("timeline.vue", vuetify=False)
def _TimeLine(
    name: str,
    first: str,
    last: str,
    value: tuple[str, str],
    coverage: float,
    heard: int,
    event_change: Change,
) -> None:
    """Show a start and an end on a line of years."""


@solara.component
def _Heard(view: Callable[..., solara.Element], on_change: Change, **inputs: Any) -> None:
    """Show an input; tell the browser which of its changes have been heard, whatever they did."""
    heard, set_heard = solara.use_state(0)

    def hear(message: object) -> None:
        match message:
            case [int(count), change]:
                on_change(change)
                set_heard(count)

    view(heard=heard, event_change=hear, **inputs)


def Field(
    on_change: Change, on_enter: Callable[[], None] | None = None, **inputs: Any
) -> solara.Element:
    """Show an input of any kind."""
    enter = on_enter or (lambda: None)
    return _Heard(view=_Field, on_change=on_change, event_enter=lambda _: enter(), **inputs)


def TimeLine(on_change: Callable[[date, date], None], **inputs: Any) -> solara.Element:
    """Let the first and the last day of something be chosen, by month or exactly."""

    def hear(change: object) -> None:
        match change:
            case [str(start), str(end)]:
                with contextlib.suppress(ValueError):
                    on_change(date.fromisoformat(start), date.fromisoformat(end))

    return _Heard(view=_TimeLine, on_change=hear, **inputs)


def Number(low: float, high: float, on_change: Change, **inputs: Any) -> solara.Element:
    """Let a number be chosen between two ends, with a slider of 100 steps or exactly.

    Marks are named values; the slider goes from the first to the last of them, the box beyond.
    """
    hear = offered(Between(low, high), lambda number: on_change(float(number)))
    return Field(kind="number", low=low, high=high, on_change=hear, **inputs)


def Choice(
    options: Sequence[tuple[str, ...]],
    on_change: Change,
    allowed: Container[object] | None = None,
    **inputs: Any,
) -> solara.Element:
    """Let one of some names be chosen; each with the words that are shown, and the
    heading that it stands under, if any.

    `allowed` are all names that may be chosen, where options come and go.
    """
    hear = offered([name for name, *_ in options] if allowed is None else allowed, on_change)
    return Field(kind="choice", options=options, on_change=hear, **inputs)


def Entry(on_change: Change, **inputs: Any) -> solara.Element:
    """Let a whole number be typed; Enter acts."""
    return Field(
        kind="text", on_change=lambda text: on_change(str(text)[: LONGEST_TEXT + 1]), **inputs
    )


def Search(on_change: Change, **inputs: Any) -> solara.Element:
    """Let words be typed that are looked for."""
    return Field(
        kind="search", on_change=lambda text: on_change(str(text)[:LONGEST_TEXT]), **inputs
    )


def Check(on_change: Change, **inputs: Any) -> solara.Element:
    """Let something be turned on or off."""
    return Field(kind="check", on_change=offered([False, True], on_change), **inputs)


@solara.component
def Download(content: Callable[[], str | bytes], filename: str, label: str, mime_type: str) -> None:
    """Offer a file with what `content` returns once it is asked for.

    Solara forgets that a file was asked for when it is given another function meanwhile, so that a
    press would be lost while days go by: it is given one for good, which calls the latest.
    """
    latest = solara.use_ref(content)
    latest.current = content
    same = solara.use_memo(lambda: lambda: latest.current(), [])
    solara.FileDownload(same, filename, label, icon_name=None, mime_type=mime_type)
