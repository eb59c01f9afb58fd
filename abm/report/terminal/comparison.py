"""A comparison as tables for people, or JSON for programs."""

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from abm.experiments.comparison.estimates import PEOPLE_AND_SEEDS, PEOPLE_OF_A_RATE, WITHIN_DRAWS
from abm.experiments.comparison.packages import (
    APART,
    DRAWS_DIFFER,
    FAILS,
    HOLDS,
    OVER_BEST,
    SEVERAL,
    TOGETHER,
    UNDER_SUM,
    WITHIN_CHANCE,
)
from abm.experiments.comparison.pairing import NEW_CASES, OUTCOMES
from abm.report.alternatives import Choice
from abm.report.averted import events_among
from abm.report.briefing import Briefing
from abm.report.format import format_count, format_number, format_range
from abm.report.sections import Part, Section, TextTable
from abm.report.tables import changed, groups_table, reached_table
from abm.report.terminal.draws import NOT_TOLD, notes_by_draw
from abm.report.terminal.printing import records
from abm.studies.variance_between_draws import FEWEST_DRAWS

if TYPE_CHECKING:
    from abm.experiments.comparison.compare import ComparisonFindings
MOST_COLUMNS = 4  # scenarios beside each other
NOT_SHOWN = "not shown"
ONE_SEED = (
    "Intervals: 95 %, within the only seed, as if each person's change were independent of the "
    "others'. They leave out what differs between populations: take more --seeds."
)
SEVERAL_SEEDS = (
    "Intervals: 95 %, from what changed for people and how much paired seeds differ. They cover "
    "chance, not whether the numbers of the model are right."
)
BY_DRAW = (
    "Intervals, where nothing else is said: 95 %, chance among runs of one draw of the parameters; "
    "number needed to reach and cost of one are shown where chance and parameters both leave no "
    "doubt."
)
VERDICTS = {
    HOLDS: "yes",
    WITHIN_CHANCE: "cannot be told: within chance",
    DRAWS_DIFFER: "cannot be told: draws of the parameters differ",
    FAILS: "no",
}


def comparison_section(findings: "ComparisonFindings") -> Section:
    """Return the answer in short, then what differs, for whom and at what cost."""
    short = tuple(f"\n{sentence}" for sentence in briefing_of(findings).answer())
    behind: list[Part] = [*tables(findings), *notes(findings)]
    return Section("comparison", title_of(findings), (*short, *behind))


def briefing_of(findings: "ComparisonFindings") -> Briefing:
    """Return what a comparison says to those who decide, scenarios called by their names."""
    base = findings.base
    return Briefing(
        base.name,
        {},
        base.population.size,
        base.calendar.years,
        base.population.kind == "cohort",
        events_among(base, findings.others),
        base.economics,
        findings.differences,
        findings.curve_differences,
        choice_of(findings),
    )


def title_of(findings: "ComparisonFindings") -> str:
    """Return what is compared."""
    base, years = findings.base, format_count(findings.base.calendar.years, "year")
    return (
        f"Against {base.title or base.name}: {base.population.size:,} people, {years}, "
        f"{format_count(len(findings.seeds), 'seed')}, the same people in each"
    )


def tables(findings: "ComparisonFindings") -> list[TextTable]:
    """Return what differs by outcome, by what it is due to, for those reached and by group."""
    table = findings.differences
    cases = table[(table["seed"] == "all") & (table["outcome"] == NEW_CASES)]
    everybody = cases[cases["group"] == "all"]
    parts = [averted_table(findings)]
    if findings.draws >= FEWEST_DRAWS:
        parts.append(_split_table(findings))
    events = events_among(findings.base, findings.others)
    offered = everybody[~everybody["scenario"].isin(events)]
    if len(offered):
        parts.append(reached_table(offered, {}, findings.base.name))
    parts += _choice_tables(findings)
    if len(findings.others) <= MOST_COLUMNS:
        base, names = findings.base, {name: name for name in _scenarios(everybody)}
        parts.append(groups_table(cases, names, base.name, base.calendar.years, MOST_COLUMNS))
    return parts


def choice_of(findings: "ComparisonFindings") -> Choice:
    """Return what a comparison says of its scenarios as alternatives."""
    return Choice(
        findings.base.name,
        {},
        findings.base.economics,
        findings.pairs,
        findings.frontier,
        findings.acceptability,
    )


def _choice_tables(findings: "ComparisonFindings") -> list[TextTable]:
    choice = choice_of(findings)
    return [*choice.pair_tables(), *map(choice.frontier_table, choice.judged_by)]


def averted_table(findings: "ComparisonFindings") -> TextTable:
    """Return what the scenario compared with has, then how the others differ, by outcome."""
    table, years = findings.averted(), findings.base.calendar.years
    first = table[table["scenario"] == _scenarios(table)[0]].set_index("outcome")
    per_person_year = PEOPLE_OF_A_RATE * years * first["base"] / first["person_years"]
    has = [format_number(float(per_person_year[outcome.name])) for outcome in OUTCOMES]
    rows = [(f"({findings.base.name} has)", *has)]
    for scenario in _scenarios(table):
        own = table[table["scenario"] == scenario].set_index("outcome")
        rows.append((scenario, *(changed(own.loc[outcome.name]) for outcome in OUTCOMES)))
    people = f"people present throughout {format_count(years, 'year')}"
    caption = f"Fewer or more per 100,000 {people}, 95 % intervals"
    return TextTable(caption, ("", *(outcome.label for outcome in OUTCOMES)), tuple(rows))


def _split_table(findings: "ComparisonFindings") -> TextTable:
    """Return four rows a scenario, for what is due to what."""
    table = findings.averted()
    parts: dict[str, Callable[[Any], str]] = {
        "parameters": lambda row: _limits(row, "per_100k_parameter"),
        "chance": lambda row: _limits(row, "per_100k"),
        "chance, one run": lambda row: _limits(row, "per_100k_one_run"),
        "number needed to reach, parameters": _needed_by_draw,
    }
    rows = []
    for scenario in _scenarios(table):
        own = table[table["scenario"] == scenario].set_index("outcome")
        for part, cell in parts.items():
            cells = [cell(own.loc[outcome.name]) for outcome in OUTCOMES]
            rows.append((f"{scenario}, {part}", *cells))
    caption = "The same, parameters and chance apart (95 % intervals)"
    return TextTable(caption, ("", *(outcome.label for outcome in OUTCOMES)), tuple(rows))


def notes(findings: "ComparisonFindings") -> list[str]:
    """Return what intervals cover, why numbers are not shown, and what packages come to."""
    table = findings.averted()
    several = (table["interval"] == PEOPLE_AND_SEEDS).any()
    lines = [f"\n{SEVERAL_SEEDS if several else ONE_SEED}"]
    if findings.is_by_draw:
        is_within = (table["interval"] == WITHIN_DRAWS).any()
        lines = [f"\n{BY_DRAW if is_within else ONE_SEED}", *notes_by_draw(findings.seeds)]
    cases = table[(table["outcome"] == NEW_CASES) & (table["note"] != "")]
    for scenario, note in zip(cases["scenario"], cases["note"], strict=True):
        lines.append(f"{scenario}, number needed to reach, not shown: {note}.")
    return [*lines, *choice_of(findings).sentences()[1:], *package_lines(findings.packages)]


def package_lines(packages: pd.DataFrame) -> list[str]:
    """Return one line a package and question: at least its best part, at most the sum?"""
    lines = []
    for name in dict.fromkeys(packages["package"]):
        own = packages[packages["package"] == name].set_index("quantity")
        best, total = own.loc[OVER_BEST], own.loc[UNDER_SUM]
        lines.append(
            f"{name} averts at least what its best part ({best['part']}) does: "
            f"{VERDICTS[best['verdict']]} ({_cases(best, 'more')})."
        )
        lines.append(
            f"{name} averts at most what its parts add up to: "
            f"{VERDICTS[total['verdict']]} ({_cases(total, 'fewer')})."
        )
        lines.append(f"  Why, in people a run: {_reasons(own)}; see packages.csv.")
    return lines


def _reasons(own: pd.DataFrame) -> str:
    values = own["value"].astype(float).to_dict()
    return ", ".join(f"{format_number(values[name])} {name}" for name in (SEVERAL, TOGETHER, APART))


def _cases(row: Any, more: str) -> str:
    limits = "" if math.isnan(row["low"]) else f", {format_range(row['low'], row['high'])}"
    return f"{format_number(row['value'])}{limits} cases {more}"


def _scenarios(table: pd.DataFrame) -> list[str]:
    return [str(name) for name in dict.fromkeys(table["scenario"])]


def _needed_by_draw(row: Any) -> str:
    """Return the number needed to reach over draws, where it is shown at all."""
    if not row["needed_to_reach"] > 0 or not row["per_1000_reached_parameter_low"] > 0:
        return NOT_SHOWN
    low, high = row["per_1000_reached_parameter_low"], row["per_1000_reached_parameter_high"]
    return NOT_TOLD if low == high else format_range(1000 / high, 1000 / low)


def _limits(row: Any, name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if low == high and row["low"] < row["high"]:
        return NOT_TOLD
    return format_range(low, high)


def as_plain(
    findings: "ComparisonFindings", hash_: str, failures: "Mapping[tuple[str, int], str]"
) -> dict[str, Any]:
    """Return what was found, over all seeds, as plain data."""
    table = findings.differences
    over_all = table[table["seed"] == "all"].drop(columns="seed")
    return {
        "base": findings.base.name,
        "scenarios": [scenario.name for scenario in findings.others],
        "people": findings.base.population.size,
        "years": findings.base.calendar.years,
        "seeds": list(findings.seeds),
        **({"uncertainty": "posterior", "draws": findings.draws} if findings.is_by_draw else {}),
        "failed": [list(pair) for pair in failures],
        "content_hash": hash_,
        "differences": records(over_all),
        "packages": records(findings.packages),
        "pairs": records(findings.pairs),
        "frontier": records(findings.frontier),
        "acceptability": records(findings.acceptability),
    }
