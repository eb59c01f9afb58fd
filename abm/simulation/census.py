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


@dataclass(frozen=True)
class Census:
    """Counts of one simulated population at one census day.

    Stocks are persons on that day, flows sums over the twelve months, each event or day in the
    cell of the person's sex and age at that moment: int64, by sex (female, male), completed age 10
    to 24, and what is counted. Yearly are the records of everybody present with any acts, in care
    the numbers of the persons in specialist care, therapy included.
    """

    date: datetime.date  # the last day of twelve reported months
    stocks: np.ndarray  # shape (2, 15, len(STOCKS))
    flows: np.ndarray  # shape (2, 15, len(FLOWS))
    yearly: np.ndarray = field(default_factory=lambda: np.zeros(0, YEARLY_DTYPE))
    in_care: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

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
    """One curve: what is divided by what, and how the result is called and shown."""

    name: str  # in the column `measure` of curves.csv
    kind: Literal["share", "rate"]  # persons over persons present; events over days lived
    numerator: str  # in STOCKS (share) or FLOWS (rate)
    denominator: str
    unit: str  # of the value
    meaning: str  # one sentence for readers
    per: float = 1.0  # person-years that a rate refers to

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
    """Return the measure called `name`, or raise a KeyError."""
    for measure in MEASURES:
        if measure.name == name:
            return measure
    raise KeyError(f"no measure is called {name!r}; there are {[m.name for m in MEASURES]}")
