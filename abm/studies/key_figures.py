"""The key figures of a run, each with its interval."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from abm.simulation.census import FIRST_AGE, measure_named
from abm.studies.aggregates import (
    MOTIVE_BANDS,
    Aggregates,
    counted_median,
    median_onset,
    motive_share,
)
from abm.studies.intervals import (
    NO_INTERVAL,
    Interval,
    OfPeople,
    binomial_interval,
    mean_interval,
    over_runs,
    rate_interval,
    ratio_interval,
)
from abm.studies.latest import latest_by_age

Form = Literal["percent", "number", "age", "ratio"]
# Where an interval between seeds is cut off: no share is negative, nobody is younger than 10.
BOUNDS: dict[Form, tuple[float, float]] = {
    "percent": (0.0, 1.0),
    "number": (0.0, math.inf),
    "age": (10.0, 25.0),
    "ratio": (0.0, math.inf),
}
OfSeed = tuple[float, Interval, str]  # estimate, its interval, and where that is from
MAIN_BAND = "12-18"
NEEDS_SEEDS = "needs several seeds"
AGREE = "the runs agree, no interval"
COARSE = "whole numbers, too coarse for an interval"
FEW_PEOPLE = "too few people for an interval"


@dataclass(frozen=True)
class Row:
    """One key figure: what it is, of whom, its estimate, its interval and where that is from."""

    label: str
    measure: str
    sex: str
    age: str
    estimate: float
    low: float
    high: float
    interval: str
    unit: str
    form: Form


@dataclass(frozen=True)
class Quantity:
    """A key figure and how one seed gives its estimate and interval."""

    label: str
    measure: str
    sex: str
    age: str
    unit: str
    form: Form
    of_seed: Callable[["SeedResults"], OfSeed]


@dataclass(frozen=True)
class SeedResults:
    """The last census of one seed, by (measure, sex, age), and its sums over people and acts."""

    cells: Mapping[tuple[str, str, str], tuple[float, float]]
    aggregates: Aggregates | None

    def cell(self, measure: str, sex: str, age: str) -> tuple[float, float]:
        """Return value and denominator, NaN and 0 for an empty cell."""
        return self.cells.get((measure, sex, age), (math.nan, 0.0))


def summary_table(
    curves: pd.DataFrame, aggregates: Mapping[int, Aggregates] | None = None
) -> pd.DataFrame:
    """Return the key figures at the last census (in a birth cohort, at each age), one a row.

    Without sums over people and acts the figures that need them are left out. The estimate is the
    mean over seeds. Its interval (95 %) pools chance among the people of a seed and what differs
    between seeds; where people cannot tell it is Student's t between seeds, and NaN with one. The
    column interval says how it was made.
    """
    rows = [asdict(row) for row in summary_of(curves, aggregates or {})]
    return pd.DataFrame(rows, columns=list(Row.__dataclass_fields__))


def summary_of(curves: pd.DataFrame, aggregates: Mapping[int, Aggregates]) -> list[Row]:
    """Return the rows of `summary_table`; a figure that no seed can give is left out."""
    rows = []
    for quantity, estimates in known_of(curves, aggregates):
        estimate, (low, high), method = over_seeds(quantity, estimates)
        rows.append(
            Row(quantity.label, quantity.measure, quantity.sex, quantity.age, estimate, low, high,
                method, quantity.unit, quantity.form)
        )  # fmt: skip
    return rows


def over_seeds(quantity: Quantity, of_runs: "Found") -> OfSeed:
    """Return a figure over all seeds: their mean, with people and seeds pooled in its interval.

    Only the people tell where one seed alone knows the figure, only seeds where people do not.
    """
    known = [one for one in of_runs.of_seeds if not math.isnan(one[0])]
    if len(known) == 1:
        return _with_width(known[0], FEW_PEOPLE)
    runs = [OfPeople(estimate, interval) for estimate, interval, _ in known]
    interval = over_runs(runs, OfPeople(*of_runs.together()[:2]), BOUNDS[quantity.form])
    mean = float(np.mean([run.value for run in runs]))
    if math.isnan(interval.low):
        return where_agreed(mean, of_runs)
    say = any(run.variance > 0 for run in runs)
    return mean, interval, f"people and {len(runs)} seeds" if say else f"between {len(runs)} seeds"


def where_agreed(mean: float, estimates: "Found") -> OfSeed:
    """Return a figure that is the same in all runs, with the interval of their people together."""
    _, interval, _ = estimates.together()
    return _with_width((mean, interval, "the runs agree; their people together"), AGREE)


def _with_width(figure: OfSeed, if_none: str) -> OfSeed:
    """Return a figure, and why it has no interval where that has no width or there is none."""
    estimate, (low, high), method = figure
    if low == high:
        return estimate, NO_INTERVAL, COARSE
    return (estimate, NO_INTERVAL, if_none) if math.isnan(low) and method != NEEDS_SEEDS else figure


class Found(NamedTuple):
    """What each seed gives of a figure, and what the people of all seeds together give."""

    of_seeds: list[OfSeed]
    together: Callable[[], OfSeed]


def known_of(
    curves: pd.DataFrame, aggregates: Mapping[int, Aggregates]
) -> Iterator[tuple[Quantity, Found]]:
    """Yield every figure that some seed can give, and what each seed gives, seeds ascending."""
    seeds = _results_by_seed(curves, aggregates)
    for quantity in _quantities():
        of_seeds = [quantity.of_seed(seed) for seed in seeds]
        if any(not math.isnan(estimate) for estimate, _, _ in of_seeds):
            yield quantity, Found(of_seeds, partial(_of_all, quantity, seeds))


def _of_all(quantity: Quantity, seeds: "Sequence[SeedResults]") -> OfSeed:
    """Return what a figure is among the people of all seeds, as if they were one population."""
    cells: dict[tuple[str, str, str], tuple[float, float]] = {}
    for key in {key for seed in seeds for key in seed.cells}:
        of_seeds = np.array([seed.cells[key] for seed in seeds if key in seed.cells])
        people = float(of_seeds[:, 1].sum())
        cells[key] = (float((of_seeds[:, 0] * of_seeds[:, 1]).sum()) / people, people)
    sums = [seed.aggregates for seed in seeds if seed.aggregates is not None]
    return quantity.of_seed(SeedResults(cells, Aggregates.together(sums) if sums else None))


def _results_by_seed(
    curves: pd.DataFrame, aggregates: Mapping[int, Aggregates]
) -> list[SeedResults]:
    """Pick the latest view of every age of every seed."""
    results = []
    for seed, rows in latest_by_age(curves).groupby("seed", sort=True):
        keys = zip(rows["measure"], rows["sex"], rows["age"], strict=True)
        numbers = zip(rows["value"].astype(float), rows["people"].astype(float), strict=True)
        cells = dict(zip(keys, numbers, strict=True))
        results.append(SeedResults(cells, aggregates.get(int(str(seed)))))
    return results


def _quantities() -> list[Quantity]:
    """Return the key figures in the order they are shown."""
    shares = [
        _share(f"{label}, ages {MAIN_BAND}{_of(sex)}", measure, sex)
        for measure, label in (
            ("lifetime_prevalence", "Ever self-injured"),
            ("past_year_prevalence", "Self-injured in the past year"),
            ("past_month_prevalence", "Self-injured in the past month"),
        )
        for sex in (("all",) if measure == "past_month_prevalence" else ("all", "female", "male"))
    ]
    return [
        *shares,
        _sex_ratio(),
        _rate("incidence", "First acts per 100 person-years", _once),
        _peak_age(),
        _onset(),
        _clustered_rate("acts_per_person_year", "Acts per person-year", from_people=True),
        _clustered_rate("urges_per_person_year", "Reported urges per person-year", False),
        _acts_of_the_active(),
        *(_motive(route, label) for route, label in enumerate(MOTIVE_WORDS)),
        _rate(
            "hospital_presentations_per_100k",
            "Hospital presentations per 100,000 a year",
            _presentations_repeat,
        ),
        _share(f"In specialist care, ages {MAIN_BAND}", "in_specialist_care", "all"),
        _share(f"Waiting for specialist care, ages {MAIN_BAND}", "waiting_for_care", "all"),
    ]


MOTIVE_WORDS = ("to calm down", "to feel something", "to punish oneself")
MOTIVE_NAMES = ("calm", "feel", "punish")


def _of(sex: str) -> str:
    return "" if sex == "all" else f", {sex}"


def _share(label: str, measure: str, sex: str) -> Quantity:
    """Return the prevalence of a measure in the main age band."""

    def of_seed(seed: SeedResults) -> OfSeed:
        value, people = seed.cell(measure, sex, MAIN_BAND)
        return value, binomial_interval(value * people, people), "binomial, one seed"

    unit = measure_named(measure).unit
    return Quantity(label, measure, sex, MAIN_BAND, unit, "percent", of_seed)


def _sex_ratio() -> Quantity:
    """Return how many times as many girls as boys have ever self-injured."""
    measure = "lifetime_prevalence"

    def of_seed(seed: SeedResults) -> OfSeed:
        female, women = seed.cell(measure, "female", MAIN_BAND)
        male, men = seed.cell(measure, "male", MAIN_BAND)
        if not male > 0:
            return math.nan, NO_INTERVAL, ""
        interval = ratio_interval((female * women, women), (male * men, men))
        return female / male, interval, "binomial, one seed"

    label = f"Ever self-injured, female to male, ages {MAIN_BAND}"
    return Quantity(label, "female_to_male_ratio", "all", MAIN_BAND, "ratio", "ratio", of_seed)


def _rate(name: str, title: str, repeats: Callable[[SeedResults], float]) -> Quantity:
    """Return a rate of events; `repeats` says how they repeat within persons, NaN if unknown."""
    measure = measure_named(name)

    def of_seed(seed: SeedResults) -> OfSeed:
        value, years = seed.cell(measure.name, "all", MAIN_BAND)
        events = round(value * years / measure.per) if years else 0
        by_person = repeats(seed) if events else 1.0
        if math.isnan(by_person):
            return value, NO_INTERVAL, NEEDS_SEEDS
        low, high = rate_interval(events, years, by_person)
        method = "Poisson, one seed" if by_person == 1 else "over persons, one seed"
        return value, Interval(low * measure.per, high * measure.per), method

    label = f"{title}, ages {MAIN_BAND}"
    return Quantity(label, measure.name, "all", MAIN_BAND, measure.unit, "number", of_seed)


def _once(_: SeedResults) -> float:
    return 1.0


def _presentations_repeat(seed: SeedResults) -> float:
    """Return the variance of presentations over their number; NaN where persons were not kept."""
    events, squares = (0, 0) if seed.aggregates is None else seed.aggregates.presentations.tolist()
    return squares / events if events else math.nan


def _peak_age() -> Quantity:
    """Return the age with the highest past-year prevalence, and the ages it cannot rule out."""
    measure = "past_year_prevalence"

    def of_seed(seed: SeedResults) -> OfSeed:
        cells = {
            int(age): cell
            for (name, sex, age), cell in seed.cells.items()
            if name == measure and sex == "all" and "-" not in age
        }
        if not any(value > 0 for value, _ in cells.values()):
            return math.nan, NO_INTERVAL, ""
        limits = {age: binomial_interval(v * n, n) for age, (v, n) in cells.items()}
        highest = max(interval.low for interval in limits.values())
        possible = [age for age, interval in limits.items() if interval.high >= highest]
        peak = max(cells, key=lambda age: (cells[age][0], -age))
        return peak, Interval(min(possible), max(possible)), "ages not ruled out, one seed"

    label = "Age with the highest past-year share"
    return Quantity(label, "past_year_peak_age", "all", "10-24", "years", "age", of_seed)


def _onset() -> Quantity:
    """Return the median age at first act that a survey at age 18 finds."""

    def of_seed(seed: SeedResults) -> OfSeed:
        if seed.aggregates is None:
            return math.nan, NO_INTERVAL, ""
        median, interval = median_onset(seed.aggregates)
        return median, interval, "order statistics, one seed"

    label = "Median age at first act, as asked at age 18"
    return Quantity(label, "median_onset_age", "all", "18", "years", "age", of_seed)


def _clustered_rate(measure: str, title: str, from_people: bool) -> Quantity:
    """Return a rate whose events cluster within people; the interval is over persons."""

    def of_seed(seed: SeedResults) -> OfSeed:
        value, _ = seed.cell(measure, "all", MAIN_BAND)
        if not from_people or seed.aggregates is None:
            return value, NO_INTERVAL, NEEDS_SEEDS
        acts, counts = _yearly_acts(seed.aggregates, MAIN_BAND)
        people = int(counts.sum())
        mean = float((acts * counts).sum()) / max(people, 1)
        variance = float(((acts - mean) ** 2 * counts).sum()) / max(people - 1, 1)
        interval = mean_interval(mean, variance, people)
        if mean <= 0 or math.isnan(interval.low):
            return value, NO_INTERVAL, NEEDS_SEEDS
        relative = Interval(value * interval.low / mean, value * interval.high / mean)
        return value, relative, "over persons, one seed"

    unit = measure_named(measure).unit
    return Quantity(
        f"{title}, ages {MAIN_BAND}", measure, "all", MAIN_BAND, unit, "number", of_seed
    )


def _acts_of_the_active() -> Quantity:
    """Return the median number of acts in the past year of those with any."""

    def of_seed(seed: SeedResults) -> OfSeed:
        if seed.aggregates is None:
            return math.nan, NO_INTERVAL, ""
        acts, counts = _yearly_acts(seed.aggregates, "10-24")
        active = acts > 0
        order = np.argsort(acts[active], kind="stable")
        median, interval = counted_median(acts[active][order], counts[active][order])
        return median, interval, "order statistics, one seed"

    label = "Median acts in the past year of those with any, ages 10-24"
    return Quantity(
        label, "median_acts_of_active", "all", "10-24", "acts per person", "number", of_seed
    )


def _motive(route: int, title: str) -> Quantity:
    """Return the share of acts by one route."""
    band = MOTIVE_BANDS.index((FIRST_AGE, 24))

    def of_seed(seed: SeedResults) -> OfSeed:
        if seed.aggregates is None:
            return math.nan, NO_INTERVAL, ""
        share, interval = motive_share(seed.aggregates.motives[2, band, route])
        return share, interval, "over persons, one seed"

    name = f"acts_to_{MOTIVE_NAMES[route]}"
    return Quantity(
        f"Share of acts {title}, all ages",
        name,
        "all",
        "10-24",
        "share of acts",
        "percent",
        of_seed,
    )


def _yearly_acts(aggregates: Aggregates, band: str) -> tuple[np.ndarray, np.ndarray]:
    """Return numbers of acts in the past year and persons with each, for an age band."""
    first, last = (int(age) for age in band.split("-"))
    rows = aggregates.yearly_acts
    chosen = rows[(rows[:, 1] >= first) & (rows[:, 1] <= last)]
    return chosen[:, 2], chosen[:, 3]
