"""A validation in words: which claims and figures the model meets, those it fails first."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, ValidationError

from abm.evidence.listing import accepted
from abm.evidence.listing import number as short
from abm.evidence.verdicts import GOOD, VERDICTS, Verdict
from abm.report.html.contents import Findings, Section, Table
from abm.report.html.description import Description
from abm.report.html.files import Files, ReportError
from abm.report.html.fitted import NAME, TITLE
from abm.report.html.words import counted, listed, text_of

EVIDENCE = "evidence.json"
BAD: tuple[Verdict, ...] = ("outside", "direction wrong")
MOST_NAMED = 8
Line = Annotated[str, AfterValidator(text_of)]


class EntryFound(BaseModel):
    """One row of evidence.json."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)

    id: Line
    use: Literal["fitted", "predicted", "not answerable"]
    verdict: Verdict
    statement: Line
    part: Line = ""
    source: Line = ""
    year: int | str = ""
    note: Line = ""
    published: float | None = None
    low: float | None = None
    high: float | None = None
    simulated: float | None = None
    simulated_low: float | None = None
    simulated_high: float | None = None

    @property
    def name(self) -> str:
        """What is claimed, and by whom."""
        part = f" [{self.part}]" if self.part else ""
        source = text_of(f"{self.source} {self.year}").strip()
        return f"{self.id}: {self.statement}{part}" + (f" ({source})" if source else "")

    @property
    def found(self) -> str:
        """The simulated number and its interval."""
        if self.simulated_low is None or self.simulated_high is None:
            return short(self.simulated)
        limits = f"{short(self.simulated_low)} to {short(self.simulated_high)}"
        return f"{short(self.simulated)} ({limits})"

    @property
    def accepted(self) -> str:
        """What is accepted."""
        infinite = float("inf")
        low = -infinite if self.low is None else self.low
        return accepted(low, infinite if self.high is None else self.high)


def findings_of_validation(files: Files, said: Description) -> Findings:
    """Return how the model stands to what was published."""
    rows = _rows(files)
    scenario = said.scenario
    return Findings(
        kind="Validation against published evidence",
        title=f"How well does the model agree with what was published? {scenario.called}",
        question=(
            (
                "Every claim of the paper that the model is built on, and every published figure "
                "in its register, is held against a simulated study that imitates how it was "
                "found. Which come out as published, and which do not?"
            ),
        ),
        answer=_answer(rows),
        tables=_tables(rows),
        fitted=_fitted(rows),
        cautions=_cautions(rows),
    )


def _rows(files: Files) -> list[EntryFound]:
    found = files.json(EVIDENCE)
    place = files.path / EVIDENCE
    if found is None:
        return []
    try:
        return TypeAdapter(list[EntryFound]).validate_python(found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(text_of(key, 60) for key in first["loc"])
        raise ReportError(f"{place}: {where}: {first['msg']}") from None


def _of_use(rows: Sequence[EntryFound], use: str) -> list[EntryFound]:
    return [row for row in rows if row.use == use]


def _answer(rows: Sequence[EntryFound]) -> tuple[str, ...]:
    if not rows:
        return ("This folder holds no evidence table, so it has no answer.",)
    told = [
        _met(
            _of_use(rows, "predicted"),
            "Of {} predicted (none was used to choose the model's numbers)",
        )
    ]
    told.append(
        _met(_of_use(rows, "fitted"), "Of {} fitted (the numbers were chosen with these in view)")
    )
    bad = [row.id for row in rows if row.verdict in BAD]
    silent = [row for row in rows if row.simulated is None]
    rest = f"{counted(len(silent), 'entry', 'entries')} of {len(rows)} got no answer at all"
    if bad:
        some = listed(bad) if len(bad) <= MOST_NAMED else f"{', '.join(bad[:MOST_NAMED])} and more"
        told.append(f"{len(bad)} come out outside or in the wrong direction ({some}), and {rest}.")
    else:
        told.append(f"None comes out outside or in the wrong direction, and {rest}.")
    return tuple(sentence for sentence in told if sentence)


def _met(rows: Sequence[EntryFound], opening: str) -> str:
    """Say how many of these came out as published."""
    if not rows:
        return ""
    counts = Counter(row.verdict for row in rows)
    good = sum(counts[verdict] for verdict in GOOD)
    words = listed([f"{counts[each]} {each}" for each in VERDICTS if counts[each]])
    entries = counted(len(rows), "claim or figure", "claims and figures")
    return (
        f"{opening.format(entries)}, {good} came out inside what is accepted or clearly in the "
        f"right direction ({words})."
    )


def _tables(rows: Sequence[EntryFound]) -> tuple[Table, ...]:
    """Return a table a verdict: what fails first, then near, what holds, and what has no answer."""
    groups = (
        ("What comes out outside, or in the wrong direction", set(BAD)),
        ("What comes near", {"near"}),
        ("What comes out inside, or clearly in the right direction", set(GOOD)),
        ("What the simulated studies gave no number for", {"no answer"}),
    )
    tables = [
        _table(caption, [r for r in rows if r.verdict in chosen]) for caption, chosen in groups
    ]
    silent = [row for row in rows if row.verdict == "not answerable"]
    if silent:
        cells = tuple((row.name, row.note or "-") for row in silent)
        caption = "What no study of this model can answer, and why"
        tables.append(Table(caption, ("claim or figure", "why not"), cells))
    return tuple(table for table in tables if table.rows)


def _table(caption: str, rows: Sequence[EntryFound]) -> Table:
    headings = ("claim or figure", "use", "published", "accepted", "simulated (95 %)", "verdict")
    cells = tuple(
        (row.name, row.use, short(row.published), row.accepted, row.found, row.verdict)
        for row in rows
    )
    return Table(caption, headings, cells, frozenset({2, 3, 4}))


def _fitted(rows: Sequence[EntryFound]) -> Section | None:
    if not rows:
        return None
    fitted, predicted = _of_use(rows, "fitted"), _of_use(rows, "predicted")
    return Section(
        NAME,
        TITLE,
        paragraphs=(
            (
                f"{counted(len(fitted), 'entry was', 'entries were')} used when the numbers of the "
                "model were chosen, by search and by hand; that they are met is no test. "
                f"{counted(len(predicted), 'entry is', 'entries are')} predicted: no number was "
                "chosen by them. Several predicted ones ask much the same as another, so they are "
                "not as many independent tests."
            ),
            f"Fitted: {listed([row.id for row in fitted]) or 'none'}.",
        ),
    )


def _cautions(rows: Sequence[EntryFound]) -> tuple[str, ...]:
    if not rows:
        return ()
    return (
        (
            "Inside means that the simulated number lies in what is accepted; its own interval may "
            "reach beyond. In a small population these intervals are wide, and many verdicts are "
            "near for that reason alone."
        ),
        (
            "A simulated study is a stand-in: what its published original measured, and what the "
            "model counts, are not always the same. `nssi evidence ID` says how far they differ."
        ),
    )
