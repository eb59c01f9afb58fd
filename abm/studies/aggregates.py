"""Small sums over people and acts: what figures and the summary need when no row is kept.

A run of a moderate population logs people and acts in memory, reduces them to these sums, and
forgets the rows unless they were asked for. The sums of several seeds can stand side by side.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from abm.simulation.census import AGES, FIRST_AGE
from abm.simulation.record import Record
from abm.studies.intervals import NO_INTERVAL, Interval, clustered_share_interval, median_ranks

ROUTES = 3
BINS_A_YEAR = 100  # first acts to a hundredth of a year
ONSET_BINS = len(AGES) * BINS_A_YEAR
GROWN_UP = 18.0

# Completed ages at the act, both ends included; the last one is everybody.
MOTIVE_BANDS = ((10, 13), (14, 15), (16, 17), (18, 24), (10, 24))
MOTIVE_SEXES: tuple[tuple[int, ...], ...] = ((0,), (1,), (0, 1))
HOSPITAL_AGES = (12, 18)  # completed, of the presentations that are summed
MOTIVE_SUMS = ("acts", "of_route", "of_route_squared", "product", "acts_squared")


@dataclass(frozen=True)
class Aggregates:
    """Sums over the people and acts of one seed.

    Onset are persons by sex and age at first act in hundredths of a year from 10: those who have
    ever self-injured and were 18 or older at the end of the run (or when they left). Yearly acts
    are rows of sex, completed age, acts in the past year, and persons present at the end with that
    many. Motives are sums over persons by sex (female, male, all), age band, route and MOTIVE_SUMS:
    the acts of the reported years. Presentations to hospital at the `HOSPITAL_AGES`, and the sum
    over persons of their number squared, are those of the last census's twelve months, of a birth
    cohort all.
    """

    onset: np.ndarray  # shape (2, 1500)
    yearly_acts: np.ndarray
    motives: np.ndarray  # shape (3, 5, 3, 5)
    presentations: np.ndarray = field(default_factory=lambda: np.zeros(2, np.int64))

    def to_plain(self) -> dict[str, Any]:
        """Return lists that can be written as JSON."""
        return {
            "onset": self.onset.tolist(),
            "yearly_acts": self.yearly_acts.tolist(),
            "motives": self.motives.tolist(),
            "presentations": self.presentations.tolist(),
        }

    @classmethod
    def together(cls, seeds: "Sequence[Aggregates]") -> "Aggregates":
        """Return the sums over the people of all these seeds."""
        return cls(
            np.sum([one.onset for one in seeds], axis=0),
            _merged([one.yearly_acts for one in seeds]),
            np.sum([one.motives for one in seeds], axis=0),
            np.sum([one.presentations for one in seeds], axis=0),
        )

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Aggregates":
        """Read back what `to_plain` gave; what is missing, misshapen or no count is refused."""
        motives = len(MOTIVE_SEXES), len(MOTIVE_BANDS), ROUTES, len(MOTIVE_SUMS)
        shapes = {"onset": (2, ONSET_BINS), "yearly_acts": (-1, 4), "motives": motives}
        shapes["presentations"] = (2,)  # older folders have none
        try:
            plain = {"presentations": [0, 0], **plain}
            arrays = {n: np.array(plain[n], np.int64).reshape(shape) for n, shape in shapes.items()}
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError(f"these are no sums over people and acts: {error}") from None
        sexes, ages, *_ = arrays["yearly_acts"].T
        known = np.isin(sexes, (0, 1)).all() and np.isin(ages, AGES).all()
        if not known or any((counts < 0).any() for counts in arrays.values()):
            raise ValueError("these are no sums over people and acts: a count is out of range")
        return cls(**arrays)


def aggregate(record: Record) -> Aggregates | None:
    """Reduce the people and acts of a record, or return None if one of them was not logged."""
    if not {"people", "acts"} <= set(record.logged):
        return None
    onset = np.zeros((2, ONSET_BINS), dtype=np.int64)
    yearly: list[np.ndarray] = []
    for rows in record.logged["people"]:
        _add_onsets(onset, rows)
        yearly.append(_yearly_acts(rows))
    acts = record.logged["acts"]
    return Aggregates(onset, _merged(yearly), _motives(acts), _presentations(record))


def _add_onsets(onset: np.ndarray, rows: np.ndarray) -> None:
    """Count ages at first act among those grown up by the end."""
    chosen = rows[(rows["ever"] != 0) & (rows["age"] >= GROWN_UP)]
    bins = ((chosen["first_age"] - FIRST_AGE) * BINS_A_YEAR).astype(np.int64)
    np.add.at(onset, (chosen["sex"], np.clip(bins, 0, ONSET_BINS - 1)), 1)


def _yearly_acts(rows: np.ndarray) -> np.ndarray:
    """Return (sex, age, acts, 1) for the people present."""
    present = rows[rows["left"] == 0]
    age = np.clip(present["age"].astype(np.int64), AGES.start, AGES.stop - 1)
    ones = np.ones(len(present), dtype=np.int64)
    return np.column_stack([present["sex"], age, present["past_year_acts"], ones])


def _merged(parts: list[np.ndarray]) -> np.ndarray:
    """Count equal rows of (sex, age, acts)."""
    rows = np.concatenate(parts) if parts else np.empty((0, 4), dtype=np.int64)
    kinds, counts = np.unique(rows[:, :3], axis=0, return_counts=True)
    return np.column_stack([kinds, counts]).astype(np.int64)


def _motives(chunks: tuple[np.ndarray, ...]) -> np.ndarray:
    """Return the sums over persons that shares of acts and their intervals need."""
    fields = ("person", "sex", "route", "age")
    person, sex, route, age = (
        np.concatenate([rows[name] for rows in chunks]) if chunks else np.empty(0)
        for name in fields
    )
    sums = np.zeros((3, len(MOTIVE_BANDS), ROUTES, len(MOTIVE_SUMS)), dtype=np.int64)
    _, person_index = np.unique(person, return_inverse=True)
    whole_age = age.astype(np.int64)
    for i, sexes in enumerate(MOTIVE_SEXES):
        for j, (first, last) in enumerate(MOTIVE_BANDS):
            chosen = np.isin(sex, sexes) & (whole_age >= first) & (whole_age <= last)
            by_person = _acts_by_person(person_index[chosen], route[chosen].astype(np.int64))
            sums[i, j] = _route_sums(by_person)
    return sums


def _acts_by_person(person_index: np.ndarray, route: np.ndarray) -> np.ndarray:
    """Return acts by person and route."""
    people = int(person_index.max()) + 1 if len(person_index) else 0
    counts = np.bincount(person_index * ROUTES + route, minlength=people * ROUTES)
    return counts.reshape(people, ROUTES)


def _presentations(record: Record) -> np.ndarray:
    """Return presentations to hospital of the latest view, and their squares over persons."""
    is_cohort = record.scenario.population.kind == "cohort"
    whole = is_cohort or len(record.censuses) < 2
    after = 0 if whole else record.censuses[-2].date.toordinal()
    first, last = HOSPITAL_AGES
    persons = [
        rows["person"][
            (rows["hospital"] != 0) & (rows["day"] > after)
            & (rows["age"] >= first) & (rows["age"] < last + 1)
        ]
        for rows in record.logged["acts"]
    ]  # fmt: skip
    _, counts = np.unique(np.concatenate(persons or [np.zeros(0)]), return_counts=True)
    return np.array([counts.sum(), (counts**2).sum()], np.int64)


def _route_sums(by_person: np.ndarray) -> np.ndarray:
    """Return, by route, the sums named in MOTIVE_SUMS."""
    acts = by_person.sum(axis=1)
    rows = [
        (acts.sum(), of_route.sum(), (of_route**2).sum(), (of_route * acts).sum(), (acts**2).sum())
        for of_route in by_person.T
    ]
    return np.array(rows, dtype=np.int64)


def motive_share(sums: np.ndarray) -> tuple[float, Interval]:
    """Return the share of acts of one route and its interval, persons being the clusters.

    Given are the five MOTIVE_SUMS of one sex, age band and route; without acts it is NaN.
    """
    acts, of_route, squares, product, acts_squared = (float(value) for value in sums)
    if acts == 0:
        return float("nan"), NO_INTERVAL
    share = of_route / acts
    residual = squares - 2 * share * product + share * share * acts_squared
    return share, clustered_share_interval(share, residual, acts)


def counted_median(values: np.ndarray, counts: np.ndarray) -> tuple[float, Interval]:
    """Return the median of counted values (ascending) and its exact order-statistic interval.

    It is NaN if there is nobody; below six persons there is no interval.
    """
    people = int(counts.sum())
    if people == 0:
        return float("nan"), NO_INTERVAL
    reached = np.cumsum(counts)

    def ranked(rank: int) -> float:
        return float(values[np.searchsorted(reached, rank)])

    median = (ranked((people + 1) // 2) + ranked(people // 2 + 1)) / 2
    ranks = median_ranks(people)
    interval = NO_INTERVAL if ranks is None else Interval(ranked(ranks[0]), ranked(ranks[1]))
    return median, interval


def onset_ages() -> np.ndarray:
    """Return the age (years) in the middle of each bin of `Aggregates.onset`."""
    return FIRST_AGE + (np.arange(ONSET_BINS) + 0.5) / BINS_A_YEAR


def median_onset(aggregates: Aggregates) -> tuple[float, Interval]:
    """Return the median age at first act of those who began before 19, and its interval.

    This is what a survey at age 18 finds: those grown up by the end, without the late beginners
    that no such survey can know of.
    """
    ages = onset_ages()
    young = ages < GROWN_UP + 1.0
    return counted_median(ages[young], aggregates.onset.sum(axis=0)[young])
