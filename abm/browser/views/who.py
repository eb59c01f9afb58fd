"""Who: how adversity, vagal tone and self-criticism are spread among never and ever."""

import math

from abm.browser import drawing as d
from abm.browser.snapshot import BINS, TRAITS, Snapshot, Spread

NEVER, EVER = "#6B7885", "#08457E"
GROUPS = (("never self-injured", NEVER, "6 3"), ("ever self-injured", EVER, ""))


def draw(shot: Snapshot, width: float) -> str:
    """Return a chart a trait."""
    panel = width if width < 700 else (width - 48) / 3
    charts = [_chart(trait, shot.who[trait], panel) for trait in TRAITS]
    never, ever = shot.who["adversity"]
    lead = (
        f"{never.people:,} young people who never and {ever.people:,} who ever self-injured, on "
        f"{shot.date:%-d %B %Y}. The groups overlap widely: no trait tells who will self-injure."
    )
    return f'<p class="lead">{d.escape(lead)}</p><div class="panels">{"".join(charts)}</div>'


def _chart(trait: str, groups: tuple[Spread, Spread], width: float) -> str:
    title, unit, ends = TRAITS[trait]
    top = d.round_up(max(float(group.shares.max()) for group in groups), 0.2)
    axes = d.Axes(width, 250, ends, (0, top), left=64)
    parts = [d.left_axis(axes, "Share of the group", d.percent)]
    keys, said = [], []
    for group, (words, colour, dashes) in zip(groups, GROUPS, strict=True):
        parts += [
            _steps(axes, group, ends, colour, dashes),
            _mean(axes, group, top, colour, dashes),
        ]
        mean = "nobody" if group.people == 0 else f"mean {group.mean:.2f}"
        keys.append(d.key(f"{words}: {mean}", colour, dashes))
        said.append(f"{words} {mean}")
    parts.append(d.bottom_axis(axes, unit, d.number_marks(axes, 5)))
    return d.figure(width, title, d.svg(axes, f"{title}: {', '.join(said)}", parts), keys)


def _steps(axes: d.Axes, group: Spread, ends: tuple[float, float], colour: str, dashes: str) -> str:
    """Return the outline of a histogram."""
    if group.people == 0:
        return ""
    wide = (ends[1] - ends[0]) / BINS
    points: list[tuple[float, float | None]] = [(ends[0], 0.0)]
    for place, share in enumerate(group.shares.tolist()):
        points += [(ends[0] + place * wide, share), (ends[0] + (place + 1) * wide, share)]
    return d.line(axes, [*points, (ends[1], 0.0)], colour, dashes)


def _mean(axes: d.Axes, group: Spread, top: float, colour: str, dashes: str) -> str:
    if math.isnan(group.mean):
        return ""
    return d.line(axes, [(group.mean, 0.0), (group.mean, top)], colour, dashes, 1.2)
