"""Prevalence and first acts by age and sex on the day shown, with what the paper cites of them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from abm.browser import charts as c
from abm.browser import drawing as d
from abm.browser.cited import CitedFigure
from abm.browser.course import counts_of, value_of
from abm.browser.snapshot import Snapshot, Without
from abm.browser.views.figures import TITLES
from abm.browser.views.published import range_of, sentences
from abm.report.figures.runs import ADOLESCENTS, ENDS, interval_of_cell
from abm.report.format import format_percent
from abm.simulation.census import AGES, DAYS_A_YEAR, Measure, measure_named

LEAST_TOP = {"lifetime_prevalence": 30.0, "past_year_prevalence": 15.0, "incidence": 8.0}
"""The charts, and the least top of the axis of each: of shares in percent."""
SEXES = {"female": ("Girls and women", c.FEMALE), "male": ("Boys and men", c.MALE)}
NOTES = {
    "lifetime_prevalence": "Points: all who did. Straight lines: who would say so in a survey.",
    "incidence": "A point is all of a year of age. The upright line is told by those aged 18.",
}
FEW = 100
DRAWN = {
    "lifetime_prevalence": ("ever", "clinical"),
    "past_year_prevalence": ("peak",),
    "incidence": ("onset",),
}  # fmt: skip
"""Which published figures stand in which chart."""
LABELS = {
    "ever": "ages 12-18", "clinical": "ages 12-18, in care",
    "peak": "age of the peak", "onset": "age at first act",
}  # fmt: skip


def draw(shot: Snapshot, width: float) -> str:
    """Return charts of ever, of the past year and of first acts, with what was published."""
    panel = d.panel_width(width, 2)
    charts = [chart(shot, name, panel).html() for name in LEAST_TOP]
    return d.view(_lead(shot), [*charts, f'<div style="width:{panel:g}px">{_below(shot)}</div>'])


def _lead(shot: Snapshot) -> str:
    """Return of when the charts are, and what their bands tell."""
    people = shot.census.stocks[:, :, 0]
    cell = int(people[people > 0].min()) if (people > 0).any() else 0
    few = f", which may stand for as few as {cell} people" if cell < FEW else ""
    return (
        f"Young people on {shot.date:%-d %B %Y}, by completed age. Pale bands (95 % intervals) "
        f"tell how far chance alone moves a point{few}."
    )


def draw_ever(shot: Snapshot, width: float) -> str:
    """Return the chart of ever alone, with what surveys found, for a class."""
    return d.view(_lead(shot), [chart(shot, "lifetime_prevalence", width, ("ever",)).html()])


def _below(shot: Snapshot) -> str:
    """Return what was published beside what is found here, or where that stands."""
    if shot.besides:
        return sentences(shot.besides.values())
    if shot.scenario.population.kind == "cohort":
        why = (
            "One birth cohort has one age at a time: no figure for several ages is held against it."
        )
    else:
        why = "What was published of this place and its years is drawn in Over the years."
    return f'<p class="note">{why}</p>'


def chart(
    shot: Snapshot, name: str, width: float, published_too: Sequence[str] | None = None
) -> c.Chart:
    """Return the chart of a measure, with the published figures that belong in it, or some."""
    measure, (title, unit) = measure_named(name), TITLES[name]
    lines, greys = _lines(shot, measure), []
    if shot.grey is not None:
        greys = [c.grey(line, shot.grey.label) for line in _lines(shot.grey, measure)]
    bands = [_around(line) for line in lines]
    values = [point[1] for line in (*lines, *greys) for point in line.points]
    values += [high for band in bands for *_, high in band.ends]
    top = c.top_of(values, LEAST_TOP[name], math.inf if unit else 100)
    keys = DRAWN[name] if published_too is None else published_too
    drawn = [key for key in keys if key in shot.besides]
    published = [part for key in drawn for part in _published(key, shot.besides[key], top)]
    note = NOTES.get(name, "") if published else ""
    if not any(value is not None for value in values):
        note = "Shown once sixty days have been simulated."
    together = value_of(shot.census, measure, "all", *ADOLESCENTS, shot.flow_days)
    spoken = "not known yet"
    if together is not None:
        value = f"{d.plain(together)} {unit}" if unit else format_percent(together)
        spoken = f"{value} at ages 12 to 18"
    return c.Chart(
        f"ages-{name}", title, f"{title}, by age and sex: {spoken}",
        [*published, *greys, *lines, *bands], c.ages(AGES[0], AGES[-1]),
        unit.capitalize() or "Share of young people", top, unit="" if unit else " %",
        heading="age", width=width, note=note,
    )  # fmt: skip


def _published(key: str, beside: CitedFigure, top: float) -> Iterator[c.Band | c.Level]:
    """Yield a published range and what is found here: of a share, or of an age."""
    name, value = LABELS[key], beside.simulated.value
    is_age = beside.claim.unit == " years"
    low, high = beside.low, beside.high
    if is_age:  # drawn over the completed ages that it covers
        low, high = (low - 0.5, high + 0.5) if key == "peak" else (low - 0.5, high - 0.5)
    across, up = ((low, high), None) if is_age else (ENDS, (low, high))
    colours = c.CLINICAL if key == "clinical" else c.BAND
    label = f"published, {name}: {range_of(beside)}"
    yield c.Band(f"published, {name}", across, up, label, colours)
    if math.isnan(value):
        return
    at = value if key == "peak" else value - 0.5
    ends = ((at, 0.0), (at, top)) if is_age else ((ENDS[0], value), (ENDS[1], value))
    style = replace(c.ALL, dashes=(8, 3, 2, 3)) if key == "clinical" else c.ALL
    number = f"{value:.1f}".removesuffix(".0")
    label = f"here: {number}{beside.claim.unit}, {beside.verdict}"
    yield c.Level(f"here, {name}", style, ends, label)


def _lines(world: Snapshot | Without, measure: Measure) -> list[c.Line]:
    """Return the line of each sex."""
    return [
        c.Line(label, style, [_point(world, measure, sex, age) for age in AGES])
        for sex, (label, style) in SEXES.items()
    ]


def _point(world: Snapshot | Without, measure: Measure, sex: str, age: int) -> c.Point:
    """Return what is so at an age with its interval: of a share in percent, how many of how many.

    Where nothing can be said yet there is no interval.
    """
    value = value_of(world.census, measure, sex, age, age, world.flow_days)
    if value is None:
        return age, None
    some, everybody = counts_of(world.census, measure, sex, age, age)
    is_share = measure.kind == "share"
    among = everybody if is_share else everybody / DAYS_A_YEAR
    scale = 100 if is_share else 1
    low, high = (c.rounded(scale * end) for end in interval_of_cell(measure.name, value, among))
    of_people = (some, everybody) if is_share else (None, None)
    return age, c.rounded(scale * value), *of_people, low, high


def _around(line: c.Line) -> c.Around:
    """Return the band of a line's intervals."""
    ends = [(point[0], point[4], point[5]) for point in line.points if len(point) > 2]
    return c.Around(line.name, line.style.colour, ends)
