"""Sentences about what is averted, true whatever came out: less, more, nothing, or no telling."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from abm.report.format import (
    capitalised,
    format_count,
    format_fewer_or_more,
    format_list,
    format_number,
)
from abm.report.html.description import Description

LESS, MORE, UNCLEAR, NOTHING, NONE_THERE, NO_INTERVAL, NOT_KNOWN = (
    *("fewer, beyond chance", "more, beyond chance", "cannot be told from chance"),
    *("nobody's outcome changed", "none in either", "no interval, so no telling", "not known"),
)
NEW_CASES, PEOPLE = "new_cases", 100_000.0
FEW_SEEDS = 5


@dataclass(frozen=True)
class Estimate:
    """What one scenario averts of one outcome, per 100,000 people.

    Parameters
    ----------
    scenario, outcome, label
        Which; the label is for readers, of several.
    in_base
        How often the outcome comes about in the base, per 100,000.
    value, low, high
        Averted: the base minus the scenario, with its 95 % interval.
    helped, harmed
        People a run with less and with more of it.
    reached
        People a run reached by what the base does not have; NaN where not counted.
    seeds
        How many the row rests on.
    is_event
        Whether it is of events that happen, such as a pandemic, and not of what somebody offers.
    """

    scenario: str
    outcome: str
    label: str
    in_base: float
    value: float
    low: float
    high: float
    helped: float
    harmed: float
    reached: float
    seeds: int
    is_event: bool = False

    @classmethod
    def from_row(
        cls, row: Mapping[Any, Any], label: str, years: int, is_event: bool = False
    ) -> Self:
        """Return the estimate of a row of differences.csv."""
        lived = row["person_years"]
        in_base = row["base"] / lived * years * PEOPLE if lived > 0 else math.nan
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


def sentence(each: Estimate, called: str, years: str, base: str) -> str:
    """Return what one estimate says, the scenario and what it is compared with called so."""
    of_people = f"{each.label} per 100,000 people over {years}"
    has = f"; {base} has {format_number(each.in_base)}" if math.isfinite(each.in_base) else ""
    limits = f"(95 % interval {format_fewer_or_more(each.low, each.high)}{has})"
    match each.reading:
        case "not known":
            return f"What {called} changes in {each.label} is not known."
        case "none in either":
            return f"There were no {each.label} in {base} and none with {called}."
        case "nobody's outcome changed":
            return f"With {called} nobody's outcome changed: {each.label} are as in {base}."
        case "no interval, so no telling":
            return (
                f"With {called} there were {format_fewer_or_more(each.value)} {of_people}, "
                "but no interval says whether that is more than chance."
            )
        case "fewer, beyond chance" if not each.is_event:
            return f"{capitalised(called)} averts {format_number(each.value)} {of_people} {limits}."
        case "fewer, beyond chance" | "more, beyond chance":
            return (
                f"With {called} there are {format_fewer_or_more(each.value)} {of_people} {limits}."
            )
    return (
        f"Whether {called} changes how many {each.label} there are cannot be told from chance: the "
        f"estimate is {format_fewer_or_more(each.value)} per 100,000 people over {years} {limits}."
    )


def answer(estimates: Sequence[Estimate], said: Description) -> tuple[str, ...]:
    """Return a few sentences on everything that was compared: new cases first."""
    cases = [each for each in estimates if each.outcome == NEW_CASES]
    if not cases:
        failed = f" ({format_count(len(said.failed), 'run')} failed)" if said.failed else ""
        return (
            (
                f"This folder holds no comparison of new cases{failed}, so it has no answer; "
                "`nssi compare` makes one."
            ),
        )
    called = {other.name: f"“{other.called}”" for other in said.others}
    years, base = format_count(said.scenario.calendar.years, "year"), f"“{said.scenario.called}”"
    others = _other_outcomes(estimates, called)
    if len(cases) == 1:
        only = cases[0]
        first = sentence(only, called[only.scenario], years, base)
        return (first, *others, _reach(only))
    far = _furthest(cases, called, years, base)
    return (_counts(cases, called, base), far, *others, _coverage(cases, base))


def _other_outcomes(estimates: Sequence[Estimate], called: Mapping[str, str]) -> tuple[str, ...]:
    """Name every outcome beside new cases that differs beyond chance, or say that none does."""
    rest = [each for each in estimates if each.outcome != NEW_CASES]
    by_scenario: dict[str, list[str]] = {}
    for each in rest:
        if each.reading in (LESS, MORE):
            found = f"{format_fewer_or_more(each.value)} {each.label}"
            by_scenario.setdefault(called[each.scenario], []).append(found)
    if by_scenario:
        told = "; ".join(f"with {name} {format_list(found)}" for name, found in by_scenario.items())
        return (f"In other outcomes, beyond chance and per 100,000 people: {told}.",)
    return ("In no other outcome can a difference be told from chance.",) if rest else ()


def readings(estimates: Sequence[Estimate], said: Description) -> tuple[str, ...]:
    """Return one sentence on the new cases of every scenario."""
    called = {other.name: f"“{other.called}”" for other in said.others}
    years, base = format_count(said.scenario.calendar.years, "year"), f"“{said.scenario.called}”"
    return tuple(
        sentence(each, called[each.scenario], years, base)
        for each in estimates
        if each.outcome == NEW_CASES
    )


def cautions(estimates: Sequence[Estimate]) -> tuple[str, ...]:
    """Return caveats that follow from how many seeds there are and what came out."""
    if not estimates:
        return ()
    seeds = min(each.seeds for each in estimates)
    told = []
    if seeds == 1:
        told.append(
            "There is one seed only: its intervals come from its people, as if each person's "
            "change were independent of the others', and leave out what differs between "
            "populations. Take more seeds before building on this."
        )
    elif seeds < FEW_SEEDS:
        told.append(
            f"There are {seeds} seeds only: intervals between so few are wide, and in small groups "
            "can still be too narrow by chance."
        )
    if any(each.outcome == NEW_CASES and each.harmed > 0 for each in estimates):
        told.append(
            "Some people become a case only with a scenario. Luck that is the same for everybody "
            "else can turn for somebody whose life a programme touches, so this need not be harm "
            "done by what is offered; the balance is what counts."
        )
    told.append(
        "A case that is put off until after the last reported day counts as averted, so the "
        "number of years is part of the question."
    )
    return tuple(told)


def _reach(each: Estimate) -> str:
    """Say whom it reached, who was helped and harmed, and what the interval covers."""
    reached = (
        f"It reached {format_number(each.reached)} people a run; of all people, "
        if math.isfinite(each.reached)
        else "How many people it reached is not counted; of all people, "
    )
    balance = (
        f"{_people(each.helped)} became a case only without it and {_people(each.harmed)} only "
        "with it"
    )
    return f"{reached}{balance}; {_covers(each.seeds)}."


def _people(count: float) -> str:
    return "nobody" if count == 0 else format_number(count)


def _covers(seeds: int) -> str:
    over = f"chance over {seeds} seeds" if seeds > 1 else "chance among the people of one seed"
    return f"the intervals cover {over}, not whether the numbers of the model are right"


def _counts(cases: Sequence[Estimate], called: Mapping[str, str], base: str) -> str:
    """Say how many scenarios have fewer or more new cases, or cannot be told."""
    by_reading: dict[str, list[str]] = {}
    for each in cases:
        by_reading.setdefault(each.reading, []).append(called[each.scenario])
    words = {
        LESS: f"fewer new cases than {base}, beyond chance",
        MORE: f"more new cases than {base}, beyond chance",
        UNCLEAR: "no difference that can be told from chance in new cases",
        NOTHING: f"exactly the new cases of {base}",
        NONE_THERE: f"no new cases, as has {base}",
        NO_INTERVAL: "a difference in new cases without an interval",
        NOT_KNOWN: "no known result for new cases",
    }
    parts = [
        f"{len(names)} {'has' if len(names) == 1 else 'have'} {words[reading]} "
        f"({format_list(names)})"
        for reading, names in sorted(
            by_reading.items(), key=lambda pair: list(words).index(pair[0])
        )
    ]
    return f"Of {len(cases)} scenarios, {format_list(parts)}."


def _furthest(cases: Sequence[Estimate], called: Mapping[str, str], years: str, base: str) -> str:
    """Say which estimate is the largest, or where none is of fewer cases, which is the worst."""
    known = [each for each in cases if math.isfinite(each.value)]
    if not known:
        return f"How their new cases differ from {base} is not known."
    most, least = (pick(known, key=lambda each: each.value) for pick in (max, min))
    chosen = most if most.value > 0 else least
    told = sentence(chosen, called[chosen.scenario], years, base)
    if len(known) == 1 or chosen.value == 0:
        return told
    which = "largest" if most.value > 0 else "furthest"
    return (
        f"{told.removesuffix('.')}; this is the {which} of {len(known)} estimates, and the {which} "
        f"is the likeliest to be too {'large' if most.value > 0 else 'far'} by luck."
    )


def _coverage(cases: Sequence[Estimate], base: str) -> str:
    seeds = min(each.seeds for each in cases)
    return (
        f"{capitalised(_covers(seeds))}. Each scenario is compared with {base} person by person. "
        "How the scenarios differ from each other is not in this table, and must not be judged "
        "from whether their intervals overlap: they share seeds and people."
    )
