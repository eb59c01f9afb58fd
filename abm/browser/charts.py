"""Charts as data: what ECharts is to draw, and the place in a page where `charts.js` draws it.

Nothing here draws: every chart is plain data that a test can read. Colours are those of the page's
style, so that charts follow it into the dark and onto paper.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from abm.browser.drawing import GREY, round_up

ECHARTS = "echarts@5.4.0/dist/echarts.common.min.js"
"""Where the library lies among what Solara brings with it, so that nothing is fetched."""
FONT = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
TEXT = 13
EPOCH = 719_163  # number in the calendar of the day from which browsers count
MILLISECONDS_A_DAY = 86_400_000
INK, QUIET, GRID = "var(--ink, #22303c)", "var(--quiet, #4d5a66)", "var(--grid, #e3e8ed)"
Point = tuple[float | None, ...]
"""Across, up, where it is a share of people how many of how many, and the ends of its interval."""


@dataclass(frozen=True)
class LineStyle:
    """How a line is told from others: by colour, and by dashes and the shape of its points."""

    colour: str
    dashes: tuple[int, ...] = ()
    symbol: str = "none"  # of a point: circle, rect, triangle or none
    thick: float = 2.2


FEMALE = LineStyle("var(--female, #0072b2)", (), "circle")
MALE = LineStyle("var(--male, #c24e00)", (6, 3), "rect")
ALL = LineStyle("var(--all, #333333)", (2, 2))
GREY_DOTS = LineStyle(f"var(--baseline, {GREY})", (2, 2), thick=1.8)
BAND = ("var(--band, #bfe5d6)", "var(--band-edge, #00805c)")
CLINICAL = ("var(--clinical, #ddd3ee)", "var(--clinical-edge, #6b4fa0)")
"""Of published ranges: within, and at the edge."""
PALE = 0.16


@dataclass(frozen=True)
class Line:
    """A line through points."""

    name: str  # the same from frame to frame; lines of one name are shown and hidden together
    style: LineStyle
    points: Sequence[Point]
    label: str = ""  # in the legend, where it says more than the name
    pointed: str = ""  # where it is pointed at, if not the name
    step: bool = False  # whether it is the outline of bars about the points

    def series(self) -> dict[str, Any]:
        """Return what ECharts draws."""
        style = self.style
        return {
            "name": self.name, "type": "line", "data": self.points,
            "step": "middle" if self.step else False, "connectNulls": False,
            "symbol": style.symbol, "symbolSize": 8, "showSymbol": style.symbol != "none",
            "showAllSymbol": True, **_style(style.colour, style.dashes, style.thick),
        }  # fmt: skip

    def key(self) -> str:
        """Return its picture in the legend."""
        style = self.style
        shape = {
            "none": "", "circle": f'<circle cx="13" cy="7" r="4" fill="{style.colour}"/>',
            "rect": f'<rect x="9" y="3" width="8" height="8" fill="{style.colour}"/>',
            "triangle": f'<path d="M8 11L13 2L18 11Z" fill="{style.colour}"/>',
        }[style.symbol]  # fmt: skip
        dashes = " ".join(map(str, style.dashes))
        return (
            f'<line x1="1" x2="25" y1="7" y2="7" stroke="{style.colour}" '
            f'stroke-width="{style.thick:g}" stroke-dasharray="{dashes}"/>{shape}'
        )


@dataclass(frozen=True)
class Around:
    """The intervals of a line's points as a pale band, shown and hidden with it."""

    name: str  # of the line
    colour: str
    ends: Sequence[Point]  # across, and from where to where
    label: str = ""

    def series(self) -> dict[str, Any]:
        """Return what ECharts draws: an outline there and back, of which it fills the inside."""
        there = [(x, high) for x, _, high in self.ends]
        back = [(x, low) for x, low, _ in reversed(self.ends)]
        return {
            "name": self.name, "type": "line", "data": [*there, *back], "symbol": "none",
            "silent": True, "lineStyle": {"width": 0}, "z": 2,
            "areaStyle": {"color": self.colour, "opacity": PALE},
        }  # fmt: skip

    def key(self) -> str:
        """Return nothing: the legend shows its line, and one key for all bands."""
        return ""


@dataclass(frozen=True)
class Level:
    """A straight line from one point to another, that stands for one number."""

    name: str  # that of a line with which it is shown and hidden, or its own
    style: LineStyle
    ends: tuple[tuple[float, float], tuple[float, float]]
    label: str = ""

    def series(self) -> dict[str, Any]:
        """Return what ECharts draws."""
        marks = [[{"coord": list(end)} for end in self.ends]]
        style = _style(self.style.colour, self.style.dashes, self.style.thick)
        hidden = {"symbol": "none", "silent": True, "label": {"show": False}}
        mark = {**hidden, "data": marks, "z": 9, **style}
        return {"name": self.name, "type": "line", "data": [], "markLine": mark}

    def key(self) -> str:
        """Return its picture in the legend."""
        return Line(self.name, self.style, []).key()


@dataclass(frozen=True)
class Band:
    """A published range."""

    name: str
    across: tuple[float, float] | None  # None: all of the chart
    up: tuple[float, float] | None
    label: str = ""
    colours: tuple[str, str] = BAND

    def series(self) -> dict[str, Any]:
        """Return what ECharts draws."""
        corners: list[dict[str, float]] = [{}, {}]
        for axis, ends in (("xAxis", self.across), ("yAxis", self.up)):
            for corner, end in zip(corners, ends or (), strict=False):
                corner[axis] = end
        colour, edge = self.colours
        style = {"color": colour, "opacity": 0.6, "borderColor": edge, "borderWidth": 1}
        mark = {"silent": True, "data": [corners], "itemStyle": style, "z": 1}
        return {"name": self.name, "type": "line", "data": [], "markArea": mark}

    def key(self) -> str:
        """Return its picture in the legend."""
        colour, edge = self.colours
        return f'<rect x="3" y="2" width="20" height="10" fill="{colour}" stroke="{edge}"/>'


@dataclass(frozen=True)
class Published:
    """Published numbers with their intervals."""

    name: str
    points: Sequence[tuple[float, float, float, float]]  # across, number, ends of its interval
    label: str = ""
    pointed: str = ""
    colour: str = BAND[1]

    def series(self) -> dict[str, Any]:
        """Return what ECharts draws."""
        bars = [[{"coord": [x, low]}, {"coord": [x, high]}] for x, _, low, high in self.points]
        style = _style(self.colour, (), 3)
        mark = {"symbol": "none", "silent": True, "data": bars, "label": {"show": False}, **style}
        return {
            "id": "published", "name": self.name, "type": "line",
            "data": [point[:2] for point in self.points],
            "symbol": "diamond", "symbolSize": 15, **style, "lineStyle": {"width": 0},
            "markLine": mark,
        }  # fmt: skip

    def key(self) -> str:
        """Return its picture in the legend."""
        return (
            f'<path d="M13 0V14" stroke="{self.colour}" stroke-width="2"/>'
            f'<path d="M13 2L18 7L13 12L8 7Z" fill="{self.colour}"/>'
        )


def grey(line: Line, label: str) -> Line:
    """Return the same line of the world without what was changed, which has this label."""
    style = replace(line.style, colour=GREY_DOTS.colour, symbol="none", thick=GREY_DOTS.thick)
    return replace(line, name="grey", style=style, label=label, pointed=f"{line.name} (grey)")


def _style(colour: str, dashes: tuple[int, ...], thick: float) -> dict[str, Any]:
    line = {"color": colour, "width": thick, "type": list(dashes) or "solid"}
    return {"lineStyle": line, "itemStyle": {"color": colour}}


Part = Line | Around | Level | Band | Published


@dataclass(frozen=True)
class Chart:
    """One chart with a title, a legend whose entries show and hide, and a note below."""

    name: str  # the same from frame to frame
    title: str
    spoken: str  # what a screen reader says of it
    parts: Sequence[Part]
    across: Mapping[str, Any]  # the axis from left to right, see `ages`, `dates`, `numbers`
    up: str  # what is counted from bottom to top
    top: float  # of that axis
    unit: str = ""  # after a number: " %" or nothing
    heading: str = "number"  # what is pointed at: an age, date, year, bin or number
    wide: float = 0.0  # a bin
    width: float = 600
    height: float = 300
    group: str = ""  # charts of a group show the same moment, and are zoomed together
    note: str = ""

    def option(self) -> dict[str, Any]:
        """Return what ECharts is to draw."""
        label = {"color": QUIET, "fontSize": TEXT}
        line = {"lineStyle": {"color": QUIET}}
        upward = {
            "type": "value", "min": 0, "max": self.top, "name": self.up, "nameLocation": "middle",
            "nameGap": 54, "nameTextStyle": label, "splitNumber": 5, "axisTick": {"show": False},
            "axisLabel": {**label, "formatter": f"{{value}}{self.unit}"},
            "splitLine": {"lineStyle": {"color": GRID}},
        }  # fmt: skip
        named = bool(self.across.get("name"))
        across = {
            "nameLocation": "middle", "nameGap": 32, "nameTextStyle": label, "axisLine": line,
            "splitLine": {"show": False}, "axisTick": line, **self.across,
            "axisLabel": {**label, "hideOverlap": True, **self.across.get("axisLabel", {})},
        }  # fmt: skip
        option: dict[str, Any] = {
            "animation": False, "useUTC": True, "darkMode": False,
            "textStyle": {"fontFamily": FONT, "fontSize": TEXT, "color": INK},
            "grid": {"left": 72, "right": 16, "top": 12, "bottom": 50 if named else 28},
            "xAxis": across, "yAxis": upward,
            "series": [  # what comes later lies above, also of a line that was not there at first
                {"emphasis": {"disabled": True}, "z": 10 + index, **part.series()}
                for index, part in enumerate(self.parts)
            ],
            "tooltip": {
                "trigger": "axis", "confine": True, "transitionDuration": 0,
                "backgroundColor": "var(--card, #fff)", "borderColor": "var(--line, #d5dce3)",
                "textStyle": {"color": INK, "fontSize": TEXT, "fontFamily": FONT},
                "axisPointer": {"type": "line", "snap": True, "lineStyle": {"color": QUIET}},
            },
        }  # fmt: skip
        if self.group:
            option["dataZoom"] = [{"id": "zoom", "type": "inside", "filterMode": "none",
                                   "zoomOnMouseWheel": "shift", "moveOnMouseMove": False,
                                   "moveOnMouseWheel": False}]  # fmt: skip
        return option

    def html(self) -> str:
        """Return the place where it is drawn, with everything around it."""
        names = [  # of what says something where it is pointed at
            "" if isinstance(part, Around) else getattr(part, "pointed", "") or part.name
            for part in self.parts
        ]
        message = {
            "names": names, "heading": self.heading, "wide": self.wide, "unit": self.unit,
            "option": self.option(),
        }  # fmt: skip
        data = json.dumps(message, separators=(",", ":"), allow_nan=False)
        by_name = {part.name: part for part in reversed(self.parts)}
        keys = "".join(_key(part) for part in reversed(by_name.values()))
        keys += _key_of_bands([part for part in self.parts if isinstance(part, Around)])
        note = f'<p class="note">{escape(self.note)}</p>' if self.note else ""
        return (
            f'<figure class="live" style="width:{self.width:g}px"><figcaption>{escape(self.title)}'
            f'</figcaption><div class="chart" style="height:{self.height:g}px" role="img" '
            f'aria-label="{escape(self.spoken)}" data-chart="{escape(self.name)}" '
            f'data-group="{escape(self.group)}" data-option="{escape(data)}"></div>'
            f'<div class="legend">{keys}</div>{note}</figure>'
        )


def _key(part: Part) -> str:
    """Return an entry of the legend: a button that shows and hides what it names."""
    return (
        f'<button type="button" class="key" data-series="{escape(part.name)}" aria-pressed="true">'
        f'<svg width="26" height="14" aria-hidden="true">{part.key()}</svg>'
        f"<span>{escape(part.label or part.name)}</span></button>"
    )


def _key_of_bands(bands: Sequence[Around]) -> str:
    """Return what the legend says of all bands: each is shown and hidden with its line."""
    if not bands:
        return ""
    tall = 12 / len(bands)
    rows = "".join(
        f'<rect x="1" y="{1 + row * tall:g}" width="24" height="{tall:g}" fill="{band.colour}" '
        f'fill-opacity="{PALE:g}"/>'
        for row, band in enumerate(bands)
    )
    return (
        f'<span class="key"><svg width="26" height="14" aria-hidden="true">{rows}</svg>'
        "<span>95 % interval</span></span>"
    )


def ages(first: int, last: int) -> dict[str, Any]:
    """Return the axis of completed ages."""
    return {
        "type": "value", "min": first - 1, "max": last + 1, "interval": 1,
        "name": "Age in completed years", "axisTick": {"show": False},
        "axisLabel": {"showMinLabel": False, "showMaxLabel": False, "margin": 10},
    }  # fmt: skip


def dates(first: int, last: int) -> dict[str, Any]:
    """Return the axis of days, numbers in the calendar, marked at the first days of years."""
    return {"type": "time", "min": moment(first), "max": moment(last),
            "minInterval": 360 * MILLISECONDS_A_DAY if last - first > 1_000 else 0,
            "splitLine": {"show": True, "lineStyle": {"color": GRID}}}  # fmt: skip


def numbers(ends: tuple[float, float], name: str) -> dict[str, Any]:
    """Return the axis of a number."""
    return {"type": "value", "min": ends[0], "max": ends[1], "name": name, "splitNumber": 5}


def moment(day: float) -> float:
    """Return a day, a number in the calendar, as browsers count time."""
    return (day - EPOCH) * MILLISECONDS_A_DAY


def rounded(value: float | None) -> float | None:
    """Return a number with as many digits as can be seen."""
    return None if value is None else float(f"{value:.4g}")


def top_of(values: Sequence[float | None], least: float, most: float = float("inf")) -> float:
    """Return the end of an axis above some values, of shares never above all."""
    highest = max((value for value in values if value is not None), default=0.0)
    return min(round_up(highest, least), most)


@cache
def script() -> str:
    """Return what a browser runs to draw charts: ECharts and `charts.js`.

    A FileNotFoundError if the extra ``viz`` is not installed whole.
    """
    from solara.server.settings import assets

    library = Path(assets.proxy_cache_dir) / ECHARTS
    own = Path(__file__).with_name("charts.js")
    return "\n".join(path.read_text(encoding="utf-8") for path in (library, own))
