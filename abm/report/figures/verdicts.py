"""The figure of the evidence: every verdict at a glance."""

import math
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from abm.evidence.verdict_table import Row
from abm.report.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {
    "inside": "#0072B2",
    "direction right": "#56B4E9",
    "near": "#E69F00",
    "outside": "#D55E00",
    "direction wrong": "#882255",
    "no answer": "#888888",
}
MARKERS = {
    "inside": "o",
    "direction right": ">",
    "near": "D",
    "outside": "X",
    "direction wrong": "<",
    "no answer": "s",
}
FARTHEST = 2.5  # widths of the accepted interval; what lies farther is drawn at the edge
ROW_INCHES, TOP_INCHES, BOTTOM_INCHES = 0.185, 0.85, 0.65
NAME = "verdicts_at_a_glance"
NAME_POINTS, NAME_CHARACTERS, AXIS_POINTS = 7.5, 42, 9
NOTE = (
    "Left: the band is what is accepted. Right: a claim holds if its point lies right of the "
    "vertical line. Points at the edge lie farther out.\nFilled: predicted; open: fitted. {} The "
    "numbers are in evidence.csv."
)
BY_CHANCE = "Lines are the simulation's own 95 % intervals, for chance."
OVER_DRAWS = (
    "Thin lines: where 95 % of single draws of the parameters lie; thick: the 95 % interval\n"
    "for chance alone, all draws together, by which verdicts go."
)


def draw_verdicts(rows: Sequence[Row], folder: Path, title: str) -> list[str]:
    """Draw where each simulated figure lies in what is accepted; return the file names.

    Left: figures with two bounds, the band being what is accepted. Right: claims of which only
    the direction counts. Where parameters were drawn, lines over draws lie below those for chance.
    """
    from matplotlib.figure import Figure

    answered = [row for row in rows if row["simulated"] is not None]
    banded = [row for row in answered if row["low"] is not None and row["high"] is not None]
    sided = [row for row in answered if row["low"] is None or row["high"] is None]
    with style.theme():
        longest = max(len(banded), len(sided), 1)
        height = TOP_INCHES + BOTTOM_INCHES + 0.6 + ROW_INCHES * longest
        figure = Figure(figsize=(style.WIDTH, height))
        left, right = figure.subplots(1, 2)
        _bands(left, banded)
        _sides(right, sided)
        _words(figure, title, answered, height)
        return style.save(figure, folder, NAME)


def _words(figure: "Figure", title: str, rows: Sequence[Row], height: float) -> None:
    """Set title and legend above and the note below, whatever the height."""
    from matplotlib.lines import Line2D

    occurring = {row["verdict"] for row in rows}
    keys = [
        Line2D([], [], linestyle="", marker=MARKERS[verdict], color=colour, label=verdict)
        for verdict, colour in COLOURS.items()
        if verdict in occurring
    ]
    top, bottom = 1.0 - TOP_INCHES / height, BOTTOM_INCHES / height
    figure.text(
        *(0.015, 1.0 - 0.15 / height, title),
        va="top",
        fontsize=style.TITLE_POINTS,
        weight="bold",
        parse_math=False,
    )
    figure.legend(
        handles=keys,
        loc="upper left",
        bbox_to_anchor=(0.008, 1.0 - 0.5 / height),
        ncols=len(keys) or 1,
        fontsize=style.LEGEND_POINTS,
    )
    note = NOTE.format(OVER_DRAWS if rows and "draws" in rows[0] else BY_CHANCE)
    figure.text(0.015, 0.1 / height, note, fontsize=style.NOTE_POINTS, color=style.GREY)
    figure.tight_layout(rect=(0, bottom, 1, top))


def place_in_band(row: Row, name: str = "simulated") -> float:
    """Return where a number lies: 0 at the lower end of what is accepted, 1 at the upper."""
    value = row[name]
    if value is None:
        return math.nan
    share = (value - row["low"]) / (row["high"] - row["low"])
    return float(min(1.0 + FARTHEST, max(-FARTHEST, share)))


def place_on_side(row: Row, name: str = "simulated") -> float:
    """Return how far a number lies on the right side of its bound, in units of the row's interval.

    That is the interval over draws of the parameters, where they were drawn, else the simulation's
    own. Without an interval it is 1 on the right side and -1 on the wrong one.
    """
    bound, sign = (row["low"], 1.0) if row["low"] is not None else (row["high"], -1.0)
    if row[name] is None:
        return math.nan
    beyond = sign * (row[name] - bound)
    widest = "draws" if row.get("draws_low") is not None else "simulated"
    low, high = row[f"{widest}_low"], row[f"{widest}_high"]
    if low is None or high is None or high <= low:
        return 1.0 if beyond > 0 else -1.0
    return float(min(1.0 + FARTHEST, max(-FARTHEST, beyond / (high - low))))


def _bands(axes: "Axes", rows: Sequence[Row]) -> None:
    axes.axvspan(0.0, 1.0, color=style.PUBLISHED, alpha=style.PUBLISHED_ALPHA, linewidth=0)
    _rows(axes, rows, place_in_band)
    _named(axes, rows, "Level or size")
    axes.set_xticks([-1.6, 0.5, 2.6], ["too low", "accepted", "too high"], fontsize=AXIS_POINTS)


def _sides(axes: "Axes", rows: Sequence[Row]) -> None:
    axes.axvline(0.0, color=style.GREY, linewidth=1.0)
    _rows(axes, rows, place_on_side)
    _named(axes, rows, "Direction")
    axes.set_xticks([-1.5, 2.0], ["wrong side", "right side"], fontsize=AXIS_POINTS)


def _rows(axes: "Axes", rows: Sequence[Row], place_of: Callable[[Row, str], float]) -> None:
    """Draw a point a row and its intervals, that over draws first."""
    for at, row in enumerate(rows):
        is_drawn = "draws" in row
        for name, width in (("draws", 0.8), ("simulated", 2.4 if is_drawn else 1.0)):
            if row.get(f"{name}_low") is not None and row[f"{name}_high"] is not None:
                ends = [place_of(row, f"{name}_{end}") for end in ("low", "high")]
                axes.plot(ends, [at, at], color=COLOURS[row["verdict"]], linewidth=width)
        _point(axes, row, place_of(row, "simulated"), at)


def _point(axes: "Axes", row: Row, x: float, at: int) -> None:
    verdict = row["verdict"]
    colour = COLOURS[verdict]
    face = "white" if row["use"] == "fitted" else colour
    axes.plot(x, at, MARKERS[verdict], color=colour, markerfacecolor=face, markersize=5)


def name_of(row: Row) -> str:
    """Return a few words on what is claimed, and its identifier next to the drawing."""
    whole = row["statement"]
    name = textwrap.shorten(whole, NAME_CHARACTERS, placeholder="…", break_on_hyphens=False)
    if name.endswith("…"):
        name = f"{name[:-1].rstrip(' ,.:(')}…"
    return f"{name}  {row['id']}"


def _named(axes: "Axes", rows: Sequence[Row], title: str) -> None:
    axes.set_yticks(range(len(rows)), list(map(name_of, rows)), fontsize=NAME_POINTS)
    axes.set_ylim(len(rows) - 0.3, -0.7)
    axes.set_xlim(-FARTHEST - 0.1, 1.0 + FARTHEST + 0.1)
    axes.set_title(title, fontsize=11, loc="left")
    axes.grid(visible=True, axis="y")
    axes.grid(visible=False, axis="x")
