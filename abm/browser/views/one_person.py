"""One young person's days: the window of tolerance, urges, acts, relief, what is learnt."""

import datetime
from collections.abc import Callable

import numpy as np

from abm.browser import drawing as d
from abm.browser.following import Day, Trace
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
    lead = f'<p class="lead">{d.escape(who_words(trace))}</p>'
    if not trace.days:
        return lead + d.empty("Press Play or Step: their days appear here.")
    days = trace.days[-(DAYS_SHOWN if width >= 600 else DAYS_SHOWN_NARROW) :]
    charts = [_window(days, width), _urges(days, width), _learning(days, width)]
    return f'{lead}<div class="stack">{"".join(charts)}</div>'


def who_words(trace: Trace) -> str:
    """Return who is followed, in a sentence."""
    if trace.has_left:
        return f"Person {trace.person} has turned 25 and left. Choose somebody else to follow."
    noun = "girl" if trace.sex == "female" else "boy"
    if trace.age >= 18:
        noun = "young woman" if trace.sex == "female" else "young man"
    history = "has self-injured" if trace.ever else "has never self-injured"
    care = trace.days[-1].care if trace.days else ""
    helped = "" if care in ("", "none") else f" Help now: {care}."
    return f"Person {trace.person}: a {noun} of {trace.age:.1f} who {history}.{helped}"


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


def _window(days: tuple[Day, ...], width: float) -> str:
    """Return distress and arousal above, numbness below, and the window between its edges."""
    lines = {
        "arousal": (_course(days, lambda m: m["sympathetic"]), AROUSAL, "5 3", 1.4),
        "distress": (
            _course(days, lambda m: m["distress"] / (1.0 + m["dorsal_vagal"])), DISTRESS, "", 2.2,
        ),
        "numbness": (
            _course(days, lambda m: -m["dorsal_vagal"] - m["emptiness"]), NUMBNESS, "", 2.2,
        ),
    }  # fmt: skip
    seen = [y for points, *_ in lines.values() for _, y in points if y is not None]
    high = min(d.round_up(max(seen), 2.0), MOST_DRAWN)
    low = -min(d.round_up(max(-min(seen), 0.1), 2.0), MOST_DRAWN)
    axes = _axes(days, width, 270, (low, high))
    first, last = axes.across
    shade = "".join(
        d.band(axes, (day.day, day.day + 1), (-day.window, day.window)).replace(
            "stroke-opacity", 'class="window" stroke-opacity'
        )
        for day in days
    )
    parts = [d.left_axis(axes, "Units of the model"), shade, _bottom(axes, days)]
    for points, colour, dashes, thick in lines.values():
        inside = [(x, None if y is None else min(max(y, low), high)) for x, y in points]
        parts.append(d.line(axes, inside, colour, dashes, thick))
    parts.append(d.line(axes, [(first, 0), (last, 0)], d.QUIET, thick=0.8))
    parts.append(_acts(days, axes, high))
    keys = [
        d.key("window of tolerance", "", shape="band"),
        d.key("distress felt", DISTRESS), d.key("arousal", AROUSAL, "5 3"),
        d.key("numbness (below)", NUMBNESS), d.key("act", ACT, shape="square"),
    ]  # fmt: skip
    note = "Above the band distress is more than can be borne, below it numbness is."
    if max(seen) > high or min(seen) < low:
        note += f" What goes beyond {MOST_DRAWN:g} is drawn at the edge."
    said = f"{len(days)} days around the window of tolerance"
    return d.figure(width, "Around the window of tolerance", d.svg(axes, said, parts), keys, note)


def _acts(days: tuple[Day, ...], axes: d.Axes, level: float) -> str:
    return "".join(
        d.dot(axes, day.day + act.hour / NEXT_DAY, level * 0.96, ACT, "square", 3.5)
        for day in days
        for act in day.acts
    )


def _urges(days: tuple[Day, ...], width: float) -> str:
    """Return the urge as it rises and falls, and the relief that acts brought."""
    urge = _course(days, lambda m: m["urge"])
    top = d.round_up(max([y for _, y in urge if y is not None], default=1.0), 2.0)
    axes = _axes(days, width, 190, (0, top))
    parts = [d.left_axis(axes, "Urge"), _bottom(axes, days), d.line(axes, urge, URGE)]
    acts = [(day.day + act.hour / NEXT_DAY, act) for day in days for act in day.acts]
    for when, act in acts:
        colour = ROUTES[act.route][1]
        points = [(when, 0.0), (when, top * min(max(act.relief, 0.03), 1.0))]
        parts += [d.line(axes, points, colour, thick=5), d.dot(axes, when, *points[1][1:], colour)]
    keys = [d.key("urge", URGE)]
    keys += [d.key(f"relief of an act {words}", colour, shape="square")
             for words, colour, _ in ROUTES.values()]  # fmt: skip
    many = f"{len(acts)} act{'' if len(acts) == 1 else 's'} in these {len(days)} days."
    note = f"{many} A bar is the relief of one act; at full height the relief is 1."
    return d.figure(width, "Urges, acts and relief", d.svg(axes, many, parts), keys, note)


def _learning(days: tuple[Day, ...], width: float) -> str:
    """Return the relief that has been learnt to be expected, a point an evening."""
    axes = _axes(days, width, 180, (0, 1))
    parts = [d.left_axis(axes, "Expected relief"), _bottom(axes, days)]
    for place, (_, colour, dashes) in enumerate(ROUTES.values()):
        points = [(day.day + 0.9, day.expectancies[place]) for day in days]
        parts.append(d.line(axes, points, colour, dashes))
        parts += [d.dot(axes, x, y, colour, size=2.4) for x, y in points]
    keys = [d.key(words, colour, dashes) for words, colour, dashes in ROUTES.values()]
    latest = ", ".join(f"{words[0]} {value:.2f}" for words, value in
                       zip(ROUTES.values(), days[-1].expectancies, strict=True))  # fmt: skip
    return d.figure(
        width, "Relief that is expected", d.svg(axes, f"Expected relief: {latest}", parts), keys
    )
