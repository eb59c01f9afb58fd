"""The assumptions a result rests on: by a sensitivity analysis, or as its scenarios state them."""

import math
from collections.abc import Iterator, Sequence

from abm.parameters import parameters, switches
from abm.report.format import format_date, format_list, format_number
from abm.report.html.folder import DescribedIntervention, DescribedScenario, Description
from abm.report.html.sensitivity import Influence
from abm.report.rendering import prose
from abm.report.sections import Items, Section, TextTable
from abm.scenario.intervention_library import kinds

MOST_LISTED, MOST_BRIEF = 10, 3
SOURCE, NOT_STATED = "source of the default", "not stated"
NOT_IN_LIBRARY = "not in this version's library of interventions"


def assumptions(description: Description, influence: Influence | None) -> Section:
    """Return what moves the result, where a sensitivity analysis says it, and what is assumed."""
    scenarios = description.scenarios
    changed = _changed(scenarios)
    return Section(
        "assumptions",
        "The assumptions that matter most",
        (
            *prose("explored", description=description, influence=influence),
            *(() if changed else prose("defaults", description=description)),
            *(() if influence is None else (_most_influential(influence),)),
            _interventions(scenarios),
            changed,
            _trends(scenarios),
            _switches(scenarios),
        ),
    )


def hangs_on(description: Description, influence: Influence | None) -> Section:
    """Return, in short, which assumptions a result hangs on, as far as that is known."""
    named: dict[str, bool] = {}  # by title of the kind: whether what it does is assumed
    for scenario in description.scenarios:
        for own in scenario.interventions:
            known = kinds().get(own.kind)
            title = known.title if known else own.kind
            named[title] = known is None or known.evidence.startswith("assumption")
    ranked = () if influence is None else influence.overall[:MOST_BRIEF]
    lines = prose(
        "hangs_on",
        influence=influence,
        has_trends=any(scenario.trends for scenario in description.scenarios),
        ranked=[f"{_meaning(name).rstrip('.')} ({name})" for name, _ in ranked],
        assumed=[f"“{title}”" for title, is_assumed in named.items() if is_assumed],
        published=[f"“{title}”" for title, is_assumed in named.items() if not is_assumed],
    )
    return Section("hangs-on", "What it hangs on", (Items(lines),))


def _most_influential(influence: Influence) -> TextTable:
    rows = tuple(
        (
            f"{rank}. {name}",
            _meaning(name),
            influence.explored(name) or "-",
            format_number(value),
            _source(name),
        )
        for rank, (name, value) in enumerate(influence.overall[:MOST_LISTED], 1)
    )
    return TextTable(
        "The parameters with most influence",
        ("parameter", "what it means", "explored", "influence", SOURCE),
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


def _interventions(scenarios: Sequence[DescribedScenario]) -> TextTable:
    rows = []
    for scenario in scenarios:
        for intervention in scenario.interventions:
            known = kinds().get(intervention.kind)
            title = known.title if known else intervention.kind
            title = f"{title}: {intervention.name}" if intervention.name else title
            rows.append(
                (
                    f"{scenario.name}: {title}" if len(scenarios) > 1 else title,
                    ", ".join(_how(intervention)) or "-",
                    "; ".join(_effects(intervention)) or "-",
                    known.evidence if known else NOT_IN_LIBRARY,
                )
            )
    return TextTable(
        "What is done or happens, and what stands behind it",
        ("intervention", "for whom and how", "what it is assumed to change", "evidence"),
        tuple(rows),
    )


def _how(intervention: DescribedIntervention) -> Iterator[str]:
    """Yield coverage, ages, sex and dates in words."""
    if intervention.coverage is not None:
        yield f"coverage {100 * intervention.coverage:g} %"
    if intervention.ages and len(intervention.ages) == 2:
        first, last = intervention.ages
        yield f"age {first}" if first == last else f"ages {first} to {last}"
    if intervention.sex not in (None, "all"):
        yield f"{intervention.sex} only"
    if intervention.who not in (None, "everyone"):
        yield str(intervention.who).replace("_", " ")
    if intervention.start:
        yield f"from {format_date(intervention.start)}"
    if intervention.end:
        yield f"until {format_date(intervention.end)}"


def _effects(intervention: DescribedIntervention) -> Iterator[str]:
    """Yield what it is assumed to change in a person, with the source."""
    known = kinds().get(intervention.kind)
    for name, value in intervention.effects.items():
        effect = known.effects.get(name) if known else None
        if effect is None:
            yield f"{name}: {value:g}"
            continue
        size = f"times {value:g}" if effect.how == "factor" else f"{value:+g} {effect.unit}"
        is_own = not math.isclose(value, effect.value, rel_tol=1e-12)
        source = f"source {NOT_STATED}; default {effect.value:g}: " if is_own else ""
        yield f"{name} {size} ({source}{effect.source})"


def _changed(scenarios: Sequence[DescribedScenario]) -> TextTable:
    """Return the parameters whose values are not the defaults."""
    changed: dict[tuple[str, float], list[str]] = {}
    for scenario in scenarios:
        for name, value in scenario.parameters.items():
            declared = parameters().get(name)
            if declared is None or not math.isclose(value, declared.default, rel_tol=1e-12):
                changed.setdefault((name, value), []).append(scenario.name)
    rows = []
    for (name, value), names in changed.items():
        declared = parameters().get(name)
        where = "" if len(scenarios) == 1 else f" ({format_list(names)})"
        default = f"{declared.default:g}" if declared else "-"
        cells = f"{value:g}", NOT_STATED, default, _source(name), _meaning(name)
        rows.append((f"{name}{where}", *cells))
    return TextTable(
        "Numbers that differ from the defaults",
        ("parameter", "value", "source of the value", "default", SOURCE, "what it means"),
        tuple(rows),
        frozenset({1, 3}),
    )


def _trends(scenarios: Sequence[DescribedScenario]) -> TextTable:
    rows = [
        (
            _odds_of(name) if len(scenarios) == 1 else f"{scenario.name}: {_odds_of(name)}",
            ", ".join(f"{year}: {factor:g}" for year, factor in factors.items()),
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
    return f"odds of {name}" if declared and declared.trend_on == "odds" else name


def _switches(scenarios: Sequence[DescribedScenario]) -> TextTable:
    """Return where rival accounts are open and which one was run."""
    rows = []
    for name in dict.fromkeys(name for scenario in scenarios for name in scenario.switches):
        declared = switches().get(name)
        taken = dict.fromkeys(s.switches[name] for s in scenarios if name in s.switches)
        answer = format_list([value.replace("_", " ") for value in taken])
        if declared is None:
            rows.append((name, answer, "-", "-"))
            continue
        others = [value.replace("_", " ") for value in declared.values if value not in taken]
        could_be = format_list(others, "or") or "-"
        rows.append((declared.sentence, answer, could_be, declared.source))
    return TextTable(
        "Questions that research leaves open, and how they were answered here",
        ("question", "answered by", "could be", "source"),
        tuple(rows),
    )
