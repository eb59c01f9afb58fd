"""Quantities: entries of the register that measure one thing on one instrument, judged as one.

`quantities.toml` groups them. Of five and more surveys another's prediction interval is
accepted, of fewer the published range, each end with its own sampling interval. Every answerable
entry that stands in none is a quantity of its own, with what is accepted of the entry.
"""

import functools
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from abm.evidence.pooling import PooledEstimates, largest_spread, pool, predicted
from abm.evidence.published_quantity import (
    OTHERS,
    Member,
    PublishedQuantity,
    ReviewSpread,
    prepared_quantities,
)
from abm.evidence.register import FOLDER, Entry, register
from abm.evidence.scales import Scale, off_scale, on_scale, standard_error
from abm.io.declarations import DeclarationError, checked, toml_tables
from abm.io.messages import did_you_mean
from abm.studies.intervals import Interval, binomial_interval, ratio_interval

QUANTITIES_FILE = "quantities.toml"


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
    rest = None if entry is None or member.compares != OTHERS else entry.published
    if value is None and rest is not None:
        value = 100.0 - rest
    if value is None:
        what = "ratio" if member.is_ratio else "size"
        raise DeclarationError(f"{member.entry}: no {what} is published of it")
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
    if entry is None or member.is_ratio:
        return Interval(math.nan, math.nan)
    low, high = (end if math.isfinite(end) else math.nan for end in (entry.low, entry.high))
    if member.compares == OTHERS:
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


def read_quantities(
    tables: dict[str, Any], entries: Mapping[str, Entry], file: str
) -> dict[str, PublishedQuantity]:
    """Return quantities by name; a DeclarationError says what is wrong with which.

    `entries` are those of the register; a quantity that names another is refused.
    """
    quantities = checked(dict[str, PublishedQuantity], prepared_quantities(tables), file)
    for quantity in quantities.values():
        where = f"{file}: {quantity.id}"
        for name in quantity.entries:
            if name not in entries:
                raise DeclarationError(f"{where}: no entry {name}{did_you_mean(name, entries)}")
        if quantity.review is not None and quantity.review.entry not in quantity.entries:
            raise DeclarationError(f"{where}: review: no member")
    return quantities


def check_accepted(quantity: PublishedQuantity, entries: Mapping[str, Entry], where: str) -> None:
    """Refuse a quantity of which nothing can be accepted; the error begins with `where`."""
    try:
        accepted = accepted_range(quantity, entries)
    except (ValueError, ArithmeticError) as error:
        raise DeclarationError(f"{where}: nothing can be accepted: {error}") from None
    if not accepted.low < accepted.high:
        raise DeclarationError(f"{where}: members: what is accepted has no width")


@functools.cache
def quantities() -> Mapping[str, PublishedQuantity]:
    """Return the quantities that the package declares, by name."""
    tables = toml_tables((FOLDER / QUANTITIES_FILE).read_text(encoding="utf-8"), QUANTITIES_FILE)
    return MappingProxyType(read_quantities(tables, register().entries, QUANTITIES_FILE))
