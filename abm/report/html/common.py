"""What reports of every command have: the question of a scenario, what was fitted, caveats."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from abm.evidence.listing import accepted, number
from abm.evidence.register import register
from abm.io.messages import ScenarioError
from abm.parameters import parameters
from abm.report.format import format_count, format_seeds_of_tables, format_text
from abm.report.html.folder import DescribedScenario, Description
from abm.report.rendering import prose
from abm.report.sections import Items, Part, Section, TextTable
from abm.scenario.files import available_scenarios
from abm.scenario.scenario import load_scenario

COMPARE = "Compare with baseline."
FITTED = "What was fitted, and what is predicted"
SMALL_POPULATION = 2_000
FEW_DRAWS = 10  # below them the ends of an interval over draws are hardly known


@dataclass(frozen=True)
class ReportBody:
    """What is particular to the report of one command."""

    kind: str  # of study, in two or three words
    title: str
    question: tuple[str, ...]  # in plain words, a paragraph each
    answer: tuple[Part | None, ...]  # sentences with intervals, and perhaps a table
    tables: tuple[TextTable, ...] = ()  # what the sentences rest on
    front: tuple[Section, ...] = ()  # what follows the answer on the first page, if it is brief
    alternatives: Section | None = None  # what is set against each other
    fitted: Section | None = None  # by default that of `fitted_figures`
    cautions: tuple[str, ...] = ()  # caveats that follow from these very results


def failed_runs(description: Description, noun: str = "run") -> str:
    """Return how many runs failed, to stand behind a word; nothing where none did."""
    count = format_count(len(description.failed), noun)
    return f" ({count} failed)" if description.failed else ""


def question_of(scenario: DescribedScenario) -> tuple[str, ...]:
    """Return the opening comment of the scenario's file, or nothing where it may be another's.

    The file counts only if it is found by the name and has the title that was run. Where other
    people or years were run than it says, a second paragraph says so.
    """
    for listing in available_scenarios():
        is_its_own = (listing.name, listing.title) == (scenario.name, scenario.title)
        if is_its_own and listing.about:
            text = format_text(" ".join(listing.about)).removesuffix(COMPARE).strip()
            return (text, *_asked_otherwise(scenario)) if text else ()
    return ()


def _asked_otherwise(scenario: DescribedScenario) -> tuple[str, ...]:
    """Say where the size or the years are not those of the scenario's file."""
    try:
        file = load_scenario(scenario.name)
    except ScenarioError:
        return ()
    here, there = [], []
    if scenario.population.size != file.population.size:
        here.append(f"of {scenario.population.size:,} people")
        there.append(f"of {file.population.size:,}")
    if scenario.calendar.years != file.calendar.years:
        here.append(f"over {format_count(scenario.calendar.years, 'year')}")
        there.append(f"over {file.calendar.years}")
    return prose("asked_otherwise", here=here, there=there) if here else ()


def fitted_figures(description: Description) -> Section:
    """Return the published figures that the defaults were chosen with, and what the rest is."""
    rows = tuple(
        (
            f"{entry.id}: {entry.statement}",
            number(entry.published),
            accepted(entry.low, entry.high),
            f"{entry.source} {entry.year}",
        )
        for entry in register().entries.values()
        if entry.use == "fitted"
    )
    table = TextTable(
        "Published figures that the defaults, or the trends of some scenarios, were chosen with in "
        "view",
        ("figure", "published", "accepted", "source"),
        rows,
        frozenset({1, 2}),
    )
    return Section("fitted", FITTED, (*prose("fitted", description=description), table))


def cannot_say(description: Description) -> Section:
    """Return, in short, what no result of this kind can say."""
    changed = {
        name
        for scenario in description.scenarios
        for name, value in scenario.parameters.items()
        if name not in parameters() or not math.isclose(value, parameters()[name].default)
    }
    lines = prose("cannot_say", changed=len(changed), description=description)
    return Section("cannot-say", "What it cannot say", (Items(lines),))


def caveats(description: Description, cautions: Sequence[str]) -> Section:
    """Return what holds for these results, `cautions` among it, then what always holds."""
    is_run = description.command == "run"
    own = prose(
        "caveats",
        description=description,
        seeds=len(set(description.seeds)),
        different_seeds=format_seeds_of_tables(dict(description.tables)) if is_run else "",
        few_draws=FEW_DRAWS,
        small_population=SMALL_POPULATION,
    )
    can, *cannot = prose("limits", is_drawn=bool(description.posterior))
    return Section(
        "caveats", "What this can say, and what it cannot", (can, Items((*own, *cautions, *cannot)))
    )
