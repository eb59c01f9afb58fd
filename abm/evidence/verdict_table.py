"""The evidence table: one row an entry, what was published beside what was simulated."""

import math
from collections.abc import Iterable
from typing import Any

from abm.evidence.evaluation import Result, Simulated
from abm.evidence.listing import finite
from abm.evidence.register import bounds_of
from abm.evidence.verdicts import NO_EFFECT, PosteriorSpread, direction_of

COLUMNS = ("id", "use", "verdict", "published", "accepted", "simulated", "interval", "what")
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


def csv_rows(rows: Iterable[Row]) -> list[Row]:
    """Return the rows without what does not fit in a cell."""
    names = [name for name in (*FIELDS, *DRAW_FIELDS) if name != "studies"]
    return [{name: row[name] for name in names if name in row} for row in rows]
