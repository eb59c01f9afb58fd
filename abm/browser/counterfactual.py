"""What a page compares with: the same people without what was changed, and what that is called."""

from __future__ import annotations

from dataclasses import dataclass

from abm.browser.choices import Choices
from abm.browser.plain_words import readable
from abm.experiments.comparison.compare import check_comparable
from abm.io.messages import InputError
from abm.report.format import format_list
from abm.scenario.files import parent_of
from abm.scenario.interventions import Interventions
from abm.scenario.scenario import Scenario, load_scenario

MOST_NAMED = 3
SAME = "same people, same draws of chance"
CHANGED = "changed"


@dataclass(frozen=True)
class Counterfactual:
    """The scenario that is held against what was chosen on the page."""

    scenario: Scenario
    chosen: Scenario

    @property
    def label(self) -> str:
        """What it is held against, in words: ``Baseline, without Skills lessons in school``."""
        return f"{_title(self.scenario)}, {_differences(self.scenario, self.chosen)}"

    @property
    def sentence(self) -> str:
        """What the grey on the page is."""
        return f"Grey: {self.label}; {SAME}."

    @property
    def pair(self) -> tuple[Scenario, Scenario]:
        """Both, the one compared with first, called as a comparison needs them: differently."""
        name, base = self.chosen.name, self.scenario.name
        return self.scenario, self.chosen.renamed(
            f"{name}-{CHANGED}"
        ) if name == base else self.chosen


def counterfactual_of(choices: Choices) -> Counterfactual | None:
    """Return what is compared with: what the scenario named extends, or that scenario as it is.

    The first only where people are the same, as of a scenario of a programme; the second not of one
    that begins on another day or has other people, as England's. None where the two would be the
    same.
    """
    chosen = choices.resolve()
    base = load_scenario(choices.scenario, population=choices.population)
    base = _extended(choices, base) or base
    own = {key: getattr(chosen, key) for key in ("name", "title", "observation")}
    if base.model_copy(update=own) == chosen:
        return None
    return Counterfactual(base, chosen)


def _extended(choices: Choices, base: Scenario) -> Scenario | None:
    """Return what a scenario extends, as long, as large and priced alike, if people are the same.

    How many years are looked at, of how many, and what things cost change nobody's life.
    """
    parent, years, size = parent_of(choices.scenario), base.calendar.years, base.population.size
    if parent is None:
        return None
    try:
        extended = load_scenario(parent, years=years, population=size)
        extended = extended.model_copy(update={"economics": base.economics})
        check_comparable((extended, base))
    except InputError:
        return None
    return extended


def _title(scenario: Scenario) -> str:
    return scenario.title or scenario.name


def _differences(base: Scenario, chosen: Scenario) -> str:
    """Return what `base` is without, and what it has that is not shown any more."""
    ours, theirs = _by_kind(base.interventions), _by_kind(chosen.interventions)
    added = [title for title in theirs if title not in ours]
    removed = [title for title in ours if title not in theirs]
    changed = [title for title in ours if title in theirs and ours[title] != theirs[title]]
    changed += [readable(name).lower() for name in _numbers(base, chosen)]
    without = [*added, *(["the change of " + _named(changed)] if changed else [])]
    parts = [f"without {_named(without)}"] if without else []
    return " and ".join([*parts, *([f"with {_named(removed)}"] if removed else [])])


def _by_kind(interventions: Interventions) -> dict[str, list[str]]:
    """Return what is said of each kind of intervention, by its title."""
    contents: dict[str, list[str]] = {}
    for intervention in interventions:
        contents.setdefault(intervention.about().title, []).append(intervention.content())
    return contents


def _numbers(base: Scenario, chosen: Scenario) -> list[str]:
    """Return the names of parameters and switches that differ, at once or over the years."""
    return [
        name
        for name in (*base.parameters, *base.switches)
        if base.parameters.get(name) != chosen.parameters.get(name)
        or base.switches.get(name) != chosen.switches.get(name)
        or base.trends.get(name) != chosen.trends.get(name)
    ]


def _named(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return format_list([*names[:MOST_NAMED], *([f"{more} more"] if more > 0 else [])])
