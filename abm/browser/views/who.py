"""Who: how adversity, vagal tone and self-criticism are spread among never and ever."""

from abm.browser import drawing as d
from abm.browser.snapshot import BINS, TRAITS, Snapshot, Spread

NEVER, EVER = "#A0621A", "#08457E"  # grey is for what is compared with
GROUPS = (("never self-injured", NEVER, "6 3"), ("ever self-injured", EVER, ""))


def draw(shot: Snapshot, width: float) -> str:
    """Return a chart a trait."""
    never, ever = shot.who["adversity"]
    lead = (
        f"{never.people:,} young people who never and {ever.people:,} who ever self-injured, on "
        f"{shot.date:%-d %B %Y}. The groups overlap widely: no trait tells who will self-injure."
    )
    if shot.grey is not None:
        lead += f" In grey, the {shot.grey.who['adversity'][1].people:,} who ever did without."
    panel = d.panel_width(width, len(TRAITS))
    return d.view(lead, [_chart(trait, shot, panel) for trait in TRAITS])


def _chart(trait: str, shot: Snapshot, width: float) -> str:
    title, unit, ends = TRAITS[trait]
    drawn = list(zip(shot.who[trait], GROUPS, strict=True))
    if shot.grey is not None:
        drawn.append((shot.grey.who[trait][1], (f"ever: {shot.grey.label}", d.GREY, "2 2")))
    top = d.round_up(max(float(spread.shares.max()) for spread, _ in drawn), 0.2)
    axes = d.Axes(width, 250, ends, (0, top), left=64)
    parts = [d.left_axis(axes, "Share of the group", d.percent)]
    keys, means = [], []
    for spread, (group, colour, dashes) in reversed(drawn):
        mean = "nobody"
        if spread.people > 0:
            mean = f"mean {spread.mean:.2f}"
            at_mean = [(spread.mean, 0.0), (spread.mean, top)]
            parts.append(d.line(axes, _outline(spread, ends), colour, dashes))
            parts.append(d.line(axes, at_mean, colour, dashes, 1.2))
        keys.append(d.key(f"{group}: {mean}", colour, dashes))
        means.append(f"{group} {mean}")
    parts.append(d.bottom_axis(axes, unit, d.number_marks(axes, 5)))
    return d.chart(axes, title, f"{title}: {', '.join(means[::-1])}", parts, keys[::-1])


def _outline(spread: Spread, ends: tuple[float, float]) -> list[tuple[float, float]]:
    """Return the outline of a histogram."""
    wide = (ends[1] - ends[0]) / BINS
    points = [(ends[0], 0.0)]
    for index, share in enumerate(spread.shares.tolist()):
        points += [(ends[0] + index * wide, share), (ends[0] + (index + 1) * wide, share)]
    return [*points, (ends[1], 0.0)]
