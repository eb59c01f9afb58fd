"""A validation in words: which claims and figures the model meets, those it fails first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from abm.evidence.listing import accepted
from abm.evidence.listing import number as short
from abm.evidence.verdicts import GOOD, VERDICTS, Verdict
from abm.report.format import format_count, format_list, format_text
from abm.report.html.contents import ReportBody
from abm.report.html.description import Description
from abm.report.html.files import Files, ReportError
from abm.report.html.fitted import NAME, TITLE
from abm.report.sections import Section, TextTable

EVIDENCE, TABLE = "evidence.json", "evidence.csv"
BAD: tuple[Verdict, ...] = ("outside", "direction wrong")
MOST_NAMED = 8
Line = Annotated[str, AfterValidator(format_text)]


class PartFound(BaseModel):
    """What one of several studies of an entry found in single draws of the parameters."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)

    draws_inside: int = 0
    draws: int | None = None


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
    draws_low: float | None = None
    draws_high: float | None = None
    draws_inside: int = 0
    draws: int | None = None
    studies: list[PartFound] = Field(default_factory=list)

    @property
    def name(self) -> str:
        """What is claimed, and by whom."""
        part = f" [{self.part}]" if self.part else ""
        source = format_text(f"{self.source} {self.year}").strip()
        return f"{self.id}: {self.statement}{part}" + (f" ({source})" if source else "")

    @property
    def found(self) -> str:
        """The simulated number and its interval."""
        ends = self.simulated_low, self.simulated_high
        if None in ends or ends[0] == ends[1]:
            return short(self.simulated)
        limits = f"{short(self.simulated_low)} to {short(self.simulated_high)}"
        return f"{short(self.simulated)} ({limits})"

    @property
    def over_draws(self) -> str:
        """Where single draws of the parameters lie."""
        if self.draws_low is None or self.draws_high is None:
            return "-"
        return f"{short(self.draws_low)} to {short(self.draws_high)}"

    @property
    def accepted_draws(self) -> str:
        """How many draws are accepted, of those with a number."""
        return f"{self.draws_inside} of {self.draws}" if self.draws else "-"

    @property
    def is_firm(self) -> bool:
        """Whether every draw is accepted, in each of its studies."""
        parts = [(each.draws_inside, each.draws) for each in self.studies]
        every = [(self.draws_inside, self.draws), *parts]
        return all(draws and inside == draws for inside, draws in every)

    @property
    def accepted(self) -> str:
        """What is accepted."""
        infinite = float("inf")
        low = -infinite if self.low is None else self.low
        return accepted(low, infinite if self.high is None else self.high)


ROWS = TypeAdapter(list[EntryFound])
"""What evidence.json holds."""


def findings_of_validation(files: Files, said: Description) -> ReportBody:
    """Return how the model stands to what was published."""
    rows = _rows(files)
    scenario = said.scenario
    return ReportBody(
        kind="Validation against published evidence",
        title=f"How well does the model agree with what was published? {scenario.called}",
        question=(
            (
                "Every claim of the paper that the model is built on, and every published figure "
                "in its register, is held against a simulated study that imitates how it was "
                "found. Which come out as published, and which do not?"
            ),
        ),
        answer=(*_answer(rows), *_draws_in_words(rows)),
        tables=_tables(rows),
        fitted=_fitted(rows),
        cautions=_cautions(rows),
    )


def _rows(files: Files) -> list[EntryFound]:
    found = files.json(EVIDENCE)
    place = files.path / EVIDENCE
    if found is None:
        table = files.whole_table(TABLE)
        found = [] if table is None else [_cells(row) for row in table.to_dict("records")]
        place = files.path / TABLE
    try:
        return ROWS.validate_python(found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(format_text(key, 60) for key in first["loc"])
        raise ReportError(f"{place}: {where}: {first['msg']}") from None


def _cells(row: Mapping[Any, str]) -> dict[str, Any]:
    """Return a row of the CSV table as it stands in the JSON, without its single studies."""
    types = {name: str(field.annotation) for name, field in EntryFound.model_fields.items()}
    return {
        name: _number(row[name]) if "float" in kind or "int" in kind else row[name]
        for name, kind in types.items()
        if name in row and name != "studies"
    }


def _number(cell: str) -> float | int | str | None:
    """Return a cell as a number where it is one, or None where it is empty."""
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell or None


def _of_use(rows: Sequence[EntryFound], use: str) -> list[EntryFound]:
    return [row for row in rows if row.use == use]


def _answer(rows: Sequence[EntryFound]) -> tuple[str, ...]:
    if not rows:
        return ("This folder holds no evidence table, so it has no answer: see `nssi validate`.",)
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
    rest = f"{format_count(len(silent), 'entry', 'entries')} of {len(rows)} got no answer at all"
    if bad:
        some = (
            format_list(bad)
            if len(bad) <= MOST_NAMED
            else f"{', '.join(bad[:MOST_NAMED])} and more"
        )
        told.append(f"{len(bad)} come out outside or in the wrong direction ({some}), and {rest}.")
    else:
        told.append(f"None comes out outside or in the wrong direction, and {rest}.")
    return tuple(sentence for sentence in told if sentence)


def _draws_in_words(rows: Sequence[EntryFound]) -> tuple[str, ...]:
    """Say, where parameters were drawn, what the verdicts are on and how many draws agree."""
    draws = max((row.draws or 0 for row in rows), default=0)
    if not draws:
        return ()
    good = [row for row in rows if row.verdict in GOOD]
    firm = sum(row.is_firm for row in good)
    told = (
        f"All this is under the posterior: every seed lived another draw of the fitted "
        f"parameters, {format_count(draws, 'draw')} in all, and the verdicts are on all draws "
        "together."
    )
    if any(row.studies for row in rows):  # which evidence.csv alone does not tell
        told += f" Of the {len(good)} that hold, {firm} hold in every single draw too."
    return (told,)


def _met(rows: Sequence[EntryFound], opening: str) -> str:
    """Say how many of these came out as published."""
    if not rows:
        return ""
    counts = Counter(row.verdict for row in rows)
    good = sum(counts[verdict] for verdict in GOOD)
    words = format_list([f"{counts[each]} {each}" for each in VERDICTS if counts[each]])
    entries = format_count(len(rows), "claim or figure", "claims and figures")
    return (
        f"{opening.format(entries)}, {good} came out inside what is accepted or clearly in the "
        f"right direction ({words})."
    )


def _tables(rows: Sequence[EntryFound]) -> tuple[TextTable, ...]:
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
        tables.append(TextTable(caption, ("claim or figure", "why not"), cells))
    return tuple(table for table in tables if table.rows)


def _table(caption: str, rows: Sequence[EntryFound]) -> TextTable:
    headings = ("claim or figure", "use", "published", "accepted", "simulated (95 %)", "verdict")
    cells = tuple(
        (row.name, row.use, short(row.published), row.accepted, row.found, row.verdict)
        for row in rows
    )
    if not any(row.draws is not None for row in rows):
        return TextTable(caption, headings, cells, frozenset({2, 3, 4}))
    whole = tuple(
        (*cell[:5], row.over_draws, row.accepted_draws, cell[5])
        for row, cell in zip(rows, cells, strict=True)
    )
    names = (*headings[:4], "simulated (95 %, chance)", "95 % of draws", "accepted draws")
    return TextTable(caption, (*names, "verdict"), whole, frozenset({2, 3, 4, 5, 6}))


def _fitted(rows: Sequence[EntryFound]) -> Section | None:
    if not rows:
        return None
    fitted, predicted = _of_use(rows, "fitted"), _of_use(rows, "predicted")
    return Section(
        NAME,
        TITLE,
        (
            (
                f"{format_count(len(fitted), 'entry was', 'entries were')} used when the numbers "
                f"of the "
                "model were chosen, by search and by hand; that they are met is no test. "
                f"{format_count(len(predicted), 'entry is', 'entries are')} predicted: no number "
                f"was "
                "chosen by them. Several predicted ones ask much the same as another, so they are "
                "not as many independent tests."
            ),
            f"Fitted: {format_list([row.id for row in fitted]) or 'none'}.",
        ),
    )


def _cautions(rows: Sequence[EntryFound]) -> tuple[str, ...]:
    if not rows:
        return ()
    over_draws = (
        "Two intervals stand beside a number. That for chance is of all draws together, the "
        "draws as they are, and verdicts go by it, so that not knowing the parameters earns no "
        "better verdict. That over draws says where the middle 95 % of single draws lie (of few "
        "draws: the lowest to the highest), parameters and the chance of one population "
        "together; draws without a number are left out. It is as good as the posterior is."
    )
    is_drawn = any(row.draws is not None for row in rows)
    return (
        *((over_draws,) if is_drawn else ()),
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
