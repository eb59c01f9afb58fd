"""What a report is made of, before it becomes HTML: plain text everywhere, escaped at the end."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table for readers.

    Parameters
    ----------
    caption
        What it shows, in a line.
    headings
        One a column; the first column names the row.
    rows
        Cells, as many a row as there are headings.
    numbers
        Places of columns that hold numbers and stand to the right.
    note
        How to read it.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """A figure: its bytes as a data URI, a caption, and what those who cannot see it are told."""

    source: str
    caption: str
    alternative: str


@dataclass(frozen=True)
class Section:
    """One part of a report; a part with nothing in it is left out of the page."""

    name: str
    title: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    code: str = ""
    after_code: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        told = self.paragraphs, self.items, self.tables, self.pictures, self.code
        return not any(told)


@dataclass(frozen=True)
class Findings:
    """What is particular to a kind of report.

    Parameters
    ----------
    kind
        What sort of study it is, in two or three words.
    title
        Of the page.
    question
        In plain words, a paragraph each.
    answer
        Three sentences, each with its interval where there is one.
    tables
        What the sentences rest on.
    readings
        One sentence a row or scenario, where the answer cannot hold them all.
    fitted
        The section on what was fitted and what is predicted.
    cautions
        Caveats that follow from these very results.
    """

    kind: str
    title: str
    question: tuple[str, ...]
    answer: tuple[str, ...]
    tables: tuple[Table, ...] = ()
    readings: tuple[str, ...] = ()
    fitted: Section | None = None
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """A whole page."""

    kind: str
    title: str
    question: tuple[str, ...]
    answer: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
