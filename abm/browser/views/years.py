"""Prevalence, new cases and services over the calendar, with the ghost of nothing changed."""

from abm.browser import drawing as d
from abm.browser.course import BAND, Point
from abm.browser.snapshot import Snapshot

GHOST = "#7A8794"
CHARTS: tuple[tuple[str, str, str, float, tuple[str, ...]], ...] = (
    ("past_year_prevalence", "Self-injured in the past year", "Share of people", 0.12,
     ("female", "male")),
    ("incidence", "First acts", "Per 100 never before, a year", 5.0, ("all",)),
    ("hospital_presentations_per_100k", "Presentations to hospital", "Per 100,000 a year", 1000.0,
     ("all",)),
    ("in_specialist_care", "In specialist care", "Share of people", 0.05, ("all",)),
    ("waiting_for_care", "Waiting for a place", "Share of people", 0.02, ("all",)),
)  # fmt: skip
SHARES = frozenset({"past_year_prevalence", "in_specialist_care", "waiting_for_care"})
NAMES = {"female": "girls", "male": "boys", "all": "girls and boys"}


def draw(shot: Snapshot, width: float) -> str:
    """Return a chart a measure, at ages 12 to 18."""
    if len(shot.history) < 2:
        return d.empty("Press Play or Step: a point is added every week.")
    wide = width >= 700
    charts = []
    for place, chart in enumerate(CHARTS):
        full = wide and place == 0
        charts.append(_chart(shot, chart, width if full or not wide else (width - 24) / 2, full))
    lead = f"Young people aged {BAND}, up to {shot.date:%-d %B %Y}. {ghost_words(shot)}"
    return f'<p class="lead">{d.escape(lead)}</p><div class="panels">{"".join(charts)}</div>'


def ghost_words(shot: Snapshot) -> str:
    """Return what the ghost line is, and how far it has come."""
    if shot.ghost_day is None:
        return "Nothing is changed yet, so there is no line to compare with."
    words = "Grey: the same people with the same luck, and nothing changed"
    if shot.ghost_day < shot.day:
        return f"{words} (computing: day {shot.ghost_day:,} of {shot.day:,})."
    return f"{words}."


def _chart(
    shot: Snapshot, chart: tuple[str, str, str, float, tuple[str, ...]], width: float, full: bool
) -> str:
    measure, title, unit, least, sexes = chart
    show = d.percent if measure in SHARES else d.plain
    history, ghost = d.thinned(shot.history), d.thinned(shot.ghost)
    lines = {sex: _line(history, measure, sex) for sex in sexes}
    greys = {sex: _line(ghost, measure, sex) for sex in sexes}
    seen = [y for line in (*lines.values(), *greys.values()) for _, y in line if y is not None]
    last = max(shot.history[-1].day, shot.history[0].day + 364)
    axes = d.Axes(
        width, 260 if full else 215, (shot.history[0].day - 7, last),
        (0, d.round_up(max(seen, default=0.0), least)), left=64, bottom=28,
    )  # fmt: skip
    parts = [d.left_axis(axes, unit, show)]
    for sex, points in greys.items():
        extra = ' class="ghost"'
        parts.append(
            d.line(axes, points, GHOST, d.SEX_DASHES[sex] if len(sexes) > 1 else "", 1.8, extra)
        )
    for sex, points in lines.items():
        parts.append(
            d.line(axes, points, d.SEX_COLOURS[sex], d.SEX_DASHES[sex] if len(sexes) > 1 else "")
        )
    parts.append(d.bottom_axis(axes, "", d.year_marks(axes)))
    keys = [
        d.key(NAMES[sex], d.SEX_COLOURS[sex], d.SEX_DASHES[sex] if len(sexes) > 1 else "")
        for sex in sexes
    ]
    if shot.ghost:
        keys.append(d.key("nothing changed", GHOST))
    latest = [(NAMES[sex], next((y for _, y in lines[sex][::-1] if y is not None), None))
              for sex in sexes]  # fmt: skip
    said = ", ".join(f"{who} {show(y)}" for who, y in latest if y is not None)
    note = "" if seen else "Shown once sixty days have been lived."
    return d.figure(
        width, title, d.svg(axes, f"{title} over the years; latest: {said}", parts), keys, note
    )


def _line(points: "d.Sequence[Point]", measure: str, sex: str) -> list[tuple[float, float | None]]:
    return [(point.day, point.values.get((measure, sex))) for point in points]
