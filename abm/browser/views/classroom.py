"""A class of thirty: a disc a pupil, in no order that means anything."""

from abm.browser import drawing as d
from abm.browser.fortnight import DAYS, Classroom, Story
from abm.browser.school import NEVER, PAST, RECENT
from abm.browser.views.school import FILLS, KEYS, STROKES

BEYOND = "#C24E00"
NARROW, COLUMNS, COLUMNS_NARROW = 600.0, 10, 6
CELL = 84.0


def draw(story: Story, width: float) -> str:
    """Return the class, what its fortnight was like, and how it was chosen."""
    room = story.classroom
    count = len(room.person)
    columns = COLUMNS if width >= NARROW else COLUMNS_NARROW
    cell = min(CELL, width / columns)
    rows = -(-count // columns)
    axes = d.Axes(min(width, cell * columns), cell * rows, (0, 1), (0, 1))
    discs = [
        _disc(room, index, cell * (index % columns + 0.5), cell * (index // columns + 0.5), cell)
        for index in range(count)
    ]
    states = [state_of(room, index) for index in range(count)]
    keys = [
        d.key(f"{meaning}: {states.count(state)}", FILLS[state], shape="circle")
        for state, meaning in KEYS
    ]
    beyond = int((room.beyond > 0).sum())
    keys.append(
        '<span class="key"><svg width="26" height="18" aria-hidden="true"><circle cx="13" cy="9" '
        f'r="7" fill="none" stroke="{BEYOND}" stroke-width="2.5"/></svg>'
        f"felt more than they could bear, in these {DAYS} days: {beyond}</span>"
    )
    lead = lead_of(room)
    note = (
        f"{count} simulated pupils aged {room.age}, chosen because among them about as many have "
        "self-injured as among all of that age. Nobody can tell from outside, so do not guess in "
        "a real class. Feeling more than one can bear is common; nearly always it passes without "
        "an act."
    )
    title = f"{count} pupils aged {room.age}"
    return f'<p class="lead">{d.escape(lead)}</p>' + d.chart(axes, title, lead, discs, keys, note)


def lead_of(room: Classroom) -> str:
    """Return what the class is like, in whole numbers."""
    count, never = len(room.person), int((~room.ever).sum())
    acted, beyond = int((room.acts > 0).sum()), int((room.beyond > 0).sum())
    return (
        f"In these {DAYS} days the {count} pupils met {int(room.stressors.sum())} upsetting "
        f"moments, and {beyond} of them at some time felt more than they could bear. "
        f"{acted or 'None'} of them self-injured in that time; {never} of the {count} never have."
    )


def state_of(room: Classroom, index: int) -> int:
    """Return whether a pupil never self-injured, did earlier, or did in the past year."""
    return RECENT if room.past_year[index] else PAST if room.ever[index] else NEVER


def _disc(room: Classroom, index: int, x: float, y: float, cell: float) -> str:
    """Return a pupil, with a ring around whoever felt more than could be borne."""
    state = state_of(room, index)
    ring = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{0.43 * cell:.1f}" fill="none" stroke="{BEYOND}" '
        'stroke-width="2.5"/>'
    )
    return (ring if room.beyond[index] > 0 else "") + (
        f'<circle class="pupil" cx="{x:.1f}" cy="{y:.1f}" r="{0.32 * cell:.1f}" '
        f'fill="{FILLS[state]}" stroke="{STROKES[state]}" stroke-width="1.4"/>'
    )
