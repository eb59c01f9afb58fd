"""Sentences about what is averted, true whatever came out: less, more, nothing, or no telling."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from abm.report.html.description import Description
from abm.report.html.words import capitalised, counted, listed, number

LESS, MORE, UNCLEAR, NOTHING, NONE_THERE, NO_INTERVAL, NOT_KNOWN = (
    *("fewer than in the base", "more than in the base", "cannot be told from chance"),
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

    @classmethod
    def from_row(cls, row: Mapping[Any, Any], label: str, years: int) -> Self:
        """Return the estimate of a row of differences.csv."""
        lived = row["person_years"]
        in_base = row["base"] / lived * years * PEOPLE if lived > 0 else math.nan
        limits = row["per_100k"], row["per_100k_low"], row["per_100k_high"]
        people = row["helped"], row["harmed"], row["reached"]
        seeds = 0 if math.isnan(row["seeds"]) else int(row["seeds"])
        return cls(row["scenario"], row["outcome"], label, in_base, *limits, *people, seeds)

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


def sentence(each: Estimate, called: str, years: str) -> str:
    """Return what one estimate says, the scenario being called so."""
    of_people = f"per 100,000 people over {years}"
    base = f"; the base has {number(each.in_base)}" if math.isfinite(each.in_base) else ""
    match each.reading:
        case "not known":
            return f"What {called} averts of {each.label} is not known."
        case "none in either":
            return f"There were no {each.label} in the base and none with {called}."
        case "nobody's outcome changed":
            return f"With {called} nobody's outcome changed: {each.label} are as in the base."
        case "no interval, so no telling":
            return (
                f"With {called} there were {_signed(each.value)} {each.label} {of_people}, but no "
                "interval says whether that is more than chance."
            )
        case "fewer than in the base":
            return (
                f"{capitalised(called)} averts {number(each.value)} {each.label} {of_people} (95 % "
                f"interval {number(each.low)} to {number(each.high)}{base})."
            )
        case "more than in the base":
            return (
                f"With {called} there are more, not fewer: {number(-each.value)} more {each.label} "
                f"{of_people} (95 % interval {number(-each.high)} to {number(-each.low)} "
                f"more{base})."
            )
    return (
        f"Whether {called} changes how many {each.label} there are cannot be told from chance: the "
        f"estimate is {_signed(each.value)} {of_people} (95 % interval from {_signed(each.low)} to "
        f"{_signed(each.high)}{base})."
    )


def _signed(averted: float) -> str:
    """Return what is averted as so many fewer or more."""
    if averted == 0:
        return "no difference"
    return f"{number(abs(averted))} {'fewer' if averted > 0 else 'more'}"


def answer(estimates: Sequence[Estimate], said: Description) -> tuple[str, ...]:
    """Return three sentences on everything that was compared."""
    cases = [each for each in estimates if each.outcome == NEW_CASES]
    if not cases:
        failed = f" ({counted(len(said.failed), 'run')} failed)" if said.failed else ""
        return (f"This folder holds no comparison of new cases{failed}, so it has no answer.",)
    called = {other.name: f"“{other.called}”" for other in said.others}
    years = counted(said.scenario.calendar.years, "year")
    if len(cases) == 1:
        only = cases[0]
        first = sentence(only, called[only.scenario], years)
        rest = [each for each in estimates if each.outcome == "hospital_presentations"]
        second = [sentence(each, called[each.scenario], years) for each in rest]
        return (first, *second, _reach(only))
    return (_counts(cases, called), _largest(cases, called, years), _coverage(cases))


def readings(estimates: Sequence[Estimate], said: Description) -> tuple[str, ...]:
    """Return one sentence on the new cases of every scenario."""
    called = {other.name: f"“{other.called}”" for other in said.others}
    years = counted(said.scenario.calendar.years, "year")
    return tuple(
        sentence(each, called[each.scenario], years)
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
        f"It reached {number(each.reached)} people a run; of all people, "
        if math.isfinite(each.reached)
        else "How many people it reached is not counted; of all people, "
    )
    balance = (
        f"{_people(each.helped)} became a case only without it and {_people(each.harmed)} only "
        "with it"
    )
    return f"{reached}{balance}; {_covers(each.seeds)}."


def _people(count: float) -> str:
    return "nobody" if count == 0 else number(count)


def _covers(seeds: int) -> str:
    over = f"chance over {seeds} seeds" if seeds > 1 else "chance among the people of one seed"
    return f"the intervals cover {over}, not whether the numbers of the model are right"


def _counts(cases: Sequence[Estimate], called: Mapping[str, str]) -> str:
    """Say how many scenarios avert, add, or cannot be told."""
    by_reading: dict[str, list[str]] = {}
    for each in cases:
        by_reading.setdefault(each.reading, []).append(called[each.scenario])
    words = {
        LESS: "fewer new cases than the base, beyond chance",
        MORE: "more new cases than the base, beyond chance",
        UNCLEAR: "no difference that can be told from chance",
        NOTHING: "exactly the cases of the base",
        NONE_THERE: "no new cases, as has the base",
        NO_INTERVAL: "a difference without an interval",
        NOT_KNOWN: "no known result",
    }
    parts = [
        f"{len(names)} {'has' if len(names) == 1 else 'have'} {words[reading]} ({listed(names)})"
        for reading, names in sorted(
            by_reading.items(), key=lambda pair: list(words).index(pair[0])
        )
    ]
    return f"Of {len(cases)} scenarios, {listed(parts)}."


def _largest(cases: Sequence[Estimate], called: Mapping[str, str], years: str) -> str:
    """Say which estimate is the largest, without calling it the best."""
    known = [each for each in cases if math.isfinite(each.value)]
    if not known:
        return "What they avert is not known."
    most = max(known, key=lambda each: each.value)
    if len(known) == 1:
        return sentence(most, called[most.scenario], years)
    if most.value <= 0:
        return "None of them has an estimate of fewer new cases than the base."
    told = sentence(most, called[most.scenario], years).removesuffix(".")
    return (
        f"{told}; this is the largest of {len(known)} estimates, and the largest is the likeliest "
        "to be too large by luck."
    )


def _coverage(cases: Sequence[Estimate]) -> str:
    seeds = min(each.seeds for each in cases)
    return (
        f"{capitalised(_covers(seeds))}; whether one scenario does better than another is told "
        "only by intervals that stand well apart."
    )
