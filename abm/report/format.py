"""How numbers, intervals, seeds, dates and lists are written for readers: one way, everywhere."""

import datetime
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from abm.io.messages import printable

Format = Callable[[float], str]
UNKNOWN = "-"
LONGEST_TEXT = 1_000
ABOUT = "about "
WHOLE = 0.5  # above it a number of people is told as a whole one


def format_text(value: object, longest: int = LONGEST_TEXT) -> str:
    """Return any value as one line of printable text, cut where it is very long."""
    line = printable(" ".join(str(value).split()))
    return line if len(line) <= longest else f"{line[:longest]} ..."


def format_number(value: float) -> str:
    """Return a number with about three digits; a dash where there is none."""
    if not math.isfinite(value):
        return UNKNOWN
    value = value or 0.0  # no minus before zero
    size = abs(value)
    if size >= 99.95 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 9.95 else f"{value:.2g}"


def format_percent(share: float) -> str:
    """Return a share as a percentage."""
    return f"{100 * share:.1f} %" if math.isfinite(100 * share) else UNKNOWN


def format_whole_percent(share: float) -> str:
    """Return a share as a percentage without decimals."""
    return f"{100 * share:.0f} %" if math.isfinite(100 * share) else UNKNOWN


def format_rate(value: float) -> str:
    """Return a rate or ratio with two decimals, large ones without."""
    if not math.isfinite(value):
        return UNKNOWN
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def format_age(value: float) -> str:
    """Return an age with one decimal."""
    return f"{value:.1f}" if math.isfinite(value) else UNKNOWN


FORMATS: Mapping[str, Format] = {
    "percent": format_percent,
    "number": format_rate,
    "age": format_age,
    "ratio": format_rate,
}
"""How a key figure of each form is written."""


def format_range(low: float, high: float, form: Format = format_number) -> str:
    """Return two limits as ``a to b``, the unit once; a dash where one is not known."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return UNKNOWN
    return f"{form(low).removesuffix(' %')} to {form(high)}"


def format_estimate(
    value: float, low: float, high: float, form: Format = format_number, none: str = "no interval"
) -> str:
    """Return an estimate and its interval, or `none` where there is no interval."""
    if not math.isfinite(value):
        return "not known"
    if not (math.isfinite(low) and math.isfinite(high)) or low == high:
        return f"{form(value)} ({none})"
    return f"{form(value)} (95 % interval {format_range(low, high, form)})"


def format_chance(share: float) -> str:
    """Return a small share as so many of 100 people, or of 1,000: ``about 3 or 4 in 100``."""
    for people in (100, 1_000):
        count = share * people
        if count >= 1:
            is_near = count >= 10 or abs(count - round(count)) < 0.25
            whole = f"{round(count)}" if is_near else f"{int(count)} or {int(count) + 1}"
            return f"{ABOUT}{whole} in {people:,}"
    return "fewer than 1 in 1,000"


def format_chances(shares: Iterable[float]) -> list[str]:
    """Return small shares that are read in a row: all after the first with "about" go without."""
    texts = [format_chance(share) for share in shares]
    first = next((text for text in texts if text.startswith(ABOUT)), "")
    after = texts.index(first) + 1 if first else len(texts)
    return [*texts[:after], *(text.removeprefix(ABOUT) for text in texts[after:])]


def format_whole(value: float) -> str:
    """Return a number of people or things as a whole one of three digits; up to a half as it is."""
    if not math.isfinite(value):
        return UNKNOWN
    size = abs(value)
    if size >= 1_000:
        value = round(value, 2 - math.floor(math.log10(size)))
    return f"{value:,.0f}" if size > WHOLE or size == 0 else f"{value:.1g}"


CURRENCIES = {
    "AUD": "Australian dollars", "EUR": "euro", "GBP": "pounds", "USD": "US dollars",
}  # fmt: skip


def format_money(amount: float, currency: str = "") -> str:
    """Return an amount with two digits: ``0.24 million euro``; without a name as it stands."""
    size = abs(amount)
    if not math.isfinite(amount):
        return UNKNOWN
    if size >= 99_500:
        millions = max(size / 1e6, 0.1)
        digits = max(0, 1 - math.floor(math.log10(millions)))
        text = f"{millions:,.{digits}f} million"
    else:
        text = f"{round(size, 1 - math.floor(math.log10(size))) if size else 0:,.10g}"
    return f"{text} {CURRENCIES.get(currency, currency)}".strip()


def format_fewer_or_more(
    averted: float, other: float | None = None, form: Format = format_number
) -> str:
    """Return what is averted, or a range of it, as so many fewer or more."""
    if not (math.isfinite(averted) and (other is None or math.isfinite(other))):
        return "-"
    if other is None:
        word = "fewer" if averted > 0 else "more"
        return f"{form(abs(averted))} {word}" if averted else "no difference"
    if averted >= 0 or other <= 0:  # both ends on one side, the smaller number first
        low, high = sorted((abs(averted), abs(other)))
        return f"{form(low)} to {form(high)} {'fewer' if averted + other >= 0 else 'more'}"
    return f"{form(abs(averted))} more to {form(other)} fewer"


def format_whole_range(low: float, high: float) -> str:
    """Return a range of what is averted in whole people; as it is where it ends at half of one.

    A limit that rounds to nobody has no direction: ``0 to 5 fewer``.
    """
    if math.isfinite(low) and math.isfinite(high) and max(abs(low), abs(high)) > WHOLE:
        low, high = round(low), round(high)
    return format_fewer_or_more(low, high, form=format_whole)


def format_count(count: int, one: str, several: str | None = None) -> str:
    """Return a number and its noun: ``1 seed``, ``2 seeds``."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def format_list(items: Sequence[str], last: str = "and") -> str:
    """Return items as a list: ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def format_seeds(seeds: Sequence[int]) -> str:
    """Return seeds as ``1``, ``1 to 5``, or a list cut after ten."""
    if not seeds:
        return "none"
    ordered = sorted(set(seeds))
    if len(ordered) > 2 and ordered[-1] - ordered[0] + 1 == len(ordered):
        return f"{ordered[0]} to {ordered[-1]}"
    if len(ordered) > 10:
        return f"{', '.join(map(str, ordered[:10]))} and {len(ordered) - 10} more"
    return format_list([str(seed) for seed in ordered])


def format_seeds_of_tables(tables: Mapping[str, Any]) -> str:
    """Say which tables of a run folder hold which seeds, or nothing where all hold the same."""
    by_seeds: dict[tuple[int, ...], list[str]] = {}
    for name, about in tables.items():
        given = about.get("seeds")
        seeds = [seed for seed in given if isinstance(seed, int)] if isinstance(given, list) else []
        by_seeds.setdefault(tuple(seeds), []).append(format_text(name, 80))
    if len(by_seeds) < 2:
        return ""
    parts = [
        f"{format_list(names)} {'holds' if len(names) == 1 else 'hold'} seeds {format_seeds(seeds)}"
        for seeds, names in by_seeds.items()
    ]
    return f"Tables hold different seeds: {'; '.join(parts)}."


def format_date(text: str) -> str:
    """Return an ISO date as readers write it; anything else as it stands."""
    try:
        day = datetime.date.fromisoformat(text[:10])
    except ValueError:
        return format_text(text)
    return f"{day.day} {day.strftime('%B')} {day.year}"


def capitalised(text: str) -> str:
    """Return a sentence with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]
