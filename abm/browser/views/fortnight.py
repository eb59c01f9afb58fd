"""One girl's fortnight, and the hours of it in which everything happens, each marked in words."""

import datetime
import math

import numpy as np

from abm.browser import drawing as d
from abm.browser.fortnight import DAYS, HOURS_A_DAY, Fortnight, Story
from abm.browser.views.one_person import ACT, AROUSAL, DISTRESS

NAMES = {
    "stressor": "stressor",
    "arousal": "arousal",
    "window": "out of the window",
    "urge": "urge",
    "act": "act",
    "relief": "relief",
    "learnt": "expectation learnt",
}
"""What stands at the trace for each link of the chain."""
A_MOMENT = 1.0 / HOURS_A_DAY / 60.0
ROW = 18.0  # pixels of one line of words
HOURS_BEFORE, HOURS_AFTER, LEAST_HOURS = 1.0, 3.0, 6.0
ROOM_FOR_WORDS = 150.0
NARROW, WIDE = 600.0, 860.0
LIST = 380.0  # pixels of the sentences beside the hours, where there is room
HARD = (
    "She is simulated: nobody real is shown. What relieves for an hour is learnt, and that makes "
    "it hard to stop. It can be unlearnt: without acts the expectation fades. Telling somebody "
    "early helps, and so do other ways through an hour like this."
)


def draw(story: Story, width: float) -> str:
    """Return her fourteen days, the hours of the chain, and each link in a sentence."""
    fortnight = story.fortnight
    beside = width if width < WIDE else width - LIST
    return (
        f'<p class="lead">{d.escape(lead_of(fortnight))}</p>{_days(fortnight, width)}'
        f'<div class="hours">{_hours(fortnight, beside)}<div class="chain-and-note">'
        f'<ol class="chain">{"".join(_sentences(fortnight))}</ol>'
        f'<p class="note">{d.escape(HARD)}</p></div></div>'
    )


def lead_of(fortnight: Fortnight) -> str:
    """Return what the fortnight was like, in whole numbers."""
    acted = {math.floor(when) for when in fortnight.acts}
    beyond = acted | {math.floor(when) for when in fortnight.withstood}
    acts = "once" if len(fortnight.acts) == 1 else f"{len(fortnight.acts)} times"
    missing = ", ".join(NAMES[name] for name in fortnight.missing)
    return (
        f"In these {DAYS} days {_counted(len(fortnight.stressors), 'upsetting moment')} came. "
        f"On {_counted(len(beyond), 'day')} distress was at some time more than she can bear: "
        f"on {len(beyond - acted)} of them it passed without an act; {acts} she self-injured."
    ) + (f" No girl here shows the whole chain; missing: {missing}." if missing else "")


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _span(fortnight: Fortnight) -> tuple[float, float]:
    """Return the first and the last moment of the hours that are drawn large."""
    times = [link.when for link in fortnight.links]
    first = math.floor(min(times) * HOURS_A_DAY - HOURS_BEFORE) / HOURS_A_DAY
    last = math.ceil(max(times) * HOURS_A_DAY + HOURS_AFTER) / HOURS_A_DAY
    return first, max(last, first + LEAST_HOURS / HOURS_A_DAY)


def _window(axes: d.Axes, fortnight: Fortnight) -> str:
    """Return the window of tolerance as a band, a day."""
    left, right = axes.across
    parts = []
    for index, edge in enumerate(fortnight.windows):
        day = fortnight.first_day + index
        ends = max(day, left), min(day + 1, right)
        if ends[0] < ends[1]:
            parts.append(d.band(axes, ends, (0.0, edge), ' class="window"'))
    return "".join(parts)


def _trace(
    fortnight: Fortnight, values: np.ndarray, axes: d.Axes
) -> list[tuple[float, float | None]]:
    """Return a line between the ends of a chart, at most as high as it."""
    is_within = (fortnight.when >= axes.across[0]) & (fortnight.when <= axes.across[1])
    heights = np.minimum(values[is_within], axes.up[1])
    return list(zip(fortnight.when[is_within].tolist(), heights.tolist(), strict=True))


def _days(fortnight: Fortnight, width: float) -> str:
    """Return distress over the fourteen days, with all that upset her and when she acted."""
    first = fortnight.first_day
    top = d.round_up(float(fortnight.distress.max()), 2.0)
    axes = d.Axes(width, 130, (first, first + DAYS), (0, top), left=40, bottom=30)
    every = 1 if width >= NARROW else 3
    marks = [
        (day + 0.5, f"{datetime.date.fromordinal(day):%-d %b}")
        for day in range(first, first + DAYS, every)
    ]
    floor = axes.height - axes.bottom
    ticks = "".join(
        f'<path d="M{axes.x(when):.1f} {floor - 8:.1f}V{floor:.1f}" stroke="{AROUSAL}" '
        'stroke-width="2"/>'
        for when in fortnight.stressors
    )
    start, end = _span(fortnight)
    box = (
        f'<rect x="{axes.x(start):.1f}" y="{axes.top}" width="{axes.x(end) - axes.x(start):.1f}" '
        f'height="{floor - axes.top:.1f}" fill="none" stroke="{d.INK}" stroke-dasharray="4 3"/>'
    )
    parts = [
        _window(axes, fortnight), d.bottom_axis(axes, "", marks),
        d.line(axes, _trace(fortnight, fortnight.distress, axes), DISTRESS, thick=1.6),
        ticks, box,
        d.text(13, axes.top + (floor - axes.top) / 2, "Distress felt", turn=-90),
        *(d.dot(axes, when, top * 0.95, ACT, "square", 4.5) for when in fortnight.acts),
    ]  # fmt: skip
    keys = [
        d.key("distress felt", DISTRESS),
        d.key("window of tolerance: it can be borne", "", shape="band"),
        d.key("something upsetting", AROUSAL, shape="square"), d.key("act", ACT, shape="square"),
    ]  # fmt: skip
    title = f"Her {DAYS} days; the dashed box is drawn large below"
    return d.chart(axes, title, lead_of(fortnight), parts, keys)


def _hours(fortnight: Fortnight, width: float) -> str:
    """Return the hours of the chain, with a word at the trace for every link."""
    start, end = _span(fortnight)
    is_within = (fortnight.when >= start) & (fortnight.when <= end)
    highest = max(fortnight.distress[is_within].max(), fortnight.arousal[is_within].max())
    above = ROW * len(fortnight.links) + 12
    axes = d.Axes(
        width, 180 + above, (start, end), (0, d.round_up(float(highest), 1.0)),
        left=40, bottom=30, top=above, right=24,
    )  # fmt: skip
    hours = round((end - start) * HOURS_A_DAY)
    every = max(1, -(-hours * 52 // int(width - 60)))
    marks = [
        (start + hour / HOURS_A_DAY, clock(start + hour / HOURS_A_DAY))
        for hour in range(0, hours + 1, every)
        if hour < hours or width >= NARROW
    ]
    floor = axes.height - axes.bottom
    parts = [
        _window(axes, fortnight), d.bottom_axis(axes, "", marks),
        d.text(13, above + (floor - above) / 2, "Units of the model", turn=-90),
        d.line(axes, _trace(fortnight, fortnight.arousal, axes), AROUSAL, "5 3", 1.8),
        d.line(axes, _trace(fortnight, fortnight.distress, axes), DISTRESS),
        *(_mark(axes, fortnight, row) for row in range(len(fortnight.links))),
    ]  # fmt: skip
    keys = [
        d.key("distress felt", DISTRESS), d.key("arousal", AROUSAL, "5 3"),
        d.key("window of tolerance", "", shape="band"),
    ]  # fmt: skip
    day = datetime.date.fromordinal(math.floor(fortnight.links[0].when))
    spoken = "; ".join(f"{clock(link.when)} {link.text}" for link in fortnight.links)
    return d.chart(axes, f"{day:%A, %-d %B}, hour by hour", spoken, parts, keys)


def _mark(axes: d.Axes, fortnight: Fortnight, row: int) -> str:
    """Return the word of a link on a line of its own, and a thin line down to the trace."""
    link = fortnight.links[row]
    values = fortnight.arousal if link.name == "arousal" else fortnight.distress
    at = link.when + (1e-6 if link.name in ("arousal", "relief", "learnt") else -1e-6)
    height = min(float(np.interp(at, fortnight.when, values)), axes.up[1])
    x, y = axes.x(link.when), 14 + ROW * row
    anchor, aside = ("start", 4) if x + ROOM_FOR_WORDS < axes.width else ("end", -4)
    label = d.text(x + aside, y, f"{row + 1} {NAMES[link.name]}", anchor, d.INK)
    return (
        f'<path d="M{x:.1f} {y - 11:.1f}V{axes.y(height):.1f}" stroke="{d.QUIET}"/>'
        + d.dot(axes, link.when, height, ACT, size=3.4)
        + label.replace("<text ", '<text class="mark" ', 1)
    )


def clock(when: float) -> str:
    """Return the time of day of a moment."""
    minutes = round(when % 1 * HOURS_A_DAY * 60)
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _sentences(fortnight: Fortnight) -> list[str]:
    """Return an entry of a list for each link, and when distress came back."""
    entries = [
        f'<li><span class="clock">{clock(link.when)}</span> <strong>{d.escape(NAMES[link.name])}:'
        f"</strong> {d.escape(link.text)}</li>"
        for link in fortnight.links
    ]
    if fortnight.again is not None:
        entries.append(f'<li class="after">{d.escape(aftermath_of(fortnight))}</li>')
    return entries


def aftermath_of(fortnight: Fortnight) -> str:
    """Return how long the relief lasted; empty where distress stayed within the window."""
    again, relieved = fortnight.again, fortnight.links[-1].when
    if again is None:
        return ""
    if again - relieved < A_MOMENT:
        return "Even so distress is still more than she can bear."
    when = datetime.date.fromordinal(math.floor(again))
    same = when.toordinal() == math.floor(relieved)
    day = "the same day" if same else f"on {when:%A, %-d %B}"
    return (
        f"By {clock(again)} {day} distress is beyond the window again: the relief has not lasted."
    )
