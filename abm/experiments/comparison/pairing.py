"""Pairs: the same person in two scenarios with the same seed, and what differs between them."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from abm.experiments.comparison.groups import groupings, person_years
from abm.experiments.comparison.person_outcomes import Lives
from abm.runs.errors import RunnerError

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario


@dataclass(frozen=True)
class Outcome:
    """One thing that may be averted.

    Parameters
    ----------
    name
        As it stands in tables.
    field
        The field of a person that counts it.
    label
        For readers, of several.
    one
        For readers, of one.
    sentence
        What is counted.
    """

    name: str
    field: str
    label: str
    one: str
    sentence: str


NEW_CASES = "new_cases"
OUTCOMES = (
    Outcome(
        NEW_CASES, "reported_case", "new cases", "case",
        "People whose first act fell in the reported years.",
    ),
    Outcome(
        "active_years", "active_years", "years with self-injury", "year with self-injury",
        "Person-years with NSSI: reported twelve months in which a person acted at least once.",
    ),
    Outcome("acts", "reported_acts", "acts", "act", "Acts in the reported years."),
    Outcome(
        "hospital_presentations", "reported_hospital", "hospital presentations",
        "hospital presentation", "Presentations to hospital in the reported years.",
    ),
)  # fmt: skip


class PairingError(RunnerError):
    """Two runs cannot be paired person by person; the message is for the user."""


@dataclass(frozen=True)
class PairSums:
    """What differs between two runs of one seed, in one group.

    Parameters
    ----------
    scenario, seed, outcome, group, level
        Which.
    people, person_years
        Persons of the group who lived a reported day, and how long they lived within the
        reported years.
    base, other
        How often the outcome came about.
    squares
        Sum over persons of the squared difference.
    helped, harmed
        Persons with less and with more of the outcome than in the base.
    reached
        People reached by interventions that the base does not have; see `reached_by_added`. NaN
        in parts of the population where not every one of them was counted person by person.
    cost
        Of the interventions beyond those of the base; NaN where it is not known: in parts of
        the population, and where neither scenario has an intervention.
    """

    scenario: str
    seed: int
    outcome: str
    group: str
    level: str
    people: float
    person_years: float
    base: float
    other: float
    squares: float
    helped: float
    harmed: float
    reached: float
    cost: float

    @property
    def averted(self) -> float:
        """How much less came about than in the base."""
        return self.base - self.other


def check_pairs(base: Lives, other: Lives, seed: int) -> None:
    """Refuse two runs that do not hold the same people in the same order.

    Raises
    ------
    PairingError
        Naming a person whom only one of them has.
    """
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
    base: Lives, other: Lives, scenarios: "tuple[Scenario, Scenario]", seed: int
) -> Iterator[PairSums]:
    """Yield what differs between two runs of one seed, by outcome and group.

    Parameters
    ----------
    base, other
        The runs.
    scenarios
        Their scenarios.
    seed
        Of both.

    Raises
    ------
    PairingError
        If they do not hold the same people.
    """
    check_pairs(base, other, seed)
    reached, in_all = reached_by_added(other, added_bits(*scenarios))
    years = person_years(base.people["year_group"], scenarios[0])
    cost = _added_cost(base, other)
    for grouping in groupings(base.people, scenarios[0]):
        common = {
            "people": grouping.sums(np.ones(len(years))),
            "person_years": grouping.sums(years),
            "reached": grouping.sums(reached),
        }
        if len(grouping.levels) == 1:
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
            for place, level in enumerate(grouping.levels):
                numbers = {name: float(values[place]) for name, values in columns.items()}
                whole = math.nan if len(grouping.levels) > 1 else cost
                yield PairSums(
                    scenarios[1].name, seed, outcome.name, grouping.name, level,
                    **numbers, cost=whole,
                )  # fmt: skip


def added_bits(base: "Scenario", other: "Scenario") -> int:
    """Return the bits of `reached_by` of the interventions that the base does not have."""
    known = {each.content() for each in base.interventions}
    added = [each.content() not in known for each in other.interventions]
    return sum(1 << place for place, is_added in enumerate(added) if is_added)


def reached_by_added(lives: Lives, bits: int) -> tuple[np.ndarray, float]:
    """Return whom some interventions reached person by person, and how many people in all.

    Parameters
    ----------
    lives
        Of one run.
    bits
        Which interventions.

    Returns
    -------
    tuple of numpy.ndarray and float
        True for each person with one of the bits; and how many these are, each counted once, or
        the people that one intervention, or the windows of one together, count by themselves, such
        as everybody for whom it changes a number, if those are more.
    """
    reached = (lives.people["reached_by"] & bits) != 0
    added = [each for place, each in enumerate(lives.reached) if bits >> place & 1]
    together: defaultdict[tuple[str, str], float] = defaultdict(float)
    for each in added:
        together[each.kind, each.name] += each.newly
    counts = [each.people for each in added]
    return reached, max([float(reached.sum()), *counts, *together.values()])


def _added_cost(base: Lives, other: Lives) -> float:
    """Return what the interventions cost beyond those of the base, NaN if there are none."""
    return other.cost - base.cost if base.reached or other.reached else math.nan


def case_changes(base: Lives, other: Lives) -> np.ndarray:
    """Return for each person 1 for a case averted, -1 for one more, 0 for no change."""
    return base.people["reported_case"] - other.people["reported_case"]
