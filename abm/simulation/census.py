"""The yearly census: integer counts by sex and completed age, and the measures made of them."""

import datetime
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

# Counted on the census day, among the people present.
STOCKS = ("people", "ever", "past_year", "past_month", "in_care", "waiting")

# Summed over the twelve months that end with the census day, at the age of the moment.
# never_days: days lived by those who had never acted at the start of the day;
# urges: reported urges only; then acts by their strongest urge; visible_acts: acts that brought a
# health service in at once; hospital: those that led to hospital.
FLOWS = (
    *("person_days", "never_days", "first_acts", "acts", "urges"),
    *("calm_acts", "feel_acts", "punish_acts", "visible_acts", "hospital"),
)

# One row a person with any act in the past twelve months.
YEARLY_DTYPE = np.dtype([("sex", np.int64), ("age", np.int64), ("acts", np.int64)])

AGES = range(10, 25)
FIRST_AGE = AGES.start
DAYS_A_YEAR = 365.25

Kind = Literal["share", "rate"]


@dataclass(frozen=True)
class Census:
    """Counts of one simulated population at one census day.

    Parameters
    ----------
    date
        The last day of twelve reported months.
    stocks
        Persons on that day, shape (2, 15, len(STOCKS)), int64: sex (female, male), completed
        age 10 to 24, count.
    flows
        Sums over the twelve months, shape (2, 15, len(FLOWS)), int64, each event or day in the
        cell of the person's sex and completed age at that moment.
    yearly
        Sex, completed age and acts in the past twelve months of everybody present with any;
        records of `YEARLY_DTYPE`.

    Raises
    ------
    ValueError
        If an array has another shape or does not hold integers.
    """

    date: datetime.date
    stocks: np.ndarray
    flows: np.ndarray
    yearly: np.ndarray = field(default_factory=lambda: np.zeros(0, YEARLY_DTYPE))

    def __post_init__(self) -> None:
        for name, counts, columns in (
            ("stocks", self.stocks, STOCKS),
            ("flows", self.flows, FLOWS),
        ):
            expected = (2, len(AGES), len(columns))
            if counts.shape != expected or counts.dtype.kind != "i":
                raise ValueError(
                    f"census {name}: expected integers of shape {expected}, "
                    f"found {counts.dtype} of shape {counts.shape}"
                )


@dataclass(frozen=True)
class Measure:
    """One curve: what is divided by what, and how the result is called and shown.

    Parameters
    ----------
    name
        The text in the column `measure` of curves.csv.
    kind
        "share": persons counted over persons present (stocks), 0 to 1; "rate": events over
        days lived (flows), times `per` person-years.
    numerator, denominator
        Names in STOCKS (share) or FLOWS (rate).
    unit
        Unit of the value, in words.
    meaning
        One sentence for readers.
    per
        Person-years a rate refers to.
    """

    name: str
    kind: Kind
    numerator: str
    denominator: str
    unit: str
    meaning: str
    per: float = 1.0

    @property
    def repeats(self) -> bool:
        """Whether one person can have several of its events."""
        return self.kind == "rate" and self.numerator != "first_acts"


# A new measure is one line here (and its counts in STOCKS or FLOWS).
MEASURES = (
    Measure(
        "lifetime_prevalence", "share", "ever", "people", "share of people",
        "Share of the people present who have ever self-injured.",
    ),
    Measure(
        "past_year_prevalence", "share", "past_year", "people", "share of people",
        "Share of the people present who self-injured in the past twelve months.",
    ),
    Measure(
        "past_month_prevalence", "share", "past_month", "people", "share of people",
        "Share of the people present who self-injured in the past month.",
    ),
    Measure(
        "incidence", "rate", "first_acts", "never_days", "per 100 person-years",
        "First acts per 100 years lived by people who had never self-injured.", 100.0,
    ),
    Measure(
        "acts_per_person_year", "rate", "acts", "person_days", "per person-year",
        "Acts of self-injury per year lived by anybody.",
    ),
    Measure(
        "urges_per_person_year", "rate", "urges", "person_days", "per person-year",
        "Reported urges to self-injure per year lived by anybody.",
    ),
    Measure(
        "hospital_presentations_per_100k", "rate", "hospital", "person_days",
        "per 100,000 person-years",
        "Presentations to hospital after self-injury per 100,000 years lived by anybody.", 1e5,
    ),
    Measure(
        "in_specialist_care", "share", "in_care", "people", "share of people",
        "Share of the people present who are in specialist mental-health care, therapy included.",
    ),
    Measure(
        "waiting_for_care", "share", "waiting", "people", "share of people",
        "Share of the people present who wait for a place in specialist care.",
    ),
)  # fmt: skip


def measure_named(name: str) -> Measure:
    """Return the measure called `name`.

    Raises
    ------
    KeyError
        If no measure has this name.
    """
    for measure in MEASURES:
        if measure.name == name:
            return measure
    raise KeyError(f"no measure is called {name!r}; there are {[m.name for m in MEASURES]}")
