"""Pairs: the same person in two scenarios with the same seed, and what differs between them."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from abm.experiments.comparison.groups import groupings, person_years
from abm.experiments.comparison.person_outcomes import PersonOutcomes
from abm.runs.errors import RunnerError

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario


class ComparedOutcome(NamedTuple):
    """One thing that may be averted."""

    name: str  # as it stands in tables
    field: str  # the field of a person that counts it
    label: str  # for readers, of several
    one: str  # for readers, of one
    sentence: str  # what is counted


NEW_CASES = "new_cases"
OUTCOMES = (
    ComparedOutcome(
        NEW_CASES, "reported_case", "new cases", "case",
        "People whose first act fell in the reported years.",
    ),
    ComparedOutcome(
        "active_years", "active_years", "years with self-injury", "year with self-injury",
        "Twelve months of one person with at least one act, within the reported years.",
    ),
    ComparedOutcome("acts", "reported_acts", "acts", "act", "Acts in the reported years."),
    ComparedOutcome(
        "hospital_presentations", "reported_hospital", "hospital presentations",
        "hospital presentation", "Presentations to hospital in the reported years.",
    ),
)  # fmt: skip


class PairingError(RunnerError):
    """Two runs cannot be paired person by person; the message is for the user."""


@dataclass(frozen=True)
class PairSums:
    """What differs between two runs of one seed, in one group."""

    scenario: str
    seed: int
    outcome: str
    group: str
    level: str
    people: float  # of the group who lived a reported day
    person_years: float  # how long they lived within the reported years
    base: float  # how often the outcome came about in the scenario compared with
    other: float
    squares: float  # sum over persons of the squared difference
    helped: float  # persons with less of the outcome in the other scenario
    harmed: float  # persons with more
    # Persons reached by interventions that only the other scenario has, see `reached_by_added`; NaN
    # in parts of the population where not every one of them was counted person by person.
    reached: float
    # Of the other's interventions beyond the first's; NaN where it is not known: in parts of the
    # population, and where neither scenario has an intervention.
    cost: float

    @property
    def averted(self) -> float:
        """How much less came about than in the scenario compared with."""
        return self.base - self.other


def check_pairs(base: PersonOutcomes, other: PersonOutcomes, seed: int) -> None:
    """Refuse two runs that do not hold the same people in the same order, naming a person."""
    ours, theirs = base.people, other.people
    only = np.setxor1d(ours["person"], theirs["person"])
    if len(only):
        raise PairingError(
            f"seed {seed}: person {only[0]} lives in one of two scenarios only; expected the same "
            "people in both"
        )
    for name in ("person", "sex", "year_group"):
        if not np.array_equal(ours[name], theirs[name]):
            raise PairingError(f"seed {seed}: people differ in {name}; expected the same in both")


def pair_sums(
    base: PersonOutcomes,
    other: PersonOutcomes,
    scenarios: "tuple[Scenario, Scenario]",
    seed: int,
) -> Iterator[PairSums]:
    """Yield what differs between two runs of one seed, by outcome and group.

    Raises PairingError if they do not hold the same people.
    """
    check_pairs(base, other, seed)
    reached, in_all = reached_by_added(other, added_bits(*scenarios))
    years = person_years(base.people["year_group"], scenarios[0])
    cost = other.cost - base.cost if base.reached or other.reached else math.nan
    for grouping in groupings(base.people, *scenarios):
        common = {
            "people": grouping.sums(np.ones(len(years))),
            "person_years": grouping.sums(years),
            "reached": grouping.sums(reached),
        }
        is_whole = len(grouping.levels) == 1
        if is_whole:
            common["reached"][:] = in_all
        elif in_all > reached.sum():
            common["reached"][:] = math.nan
        for outcome in OUTCOMES:
            ours, theirs = base.people[outcome.field], other.people[outcome.field]
            averted = ours.astype(np.int64) - theirs
            columns = common | {
                "base": grouping.sums(ours),
                "other": grouping.sums(theirs),
                "squares": grouping.sums(averted * averted),
                "helped": grouping.sums(averted > 0),
                "harmed": grouping.sums(averted < 0),
            }
            for number, level in enumerate(grouping.levels):
                yield PairSums(
                    scenarios[1].name, seed, outcome.name, grouping.name, level,
                    **{name: float(values[number]) for name, values in columns.items()},
                    cost=cost if is_whole else math.nan,
                )  # fmt: skip


def added_bits(base: "Scenario", other: "Scenario") -> int:
    """Return the bits of `reached_by` of the interventions that the first scenario has not."""
    known = {intervention.content() for intervention in base.interventions}
    return sum(
        1 << bit
        for bit, intervention in enumerate(other.interventions)
        if intervention.content() not in known
    )


def reached_by_added(outcomes: PersonOutcomes, bits: int) -> tuple[np.ndarray, float]:
    """Return whom some interventions reached person by person, and how many people in all.

    True for each person with one of the bits. How many are these, each counted once, or the people
    that one intervention, or the windows of one together, count by themselves, such as everybody
    for whom it changes a number, if those are more.
    """
    reached = (outcomes.people["reached_by"] & bits) != 0
    together: defaultdict[tuple[str, str], float] = defaultdict(float)
    counts = [float(reached.sum())]
    for bit, intervention in enumerate(outcomes.reached):
        if bits >> bit & 1:
            together[intervention.kind, intervention.name] += intervention.newly
            counts.append(intervention.people)
    return reached, max([*counts, *together.values()])


def case_changes(base: PersonOutcomes, other: PersonOutcomes) -> np.ndarray:
    """Return for each person 1 for a case averted, -1 for one more, 0 for no change."""
    return base.people["reported_case"] - other.people["reported_case"]
