"""A result as readers see it: one list of sections, which HTML, terminal and notebooks render.

All of it is plain text; what renders it escapes it. Text between backquotes is code.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Items:
    """Sentences as a list, each with a mark before it."""

    kind: ClassVar[str] = "items"
    sentences: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.sentences)


@dataclass(frozen=True)
class TextTable:
    """A table for readers; the first column names the row."""

    kind: ClassVar[str] = "table"
    caption: str  # what it shows, in a line
    headings: tuple[str, ...]  # one a column
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()  # columns of numbers, which stand to the right
    note: str = ""  # how to read it
    is_folded: bool = False  # a page opens it only when asked

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Picture:
    """A figure."""

    kind: ClassVar[str] = "picture"
    source: str  # its bytes as a data URI
    caption: str
    alternative: str  # for those who cannot see it


@dataclass(frozen=True)
class Bar:
    """One bar, in shares of the width that all have."""

    label: str
    text: str  # its number, for readers
    share: float  # of it that is filled
    more: float = 0.0  # of it that is added, beyond the end of the first bar
    limits: tuple[float, float] | None = None  # of the interval of its end


@dataclass(frozen=True)
class Bars:
    """Numbers beside each other; the first is what the others are held against."""

    kind: ClassVar[str] = "bars"
    caption: str
    bars: tuple[Bar, ...]
    note: str  # how to read it


@dataclass(frozen=True)
class Code:
    """Lines for a program, as they stand."""

    kind: ClassVar[str] = "code"
    text: str


type Part = str | Items | TextTable | Picture | Bars | Code
"""Of a section, in the order they are read; a text is a sentence or a paragraph of some."""


@dataclass(frozen=True)
class Section:
    """One part of a result; what has nothing in it is left out."""

    name: str
    title: str
    parts: tuple[Part | None, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(part for part in self.parts if part))

    def __len__(self) -> int:
        return len(self.parts)


@dataclass(frozen=True)
class Report:
    """A whole result."""

    kind: str  # of study, in two or three words
    title: str
    question: tuple[str, ...]  # in plain words, a paragraph each
    facts: tuple[tuple[str, str], ...]  # what was run: a name and a value each
    front: tuple[Section, ...]  # the answer in short first
    appendix: tuple[Section, ...]  # everything behind it
    is_brief: bool = False  # the front says it all in short: what is behind opens when asked
