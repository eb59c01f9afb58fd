"""Indices of functions whose indices are known, through our designs and our analysis."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from abm.chance import Purpose, generator
from abm.experiments.sensitivity.indices import (
    MAIN_INDEX,
    Problem,
    analyse,
    convergence_table,
    index_by_chance,
    indices_table,
    prefixes,
    ranking_table,
)
from abm.experiments.sensitivity.noise import noise_of, stability_table
from abm.experiments.sweeps.design import Range, morris_design, sobol_design

ANGLES = tuple(Range(f"x{place}", -math.pi, math.pi) for place in (1, 2, 3))
WEIGHTS = (0.0, 0.5, 3.0, 9.0, 99.0)
UNIT = tuple(Range(f"x{place}", 0.0, 1.0) for place in range(1, 6))


def ishigami(x: np.ndarray, a: float = 7.0, b: float = 0.1) -> np.ndarray:
    return np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_indices(a: float = 7.0, b: float = 0.1) -> dict[tuple[str, ...], float]:
    """Return Ishigami's analytic indices (Ishigami and Homma 1990)."""
    fourth, eighth = math.pi**4, math.pi**8
    first = 0.5 * (1 + b * fourth / 5) ** 2
    second = a * a / 8
    both = b * b * eighth * (1 / 18 - 1 / 50)
    all_ = first + second + both
    return {
        ("S1", "x1"): first / all_, ("S1", "x2"): second / all_, ("S1", "x3"): 0.0,
        ("ST", "x1"): (first + both) / all_, ("ST", "x2"): second / all_, ("ST", "x3"): both / all_,
        ("S2", "x1", "x2"): 0.0, ("S2", "x1", "x3"): both / all_, ("S2", "x2", "x3"): 0.0,
    }  # fmt: skip


def sobol_g(x: np.ndarray) -> np.ndarray:
    factors = [
        (np.abs(4 * x[:, place] - 2) + weight) / (1 + weight)
        for place, weight in enumerate(WEIGHTS)
    ]
    return np.prod(factors, axis=0)


def sobol_g_indices() -> dict[tuple[str, ...], float]:
    """Return the analytic indices of Sobol's G function (Saltelli et al. 2010)."""
    own = [1 / (3 * (1 + weight) ** 2) for weight in WEIGHTS]
    all_ = math.prod(1 + each for each in own) - 1
    found = {}
    for place, each in enumerate(own):
        others = math.prod(1 + other for at, other in enumerate(own) if at != place)
        found["S1", f"x{place + 1}"] = each / all_
        found["ST", f"x{place + 1}"] = each * others / all_
    return found


def sobol_of(function, ranges, samples, second_order=False, seed=1):
    design = sobol_design(ranges, samples, second_order, seed)
    problem = Problem("sobol", tuple(ranges), second_order)
    points = design.points.to_numpy(float)
    return problem, points, function(points)


def by_name(rows):
    """Return the rows of an analysis by index and parameters."""
    return {
        tuple(filter(None, (index, one, other))): (value, low, high)
        for one, other, index, value, low, high in rows
    }


@pytest.mark.parametrize(
    ("function", "ranges", "expected", "second_order"),
    [
        (ishigami, ANGLES, ishigami_indices(), True),
        (sobol_g, UNIT, sobol_g_indices(), False),
    ],
)
def test_sobol_intervals_hold_the_analytic_values(function, ranges, expected, second_order):
    problem, points, values = sobol_of(function, ranges, 1024, second_order)
    found = by_name(analyse(problem, points, values, seed=1).rows)
    assert found.keys() == expected.keys()
    for name, truth in expected.items():
        value, low, high = found[name]
        assert low <= truth <= high, (name, truth, found[name])
        assert value == pytest.approx(truth, abs=0.08)


def test_intervals_narrow_and_values_near_as_samples_grow():
    truth = ishigami_indices()
    widths, errors = [], []
    for samples in (64, 1024):
        found = by_name(analyse(*sobol_of(ishigami, ANGLES, samples), seed=1).rows)
        widths.append(sum(high - low for _, low, high in found.values()))
        errors.append(max(abs(found[name][0] - truth[name]) for name in found))
    assert widths[1] < widths[0] / 2
    assert errors[1] < errors[0]


def test_intervals_hold_the_analytic_values_in_most_designs():
    truth = ishigami_indices()
    inside = []
    for seed in range(1, 21):
        found = by_name(analyse(*sobol_of(ishigami, ANGLES, 128, seed=seed), seed=seed).rows)
        inside += [found[name][1] <= truth[name] <= found[name][2] for name in found]
    assert np.mean(inside) > 0.9


def test_morris_intervals_hold_the_truth_in_most_designs():
    truth = 2 + 2 * (1 / 6 + 4 * 1 / 2) + 2 / 3  # mean over the grid of the effect 2 + 2 s + 2 / 3
    inside = []
    for seed in range(1, 201):
        points = morris_design(UNIT, 5, seed).points.to_numpy(float)
        sums = points.sum(axis=1)
        found = by_name(analyse(Problem("morris", UNIT), points, 2 * sums + sums**2, seed).rows)
        for each in UNIT:
            value, low, high = found["mu_star", each.name]
            assert low < value < high
            inside.append(low <= truth <= high)
    assert 0.88 <= np.mean(inside) <= 0.99  # a bootstrap of five reaches 0.83


def test_morris_gives_the_slopes_of_a_straight_line_exactly():
    ranges = [Range("steep", 0.0, 10.0), Range("falling", -1.0, 1.0), Range("flat", 0.0, 1.0)]
    design = morris_design(ranges, 6, seed=3)
    points = design.points.to_numpy(float)
    values = 2.0 * points[:, 0] - 3.0 * points[:, 1] + 0.0 * points[:, 2]
    found = by_name(analyse(Problem("morris", tuple(ranges)), points, values, seed=3).rows)
    for name, slope in (("steep", 20.0), ("falling", -6.0), ("flat", 0.0)):
        assert found["mu", name][0] == pytest.approx(slope)
        assert found["mu_star", name][0] == pytest.approx(abs(slope))
        assert found["sigma", name][0] == pytest.approx(0.0, abs=1e-9)
        assert np.isnan(found["mu_star", name][1:]).all()  # trajectories agree: none is narrow
        assert np.isnan(found["mu", name][1:]).all()


def test_two_trajectories_that_agree_tell_no_interval_and_two_that_differ_a_wide_one():
    ranges = [Range("even", 0.0, 10.0), Range("uneven", 0.0, 1.0)]
    points = morris_design(ranges, 2, seed=1).points.to_numpy(float)
    values = 0.1 * points[:, 0] + points[:, 1] ** 2
    found = by_name(analyse(Problem("morris", tuple(ranges)), points, values, seed=1).rows)
    for name in ("even", "uneven"):
        value, low, high = found["mu_star", name]
        assert np.isnan(low) or low <= value < high
    assert np.isnan(found["mu_star", "even"][1:]).all()


def test_morris_ranks_sobols_g_as_its_weights_do():
    design = morris_design(UNIT, 40, seed=1)
    points = design.points.to_numpy(float)
    outcomes = pd.DataFrame({"g": sobol_g(points)})
    table, _ = indices_table(Problem("morris", UNIT), points, outcomes, seed=1)
    ranking = ranking_table("morris", table, ["g"])
    ranked = ranking[ranking["outcome"] == "g"]
    assert ranked["parameter"].tolist() == ["x1", "x2", "x3", "x4", "x5"]
    assert ranked["rank"].tolist() == [1, 2, 3, 4, 5]


def test_morris_shows_interaction_in_sigma():
    ranges = [Range("a", 0.0, 1.0), Range("b", 0.0, 1.0), Range("c", 0.0, 1.0)]
    design = morris_design(ranges, 30, seed=1)
    points = design.points.to_numpy(float)
    values = points[:, 0] * points[:, 1] + points[:, 2]
    found = by_name(analyse(Problem("morris", tuple(ranges)), points, values, seed=1).rows)
    assert found["sigma", "a"][0] > 0.2
    assert found["sigma", "c"][0] == pytest.approx(0.0, abs=1e-9)


def test_the_ranking_over_all_outcomes_weighs_them_alike():
    values = {
        ("small", "a"): 0.02,
        ("small", "b"): 0.01,
        ("large", "a"): 30.0,
        ("large", "b"): 40.0,
    }
    values[("other", "b")] = 90.0
    rows = [(*name, "", "mu_star", value, 0.0, 0.0) for name, value in values.items()]
    rows.append(("small", "b", "", "mu", 9.0, 0.0, 0.0))
    columns = ["outcome", "parameter", "parameter_2", "index", "value", "low", "high"]
    ranking = ranking_table("morris", pd.DataFrame(rows, columns=columns), ["small", "large"])
    overall = ranking[ranking["outcome"] == "all"].set_index("parameter")["value"]
    assert overall.to_dict() == pytest.approx({"a": (1 + 0.75) / 2, "b": (0.5 + 1) / 2})
    assert set(ranking["outcome"]) == {"all", "small", "large"}


def test_convergence_ends_with_the_analysis_of_all():
    problem, points, values = sobol_of(ishigami, ANGLES, 64)
    outcomes = pd.DataFrame({"y": values})
    table = convergence_table(problem, points, outcomes, seed=1)
    assert table["blocks"].unique().tolist() == [8, 16, 32, 64]
    whole, _ = indices_table(problem, points, outcomes, seed=1)
    last = table[table["blocks"] == 64].set_index("parameter")["value"]
    assert last.to_dict() == whole[whole["index"] == "ST"].set_index("parameter")["value"].to_dict()


def test_convergence_takes_even_steps_of_trajectories():
    assert prefixes("morris", 20) == [4, 8, 12, 16, 20]
    assert prefixes("morris", 2) == [2]
    assert prefixes("sobol", 4) == [4]


def test_a_block_with_an_undefined_point_is_left_out():
    problem, points, values = sobol_of(ishigami, ANGLES, 64)
    spoilt = values.copy()
    spoilt[[0, 1, 7]] = math.nan
    analysis = analyse(problem, points, spoilt, seed=1)
    assert analysis.blocks == 62
    assert analysis.note == "2 of 64 samples left out"
    assert analysis.rows == analyse(problem, points[10:], values[10:], seed=1).rows


@pytest.mark.parametrize(("share", "note"), [(0.5, "undefined"), (0.0, "does not vary")])
def test_what_cannot_be_analysed_says_why(share, note):
    problem, points, values = sobol_of(ishigami, ANGLES, 16)
    poor = np.where(np.arange(len(values)) < share * len(values), math.nan, values)
    if share == 0.0:
        poor = np.full(len(values), 0.1)
    analysis = analyse(problem, points, poor, seed=1)
    assert analysis.rows == []
    assert note in analysis.note


def test_values_that_do_not_fit_the_design_are_refused():
    problem, points, values = sobol_of(ishigami, ANGLES, 16)
    with pytest.raises(ValueError, match="whole blocks"):
        analyse(problem, points, values[:-1], seed=1)


def test_the_same_seed_gives_the_same_intervals_even_seed_zero():
    problem, points, values = sobol_of(ishigami, ANGLES, 32)
    for seed in (0, 1):
        first, second = (analyse(problem, points, values, seed).rows for _ in range(2))
        assert first == second


@pytest.mark.parametrize("seeds", [1, 4])
def test_the_noise_share_is_that_of_a_function_with_known_noise(seeds):
    stream = generator(7, Purpose.BOOTSTRAP)
    signal = stream.normal(0.0, 2.0, size=4000)
    runs = signal[:, None] + stream.normal(0.0, 1.0, size=(4000, seeds))
    replicates = signal[:200, None] + stream.normal(0.0, 1.0, size=(200, 5))
    noise = noise_of(runs, replicates)
    assert noise.points == 200
    assert noise.between_seeds == pytest.approx(1.0, rel=0.12)
    assert noise.share == pytest.approx((1 / seeds) / (4 + 1 / seeds), rel=0.15)
    assert noise.single_run_share == pytest.approx(1 / 5, rel=0.15)


def test_without_replicates_the_noise_is_unknown():
    assert math.isnan(noise_of(np.arange(6.0)[:, None], np.arange(3.0)[:, None]).share)


def test_undefined_outcomes_take_no_part_in_the_noise():
    runs = np.array([[1.0, 3.0], [5.0, math.nan], [math.nan, math.nan]])
    noise = noise_of(runs, runs)
    assert (noise.points, noise.between_seeds) == (1, pytest.approx(2.0))
    assert noise.over_points == pytest.approx(4.5)
    assert noise.seeds_averaged == pytest.approx(2 / (1 / 2 + 1))
    assert noise.share == pytest.approx(2.0 * (1 / 2 + 1) / 2 / 4.5)


def test_the_noise_share_of_partly_undefined_points_is_not_too_small():
    stream = generator(8, Purpose.BOOTSTRAP)
    runs = stream.normal(size=(100_000, 1)) + stream.normal(size=(100_000, 4))
    runs[:, 1:][stream.random(size=(100_000, 3)) < 0.8] = math.nan
    one_over_seeds = (1 - 0.8**4) / (4 * 0.2)  # on average: one seed and a binomial number more
    noise = noise_of(runs, runs)
    assert noise.share == pytest.approx(one_over_seeds / (1 + one_over_seeds), abs=0.015)


def test_the_interval_of_the_noise_share_holds_the_truth_in_most_cases():
    stream = generator(9, Purpose.BOOTSTRAP)
    inside = []
    for _ in range(400):
        signal = stream.normal(0.0, 2.0, size=2000)
        runs = signal[:, None] + stream.normal(size=(2000, 1))
        noise = noise_of(runs, signal[:6, None] + stream.normal(size=(6, 3)))
        assert noise.share_low < noise.share < noise.share_high
        inside.append(noise.share_low <= 1 / 5 <= noise.share_high)
    assert 0.92 <= np.mean(inside) <= 0.98


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_a_parameter_without_effect_gets_the_index_by_chance(method):
    ranges = UNIT[:2]
    if method == "morris":
        design = morris_design(ranges, 400, seed=1)
    else:
        design = sobol_design(ranges, 1024, False, seed=1)
    points = design.points.to_numpy(float)
    runs = 3.0 * points[:, :1] + generator(3, Purpose.BOOTSTRAP).normal(size=(len(points), 2))
    found = by_name(analyse(Problem(method, ranges), points, runs.mean(axis=1), seed=1).rows)
    floor = index_by_chance(method, noise_of(runs, runs))
    assert found[MAIN_INDEX[method], "x2"][0] == pytest.approx(floor, rel=0.12)


def ranking(values):
    rows = [("y", f"p{n}", "", "mu_star", value, 0.0, 0.0) for n, value in enumerate(values)]
    columns = ["outcome", "parameter", "parameter_2", "index", "value", "low", "high"]
    return ranking_table("morris", pd.DataFrame(rows, columns=columns), ["y"])


def test_stability_compares_every_two_repetitions():
    falling = [float(12 - n) for n in range(12)]
    table = stability_table([ranking(falling), ranking(falling), ranking(falling[::-1])])
    own = table[table["outcome"] == "y"]
    assert list(zip(own["repetition"], own["other"], strict=True)) == list(
        itertools.combinations((1, 2, 3), 2)
    )
    assert own["spearman"].tolist() == pytest.approx([1.0, -1.0, -1.0])
    assert own["kendall"].tolist() == pytest.approx([1.0, -1.0, -1.0])
    assert own["shared"].tolist() == [8, 4, 4]
