"""What a page says in plain words of what it shows, and of what it cannot say."""

from abm.browser.course import BAND, FIRST, LAST, value_of
from abm.browser.snapshot import Snapshot
from abm.report.format import format_percent
from abm.simulation.census import measure_named

TITLE = "Young people and self-injury: a simulation"
CAN_SAY = (
    "What this can and cannot say: a simulation shows what follows from its assumptions, not what "
    "will happen to a person. Many sizes are assumptions; the defaults are fitted to "
    "how common self-injury is. It is no tool for judging anybody's risk."
)
KEY_FIGURES = {"lifetime_prevalence": "ever", "past_year_prevalence": "past year"}


def status_lines(picture: Snapshot, state: str = "") -> list[str]:
    """Return what is shown: scenario, seed, people, day, what it does, and two key figures."""
    if picture.is_over and state:
        state = "the years are over; Play shows them from the start"
    state = f"; {state}" if state else ""
    figures = []
    for name, short in KEY_FIGURES.items():
        value = value_of(picture.census, measure_named(name), "all", FIRST, LAST, picture.flow_days)
        if value is not None:
            figures.append(f"{short} {format_percent(value)}")
    return [
        f"{picture.title}. Seed {picture.seed}, {picture.people:,} people.",
        f"Day {picture.day:,} of {picture.days:,}: {picture.date:%A, %-d %B %Y}{state}.",
        f"Self-injured, ages {BAND}: {', '.join(figures)}." if figures else "",
        *([picture.grey_sentence] if picture.grey_sentence else []),
    ]
