"""Numbers of the services in closed form: solved from acts that were logged, outside of the fit.

Reaching a service changes little of who acts and when, so the published shares follow from the
acts of a few runs, from the people who did them, and from the chances of `abm.mechanisms.help`:
nothing is simulated to try a number. (Support ends phases: among those who act for years, those
who were told of are fewer than that says, by a point in a hundred.) Three numbers are solved, each
from one entry of the register and after those before it. How far hospital follows severity, and
contact the person, no entry tells; these keep the values they have in the runs.

``python -m abm.experiments.calibration.services`` runs birth cohorts and prints the numbers.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import brentq

from abm.evidence.register import register
from abm.mechanisms.help import counsellor_chance, disclosure_chance, hospital_chance
from abm.parameters import parameter_record, parameters
from abm.people.layout import PlainRecord
from abm.scenario.scenario import load_scenario
from abm.simulation.record import Logs, Record
from abm.simulation.run import run
from abm.simulation.today import TODAY_DTYPE, derive_speeds

A_YEAR = 365
DAYS_A_YEAR = 365.25
SOLVED: Mapping[str, str] = MappingProxyType(
    {"hospital_intercept": "E068", "contact_intercept": "E122", "disclosure_chance": "E120"}
)
"""The entry from which each number is solved, in this order."""


class Bouts(NamedTuple):
    """Bouts as they stand when a year ends in which their person acted: one row each.

    The rows of one person and year stand together, bouts in their order.
    """

    first: np.ndarray  # whether it is the first row of its person and year
    age: np.ndarray  # completed years of the person
    reachability: np.ndarray
    help_seeking: np.ndarray
    severity: np.ndarray  # highest so far
    severity_before: np.ndarray  # highest before this year; 0 if the bout began in it
    shame: np.ndarray  # least after an act so far


class HelpChances(NamedTuple):
    """What is to be expected of everybody who acted in a year, when it ends."""

    hospital: np.ndarray  # ever treated in hospital
    seen: np.ndarray  # a service came to know within the year
    disclosed: np.ndarray  # somebody close was told in the last bout


EXPECTED: Mapping[str, Callable[[HelpChances], np.ndarray]] = MappingProxyType(
    {
        "E068": lambda chances: chances.hospital,
        "E122": lambda chances: chances.seen,
        "E120": lambda chances: (1.0 - chances.disclosed) * (1.0 - chances.seen),
        "E121": lambda chances: chances.disclosed * (1.0 - chances.seen),
    }
)
"""Of each entry, the chance that a person is counted."""


class ServiceNumbers(NamedTuple):
    """Solved numbers, and the percentages they are expected to reach."""

    values: Mapping[str, float]  # by name of a parameter
    reached: Mapping[str, float]  # by identifier of an entry


def solve(records: Sequence[Record]) -> ServiceNumbers:
    """Return the numbers at which the logged acts give the published shares.

    The records have acts and people logged. Who entered before the first reported year is left
    out, since not all of their acts are known. ValueError if no number gives a published share.
    """
    bouts = Bouts(*(np.concatenate(parts) for parts in zip(*map(bouts_of, records), strict=True)))
    scenario = records[0].scenario
    values = {**scenario.parameters}
    for name, entry in SOLVED.items():

        def miss(value: float, name: str = name, entry: str = entry) -> float:
            given = {**values, name: value}
            return expected(bouts, given, (entry,))[entry] - published(entry)

        low, high = parameters()[name].low, parameters()[name].high
        ends = miss(low), miss(high)
        if not min(ends) <= 0.0 <= max(ends):
            reached = " and ".join(f"{end + published(entry):.3g}" for end in ends)
            raise ValueError(f"{name}: {entry} is {published(entry)}, its ends give {reached}")
        values[name] = float(brentq(miss, low, high, xtol=1e-6))
    return ServiceNumbers(
        {name: values[name] for name in SOLVED}, expected(bouts, values, tuple(EXPECTED))
    )


def published(entry: str) -> float:
    """Return the published percentage of an entry; ValueError if it has none."""
    value = register().entries[entry].published
    if value is None:
        raise ValueError(f"{entry} has no published size")
    return value


def bouts_of(record: Record) -> Bouts:
    """Return the bouts of a record at the end of each of its years."""
    people = np.concatenate(record.logged["people"])
    people = people[people["year_group"] >= record.scenario.calendar.start.year]
    acts = np.concatenate(record.logged["acts"])
    acts = acts[np.isin(acts["person"], people["person"])]
    acts = acts[np.lexsort((acts["hour"], acts["day"], acts["person"]))]
    people = people[np.argsort(people["person"])]
    ends = [census.date.toordinal() + 1 for census in record.censuses]
    years = [_bouts_at(acts[acts["day"] < end], people, end) for end in ends]
    return Bouts(*(np.concatenate(parts) for parts in zip(*years, strict=True)))


def _bouts_at(acts: np.ndarray, people: np.ndarray, end: int) -> Bouts:
    """Return the bouts of those who acted in the year before a day, from all acts before it."""
    in_year = acts["day"] >= end - A_YEAR
    active = np.isin(acts["person"], acts["person"][in_year])
    acts, in_year = acts[active], in_year[active]
    if not len(acts):
        return Bouts(np.zeros(0, bool), *(np.zeros(0) for _ in Bouts._fields[1:]))
    key = np.stack([acts["person"], acts["bout"]])
    starts = np.flatnonzero(np.concatenate([[True], (key[:, 1:] != key[:, :-1]).any(axis=0)]))
    last = np.concatenate([starts[1:], [len(acts)]]) - 1
    person = acts["person"][starts]
    traits = people[np.searchsorted(people["person"], person)]
    age = acts["age"][last] + (end - 1 - acts["day"][last]) / DAYS_A_YEAR
    return Bouts(
        first=np.concatenate([[True], person[1:] != person[:-1]]),
        age=np.floor(age),
        reachability=traits["reachability"],
        help_seeking=traits["help_seeking"],
        severity=np.maximum.reduceat(acts["severity"], starts),
        severity_before=np.maximum.reduceat(np.where(in_year, 0.0, acts["severity"]), starts),
        shame=np.minimum.reduceat(acts["shame_after"], starts),
    )


def expected(bouts: Bouts, values: Mapping[str, float], entries: Sequence[str]) -> dict[str, float]:
    """Return the expected percentages of entries, by identifier, under some parameters."""
    chances = chances_of(bouts, values)
    age = bouts.age[bouts.first]
    shares: dict[str, float] = {}
    for entry in entries:
        youngest, oldest = register().entries[entry].study[0].ages
        asked = (age >= youngest) & (age <= oldest)
        shares[entry] = 100.0 * float(EXPECTED[entry](chances)[asked].mean())
    return shares


def chances_of(bouts: Bouts, values: Mapping[str, float]) -> HelpChances:
    """Return the chances of everybody who acted in a year, by the rules of a day."""
    p = PlainRecord.copy_of(parameter_record(values, {})[0])
    row = np.zeros(1, TODAY_DTYPE)
    derive_speeds(row, p)
    today = PlainRecord.copy_of(row[0])
    me: Any = PlainRecord(("reachability", "help_seeking", "help_seeking_gained"), (0.0, 0.0, 0.0))
    counsellor, disclosed = np.zeros(len(bouts.age)), np.zeros(len(bouts.age))
    traits = zip(bouts.reachability, bouts.help_seeking, bouts.shame, strict=True)
    for index, (me.reachability, me.help_seeking, shame) in enumerate(traits):
        counsellor[index] = counsellor_chance(me, p)
        disclosed[index] = disclosure_chance(me, p, shame)
    hospital, before = (
        np.array([hospital_chance(p, today, size) if size > 0.0 else 0.0 for size in severity])
        for severity in (bouts.severity, bouts.severity_before)
    )
    began = bouts.severity_before == 0.0
    unseen = 1.0 - (1.0 - counsellor) * (hospital - before) - np.where(began, counsellor, 0.0)
    starts = np.flatnonzero(bouts.first)
    return HelpChances(
        hospital=1.0 - np.multiply.reduceat(1.0 - hospital, starts),
        seen=1.0 - np.multiply.reduceat(unseen, starts),
        disclosed=disclosed[np.concatenate([starts[1:], [len(disclosed)]]) - 1],
    )


def main(arguments: Sequence[str]) -> None:
    """Print the solved numbers; arguments: people (5,000) and seeds (4)."""
    people = int(arguments[0]) if arguments else 5_000
    seeds = int(arguments[1]) if len(arguments) > 1 else 4
    scenario = load_scenario("birth-cohort", population=people)
    logs = Logs(people=True, acts=True)
    numbers = solve([run(scenario, seed, logs) for seed in range(1, seeds + 1)])
    for name, value in numbers.values.items():
        print(f"{name} = {value:.4g}")
    for entry, percent in numbers.reached.items():
        print(f"{entry}: {percent:.1f} % expected, {published(entry):.1f} % published")


if __name__ == "__main__":
    main(sys.argv[1:])
