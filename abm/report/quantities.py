"""A validation by quantities: how large the model's errors are, beside two benchmarks, and why.

The same sentences and tables stand on a terminal, on a page and in a notebook.
"""

import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from pydantic import TypeAdapter

from abm.evidence.listing import accepted, number
from abm.evidence.quantity_verdicts import (
    GROUPS,
    LARGEST_FACTOR,
    QUANTITY_VERDICTS,
    Group,
    QuantityVerdict,
)
from abm.evidence.scales import Size
from abm.io.files import ReadBack
from abm.report.format import format_count, format_list
from abm.report.html.folder import Line
from abm.report.rendering import prose
from abm.report.sections import Section, TextTable

NEAR, FAR = 1.5, 2.0
"""Factors of error within which a quantity is near, and beyond which it is told why."""
MOST_NAMED = 2
CLEARLY = 1.1
"""One of two is nearer where the factors of error differ by more than this factor."""
COUNTED: tuple[Group, ...] = ("tested", "weak", "follows from the equations")
"""Groups whose errors count: what was fitted, or is no test, says nothing of the model."""
MEANING = {
    "fitted": "Fitted: the model's numbers were chosen with these in view",
    "in view": "In view: some number was set by hand while these were looked at; no tests",
    "tested": "Tested: fewer than half of draws from the prior pass",
    "weak": "Weak tests: half or more of draws from the prior pass, or it is not known",
    "follows from the equations": "Follow from the equations: nearly every draw passes",
    "no test": "No test: what is accepted spans more than a factor of 4",
    "not answerable": "Not answerable by this model",
}


class JudgedRow(ReadBack):
    """What a row of evidence.json and one of quantities.json have in common."""

    id: Line
    statement: Line
    part: Line = ""
    note: Line = ""
    published: float | None = None
    low: float | None = None
    high: float | None = None
    simulated: float | None = None
    simulated_low: float | None = None
    simulated_high: float | None = None

    @property
    def accepted(self) -> str:
        """What is accepted."""
        low = -math.inf if self.low is None else self.low
        return accepted(low, math.inf if self.high is None else self.high)

    @property
    def simulated_number(self) -> str:
        """The simulated number and its interval."""
        ends = self.simulated_low, self.simulated_high
        if None in ends or ends[0] == ends[1]:
            return number(self.simulated)
        return f"{number(self.simulated)} ({number(ends[0])} to {number(ends[1])})"


class QuantityRow(JudgedRow):
    """One row of quantities.json."""

    group: Group
    verdict: QuantityVerdict
    instrument: Line = ""
    entries: Line = ""
    accepts: Line = ""
    cause: Line = ""
    size: Size = "none"
    p_inside: float | None = None
    factor: float | None = None
    prior_pass: float | None = None
    benchmark: float | None = None
    benchmark_verdict: QuantityVerdict | None = None
    benchmark_factor: float | None = None
    others_factor: float | None = None
    draws_inside: int = 0
    draws: int | None = None

    @property
    def name(self) -> str:
        """What is measured, and its identifier."""
        part = f" [{self.part}]" if self.part else ""
        return f"{self.statement.removesuffix('.')}{part} ({self.id})"

    @property
    def verdict_and_chance(self) -> str:
        """The verdict, and where people are too few the chance that it will be inside."""
        if self.verdict != "not enough people yet" or self.p_inside is None:
            return self.verdict
        return f"{self.verdict}: inside with {100 * self.p_inside:.0f} %"


QUANTITIES = TypeAdapter(list[QuantityRow])
"""What quantities.json holds."""
Rows = Sequence[QuantityRow]


def sentences(rows: Rows) -> tuple[str, ...]:
    """Return what is to be known first: sizes of error, beside the benchmarks, and tests."""
    sized = [row for row in rows if row.group in COUNTED and row.factor is not None]
    return (*_errors(sized), *_benchmarks(sized), *_tests(rows), *_directions(rows))


def _errors(sized: Rows) -> Iterator[str]:
    """Yield the typical factor of error, and how many lie near and far."""
    if not sized:
        yield "No quantity with a published size was predicted."
        return
    factors = [row.factor or 1.0 for row in sized]
    count = format_count(len(sized), "quantity", "quantities")
    yield (
        f"Of {count} with a published size narrow enough to test, none of them fitted, the median "
        f"factor of error is {format_factor(statistics.median(factors))}; "
        f"{sum(factor <= NEAR for factor in factors)} lie within a factor of {NEAR:g}, "
        f"{sum(factor > FAR for factor in factors)} beyond a factor of {FAR:g}."
    )


def format_factor(factor: float | None) -> str:
    """Return a factor of error with one or two decimals, a dash where there is none."""
    if factor is None:
        return "-"
    if factor >= LARGEST_FACTOR:
        return f"{LARGEST_FACTOR:.0f} and more"
    return f"{factor:.2f}" if factor < NEAR * FAR else f"{factor:.1f}"


def _benchmarks(sized: Rows) -> Iterator[str]:
    """Yield how the null model and other published estimates do on the same quantities."""
    both = [row for row in sized if row.benchmark_factor is not None]
    if both:
        own, null = (_median(both, name) for name in ("factor", "benchmark_factor"))
        near = sum((row.benchmark_factor or 1.0) <= NEAR for row in both)
        yield (
            f"The null model, which has no mechanism, answers {len(both)} of them: its median is "
            f"{format_factor(null)} ({near} within {NEAR:g}), the model's on the same "
            f"{format_factor(own)}."
        )
    shares = [row for row in both if row.size == "share"]
    if shares:
        own, null = (_median(shares, name) for name in ("factor", "benchmark_factor"))
        yield (
            f"Of the {len(shares)} among them that are shares, the null model's median is "
            f"{format_factor(null)} and the model's {format_factor(own)}; of associations the null "
            "model says that there is none."
        )
    several = [row for row in sized if row.others_factor is not None]
    if several:
        others, own = (_median(several, name) for name in ("others_factor", "factor"))
        yield (
            f"Where several estimates are published ({len(several)}), one lies typically a factor "
            f"of {format_factor(others)} from the mean of the others, the model "
            f"{format_factor(own)}."
        )
    if both:
        yield _better_and_worse(both)


def _median(rows: Rows, name: str) -> float:
    return statistics.median(getattr(row, name) for row in rows)


def _better_and_worse(rows: Rows) -> str:
    """Say on which quantities the model is nearer than the null model, and on which farther."""

    def gain(row: QuantityRow) -> float:
        return math.log((row.benchmark_factor or 1.0) / (row.factor or 1.0))

    ordered = sorted(rows, key=gain)
    better = [row for row in reversed(ordered) if gain(row) > math.log(CLEARLY)]
    worse = [row for row in ordered if gain(row) < -math.log(CLEARLY)]
    return (
        f"The model is nearer than the null model in {_named(better)}, "
        f"farther in {_named(worse)}, and about as near in {len(rows) - len(better) - len(worse)}."
    )


def _named(rows: Rows) -> str:
    if not rows:
        return "0"
    first = [row.name.replace(", % (", " (") for row in rows[:MOST_NAMED]]
    some = "; ".join(first) + (" and more" if len(rows) > MOST_NAMED else "")
    return f"{len(rows)} ({some})"


def _tests(rows: Rows) -> Iterator[str]:
    """Yield how many of what is a test are inside, with the error of that number."""
    tested = [row for row in rows if row.group == "tested"]
    if not tested:
        yield (
            "None counts as tested: of none is it known that fewer than half of draws from the "
            "prior pass."
        )
        return
    chances = [row.p_inside for row in tested if row.p_inside is not None]
    error = math.sqrt(sum(chance * (1 - chance) for chance in chances))
    yield (
        f"{format_count(len(tested), 'quantity is', 'quantities are')} tested: "
        f"{_counted(tested)}. With ever more people {sum(chances):.1f} would be inside or right, "
        f"give or take {error:.1f} for chance in the runs alone."
    )


def _directions(rows: Rows) -> Iterator[str]:
    sided = [
        row for row in rows if row.group in COUNTED and row.published is None and row.factor is None
    ]
    if sided:
        count = format_count(len(sided), "quantity has", "quantities have")
        yield f"{count} no published size: {_counted(sided)}."


def _counted(rows: Rows) -> str:
    counts = Counter(row.verdict for row in rows)
    return format_list(
        [
            f"{counts[verdict]} {_worded(verdict)}"
            for verdict in QUANTITY_VERDICTS
            if counts[verdict]
        ]
    )


def _worded(verdict: QuantityVerdict) -> str:
    others = {
        "direction right": "in the right direction",
        "direction wrong": "in the wrong direction",
        "not enough people yet": "in need of more people",
        "no answer": "without an answer",
    }
    return others.get(verdict, verdict)


def beyond_table(rows: Rows) -> TextTable:
    """Return what lies beyond a factor of 2 and why, the farthest first."""
    far = [row for row in rows if row.group in COUNTED and (row.factor or 1.0) > FAR]
    far.sort(key=lambda row: -(row.factor or 1.0))
    return TextTable(
        f"Beyond a factor of {FAR:g}, and why",
        ("quantity", "published", "simulated (95 %)", "factor", "null's", "why"),
        tuple(
            (
                *(row.name, number(row.published), row.simulated_number),
                *(format_factor(row.factor), format_factor(row.benchmark_factor)),
                row.cause or "not known",
            )
            for row in far
        ),
        frozenset({1, 2, 3, 4}),
    )


def group_tables(rows: Rows) -> tuple[TextTable, ...]:
    """Return every quantity, a table a group; those of groups that say more first."""
    tables = [_group_table(group, [row for row in rows if row.group == group]) for group in GROUPS]
    return tuple(table for table in tables if table.rows)


def _group_table(group: Group, rows: Rows) -> TextTable:
    columns: dict[str, Callable[[QuantityRow], str]] = {
        "quantity": lambda row: row.name,
        "published": lambda row: number(row.published),
        "accepted": lambda row: row.accepted,
        "simulated (95 %)": lambda row: row.simulated_number,
        "null model": lambda row: number(row.benchmark),
        "factor": lambda row: format_factor(row.factor),
        "null's": lambda row: format_factor(row.benchmark_factor),
        "others'": lambda row: format_factor(row.others_factor),
    }
    if any(row.prior_pass is not None for row in rows):
        columns["prior"] = lambda row: _percent(row.prior_pass)
    if any(row.draws for row in rows):
        columns["draws inside"] = lambda row: f"{row.draws_inside} of {row.draws or 0}"
    numbers = frozenset(range(1, len(columns)))
    columns["verdict"] = lambda row: row.verdict_and_chance
    if group == "not answerable":
        columns = {name: columns[name] for name in ("quantity", "published", "accepted")}
        numbers = frozenset({1, 2})
    cells = tuple(tuple(cell(row) for cell in columns.values()) for row in rows)
    return TextTable(MEANING[group], tuple(columns), cells, numbers)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"


def most_draws(rows: Rows) -> int:
    """Return how many draws of the parameters there were, 0 where none were drawn."""
    return max((row.draws or 0 for row in rows), default=0)


def quantity_section(rows: Rows) -> Section:
    """Return what a validation found, by quantities."""
    tables = [table for table in (beyond_table(rows), *group_tables(rows)) if table.rows]
    return Section(
        "quantities",
        "",
        (*sentences(rows), *tables, *prose("quantities_reading", draws=most_draws(rows))),
    )
