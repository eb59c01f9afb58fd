"""What is judged as one: numbers with what is accepted of each, and the studies that answer them.

A declared quantity is one number, to which its members' studies answer together. An entry that
stands in none is judged alone: each of its studies is one number, and all must hold.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from abm.evidence.evaluation import Result
from abm.evidence.published_quantity import OTHERS, SEXES, Member, PublishedQuantity
from abm.evidence.quantities import PublishedEstimate, accepted_range, quantities
from abm.evidence.register import Entry, Register, Study, bounds_of, register
from abm.evidence.scales import Scale, Size, off_scale, on_scale, standard_error
from abm.evidence.verdicts import NO_EFFECT

RATIOS = frozenset(name for name, nothing in NO_EFFECT.items() if nothing == 1.0)
SCALE_OF: Mapping[str, Scale] = MappingProxyType(
    {
        "percentage": "log-odds",
        "correlation": "Fisher's z",
        "rank_correlation": "Fisher's z",
        **dict[str, Scale].fromkeys((*RATIOS, "rate", "mean", "median"), "log"),
    }
)
"""Scales of statistics of which both bounds are accepted; the others are compared as they are."""
SIZE_OF: Mapping[Scale, Size] = MappingProxyType(
    {"log-odds": "share", "log": "ratio", "Fisher's z": "correlation"}
)
STANDARDISED = "standardised"  # so begin the names of statistics in units of a spread


@dataclass(frozen=True)
class Part:
    """One number that is judged, in its own units."""

    name: str  # what it is, where there are several
    scale: Scale
    size: Size
    low: float  # accepted; infinite where a side is open
    high: float
    centre: float = math.nan  # published; NaN where no size is

    @property
    def is_sided(self) -> bool:
        """Whether only the side of a bound counts."""
        return not (math.isfinite(self.low) and math.isfinite(self.high))


@dataclass(frozen=True)
class JudgedQuantity:
    """What is judged as one."""

    id: str
    statement: str
    instrument: str
    accepts: str  # how what is accepted was made
    note: str
    entries: tuple[str, ...]  # of the register
    parts: tuple[Part, ...]
    estimates: tuple[PublishedEstimate, ...] = ()
    spread: float = math.nan  # between studies: tau, on the scale
    members: tuple[Member, ...] = ()  # that answer; without any, its one entry does


class ScalePoint(NamedTuple):
    """A simulated number on a scale, NaN where it has none."""

    value: float
    error: float  # standard error, NaN where it is not known
    draws: tuple[float, ...]  # in every seed alone, where these were asked


NO_POINT = ScalePoint(math.nan, math.nan, ())


def quantities_judged(judged: Register) -> dict[str, JudgedQuantity]:
    """Return what is judged of a register, by name: quantities, then what stands in none.

    A quantity that is declared is there as soon as one of its members is.
    """
    chosen = {
        quantity.id: _declared(quantity, judged)
        for quantity in declared_quantities(judged).values()
        if any(_is_here(member, judged) for member in quantity.members)
    }
    standing = {name for quantity in chosen.values() for name in quantity.entries}
    for entry in judged.entries.values():
        if entry.is_answerable and entry.id not in standing:
            chosen[entry.id] = alone(entry, judged.instruments[entry.instrument].kind)
    return chosen


def declared_quantities(judged: Register) -> Mapping[str, PublishedQuantity]:
    """Return the quantities of the package and those that a register has of its own, by name."""
    return {**quantities(), **judged.own_quantities}


def _known(judged: Register) -> dict[str, Entry]:
    """Return the entries that quantities name, whether they are judged or not."""
    return {**register().entries, **judged.own_entries}


def _is_here(member: Member, judged: Register) -> bool:
    """Return whether all that a member names is judged, and is what the quantity means by it."""
    known, names = _known(judged), member.entries
    return bool(names) and all(
        name in known and judged.entries.get(name) == known[name] for name in names
    )


def _declared(quantity: PublishedQuantity, judged: Register) -> JudgedQuantity:
    accepted = accepted_range(quantity, _known(judged))
    members = tuple(member for member in quantity.members if _is_here(member, judged))
    size = _size_of(quantity.scale, _statistics_of(members, judged))
    part = Part("", quantity.scale, size, accepted.low, accepted.high, accepted.centre)
    return JudgedQuantity(
        id=quantity.id,
        statement=quantity.statement,
        instrument=quantity.instrument,
        accepts=f"{quantity.accepts}: {quantity.why}" if quantity.why else quantity.accepts,
        note=quantity.note,
        entries=tuple(name for name in quantity.entries if name in judged.entries),
        parts=(part,),
        estimates=accepted.estimates,
        spread=accepted.spread,
        members=members,
    )


def _statistics_of(members: Sequence[Member], judged: Register) -> list[str]:
    """Return what the studies of members compute."""
    entries = [judged.entries[name] for member in members for name in member.entries]
    return [study.statistic for entry in entries for study in entry.study]


def _size_of(scale: Scale, statistics: Sequence[str]) -> Size:
    """Return what kind of size a number is; what has no scale of its own may be standardised."""
    is_standardised = bool(statistics) and all(name.startswith(STANDARDISED) for name in statistics)
    return SIZE_OF.get(scale, "standardised difference" if is_standardised else "none")


def alone(entry: Entry, instrument: str = "") -> JudgedQuantity:
    """Return an answerable entry as it is judged alone."""
    estimates: tuple[PublishedEstimate, ...] = ()
    if entry.published is not None and len(entry.study) == 1:
        estimates = (PublishedEstimate(entry.published, entry.low, entry.high),)
    return JudgedQuantity(
        id=entry.id,
        statement=entry.statement,
        instrument=instrument,
        accepts=entry.interval,
        note=entry.note,
        entries=(entry.id,),
        parts=tuple(_part_of(entry, study) for study in entry.study),
        estimates=estimates,
    )


def _part_of(entry: Entry, study: Study) -> Part:
    """Return a study as a number that is judged; directions are judged in their own units."""
    low, high = bounds_of(entry, study)
    is_sided = not (math.isfinite(low) and math.isfinite(high))
    scale = "natural" if study.than else SCALE_OF.get(study.statistic, "natural")
    if (is_sided and study.statistic not in RATIOS) or (scale == "log" and low <= 0.0):
        scale = "natural"
    if is_sided:
        return Part(study.part, scale, "none", low, high)
    size = _size_of(scale, () if study.than else (study.statistic,))
    return Part(study.part, scale, size, low, high, _centre(entry, scale, low, high))


def _centre(entry: Entry, scale: Scale, low: float, high: float) -> float:
    """Return what is published of an entry: the middle, where that is a range of sizes."""
    if len(entry.study) == 1 and entry.published is not None:
        return entry.published
    if scale == "natural" and entry.published is None:  # a claim such as "a part of the way"
        return math.nan
    middle = (on_scale(low, scale) + on_scale(high, scale)) / 2
    return off_scale(middle, scale) if math.isfinite(middle) else math.nan


def entries_to_judge(judged: Register) -> dict[str, Entry]:
    """Return the entries of a register, and those that only members of quantities ask, by id."""
    entries = dict(judged.entries)
    for quantity in quantities_judged(judged).values():
        for member in quantity.members:
            if member.compares == SEXES and member.entry is not None:
                both = _of_both_sexes(judged.entries[member.entry], quantity.parts[0])
                entries[both.id] = both
    return entries


def _of_both_sexes(entry: Entry, part: Part) -> Entry:
    """Return an entry on one sex, or on all, as a ratio of females to males."""
    (study,) = entry.study or (None,)
    changes = {"id": _name_of_both(entry.id), "low": part.low, "high": part.high}
    if study is None:
        return entry.model_copy(update=changes)
    ratio = {"statistic": "ratio", "of": f"({study.of}) != 0", "by": "sex == 0", "per": 1.0}
    asked = study.model_copy(update={**ratio, "sex": "all", "low": None, "high": None})
    return entry.model_copy(update={**changes, "study": (asked,)})


def _name_of_both(name: str) -> str:
    return f"{name}, {SEXES}"


def points_of(quantity: JudgedQuantity, results: Mapping[str, Result]) -> list[list[ScalePoint]]:
    """Return what answers every part: each member's study, or the one of the entry."""
    if quantity.members:
        (part,) = quantity.parts
        points = [_answer(member, results, part.scale) for member in quantity.members]
        return [[point for point in points if not math.isnan(point.value)]]
    result = results.get(quantity.entries[0])
    points = [_point(result, index, part.scale) for index, part in enumerate(quantity.parts)]
    return [[] if math.isnan(point.value) else [point] for point in points]


def _answer(member: Member, results: Mapping[str, Result], scale: Scale) -> ScalePoint:
    """Return what one member gives on the scale of its quantity."""
    name = member.entry or ""
    point = _point(results.get(_name_of_both(name) if member.compares == SEXES else name), 0, scale)
    if member.compares == OTHERS:  # on the scale of log odds
        return ScalePoint(-point.value, point.error, tuple(-value for value in point.draws))
    if member.over is None:
        return point
    below = _point(results.get(member.over), 0, scale)
    draws = zip(point.draws, below.draws, strict=False)
    return ScalePoint(
        point.value - below.value,
        math.hypot(point.error, below.error),
        tuple(one - other for one, other in draws),
    )


def _point(result: Result | None, index: int, scale: Scale) -> ScalePoint:
    """Return what one study gave on a scale."""
    if result is None or not result.simulated:
        return NO_POINT
    simulated = result.simulated[index]
    by_seed = result.by_seed[index] if result.by_seed else ()
    draws = tuple(on_scale(value, scale) for value in by_seed)
    error = standard_error(simulated.value, simulated.low, simulated.high, scale)
    if math.isnan(error):
        error = _between_seeds(draws)
    return ScalePoint(on_scale(simulated.value, scale), error, draws)


def _between_seeds(values: Sequence[float]) -> float:
    """Return the standard error of a mean over seeds, NaN of fewer than two."""
    known = [value for value in values if math.isfinite(value)]
    return float(np.std(known, ddof=1)) / math.sqrt(len(known)) if len(known) > 1 else math.nan
