"""The figure of the evidence: every verdict at a glance."""

import math
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from abm.evidence.verdict_table import Row
from abm.report.figures import style

MARKS = {
    "inside": ("#0072B2", "o"),
    "direction right": ("#56B4E9", ">"),
    "near": ("#E69F00", "D"),
    "outside": ("#D55E00", "X"),
    "direction wrong": ("#882255", "<"),
    "no answer": ("#888888", "s"),
}
"""Colour and marker of every verdict on a number."""
FARTHEST = 2.5  # widths of the accepted interval; what lies farther is drawn at the edge
ROW_INCHES, OTHER_INCHES = 0.185, 2.1
NAME = "verdicts_at_a_glance"
NAME_POINTS, NAME_CHARACTERS, AXIS_POINTS = 7.5, 42, 9
NOTE = (
    "Left: the band is what is accepted. Right: a claim holds if its point lies right of the "
    "vertical line. Points at the edge lie farther out."
)
BY_CHANCE = "Lines are the simulation's own 95 % intervals, for chance."
OVER_DRAWS = (
    "Thin lines: where 95 % of single draws of the parameters lie; thick: the 95 % interval for "
    "chance alone, all draws together, by which verdicts go."
)


def draw_verdicts(rows: Sequence[Row], folder: Path, title: str) -> list[str]:
    """Draw where each simulated figure lies in what is accepted; return the file names.

    Left: figures with two bounds, the band being what is accepted. Right: claims of which only
    the direction counts. Where parameters were drawn, lines over draws lie below those for chance.
    """
    answered = [row for row in rows if row["simulated"] is not None]
    return style.draw_all(folder, {NAME: lambda given: _verdicts(given, title)}, answered)


def _verdicts(rows: Sequence[Row], title: str) -> Figure:
    banded = [row for row in rows if row["low"] is not None and row["high"] is not None]
    sided = [row for row in rows if row["low"] is None or row["high"] is None]
    height = OTHER_INCHES + ROW_INCHES * max(len(banded), len(sided), 1)
    figure, (left, right) = style.canvas(2, share_y=False, height=height)
    left.axvspan(0.0, 1.0, **style.PUBLISHED_LOOK, linewidth=0)
    _draw_rows(left, banded, position_in_band)
    _name_rows(left, banded, "Level or size")
    left.set_xticks([-1.6, 0.5, 2.6], ["too low", "accepted", "too high"], fontsize=AXIS_POINTS)
    right.axvline(0.0, color=style.GREY, linewidth=1.0)
    _draw_rows(right, sided, position_on_side)
    _name_rows(right, sided, "Direction")
    right.set_xticks([-1.5, 2.0], ["wrong side", "right side"], fontsize=AXIS_POINTS)
    given = {row["verdict"] for row in rows}
    for verdict, (colour, marker) in MARKS.items():
        if verdict in given:
            left.plot([], [], marker, color=colour, label=verdict)
    lines = OVER_DRAWS if rows and "draws" in rows[0] else BY_CHANCE
    notes = [NOTE, f"Filled: predicted; open: fitted. {lines} The numbers are in evidence.csv."]
    return style.finish(figure, title, notes, left if given else None)


def position_in_band(row: Row, name: str = "simulated") -> float:
    """Return where a number lies: 0 at the lower end of what is accepted, 1 at the upper."""
    value = row[name]
    if value is None:
        return math.nan
    position = (value - row["low"]) / (row["high"] - row["low"])
    return float(min(1.0 + FARTHEST, max(-FARTHEST, position)))


def position_on_side(row: Row, name: str = "simulated") -> float:
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


def _draw_rows(axes: Axes, rows: Sequence[Row], position: Callable[[Row, str], float]) -> None:
    """Draw a point a row and its intervals, that over draws first."""
    for height, row in enumerate(rows):
        colour, marker = MARKS[row["verdict"]]
        for name, width in (("draws", 0.8), ("simulated", 2.4 if "draws" in row else 1.0)):
            if row.get(f"{name}_low") is not None and row[f"{name}_high"] is not None:
                ends = [position(row, f"{name}_{end}") for end in ("low", "high")]
                axes.plot(ends, [height, height], color=colour, linewidth=width)
        face = "white" if row["use"] == "fitted" else colour
        simulated = position(row, "simulated")
        axes.plot(simulated, height, marker, color=colour, markerfacecolor=face, markersize=5)


def name_of(row: Row) -> str:
    """Return a few words on what is claimed, and its identifier next to the drawing."""
    claim = textwrap.shorten(
        row["statement"], NAME_CHARACTERS, placeholder="…", break_on_hyphens=False
    )
    if claim.endswith("…"):
        claim = f"{claim[:-1].rstrip(' ,.:(')}…"
    return f"{claim}  {row['id']}"


def _name_rows(axes: Axes, rows: Sequence[Row], title: str) -> None:
    axes.set_yticks(range(len(rows)), list(map(name_of, rows)), fontsize=NAME_POINTS)
    axes.set_ylim(len(rows) - 0.3, -0.7)
    axes.set_xlim(-FARTHEST - 0.1, 1.0 + FARTHEST + 0.1)
    axes.set_title(title, fontsize=11, loc="left")
    axes.grid(visible=True, axis="y")
    axes.grid(visible=False, axis="x")
