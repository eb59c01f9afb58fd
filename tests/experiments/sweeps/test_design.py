"""Designs: what they hold, that the same options give the same bytes, and what is refused."""

import itertools
import os
from pathlib import Path

import hand_made
import numpy as np
import pytest

from abm.experiments.sweeps.design import (
    PointScenarios,
    Range,
    factorial,
    latin_hypercube,
    morris_design,
    priors,
    read_ranges,
    scenario_at,
    sobol_design,
)
from abm.experiments.sweeps.sweep import read_design, sweep_design
from abm.io.messages import InputError
from abm.parameters import parameters
from abm.scenario.scenario import load_scenario

RANGES = [Range("stressor_rate", 0.5, 1.5), Range("urge_weight", 3.0, 12.0)]
THREE = [*RANGES, Range("barrier_mean", 6.0, 14.0)]


@pytest.fixture
def file(tmp_path):
    """Return a function that writes a CSV file."""

    def write(text, encoding="utf-8"):
        path = tmp_path / "points.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


# Full factorial


def test_a_factorial_holds_every_combination_once_the_last_fastest():
    design = factorial(["stressor_rate=0.5, 1,1.5", "dissociation=both,end"])
    expected = list(itertools.product([0.5, 1.0, 1.5], ["both", "end"]))
    assert list(design.points.itertuples(index=False, name=None)) == expected
    assert design.points.index.tolist() == [1, 2, 3, 4, 5, 6]
    assert design.shape == "factorial, 6 points"


@pytest.mark.parametrize(
    ("varied", "expected"),
    [
        (["stressor_rat=1"], "did you mean 'stressor_rate'"),
        (["stressor_rate"], "expected stressor_rate=VALUE"),
        (["stressor_rate="], "expected stressor_rate=VALUE"),
        (["stressor_rate=1,,2"], "expected a number from"),
        (["stressor_rate=1,lots"], "not 'lots'"),
        (["stressor_rate=-1"], "expected a number from"),
        (["stressor_rate=nan"], "expected a number from"),
        (["stressor_rate=0.5:1.5"], "needs --samples"),
        (["stressor_rate=1,1.0"], "1.0 stands twice"),
        (["stressor_rate=1", "stressor_rate=2"], "stands twice"),
        (["dissociation=bot"], "did you mean 'both'"),
    ],
)
def test_a_wrong_factorial_is_refused(varied, expected):
    with pytest.raises(InputError) as error:
        factorial(varied)
    assert expected in str(error.value)
    assert "\n" not in str(error.value)


def test_a_factorial_too_large_to_run_is_refused():
    names = [name for name, each in parameters().items() if each.high > each.low + 0.01][:7]
    grids = [
        np.linspace(parameters()[name].low, parameters()[name].high, 8).tolist() for name in names
    ]
    varied = [
        f"{name}=" + ",".join(map(repr, grid)) for name, grid in zip(names, grids, strict=True)
    ]
    with pytest.raises(InputError, match="2,097,152 points"):
        factorial(varied)


# Latin hypercube


def test_a_latin_hypercube_uses_every_slice_of_every_range_once():
    design = latin_hypercube(RANGES, 50, seed=1)
    for each in RANGES:
        place = (design.points[each.name] - each.low) / (each.high - each.low)
        assert sorted((place * 50).astype(int)) == list(range(50))


def test_without_names_every_prior_varies():
    design = latin_hypercube(read_ranges([], "--vary"), 4, seed=1)
    assert design.names == [name for name, each in parameters().items() if each.prior]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stressor_rate=1.5:0.5", "LOW below HIGH"),
        ("stressor_rate=1", "expected LOW:HIGH"),
        ("stressor_rate=0:1e9", "expected a number from"),
        ("dissociation=a:b", "is a switch"),
        ("no_such=1:2", "no parameter or switch"),
    ],
)
def test_a_wrong_range_is_refused(text, expected):
    with pytest.raises(InputError, match=expected):
        Range.read(text, "--vary")


def test_a_name_alone_means_its_prior_and_one_without_prior_needs_a_range():
    known = next(each for each in parameters().values() if each.prior)
    assert Range.read(known.name, "--vary") == Range(known.name, *known.prior)
    fixed = next(each for each in parameters().values() if each.prior is None)
    with pytest.raises(InputError, match="has no prior"):
        Range.read(fixed.name, "--parameters")


# Morris and Sobol


def test_a_morris_trajectory_changes_one_parameter_after_the_other():
    points = morris_design(THREE, 7, seed=1).points.to_numpy(float)
    assert len(points) == 7 * 4
    for trajectory in points.reshape(7, 4, 3):
        changes = np.diff(trajectory, axis=0) != 0
        assert changes.sum(axis=1).tolist() == [1, 1, 1]
        assert changes.sum(axis=0).tolist() == [1, 1, 1]
    low, high = (np.array([getattr(each, end) for each in THREE]) for end in ("low", "high"))
    levels = (points - low) / (high - low)
    assert set(np.round(levels * 3, 6).ravel()) <= {0.0, 1.0, 2.0, 3.0}


@pytest.mark.parametrize(("second_order", "block"), [(False, 5), (True, 8)])
def test_a_sobol_design_has_its_blocks(second_order, block):
    points = sobol_design(THREE, 16, second_order, seed=1).points.to_numpy(float)
    assert len(points) == 16 * block
    for rows in points.reshape(16, block, 3):
        first, last = rows[0], rows[-1]
        for at in range(3):
            mixed = first.copy()
            mixed[at] = last[at]
            assert rows[1 + at].tolist() == mixed.tolist()


def test_longer_designs_begin_with_the_shorter_ones():
    for short, long in (
        (morris_design(THREE, 4, seed=3), morris_design(THREE, 9, seed=3)),
        (sobol_design(THREE, 8, False, seed=3), sobol_design(THREE, 32, False, seed=3)),
    ):
        assert long.points.iloc[: len(short.points)].equals(short.points)


@pytest.mark.parametrize("samples", [0, 1, 100, 127, 131072])
def test_samples_that_are_no_power_of_two_are_refused(samples):
    with pytest.raises(InputError, match="power of two"):
        sobol_design(THREE, samples, False, seed=1)


def test_one_parameter_is_too_few():
    with pytest.raises(InputError, match="two parameters"):
        morris_design(THREE[:1], 4, seed=1)


@pytest.mark.parametrize(
    "make",
    [
        lambda seed: latin_hypercube(THREE, 20, seed),
        lambda seed: morris_design(THREE, 5, seed),
        lambda seed: sobol_design(THREE, 8, True, seed),
    ],
)
def test_the_same_seed_gives_the_same_bytes_and_another_one_others(make):
    assert make(1).csv() == make(1).csv()
    assert make(0).csv() == make(0).csv()
    assert make(1).csv() != make(2).csv()
    assert make(1).plain() == make(1).plain() != make(2).plain()


def test_sampled_values_stay_inside_ranges_and_are_short():
    for design in (latin_hypercube(priors(), 64, 1), sobol_design(priors(), 16, False, 1)):
        for each in priors():
            values = design.points[each.name]
            assert values.between(each.low, each.high).all()
            assert all(len(repr(value)) <= 20 for value in values)


# Files


def test_a_file_is_read_as_it_stands(file):
    design = read_design(file("stressor_rate,dissociation\n0.5,both\n\n 1.25 , end\n"))
    assert design.names == ["stressor_rate", "dissociation"]
    assert list(design.points.itertuples(index=False, name=None)) == [(0.5, "both"), (1.25, "end")]


def test_what_a_spreadsheet_saves_can_be_read(file):
    assert len(read_design(file('"stressor_rate"\r\n"0.5"\r\n', "utf-8-sig")).points) == 1


def test_a_design_file_that_was_written_can_be_read_again(file):
    design = factorial(["stressor_rate=0.5,1", "dissociation=both,end"])
    again = read_design(file(design.csv().decode()))
    assert again.csv() == design.csv()


def test_points_keep_the_numbers_that_a_file_gives_them(file):
    """Whoever lives some points of a design.csv again can join what comes out by `point`."""
    design = read_design(file("point,stressor_rate\n7,0.9\n3,0.5\n"))
    assert design.points["stressor_rate"].to_dict() == {7: 0.9, 3: 0.5}
    scenarios = PointScenarios(hand_made.scenario(), design)
    assert scenarios.at(7).parameters["stressor_rate"] == 0.9
    assert scenarios.at(3).parameters["stressor_rate"] == 0.5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "is empty"),
        ("stressor_rate\n", "has no points"),
        ("stressor_rat\n1\n", "line 1, column 1: there is no parameter"),
        ("stressor_rat\n1\n", "did you mean 'stressor_rate'"),
        ("stressor_rate,stressor_rate\n1,1\n", "line 1, column 2: 'stressor_rate' stands twice"),
        ("stressor_rate,\n1,1\n", "line 1, column 2"),
        ("point\n1\n", "expected names of parameters"),
        ("stressor_rate\nlots\n", "line 2, column 1 (stressor_rate): expected a number from"),
        ("stressor_rate\n1\n-4\n", "line 3, column 1 (stressor_rate): expected a number from"),
        ("stressor_rate\n1\ninf\n", "line 3, column 1"),
        ("stressor_rate,dissociation\n1,bot\n", "did you mean 'both'"),
        ("stressor_rate,dissociation\n1\n", "line 2: expected 2 values, not 1"),
        ("stressor_rate\n1\n2\n1.0\n", "line 4 is the same point as line 2"),
        ('stressor_rate\n"1\n', "is not CSV"),
        ("point,stressor_rate\n1,0.5\n1,0.9\n", "line 3: point 1 stands in line 2 already"),
        ("stressor_rate,point\n0.5,1.5\n", "line 2: point: expected a whole number from 0"),
        ("point,stressor_rate\n,0.5\n", "line 2: point: expected a whole number from 0"),
        ("point,stressor_rate\n-1,0.5\n", "line 2: point: expected a whole number from 0"),
        ("point,stressor_rate\n99999999999,0.5\n", "expected a whole number from 0 to 1,000,000"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(file, text, expected):
    path = file(text)
    with pytest.raises(InputError) as error:
        read_design(path)
    assert expected in str(error.value)
    assert str(path) in str(error.value)


def test_files_that_are_no_text_or_not_there_are_refused(file, tmp_path):
    with pytest.raises(InputError, match="UTF-8"):
        read_design(file("stressor_rate\nÄ\n", "latin-1"))
    with pytest.raises(InputError, match="cannot read"):
        read_design(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match="cannot read"):
        read_design(tmp_path)


# Scenarios


def test_points_change_what_they_name_and_nothing_else():
    base = load_scenario("baseline", population=50, years=2)
    design = factorial(["stressor_rate=0.5,1", "dissociation=both,end"])
    made = PointScenarios(base, design)
    assert len(made) == 4
    changed = made.at(2).resolved()
    assert changed["parameters"]["stressor_rate"] == 0.5
    assert changed["switches"]["dissociation"] == "end"
    changed["parameters"]["stressor_rate"] = base.parameters["stressor_rate"]
    changed["switches"]["dissociation"] = base.switches["dissociation"]
    assert changed == base.resolved()


def test_a_point_that_a_trend_takes_out_of_range_is_named():
    high = parameters()["stressor_rate"].high
    base = load_scenario(
        "baseline", population=50, years=2, overrides={"trends.stressor_rate.2016": 2.0}
    )
    with pytest.raises(InputError, match="point 2"):
        PointScenarios(base, factorial([f"stressor_rate={high / 4},{high}"]))
    assert scenario_at(base, {"stressor_rate": high / 4}, "point 1")


# What the options mean


def test_options_choose_the_design(file):
    assert sweep_design(["stressor_rate=1,2"], None, None, 1).kind == "factorial"
    assert sweep_design(["stressor_rate=1:2"], 8, None, 1).kind == "latin hypercube"
    assert sweep_design([], None, file("stressor_rate\n1\n"), 1).kind == "file"
    for wrong in (([], None, None), (["stressor_rate=1"], None, file("x")), ([], 3, file("x"))):
        with pytest.raises(InputError):
            sweep_design(*wrong, 1)


def test_a_design_that_is_no_regular_file_is_refused_without_reading_it(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    for place in (tmp_path / "pipe.csv", tmp_path, Path("/dev/zero")):
        with pytest.raises(InputError, match=r"not a regular file|No such file"):
            read_design(place)
    with (tmp_path / "large.csv").open("wb") as large:
        large.truncate(10**12)
    with pytest.raises(InputError, match="too large"):
        read_design(tmp_path / "large.csv")
