"""The evidence table: one row an entry, what was published beside what was simulated."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from abm.evidence.evaluation import Result, Simulated
from abm.evidence.listing import accepted, finite, number
from abm.evidence.register import bounds_of
from abm.evidence.verdicts import GOOD, NO_EFFECT, VERDICTS, PosteriorSpread, direction_of

COLUMNS = ("id", "use", "verdict", "published", "accepted", "simulated", "interval", "what")
DRAWS_COLUMNS = (*COLUMNS[:6], "95 % of draws", "accepted draws", "what")
BESIDE = ("quantity", "quantity_verdict", "group", "prior_pass", "p_inside", "benchmark")
"""What a row says of the quantity in which its entry stands; of the entry, which share of draws
from the prior pass, the chance that it is inside, and what the null model gives."""
FIELDS = (
    *("id", "use", "kind", "published", "low", "high", "interval", "simulated", "simulated_low"),
    *("simulated_high", "simulated_interval", "people", "verdict", "part", "direction"),
    *("counts_with", "close_to", "statement", "source", "year", "doi", "note"),
    *(*BESIDE, "studies"),
)
"""Names of what is said of an entry, in evidence.csv (without `studies`) and in JSON."""
DRAW_FIELDS = ("draws_low", "draws_high", "draws_inside", "draws")
"""What follows where parameters were drawn from the posterior."""
DRAWS_NOTE = (
    "Simulated: all {} draws of the parameters together. 95 % of draws: where the middle of single "
    "draws lies (of few draws: the lowest to the highest), parameters and chance together. "
    "Accepted draws: those whose own number is accepted. Verdicts go by all draws together and "
    "their interval for chance alone (in evidence.csv): a vague posterior earns no better ones."
)
Row = dict[str, Any]


def row_of(result: Result, is_drawn: bool = False) -> Row:
    """Return one row: of an entry with several studies the one that decides its verdict.

    Where parameters were drawn, the row has `DRAW_FIELDS` too.
    """
    entry = result.entry
    row: Row = dict.fromkeys(FIELDS)
    row |= {name: getattr(entry, name) for name in FIELDS if hasattr(entry, name)}
    row |= {"low": finite(entry.low), "high": finite(entry.high)}
    row |= {"simulated_interval": "", "people": 0, "part": "", "direction": "", "studies": []}
    row |= {"note": entry.note or entry.why_not, "verdict": result.verdict}
    if result.simulated:
        study, number = entry.study[result.deciding], result.simulated[result.deciding]
        low, high = bounds_of(entry, study)
        row |= _simulated(number, low, high) | {"part": study.part}
        row |= {"simulated_interval": number.made_of, "people": number.people}
        if study.statistic in NO_EFFECT and not study.than:
            nothing = NO_EFFECT[study.statistic]
            row["direction"] = direction_of(low, high, nothing, number.low, number.high)
    if len(result.simulated) > 1:
        row["studies"] = _studies(result)
    if is_drawn:
        row |= _drawn(result.spreads[result.deciding] if result.spreads else None)
    return row


def _simulated(number: Simulated, low: float, high: float) -> Row:
    """Return what is accepted of a study, and what it gives."""
    ends = {"simulated_low": finite(number.low), "simulated_high": finite(number.high)}
    return {"low": finite(low), "high": finite(high), "simulated": finite(number.value), **ends}


def _drawn(spread: PosteriorSpread | None) -> Row:
    """Return what single draws of the parameters say."""
    low, high, inside, draws = spread or (math.nan, math.nan, 0, 0)
    return dict(zip(DRAW_FIELDS, (finite(low), finite(high), inside, draws), strict=True))


def _studies(result: Result) -> list[Row]:
    """Return what every study of an entry gives."""
    rows = [
        {"part": study.part, **_simulated(number, *bounds_of(result.entry, study))}
        | {"verdict": verdict}
        for study, number, verdict in zip(
            result.entry.study, result.simulated, result.verdicts, strict=True
        )
    ]
    for row, spread in zip(rows, result.spreads, strict=False):  # none unless they were drawn
        row |= _drawn(spread)
    return rows


def columns_of(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the headings of the table of some rows."""
    return DRAWS_COLUMNS if rows and "draws" in rows[0] else COLUMNS


def cells_of(row: Row) -> tuple[str, ...]:
    """Return the cells of one line of the table, in the order of ``columns_of``."""
    low = -math.inf if row["low"] is None else row["low"]
    high = math.inf if row["high"] is None else row["high"]
    intervals = [interval_of(row, "simulated")]
    if "draws" in row:
        inside = f"{row['draws_inside']} of {row['draws']}" if row["draws"] else "-"
        intervals = [interval_of(row, "draws"), inside]
    what = f"{row['statement']} [{row['part']}]" if row["part"] else row["statement"]
    return (
        *(row["id"], row["use"], row["verdict"], number(row["published"]), accepted(low, high)),
        *(number(row["simulated"]), *intervals, what),
    )


def interval_of(row: Row, name: str) -> str:
    """Return an interval as text, "-" where there is none: "simulated", or that over "draws"."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "-" if low is None or high is None else f"{number(low)} to {number(high)}"


def summary(rows: Sequence[Row]) -> list[str]:
    """Return a few lines that count verdicts, by use."""
    lines = []
    for use in ("fitted", "predicted"):
        own = [row for row in rows if row["use"] == use]
        if own:
            lines.append(f"{use}: {_counted(own)}")
    claims = [row for row in rows if row["id"].startswith("P")]
    answered = sum(row["simulated"] is not None for row in claims)
    figures = sum(row["simulated"] is not None for row in rows) - answered
    return [*lines, f"answered: {answered} of {len(claims)} claims, and {figures} other figures"]


def _counted(rows: Sequence[Row]) -> str:
    counts = Counter(row["verdict"] for row in rows)
    good = sum(counts[verdict] for verdict in GOOD)
    by_verdict = ", ".join(
        f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict]
    )
    beside = sum(row["direction"] == "right" and row["verdict"] not in GOOD for row in rows)
    more = f"; of the others {beside} have the right direction and another size" if beside else ""
    return f"{good} of {len(rows)} inside or in the right direction ({by_verdict}{more})"


def csv_rows(rows: Iterable[Row]) -> list[Row]:
    """Return the rows without what does not fit in a cell."""
    names = [name for name in (*FIELDS, *DRAW_FIELDS) if name != "studies"]
    return [{name: row[name] for name in names if name in row} for row in rows]
