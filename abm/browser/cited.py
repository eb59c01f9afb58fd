"""What the paper cites, each figure beside what the same question finds among the people here.

Figures, ranges and questions are those of the register of evidence; people are asked as its surveys
asked. So what stands here of a scenario is what `nssi validate` would find with the same people.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from abm.evidence.evaluation import Simulated, Worlds, do_study, value_of
from abm.evidence.observed_tables import Columns, census_columns
from abm.evidence.published_trends import unjudged_studies
from abm.evidence.quantity_verdicts import chances, verdict_by
from abm.evidence.register import Entry, Study, bounds_of, register
from abm.scenario.scenario import Scenario
from abm.simulation.census import AGES, Census
from abm.simulation.world import World
from abm.studies.intervals import TAILS, Z_95
from abm.studies.questions import asked_by_list, recognition_of
from abm.studies.surveys import willingness_on

ENGLAND, VICTORIA = "england", "victoria"  # worlds of the register
PEAK = "peak"
ENOUGH = 100
"""People among whom a number that no group of them changes is taken to be sure."""
FIELDS = ("person", "sex", "acts", "past_year_acts", "care", "hospital_contacts", "first_age")


@dataclass(frozen=True)
class Claim:
    """A published figure that is drawn on the page."""

    entry: str  # of the register
    says: str  # what was published, in words
    compared: str  # with whom and what here
    unit: str = " %"
    is_whole: bool = False  # whether only whole numbers are found: a range then holds half more


CLAIMS = {
    "ever": Claim(
        "P01", "have ever self-injured at ages 12 to 18",
        "everybody here aged 12 to 18, asked as in the surveys reviewed: some with a list of ways, "
        "some with a single question, to which not all who did say yes",
    ),
    "clinical": Claim(
        "P03", "have ever self-injured at ages 12 to 18 in clinical samples",
        "those aged 12 to 18 here in specialist care, as outpatients, asked in the same ways",
    ),
    "onset": Claim(
        "P05", "is the age at which self-injury typically begins",
        "the middle age at the first act, told by those aged 18 here who say that they ever did",
        " years",
    ),
    PEAK: Claim(
        "E083", "is the age at which most self-injured in the past year",
        "the completed age here of which most did; the paper itself names no such age", " years",
        is_whole=True,
    ),
}  # fmt: skip
"""Of no one place or year, by the name of what is drawn."""
FACE_TO_FACE = (
    "all women aged 16 to 24 here at the end of that year, asked face to face with a single "
    "question; the survey asked a few hundred"
)
GROWTH = Claim(
    "P12", "more came to emergency departments for their mental health every year",
    "presentations to hospital after self-injury at ages 10 to 19 here, taken to grow as all did",
    " % a year",
)  # fmt: skip


@dataclass(frozen=True)
class CitedFigure:
    """A published figure and what is found here."""

    claim: Claim
    low: float  # what is accepted, as published
    high: float
    simulated: Simulated

    @property
    def entry(self) -> Entry:
        """The entry of the register."""
        return register().entries[self.claim.entry]

    @property
    def source(self) -> str:
        """Who says so: the paper and whom it cites, or a study of its own."""
        entry = self.entry
        if not entry.is_claim:
            return f"{entry.source} {entry.year}"
        return f"Martin ({entry.year}), section {entry.section}"

    @property
    def verdict(self) -> str:
        """How what is found stands to what was published, in the words of `nssi validate`."""
        value, low, high, _, people = self.simulated
        error = (high - low) / (2.0 * Z_95)
        if math.isnan(error) and people >= ENOUGH:
            error = 0.0
        more = 0.5 if self.claim.is_whole else 0.0
        chance = chances(value, error, self.low - more, self.high + more)
        verdict = "no answer" if math.isnan(value) else verdict_by(chance, is_sided=False)
        side = ", high" if chance.above > chance.below else ", low"
        return verdict + (side if verdict == "outside" else "")


def people_of(world: World) -> Mapping[str, np.ndarray]:
    """Return what studies look at of everybody present."""
    people = world.people[world.people["present"] == 1]
    return {**{name: people[name] for name in FIELDS}, "age": world.ages_of(people)}


def asked_people(people: Mapping[str, np.ndarray], scenario: Scenario, seed: int) -> Columns:
    """Return people of `people_of` with what they answer by, which takes longer."""
    first_age = np.where(people["first_age"] < 0, np.nan, people["first_age"])
    return {
        **people, "first_age": first_age, "ever": (people["acts"] > 0).astype(np.int64),
        "recognition": recognition_of(scenario, people["sex"]),
        "asked_by_list": asked_by_list(scenario, seed, people["person"]),
    }  # fmt: skip


def place_of(scenario: str) -> str | None:
    """Return the world of the register whose scenario this is, if it is of a place."""
    worlds = register().worlds
    return next((name for name in (ENGLAND, VICTORIA) if worlds[name].scenario == scenario), None)


def beside_today(
    people: Mapping[str, np.ndarray], scenario: Scenario, seed: int
) -> dict[str, CitedFigure]:
    """Return every figure of no one place beside what is found among people of `people_of`.

    None in a scenario of a place and its years, whose own figures are others, nor of one birth
    cohort, which has one age at a time.
    """
    if place_of(scenario.name) is not None or scenario.population.kind == "cohort":
        return {}
    worlds = Worlds({"baseline": {seed: {"people": asked_people(people, scenario, seed)}}})
    besides = {
        name: _beside(claim, _studies()[name], worlds)
        for name, claim in CLAIMS.items()
        if name != PEAK
    }
    value, count = value_of(_studies()[PEAK], worlds), len(people["age"])
    found_peak = Simulated(value, *peak_interval(people), "by the shares of all ages", count)
    entry = register().entries[CLAIMS[PEAK].entry]
    bounds = bounds_of(entry, entry.study[0])
    return {**besides, PEAK: CitedFigure(CLAIMS[PEAK], *bounds, found_peak)}


def peak_interval(people: Mapping[str, np.ndarray]) -> tuple[float, float]:
    """Return the completed ages between which the highest past-year share lies with 95 %.

    Whoever is left out of few people, the same age mostly stays the highest; so the chance of each
    age is that its share, normal about what is found with a binomial's error, is above all others.
    """
    from scipy.special import ndtr

    age = people["age"].astype(np.int64) - AGES.start
    count = np.bincount(age, minlength=len(AGES))[: len(AGES), None]
    some = np.bincount(age, people["past_year_acts"] > 0, len(AGES))[: len(AGES), None]
    share = (some + 0.5) / (count + 1.0)
    error = np.sqrt(share * (1.0 - share) / (count + 1.0))
    below = ndtr((np.linspace(0.0, 1.0, 1_001) - share) / error)
    highest = np.diff(below) * np.prod(below[:, :-1], axis=0) / np.maximum(below[:, :-1], 1e-12)
    so_far = np.cumsum(highest.sum(axis=1)) / highest.sum()
    low, high = (AGES[int(np.searchsorted(so_far, tail))] for tail in TAILS)
    return float(low), float(high)


@cache
def _studies() -> dict[str, Study]:
    """Return the study of each claim: of its entry, of the peak the one that looks at people."""
    entries = {name: register().entries[claim.entry].study[0] for name, claim in CLAIMS.items()}
    return {**entries, PEAK: register().signatures["peak-age"].study[0]}


def _beside(claim: Claim, study: Study, worlds: Worlds) -> CitedFigure:
    entry = register().entries[claim.entry]
    return CitedFigure(claim, *bounds_of(entry, entry.study[0]), do_study(study, worlds))


# England: what women say face to face, at the end of every year


@dataclass(frozen=True)
class Survey:
    """What is found at the end of a year, in percent."""

    year: int
    reported: Simulated
    true: float


class Surveys:
    """Asks people of England at every yearly census; elsewhere it asks nobody."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._is_due = place_of(world.scenario.name) == ENGLAND
        self.done: list[Survey] = []

    def note_the_day(self) -> None:
        """Ask, if a year has just been counted."""
        world = self._world
        if self._is_due and len(world.censuses) > len(self.done):
            self.done.append(_survey(world))


def _survey(world: World) -> Survey:
    date = world.censuses[-1].date
    study = england_entries()[0].study[0].model_copy(update={"where": None})
    wave = asked_people(people_of(world), world.scenario, world.seed)
    count = len(wave["person"])
    wave["day"] = np.full(count, date.toordinal())
    wave["survey_willingness"] = np.full(count, willingness_on(world.scenario, date))
    worlds = Worlds({ENGLAND: {world.seed: {"waves": wave}}})
    true = do_study(study.model_copy(update={"asked": type(study.asked)()}), worlds)
    return Survey(date.year, do_study(study, worlds), true.value)


@cache
def england_entries() -> tuple[Entry, ...]:
    """Return the two surveys of young women that the paper cites, the first first."""
    return tuple(register().entries[name] for name in ("P08", "P09"))


def year_of(entry: Entry) -> int:
    """Return the year in which a survey of England asked."""
    return int((entry.study[0].where or "").removeprefix("year == "))


def beside_surveys(surveys: Sequence[Survey]) -> list[CitedFigure]:
    """Return those surveys whose year is over beside what was said here then."""
    by_year = {survey.year: survey for survey in surveys}
    return [
        CitedFigure(
            Claim(entry.id, f"of women aged 16 to 24 said in {year_of(entry)} that they ever did",
                  FACE_TO_FACE),
            entry.low, entry.high, by_year[year_of(entry)].reported,
        )
        for entry in england_entries()
        if year_of(entry) in by_year
    ]  # fmt: skip


# Victoria: how presentations grow


def beside_growth(censuses: Sequence[Census], seed: int) -> CitedFigure | None:
    """Return the growth of presentations over some years beside the published one.

    None before two years are over. The interval is that of counts that vary by chance alone, for
    a line through their logarithms: its variance is one over the sum of the counts, each times
    the square of its distance in years from the middle.
    """
    if len(censuses) < 2:
        return None
    (row,) = (row for row in unjudged_studies()[VICTORIA] if row.source == GROWTH.entry)
    counts = presentations(censuses)
    worlds = Worlds({VICTORIA: {seed: {"census": census_columns(censuses)}}})
    beside = _beside(GROWTH, row.study, worlds)
    years = np.arange(len(counts)) - (len(counts) - 1) / 2.0
    spread = math.sqrt(1.0 / weight) if (weight := float(counts @ years**2)) else math.nan
    log = math.log1p(beside.simulated.value / 100.0)
    ends = (100.0 * math.expm1(log + side * Z_95 * spread) for side in (-1, 1))
    low, high = ends
    simulated = beside.simulated._replace(low=low, high=high, people=int(counts.sum()))
    return CitedFigure(GROWTH, beside.low, beside.high, simulated)


def presentations(censuses: Sequence[Census]) -> np.ndarray:
    """Return how many presentations to hospital there were at ages 10 to 19 in each year."""
    columns = census_columns(censuses)
    chosen = columns["age"] < 20
    _, year = np.unique(columns["year"][chosen], return_inverse=True)
    return np.bincount(year, columns["hospital"][chosen])
