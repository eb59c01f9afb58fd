"""How often 95 % intervals of few seeds cover the value that ever more seeds would give.

`python -m pytest -m slow -s tests/studies/test_coverage.py` prints the table of docs/comparing.md;
some twenty minutes of one processor.
"""

import math
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest

import abm
from abm.experiments.comparison.estimates import over_seeds as difference_over_seeds
from abm.experiments.comparison.packages import SeedChange
from abm.scenario.scenario import load_scenario
from abm.simulation.record import Logs
from abm.studies import key_figures
from abm.studies.aggregates import aggregate
from abm.studies.key_figures import Found, Quantity, SeedResults

RUNS, REPETITIONS, SEEDS = 400, 400, (1, 2, 3, 10)
POPULATION, YEARS = 400, 10
FIGURES = {
    "lifetime_prevalence": "share who ever self-injured",
    "median_onset_age": "median age at the first act",
    "female_to_male_ratio": "girls to boys",
    "incidence": "first acts per 100 person-years",
    "acts_to_calm": "share of acts to calm down",
}
AVERTED = {
    "reported_case": "new cases averted",
    "active_years": "years with self-injury averted",
    "reported_acts": "acts averted",
}

EXCEPTIONS = {
    ("share of acts to calm down", 1): "a few people do most of the acts, and one run has few",
    ("share of acts to calm down", 2): "the same",
    ("share of acts to calm down", 3): "the same",
    ("share of acts to calm down", 10): "the same",
    ("new cases averted", 1): "about three in a run: whole numbers cover too often or too seldom",
}
"""Where the share covered may lie outside 92 to 98 %, and why."""


class Bank(NamedTuple):
    """What many small runs gave, with a programme and without it."""

    results: list[SeedResults]
    changes: dict[str, list[SeedChange]]


def bank(runs: int) -> Bank:
    base = load_scenario("birth-cohort", population=POPULATION, years=YEARS)
    strong = {"ages": (10, 24), "coverage": 1.0, "half_life_years": 0.0, "months_to_full": 0.0}
    other = base.with_interventions({"kind": "school_skills_programme", **strong})
    results, changes = [], {name: [] for name in AVERTED}
    for seed in range(1, runs + 1):
        record = abm.run(base, seed)
        (known,) = key_figures._results_by_seed(record.curves, {seed: aggregate(record)})
        results.append(known)
        ours, theirs = (
            one.people.set_index("person").sort_index()
            for one in (record, abm.run(other, seed, Logs(people=True)))
        )
        for name in AVERTED:
            change = ours[name].astype(int) - theirs[name].astype(int)
            own = SeedChange(seed, float(change.sum()), float((change**2).sum()))
            changes[name].append(own)
    return Bank(results, changes)


def chosen(runs: int, seeds: int) -> Iterator[list[int]]:
    """Yield which runs stand for the seeds of each repetition."""
    drawn = np.random.default_rng(seeds)
    for repetition in range(REPETITIONS):
        if seeds == 1:
            yield [repetition % runs]
        else:
            yield drawn.choice(runs, seeds, replace=False).tolist()


def covered(intervals: "Iterator[tuple[float, float]]", value: float) -> float:
    """Return the share of intervals that cover a value, of those that there are."""
    ends = np.array([ends for ends in intervals if not math.isnan(ends[0])])
    return float(((ends[:, 0] <= value) & (value <= ends[:, 1])).mean())


def of_figure(quantity: Quantity, known: Bank, seeds: int) -> float:
    single = [quantity.of_seed(one) for one in known.results]
    value = float(np.nanmean([estimate for estimate, _, _ in single]))

    def intervals() -> Iterator[tuple[float, float]]:
        for rows in chosen(len(single), seeds):
            results = [known.results[row] for row in rows]
            together = partial(key_figures._of_all, quantity, results)
            found = Found([single[row] for row in rows], together)
            yield tuple(key_figures.over_seeds(quantity, found)[1])

    return covered(intervals(), value)


def of_change(changes: list[SeedChange], seeds: int) -> float:
    value = float(np.mean([change.averted for change in changes]))
    picked = ([changes[row] for row in rows] for rows in chosen(len(changes), seeds))
    found = (difference_over_seeds(own, [1.0] * len(own)) for own in picked)
    return covered(((one.low, one.high) for one in found), value)


@pytest.mark.slow
def test_intervals_cover_the_long_run_value(capsys: pytest.CaptureFixture[str]) -> None:
    known = bank(RUNS)
    quantities = {
        quantity.measure: quantity
        for quantity in reversed(key_figures._quantities())
        if quantity.measure in FIGURES and quantity.sex == "all"
    }
    table = {
        label: [of_figure(quantities[name], known, seeds) for seeds in SEEDS]
        for name, label in FIGURES.items()
    }
    for name, label in AVERTED.items():
        table[label] = [of_change(known.changes[name], seeds) for seeds in SEEDS]
    with capsys.disabled():
        print(f"\n| | {' | '.join(f'{seeds} seeds' for seeds in SEEDS)} |")
        for label, shares in table.items():
            print(f"| {label} | {' | '.join(f'{100 * share:.1f} %' for share in shares)} |")
    error = 1.96 * math.sqrt(0.95 * 0.05 / REPETITIONS)
    for label, shares in table.items():
        for seeds, share in zip(SEEDS, shares, strict=True):
            is_fine = 0.92 - error / 2 < share < 0.98 + error / 2
            assert is_fine or ((label, seeds) in EXCEPTIONS and share > 0.8), (label, seeds)
