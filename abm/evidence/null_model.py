"""The null model: a benchmark without any mechanism, asked all that the model is asked.

Young people begin at an age, by a hazard that depends on age and sex alone, and go on at a rate of
their own until they end: yearly acts are negative binomial. Its few numbers (`null_model.toml`) are
fitted to those figures the model was fitted to which it can answer. What is predicted no better
than by this is no evidence for a mechanism.

``python -m abm.evidence.null_model --fit`` fits the numbers anew and prints them.
"""

import contextlib
import datetime
import functools
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from abm.evidence.evaluation import Result, Simulated, Worlds, do_study, judge, value_of
from abm.evidence.expressions import ExpressionError
from abm.evidence.null_population import (
    MOST_YEARS,
    TABLES,
    NullPopulation,
    null_population,
    null_tables,
    null_trial,
)
from abm.evidence.register import Entry, StudiedWorld, Study, bounds_of, register
from abm.evidence.verdicts import NO_EFFECT
from abm.io.declarations import ByName, Declared, Text, named, read_declarations
from abm.scenario.scenario import Scenario, load_scenario

FILE = Path(__file__).with_name("null_model.toml")
PEOPLE, SEED = 20_000, 1
Tables = Mapping[str, Mapping[str, np.ndarray]]
World = tuple[str, str, str, int | None]
"""Its name, and by what its tables differ from others: kind, scenario and years of its own."""
NOTHING = Simulated(math.nan, math.nan, math.nan, "the null model has nothing to answer with", 0)
TOLERANCE = {"xatol": 1e-3, "fatol": 1e-3}  # of the fit: in logarithms, and in the distance


class NullNumber(Declared):
    """One number of the null model."""

    name: Text
    value: float
    low: float  # where the fit looks, both ends included
    high: float
    unit: Text
    meaning: Text


class NullModel(Declared):
    """What `null_model.toml` declares."""

    figures: tuple[Text, ...]  # entries of the register that the numbers are fitted to
    numbers: ByName[NullNumber]

    @property
    def values(self) -> dict[str, float]:
        """The numbers by name."""
        return {name: number.value for name, number in self.numbers.items()}


@functools.cache
def null_model() -> NullModel:
    """Return the null model of this package."""
    text = FILE.read_text(encoding="utf-8")
    return read_declarations(
        NullModel, text, FILE.name, lambda whole: {**whole, "numbers": named(whole["numbers"])}
    )


def null_results(
    entries: Iterable[Entry], worlds: Mapping[str, StudiedWorld] | None = None
) -> dict[str, Result]:
    """Return what the null model gives for entries of a register, by id.

    `worlds` are those that their studies look at, by default those of the package's register. A
    study that asks for what nobody here has (traits, states, help, prompts), or compares two
    worlds, has no answer; but of a statistic of an effect it is that there is none.
    """
    known, asked = register().worlds if worlds is None else worlds, list(entries)
    needed = {study.world for entry in asked for study in entry.study}
    seen = tuple(
        (name, own.kind, own.scenario, own.years) for name, own in known.items() if name in needed
    )
    return {entry.id: _result(entry, seen) for entry in asked}


@functools.cache
def _result(entry: Entry, seen: tuple[World, ...]) -> Result:
    return judge(entry, null_worlds(seen), do=do_null_study)


@functools.cache
def null_worlds(seen: tuple[World, ...]) -> Worlds:
    """Return worlds in which the same population lives, whatever else they change."""
    return Worlds({name: _tables_seen(*how_seen) for name, *how_seen in seen})


@functools.cache
def _tables_seen(kind: str, scenario: str, own_years: int | None) -> Mapping[int, Tables]:
    """Return the tables of a world, by seed."""
    from abm.studies.trial import AFTER_ONE_ACT, REPEATED

    population, (start, years) = _population(), _calendar(scenario, own_years)
    if kind == "run":
        return {SEED: _tables(population, start, years)}
    criteria = REPEATED if kind == "trial" else AFTER_ONE_ACT
    return {SEED: {"trial": null_trial(population, criteria, years)}}


@functools.cache
def _population() -> NullPopulation:
    return null_population(null_model().values, PEOPLE, SEED)


@functools.cache
def _calendar(scenario: str, own_years: int | None = None) -> tuple[datetime.date, int]:
    """Return the first reported day of a scenario, and how many years are looked at."""
    calendar = load_scenario(scenario).calendar
    return calendar.start, min(own_years or calendar.years, MOST_YEARS)


@functools.cache
def _asking() -> Scenario:
    """Return the scenario whose chances decide what people answer, in every world."""
    return load_scenario("baseline")


def _tables(
    population: NullPopulation, start: datetime.date, years: int, names: Iterable[str] = TABLES
) -> Tables:
    return null_tables(population, _asking(), start, years, names)


def do_null_study(study: Study, worlds: Worlds) -> Simulated:
    """Do one study in the null model. Nobody is in care: those out of care are everybody."""
    if study.setting == "out of care":
        study = study.model_copy(update={"setting": "community"})
    answer = NOTHING
    if study.against is None:
        with contextlib.suppress(ExpressionError):
            answer = do_study(study, worlds)
    if math.isnan(answer.value) and study.statistic in NO_EFFECT and not study.than:
        answer = NOTHING._replace(value=NO_EFFECT[study.statistic], made_of="no effect")
    return answer


# The fit


def distance(numbers: Mapping[str, float]) -> float:
    """Return how far numbers are from the fitted figures: the sum of squares over the figures, in
    halves of what is accepted of each."""
    return float(sum(((value - centre) / half) ** 2 for value, centre, half in _figures(numbers)))


def _figures(numbers: Mapping[str, float]) -> list[tuple[float, float, float]]:
    """Return of every fitted figure its value, the published one and half of what is accepted."""
    population = null_population(numbers, PEOPLE, SEED)
    tables = _tables(population, *_calendar("baseline"), ("people", "census"))
    worlds, figures = Worlds({"baseline": {SEED: tables}}), []
    for name in null_model().figures:
        entry = register().entries[name]
        (study,) = entry.study
        low, high = bounds_of(entry, study)
        centre = (low + high) / 2 if entry.published is None else entry.published
        figures.append((value_of(study, worlds), centre, (high - low) / 2))
    return figures


def fitted() -> dict[str, float]:
    """Return the numbers that lie nearest to the fitted figures, to four digits.

    Nelder and Mead's search over their logarithms, from the middle of their ranges and again from
    where it ended, as long as that gains a hundredth. Persons have the same draws throughout, so
    the same comes out each time.
    """
    from scipy.optimize import minimize

    numbers = null_model().numbers
    ends = np.log([(number.low, number.high) for number in numbers.values()])

    def distance_at(logs: np.ndarray) -> float:
        return distance(dict(zip(numbers, np.exp(logs), strict=True)))

    start, before, gain = ends.mean(axis=1), math.inf, math.inf
    while gain > 0.01:
        best = minimize(
            distance_at, start, method="Nelder-Mead", bounds=ends, options=dict(TOLERANCE)
        )
        start, before, gain = best.x, best.fun, 1.0 - best.fun / before
    values = np.exp(start)
    return {name: float(f"{value:.4g}") for name, value in zip(numbers, values, strict=True)}


def main(arguments: Sequence[str]) -> None:
    """Print the numbers, fitted anew where asked, and the fitted figures beside the published."""
    numbers = fitted() if "--fit" in arguments else null_model().values
    for name, value in numbers.items():
        print(f"{name} = {value:.4g} {null_model().numbers[name].unit}")
    for name, (value, centre, half) in zip(null_model().figures, _figures(numbers), strict=True):
        print(f"{name}: {value:.4g}, published {centre:.4g} (accepted within {half:.3g})")


if __name__ == "__main__":
    main(sys.argv[1:])
