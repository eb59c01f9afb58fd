"""The summary of a run as a table for people: rich on a terminal, plain text elsewhere."""

import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from abm.report.draws_in_words import NOT_TOLD, notes_by_draw

if TYPE_CHECKING:
    from abm.studies.summary import Form, Row
    from abm.studies.summary_by_draw import RowByDraw

HEADINGS = ("", "estimate", "95 % interval", "interval from")
HEADINGS_BY_DRAW = ("", "estimate", "parameters", "chance", "of one run", "95 % intervals from")

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
    return _shown_limits(row, row.low, row.high)


def _shown_limits(row: "Row", low: float, high: float) -> str:
    if math.isnan(low) or math.isnan(high):
        return "-"
    shown = shown_number(low, row.form)
    return f"{shown.removesuffix(' %')} to {shown_number(high, row.form)}"


def print_summary(rows: Sequence["Row"], title: str) -> None:
    """Print the key figures to standard output; nothing is ever cut off where it is no terminal."""
    cells = [
        (row.label, shown_number(row.estimate, row.form), shown_interval(row), row.interval)
        for row in rows
    ]
    _print(HEADINGS, cells, title)


def _print(headings: tuple[str, ...], cells: Sequence[tuple[str, ...]], title: str) -> None:
    if sys.stdout.isatty():
        _print_rich(headings, cells, title)
    else:
        print("\n".join(plain_table([headings, *cells], title)))


def plain_table(lines: Sequence[tuple[str, ...]], title: str) -> list[str]:
    """Return an aligned table of text: first column left, numbers right, last column left."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    shown = [title]
    for line in lines:
        first, *middle, last = line
        numbers = [cell.rjust(width) for cell, width in zip(middle, widths[1:-1], strict=True)]
        shown.append("  ".join([first.ljust(widths[0]), *numbers, last]).rstrip())
    return shown


def _print_rich(headings: tuple[str, ...], cells: Sequence[tuple[str, ...]], title: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left", show_edge=False, pad_edge=False)
    for place, heading in enumerate(headings):
        is_number = 0 < place < len(headings) - 1
        table.add_column(heading, justify="right" if is_number else "left", overflow="fold")
    for line in cells:
        table.add_row(*line)
    Console().print(table)


def print_by_draw(rows: Sequence["Row"], title: str, seeds: Sequence[int]) -> None:
    """Print the key figures of seeds that draw their parameters: parameters and chance apart."""
    from abm.studies.between_draws import FEWEST_DRAWS, whole_draws
    from abm.studies.summary_by_draw import RowByDraw

    if whole_draws(seeds) < FEWEST_DRAWS:
        print_summary(rows, title)
    else:
        cells = [
            (
                row.label,
                shown_number(row.estimate, row.form),
                _shown_of_parameters(row),
                _shown_limits(row, row.low, row.high),
                _shown_limits(row, row.one_run_low, row.one_run_high),
                row.interval,
            )
            for row in rows
            if isinstance(row, RowByDraw)
        ]
        _print(HEADINGS_BY_DRAW, cells, title)
    for line in notes_by_draw(seeds):
        print(line)


def _shown_of_parameters(row: "RowByDraw") -> str:
    """Return the interval over parameters, or that draws differ no more than chance has it."""
    if row.parameter_low == row.parameter_high and row.low < row.high:
        return NOT_TOLD
    return _shown_limits(row, row.parameter_low, row.parameter_high)


def print_support() -> None:
    """Print where to find support: with the table on a terminal, else on standard error."""
    print(SUPPORT, file=sys.stdout if sys.stdout.isatty() else sys.stderr)
