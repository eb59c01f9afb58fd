"""The figures of a validation: a line a quantity, what is published as a bar, what came out on it.

Quantities with a published size stand on one scale, so many times smaller or larger than published;
of the others the chance is drawn that the published direction, or range, is met.
"""

import math
import textwrap
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from abm.evidence.quantity_verdicts import SURE, Group
from abm.evidence.scales import log_size
from abm.report.figures import style
from abm.report.quantities import QuantityRow

MARKS = {
    "inside": ("#0072B2", "o"),
    "direction right": ("#0072B2", ">"),
    "not enough people yet": ("#E69F00", "D"),
    "outside": ("#D55E00", "X"),
    "direction wrong": ("#882255", "<"),
}
"""Colour and marker of every verdict on a number."""
HEADINGS: dict[Group, str] = {
    "tested": "Tested",
    "weak": "Weak tests, or not known",
    "follows from the equations": "Follow from the equations",
    "fitted": "Fitted",
    "in view": "In view when numbers were set",
    "no test": "No test",
}
"""Groups in the order they are drawn, and what stands above them."""
FARTHEST = math.log(5.0)  # what lies farther is drawn at the edge
FACTORS = {0.25: "a quarter", 0.5: "half", 1.0: "as published", 2.0: "double", 4.0: "four times"}
PAGE_LINES, LINE_INCHES, OTHER_INCHES = 44, 0.235, 1.9
NAME_CHARACTERS, NAME_POINTS, HEADING_POINTS, AXIS_POINTS = 66, 9.0, 9.5, 9.5
BY_SIZE, BY_CHANCE, MOST_PAGES = "quantities_by_size", "quantities_by_chance", 3
NULL_LOOK: dict[str, Any] = {
    "marker": "|",
    "color": "#333333",
    "markersize": 8,
    "markeredgewidth": 1.6,
}
SIZE_NOTE = (
    "Green: what is accepted, a prediction interval or the published range. Points: simulated, "
    "with the 95 % interval for chance. Upright strokes: the null model, which has no mechanism. "
    "Of shares the odds are compared. Points at the edge lie farther out. To the right: published, "
    "and simulated. The numbers are in quantities.csv."
)
CHANCE_NOTE = (
    "Points: the chance that with ever more people the published direction, or range, would be "
    f"met. Shaded: {100 * SURE:.0f} % and more either way. Upright strokes: whether the null "
    "model, which has no mechanism, meets it. The numbers are in quantities.csv."
)

Line = QuantityRow | str
"""A quantity, or the heading of a group."""


def draw_quantities(rows: Sequence[QuantityRow], folder: Path, title: str) -> list[str]:
    """Draw every quantity that has an answer, by size or by chance; return the file names."""
    answered = [row for row in rows if row.simulated is not None and row.group in HEADINGS]
    sized = [row for row in answered if row.factor is not None]
    others = [row for row in answered if row.factor is None]
    drawers: dict[str, Callable[[None], Figure | None]] = {}
    for name, own, drawer in ((BY_SIZE, sized, _by_size), (BY_CHANCE, others, _by_chance)):
        every = pages(own)
        for index, lines in enumerate(every):
            key = name if index == 0 else f"{name}_{index + 1}"
            number = f" ({index + 1} of {len(every)})" if len(every) > 1 else ""
            drawers[key] = partial(_page, drawer, lines, f"{title}{number}")
    return style.draw_all(folder, drawers, None)


def pages(rows: Sequence[QuantityRow]) -> list[list[Line]]:
    """Return rows by group under headings, in pages that print on A4, at most `MOST_PAGES`."""
    lines = list(_grouped(rows))
    a_page = max(PAGE_LINES, -(-len(lines) // MOST_PAGES))
    number = -(-len(lines) // a_page)
    size = -(-len(lines) // number) if lines else 1
    return [_begun(lines[start : start + size]) for start in range(0, len(lines), size)]


def _begun(lines: list[Line]) -> list[Line]:
    """Return a page that begins with a heading."""
    first = lines[0]
    return lines if isinstance(first, str) else [f"{HEADINGS[first.group]}, continued", *lines]


def _grouped(rows: Sequence[QuantityRow]) -> Iterator[Line]:
    for group, heading in HEADINGS.items():
        own = [row for row in rows if row.group == group]
        if own:
            yield heading
            yield from sorted(own, key=lambda row: (-(row.factor or 0.0), -(row.p_inside or 0.0)))


def _page(
    draw: Callable[[Axes, Sequence[Line]], str], lines: Sequence[Line], title: str, _: None
) -> Figure:
    """Draw a page: names to the left, and what a drawer puts beside them."""
    figure, (axes,) = style.canvas(height=OTHER_INCHES + LINE_INCHES * len(lines))
    axes.set_yticks(range(len(lines)), list(map(name_of, lines)), fontsize=NAME_POINTS)
    for label, line in zip(axes.get_yticklabels(), lines, strict=True):
        if isinstance(line, str):
            label.set(fontsize=HEADING_POINTS, fontweight="bold")
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    note = draw(axes, lines)
    for verdict in _verdicts(lines):
        colour, marker = MARKS[verdict]
        axes.plot([], [], marker, color=colour, label=verdict)
    return style.finish(figure, title, [note], axes if any(_verdicts(lines)) else None)


def _verdicts(lines: Sequence[Line]) -> list[str]:
    given = {line.verdict for line in lines if not isinstance(line, str)}
    return [verdict for verdict in MARKS if verdict in given]


def _by_size(axes: Axes, lines: Sequence[Line]) -> str:
    """Draw how many times smaller or larger than published; return the note."""
    axes.axvline(0.0, color=style.GREY, linewidth=1.0)
    for height, line in enumerate(lines):
        if isinstance(line, str):
            continue
        low, high = position(line, line.low), position(line, line.high)
        axes.barh(height, high - low, 0.62, low, linewidth=0, **style.PUBLISHED_LOOK)
        ends = [position(line, end) for end in (line.simulated_low, line.simulated_high)]
        _mark(axes, line, position(line, line.simulated), height, ends)
        axes.plot(position(line, line.benchmark), height, **NULL_LOOK)
        numbers = f"{short(line.published)}  →  {short(line.simulated)}"
        axes.annotate(
            numbers, (1.015, height), xycoords=("axes fraction", "data"), va="center",
            fontsize=NAME_POINTS, annotation_clip=False,
        )  # fmt: skip
    axes.set_xticks(list(map(math.log, FACTORS)), list(FACTORS.values()), fontsize=AXIS_POINTS)
    axes.set_xlim(-FARTHEST - 0.08, FARTHEST + 0.08)
    return SIZE_NOTE


def position(row: QuantityRow, value: float | None) -> float:
    """Return how far above what is published a number lies, as a logarithm; at most at the edge."""
    if value is None or row.published is None:
        return math.nan
    size = log_size(value, row.size) - log_size(row.published, row.size)
    return max(-FARTHEST, min(FARTHEST, size)) if not math.isnan(size) else math.nan


def _by_chance(axes: Axes, lines: Sequence[Line]) -> str:
    """Draw the chance that what is published is met; return the note."""
    for low, high in ((0.0, 1 - SURE), (SURE, 1.0)):
        axes.axvspan(low, high, color=style.GREY, alpha=0.1, linewidth=0)
    for height, line in enumerate(lines):
        if not isinstance(line, str):
            chance = math.nan if line.p_inside is None else line.p_inside
            _mark(axes, line, chance, height, [])
            axes.plot(_of_null(line), height, **NULL_LOOK)
    axes.set_xticks([0.0, 0.5, 1.0], ["no", "even chances", "yes"], fontsize=AXIS_POINTS)
    axes.set_xlim(-0.03, 1.03)
    return CHANCE_NOTE


def _of_null(row: QuantityRow) -> float:
    """Return 1 where the null model meets what is published, 0 where it does not."""
    if row.benchmark_verdict in ("inside", "direction right"):
        return 1.0
    return 0.0 if row.benchmark_verdict in ("outside", "direction wrong") else math.nan


def _mark(axes: Axes, row: QuantityRow, point: float, height: int, ends: list[float]) -> None:
    colour, marker = MARKS.get(row.verdict, (style.GREY, "s"))
    if ends:
        axes.plot(ends, [height, height], color=colour, linewidth=1.6)
    axes.plot(point, height, marker, color=colour, markersize=6)


def short(value: float | None) -> str:
    """Return a number with three digits."""
    return "-" if value is None else f"{value:.3g}"


def name_of(line: Line) -> str:
    """Return a few words on what is measured, and its identifier next to the drawing."""
    if isinstance(line, str):
        return line
    statement, most = line.statement.removesuffix("."), NAME_CHARACTERS - len(line.id)
    label = textwrap.shorten(statement, most, placeholder="…", break_on_hyphens=False)
    if label.endswith("…"):
        label = f"{label[:-1].rstrip(' ,.:(')}…"
    return f"{label}  {line.id}"
