"""The question that a scenario asks, in the words of its file."""

from abm.report.format import format_count, format_text
from abm.report.html.description import ScenarioSaid

COMPARE = "Compare with baseline."


def about_scenario(said: ScenarioSaid) -> tuple[str, ...]:
    """Return the opening comment of the scenario's file, or nothing where it may be another's.

    The file counts only if it is found by the name and has the title that was lived. Where other
    people or years were lived than it says, a second paragraph says so.
    """
    from abm.scenario.files import available_scenarios

    for each in available_scenarios():
        if each.name == said.name and each.title == said.title and each.about:
            text = format_text(" ".join(each.about)).removesuffix(COMPARE).strip()
            return (text, *_asked_otherwise(said)) if text else ()
    return ()


def _asked_otherwise(said: ScenarioSaid) -> tuple[str, ...]:
    """Say where the size or the years are not those of the scenario's file."""
    from abm.io.messages import ScenarioError
    from abm.scenario.scenario import load_scenario

    try:
        file = load_scenario(said.name)
    except ScenarioError:
        return ()
    here, there = [], []
    if said.population.size != file.population.size:
        here.append(f"of {said.population.size:,} people")
        there.append(f"of {file.population.size:,}")
    if said.calendar.years != file.calendar.years:
        here.append(f"over {format_count(said.calendar.years, 'year')}")
        there.append(f"over {file.calendar.years}")
    return (f"Here this is asked {' '.join(here)}, not {' '.join(there)}.",) if here else ()
