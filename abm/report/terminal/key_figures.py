"""The summary of a run as a table for people."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from abm.io.terminal import print_figures, print_text
from abm.report.terminal.draws import NOT_TOLD, notes_by_draw

if TYPE_CHECKING:
    from abm.studies.key_figures import Form, Row
    from abm.studies.key_figures_by_draw import RowByDraw

HEADINGS = ("", "estimate", "95 % interval", "interval from")
HEADINGS_BY_DRAW = ("", "estimate", "parameters", "chance", "of one run", "95 % intervals from")


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
    lower = shown_number(low, row.form)
    return f"{lower.removesuffix(' %')} to {shown_number(high, row.form)}"


def print_summary(rows: Sequence["Row"], title: str) -> None:
    """Print the key figures to standard output; nothing is ever cut off where it is no terminal."""
    cells = [
        (row.label, shown_number(row.estimate, row.form), shown_interval(row), row.interval)
        for row in rows
    ]
    print_figures(title, HEADINGS, cells)


def print_by_draw(rows: Sequence["Row"], title: str, seeds: Sequence[int]) -> None:
    """Print the key figures of seeds that draw their parameters: parameters and chance apart."""
    from abm.studies.key_figures_by_draw import RowByDraw
    from abm.studies.variance_between_draws import FEWEST_DRAWS, whole_draws

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
        print_figures(title, HEADINGS_BY_DRAW, cells)
    for line in notes_by_draw(seeds):
        print_text(line)


def _shown_of_parameters(row: "RowByDraw") -> str:
    """Return the interval over parameters, or that draws differ no more than chance has it."""
    if row.parameter_low == row.parameter_high and row.low < row.high:
        return NOT_TOLD
    return _shown_limits(row, row.parameter_low, row.parameter_high)
