"""Prevalence, new cases and services over the calendar, with and without what was changed."""

from collections.abc import Sequence

from abm.browser import drawing as d
from abm.browser.course import BAND, Point
from abm.browser.snapshot import Snapshot
from abm.browser.views.figures import TITLES

CHARTS: dict[str, tuple[float, tuple[str, ...]]] = {
    "past_year_prevalence": (0.12, ("female", "male")),
    "incidence": (5.0, ("all",)),
    "hospital_presentations_per_100k": (1000.0, ("all",)),
    "in_specialist_care": (0.05, ("all",)),
    "waiting_for_care": (0.02, ("all",)),
}
"""The measures drawn: the least top of the axis, and of whom."""
NAMES = {"female": "girls", "male": "boys", "all": "girls and boys"}


def draw(shot: Snapshot, width: float) -> str:
    """Return a chart a measure, at ages 12 to 18."""
    if len(shot.history) < 2:
        return d.empty("Press Play or Step: a point is added every week.")
    panel = d.panel_width(width, 2)
    charts: list[str] = []
    for measure in CHARTS:
        is_wide = panel < width and not charts
        charts.append(_chart(shot, measure, width if is_wide else panel, 260 if is_wide else 215))
    lead = f"Young people aged {BAND}, up to {shot.date:%-d %B %Y}."
    return d.view(lead, charts)


def _chart(shot: Snapshot, measure: str, width: float, height: float) -> str:
    (title, unit), (least, sexes) = TITLES[measure], CHARTS[measure]
    show = d.plain if unit else d.percent
    history, baseline = (
        d.thinned(shot.history),
        d.thinned(shot.without.history if shot.without else ()),
    )
    lines = {sex: _line(history, measure, sex) for sex in sexes}
    greys = {sex: _line(baseline, measure, sex) for sex in sexes}
    dashes = {sex: d.SEX_DASHES[sex] if len(sexes) > 1 else "" for sex in sexes}
    drawn = [*lines.values(), *greys.values()]
    values = [value for line in drawn for _, value in line if value is not None]
    last = max(shot.history[-1].day, shot.history[0].day + 364)
    axes = d.Axes(
        width, height, (shot.history[0].day - 7, last),
        (0, d.round_up(max(values, default=0.0), least)), left=64, bottom=28,
    )  # fmt: skip
    parts = [d.left_axis(axes, unit.capitalize() or "Share of people", show)]
    for sex in sexes:
        parts.append(d.line(axes, greys[sex], d.GREY, dashes[sex], 1.8, ' class="baseline"'))
    for sex in sexes:
        parts.append(d.line(axes, lines[sex], d.SEX_COLOURS[sex], dashes[sex]))
    parts.append(d.bottom_axis(axes, "", d.year_marks(axes)))
    keys = [d.key(NAMES[sex], d.SEX_COLOURS[sex], dashes[sex]) for sex in sexes]
    if shot.without is not None:
        keys.append(d.key(shot.without.label, d.GREY))
    latest = [
        f"{NAMES[sex]} {show(known[-1])}"
        for sex in sexes
        if (known := [value for _, value in lines[sex] if value is not None])
    ]
    spoken = f"{title} over the years; latest: {', '.join(latest)}"
    note = "" if values else "Shown once sixty days have been simulated."
    return d.chart(axes, title, spoken, parts, keys, note)


def _line(points: Sequence[Point], measure: str, sex: str) -> list[tuple[float, float | None]]:
    return [(point.day, point.values.get((measure, sex))) for point in points]
