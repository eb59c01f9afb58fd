"""The page of failures: which predictions fail at the defaults, and what in the model causes it.

`failures.toml` holds the causes, written by people, `abm/evidence/causes.toml` which entries each
explains; `validation/evidence.csv` is what a validation of the defaults found.
``python -m docs.make.pages`` writes docs/failures.md from all three.
"""

import functools
import math
import string
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.evidence.causes import causes as titles_of_causes
from abm.evidence.listing import accepted, number
from abm.evidence.quantity_table import BETWEEN
from abm.evidence.quantity_verdicts import GROUPS, QUANTITY_VERDICTS, Group
from abm.evidence.register import register
from abm.evidence.verdicts import GOOD
from abm.io.declarations import DeclarationError, Declared, Text, read_declarations
from abm.io.messages import did_you_mean
from abm.parameters import parameters, switches
from abm.report.html.folder import Files
from abm.report.html.validation import QUANTITY, rows_in
from abm.report.quantities import QuantityRow, beyond_table, sentences
from docs.make.tried import PEOPLE, TRIED, Tried, TriedFigures

if TYPE_CHECKING:
    import pandas as pd

CAUSES_FILE = Path(__file__).with_name("failures.toml")
ROOT = Path(__file__).parents[2]
VALIDATION = Path("validation/evidence.csv")
UNTESTED: tuple[Group, ...] = ("fitted", "in view")
"""Quantities with a number that was chosen, by search or by hand: none of them is a test."""

HEAD = """\
# What the model gets wrong, and why

Made by `python -m docs.make.pages` from `validation/quantities.csv` and `evidence.csv`, which is
what `nssi validate` found with the default parameters ({size}),
and from the causes written down in `docs/make/failures.toml`. The [evidence](evidence.md) tells
how every study is done and what the verdicts mean.

{by_quantity}{counts}
{drawn}
Under a cause stands what was tried (`python -m docs.make.tried`): one change of the baseline at a
time, and its figures beside those of the baseline with the same seeds ({tried_seeds}),
bold where they lie in what is accepted. Intervals for chance are in `validation/tried.json`. No
change was kept: each moves what is fitted, too.
No interval of an entry was widened and none taken out because it fails; a quantity of several
surveys may be wider than the interval of one. An entry that was given another
study after its result was known, or in whose favour a size was chosen, is named under *Changed
after looking* below; the row *never changed after looking* leaves these out.
"""

FITTED_TOO = """
Predicted figures that stand in one quantity with fitted ones, or with ones in view, and in no other
are not counted as tests. By their own intervals {count} of them fail ({entries}).
"""

OLDER = """
This one was made before figures were asked as their surveys asked
([instruments](instruments.md)), and counts entries that are not answerable any more.
"""

NEWER = """
{count} entries of the register are newer than this validation and not counted in it, and some
of the others are looked at otherwise since ([instruments](instruments.md)).
"""


class Cause(Declared):
    """Why some entries fail."""

    title: Text  # what it is about
    text: Text  # what in the model causes it
    tried: tuple[Tried, ...] = ()  # to see whether it does
    people: int = PEOPLE  # with so many
    untried: str = ""  # why nothing was, if nothing was

    @property
    def entries(self) -> tuple[str, ...]:
        """Those that it explains if they fail."""
        return titles_of_causes()[self.title]


class _File(Declared):
    changed_after_looking: Text
    changed_entries: tuple[Text, ...]
    cause: tuple[Cause, ...]


@functools.cache
def _read() -> _File:
    declared = read_declarations(_File, CAUSES_FILE.read_text(encoding="utf-8"), CAUSES_FILE.name)
    known = register().entries
    if [cause.title for cause in declared.cause] != list(titles_of_causes()):
        raise DeclarationError(f"{CAUSES_FILE.name}: expected the titles of causes.toml, in order")
    for entry in declared.changed_entries:
        if entry not in known:
            hint = did_you_mean(entry, known)
            raise DeclarationError(f"{CAUSES_FILE.name}: no entry {entry}{hint}")
    return declared


def causes() -> tuple[Cause, ...]:
    """Return the causes, in the order of the page.

    Raises
    ------
    DeclarationError
        If the file is wrong, or has not the causes that the package names.
    """
    return _read().cause


def failing(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return the rows of an evidence table that fail: answered, and neither inside nor right."""
    answered = table["use"] != "not answerable"
    return table[answered & ~table["verdict"].isin(GOOD)]


def unexplained(table: "pd.DataFrame") -> list[str]:
    """Return the entries that fail in an evidence table and have no cause."""
    explained = {entry for cause in causes() for entry in cause.entries}
    return [entry for entry in failing(table)["id"] if entry not in explained]


def page(path: Path = VALIDATION) -> str:
    """Return the text of docs/failures.md.

    Parameters
    ----------
    path
        An evidence table, with the run.json of its validation beside it.
    """
    import pandas as pd

    from abm.io.tables import read_json

    table = pd.read_csv(path)
    about = read_json(path.with_name("run.json"))
    bad = failing(table)
    drawn = _drawn(path.parent / "posterior" / path.name)
    counts = _counts(table) + _newer(table)
    by_quantity = _by_quantity(path.parent, bad)
    tried = TriedFigures.read(ROOT / TRIED)
    parts = [
        HEAD.format(
            size=_size(about), by_quantity=by_quantity, counts=counts, drawn=drawn,
            tried_seeds=f"{tried.seeds[0]} to {tried.seeds[-1]}",
        )
    ]  # fmt: skip
    for cause in causes():
        own = bad[bad["id"].isin(cause.entries)]
        if len(own):
            parts.append(f"{_section(cause, own)}{_what_was_tried(cause, own, tried)}")
    parts.append(f"## Changed after looking\n\n{_read().changed_after_looking.strip()}\n")
    return "\n".join(parts)


def _by_quantity(folder: Path, bad: "pd.DataFrame") -> str:
    """Return what quantities say, in a folder whose validation judged some; else nothing.

    `bad` are the rows of entries that fail.
    """
    rows = rows_in(Files(folder), QUANTITY, QuantityRow)
    if not rows:
        return ""
    counts = []
    for group in GROUPS:
        verdicts = Counter(row.verdict for row in rows if row.group == group)
        counts.append(
            (group, verdicts.total(), *(verdicts[verdict] for verdict in QUANTITY_VERDICTS))
        )
    beyond = beyond_table(rows)
    return "\n".join([
        *(f"{sentence}\n" for sentence in sentences(rows)),
        _table(("group", "quantities", *QUANTITY_VERDICTS), counts),
        f"{beyond.caption}:\n\n{_table(beyond.headings, beyond.rows)}",
        f"{_fitted_too(rows, bad)}\nBeneath, every entry by its own interval alone:\n\n",
    ])  # fmt: skip


def _fitted_too(rows: Sequence[QuantityRow], bad: "pd.DataFrame") -> str:
    """Return which predicted entries fail unseen by the tests; nothing where none does."""
    standing = {kind: set[str]() for kind in (True, False)}
    for row in rows:
        standing[row.group in UNTESTED].update(row.entries.split(BETWEEN))
    predicted = bad[bad["use"] == "predicted"]["id"]
    unseen = sorted((standing[True] - standing[False]).intersection(predicted))
    return FITTED_TOO.format(count=len(unseen), entries=", ".join(unseen)) if unseen else ""


def _size(about: Any) -> str:
    people, seeds = about["scenario"]["population"]["size"], about["seeds"]
    return f"{people:,} people, seeds {seeds[0]} to {seeds[-1]}"


def _drawn(path: Path) -> str:
    """Return how many hold where parameters are drawn; nothing where that was not kept."""
    import pandas as pd

    if not path.exists():
        return ""
    table = pd.read_csv(path)
    heading = (
        "Under the posterior (`nssi validate --uncertainty posterior`, "
        f"{int(table['draws'].max())} draws together, kept in `validation/posterior`):"
    )
    known = register().entries
    uses = zip(table["id"], table["use"], strict=True)
    is_older = any(name in known and use != known[name].use for name, use in uses)
    return f"{heading}\n\n{_counts(table)}{OLDER if is_older else ''}"


def _newer(table: "pd.DataFrame") -> str:
    """Return how many entries of the register a validation does not have; nothing if none."""
    count = len(register().entries.keys() - set(table["id"]))
    return NEWER.format(count=count) if count else ""


def _counts(table: "pd.DataFrame") -> str:
    """Return the share of entries that hold, by use and for the paper's claims apart."""
    rows = []
    for use in ("fitted", "in view", "predicted"):
        own = table[table["use"] == use]
        claims = own["id"].str.startswith("P")
        kinds = [
            ("claims of the paper", own[claims]), ("further figures", own[~claims]), ("all", own)
        ]  # fmt: skip
        if use == "predicted":
            untouched = ~own["id"].isin(_read().changed_entries)
            kinds.append(("all never changed after looking", own[untouched]))
        for label, chosen in kinds:
            counts = chosen["verdict"].value_counts()
            good = int(sum(counts.get(verdict, 0) for verdict in GOOD))
            near, whole = int(counts.get("near", 0)), len(chosen)
            rows.append((use, label, f"{good} of {whole}", f"{good / max(whole, 1):.0%}", near,
                         whole - good - near))  # fmt: skip
    columns = ("use", "entries", "inside or right", "share", "near", "outside, wrong or unanswered")
    return _table(columns, rows)


def _section(cause: Cause, own: "pd.DataFrame") -> str:
    rows = []
    for row in own.to_dict("records"):
        value = float(row["simulated"])
        simulated = number(value if math.isfinite(value) else None)
        wanted = accepted(_or(row["low"], -math.inf), _or(row["high"], math.inf))
        part = f" [{row['part']}]" if isinstance(row["part"], str) else ""
        rows.append((row["id"], row["verdict"], wanted, simulated, f"{row['statement']}{part}"))
    table = _table(("entry", "verdict", "accepted", "simulated", "what"), rows)
    return f"## {cause.title}\n\n{cause.text.strip()}\n\n{table}"


def _what_was_tried(cause: Cause, own: "pd.DataFrame", tried: TriedFigures) -> str:
    """Return what became of a cause's failures under each change, or why nothing was tried."""
    if not cause.tried:
        return f"\nNothing was tried: {cause.untried.strip()}\n"
    letters = string.ascii_lowercase[: len(cause.tried)]
    items = [
        f"- **{letter}** {one.title} ({_changed(one)})\n"
        for letter, one in zip(letters, cause.tried, strict=True)
    ]
    rows = []
    for row in own.to_dict("records"):
        low, high = _or(row["low"], -math.inf), _or(row["high"], math.inf)
        values = [
            tried.value(changes, cause.people, row["id"], row["part"])
            for changes in ({}, *(dict(one.changes) for one in cause.tried))
        ]
        cells = [
            f"**{number(value)}**" if value is not None and low <= value <= high else number(value)
            for value in values
        ]
        rows.append((row["id"], accepted(low, high), *cells))
    table = _table(("entry", "accepted", "as it is", *letters), rows)
    return f"\nTried, each alone, with {cause.people:,} people:\n\n{''.join(items)}\n{table}"


def _changed(tried: Tried) -> str:
    """Return what is changed, from what it is."""
    defaults: dict[str, object] = {name: one.default for name, one in parameters().items()}
    defaults |= {name: one.default for name, one in switches().items()}
    return ", ".join(
        f"`{name}` {defaults[name]} to {value}" for name, value in tried.changes.items()
    )


def _or(bound: float, without: float) -> float:
    return without if math.isnan(bound) else bound


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(
        f"| {' | '.join(str(cell).replace('|', '/') for cell in line)} |\n" for line in lines
    )
