"""The school network: ties as lines, people as discs, coloured by state."""

import numpy as np

from abm.browser import drawing as d
from abm.browser.school import NEVER, PAST, RECENT, School
from abm.browser.snapshot import Snapshot
from abm.people.codes import BULLYING, CLOSE, DISTANT

FILLS = {NEVER: "#F2F4F6", PAST: "#8CC4E8", RECENT: "#08457E"}
STROKES = {NEVER: "#7A8794", PAST: "#2F6F9F", RECENT: "#041F3A"}
KEYS = (
    (NEVER, "never self-injured"), (PAST, "earlier, not in the past year"), (RECENT, "past year"),
)  # fmt: skip
FOLLOWED = "#C24E00"
LINES = {
    CLOSE: 'stroke="#AEB9C4" stroke-width="0.8"',
    DISTANT: 'stroke="#D9DFE5" stroke-width="0.8"',
    BULLYING: 'stroke="#4A4A4A" stroke-width="1.4" stroke-dasharray="3 2"',
}
LARGEST, SMALLEST = 13.0, 4.0


def draw(shot: Snapshot, width: float) -> str:
    """Return the network of the year-groups chosen."""
    school = shot.school
    count = len(school.person)
    if count == 0:
        return d.empty("Nobody of these ages is here. Choose another year-group.")
    height = min(max(width * 0.68, 340), 560)
    axes = d.Axes(width, height, (0, 1), (0, 1), left=16, right=16, top=16, bottom=16)
    x = axes.left + school.layout.positions[:, 0] * (width - 32)
    y = axes.top + school.layout.positions[:, 1] * (height - 32)
    numbers, grey = _counts(school.state), shot.grey
    spoken = f"Friendships among {count} people, {_year_groups(school.ages).lower()}: " + ", ".join(
        f"{number} {meaning}" for number, (_, meaning) in zip(numbers, KEYS, strict=True)
    )
    radius = _radius(school, width)
    without = (
        [f" (grey: {number})" for number in _counts(grey.states)] if grey else [""] * len(KEYS)
    )
    keys = [
        d.key(f"{meaning}: {number}{other}", FILLS[state], shape="circle")
        for number, other, (state, meaning) in zip(numbers, without, KEYS, strict=True)
    ]
    keys.append('<span class="key">larger: more distress this morning</span>')
    if shot.trace.person in school.person:
        keys.append(d.key("followed", FOLLOWED, shape="ring"))
    parts = [_ties(school, x, y), *_people(school, x, y, radius, shot.trace.person)]
    if grey is not None:
        differs = np.flatnonzero(grey.states != school.state)
        parts += [_ring(x[row], y[row], radius[row]) for row in differs.tolist()]
        keys.append(d.key(f"in another state in grey, {grey.label}", d.GREY, "3 2", "ring"))
    hidden = school.layout.present - count
    note = f"{count} of {school.layout.present} people are drawn. " if hidden else ""
    note += "A line is a friendship"
    note += ", a pale one a distant friendship" if len(school.ties[DISTANT]) else ""
    note += ", a dashed one bullying" if len(school.ties[BULLYING]) else ""
    note += "."
    title = f"{_year_groups(school.ages)} on {shot.date:%-d %B %Y}"
    advice = "Choose a disc to follow that person under One person."
    return d.chart(axes, title, spoken, parts, keys, note, advice)


def _year_groups(ages: tuple[int, ...]) -> str:
    one, *more = ages
    return f"Year-groups aged {one} to {more[-1]}" if more else f"Year-group aged {one}"


def _counts(states: np.ndarray) -> list[int]:
    return [int((states == state).sum()) for state, _ in KEYS]


def _ring(x: float, y: float, radius: float) -> str:
    """Return a ring around whoever is in another state without what was changed."""
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius + 4:.1f}" fill="none" stroke="{d.GREY}" '
        'stroke-width="2" stroke-dasharray="3 2" pointer-events="none"/>'
    )


def _ties(school: School, x: np.ndarray, y: np.ndarray) -> str:
    """Return the lines of each kind of tie that there is, as one path each."""
    paths = []
    for kind, line in LINES.items():
        first, second = school.ties[kind].T
        ends = [d.decimals(values) for values in (x[first], y[first], x[second], y[second])]
        path = "".join(f"M{a} {b}L{c} {e}" for a, b, c, e in zip(*ends, strict=True))
        if path:
            paths.append(f'<path d="{path}" {line} fill="none"/>')
    return "".join(paths)


def _radius(school: School, width: float) -> np.ndarray:
    """Return how large each disc is."""
    crowd = (1.0 if width >= 600 else 0.75) * (1.0 if len(school.person) <= 120 else 0.75)
    return crowd * np.minimum(SMALLEST + 4.2 * np.sqrt(school.distress), LARGEST)


def _people(
    school: School, x: np.ndarray, y: np.ndarray, radius: np.ndarray, followed: int | None
) -> list[str]:
    """Return a disc a person; the states differ in lightness, not in hue alone."""
    discs = []
    rows = zip(
        school.person.tolist(), school.state.tolist(), d.decimals(x), d.decimals(y),
        d.decimals(radius), strict=True,
    )  # fmt: skip
    for person, state, across, down, size in rows:
        stroke, thick = STROKES[state], 1.2
        if person == followed:
            stroke, thick = FOLLOWED, 3.5
        discs.append(
            f'<circle class="node" data-person="{person}" cx="{across}" cy="{down}" r="{size}" '
            f'fill="{FILLS[state]}" stroke="{stroke}" stroke-width="{thick}"/>'
        )
    return discs
