"""Quantities: entries of the register that measure one thing on one instrument, judged as one.

`quantities.toml` groups them. Of five and more independent surveys another's prediction interval is
accepted, of fewer the published range, each end with its own sampling interval. Every answerable
entry that stands in none is a quantity of its own, with what is accepted of the entry.
"""

import functools
import math
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from abm.evidence.pooling import FEWEST_POOLED, PooledEstimates, largest_spread, pool, predicted
from abm.evidence.register import FOLDER, Entry, register
from abm.evidence.scales import Scale, off_scale, on_scale, standard_error
from abm.io.declarations import DeclarationError, Declared, Text, named, read_declarations
from abm.studies.intervals import Interval, binomial_interval, ratio_interval

QUANTITIES_FILE = "quantities.toml"
SEXES = "females over males"


class Member(Declared):
    """One published estimate of a quantity, and the entry whose study imitates it."""

    entry: Text | None = None  # what has none counts among the published alone
    over: Text | None = None  # the entry below the line, of a ratio of two
    # Females over males: the study of the entry, asked of both sexes. The others: 100 % minus it.
    compares: Literal["females over males", "the others"] | None = None
    published: float | None = None  # else that of the shares, or of the entry
    low: float | None = None  # its own sampling interval; else that of the people, or of the entry
    high: float | None = None
    shares: tuple[float, float] | None = None  # in percent, whose ratio is published
    people: tuple[int, ...] = ()  # who answered; of a ratio of shares, of each
    source: str = ""  # of what has no entry

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.entry is None) == (not self.source):
            raise ValueError("source: expected of a member without an entry, and only there")
        if self.entry is None and self.published is None and self.shares is None:
            raise ValueError("published: expected of a member without an entry")
        if self.people and len(self.people) != (1 if self.shares is None else 2):
            raise ValueError("people: expected one number, or one of each share")
        return self

    @property
    def entries(self) -> tuple[str, ...]:
        """The entries of the register that it names."""
        return tuple(name for name in (self.entry, self.over) if name is not None)


class ReviewSpread(Declared):
    """What is known of how far the studies of a review differ."""

    entry: Text  # its pooled estimate
    studies: int | None = Field(default=None, ge=3)  # else not known
    spread: float | None = Field(default=None, gt=0)  # tau on the scale; else what its error allows

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.studies is None and self.spread is None:
            raise ValueError("expected how many studies, or their spread")
        return self


class PublishedQuantity(Declared):
    """What several entries measure on one instrument, and what is accepted of it."""

    id: Text
    statement: Text
    scale: Scale
    instrument: Text
    accepts: Literal["prediction interval", "spread within a review", "published range"]
    why: str = ""  # no prediction interval
    note: str = ""
    members: tuple[Member, ...] = Field(min_length=1)
    also: tuple[str, ...] = ()  # entries of the same surveys, for which members stand
    review: ReviewSpread | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        is_pooled = self.accepts == "prediction interval"
        if is_pooled != (not self.why):
            raise ValueError("why: expected where there is no prediction interval, and only there")
        if is_pooled and len(self.members) < FEWEST_POOLED:
            raise ValueError(f"members: a prediction interval needs {FEWEST_POOLED}")
        if (self.review is None) == (self.accepts == "spread within a review"):
            raise ValueError("review: expected of a spread within a review, and only there")
        return self

    @property
    def entries(self) -> tuple[str, ...]:
        """The entries of the register that stand in it."""
        names = [name for member in self.members for name in member.entries]
        return tuple(dict.fromkeys([*names, *self.also]))


class PublishedEstimate(NamedTuple):
    """One published number with its own sampling interval, NaN where there is none."""

    value: float
    low: float
    high: float


class AcceptedRange(NamedTuple):
    """What is published of a quantity, in its own units, and what is accepted of it."""

    estimates: tuple[PublishedEstimate, ...]
    centre: float
    spread: float  # between studies: tau, on the scale; NaN where it is not known
    low: float
    high: float


def estimate_of(member: Member, entries: Mapping[str, Entry], scale: Scale) -> PublishedEstimate:
    """Return what is published of one member; a DeclarationError if nothing is."""
    entry = None if member.entry is None else entries.get(member.entry)
    own = entry if member.compares is None and member.over is None else None
    value = member.published
    if value is None and member.shares is not None:
        value = member.shares[0] / member.shares[1]
    if value is None and own is not None:
        ends = on_scale(own.low, scale), on_scale(own.high, scale)
        value = own.published if own.published is not None else off_scale(sum(ends) / 2, scale)
    if value is None and entry is not None and entry.published is not None:
        value = 100.0 - entry.published
    if value is None:
        raise DeclarationError(f"{QUANTITIES_FILE}: {member.entry}: nothing is published of it")
    low, high = _sampling(member, value) or _interval_of(entry, member)
    return PublishedEstimate(value, low, high)


def _sampling(member: Member, value: float) -> Interval | None:
    """Return the sampling interval that a member states itself."""
    if member.low is not None and member.high is not None:
        return Interval(member.low, member.high)
    if not member.people:
        return None
    if member.shares is not None:
        one, other = zip(member.shares, member.people, strict=True)
        return ratio_interval(
            (one[0] * one[1] / 100, one[1]), (other[0] * other[1] / 100, other[1])
        )
    (people,) = member.people
    low, high = binomial_interval(value * people / 100, people)
    return Interval(100 * low, 100 * high)


def _interval_of(entry: Entry | None, member: Member) -> Interval:
    """Return the interval of an entry where it has one."""
    if entry is None or member.over or member.compares == SEXES:
        return Interval(math.nan, math.nan)
    low, high = (end if math.isfinite(end) else math.nan for end in (entry.low, entry.high))
    if member.compares == "the others":
        low, high = 100.0 - high, 100.0 - low
    return Interval(low, high)


def accepted_range(quantity: PublishedQuantity, entries: Mapping[str, Entry]) -> AcceptedRange:
    """Return what is published of a quantity together, and what is accepted of it."""
    scale = quantity.scale
    estimates = tuple(estimate_of(member, entries, scale) for member in quantity.members)
    values = [on_scale(estimate.value, scale) for estimate in estimates]
    if quantity.accepts == "published range":
        lowest, highest = min(estimates), max(estimates)
        ends = _or(lowest.low, lowest.value), _or(highest.high, highest.value)
        return AcceptedRange(
            estimates, off_scale(sum(values) / len(values), scale), math.nan, *ends
        )
    if quantity.review is None:
        pooled = pool(values, [standard_error(*estimate, scale) for estimate in estimates])
    else:
        pooled = _within_review(quantity.review, estimates[_index(quantity)], scale)
    centre, low, high = (off_scale(end, scale) for end in (pooled.centre, pooled.low, pooled.high))
    return AcceptedRange(estimates, centre, pooled.spread, low, high)


def _or(number: float, instead: float) -> float:
    return instead if math.isnan(number) else number


def _index(quantity: PublishedQuantity) -> int:
    """Return which member is the pooled estimate of its review."""
    assert quantity.review is not None
    return [member.entry for member in quantity.members].index(quantity.review.entry)


def _within_review(
    review: ReviewSpread, estimate: PublishedEstimate, scale: Scale
) -> PooledEstimates:
    """Return where a study would lie, from what a review tells of the spread between its own."""
    error = standard_error(*estimate, scale)
    spread = review.spread
    if spread is None:
        assert review.studies is not None
        spread = largest_spread(error, review.studies)
    return predicted(on_scale(estimate.value, scale), error, spread, review.studies)


def read_quantities(text: str, entries: Collection[str]) -> dict[str, PublishedQuantity]:
    """Return quantities by name; a DeclarationError says what is wrong with which.

    `entries` are the identifiers of the register; a quantity that names another is refused.
    """
    quantities = read_declarations(dict[str, PublishedQuantity], text, QUANTITIES_FILE, _prepared)
    for quantity in quantities.values():
        for name in quantity.entries:
            if name not in entries:
                raise DeclarationError(f"{QUANTITIES_FILE}: {quantity.id}: no entry {name}")
        if quantity.review is not None and quantity.review.entry not in quantity.entries:
            raise DeclarationError(f"{QUANTITIES_FILE}: {quantity.id}: review: no member")
    return quantities


def _prepared(tables: dict[str, Any]) -> Any:
    """Return quantities with members that are named alone as members of that entry."""
    for table in tables.values():
        if isinstance(table, dict) and isinstance(table.get("members"), list):
            table["members"] = [
                {"entry": member} if isinstance(member, str) else member
                for member in table["members"]
            ]
    return named(tables, "id")


@functools.cache
def quantities() -> Mapping[str, PublishedQuantity]:
    """Return the quantities that the package declares, by name."""
    text = (FOLDER / QUANTITIES_FILE).read_text(encoding="utf-8")
    return MappingProxyType(read_quantities(text, register().entries))
