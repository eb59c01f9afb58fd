"""A validation in words: which claims and figures the model meets, those it fails first."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import Field, TypeAdapter

from abm.evidence.listing import number as short
from abm.evidence.register import Use
from abm.evidence.verdicts import GOOD, VERDICTS, Verdict
from abm.io.files import ReadBack
from abm.report.format import format_count, format_list, format_text
from abm.report.html.common import FITTED, ReportBody
from abm.report.html.folder import Description, Files, Line
from abm.report.quantities import JudgedRow, QuantityRow, beyond_table, group_tables, sentences
from abm.report.rendering import prose
from abm.report.sections import Section, TextTable
from abm.report.signatures import SignatureRow, signature_sentences, signature_table

EVIDENCE, QUANTITY, SIGNATURE = "evidence", "quantities", "signatures"
BAD: tuple[Verdict, ...] = ("outside", "direction wrong")
MOST_NAMED = 8
USES = {
    "predicted": "Of {} predicted (none was used to choose the model's numbers)",
    "in view": "Of {} in view (some number was set by hand while these were looked at)",
    "fitted": "Of {} fitted (the numbers were chosen by these)",
}
TABLES: tuple[tuple[str, frozenset[Verdict]], ...] = (
    ("What comes out outside, or in the wrong direction", frozenset(BAD)),
    ("What comes near", frozenset({"near"})),
    ("What comes out inside, or clearly in the right direction", GOOD),
    ("What the simulated studies gave no number for", frozenset({"no answer"})),
)
"""What fails first, then near, what holds, and what has no answer."""


class StudyOfDraws(ReadBack):
    """What one of several studies of an entry found in single draws of the parameters."""

    draws_inside: int = 0
    draws: int | None = None


class EvidenceRow(StudyOfDraws, JudgedRow):
    """One row of evidence.json."""

    use: Use
    verdict: Verdict
    source: Line = ""
    year: int | str = ""
    draws_low: float | None = None
    draws_high: float | None = None
    studies: list[StudyOfDraws] = Field(default_factory=list)

    @property
    def name(self) -> str:
        """What is claimed, and who says so."""
        part = f" [{self.part}]" if self.part else ""
        source = format_text(f"{self.source} {self.year}").strip()
        return f"{self.id}: {self.statement}{part}" + (f" ({source})" if source else "")

    @property
    def range_of_draws(self) -> str:
        """Where single draws of the parameters lie."""
        if self.draws_low is None or self.draws_high is None:
            return "-"
        return f"{short(self.draws_low)} to {short(self.draws_high)}"

    @property
    def accepted_draws(self) -> str:
        """How many single draws are accepted."""
        return f"{self.draws_inside} of {self.draws}" if self.draws else "-"

    @property
    def is_firm(self) -> bool:
        """Whether every draw is accepted, in each of its studies."""
        return all(part.draws and part.draws_inside == part.draws for part in (self, *self.studies))


ROWS = TypeAdapter(list[EvidenceRow])
"""What evidence.json holds."""


def body_of_validation(files: Files, description: Description) -> ReportBody:
    """Return how the model stands to what was published."""
    rows = rows_in(files, EVIDENCE, EvidenceRow)
    quantities = rows_in(files, QUANTITY, QuantityRow)
    signatures = rows_in(files, SIGNATURE, SignatureRow)
    kind = "Validation against published evidence"
    question = prose("validation_question", is_part="only" in description.design)
    title = f"How well does the model agree with what was published? {description.scenario.called}"
    if not rows:
        nothing = Section("fitted", FITTED, ())
        return ReportBody(kind, title, question, prose("validation_without_answer"), fitted=nothing)
    strict = (*_answer(rows), *_draws(rows))
    if quantities:
        strict = (*prose("validation_strictly"), *strict)
    by_quantity = (beyond_table(quantities), *group_tables(quantities)) if quantities else ()
    return ReportBody(
        kind,
        title,
        question,
        answer=(
            *(sentences(quantities) if quantities else ()),
            *signature_sentences(signatures),
            *strict,
        ),
        tables=(
            *by_quantity,
            *((signature_table(signatures),) if signatures else ()),
            *(
                replace(table, is_folded=bool(quantities))
                for table in (*(_table(*kind, rows) for kind in TABLES), _silent(rows))
            ),
        ),
        fitted=Section("fitted", FITTED, prose("validation_fitted", by_use=_by_use(rows))),
        cautions=(
            *(prose("quantities_reading", draws=0) if quantities else ()),
            *(prose("signatures_reading") if signatures else ()),
            *prose("validation_cautions", is_drawn=_is_drawn(rows)),
        ),
    )


def rows_in[Row: (EvidenceRow, QuantityRow, SignatureRow)](
    files: Files, name: str, kind: type[Row]
) -> list[Row]:
    """Return the rows of a table from its JSON, or from its CSV where that is all there is."""
    expected = TypeAdapter(list[kind])  # type: ignore[valid-type]
    content = files.json(f"{name}.json")
    if content is not None:
        return files.checked(f"{name}.json", content, expected)
    table = files.whole_table(f"{name}.csv")
    cells = [] if table is None else [_cells(row, kind) for row in table.to_dict("records")]
    return files.checked(f"{name}.csv", cells, expected)


def _cells(row: Mapping[Any, str], kind: type[ReadBack]) -> dict[str, Any]:
    """Return a row of a CSV table as it stands in the JSON, without single studies."""
    cells: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        if name in row and name != "studies" and (row[name] or field.default is not None):
            is_number = any(type_ in str(field.annotation) for type_ in ("float", "int"))
            cells[name] = _number(row[name]) if is_number else row[name]
    return cells


def _number(cell: str) -> float | int | str | None:
    """Return a cell as a number where it is one, or None where it is empty."""
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell or None


def _by_use(rows: Sequence[EvidenceRow]) -> dict[str, list[EvidenceRow]]:
    return {use: [row for row in rows if row.use == use] for use in USES}


def _is_drawn(rows: Sequence[EvidenceRow]) -> bool:
    return any(row.draws is not None for row in rows)


def _answer(rows: Sequence[EvidenceRow]) -> Iterator[str]:
    """Yield how many came out as published, of those predicted and fitted, and which did not."""
    for use, own in _by_use(rows).items():
        if not own:
            continue
        counts = Counter(row.verdict for row in own)
        good = sum(counts[verdict] for verdict in GOOD)
        verdicts = [f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict]]
        entries = format_count(len(own), "claim or figure", "claims and figures")
        yield (
            f"{USES[use].format(entries)}, {good} came out inside what is accepted or clearly in "
            f"the right direction ({format_list(verdicts)})."
        )
    bad = [row.id for row in rows if row.verdict in BAD]
    silent = sum(row.simulated is None for row in rows)
    rest = f"{format_count(silent, 'entry', 'entries')} of {len(rows)} got no answer at all"
    if not bad:
        yield f"None comes out outside or in the wrong direction, and {rest}."
        return
    is_few = len(bad) <= MOST_NAMED
    some = format_list(bad) if is_few else f"{', '.join(bad[:MOST_NAMED])} and more"
    yield f"{len(bad)} come out outside or in the wrong direction ({some}), and {rest}."


def _draws(rows: Sequence[EvidenceRow]) -> tuple[str, ...]:
    """Say, where parameters were drawn, what the verdicts are on and how many draws agree."""
    draws = max(row.draws or 0 for row in rows)
    if not draws:
        return ()
    return prose(
        "validation_draws",
        draws=draws,
        good=[row for row in rows if row.verdict in GOOD],
        knows_studies=any(row.studies for row in rows),  # which evidence.csv does not tell
    )


def _table(caption: str, verdicts: frozenset[Verdict], rows: Sequence[EvidenceRow]) -> TextTable:
    """Return the table of some verdicts; where parameters were drawn, with what draws say."""
    own = [row for row in rows if row.verdict in verdicts]
    columns = ["simulated (95 %)"]
    if is_drawn := _is_drawn(own):
        columns = ["simulated (95 %, chance)", "95 % of draws", "accepted draws"]
    return TextTable(
        caption,
        ("claim or figure", "use", "published", "accepted", *columns, "verdict"),
        tuple(
            (
                *(row.name, row.use, short(row.published), row.accepted, row.simulated_number),
                *((row.range_of_draws, row.accepted_draws) if is_drawn else ()),
                row.verdict,
            )
            for row in own
        ),
        frozenset(range(2, 4 + len(columns))),
    )


def _silent(rows: Sequence[EvidenceRow]) -> TextTable:
    return TextTable(
        "What no study of this model can answer, and why",
        ("claim or figure", "why not"),
        tuple((row.name, row.note or "-") for row in rows if row.verdict == "not answerable"),
    )
