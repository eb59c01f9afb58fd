"""What the reader of each command's folder returns."""

from dataclasses import dataclass

from abm.report.sections import Section, TextTable


@dataclass(frozen=True)
class ReportBody:
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
    tables: tuple[TextTable, ...] = ()
    readings: tuple[str, ...] = ()
    fitted: Section | None = None
    cautions: tuple[str, ...] = ()
