"""Pictures as inline SVG text: small pure functions, in pixels, that a test can read.

The network and a person's days are drawn so; other charts are those of `charts.py`.

Every text that comes from elsewhere goes through `escape`.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

INK, QUIET, GRID, BAND = "#22303C", "#566370", "#E3E8ED", "#BFE5D6"
GREY = "#7A8794"
"""Of the same people without what was changed."""
BAND_EDGE = "#00805C"
TEXT = 12.5


@dataclass(frozen=True)
class Axes:
    """The frame of a chart: how values become pixels, with room for labels around them."""

    width: float  # of the whole chart, in pixels
    height: float
    across: tuple[float, float]  # first and last value shown, from left to right
    up: tuple[float, float]  # and from bottom to top
    left: float = 52
    bottom: float = 40
    top: float = 10
    right: float = 12

    def x(self, value: float) -> float:
        """Return the pixel of a value from left to right."""
        low, high = self.across
        inside = self.width - self.left - self.right
        return self.left + inside * (value - low) / ((high - low) or 1.0)

    def y(self, value: float) -> float:
        """Return the pixel of a value from top to bottom; higher values lie further up."""
        low, high = self.up
        inside = self.height - self.top - self.bottom
        return self.height - self.bottom - inside * (value - low) / ((high - low) or 1.0)


def chart(
    axes: Axes,
    title: str,
    spoken: str,
    parts: Iterable[str],
    keys: Iterable[str] = (),
    note: str = "",
    what_to_do: str = "",
) -> str:
    """Return a chart with its title above, then its legend, and a note below.

    `spoken` is what a screen reader says of it, `what_to_do` stands after the note on the page.
    """
    legend = "".join(keys)
    legend = f'<div class="legend">{legend}</div>' if legend else ""
    below = f'<p class="note">{escape(note)}{advice(what_to_do)}</p>' if note else ""
    return (
        f'<figure style="width:{axes.width:g}px"><figcaption>{escape(title)}</figcaption>{legend}'
        f'<svg viewBox="0 0 {axes.width:g} {axes.height:g}" width="{axes.width:g}" '
        f'height="{axes.height:g}" role="img" aria-label="{escape(spoken)}">{"".join(parts)}</svg>'
        f"{below}</figure>"
    )


def advice(sentence: str) -> str:
    """Return what can be done on the page; on paper and in a saved file it is not shown."""
    return f'<span class="advice"> {escape(sentence)}</span>' if sentence else ""


def view(lead: str, parts: Iterable[str], arranged: str = "panels") -> str:
    """Return a view: a sentence, and below it charts or tables, side by side or in a stack."""
    return f'<p class="lead">{escape(lead)}</p><div class="{arranged}">{"".join(parts)}</div>'


def panel_width(width: float, columns: int) -> float:
    """Return how wide each of some charts side by side is; on a narrow page they are stacked."""
    return width if width < 700 else (width - 24 * (columns - 1)) / columns


def text(
    x: float, y: float, label: str, anchor: str = "middle", colour: str = QUIET, turn: float = 0
) -> str:
    """Return a label at a point."""
    turned = f' transform="rotate({turn:g} {x:.1f} {y:.1f})"' if turn else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" '
        f'font-size="{TEXT}"{turned}>{escape(label)}</text>'
    )


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers from low to high, at most about so many."""
    span = high - low
    if not span > 0:
        return [low]
    rough = span / most
    scale = 10.0 ** math.floor(math.log10(rough))
    step = next(s * scale for s in (1, 2, 2.5, 5, 10) if s * scale >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(count * step, 10) for count in range(first, last + 1)]


ROUND = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 10)
"""Where an axis may end: near one another, and a whole number of round steps above nothing."""


def round_up(value: float, least: float) -> float:
    """Return a round number above a value, so that an axis does not jump at every frame."""
    above = max(value * 1.08, least)
    scale = 10.0 ** math.floor(math.log10(above))
    return next(step * scale for step in ROUND if step * scale >= above * 0.999)


def plain(value: float) -> str:
    """Return a number as short as it can be, with four digits or as a whole one."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


def _rule(axes: Axes, y: float, colour: str) -> str:
    """Return a line from left to right, at a pixel from top to bottom."""
    return (
        f'<line x1="{axes.left:g}" x2="{axes.width - axes.right:g}" y1="{y:.1f}" y2="{y:.1f}" '
        f'stroke="{colour}"/>'
    )


def left_axis(axes: Axes, label: str) -> str:
    """Return lines and numbers from bottom to top, and what they count."""
    parts: list[str] = []
    for value in ticks(*axes.up, most=5):
        y = axes.y(value)
        parts += [_rule(axes, y, GRID), text(axes.left - 7, y + 4, plain(value), "end")]
    middle = axes.top + (axes.height - axes.top - axes.bottom) / 2
    return "".join(parts) + (text(12, middle, label, turn=-90) if label else "")


def bottom_axis(axes: Axes, label: str, marks: Sequence[tuple[float, str]]) -> str:
    """Return a line with marks from left to right, and what they count."""
    floor = axes.height - axes.bottom
    labels = "".join(text(axes.x(value), floor + 16, mark) for value, mark in marks)
    inside = axes.left + (axes.width - axes.left - axes.right) / 2
    below = text(inside, axes.height - 5, label) if label else ""
    return _rule(axes, floor, QUIET) + labels + below


def line(
    axes: Axes,
    points: Iterable[tuple[float, float | None]],
    colour: str,
    dashes: str = "",
    thick: float = 2.2,
    extra: str = "",
) -> str:
    """Return a line through points; where there is no value it is interrupted."""
    path, pen = [], "M"
    for x, y in points:
        if y is None or not math.isfinite(y):
            pen = "M"
            continue
        path.append(f"{pen}{axes.x(x):.1f} {axes.y(y):.1f}")
        pen = "L"
    if not path:
        return ""
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<path d="{"".join(path)}" fill="none" stroke="{colour}" stroke-width="{thick:g}" '
        f'stroke-linejoin="round"{dashed}{extra}/>'
    )


def band(axes: Axes, across: tuple[float, float], up: tuple[float, float], extra: str = "") -> str:
    """Return a range as a band with edges."""
    left, right = axes.x(across[0]), axes.x(across[1])
    top, bottom = axes.y(up[1]), axes.y(up[0])
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{max(right - left, 0):.1f}" '
        f'height="{max(bottom - top, 0):.1f}" fill="{BAND}" fill-opacity="0.6" '
        f'stroke="{BAND_EDGE}" stroke-width="1" stroke-opacity="0.6"{extra}/>'
    )


def dot(axes: Axes, x: float, y: float, colour: str, shape: str = "circle", size: float = 4) -> str:
    """Return a marker: a circle or a square."""
    across, down = axes.x(x), axes.y(y)
    if shape == "circle":
        return f'<circle cx="{across:.1f}" cy="{down:.1f}" r="{size:g}" fill="{colour}"/>'
    return (
        f'<rect x="{across - size:.1f}" y="{down - size:.1f}" width="{2 * size:g}" '
        f'height="{2 * size:g}" fill="{colour}"/>'
    )


def key(meaning: str, colour: str, dashes: str = "", shape: str = "line") -> str:
    """Return one entry of a legend."""
    shapes = {
        "line": f'<line x1="1" x2="25" y1="7" y2="7" stroke="{colour}" stroke-width="2.5" '
        f'stroke-dasharray="{dashes}"/>',
        "band": f'<rect x="3" y="2" width="20" height="10" fill="{BAND}" stroke="{BAND_EDGE}"/>',
        "circle": f'<circle cx="13" cy="7" r="5" fill="{colour}" stroke="{INK}"/>',
        "ring": f'<circle cx="13" cy="7" r="5.5" fill="none" stroke="{colour}" stroke-width="2" '
        f'stroke-dasharray="{dashes}"/>',
        "square": f'<rect x="8" y="2" width="10" height="10" fill="{colour}"/>',
    }
    picture = f'<svg width="26" height="14" aria-hidden="true">{shapes[shape]}</svg>'
    return f'<span class="key">{picture}{escape(meaning)}</span>'


def empty(sentence: str) -> str:
    """Return what stands where there is nothing to draw yet."""
    return f'<p class="empty">{escape(sentence)}</p>'


def thinned[T](items: Sequence[T], most: int = 400) -> Sequence[T]:
    """Return at most about so many of a sequence, evenly, with its last one."""
    step = -(-len(items) // most)
    return items if step <= 1 else [*items[::step], items[-1]]


def decimals(values: np.ndarray) -> list[str]:
    """Return numbers as texts with one decimal, quickly."""
    return [f"{value:.1f}" for value in values.tolist()]
