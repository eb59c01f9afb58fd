"""Signatures in words and in a table: which of them hold together."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import TypeAdapter

from abm.evidence.listing import accepted, number
from abm.io.files import ReadBack
from abm.report.format import format_count, format_list
from abm.report.html.folder import Line
from abm.report.rendering import prose
from abm.report.sections import Section, TextTable

TITLE = "Signature results"


class SignatureRow(ReadBack):
    """One row of signatures.json."""

    id: Line
    statement: Line
    unit: Line = ""
    part: Line = ""
    seeds: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None
    asked_low: float | None = None
    asked_high: float | None = None
    asked_by: Line = ""
    holds: Literal["yes", "no", "not known", ""] = ""

    @property
    def name(self) -> str:
        """What is to be seen, and its identifier."""
        part = f" [{self.part}]" if self.part else ""
        return f"{self.statement.removesuffix('.')}{part} ({self.id})"

    @property
    def number(self) -> str:
        """Its value and the interval between seeds."""
        if self.low is None or self.high is None:
            return number(self.value)
        return f"{number(self.value)} ({number(self.low)} to {number(self.high)})"

    @property
    def asked(self) -> str:
        """What is asked of it."""
        low = -math.inf if self.asked_low is None else self.asked_low
        return accepted(low, math.inf if self.asked_high is None else self.asked_high)


SIGNATURES = TypeAdapter(list[SignatureRow])
"""What signatures.json holds."""
Rows = Sequence[SignatureRow]


def signature_sentences(rows: Rows) -> Iterator[str]:
    """Say how much of what is asked holds, and what does not."""
    asked = [row for row in rows if row.holds]
    if not asked:
        return
    counts = Counter(row.holds for row in asked)
    text = (
        f"Of {format_count(len(asked), 'signature result')} asked for, {counts['yes']} can be seen"
    )
    for holds, label in (("no", "not"), ("not known", "not for sure, by so few people or seeds")):
        names = list(dict.fromkeys(row.id for row in asked if row.holds == holds))
        text += f"; {label}: {format_list(names)}" if names else ""
    yield f"{text}."


def signature_table(rows: Rows) -> TextTable:
    """Return every signature with its value, what is asked, and whether that holds."""
    return TextTable(
        f"{TITLE}: what the model should show at once",
        ("result", "value (95 % between seeds)", "unit", "asked", "holds"),
        tuple((row.name, row.number, row.unit, row.asked, row.holds or "-") for row in rows),
        frozenset({1, 3}),
    )


def signature_section(rows: Rows) -> Section:
    """Return what a terminal shows of signatures."""
    reading = prose("signatures_reading")
    return Section(
        "signatures",
        f"\n{TITLE}",
        (*signature_sentences(rows), signature_table(rows), *reading),
    )
