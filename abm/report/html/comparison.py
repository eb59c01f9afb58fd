"""A comparison from its folder: the briefing for those who decide, and the tables behind it."""

from collections.abc import Sequence

import pandas as pd

from abm.experiments.comparison.pairing import NEW_CASES
from abm.report.alternatives import Choice
from abm.report.averted import LABELS, AvertedOutcome, events_among
from abm.report.briefing import FEW_SEEDS, MOST_BESIDE, Briefing
from abm.report.format import (
    format_count,
    format_fewer_or_more,
    format_list,
    format_number,
    format_text,
)
from abm.report.html.common import ReportBody, failed_runs, question_of
from abm.report.html.folder import Description, Files, ReportError
from abm.report.rendering import prose
from abm.report.sections import Items, Section, TextTable
from abm.report.tables import groups_table, reached_table
from abm.report.terminal.comparison import package_lines

KIND = "Comparison of scenarios"
DIFFERENCES, PACKAGES = "differences.csv", "packages.csv"
PAIRS, FRONTIER, ACCEPTABILITY = "pairs.csv", "frontier.csv", "acceptability.csv"
TEXTS = ("scenario", "seed", "outcome", "group", "level", "interval", "note")
NUMBERS = (
    *("seeds", "people", "person_years", "base", "other", "averted", "low", "high"),
    *("helped", "harmed", "cost"),
    *("per_100k", "per_100k_low", "per_100k_high", "reached", "per_1000_reached"),
    *("per_1000_reached_low", "per_1000_reached_high", "needed_to_reach", "needed_to_reach_low"),
    *("needed_to_reach_high", "cost_per_averted", "cost_per_averted_low", "cost_per_averted_high"),
)
PAIR_TEXTS, FRONTIER_TEXTS = (
    ("scenario", "against", "outcome", "uncertainty"),
    ("outcome", "scenario", "standing", "before"),
)
PAIR_NUMBERS = (
    *("averted", "low", "high", "per_100k", "per_100k_low", "per_100k_high", "p_better"),
    *("added_cost", "added_cost_low"),
    *("added_cost_high", "cost_per_averted"),
)
FRONTIER_NUMBERS = ("averted", "cost", "cost_low", "cost_high", "cost_per_averted")
CHANCES = ("willingness_to_pay", "p_best", "expected_loss")
PACKAGE_TEXTS = ("package", "quantity", "part", "verdict")
CURVES = "curve_differences.csv"
CURVE_TEXTS = ("scenario", "date", "sex", "age", "measure")
MOST_TITLES = 2  # scenarios in the title


def body_of_comparison(files: Files, description: Description) -> ReportBody:
    """Return what a comparison found, in words and tables."""
    table = files.table(DIFFERENCES, TEXTS, NUMBERS)
    rows = None if table is None else table[table["seed"] == "all"]
    choice = _choice(files, description)
    if rows is None or rows.empty:
        failed = failed_runs(description)
        question, unanswered = (
            _question(description),
            prose("comparison_without_answer", failed=failed),
        )
        return ReportBody(KIND, _title(description), question, unanswered)
    names = [other.name for other in description.others]
    unknown = sorted(set(rows["scenario"]) - set(names))
    if unknown:
        name = format_text(unknown[0], 60)
        raise ReportError(f"{files.path / DIFFERENCES}: {name!r} is no scenario of run.json")
    try:
        return _body(files, description, rows, choice)
    except ReportError:
        raise
    except (LookupError, ValueError, TypeError, ArithmeticError, pd.errors.InvalidIndexError):
        raise ReportError(f"{files.path}: expected the tables of a comparison") from None


def _body(
    files: Files, description: Description, rows: pd.DataFrame, choice: Choice | None
) -> ReportBody:
    briefing = _briefing(files, description, rows, choice)
    return ReportBody(
        kind=KIND,
        title=_title(description),
        question=_question(description),
        answer=(*briefing.answer(), briefing.bars(), briefing.at_a_glance()),
        front=(
            Section("for-whom", "For whom", (Items(briefing.for_whom()),)),
            Section("surety", "How sure this is", (Items(briefing.surety()),)),
        ),
        tables=_tables(rows, briefing, description),
        alternatives=_alternatives(files, choice),
        cautions=_cautions(briefing.cases),
    )


def _briefing(
    files: Files, description: Description, rows: pd.DataFrame, choice: Choice | None
) -> Briefing:
    """Return what the folder says to those who decide."""
    base = description.scenario
    return Briefing(
        base.name,
        {scenario.name: scenario.called for scenario in description.scenarios},
        base.population.size,
        base.calendar.years,
        base.population.kind == "cohort",
        events_among(base, description.others),
        base.economics,
        rows,
        files.table(CURVES, CURVE_TEXTS, ("base",)),
        choice,
    )


def _choice(files: Files, description: Description) -> Choice | None:
    """Return what sets the scenarios against each other; None in folders of before it was written.

    Scenarios that are not those of run.json are left as they are called in the tables.
    """
    pairs = files.table(PAIRS, PAIR_TEXTS, PAIR_NUMBERS)
    frontier = files.table(FRONTIER, FRONTIER_TEXTS, FRONTIER_NUMBERS)
    acceptability = files.table(ACCEPTABILITY, ("outcome", "scenario", "is_best"), CHANCES)
    if pairs is None or frontier is None or acceptability is None or pairs.empty:
        return None
    acceptability = acceptability.assign(is_best=acceptability["is_best"] == "True")
    base = description.scenario
    titles = {scenario.name: scenario.called for scenario in (base, *description.others)}
    return Choice(base.name, titles, base.economics, pairs, frontier, acceptability)


def _alternatives(files: Files, choice: Choice | None) -> Section:
    """Return what sets the scenarios against each other, and packages beside their parts."""
    packages = Items(_packages(files))
    try:
        parts = () if choice is None else choice.parts()
        return Section(
            "alternatives", "Which one? Alternatives against each other", (*parts, packages)
        )
    except (LookupError, ValueError, TypeError):
        raise ReportError(f"{files.path}: expected the alternatives of a comparison") from None


def _title(description: Description) -> str:
    called = [other.called for other in description.others]
    if len(called) > MOST_TITLES:
        return f"{len(called)} scenarios against {description.scenario.quoted}: what would change?"
    return f"{format_list(called)}: what would change?"


def _question(description: Description) -> tuple[str, ...]:
    others = description.others
    own = others if len(others) <= MOST_BESIDE else ()
    asked = (text for other in own for text in question_of(other)[:1])
    quoted = [other.quoted for other in others]
    return (*asked, *prose("comparison_question", base=description.scenario, others=quoted))


def _cautions(outcomes: Sequence[AvertedOutcome]) -> tuple[str, ...]:
    """Return caveats that follow from how many seeds there are and what came out."""
    if not outcomes:
        return ()
    return prose(
        "comparison_cautions",
        seeds=min(outcome.seeds for outcome in outcomes),
        few_seeds=FEW_SEEDS,
        has_worse_off=any(own.outcome == NEW_CASES and own.harmed > 0 for own in outcomes),
    )


def _packages(files: Files) -> tuple[str, ...]:
    """Return what packages come to beside their parts."""
    table = files.table(PACKAGES, PACKAGE_TEXTS, ("value", "low", "high"))
    if table is None or table.empty:
        return ()
    try:
        return tuple(format_text(line) for line in package_lines(table))
    except (LookupError, ValueError, TypeError):
        path = files.path / PACKAGES
        raise ReportError(f"{path}: expected the packages of a comparison") from None


# The tables


def _tables(
    rows: pd.DataFrame, briefing: Briefing, description: Description
) -> tuple[TextTable, ...]:
    cases, base = rows[rows["outcome"] == NEW_CASES], description.scenario
    titles = {other.name: other.called for other in description.others}
    offered = cases[(cases["group"] == "all") & ~cases["scenario"].isin(briefing.events)]
    there = {name: title for name, title in titles.items() if (cases["scenario"] == name).any()}
    return (
        _averted(rows, briefing, description),
        reached_table(offered, titles, base.quoted),
        groups_table(cases, there, base.quoted, base.calendar.years, MOST_BESIDE),
    )


def _averted(rows: pd.DataFrame, briefing: Briefing, description: Description) -> TextTable:
    base, years = description.scenario, description.scenario.calendar.years
    everybody = rows[(rows["group"] == "all") & rows["outcome"].isin(list(LABELS))]
    outcomes = [
        AvertedOutcome.from_row(row, years, row["scenario"] in briefing.events)
        for row in everybody.to_dict("records")
    ]
    is_one = len({outcome.scenario for outcome in outcomes}) == 1
    cells = tuple(
        (
            outcome.label if is_one else f"{outcome.scenario}: {outcome.label}",
            format_number(outcome.in_base),
            format_fewer_or_more(outcome.value),
            format_fewer_or_more(outcome.low, outcome.high),
            outcome.reading,
        )
        for outcome in outcomes
    )
    return TextTable(
        f"Fewer or more than in {base.quoted}, per 100,000 people over "
        f"{format_count(years, 'year')}",
        ("outcome", f"in {base.quoted}", "difference", "95 % interval", "which means"),
        cells,
        frozenset({1, 2, 3}),
        "Among 100,000 people present throughout.",
    )
