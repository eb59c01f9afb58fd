"""Prevalence, new cases and services over the calendar, with and without what was changed."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from abm.browser import charts as c
from abm.browser import drawing as d
from abm.browser.cited import (
    ENGLAND,
    GROWTH,
    VICTORIA,
    CitedFigure,
    beside_growth,
    beside_surveys,
    england_entries,
    place_of,
    presentations,
    year_of,
)
from abm.browser.course import BAND, Point
from abm.browser.snapshot import Snapshot
from abm.browser.views.figures import TITLES
from abm.browser.views.published import sentences
from abm.evidence.register import register

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
    of_place, below = _of_the_place(shot, width)
    return d.view(lead, [*of_place, *charts]) + below


def _of_the_place(shot: Snapshot, width: float) -> tuple[list[str], str]:
    """Return the chart of what was published of a place and its years, and sentences on it."""
    world = place_of(shot.scenario.name)
    if world == ENGLAND:
        return [england(shot, width).html()], sentences(beside_surveys(shot.surveys))
    if world != VICTORIA:
        return [], ""
    growth = beside_growth(shot.censuses, shot.seed)
    return [victoria(shot, growth, width).html()], sentences([growth] if growth else [])


def england(shot: Snapshot, width: float) -> c.Chart:
    """Return the chart of young women who say that they ever did, and the two surveys."""
    reported = [(_middle(survey.year), c.rounded(survey.reported.value)) for survey in shot.surveys]
    true = [(_middle(survey.year), c.rounded(survey.true)) for survey in shot.surveys]
    published = [
        (_middle(year_of(entry)), entry.published or math.nan, entry.low, entry.high)
        for entry in england_entries()
    ]
    highest = [point[1] for point in (*reported, *true)]
    waiting = "" if reported else "People here are asked on the last day of every year."
    latest = f"{reported[-1][1]:g} % in {shot.surveys[-1].year}" if reported else "none yet"
    label = "published (McManus et al. 2019), with its 95 % interval"
    return c.Chart(
        "years-england", "Women aged 16 to 24 who ever self-injured",
        f"Women aged 16 to 24 who ever self-injured, as they say and as it is; latest: {latest}",
        [
            c.Published("published", published, label),
            c.Line("say so", replace(c.FEMALE, dashes=()), reported, "here: say so, face to face"),
            c.Line("have", replace(c.ALL, symbol="triangle"), true, "here: have, said or not"),
        ],
        c.dates(*_calendar(shot)), "Share of women aged 16-24", c.top_of(highest, 30.0, 100.0),
        unit=" %", heading="year", width=width, height=260, note=waiting,
    )  # fmt: skip


def victoria(shot: Snapshot, growth: CitedFigure | None, width: float) -> c.Chart:
    """Return the chart of presentations a year, and of a growth as published through them."""
    entry, counts = register().entries[GROWTH.entry], presentations(shot.censuses)
    days = [c.moment(census.date.toordinal()) for census in shot.censuses]
    here = list(zip(days, counts.tolist(), strict=True))
    rate = 1.0 + (entry.published or 0.0) / 100.0
    shape = rate ** np.arange(len(counts))
    as_published = shape * (counts.sum() / shape.sum() if len(counts) else 0.0)
    line = [(day, c.rounded(value)) for day, value in zip(days, as_published.tolist(), strict=True)]
    label = f"growing as published (Hiscock et al. 2018): {entry.published:g} % a year"
    style = c.LineStyle(c.BAND[1], (6, 3))
    return c.Chart(
        "years-victoria", "Presentations to hospital at ages 10 to 19, in each year to 30 June",
        f"Presentations to hospital a year; latest: {f'{counts[-1]:g}' if here else 'none yet'}",
        [
            c.Line("published", style, line, label, pointed="growing as published"),
            c.Line("here", replace(c.ALL, dashes=(), symbol="circle"), here, "here"),
        ],
        c.dates(*_calendar(shot)), "Presentations a year", c.top_of(counts.tolist(), 10.0),
        heading="date", width=width, height=260,
        note="" if growth else "Growth can be told once two years are over.",
    )  # fmt: skip


def _middle(year: int) -> float:
    """Return where a year is drawn."""
    return c.moment(date(year, 7, 1).toordinal())


def _calendar(shot: Snapshot) -> tuple[int, int]:
    """Return the first day of the scenario's years, and one a little after the last."""
    start = shot.scenario.calendar.start.toordinal()
    return start, start + shot.days + 20


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
