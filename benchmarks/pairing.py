"""Print what pairing people saves: how wide the interval of new cases averted is, both ways.

``python benchmarks/pairing.py`` lives 30 runs of 10,000 people (some twenty minutes with two
processes); ``--people 1000 --seeds 5`` is a quick look. ``--out FOLDER`` keeps the runs.

Paired: base and scenario with seeds 1 to n. Unpaired: the base with these, the scenario with the
next n. What pairing allows, if people changed independently of each other: the spread of two
independent counts over that of the changes, sqrt(2 N p (1 - p) / D).
"""

import argparse
import math
import tempfile
from pathlib import Path

import numpy as np
from result_table import machine
from scipy import stats

from abm.experiments.comparison.pairing import case_changes, check_pairs
from abm.experiments.comparison.runs import kept_outcomes, run_missing
from abm.runs.options import RunOptions
from abm.scenario.scenario import Scenario, load_scenario

LEVEL = 0.95


def cases(options: RunOptions, scenario: Scenario, seeds: range) -> np.ndarray:
    """Return the new cases of every seed."""
    kept = (kept_outcomes(options, scenario, seed) for seed in seeds)
    return np.array([outcomes.people["reported_case"].sum() for outcomes in kept], float)


def people_and_changes(
    options: RunOptions, pair: list[Scenario], seeds: range
) -> tuple[float, ...]:
    """Return, as means over seeds: people, and how many were helped and harmed."""
    rows = []
    for seed in seeds:
        base, other = (kept_outcomes(options, scenario, seed) for scenario in pair)
        check_pairs(base, other, seed)
        changes = case_changes(base, other)
        rows.append((len(changes), (changes > 0).sum(), (changes < 0).sum()))
    return tuple(np.mean(rows, axis=0).tolist())


def half_width(variance: float, seeds: int, freedom: int) -> float:
    """Return half the width of Student's interval of a mean over seeds."""
    return float(stats.t.ppf((1 + LEVEL) / 2, freedom)) * math.sqrt(variance / seeds)


def ratio_interval(unpaired: float, paired: float, seeds: int) -> tuple[float, float]:
    """Return the interval of a ratio of spreads that so few seeds leave open (F, normal counts)."""
    freedom = (2 * (seeds - 1), seeds - 1)
    ends = stats.f.ppf([(1 + LEVEL) / 2, (1 - LEVEL) / 2], *freedom)
    return tuple(math.sqrt(unpaired / paired / end) for end in ends)  # type: ignore[return-value]


def report(options: RunOptions, pair: list[Scenario], seeds: range, others: range) -> None:
    """Print half-widths, their ratio, and what pairing allows."""
    base, scenario = cases(options, pair[0], seeds), cases(options, pair[1], seeds)
    elsewhere = cases(options, pair[1], others)
    count = len(seeds)
    paired = float((base - scenario).var(ddof=1))
    unpaired = float(base.var(ddof=1) + elsewhere.var(ddof=1))
    widths = half_width(paired, count, count - 1), half_width(unpaired, count, 2 * (count - 1))
    people, helped, harmed = people_and_changes(options, pair, seeds)
    share, changed = base.mean() / people, helped + harmed
    allowed = math.sqrt(2 * people * share * (1 - share) / changed) if changed else math.inf
    print(f"{pair[1].name} against {pair[0].name}, {count} seeds, new cases averted a run")
    print(f"people {people:,.0f}, new cases in the base {base.mean():,.1f}")
    print(f"status changes {changed:,.1f}: helped {helped:,.1f}, harmed {harmed:,.1f}")
    print(f"paired    {(base - scenario).mean():8.1f} +- {widths[0]:.1f}")
    print(f"unpaired  {base.mean() - elsewhere.mean():8.1f} +- {widths[1]:.1f}")
    if not paired:
        print("no seed differs from another: no ratio")
        return
    low, high = ratio_interval(unpaired, paired, count)
    spreads = math.sqrt(unpaired / paired)
    print(f"ratio of the half-widths {widths[1] / widths[0]:.2f}")
    print(f"ratio of the spreads     {spreads:.2f} (95 %: {low:.2f} to {high:.2f})")
    print(f"what pairing allows      {allowed:.2f}; reached {spreads / allowed:.0%} of it")
    expected = math.sqrt(changed), math.sqrt(2 * people * share * (1 - share))
    print(
        f"spread between seeds, found and if people were independent: paired "
        f"{math.sqrt(paired):.1f} and {expected[0]:.1f}, unpaired {math.sqrt(unpaired):.1f} and "
        f"{expected[1]:.1f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="school-skills")
    parser.add_argument("--base", default="baseline")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    if asked.seeds < 2:
        parser.error("--seeds: expected at least 2")
    names = (asked.base, asked.scenario)
    pair = [load_scenario(name, population=asked.people, years=asked.years) for name in names]
    seeds = range(1, asked.seeds + 1)
    others = range(asked.seeds + 1, 2 * asked.seeds + 1)
    with tempfile.TemporaryDirectory() as folder:
        options = RunOptions(asked.out or Path(folder), asked.jobs)
        failures = run_missing(pair, seeds, seeds, options)
        failures |= run_missing(pair[1:], others, others, options)
        if failures:
            raise SystemExit(next(iter(failures.values())))
        print(machine())
        report(options, pair, seeds, others)


if __name__ == "__main__":
    main()
