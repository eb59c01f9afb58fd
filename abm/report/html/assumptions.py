"""The assumptions a result rests on: by a sensitivity analysis, or as its scenarios state them."""

import math
from collections.abc import Sequence

from abm.parameters import parameters, switches
from abm.report.format import format_count, format_date, format_list, format_number, format_text
from abm.report.html.description import Description, InterventionSaid, ScenarioSaid
from abm.report.html.influence import Influence
from abm.report.sections import Section, TextTable

NAME, TITLE = "assumptions", "The assumptions that matter most"
MOST_LISTED = 10
_AS_DECLARED = "In what was lived here every parameter has its default value."
_BUT_VARIED = "What does not vary has its default value."
DEFAULTS = {
    "run": _AS_DECLARED,
    "compare": _AS_DECLARED,
    "validate": "In the baseline every parameter has its default value; other worlds change some.",
    "sensitivity": _BUT_VARIED,
    "sweep": _BUT_VARIED,
}
"""What is said where the scenario itself changes no number."""
DRAWN = (
    "The fitted parameters are drawn from the posterior and differ between seeds; every other has "
    "its default value, except where a world or scenario changes it."
)
SOURCE, NOT_STATED = "source of the default", "not stated"
NOT_IN_LIBRARY = "not in this version's library of interventions"


def assumptions_of(said: Description, influence: Influence | None) -> Section:
    """Return the section: what moves the result, then what the scenarios themselves assume.

    Parameters
    ----------
    said
        What was lived.
    influence
        A sensitivity analysis, where there is one.
    """
    paragraphs, tables = [], []
    if influence is not None and influence.overall:
        paragraphs.append(_explored(said, influence))
        tables.append(_influence_table(influence))
    else:
        paragraphs.append(
            "No sensitivity analysis was given, so this report cannot rank what matters. "
            "`nssi sensitivity` makes one, and `nssi report RUN --sensitivity FOLDER` puts it "
            "here. Until then, these are the assumptions that the scenarios state themselves."
        )
    own = (_interventions(said.scenarios), _changed(said.scenarios), _trends(said.scenarios))
    tables += [table for table in own if table.rows]
    if not own[1].rows:
        paragraphs.append(DRAWN if said.posterior else DEFAULTS[said.command])
    positions = _switches(said.scenarios)
    if positions.rows:
        tables.append(positions)
    return Section(NAME, TITLE, (*paragraphs, *tables))


def _explored(said: Description, influence: Influence) -> str:
    own = said.command == "sensitivity"
    where = "This analysis" if own else f"An analysis of “{influence.title}”"
    text = (
        f"{where} explored {format_count(len(influence.overall), 'parameter')} by "
        f"{influence.method}. "
        "The table lists those that move the main outcomes most, over the ranges explored."
    )
    if not own:
        text += (
            " It tells what moves these outcomes there; what moves the difference between "
            "scenarios may be something else."
        )
        if influence.code_version != said.code_version:
            text += " It was made with another version of the code."
    return text


def _influence_table(influence: Influence) -> TextTable:
    rows = tuple(
        (
            f"{place}. {name}",
            _meaning(name),
            _range(influence.ranges.get(name)),
            format_number(value),
            _source(name),
        )
        for place, (name, value) in enumerate(influence.overall[:MOST_LISTED], 1)
    )
    headings = ("parameter", "what it means", "explored", "influence", SOURCE)
    return TextTable(
        "The parameters with most influence",
        headings,
        rows,
        frozenset({2, 3}),
        "Influence: mean over the main outcomes, relative to the most influential parameter of "
        "each (1 at most).",
    )


def _meaning(name: str) -> str:
    declared = parameters().get(name)
    return declared.sentence if declared else "not declared in this version"


def _source(name: str) -> str:
    declared = parameters().get(name)
    return declared.source if declared else "-"


def _range(ends: Sequence[float] | None) -> str:
    if ends is None or len(ends) != 2:
        return "-"
    return f"{ends[0]:g} to {ends[1]:g}"


def _interventions(scenarios: Sequence[ScenarioSaid]) -> TextTable:
    rows = [
        (_named(scenario, each, scenarios), _how(each), _effects(each), _evidence(each))
        for scenario in scenarios
        for each in scenario.interventions
    ]
    return TextTable(
        "What is done or happens, and what stands behind it",
        ("intervention", "for whom and how", "what it is assumed to change", "evidence"),
        tuple(rows),
    )


def _named(
    scenario: ScenarioSaid, each: InterventionSaid, scenarios: Sequence[ScenarioSaid]
) -> str:
    from abm.scenario.intervention_library import kinds

    known = kinds().get(each.kind)
    title = known.title if known else each.kind
    title = f"{title}: {format_text(each.name)}" if each.name else title
    return f"{scenario.name}: {title}" if len(scenarios) > 1 else title


def _how(each: InterventionSaid) -> str:
    """Return coverage, ages, sex and dates in words."""
    words = [] if each.coverage is None else [f"coverage {100 * each.coverage:g} %"]
    if each.ages and len(each.ages) == 2:
        first, last = each.ages
        words.append(f"age {first}" if first == last else f"ages {first} to {last}")
    if each.sex not in (None, "all"):
        words.append(f"{each.sex} only")
    if each.who not in (None, "everyone"):
        words.append(str(each.who).replace("_", " "))
    if each.start:
        words.append(f"from {format_date(each.start)}")
    if each.end:
        words.append(f"until {format_date(each.end)}")
    return ", ".join(words) or "-"


def _effects(each: InterventionSaid) -> str:
    from abm.scenario.intervention_library import kinds

    known = kinds().get(each.kind)
    told = []
    for name, value in each.effects.items():
        effect = known.effects.get(name) if known else None
        if effect is None:
            told.append(f"{format_text(name)}: {value:g}")
            continue
        size = f"times {value:g}" if effect.how == "factor" else f"{value:+g} {effect.unit}"
        is_own = not math.isclose(value, effect.value, rel_tol=1e-12)
        source = f"source {NOT_STATED}; default {effect.value:g}: " if is_own else ""
        told.append(f"{name} {size} ({source}{effect.source})")
    return "; ".join(told) or "-"


def _evidence(each: InterventionSaid) -> str:
    from abm.scenario.intervention_library import kinds

    known = kinds().get(each.kind)
    return known.evidence if known else NOT_IN_LIBRARY


def _changed(scenarios: Sequence[ScenarioSaid]) -> TextTable:
    """Return the parameters whose values are not the defaults."""
    found: dict[tuple[str, float], list[str]] = {}
    for scenario in scenarios:
        for name, value in scenario.parameters.items():
            declared = parameters().get(name)
            if declared is None or not math.isclose(value, declared.default, rel_tol=1e-12):
                found.setdefault((name, value), []).append(scenario.name)
    rows = []
    for (name, value), where in found.items():
        declared = parameters().get(name)
        shown = (
            format_text(name)
            if len(scenarios) == 1
            else f"{format_text(name)} ({format_list(where)})"
        )
        default = f"{declared.default:g}" if declared else "-"
        rows.append((shown, f"{value:g}", NOT_STATED, default, _source(name), _meaning(name)))
    headings = ("parameter", "value", "source of the value", "default", SOURCE, "what it means")
    return TextTable(
        "Numbers that differ from the defaults", headings, tuple(rows), frozenset({1, 3})
    )


def _trends(scenarios: Sequence[ScenarioSaid]) -> TextTable:
    rows = [
        (
            _odds_of(name) if len(scenarios) == 1 else f"{scenario.name}: {_odds_of(name)}",
            format_text(", ".join(f"{year}: {factor:g}" for year, factor in factors.items())),
            _meaning(name),
        )
        for scenario in scenarios
        for name, factors in scenario.trends.items()
    ]
    caption = "Trends that are put in: multipliers by calendar year"
    return TextTable(caption, ("parameter", "multipliers", "what it means"), tuple(rows))


def _odds_of(name: str) -> str:
    """Return what multipliers multiply: a number, or the odds whose logarithm it is."""
    declared = parameters().get(name)
    return f"odds of {name}" if declared and declared.trend_on == "odds" else format_text(name)


def _switches(scenarios: Sequence[ScenarioSaid]) -> TextTable:
    """Return where rival accounts are open and which one was lived."""
    rows = []
    for name in dict.fromkeys(name for scenario in scenarios for name in scenario.switches):
        declared = switches().get(name)
        taken = dict.fromkeys(s.switches[name] for s in scenarios if name in s.switches)
        if declared is None:
            rows.append(
                (format_text(name), format_list([format_text(value) for value in taken]), "-", "-")
            )
            continue
        others = [value for value in declared.values if value not in taken]
        rows.append(
            (
                declared.sentence,
                format_text(format_list([value.replace("_", " ") for value in taken])),
                format_list([value.replace("_", " ") for value in others], "or") or "-",
                declared.source,
            )
        )
    return TextTable(
        "Questions that research leaves open, and how they were answered here",
        ("question", "answered by", "could be", "source"),
        tuple(rows),
    )
