"""Prevalence, new cases and services over the calendar, with and without what was changed."""

import math
from collections.abc import Sequence
from dataclasses import replace

from abm.browser import charts as c
from abm.browser import drawing as d
from abm.browser.course import BAND, Point
from abm.browser.snapshot import Snapshot
from abm.browser.views.figures import TITLES

CHARTS: dict[str, tuple[float, tuple[str, ...]]] = {
    "past_year_prevalence": (12.0, ("female", "male")),
    "incidence": (5.0, ("all",)),
    "hospital_presentations_per_100k": (1000.0, ("all",)),
    "in_specialist_care": (5.0, ("all",)),
    "waiting_for_care": (2.0, ("all",)),
}
"""The measures drawn: the least top of the axis (of shares in percent), and of whom."""
SEXES = {
    "female": ("Girls", replace(c.FEMALE, symbol="none")),
    "male": ("Boys", replace(c.MALE, symbol="none")),
    "all": ("Girls and boys", replace(c.ALL, dashes=())),
}
"""Hundreds of points have no room for markers: here dashes tell the lines apart."""


def draw(shot: Snapshot, width: float) -> str:
    """Return a chart a measure, at ages 12 to 18."""
    if len(shot.history) < 2:
        return d.empty("Press Play or Step: a point is added every week.")
    panel = d.panel_width(width, 2)
    charts: list[str] = []
    for measure in CHARTS:
        is_wide = panel < width and not charts
        size = (width, 260) if is_wide else (panel, 215)
        charts.append(chart(shot, measure, *size).html())
    lead = f"Young people aged {BAND}, up to {shot.date:%-d %B %Y}."
    return d.view(lead, charts)


def chart(shot: Snapshot, measure: str, width: float, height: float) -> c.Chart:
    """Return the chart of a measure."""
    title, unit = TITLES[measure]
    lines, greys = _lines(shot.history, measure), []
    if shot.without is not None:
        of_grey = _lines(shot.without.history, measure)
        greys = [c.grey(line, shot.without.label) for line in of_grey]
    values = [point[1] for line in (*greys, *lines) for point in line.points]
    is_known = any(value is not None for value in values)
    first, last = shot.history[0].day - 7, max(shot.history[-1].day, shot.history[0].day + 364)
    latest = [
        f"{line.name} {d.plain(known[-1])}{'' if unit else ' %'}"
        for line in lines
        if (known := [value for _, value, *_ in line.points if value is not None])
    ]
    return c.Chart(
        f"years-{measure}", title, f"{title} over the years; latest: {', '.join(latest)}",
        [*greys, *lines], c.dates(first, last), unit.capitalize() or "Share of people",
        c.top_of(values, CHARTS[measure][0], math.inf if unit else 100.0),
        unit="" if unit else " %", heading="date", width=width, height=height, group="years",
        note="" if is_known else "Shown once sixty days have been simulated.",
    )  # fmt: skip


def _lines(history: Sequence[Point], measure: str) -> list[c.Line]:
    """Return the line of each sex that is drawn, shares in percent."""
    factor = 1.0 if TITLES[measure][1] else 100.0
    points = d.thinned(history)
    return [
        c.Line(*SEXES[sex], [_point(point, (measure, sex), factor) for point in points])
        for sex in CHARTS[measure][1]
    ]


def _point(point: Point, key: tuple[str, str], factor: float) -> c.Point:
    value = point.values.get(key)
    return c.moment(point.day), None if value is None else c.rounded(factor * value)
