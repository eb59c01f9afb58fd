"""A comparison in words: what each scenario averts, for whom, and how sure that is."""

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from abm.report.format import (
    format_count,
    format_fewer_or_more,
    format_list,
    format_number,
    format_range,
    format_text,
)
from abm.report.html import comparison_sentences as sentences
from abm.report.html.contents import ReportBody
from abm.report.html.description import Description
from abm.report.html.files import Files, ReportError
from abm.report.html.fitted import fitted_for_scenarios
from abm.report.html.questions import about_scenario
from abm.report.sections import TextTable
from abm.scenario.intervention_library import are_events

if TYPE_CHECKING:
    import pandas as pd

DIFFERENCES, PACKAGES = "differences.csv", "packages.csv"
TEXTS = ("scenario", "seed", "outcome", "group", "level", "interval", "note")
NUMBERS = (
    *("seeds", "people", "person_years", "base", "other", "averted", "helped", "harmed"),
    *("per_100k", "per_100k_low", "per_100k_high", "reached", "per_1000_reached"),
    *("per_1000_reached_low", "per_1000_reached_high", "needed_to_reach", "needed_to_reach_low"),
    *("needed_to_reach_high", "cost_per_averted", "cost_per_averted_low", "cost_per_averted_high"),
)
PACKAGE_TEXTS = ("package", "quantity", "part", "verdict")
GROUPS = ("sex", "age", "adversity_quartile")
MOST_TITLES, MOST_BESIDE = 2, 3  # scenarios in the title, and told or tabled beside each other


def findings_of_comparison(files: Files, said: Description) -> ReportBody:
    """Return what a comparison found, in words and tables."""
    table = files.table(DIFFERENCES, TEXTS, NUMBERS)
    rows = None if table is None else table[table["seed"] == "all"]
    others = said.others
    names = [other.name for other in others]
    estimates = [] if rows is None else _estimates(rows, said)
    unknown = {each.scenario for each in estimates} - set(names)
    if unknown:
        name = format_text(sorted(unknown)[0], 60)
        raise ReportError(f"{files.path / DIFFERENCES}: {name!r} is no scenario of run.json")
    return ReportBody(
        kind="Comparison of scenarios",
        title=_title(said),
        question=_question(said),
        answer=sentences.answer(estimates, said),
        tables=() if rows is None else _tables(rows, estimates, said),
        readings=sentences.readings(estimates, said) if len(others) > 1 else (),
        fitted=fitted_for_scenarios(said),
        cautions=(*sentences.cautions(estimates), *_packages(files)),
    )


def _title(said: Description) -> str:
    called = [other.called for other in said.others]
    if len(called) > MOST_TITLES:
        return f"{len(called)} scenarios against “{said.scenario.called}”: what would change?"
    return f"{format_list(called)}: what would change?"


def _question(said: Description) -> tuple[str, ...]:
    base, years = said.scenario, said.scenario.calendar.years
    told = said.others if len(said.others) <= MOST_BESIDE else ()
    asked = [text for other in told for text in about_scenario(other)[:1]]
    size = base.population.size
    who = f"{size:,} young people" + (
        " aged 10 to 24" if base.population.kind == "open" else " of one birth cohort"
    )
    how = (
        f"The same {who}, with the same luck, are lived over {format_count(years, 'year')} as in "
        f"“{base.called}” and as in {format_list([f'“{other.called}”' for other in said.others])}; "
        "only the differences are counted."
    )
    return (*asked, how)


def _estimates(rows: "pd.DataFrame", said: Description) -> list[sentences.Estimate]:
    """Return the rows of everybody together, by scenario and outcome, in the order of the file."""
    from abm.experiments.comparison.pairing import OUTCOMES

    labels = {each.name: each.label for each in OUTCOMES}
    events = _events(said)
    everybody = rows[rows["group"] == "all"]
    years = said.scenario.calendar.years
    return [
        sentences.Estimate.from_row(row, labels[row["outcome"]], years, row["scenario"] in events)
        for row in everybody.to_dict("records")
        if row["outcome"] in labels
    ]


def _events(said: Description) -> set[str]:
    """Return the scenarios whose own interventions are all events, which nobody offers."""
    base = said.scenario.interventions
    own = {each.name: [i.kind for i in each.interventions if i not in base] for each in said.others}
    return {name for name, kinds in own.items() if are_events(kinds)}


def _tables(
    rows: "pd.DataFrame", estimates: Sequence[sentences.Estimate], said: Description
) -> tuple[TextTable, ...]:
    if not estimates:
        return ()
    several = len({each.scenario for each in estimates}) > 1
    years = format_count(said.scenario.calendar.years, "year")
    tables = [
        _averted(estimates, several, years, said.scenario.called),
        _reached(rows[~rows["scenario"].isin(_events(said))], said),
        _by_group(rows, said, years),
    ]
    return tuple(table for table in tables if table.rows)


def _averted(
    estimates: Sequence[sentences.Estimate], several: bool, years: str, base: str
) -> TextTable:
    headings = ("outcome", f"in “{base}”", "difference", "95 % interval", "which means")
    rows = []
    for each in estimates:
        cells = (
            format_number(each.in_base),
            format_fewer_or_more(each.value),
            format_fewer_or_more(each.low, each.high),
            each.reading,
        )
        name = f"{each.scenario}: {each.label}" if several else each.label
        rows.append((name, *cells))
    return TextTable(
        f"Fewer or more than in “{base}”, per 100,000 people over {years}",
        headings,
        tuple(rows),
        frozenset({1, 2, 3}),
        "Among 100,000 people present throughout.",
    )


def _reached(rows: "pd.DataFrame", said: Description) -> TextTable:
    """Return what new cases averted mean for those reached."""
    titles = {other.name: other.called for other in said.others}
    chosen = rows[(rows["group"] == "all") & (rows["outcome"] == "new_cases")]
    cells = []
    for row in chosen.to_dict("records"):
        cells.append(
            (
                titles.get(row["scenario"], row["scenario"]),
                format_number(row["reached"]),
                _with_span(row, "per_1000_reached"),
                _with_span(row, "needed_to_reach"),
                _with_span(row, "cost_per_averted"),
                format_number(row["helped"]),
                format_number(row["harmed"]),
            )
        )
    headings = ("scenario", "people reached", "averted per 1,000 reached", "number needed to reach")
    return TextTable(
        "New cases, for those reached: means of a run",
        (*headings, "cost of one", "better off", "worse off"),
        tuple(cells),
        frozenset({1, 2, 3, 4, 5, 6}),
        f"Better and worse off, by chance or by the scenario: people who became a case only in "
        f"“{said.scenario.called}”, and only in the scenario. The number needed to reach, and what "
        "one costs, are shown only where the whole interval of what is averted lies above 0. Costs "
        "are in the currency of the library of interventions, and assumptions; they are not "
        "discounted, and nothing saved is set against them.",
    )


def _with_span(row: "Mapping[Hashable, Any]", name: str) -> str:
    """Return a number with its interval; where nobody changed there is none worth the name."""
    value = row[name]
    if math.isnan(value):
        return "not shown"
    if value == 0 and row["helped"] == row["harmed"] == 0:
        return "0, nobody changed"
    limits = format_range(row[f"{name}_low"], row[f"{name}_high"])
    return format_number(value) if limits == "-" else f"{format_number(value)} ({limits})"


def _by_group(rows: "pd.DataFrame", said: Description, years: str) -> TextTable:
    """Return new cases averted by sex, age and quarter of adversity."""
    from abm.report.terminal.comparison import changed, group_label

    cases = rows[(rows["outcome"] == "new_cases") & rows["group"].isin(list(GROUPS))]
    names = [other.name for other in said.others if (cases["scenario"] == other.name).any()]
    found = {
        (row["group"], row["level"], row["scenario"]): changed(row)
        for row in cases.to_dict("records")
    }
    order = {group: place for place, group in enumerate(GROUPS)}
    keys = sorted({key[:2] for key in found}, key=lambda key: (order[key[0]], key[1]))
    caption = (
        f"New cases per 100,000 people over {years}, by group, against “{said.scenario.called}”"
    )
    note = "With 95 % intervals. In small groups they can be too narrow by chance."
    if len(names) <= MOST_BESIDE:
        lines = [
            (group_label(*key), *(found.get((*key, name), "-") for name in names)) for key in keys
        ]
        return TextTable(
            caption, ("group", *names), tuple(lines), frozenset(range(1, len(names) + 1)), note
        )
    lines = [
        (f"{name}: {group_label(*key)}", found[(*key, name)])
        for name in names
        for key in keys
        if (*key, name) in found
    ]
    return TextTable(
        caption, ("scenario and group", "difference"), tuple(lines), frozenset({1}), note
    )


def _packages(files: Files) -> tuple[str, ...]:
    """Return what packages come to beside their parts."""
    table = files.table(PACKAGES, PACKAGE_TEXTS, ("value", "low", "high"))
    if table is None or table.empty:
        return ()
    from abm.report.terminal.comparison import package_lines

    try:
        return tuple(format_text(line) for line in package_lines(table))
    except (LookupError, ValueError, TypeError):
        raise ReportError(f"{files.path / PACKAGES}: expected the packages of a comparison") from (
            None
        )
