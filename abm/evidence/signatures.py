"""Signatures: results that the model should show together, each with its interval between seeds.

`signatures.toml` says what they are and what is asked of them. A signature is done in the worlds of
every seed alone; its interval is Student's t between seeds, and what is asked holds where both ends
of it are inside, does not where both are outside on one side, and is not known else.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from abm.evidence.evaluation import Worlds, value_of
from abm.evidence.listing import finite
from abm.evidence.register import Register, Signature, Study, bounds_of
from abm.evidence.statistics import STATISTICS
from abm.studies.intervals import UNBOUNDED, between_seeds

Row = dict[str, Any]
Holds = Literal["yes", "no", "not known", ""]
RATIO = (0.0, math.inf)
FIELDS = (
    *("id", "part", "statement", "unit", "value", "low", "high", "seeds"),
    *("asked_low", "asked_high", "asked_by", "holds"),
)
"""Names of what is said of a signature, in signatures.csv and signatures.json."""


def signature_parts(judged: Register) -> Iterator[tuple[Signature, str, Study | None]]:
    """Yield every signature of a register with each of its studies, and what that is called.

    A ratio of two others has none of its own.
    """
    for one in judged.signatures.values():
        if one.ratio_of is not None:
            yield one, "", None
        for study in one.study if one.entry is None else judged.entries[one.entry].study:
            yield one, study.part, study


def signature_rows(judged: Register, worlds: Worlds) -> list[Row]:
    """Return a row for every study of every signature of a register, in its order."""
    single = worlds.of_single_seeds()
    rows, values = [], dict[str, np.ndarray]()
    for one, part, study in signature_parts(judged):
        if study is None:
            above, below = (values[name] for name in one.ratio_of or ())
            with np.errstate(all="ignore"):
                values[one.id] = above / below
        else:
            values[one.id] = np.array([value_of(study, seed) for seed in single])
        bounds = RATIO if study is None else _bounds(study)
        asked = one.low, one.high
        if one.entry is not None and study is not None:
            asked = bounds_of(judged.entries[one.entry], study)
        rows.append(_row(one, part, over_seeds(values[one.id], bounds), asked))
    return rows


def _bounds(study: Study) -> tuple[float, float]:
    """Return what the number of a study can be."""
    return UNBOUNDED if study.than else STATISTICS[study.statistic].bounds


class OverSeeds(NamedTuple):
    """What seeds give together: their mean, of ratios the geometric one, and its interval."""

    value: float
    low: float  # NaN with one seed, and where all agree
    high: float
    ends: tuple[float, float]  # what a verdict goes by; where all agree, what they agree on
    seeds: int


def over_seeds(values: np.ndarray, bounds: tuple[float, float]) -> OverSeeds:
    """Return what seeds give together; seeds without a number are left out.

    Where all are above 0 and none can be below, that is on the log scale. A net number counted of
    two worlds may be at or below 0, and is then not cut off there.
    """
    known = values[np.isfinite(values)]
    if bounds == RATIO and len(known) and (known > 0.0).all():
        mean, _, *interval = between_seeds(np.log(known))
        value, low, high = np.exp([mean, *interval]).tolist()
    else:
        value, _, low, high = between_seeds(known, UNBOUNDED if bounds == RATIO else bounds)
    agree = len(known) > 1 and np.ptp(known) == 0.0
    return OverSeeds(value, low, high, (value, value) if agree else (low, high), len(known))


def _row(one: Signature, part: str, of_seeds: OverSeeds, asked: tuple[float, float]) -> Row:
    value, low, high, ends, seeds = of_seeds
    row = (
        *(one.id, part, one.statement, one.unit, finite(value), finite(low), finite(high), seeds),
        *(finite(asked[0]), finite(asked[1]), one.asked_by or one.entry or "", holds(asked, ends)),
    )
    return dict(zip(FIELDS, row, strict=True))


def holds(asked: tuple[float, float], ends: Sequence[float]) -> Holds:
    """Return whether what is asked holds at both ends of an interval.

    Ends are NaN without an interval; where all seeds agree, as they may on a whole age, both are
    what they agree on. Nothing is said where nothing is asked.
    """
    low, high = asked
    if math.isinf(low) and math.isinf(high):
        return ""
    if low <= min(ends) and max(ends) <= high:
        return "yes"
    return "no" if max(ends) < low or min(ends) > high else "not known"
