"""Deaths to be expected after hospital, by published hazards; output only: nobody here dies.

Of 9,173 people aged 10 to 18 who presented to hospital after self-harm in England in 2000 to 2013,
55 had died by suicide and 69 of other causes by the end of 2015 (Hawton et al. 2020, E140, E141).
These shares become constant yearly hazards, because the incidence of suicide stayed about the same
over more than ten years there, and are applied to those who present in the reported years. Nothing
is drawn and nothing feeds back. The study counted self-harm of any intent and method, and the
interval is that of its shares alone; what chance adds in a small population is not in it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from abm.scenario.dates import DAYS_A_YEAR, years_later
from abm.simulation.record import Record
from abm.studies.intervals import Interval, rate_interval

FOLLOWED_AGES = (10, 18)
"""Completed ages of those whom the published study followed."""


@dataclass(frozen=True)
class FollowUp:
    """What is to be expected of one outcome among those followed."""

    outcome: str  # "died by suicide" or "died of other causes"
    people: int
    person_years: float  # from first presentations to the end of the calendar
    expected: float  # deaths
    interval: Interval  # from that of the published share


def first_presentations(acts: np.ndarray) -> np.ndarray:
    """Return the first act of each person that led to hospital at the ages followed."""
    hospital = acts[acts["hospital"] != 0]
    hospital = hospital[np.lexsort((hospital["hour"], hospital["day"], hospital["person"]))]
    _, first = np.unique(hospital["person"], return_index=True)
    first_age, last_age = FOLLOWED_AGES
    age = np.floor(hospital["age"][first])
    return hospital[first[(age >= first_age) & (age <= last_age)]]


def follow_up(acts: np.ndarray, end: int, values: Mapping[str, float]) -> list[FollowUp]:
    """Follow those who presented to hospital until `end`, the day after the calendar's last.

    Returned are death by suicide, then of other causes. Who leaves the population is followed on.
    """
    years = (end - first_presentations(acts)["day"]) / DAYS_A_YEAR
    shares = {
        "died by suicide": values["follow_up_suicide"],
        "died of other causes": values["follow_up_other_death"],
    }
    people, length = values["follow_up_people"], values["follow_up_years"]
    outcomes = []
    for outcome, share in shares.items():
        low, high = rate_interval(share * people, people)
        expected, least, most = (_expected(rate, length, years) for rate in (share, low, high))
        outcomes.append(
            FollowUp(outcome, len(years), float(years.sum()), expected, Interval(least, most))
        )
    return outcomes


def _expected(share: float, length: float, years: np.ndarray) -> float:
    """Return the deaths expected when a share of people had died after so many years."""
    if share >= 1:  # the upper limit from a handful of people
        return float(len(years))
    hazard = -math.log1p(-share) / length
    return float(-np.expm1(-hazard * years).sum())


def follow_up_frame(record: Record) -> pd.DataFrame | None:
    """Return the table follow_up.csv of a run, or None where `observation.follow_up` is off."""
    scenario = record.scenario
    if not scenario.observation.follow_up:
        return None
    if "acts" not in record.logged:
        raise ValueError("observation.follow_up: expected a run that logs its acts")
    calendar = scenario.calendar
    end = years_later(calendar.start, calendar.years).toordinal()
    chunks = record.logged["acts"]
    acts = chunks[0] if len(chunks) == 1 else np.concatenate(chunks)
    rows = follow_up(acts, end, scenario.parameters)
    band = "-".join(map(str, FOLLOWED_AGES))
    return pd.DataFrame(
        {
            "seed": np.full(len(rows), record.seed, np.uint64),
            "outcome": [row.outcome for row in rows],
            "age": [band] * len(rows),
            "people": [row.people for row in rows],
            "person_years": [row.person_years for row in rows],
            "expected": [row.expected for row in rows],
            "low": [row.interval.low for row in rows],
            "high": [row.interval.high for row in rows],
        }
    )
