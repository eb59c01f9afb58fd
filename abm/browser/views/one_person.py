"""One young person's days: the window of tolerance, urges, acts, relief, what is learnt."""

import datetime
from collections.abc import Callable

import numpy as np

from abm.browser import drawing as d
from abm.browser.following import Act, Day, Trace
from abm.browser.plain_words import short_number
from abm.browser.snapshot import Snapshot

DAYS_SHOWN, DAYS_SHOWN_NARROW = 14, 7
AROUSAL, DISTRESS, NUMBNESS = "#B98900", "#5B3A8C", "#006D77"
URGE, ACT = "#08457E", "#041F3A"
ROUTES = {
    "calm": ("to calm down", "#0072B2", ""),
    "feel": ("to feel something", "#B26B00", "6 3"),
    "punish": ("to punish oneself", "#882255", "2 2"),
}
NEXT_DAY = 24.0
MOST_DRAWN = 4.0
"""Deep shutdown goes to 20; drawn as far, the rest would be a flat line."""
Reading = Callable[[np.ndarray], np.ndarray]


def draw(shot: Snapshot, width: float) -> str:
    """Return the trace of the person followed."""
    trace = shot.trace
    if trace.person is None:
        return d.empty("Nobody is followed. Choose a disc under School friends.")
    advice = d.advice("Choose somebody else to follow.") if trace.has_left else ""
    lead = f'<p class="lead">{d.escape(_who(trace))}{advice}</p>'
    if not trace.days:
        return lead + d.empty("Press Play or Step: their days appear here.")
    days = trace.days[-(DAYS_SHOWN if width >= 600 else DAYS_SHOWN_NARROW) :]
    without = _without(shot, days)
    if shot.without is not None and without:
        lead += f'<p class="note">In grey, the same days: {d.escape(shot.without.label)}.</p>'
    charts = [part(days, without, width) for part in (_window, _urges, _learning)]
    return f'{lead}<div class="stack">{"".join(charts)}</div>'


def _without(shot: Snapshot, days: tuple[Day, ...]) -> tuple[Day, ...]:
    """Return the same person's same days without what was changed, as far as they are known."""
    if shot.without is None or shot.without.trace.person != shot.trace.person:
        return ()
    return tuple(day for day in shot.without.trace.days if days[0].day <= day.day <= days[-1].day)


def _who(trace: Trace) -> str:
    """Return who is followed, in a sentence."""
    number = short_number(trace.person or 0)
    if trace.has_left:
        return f"Person {number} has turned 25 and left."
    noun = "girl" if trace.sex == "female" else "boy"
    if trace.age >= 18:
        noun = "young woman" if trace.sex == "female" else "young man"
    history = "has self-injured" if trace.ever else "has never self-injured"
    care = trace.days[-1].care if trace.days else ""
    helped = "" if care in ("", "none") else f" Help now: {care}."
    return f"Person {number}: a {noun} of {int(trace.age)} who {history}.{helped}"


def _axes(days: tuple[Day, ...], width: float, height: float, up: tuple[float, float]) -> d.Axes:
    first = days[0].day
    across = (float(first), float(max(days[-1].day + 1, first + DAYS_SHOWN_NARROW)))
    return d.Axes(width, height, across, up, left=64, bottom=30)


def _bottom(axes: d.Axes, days: tuple[Day, ...]) -> str:
    room = 58 if axes.width >= 600 else 52
    every = -(-int(axes.across[1] - axes.across[0]) * room // int(axes.width - axes.left))
    marks = [
        (day + 0.5, f"{datetime.date.fromordinal(day):%-d %b}")
        for day in range(int(axes.across[0]), int(axes.across[1]), max(every, 1))
    ]
    nights = "".join(
        f'<line x1="{axes.x(day.day):.1f}" x2="{axes.x(day.day):.1f}" y1="{axes.top}" '
        f'y2="{axes.height - axes.bottom}" stroke="{d.GRID}"/>'
        for day in days
    )
    return nights + d.bottom_axis(axes, "", marks)


def _course(days: tuple[Day, ...], value: Reading) -> list[tuple[float, float | None]]:
    """Return a value at every moment; nights interrupt the line."""
    points: list[tuple[float, float | None]] = []
    for day in days:
        hours = day.day + day.moments["hour"] / NEXT_DAY
        points += zip(hours.tolist(), value(day.moments).tolist(), strict=True)
        points.append((day.day + 1.0, None))
    return points


def _acts(days: tuple[Day, ...]) -> list[tuple[float, Act]]:
    """Return acts with the moment of each, in days."""
    return [(day.day + act.hour / NEXT_DAY, act) for day in days for act in day.acts]


def _window(days: tuple[Day, ...], without: tuple[Day, ...], width: float) -> str:
    """Return distress and arousal above, numbness below, and the window between its edges."""
    arousal = _course(days, lambda m: m["sympathetic"])
    distress, grey = (
        _course(some, lambda m: m["distress"] / (1.0 + m["dorsal_vagal"]))
        for some in (days, without)
    )
    numbness = _course(days, lambda m: -m["dorsal_vagal"] - m["emptiness"])
    lines = (
        (grey, d.GREY, "", 2.2), (arousal, AROUSAL, "5 3", 1.4),
        (distress, DISTRESS, "", 2.2), (numbness, NUMBNESS, "", 2.2),
    )  # fmt: skip
    values = [y for points, *_ in lines for _, y in points if y is not None]
    high = min(d.round_up(max(values), 2.0), MOST_DRAWN)
    low = -min(d.round_up(max(-min(values), 0.1), 2.0), MOST_DRAWN)
    axes = _axes(days, width, 270, (low, high))
    parts = [d.left_axis(axes, "Units of the model")]
    for day in days:
        edges = (-day.window, day.window)
        parts.append(d.band(axes, (day.day, day.day + 1), edges, ' class="window"'))
    parts.append(_bottom(axes, days))
    for points, colour, dashes, thick in lines:
        inside = [(x, None if y is None else min(max(y, low), high)) for x, y in points]
        parts.append(d.line(axes, inside, colour, dashes, thick))
    parts.append(d.line(axes, [(end, 0) for end in axes.across], d.QUIET, thick=0.8))
    for when, _ in _acts(days):
        parts.append(d.dot(axes, when, high * 0.96, ACT, "square", 3.5))
    keys = [
        d.key("window of tolerance", "", shape="band"),
        d.key("distress felt", DISTRESS), d.key("arousal", AROUSAL, "5 3"),
        d.key("numbness (below)", NUMBNESS), d.key("act", ACT, shape="square"),
    ]  # fmt: skip
    keys += [d.key("distress felt, without", d.GREY)] if without else []
    note = "Above the band distress is more than can be borne, below it numbness is."
    if max(values) > high or min(values) < low:
        note += f" What goes beyond {MOST_DRAWN:g} is drawn at the edge."
    spoken = f"{len(days)} days around the window of tolerance"
    return d.chart(axes, "Around the window of tolerance", spoken, parts, keys, note)


def _urges(days: tuple[Day, ...], without: tuple[Day, ...], width: float) -> str:
    """Return the urge as it rises and falls, and the relief that acts brought."""
    urge, grey = (_course(some, lambda m: m["urge"]) for some in (days, without))
    top = d.round_up(max([y for _, y in urge + grey if y is not None], default=1.0), 2.0)
    axes = _axes(days, width, 190, (0, top))
    parts = [
        d.left_axis(axes, "Urge"), _bottom(axes, days),
        d.line(axes, grey, d.GREY), d.line(axes, urge, URGE),
    ]  # fmt: skip
    acts = _acts(days)
    for when, act in acts:
        colour = ROUTES[act.route][1]
        points = [(when, 0.0), (when, top * min(max(act.relief, 0.03), 1.0))]
        parts += [d.line(axes, points, colour, thick=5), d.dot(axes, when, *points[1][1:], colour)]
    keys = [d.key("urge", URGE)]
    keys += [d.key(f"relief of an act {purpose}", colour, shape="square")
             for purpose, colour, _ in ROUTES.values()]  # fmt: skip
    keys += [d.key("urge, without", d.GREY)] if without else []
    count = f"{len(acts)} act{'' if len(acts) == 1 else 's'} in these {len(days)} days."
    if without:
        count += f" Without: {len(_acts(without))}."
    note = f"{count} A bar is the relief of one act; at full height the relief is 1."
    return d.chart(axes, "Urges, acts and relief", count, parts, keys, note)


def _learning(days: tuple[Day, ...], without: tuple[Day, ...], width: float) -> str:
    """Return the relief that has been learnt to be expected, a point an evening."""
    axes = _axes(days, width, 180, (0, 1))
    parts = [d.left_axis(axes, "Expected relief"), _bottom(axes, days)]
    keys, latest = [], []
    for index, (purpose, colour, dashes) in enumerate(ROUTES.values()):
        points = [(day.day + 0.9, day.expectancies[index]) for day in days]
        grey = [(day.day + 0.9, day.expectancies[index]) for day in without]
        parts.append(d.line(axes, grey, d.GREY, dashes))
        parts.append(d.line(axes, points, colour, dashes))
        parts += [d.dot(axes, x, y, colour, size=2.4) for x, y in points]
        keys.append(d.key(purpose, colour, dashes))
        latest.append(f"{purpose} {points[-1][1]:.2f}")
    keys += [d.key("the same, without", d.GREY)] if without else []
    spoken = f"Expected relief: {', '.join(latest)}"
    return d.chart(axes, "Relief that is expected", spoken, parts, keys)
