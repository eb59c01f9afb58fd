"""A sensitivity analysis in words: what moves the results, how far, and what cannot be told."""

import math
from collections.abc import Sequence

from abm.parameters import parameters
from abm.report.format import format_count, format_list, format_number, format_range, format_text
from abm.report.html.contents import ReportBody
from abm.report.html.description import Description
from abm.report.html.files import Files
from abm.report.html.fitted import fitted_for_scenarios
from abm.report.html.influence import Influence, Moved
from abm.report.sections import TextTable

NAMED, MOST_ROWS = 3, 10
MEANING = {
    True: (
        "µ*: how far the outcome moves, on average, as the parameter crosses its whole range, in "
        "the outcome's unit."
    ),
    False: "ST: share of the outcome's variance that the parameter has a part in.",
}
STABILITY = "stability.csv"


def findings_of_sensitivity(files: Files, said: Description, found: Influence) -> ReportBody:
    """Return what a sensitivity analysis found, in words and tables."""
    scenario = said.scenario
    return ReportBody(
        kind="Sensitivity analysis",
        title=f"Which assumptions move the results? {scenario.called}",
        question=(
            (
                "The numbers of the model are known only within ranges. If each could be anywhere "
                "in its range, which of them would move the results most, and how far?"
            ),
        ),
        answer=_answer(found),
        tables=tuple(_table(found, name, rows) for name, rows in found.by_outcome.items() if rows),
        fitted=fitted_for_scenarios(said),
        cautions=(*_cautions(said, found), *_stability(files)),
    )


def _answer(found: Influence) -> tuple[str, ...]:
    if not found.overall:
        return (
            "This folder holds no finished analysis, so it has no answer: see `nssi sensitivity`.",
        )
    if all(value == 0 for _, value in found.overall):
        return ("None of the parameters that were explored moved any main outcome.",)
    names = [name for name, value in found.overall[:NAMED] if value > 0]
    first = (
        f"Of {format_count(len(found.overall), 'parameter')}, {format_list(names)} "
        f"{'moves' if len(names) == 1 else 'move'} the main outcomes most, on average over these; "
        "this ranking over all of them has no interval."
    )
    return tuple(told for told in (first, _leader(found), _chance(found)) if told)


def _first_outcome(found: Influence) -> tuple[str, tuple[Moved, ...]] | None:
    return next(iter(found.by_outcome.items()), None)


def _leader(found: Influence) -> str:
    """Say what moves the first main outcome most, and how far."""
    leading = _first_outcome(found)
    if leading is None or not leading[1] or not leading[1][0].value > 0:
        return ""
    outcome, (top, *_) = leading
    ends = found.ranges.get(top.parameter)
    explored = f" from {ends[0]:g} to {ends[1]:g}" if ends else ""
    means = f" ({_meaning(top.parameter)})" if _meaning(top.parameter) else ""
    leads = f"What moves “{_called(outcome)}” most is {top.parameter}{means}"
    if found.is_morris:
        return (
            f"{leads}: crossing its range{explored} moves it by {_size(outcome, top.value)}"
            f"{_limits(outcome, top)} on average."
        )
    return (
        f"{leads}: over its range{explored} it has a part in "
        f"{format_number(top.value)}{_limits('', top)} "
        "of the variance, 1 being all of it."
    )


def _limits(outcome: str, moved: Moved) -> str:
    if not (math.isfinite(moved.low) and math.isfinite(moved.high)):
        return " (no interval)"
    low = _size(outcome, moved.low).split(" ")[0]
    return f" (95 % interval {low} to {_size(outcome, moved.high)})"


def _size(outcome: str, value: float) -> str:
    """Return how far an outcome moves, in its unit; shares in percentage points."""
    unit = _unit_of(outcome)
    if unit.startswith("share"):
        return f"{format_number(100 * value)} percentage points"
    return f"{format_number(value)} {unit}".strip()


def _meaning(parameter: str) -> str:
    declared = parameters().get(parameter)
    return declared.sentence.removesuffix(".") if declared else ""


def _chance(found: Influence) -> str:
    """Say how many parameters cannot be told from chance, for the first main outcome."""
    leading = _first_outcome(found)
    if leading is None:
        return ""
    outcome, rows = leading
    floor = found.by_chance.get(outcome, math.nan)
    if math.isnan(floor):
        return "How much of this is chance within runs was not estimated."
    below = [each.parameter for each in rows if not each.value > floor]
    if not below:
        return f"For “{_called(outcome)}” every parameter moves it more than chance alone would."
    return (
        f"For “{_called(outcome)}” {len(below)} of {format_count(len(rows), 'parameter')} cannot "
        f"be "
        f"told from no effect: chance alone would give up to {_floor(found, outcome, floor)}."
    )


def _floor(found: Influence, outcome: str, floor: float) -> str:
    return _size(outcome, floor) if found.is_morris else f"{format_number(floor)} of the variance"


def _called(outcome: str) -> str:
    from abm.report.figures.sensitivity_shown import NAMES

    return NAMES.get(outcome, outcome.replace("_", " "))


def _unit_of(outcome: str) -> str:
    from abm.studies.outcomes import OUTCOMES

    return OUTCOMES[outcome].unit if outcome in OUTCOMES else ""


def _table(found: Influence, outcome: str, rows: Sequence[Moved]) -> TextTable:
    floor = found.by_chance.get(outcome, math.nan)
    cells = []
    for each in rows[:MOST_ROWS]:
        known = math.isfinite(floor) and math.isfinite(each.value)
        beyond = "not known" if not known else "yes" if each.value > floor else "no"
        ends = found.ranges.get(each.parameter)
        explored = f"{ends[0]:g} to {ends[1]:g}" if ends else "-"
        limits = format_range(each.low, each.high, format_number)
        cells.append((each.parameter, explored, format_number(each.value), limits, beyond))
    index = "µ*" if found.is_morris else "ST"
    unit = _unit_of(outcome) if found.is_morris else "share of the variance"
    return TextTable(
        f"Influence on: {_called(outcome)}" + (f" ({unit})" if unit else ""),
        ("parameter", "explored", index, "95 % interval", "beyond chance"),
        tuple(cells),
        frozenset({1, 2, 3}),
        MEANING[found.is_morris] + _left_out(len(rows) - MOST_ROWS),
    )


def _left_out(count: int) -> str:
    if count <= 0:
        return ""
    return f" In ranking.csv: {format_count(count, 'parameter')} more, with less influence."


def _cautions(said: Description, found: Influence) -> tuple[str, ...]:
    told = [
        (
            "Influence depends on the ranges that were explored: a number that is known well moves "
            "little because its range is short."
        ),
        (
            "Intervals cover which points were chosen, at these seeds; they do not cover luck "
            "within "
            "runs."
        ),
    ]
    if said.repetitions == 1 and found.overall:
        told.append(
            "The design was lived once. `--repeat` lives it again with other seeds and says "
            "whether the ranking holds."
        )
    return tuple(told)


def _stability(files: Files) -> tuple[str, ...]:
    """Say how alike the rankings of repetitions are."""
    table = files.table(STABILITY, ("outcome",), ("spearman", "top", "shared"))
    rows = [] if table is None else table[table["outcome"] == "all"].to_dict("records")
    values = [row["spearman"] for row in rows if math.isfinite(row["spearman"])]
    if not values:
        return ()
    lowest = min(values)
    return (
        format_text(
            f"Between {format_count(len(values), 'pair')} of repetitions the rankings of all "
            f"parameters "
            f"correlate by {lowest:.2f} or more (1: the same order; near 0: the ranking is luck)."
        ),
    )
