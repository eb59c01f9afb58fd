"""The figures that many runs are compared by, each computed from one record.

Every figure pools all reported years of a run, so that little of it is chance: person-years of an
open population, or the years of a birth cohort, each lived at its own age.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from abm.simulation.census import AGES, DAYS_A_YEAR, FLOWS
from abm.simulation.record import ROUTE_NAMES, Logs, Record
from abm.studies.intervals import HALF, odds_ratio
from abm.studies.pooled import BOTH_SEXES, FEMALE, MALE, NOT_DEFINED, Pooled

OUTCOMES_VERSION = 3  # raised when the meaning of a figure changes
LOGS = Logs(people=True)  # what a record must hold for every figure
MAIN_BAND = (12, 18)


@dataclass(frozen=True)
class Outcome:
    """One figure of a run; NaN where it is not defined."""

    name: str  # column of results tables
    unit: str
    sentence: str  # what it means
    compute: Callable[["Pooled"], float]  # from the pooled counts of a run
    series: str | None = None  # the whole series over age, of a figure of one completed age
    age: int | None = None


def _prevalence(stock: str, first: int, last: int) -> Callable[[Pooled], float]:
    return lambda pooled: pooled.share(stock, "people", first, last, BOTH_SEXES)


def _incidence(first: int, last: int) -> Callable[[Pooled], float]:
    per_day = 100.0 * DAYS_A_YEAR
    return lambda pooled: per_day * pooled.rate("first_acts", "never_days", first, last)


def _acts_per_person_year(pooled: Pooled) -> float:
    return DAYS_A_YEAR * pooled.rate("acts", "person_days", *MAIN_BAND)


def _per_100k(flow: str) -> Callable[[Pooled], float]:
    first, last = AGES.start, AGES.stop - 1
    return lambda pooled: 1e5 * DAYS_A_YEAR * pooled.rate(flow, "person_days", first, last)


def _averted_per_100k(flow: str) -> Callable[[Pooled], float]:
    return lambda pooled: 1e5 * pooled.averted(flow)


def _acts_per_reported_urge(pooled: Pooled) -> float:
    acts, urges = (int(pooled.flows[..., FLOWS.index(name)].sum()) for name in ("acts", "urges"))
    return acts / urges if urges else NOT_DEFINED


def _female_to_male_ratio(pooled: Pooled) -> float:
    female = pooled.share("ever", "people", *MAIN_BAND, FEMALE)
    male = pooled.share("ever", "people", *MAIN_BAND, MALE)
    return female / male if male > 0 else NOT_DEFINED


def _ceased(pooled: Pooled) -> float:
    return 1.0 - pooled.share("past_year", "ever", 20, 24, BOTH_SEXES)


def _median_onset_age(pooled: Pooled) -> float:
    ages = pooled.grown_up["first_age"][pooled.grown_up["ever"] != 0]
    return float(np.median(ages)) if len(ages) else NOT_DEFINED


def _share_with_one_or_two_acts(pooled: Pooled) -> float:
    acts = pooled.grown_up["acts"][pooled.grown_up["ever"] != 0]
    return float((acts <= 2).mean()) if len(acts) else NOT_DEFINED


def _past_year_acts(pooled: Pooled) -> np.ndarray:
    """Return the acts in a reported year of those with any at 12 to 18."""
    ages = pooled.yearly["age"]
    return pooled.yearly["acts"][(ages >= MAIN_BAND[0]) & (ages <= MAIN_BAND[1])]


def _mean_past_year_acts(pooled: Pooled) -> float:
    acts = _past_year_acts(pooled)
    return float(acts.mean()) if len(acts) else NOT_DEFINED


def _median_past_year_acts(pooled: Pooled) -> float:
    acts = _past_year_acts(pooled)
    return float(np.median(acts)) if len(acts) else NOT_DEFINED


def _maltreatment_odds_ratio(pooled: Pooled) -> float:
    ever = pooled.grown_up["ever"] != 0
    if not ever.any() or ever.all():
        return NOT_DEFINED
    maltreated = pooled.grown_up["maltreatment_types"] > 0
    if not maltreated.any() or maltreated.all():
        return NOT_DEFINED
    counts = [int((a & b).sum()) for b in (maltreated, ~maltreated) for a in (ever, ~ever)]
    return odds_ratio(*counts, added=HALF)


def _self_criticism_correlation(pooled: Pooled) -> float:
    ever = pooled.grown_up["ever"] != 0
    if not ever.any() or ever.all():
        return NOT_DEFINED
    trait = pooled.grown_up["self_criticism"]
    if trait.min() == trait.max():
        return NOT_DEFINED
    return float(np.corrcoef(trait, ever.astype(np.float64))[0, 1])


def _share_of_route(route: str) -> Callable[[Pooled], float]:
    def compute(pooled: Pooled) -> float:
        acts = int(pooled.flows[..., FLOWS.index("acts")].sum())
        own = int(pooled.flows[..., FLOWS.index(f"{route}_acts")].sum())
        return own / acts if acts else NOT_DEFINED

    return compute


ROUTE_WORDS = {
    "calm": "to calm down from high arousal",
    "feel": "to feel something again",
    "punish": "to punish oneself",
}

_WHOLE = (
    Outcome(
        "lifetime_prevalence_12_18", "share of people",
        "Share of those aged 12 to 18 who have ever self-injured, over all yearly censuses.",
        _prevalence("ever", 12, 18),
    ),
    Outcome(
        "past_year_prevalence_12_18", "share of people",
        "Share of those aged 12 to 18 who self-injured in the past year, over all censuses.",
        _prevalence("past_year", 12, 18),
    ),
    Outcome(
        "past_year_prevalence_14_17", "share of people",
        "Share of those aged 14 to 17 who self-injured in the past year, over all censuses.",
        _prevalence("past_year", 14, 17),
    ),
    Outcome(
        "past_month_prevalence_12_18", "share of people",
        "Share of those aged 12 to 18 who self-injured in the past month, over all censuses.",
        _prevalence("past_month", 12, 18),
    ),
    Outcome(
        "incidence_12_18", "per 100 person-years",
        "First acts per 100 years lived at 12 to 18 by people who had never self-injured.",
        _incidence(12, 18),
    ),
    Outcome(
        "acts_per_person_year_12_18", "per person-year",
        "Acts of self-injury per year lived by anybody aged 12 to 18.",
        _acts_per_person_year,
    ),
    Outcome(
        "median_onset_age", "years",
        "Median age at the first act of those who ever self-injured and reached 18.",
        _median_onset_age,
    ),
    Outcome(
        "share_with_one_or_two_acts", "share of people",
        "Share with one or two acts in all, of those who ever self-injured and reached 18 "
        "(the others repeat).",
        _share_with_one_or_two_acts,
    ),
    Outcome(
        "mean_past_year_acts", "acts per person",
        "Mean acts in a reported year of those with any in it, aged 12 to 18 at its end.",
        _mean_past_year_acts,
    ),
    Outcome(
        "median_past_year_acts", "acts per person",
        "Median acts in a reported year of those with any in it, aged 12 to 18 at its end.",
        _median_past_year_acts,
    ),
    Outcome(
        "share_ceased_20_24", "share of people",
        "Share without an act in the past year, of those aged 20 to 24 who ever self-injured.",
        _ceased,
    ),
    Outcome(
        "female_to_male_ratio", "ratio",
        "Lifetime prevalence of girls over that of boys, ages 12 to 18, over all censuses.",
        _female_to_male_ratio,
    ),
    Outcome(
        "maltreatment_odds_ratio", "odds ratio",
        "Odds of ever having self-injured with any maltreatment over those without, of people "
        "who reached 18; half a person is added to each cell, so that it is finite.",
        _maltreatment_odds_ratio,
    ),
    Outcome(
        "self_criticism_correlation", "correlation",
        "Correlation of self-criticism with ever having self-injured, of people who reached 18.",
        _self_criticism_correlation,
    ),
    Outcome(
        "acts_per_reported_urge", "ratio",
        "Acts over reported urges of the reported years, all ages.",
        _acts_per_reported_urge,
    ),
    *(
        Outcome(
            f"share_of_{name}_acts", "share of acts",
            f"Share of the acts of the reported years done {ROUTE_WORDS[name]}.",
            _share_of_route(name),
        )
        for name in ROUTE_NAMES
    ),
    Outcome(
        "hospital_presentations_per_100k", "per 100,000 person-years",
        "Presentations to hospital after self-injury per 100,000 years lived by anybody.",
        _per_100k("hospital"),
    ),
    Outcome(
        "in_specialist_care_12_17", "share of people",
        "Share of those aged 12 to 17 in specialist mental-health care, over all censuses.",
        _prevalence("in_care", 12, 17),
    ),
)  # fmt: skip

EFFECTS = tuple(
    Outcome(
        f"{name}_averted_per_100k", "per 100,000 person-years",
        f"{label} fewer than the same people have without the scenario's interventions, per "
        "100,000 years lived by anybody; only for scenarios with interventions.",
        _averted_per_100k(flow),
    )
    for name, label, flow in (
        ("new_cases", "First acts", "first_acts"),
        ("acts", "Acts", "acts"),
        ("hospital_presentations", "Presentations to hospital", "hospital"),
    )
)  # fmt: skip


def _at_age(age: int) -> tuple[Outcome, ...]:
    """Return the figures of one completed age."""
    share, rate = "share of people", "per 100 person-years"
    return (
        Outcome(
            f"lifetime_prevalence_age_{age}", share,
            f"Share of those aged {age} who have ever self-injured, over all censuses.",
            _prevalence("ever", age, age), "lifetime_prevalence_age", age,
        ),
        Outcome(
            f"past_year_prevalence_age_{age}", share,
            f"Share of those aged {age} who self-injured in the past year, over all censuses.",
            _prevalence("past_year", age, age), "past_year_prevalence_age", age,
        ),
        Outcome(
            f"incidence_age_{age}", rate,
            f"First acts per 100 years lived at {age} by people who had never self-injured.",
            _incidence(age, age), "incidence_age", age,
        ),
    )  # fmt: skip


_BY_AGE = sorted(
    (outcome for age in AGES for outcome in _at_age(age)), key=lambda o: o.series or ""
)

OUTCOMES: dict[str, Outcome] = {outcome.name: outcome for outcome in (*_WHOLE, *EFFECTS, *_BY_AGE)}
NOT_EFFECTS = tuple(name for name in OUTCOMES if name not in {effect.name for effect in EFFECTS})


def outcomes_of(record: Record, without: Record | None = None) -> dict[str, float]:
    """Return every figure of `OUTCOMES`, in that order, from a record with people logged (`LOGS`).

    Those of `EFFECTS` need the same seed without the scenario's interventions. A figure is NaN
    where it is not defined: nobody self-injured, nobody of that age was seen.
    """
    pooled = Pooled(record, without)
    names = NOT_EFFECTS if without is None else tuple(OUTCOMES)
    return {name: float(OUTCOMES[name].compute(pooled)) for name in names}


def in_order(names: Collection[str]) -> list[str]:
    """Return names of figures in the order of `OUTCOMES`, others after them by name."""
    known = [name for name in OUTCOMES if name in names]
    return known + sorted(set(names) - set(known))
