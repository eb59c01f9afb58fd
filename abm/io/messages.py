"""Messages for the user: what is wrong with what was given, and the nearest right name."""

import difflib
import reprlib
from collections.abc import Iterable, Mapping

LONGEST_MESSAGE = 600  # characters of one of its lines


class InputError(ValueError):
    """What was given cannot be used; the message says where, what was expected, the nearest name.

    It has one or two lines; control characters are escaped, the very long is cut.
    """

    def __init__(self, message: str) -> None:
        super().__init__("\n".join(_shortened(line) for line in message.split("\n")[:2]))


class ScenarioError(InputError):
    """A scenario cannot be used."""


def _shortened(line: str) -> str:
    """Return a line with control characters escaped, and the middle cut when it is very long."""
    text, half = printable(line), LONGEST_MESSAGE // 2
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:half]} ... {text[-half:]}"


CUTOFF = 0.7
"""How alike a name has to be to be meant: at 0.6 `care_harm` would be taken for `rest_shame`."""


def nearest(name: str, choices: Iterable[str]) -> str | None:
    """Return the choice that looks most like ``name``, or None when none does."""
    by_lower_case = {choice.lower(): choice for choice in choices}
    wanted = name[:200].lower().replace("-", "_")
    for written in (wanted, name[:200].lower()):
        if alike := difflib.get_close_matches(written, by_lower_case, n=1, cutoff=CUTOFF):
            return by_lower_case[alike[0]]
    return None


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"``, or nothing when no choice is near."""
    meant = nearest(name, choices)
    return f"; did you mean '{meant}'?" if meant else ""


def find[T](name: str, known: Mapping[str, T], kind: str) -> T:
    """Return what is known by a name; InputError with the nearest where nothing is."""
    if name not in known:
        raise InputError(f"there is no {kind} called {shown(name)}{did_you_mean(name, known)}")
    return known[name]


def shown(value: object) -> str:
    """Return a short, printable form of any value that a file may hold."""
    try:
        text = reprlib.repr(value)
    except ValueError:  # a whole number with more digits than Python prints
        text = "a huge number"
    return printable(text)


def last_line(text: object) -> str:
    """Return the last line of a text such as a traceback: what went wrong."""
    return (str(text).strip().splitlines() or ["no reason given"])[-1]


def printable(text: str) -> str:
    """Return the text with line breaks and control characters escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
