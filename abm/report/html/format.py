"""Numbers, intervals and lists in the words of a report."""

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from abm.io.messages import printable

Show = Callable[[float], str]
UNKNOWN = "-"
LONGEST_TEXT = 1_000


def text_of(value: object, longest: int = LONGEST_TEXT) -> str:
    """Return any value as one line of printable text, cut where it is very long."""
    shown = printable(" ".join(str(value).split()))
    return shown if len(shown) <= longest else f"{shown[:longest]} ..."


def number(value: float) -> str:
    """Return a number with about three digits; a dash where there is none."""
    if not math.isfinite(value):
        return UNKNOWN
    value = value or 0.0  # no minus before zero
    size = abs(value)
    if size >= 99.95 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 9.95 else f"{value:.2g}"


def percent(share: float) -> str:
    """Return a share as a percentage."""
    return f"{100 * share:.1f} %" if math.isfinite(100 * share) else UNKNOWN


def rate(value: float) -> str:
    """Return a rate or ratio with two decimals, large ones without."""
    if not math.isfinite(value):
        return UNKNOWN
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def year_of_age(value: float) -> str:
    """Return an age with one decimal."""
    return f"{value:.1f}" if math.isfinite(value) else UNKNOWN


def span(low: float, high: float, show: Show = number) -> str:
    """Return two limits as ``a to b``, the unit once; a dash where one is not known."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return UNKNOWN
    return f"{show(low).removesuffix(' %')} to {show(high)}"


def with_interval(
    value: float, low: float, high: float, show: Show = number, none: str = "no interval"
) -> str:
    """Return an estimate and its interval, or `none` where there is no interval."""
    if not math.isfinite(value):
        return "not known"
    if not (math.isfinite(low) and math.isfinite(high)) or low == high:
        return f"{show(value)} ({none})"
    return f"{show(value)} (95 % interval {span(low, high, show)})"


def fewer_or_more(averted: float, other: float | None = None) -> str:
    """Return what is averted, or a span of it, as so many fewer or more."""
    if not (math.isfinite(averted) and (other is None or math.isfinite(other))):
        return "-"
    if other is None:
        word = "fewer" if averted > 0 else "more"
        return f"{number(abs(averted))} {word}" if averted else "no difference"
    if averted > 0 or other < 0:  # both ends on one side, the smaller number first
        low, high = sorted((abs(averted), abs(other)))
        return f"{number(low)} to {number(high)} {'fewer' if averted > 0 else 'more'}"
    return f"{number(-averted)} more to {number(other)} fewer"


def counted(count: int, one: str, several: str | None = None) -> str:
    """Return a number and its noun: ``1 seed``, ``2 seeds``."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return words as a list: ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def seeds_in_words(seeds: Sequence[int]) -> str:
    """Return seeds as ``1``, ``1 to 5``, or a list cut after ten."""
    if not seeds:
        return "none"
    ordered = sorted(set(seeds))
    if len(ordered) > 2 and ordered[-1] - ordered[0] + 1 == len(ordered):
        return f"{ordered[0]} to {ordered[-1]}"
    if len(ordered) > 10:
        return f"{', '.join(map(str, ordered[:10]))} and {len(ordered) - 10} more"
    return listed([str(seed) for seed in ordered])


def seeds_of_tables(tables: Mapping[str, Any]) -> str:
    """Say which tables of a run folder hold which seeds, or nothing where all hold the same."""
    by_seeds: dict[tuple[int, ...], list[str]] = {}
    for name, about in tables.items():
        given = about.get("seeds")
        seeds = [each for each in given if isinstance(each, int)] if isinstance(given, list) else []
        by_seeds.setdefault(tuple(seeds), []).append(text_of(name, 80))
    if len(by_seeds) < 2:
        return ""
    told = [
        f"{listed(names)} {'holds' if len(names) == 1 else 'hold'} seeds {seeds_in_words(seeds)}"
        for seeds, names in by_seeds.items()
    ]
    return f"Tables hold different seeds: {'; '.join(told)}."


def day_in_words(text: str) -> str:
    """Return an ISO date as readers write it; anything else as it stands."""
    try:
        day = datetime.date.fromisoformat(text[:10])
    except ValueError:
        return text_of(text)
    return f"{day.day} {day.strftime('%B')} {day.year}"


def capitalised(text: str) -> str:
    """Return a sentence with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]
