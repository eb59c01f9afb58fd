"""A comparison in words: what each scenario averts, for whom, and how sure that is.

Sentences are true whatever came out: fewer, more, nothing, or no telling.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import pandas as pd

from abm.experiments.comparison.pairing import OUTCOMES
from abm.report.alternatives import Choice
from abm.report.format import (
    capitalised,
    format_count,
    format_fewer_or_more,
    format_list,
    format_number,
    format_text,
)
from abm.report.html.common import ReportBody, failed_runs, question_of
from abm.report.html.folder import Description, Files, ReportError
from abm.report.rendering import prose
from abm.report.sections import Section, TextTable
from abm.report.tables import groups_table, reached_table
from abm.report.terminal.comparison import package_lines
from abm.scenario.intervention_library import are_events

DIFFERENCES, PACKAGES = "differences.csv", "packages.csv"
PAIRS, FRONTIER, ACCEPTABILITY = "pairs.csv", "frontier.csv", "acceptability.csv"
TEXTS = ("scenario", "seed", "outcome", "group", "level", "interval", "note")
NUMBERS = (
    *("seeds", "people", "person_years", "base", "other", "averted", "helped", "harmed"),
    *("per_100k", "per_100k_low", "per_100k_high", "reached", "per_1000_reached"),
    *("per_1000_reached_low", "per_1000_reached_high", "needed_to_reach", "needed_to_reach_low"),
    *("needed_to_reach_high", "cost_per_averted", "cost_per_averted_low", "cost_per_averted_high"),
)
PAIR_TEXTS, FRONTIER_TEXTS = (
    ("scenario", "against", "outcome"),
    ("outcome", "scenario", "standing", "before"),
)
PAIR_NUMBERS = (
    *("per_100k", "per_100k_low", "per_100k_high", "p_better", "added_cost", "added_cost_low"),
    *("added_cost_high", "cost_per_averted"),
)
FRONTIER_NUMBERS = ("averted", "cost", "cost_low", "cost_high", "cost_per_averted")
CHANCES = ("willingness_to_pay", "p_best", "expected_loss")
PACKAGE_TEXTS = ("package", "quantity", "part", "verdict")
NEW_CASES, PEOPLE = "new_cases", 100_000.0
MOST_TITLES, MOST_BESIDE = 2, 3  # scenarios in the title, and told or tabled beside each other
FEW_SEEDS = 5
LESS, MORE, UNCLEAR, NOTHING, NONE_THERE, NO_INTERVAL, NOT_KNOWN = (
    *("fewer, beyond chance", "more, beyond chance", "cannot be told from chance"),
    *("nobody's outcome changed", "none in either", "no interval, so no telling", "not known"),
)


@dataclass(frozen=True)
class AvertedOutcome:
    """What one scenario averts of one outcome, per 100,000 people."""

    scenario: str
    outcome: str
    label: str  # for readers, of several
    in_base: float  # how often it comes about in the scenario compared with
    value: float  # averted: that minus how often with this scenario
    low: float  # of the 95 % interval
    high: float
    helped: float  # people a run with less of it
    harmed: float  # and with more
    reached: float  # people a run reached by what is new in this scenario; NaN if not counted
    seeds: int  # how many the row rests on
    is_event: bool = False  # of events that happen, such as a pandemic, not of what is offered

    @classmethod
    def from_row(
        cls, row: Mapping[Any, Any], label: str, years: int, is_event: bool = False
    ) -> Self:
        """Return what a row of differences.csv says."""
        person_years = row["person_years"]
        in_base = row["base"] / person_years * years * PEOPLE if person_years > 0 else math.nan
        limits = row["per_100k"], row["per_100k_low"], row["per_100k_high"]
        people = row["helped"], row["harmed"], row["reached"]
        seeds = 0 if math.isnan(row["seeds"]) else int(row["seeds"])
        return cls(
            row["scenario"], row["outcome"], label, in_base, *limits, *people, seeds, is_event
        )

    @property
    def reading(self) -> str:
        """What the interval allows to say."""
        if math.isnan(self.value):
            return NOT_KNOWN
        if self.value == 0 and self.helped == 0 and self.harmed == 0:
            return NONE_THERE if self.in_base == 0 else NOTHING
        if math.isnan(self.low) or math.isnan(self.high):
            return NO_INTERVAL
        if self.low > 0:
            return LESS
        return MORE if self.high < 0 else UNCLEAR

    def sentence(self, called: str, years: str, base: str) -> str:
        """Return what it says, the scenario and the one compared with called so."""
        label, difference = self.label, format_fewer_or_more(self.value)
        per_people = f"{label} per 100,000 people over {years}"
        has = f"; {base} has {format_number(self.in_base)}" if math.isfinite(self.in_base) else ""
        limits = f"(95 % interval {format_fewer_or_more(self.low, self.high)}{has})"
        if self.reading == LESS and not self.is_event:
            averted = format_number(self.value)
            return f"{capitalised(called)} averts {averted} {per_people} {limits}."
        if self.reading in (LESS, MORE):
            return f"With {called} there are {difference} {per_people} {limits}."
        if self.reading == NOT_KNOWN:
            return f"What {called} changes in {label} is not known."
        if self.reading == NONE_THERE:
            return f"There were no {label} in {base} and none with {called}."
        if self.reading == NOTHING:
            return f"With {called} nobody's outcome changed: {label} are as in {base}."
        if self.reading == NO_INTERVAL:
            return (
                f"With {called} there were {difference} {per_people}, but no interval says whether "
                "that is more than chance."
            )
        return (
            f"Whether {called} changes how many {label} there are cannot be told from chance: the "
            f"estimate is {difference} per 100,000 people over {years} {limits}."
        )


def body_of_comparison(files: Files, description: Description) -> ReportBody:
    """Return what a comparison found, in words and tables."""
    table = files.table(DIFFERENCES, TEXTS, NUMBERS)
    rows = None if table is None else table[table["seed"] == "all"]
    names = [other.name for other in description.others]
    outcomes = [] if rows is None else _outcomes(rows, description)
    unknown = sorted({outcome.scenario for outcome in outcomes} - set(names))
    if unknown:
        name = format_text(unknown[0], 60)
        raise ReportError(f"{files.path / DIFFERENCES}: {name!r} is no scenario of run.json")
    answer = _Answer(outcomes, description)
    return ReportBody(
        kind="Comparison of scenarios",
        title=_title(description),
        question=_question(description),
        answer=answer.sentences(),
        tables=() if rows is None or not outcomes else _tables(rows, outcomes, description),
        readings=tuple(map(answer.sentence, answer.cases)) if len(names) > 1 else (),
        alternatives=_alternatives(files, description),
        cautions=(*_cautions(outcomes), *_packages(files)),
    )


def _alternatives(files: Files, description: Description) -> Section | None:
    """Return what sets the scenarios against each other; None in folders that hold no such table.

    Scenarios that are not those of run.json are left as they are called in the tables.
    """
    pairs = files.table(PAIRS, PAIR_TEXTS, PAIR_NUMBERS)
    frontier = files.table(FRONTIER, FRONTIER_TEXTS, FRONTIER_NUMBERS)
    acceptability = files.table(ACCEPTABILITY, ("outcome", "scenario", "is_best"), CHANCES)
    if pairs is None or frontier is None or acceptability is None:
        return None
    acceptability = acceptability.assign(is_best=acceptability["is_best"] == "True")
    base = description.scenario
    titles = {scenario.name: scenario.called for scenario in (base, *description.others)}
    choice = Choice(base.name, titles, base.economics, pairs, frontier, acceptability)
    try:
        return Section("alternatives", "Which one? Alternatives against each other", choice.parts())
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


def _outcomes(rows: pd.DataFrame, description: Description) -> list[AvertedOutcome]:
    """Return the rows of everybody together, by scenario and outcome, in the order of the file."""
    labels = {outcome.name: outcome.label for outcome in OUTCOMES}
    events, years = _events(description), description.scenario.calendar.years
    everybody = rows[rows["group"] == "all"]
    return [
        AvertedOutcome.from_row(row, labels[row["outcome"]], years, row["scenario"] in events)
        for row in everybody.to_dict("records")
        if row["outcome"] in labels
    ]


def _events(description: Description) -> set[str]:
    """Return the scenarios whose own interventions are all events, which nobody offers."""
    base = description.scenario.interventions
    own = {
        other.name: [added.kind for added in other.interventions if added not in base]
        for other in description.others
    }
    return {name for name, kinds in own.items() if are_events(kinds)}


# The answer


class _Answer:
    """A few sentences on everything that was compared: new cases first."""

    def __init__(self, outcomes: Sequence[AvertedOutcome], description: Description) -> None:
        self.outcomes, self.description = outcomes, description
        self.cases = [outcome for outcome in outcomes if outcome.outcome == NEW_CASES]
        self.called = {other.name: other.quoted for other in description.others}
        self.base = description.scenario.quoted
        self.years = format_count(description.scenario.calendar.years, "year")

    def sentence(self, outcome: AvertedOutcome) -> str:
        """Return what one estimate says."""
        return outcome.sentence(self.called[outcome.scenario], self.years, self.base)

    def sentences(self) -> tuple[str, ...]:
        """Return the answer in short."""
        if not self.cases:
            return prose("comparison_without_answer", failed=failed_runs(self.description))
        if len(self.cases) == 1:
            only = self.cases[0]
            return (self.sentence(only), *self._other_outcomes(), _reach(only))
        covers = _covers(min(case.seeds for case in self.cases))
        (compared,) = prose("comparison_coverage", base=self.base)
        coverage = f"{capitalised(covers)}. {compared}"
        return (self._counts(), self._furthest(), *self._other_outcomes(), coverage)

    def _other_outcomes(self) -> tuple[str, ...]:
        """Name every outcome beside new cases that differs beyond chance, or say that none is."""
        rest = [outcome for outcome in self.outcomes if outcome.outcome != NEW_CASES]
        changes: dict[str, list[str]] = {}
        for outcome in rest:
            if outcome.reading in (LESS, MORE):
                change = f"{format_fewer_or_more(outcome.value)} {outcome.label}"
                changes.setdefault(self.called[outcome.scenario], []).append(change)
        if changes:
            parts = [f"with {name} {format_list(change)}" for name, change in changes.items()]
            return (
                f"In other outcomes, beyond chance and per 100,000 people: {'; '.join(parts)}.",
            )
        return ("In no other outcome can a difference be told from chance.",) if rest else ()

    def _counts(self) -> str:
        """Say how many scenarios have fewer or more new cases, or cannot be told."""
        readings = {
            LESS: f"fewer new cases than {self.base}, beyond chance",
            MORE: f"more new cases than {self.base}, beyond chance",
            UNCLEAR: "no difference that can be told from chance in new cases",
            NOTHING: f"exactly the new cases of {self.base}",
            NONE_THERE: f"no new cases, as has {self.base}",
            NO_INTERVAL: "a difference in new cases without an interval",
            NOT_KNOWN: "no known result for new cases",
        }
        parts = []
        for reading, meaning in readings.items():
            names = [self.called[case.scenario] for case in self.cases if case.reading == reading]
            if names:
                has = "has" if len(names) == 1 else "have"
                parts.append(f"{len(names)} {has} {meaning} ({format_list(names)})")
        return f"Of {len(self.cases)} scenarios, {format_list(parts)}."

    def _furthest(self) -> str:
        """Say which estimate is the largest, or where none is of fewer cases, the worst."""
        known = [case for case in self.cases if math.isfinite(case.value)]
        if not known:
            return f"How their new cases differ from {self.base} is not known."
        most, least = (pick(known, key=lambda case: case.value) for pick in (max, min))
        chosen = most if most.value > 0 else least
        sentence = self.sentence(chosen)
        if len(known) == 1 or chosen.value == 0:
            return sentence
        which, size = ("largest", "large") if most.value > 0 else ("furthest", "far")
        return (
            f"{sentence.removesuffix('.')}; this is the {which} of {len(known)} estimates, and the "
            f"{which} is the likeliest to be too {size} by luck."
        )


def _reach(case: AvertedOutcome) -> str:
    """Say whom it reached, who is better and worse off, and what the interval covers."""
    reached = (
        f"It reached {format_number(case.reached)} people a run"
        if math.isfinite(case.reached)
        else "How many people it reached is not counted"
    )
    only_without, only_with = (
        "nobody" if count == 0 else format_number(count) for count in (case.helped, case.harmed)
    )
    return (
        f"{reached}; of all people, {only_without} became a case only without it and {only_with} "
        f"only with it; {_covers(case.seeds)}."
    )


def _covers(seeds: int) -> str:
    over = f"chance over {seeds} seeds" if seeds > 1 else "chance among the people of one seed"
    return f"the intervals cover {over}, not whether the numbers of the model are right"


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
    rows: pd.DataFrame, outcomes: Sequence[AvertedOutcome], description: Description
) -> tuple[TextTable, ...]:
    cases, base = rows[rows["outcome"] == NEW_CASES], description.scenario
    titles = {other.name: other.called for other in description.others}
    offered = cases[(cases["group"] == "all") & ~cases["scenario"].isin(_events(description))]
    names = [name for name in titles if (cases["scenario"] == name).any()]
    return (
        _averted(outcomes, description),
        reached_table(offered, titles, base.quoted),
        groups_table(cases, names, base.quoted, base.calendar.years, MOST_BESIDE),
    )


def _averted(outcomes: Sequence[AvertedOutcome], description: Description) -> TextTable:
    base, years = description.scenario, format_count(description.scenario.calendar.years, "year")
    is_one = len({outcome.scenario for outcome in outcomes}) == 1
    rows = tuple(
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
        f"Fewer or more than in {base.quoted}, per 100,000 people over {years}",
        ("outcome", f"in {base.quoted}", "difference", "95 % interval", "which means"),
        rows,
        frozenset({1, 2, 3}),
        "Among 100,000 people present throughout.",
    )
