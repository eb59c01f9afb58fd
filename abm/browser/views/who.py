"""Who: how adversity, vagal tone and self-criticism are spread among never and ever."""

from dataclasses import replace

from abm.browser import charts as c
from abm.browser import drawing as d
from abm.browser.snapshot import BINS, TRAITS, Snapshot, Spread

NEVER = c.LineStyle("var(--never, #a0621a)", (6, 3))  # grey is for what is compared with
EVER = c.LineStyle("var(--accent, #08457e)")
NOTES = {"vagal_tone": "How much the resting heart is slowed by the vagus nerve; a marker of calm."}
GROUPS = (("never self-injured", NEVER), ("ever self-injured", EVER))


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
    return d.view(lead, [chart(trait, shot, panel).html() for trait in TRAITS])


def chart(trait: str, shot: Snapshot, width: float) -> c.Chart:
    """Return the chart of a trait: the outline of a group's shares, and its mean."""
    title, unit, ends = TRAITS[trait]
    drawn = [(*group, spread) for group, spread in zip(GROUPS, shot.who[trait], strict=True)]
    labels = {group: group for group, *_ in drawn}
    if shot.grey is not None:
        drawn.insert(0, ("ever, without", c.GREY_DOTS, shot.grey.who[trait][1]))
        labels["ever, without"] = f"ever: {shot.grey.label}"
    top = c.top_of([100 * float(spread.shares.max()) for *_, spread in drawn], 20.0, 100.0)
    parts: list[c.Line | c.Level] = []
    means = []
    for group, style, spread in drawn:
        mean = f"mean {spread.mean:.2f}" if spread.people else "nobody"
        if spread.people:
            outline, label = _outline(spread, ends), f"{labels[group]}: {mean}"
            parts.append(c.Line(group, style, outline, label, step=True))
            at_mean = ((spread.mean, 0.0), (spread.mean, top))
            parts.append(c.Level(group, replace(style, thick=1.2), at_mean))
        means.append(f"{group} {mean}")
    return c.Chart(
        f"who-{trait}", title, f"{title}: {', '.join(means)}", parts, c.numbers(ends, unit),
        "Share of the group", top, unit=" %", heading="bin", wide=_wide(ends), width=width,
        height=250, note=NOTES.get(trait, ""),
    )  # fmt: skip


def _wide(ends: tuple[float, float]) -> float:
    return (ends[1] - ends[0]) / BINS


def _outline(spread: Spread, ends: tuple[float, float]) -> list[c.Point]:
    """Return the middles of bars with their shares, and one of none at either end."""
    middles = [ends[0] + (index - 0.5) * _wide(ends) for index in range(BINS + 2)]
    shares = [0.0, *(100.0 * spread.shares).tolist(), 0.0]
    return [(middle, c.rounded(share)) for middle, share in zip(middles, shares, strict=True)]
