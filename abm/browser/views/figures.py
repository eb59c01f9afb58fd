"""The table of figures of the day shown, and the same as CSV."""

from abm.browser import drawing as d
from abm.browser.course import value_of
from abm.browser.snapshot import Snapshot
from abm.report.format import format_percent, format_rate
from abm.simulation.census import MEASURES, Measure
from abm.simulation.curves import SEX_ROWS, curves_frame

BANDS = {"12-18": (12, 18), "10-24": (10, 24)}
HEADS = {"female": "Girls", "male": "Boys", "all": "All"}
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
    months = "the past twelve months"
    if shot.flow_days < 365:
        months = f"the {shot.flow_days} days since the start"
    lead = (
        f"{shot.people:,} young people on {shot.date:%-d %B %Y}. "
        f"Events (first acts, acts, urges, hospital) are those of {months}."
    )
    return d.view(lead, [_table(shot, band, ages) for band, ages in BANDS.items()])


def _table(shot: Snapshot, band: str, ages: tuple[int, int]) -> str:
    heads = "".join(f'<th scope="col">{head}</th>' for head in HEADS.values())
    rows = "".join(_row(shot, measure, ages) for measure in MEASURES)
    return (
        f'<table class="figures"><caption>Ages {band}</caption>'
        f'<thead><tr><th scope="col">Measure</th>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _row(shot: Snapshot, measure: Measure, ages: tuple[int, int]) -> str:
    cells = []
    for sex in SEX_ROWS:
        number = _number(measure, value_of(shot.census, measure, sex, *ages, shot.flow_days))
        cells.append(f'<td data-measure="{measure.name}" data-sex="{sex}">{number}</td>')
    title = d.escape(", ".join(filter(None, TITLES[measure.name])))
    return (
        f'<tr><th scope="row" title="{d.escape(measure.meaning)}">{title}</th>{"".join(cells)}</tr>'
    )


def _number(measure: Measure, value: float | None) -> str:
    if value is None:
        return "–"  # noqa: RUF001
    return format_percent(value) if measure.kind == "share" else format_rate(value)


def as_csv(shot: Snapshot) -> str:
    """Return the yearly censuses so far and the day shown, in the columns of curves.csv."""
    censuses = [census for census in shot.censuses if census.date != shot.date]
    latest = [shot.census] if shot.flow_days > 0 else []
    return str(curves_frame([*censuses, *latest], shot.seed).to_csv(index=False))
