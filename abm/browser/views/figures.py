"""The table of figures of the day shown, and the same as CSV."""

from abm.browser import drawing as d
from abm.browser.course import value_of
from abm.browser.snapshot import Snapshot, Without
from abm.report.format import format_percent, format_rate, format_whole
from abm.simulation.census import MEASURES, Measure
from abm.simulation.curves import SEX_ROWS, curves_frame

BANDS = {"12-18": (12, 18), "10-24": (10, 24)}
HEADS = {"female": "Girls", "male": "Boys", "all": "All"}
GROWN_UP_HEADS = {"female": "Girls, women", "male": "Boys, men", "all": "All"}
WHOLE_PER = 1_000
"""Of more people than these, whole numbers are told."""
TITLES = {
    "lifetime_prevalence": ("Ever self-injured", ""),
    "past_year_prevalence": ("Self-injured in the past year", ""),
    "past_month_prevalence": ("Self-injured in the past month", ""),
    "incidence": ("First acts", "per 100 never before, a year"),
    "acts_per_person_year": ("Acts", "per person and year"),
    "urges_per_person_year": ("Urges reported", "per person and year"),
    "hospital_presentations_per_100k": ("Presentations to hospital", "per 100,000 a year"),
    "in_specialist_care": ("In specialist care", ""),
    "waiting_for_care": ("Waiting for a place", ""),
}
"""What the measures are called on the page, and the units of those that are no share of people."""


def draw(shot: Snapshot, width: float) -> str:
    """Return a table an age band."""
    events = "Events (first acts, acts, urges, hospital) are those of the past twelve months."
    if shot.flow_days == 0:
        events = "Events (first acts, acts, urges, hospital) are counted from the first day on."
    elif shot.flow_days < 365:
        events = events.replace("past twelve months", f"{shot.flow_days} days since the start")
    lead = f"{shot.people:,} young people on {shot.date:%-d %B %Y}. {events}"
    if shot.grey is not None:
        lead += f" In grey: {shot.grey.label}."
    return d.view(lead, [_table(shot, band, ages) for band, ages in BANDS.items()])


def _table(shot: Snapshot, band: str, ages: tuple[int, int]) -> str:
    names = HEADS if ages[1] <= 18 else GROWN_UP_HEADS
    heads = "".join(f'<th scope="col">{head}</th>' for head in names.values())
    rows = "".join(_row(shot, measure, ages) for measure in MEASURES)
    return (
        f'<table class="figures"><caption>Ages {band}</caption>'
        f'<thead><tr><th scope="col">Measure</th>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _row(shot: Snapshot, measure: Measure, ages: tuple[int, int]) -> str:
    cells = []
    for sex in SEX_ROWS:
        number = figure(measure, shot, sex, ages)
        if shot.grey is not None:
            number += f'<span class="without">{figure(measure, shot.grey, sex, ages)}</span>'
        cells.append(f'<td data-measure="{measure.name}" data-sex="{sex}">{number}</td>')
    title = d.escape(", ".join(filter(None, TITLES[measure.name])))
    return (
        f'<tr><th scope="row" title="{d.escape(measure.meaning)}">{title}</th>{"".join(cells)}</tr>'
    )


def figure(measure: Measure, world: Snapshot | Without, sex: str, ages: tuple[int, int]) -> str:
    """Return a measure of one sex, or all, at some ages as text; a dash where nothing is known."""
    value = value_of(world.census, measure, sex, *ages, world.flow_days)
    if value is None:
        return "–"  # noqa: RUF001
    if measure.kind == "share":
        return format_percent(value)
    return format_whole(value) if measure.per > WHOLE_PER else format_rate(value)


def as_csv(shot: Snapshot) -> str:
    """Return the yearly censuses so far and the day shown, with and without what was changed.

    The columns are those of curves.csv, after the world and its scenario in words.
    """
    import pandas as pd

    worlds: list[tuple[str, str, Snapshot | Without]] = [("with", shot.title, shot)]
    if shot.without is not None:
        worlds.append(("without", shot.without.label, shot.without))
    tables = []
    for name, title, world in worlds:
        censuses = [census for census in world.censuses if census.date != world.census.date]
        latest = [world.census] if world.flow_days > 0 else []
        table = curves_frame([*censuses, *latest], shot.seed)
        table.insert(0, "world", name)
        table.insert(1, "scenario", title)
        tables.append(table)
    return str(pd.concat(tables).to_csv(index=False))
