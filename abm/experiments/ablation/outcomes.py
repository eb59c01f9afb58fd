"""What is looked at when a mechanism is switched off: level, onset, course, frequency, motives.

Nothing is counted of services: without them their counts are 0, which says nothing, and other
mechanisms move them through acts. What help does for people is seen in these outcomes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from abm.compilation import version_of
from abm.scenario.scenario import Scenario
from abm.simulation.census import AGES, DAYS_A_YEAR
from abm.simulation.record import Logs, Record
from abm.studies.intervals import quotient
from abm.studies.outcomes import OUTCOMES
from abm.studies.pooled import BOTH_SEXES, Pooled

LOGS = Logs(people=True, acts=True)
OLDEST_SEEN_AGAIN = 23.0  # older ones may have left at 25 before the next year is over
MANY, PRONE = 5, 0.75  # acts a year; the quantile above which people count as prone to dissociate

Unit = Literal["points", "%", "years", "r"]
Compute = Callable[[Pooled, Record], float]


@dataclass(frozen=True)
class AblationOutcome:
    """One figure of a run, and how a change of it is told: in points, percent or as it is."""

    label: str  # of its column
    unit: Unit
    sentence: str
    compute: Compute

    def change(self, whole: np.ndarray, without: np.ndarray) -> np.ndarray:
        """Return how far it moves from `whole` to `without` the mechanism, a run each."""
        if self.unit != "%":
            return (100.0 if self.unit == "points" else 1.0) * (without - whole)
        there = np.where(whole > 0, whole, np.nan)
        return 100.0 * (without / there - 1.0)


def _share(stock: str, first: int, last: int) -> Compute:
    return lambda pooled, _: pooled.share(stock, "people", first, last, BOTH_SEXES)


def _first_acts(first: int, last: int) -> Compute:
    per_day = 100.0 * DAYS_A_YEAR
    return lambda pooled, _: per_day * pooled.rate("first_acts", "never_days", first, last)


def _a_head(flow: str) -> Compute:
    ends = AGES.start, AGES.stop - 1
    return lambda pooled, _: DAYS_A_YEAR * pooled.rate(flow, "person_days", *ends)


def _known(name: str) -> tuple[str, Compute]:
    """Return sentence and computation of a figure that every run has."""
    outcome = OUTCOMES[name]
    return outcome.sentence, lambda pooled, _: outcome.compute(pooled)


def active_again(_: Pooled, record: Record) -> float:
    """Return which share of those who acted in a reported year did so in the next one, too."""
    ends = np.array([census.date.toordinal() for census in record.censuses])
    acts = np.concatenate(record.logged["acts"])
    person_year = acts["person"].astype(np.int64) * len(ends) + np.searchsorted(ends, acts["day"])
    is_followed = (acts["age"] < OLDEST_SEEN_AGAIN) & (person_year % len(ends) < len(ends) - 1)
    active, all_active = np.unique(person_year[is_followed]), np.unique(person_year)
    return quotient(float(np.isin(active + 1, all_active).sum()), float(len(active)))


def _acts_of_many(pooled: Pooled, _: Record) -> float:
    acts = pooled.yearly["acts"][pooled.yearly["acts"] >= MANY]
    return float(acts.mean()) if len(acts) else np.nan


def _acts_of_prone(pooled: Pooled, _: Record) -> float:
    grown_up = pooled.grown_up
    if not len(grown_up):
        return np.nan
    proneness = grown_up["dissociation_proneness"]
    return float(grown_up["acts"][proneness >= np.quantile(proneness, PRONE)].mean())


ABLATION_OUTCOMES: dict[str, AblationOutcome] = {
    "lifetime_prevalence_12_18": AblationOutcome(
        "ever, 12-18", "points", *_known("lifetime_prevalence_12_18")
    ),
    "past_year_prevalence_12_17": AblationOutcome(
        "past year, 12-17", "points",
        "Share of those aged 12 to 17 who self-injured in the past year, over all censuses.",
        _share("past_year", 12, 17),
    ),
    "past_year_prevalence_20_24": AblationOutcome(
        "past year, 20-24", "points",
        "Share of those aged 20 to 24 who self-injured in the past year, over all censuses.",
        _share("past_year", 20, 24),
    ),
    "incidence_12_18": AblationOutcome("first acts, 12-18", "%", *_known("incidence_12_18")),
    "incidence_18_20": AblationOutcome(
        "first acts, 18-20", "%",
        "First acts per 100 years lived at 18 to 20 by people who had never self-injured.",
        _first_acts(18, 20),
    ),
    "median_onset_age": AblationOutcome("age at onset", "years", *_known("median_onset_age")),
    "active_again_a_year_later": AblationOutcome(
        "again next year", "points",
        "Share of those with an act in a reported year up to age 22 who had one in the next too.",
        active_again,
    ),
    "acts_per_person_year": AblationOutcome(
        "acts a head", "%", "Acts per year lived by anybody aged 10 to 24.", _a_head("acts")
    ),
    "mean_past_year_acts": AblationOutcome(
        "acts of the active", "%", *_known("mean_past_year_acts")
    ),
    "acts_of_those_with_five": AblationOutcome(
        "acts of those with 5+", "%",
        "Mean acts in a reported year of those with five or more in it.",
        _acts_of_many,
    ),
    "acts_of_the_dissociation_prone": AblationOutcome(
        "acts of the prone to dissociate", "%",
        "Mean acts so far of the quarter most prone to dissociate, of people who reached 18.",
        _acts_of_prone,
    ),
    "feel_acts_per_person_year": AblationOutcome(
        "acts to feel, a head", "%",
        "Acts to feel something again per year lived by anybody aged 10 to 24.",
        _a_head("feel_acts"),
    ),
    "share_of_calm_acts": AblationOutcome("to calm down", "points", *_known("share_of_calm_acts")),
    "share_of_feel_acts": AblationOutcome("to feel", "points", *_known("share_of_feel_acts")),
    "share_of_punish_acts": AblationOutcome(
        "to punish oneself", "points", *_known("share_of_punish_acts")
    ),
    "female_to_male_ratio": AblationOutcome("girls to boys", "%", *_known("female_to_male_ratio")),
    "maltreatment_odds_ratio": AblationOutcome(
        "odds, maltreated", "%", *_known("maltreatment_odds_ratio")
    ),
    "self_criticism_correlation": AblationOutcome(
        "r, self-criticism", "r", *_known("self_criticism_correlation")
    ),
}  # fmt: skip
"""By name: level, onset, course, frequency, motives, groups."""


@dataclass(frozen=True)
class AblationRun:
    """Does a run and returns every figure of `ABLATION_OUTCOMES`."""

    @property
    def key_name(self) -> str:
        """What stands for it in the key of a run."""
        return f"ablation {version_of('experiments/ablation/outcomes.py')}"

    def __call__(self, scenario: Scenario, seed: int) -> dict[str, float]:
        """Return the figures by name; NaN where one is not defined."""
        from abm.simulation.run import run

        record = run(scenario, seed, LOGS)
        pooled = Pooled(record)
        return {name: float(one.compute(pooled, record)) for name, one in ABLATION_OUTCOMES.items()}
