"""What was guessed against what came: the same young people with and without one change."""

from abm.browser import drawing as d
from abm.browser.course import FIRST, LAST, value_of
from abm.browser.snapshot import Snapshot
from abm.simulation.census import measure_named

WITH, WITHOUT = "#08457E", "#8CC4E8"
SAME = 0.01
"""Shares closer than this are called about as many."""
MEASURES = {
    "lifetime_prevalence": "have ever self-injured",
    "past_year_prevalence": "self-injured in the past year",
}
ROW, NARROW = 34.0, 600.0


def both_worlds(shot: Snapshot) -> dict[str, tuple[float, float]]:
    """Return shares by measure, as it was and with the change; none until both worlds are there."""
    without = shot.grey
    if without is None:
        return {}
    shares = {
        name: [
            value_of(known.census, measure_named(name), "all", FIRST, LAST, known.flow_days) or 0.0
            for known in (without, shot)
        ]
        for name in MEASURES
    }
    return {name: (before, after) for name, (before, after) in shares.items()}


def answer_of(shot: Snapshot) -> str:
    """Return what came about of those who ever self-injured: more, fewer, same, or nothing yet."""
    worlds = both_worlds(shot)
    if not worlds:
        return ""
    before, after = worlds["lifetime_prevalence"]
    return "same" if abs(after - before) < SAME else "more" if after > before else "fewer"


def sentence_of(shot: Snapshot) -> str:
    """Return both shares in whole numbers."""
    worlds = both_worlds(shot)
    if not worlds:
        return "Both worlds are being simulated."
    before, after = (100 * share for share in worlds["lifetime_prevalence"])
    return (
        f"Of 100 young people aged {FIRST} to {LAST}, {before:.0f} have ever self-injured as it "
        f"was, and {after:.0f} with the change."
    )


def draw(shot: Snapshot, width: float) -> str:
    """Return two pairs of bars, of 100 young people each."""
    worlds = both_worlds(shot)
    if not worlds:
        return d.empty("Both worlds are being simulated, with the same draws of chance.")
    names = {"as it was": WITHOUT, "with the change": WITH}
    parts: list[str] = []
    top = d.round_up(max(100 * share for pair in worlds.values() for share in pair), 10.0)
    axes = d.Axes(min(width, 900.0), 4 * ROW + 76, (0, top), (0, 1), left=12, right=60, top=8)
    y = axes.top
    for name, label in MEASURES.items():
        parts.append(d.text(axes.left, y + 16, label, "start", d.INK))
        y += 26
        for share, colour in zip(
            (100 * known for known in worlds[name]), names.values(), strict=True
        ):
            parts.append(
                f'<rect class="share" x="{axes.left}" y="{y:.1f}" height="{ROW - 6:.0f}" '
                f'width="{axes.x(share) - axes.left:.1f}" fill="{colour}" stroke="{WITH}"/>'
            )
            parts.append(d.text(axes.x(share) + 8, y + 19, f"{share:.0f}", "start", d.INK))
            y += ROW
        y += 8
    keys = [d.key(label, colour, shape="square") for label, colour in names.items()]
    note = (
        f"{shot.people:,} simulated young people, seed {shot.seed}: the same people, days and "
        "draws of chance. So whatever differs follows from the change. Less than one in "
        "100 apart counts as about as many."
    )
    title = f"Of 100 young people aged {FIRST} to {LAST}"
    return d.chart(axes, title, sentence_of(shot), parts, keys, note)
