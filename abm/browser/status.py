"""The status line and the lists of what can be chosen, in words."""

from abm.browser.course import BAND, FIRST, LAST, value_of
from abm.browser.school import STATE_NAMES
from abm.browser.snapshot import Snapshot
from abm.simulation.census import AGES, measure_named

STAGES = {"12 to 18": (12, 13, 14, 15, 16, 17, 18), "13 to 16": (13, 14, 15, 16)}
KEY_FIGURES = {"lifetime_prevalence": "ever", "past_year_prevalence": "past year"}


def status_words(shot: Snapshot, playing: bool) -> list[str]:
    """Return what is shown: scenario, seed, people, day, and two key figures."""
    people = int(shot.census.stocks[:, :, 0].sum())
    title = shot.scenario.title or shot.scenario.name
    changed = ", with changes" if shot.is_altered else ""
    words = "the years are over; Reset begins anew" if shot.is_over else (
        "playing" if playing else "paused"
    )  # fmt: skip
    figures = []
    for name, short in KEY_FIGURES.items():
        value = value_of(shot.census, measure_named(name), "all", FIRST, LAST, shot.flow_days)
        if value is not None:
            figures.append(f"{short} {100 * value:.1f} %")
    return [
        f"{title}{changed}. Seed {shot.seed}, {people:,} people.",
        f"Day {shot.day:,} of {shot.days:,}: {shot.date:%A, %-d %B %Y}; {words}.",
        f"Self-injured, ages {BAND}: {', '.join(figures)}." if figures else "",
    ]


def school_ages(
    shot: Snapshot,
) -> tuple[list[tuple[str, str]], str, dict[str, tuple[int, ...]]]:
    """Return the choices of year-groups, the one shown, and the ages that each stands for."""
    meant: dict[str, tuple[int, ...]] = {str(age): (age,) for age in AGES}
    meant |= STAGES
    value = next((name for name, ages in meant.items() if ages == shot.school.ages), "")
    return [(name, f"age {name}") for name in meant], value, meant


def people_to_follow(shot: Snapshot) -> tuple[list[tuple[str, str]], str]:
    """Return the people of the network that can be followed, most recent first, and who is."""
    school = shot.school
    rows = sorted(
        zip(school.person.tolist(), school.state.tolist(), strict=True),
        key=lambda row: (-row[1], row[0]),
    )
    options = [(str(person), f"{person}: {STATE_NAMES[state]}") for person, state in rows]
    followed = shot.trace.person
    value = "" if followed is None else str(followed)
    if value and value not in dict(options):
        options.insert(0, (value, f"{value} ({_why_not_drawn(shot)})"))
    return options, value


def _why_not_drawn(shot: Snapshot) -> str:
    """Return in two words why the network shown is without the person followed."""
    if shot.trace.has_left:
        return "has left"
    is_whole = len(shot.school.person) == shot.school.layout.present
    return "other year" if is_whole else "not drawn"
