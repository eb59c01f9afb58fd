"""A comparison as tables for people, or JSON for programs."""

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from abm.experiments.comparison.estimates import BETWEEN_SEEDS, PEOPLE_OF_A_RATE, WITHIN_DRAWS
from abm.experiments.comparison.packages import (
    DRAWS_DIFFER,
    FAILS,
    FEWEST_SEEDS,
    HOLDS,
    OVER_BEST,
    TOO_FEW,
    UNDER_SUM,
    WITHIN_CHANCE,
)
from abm.experiments.comparison.pairing import NEW_CASES, OUTCOMES
from abm.io.terminal import print_support, print_table, print_text
from abm.report.format import format_fewer_or_more
from abm.report.terminal.draws import NOT_TOLD, notes_by_draw
from abm.studies.variance_between_draws import FEWEST_DRAWS

if TYPE_CHECKING:
    import pandas as pd

    from abm.experiments.comparison.compare import ComparisonFindings
    from abm.runs.folder import RunFolder
    from abm.runs.options import RunOptions

MOST_COLUMNS = 4  # scenarios beside each other
GROUPS = ("sex", "age", "adversity_quartile")
NOT_SHOWN = "not shown"
ONE_SEED = (
    "Intervals: 95 %, within the only seed, as if each person's change were independent of the "
    "others'. They leave out what differs between populations: take more --seeds."
)
SEVERAL_SEEDS = (
    "Intervals: 95 %, Student's t over paired seeds. They cover chance, not whether the numbers of "
    "the model are right."
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
    TOO_FEW: f"{TOO_FEW}, {FEWEST_SEEDS} at least",
}


def show(
    folder: "RunFolder",
    findings: "ComparisonFindings",
    hash_: str,
    failures: "dict[tuple[str, int], str]",
    options: "RunOptions",
) -> None:
    """Print what is averted, for whom and at what cost, and where the rest is.

    Parameters
    ----------
    folder
        Where everything was written.
    findings
        Of the seeds asked for.
    hash_
        Over all tables.
    failures
        Runs that failed.
    options
        Tells between tables and JSON.
    """
    if options.as_json:
        print_text(json.dumps(as_plain(folder, findings, hash_, failures), allow_nan=False))
        return
    for line in headings(findings):
        print_text(line)
    print_table(*averted_cells(findings))
    if findings.draws >= FEWEST_DRAWS:
        print_text("\nThe same, parameters and chance apart (95 % intervals):")
        print_table(*split_cells(findings))
    print_text("\nNew cases, for those reached:")
    print_table(*reached_cells(findings))
    if len(findings.others) <= MOST_COLUMNS:
        print_text("\nNew cases per 100,000, by group:")
        print_table(*group_cells(findings))
    for line in notes(findings):
        print_text(line)
    print_text(f"\n{folder.path}")
    print_support()


def headings(findings: "ComparisonFindings") -> list[str]:
    """Return what is compared, and how to read the first table."""
    base = findings.base
    years = base.calendar.years
    seeds = f"{len(findings.seeds)} seeds" if len(findings.seeds) > 1 else "1 seed"
    return [
        (
            f"Against {base.title or base.name}: {base.population.size:,} people, "
            f"{_years(years)}, {seeds}, the same people with the same luck"
        ),
        (f"Fewer or more per 100,000 people present throughout {_years(years)}, 95 % intervals"),
    ]


def _years(years: int) -> str:
    return f"{years} years" if years > 1 else "1 year"


def averted_cells(findings: "ComparisonFindings") -> tuple[list[str], list[list[str]]]:
    """Return headings and cells by outcome: what the first scenario has, then the others."""
    table = findings.averted()
    first = table[table["scenario"] == _scenarios(table)[0]].set_index("outcome")
    per_person_year = first["base"] / first["person_years"] * findings.base.calendar.years
    has = [_number(PEOPLE_OF_A_RATE * float(per_person_year[outcome.name])) for outcome in OUTCOMES]
    rows = [[f"({findings.base.name} has)", *has]]
    for scenario in _scenarios(table):
        own = table[table["scenario"] == scenario].set_index("outcome")
        rows.append([scenario, *(changed(own.loc[outcome.name]) for outcome in OUTCOMES)])
    return ["", *(outcome.label for outcome in OUTCOMES)], rows


def split_cells(findings: "ComparisonFindings") -> tuple[list[str], list[list[str]]]:
    """Return headings and cells: three rows a scenario, for what is due to what."""
    table = findings.averted()
    parts = {
        "parameters": "per_100k_parameter",
        "chance": "per_100k",
        "chance, one run": "per_100k_one_run",
    }
    rows = []
    for scenario in _scenarios(table):
        own = table[table["scenario"] == scenario].set_index("outcome")
        for label, name in parts.items():
            cells = [_limits(own.loc[outcome.name], name) for outcome in OUTCOMES]
            rows.append([f"{scenario}, {label}", *cells])
        cells = [_needed_by_draw(own.loc[outcome.name]) for outcome in OUTCOMES]
        rows.append([f"{scenario}, needed to reach, parameters", *cells])
    return ["", *(outcome.label for outcome in OUTCOMES)], rows


def reached_cells(findings: "ComparisonFindings") -> tuple[list[str], list[list[str]]]:
    """Return headings and cells: a row a scenario, what new cases cost and whom they concern."""
    table = findings.averted()
    rows = []
    for row in table[table["outcome"] == NEW_CASES].to_dict("records"):
        rows.append(
            [
                str(row["scenario"]),
                _number(row["reached"]),
                _estimate(row, "per_1000_reached"),
                _estimate(row, "needed_to_reach") if row["needed_to_reach"] > 0 else NOT_SHOWN,
                _estimate(row, "cost_per_averted") if row["cost_per_averted"] > 0 else NOT_SHOWN,
                _number(row["helped"]),
                _number(row["harmed"]),
            ]
        )
    headings = ["", "reached", "averted per 1,000 reached", "needed to reach", "cost of one"]
    return [*headings, "better off", "worse off"], rows


def group_cells(findings: "ComparisonFindings") -> tuple[list[str], list[list[str]]]:
    """Return headings and cells: a row a group of people, a column a scenario."""
    names = _scenarios(findings.differences)
    rows = []
    for group in GROUPS:
        table = findings.averted(group)
        cases = table[table["outcome"] == NEW_CASES]
        for level in dict.fromkeys(cases["level"]):
            own = cases[cases["level"] == level].set_index("scenario")
            cells = [changed(own.loc[name]) for name in names]
            rows.append([group_label(group, str(level)), *cells])
    return ["", *names], rows


def group_label(group: str, level: str) -> str:
    """Return what a group of people is called."""
    if group == "age":
        return f"aged {level} at the start"
    if group == "adversity_quartile":
        ends = {"1": " (least)", "4": " (most)"}
        return f"adversity, quarter {level}{ends.get(level, '')}"
    return level


def notes(findings: "ComparisonFindings") -> list[str]:
    """Return what intervals cover, why numbers are not shown, and what packages come to."""
    table = findings.averted()
    several = (table["interval"] == BETWEEN_SEEDS).any()
    lines = ["", SEVERAL_SEEDS if several else ONE_SEED]
    if findings.is_by_draw:
        is_within = (table["interval"] == WITHIN_DRAWS).any()
        lines[1:] = [BY_DRAW if is_within else ONE_SEED, *notes_by_draw(findings.seeds)]
    lines.append(
        "Better and worse off, by chance or by the scenario: people a run who became a case in "
        f"{findings.base.name} only, in the scenario only."
    )
    cases = table[(table["outcome"] == NEW_CASES) & (table["note"] != "")]
    for scenario, note in zip(cases["scenario"], cases["note"], strict=True):
        lines.append(f"{scenario}, number needed to reach, not shown: {note}.")
    return lines + package_lines(findings.packages)


def package_lines(packages: "pd.DataFrame") -> list[str]:
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


def _reasons(own: "pd.DataFrame") -> str:
    from abm.experiments.comparison.packages import APART, SEVERAL, TOGETHER

    values = own["value"].astype(float).to_dict()
    return ", ".join(f"{_number(values[name])} {name}" for name in (SEVERAL, TOGETHER, APART))


def _cases(row: Any, more: str) -> str:
    limits = f", {_number(row['low'])} to {_number(row['high'])}"
    return f"{_number(row['value'])}{'' if math.isnan(row['low']) else limits} cases {more}"


def _scenarios(table: "pd.DataFrame") -> list[str]:
    return [str(name) for name in dict.fromkeys(table["scenario"])]


def _estimate(row: Any, name: str) -> str:
    """Return a number with its interval; where nobody changed there is none worth the name."""
    if row["helped"] == row["harmed"] == 0 and row[name] == 0:
        return "0, nobody changed"
    value, low, high = row[name], row[f"{name}_low"], row[f"{name}_high"]
    if math.isnan(value):
        return "-"
    if math.isnan(low):
        return _number(value)
    return f"{_number(value)} ({_number(low)} to {_number(high)})"


def changed(row: Any) -> str:
    """Return how many fewer or more there are per 100,000, with the interval where there is one."""
    if row["helped"] == row["harmed"] == 0 and row["per_100k"] == 0:
        return "0, nobody changed"
    limits = format_fewer_or_more(row["per_100k_low"], row["per_100k_high"])
    return format_fewer_or_more(row["per_100k"]) + ("" if limits == "-" else f" ({limits})")


def _needed_by_draw(row: Any) -> str:
    """Return the number needed to reach over draws, where it is shown at all."""
    if not row["needed_to_reach"] > 0 or not row["per_1000_reached_parameter_low"] > 0:
        return NOT_SHOWN
    low, high = row["per_1000_reached_parameter_low"], row["per_1000_reached_parameter_high"]
    return NOT_TOLD if low == high else f"{_number(1000 / high)} to {_number(1000 / low)}"


def _limits(row: Any, name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if low == high and row["low"] < row["high"]:
        return NOT_TOLD
    return "-" if math.isnan(low) else f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    """Return a number with about three digits."""
    if math.isnan(value):
        return "-"
    size = abs(value)
    if size >= 100 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2g}"


def as_plain(
    folder: "RunFolder",
    findings: "ComparisonFindings",
    hash_: str,
    failures: "dict[tuple[str, int], str]",
) -> dict[str, Any]:
    """Return what was found, over all seeds, as plain data."""
    table = findings.differences
    over_all = table[table["seed"] == "all"].drop(columns="seed")
    return {
        "folder": str(folder.path),
        "run_id": folder.run_id,
        "base": findings.base.name,
        "scenarios": [scenario.name for scenario in findings.others],
        "people": findings.base.population.size,
        "years": findings.base.calendar.years,
        "seeds": list(findings.seeds),
        **({"uncertainty": "posterior", "draws": findings.draws} if findings.is_by_draw else {}),
        "failed": [list(pair) for pair in failures],
        "content_hash": hash_,
        "differences": _records(over_all),
        "packages": _records(findings.packages),
    }


def _records(table: "pd.DataFrame") -> Sequence[dict[str, Any]]:
    """Return a table as objects; what is not known is null."""
    records: list[dict[str, Any]] = json.loads(table.to_json(orient="records", double_precision=15))
    return records
