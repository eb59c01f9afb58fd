"""The summary of a run as a table for people: rich on a terminal, plain text elsewhere."""

import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from abm.studies.summary import Form, Row

HEADINGS = ("", "estimate", "95 % interval", "interval from")

SUPPORT = (
    "A simulation shows what follows from its assumptions, not what will happen to a person. "
    "If you or someone you know needs support: findahelpline.com lists crisis lines worldwide."
)


def shown_number(value: float, form: "Form") -> str:
    """Return a number as readers see it: a percentage, an age, a ratio or a plain number."""
    if math.isnan(value):
        return "-"
    if form == "percent":
        return f"{100 * value:.1f} %"
    if form == "age":
        return f"{value:.1f}"
    return f"{value:.2f}"


def shown_interval(row: "Row") -> str:
    """Return an interval as readers see it, or a dash."""
    if math.isnan(row.low) or math.isnan(row.high):
        return "-"
    low, high = shown_number(row.low, row.form), shown_number(row.high, row.form)
    return f"{low.removesuffix(' %')} to {high}"


def print_summary(rows: Sequence["Row"], title: str) -> None:
    """Print the key figures to standard output; nothing is ever cut off where it is no terminal."""
    cells = [
        (row.label, shown_number(row.estimate, row.form), shown_interval(row), row.interval)
        for row in rows
    ]
    if sys.stdout.isatty():
        _print_rich(cells, title)
    else:
        print("\n".join(plain_table([HEADINGS, *cells], title)))


def plain_table(lines: Sequence[tuple[str, ...]], title: str) -> list[str]:
    """Return an aligned table of text: first column left, numbers right, last column left."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    shown = [title]
    for line in lines:
        first, *middle, last = line
        numbers = [cell.rjust(width) for cell, width in zip(middle, widths[1:-1], strict=True)]
        shown.append("  ".join([first.ljust(widths[0]), *numbers, last]).rstrip())
    return shown


def _print_rich(cells: Sequence[tuple[str, ...]], title: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left", show_edge=False, pad_edge=False)
    for place, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="right" if place in (1, 2) else "left", overflow="fold")
    for line in cells:
        table.add_row(*line)
    Console().print(table)


def print_support() -> None:
    """Print where to find support: with the table on a terminal, else on standard error."""
    print(SUPPORT, file=sys.stdout if sys.stdout.isatty() else sys.stderr)
