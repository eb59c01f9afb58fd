"""A comparison is completed, never spoilt: killed, damaged, extended, failed in part."""

import json
import math
import os
import sys
from dataclasses import replace
from hashlib import sha256

import made_up_outcomes
import pandas as pd
import pytest
from made_up_outcomes import BASE, BOTH, KIND, NULL, SKILLED

from abm.cli.compare import compare_command
from abm.experiments.comparison import folder_name
from abm.experiments.comparison.runs import comparison_folder
from abm.io.messages import InputError
from abm.report.columns import tables
from abm.runs.options import RunOptions
from abm.runs.result_store import store_below

COMPARISON_FILES = ("differences.csv", "curve_differences.csv", "reached.csv", "packages.csv")
pytestmark = pytest.mark.usefixtures("without_figures")
FOUR = (BASE, SKILLED, KIND, BOTH)


@pytest.fixture
def compare(tmp_path, diary):
    """Return a function that compares and returns the exit code."""

    def run(scenarios=(BASE, SKILLED), seeds=(1, 2), out="results", people=False, **options):
        given = {"jobs": 1, "quiet": True, "simulate": made_up_outcomes.run} | options
        return compare_command(scenarios, seeds, RunOptions(tmp_path / out, **given), people)

    return run


@pytest.fixture
def folder(tmp_path):
    return comparison_folder(tmp_path / "results", (BASE, SKILLED)).path


def content(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


def described(folder):
    return json.loads((folder / "run.json").read_text())


def test_a_comparison_leaves_tables_and_a_description(compare, tmp_path, capsys):
    assert compare(FOUR, [1, 2, 3]) == 0
    folder = comparison_folder(tmp_path / "results", FOUR).path
    assert folder.parent.name == "compare-base-skilled-kind-both"
    for name in COMPARISON_FILES:
        columns = [column.name for column in tables()[name].columns]
        assert list(pd.read_csv(folder / name).columns) == columns
    known = described(folder)
    assert (known["seeds"], known["failed"]) == ([1, 2, 3], [])
    assert known["run_id"] == folder.name
    assert known["scenario"]["title"] == "Made up: base"
    assert [each["name"] for each in known["design"]["others"]] == ["skilled", "kind", "both"]
    shown = capsys.readouterr()
    assert "Against Made up: base: 300 people, 2 years, 3 seeds" in shown.out
    assert "both averts at most what its parts add up to: " in shown.out
    assert str(folder) in shown.out
    assert "findahelpline.com" in shown.err


def test_tables_without_rows_are_not_written(compare, tmp_path):
    plain = made_up_outcomes.scenario("plain")
    assert compare((BASE, plain)) == 0
    folder = comparison_folder(tmp_path / "results", (BASE, plain)).path
    always = {"differences.csv", "curve_differences.csv"}
    assert set(content(folder)) == always | {"pairs.csv", "frontier.csv", "acceptability.csv"}


def test_people_that_are_kept_give_the_sums_of_the_tables(compare, folder):
    compare(people=True)
    compare(seeds=[3])
    people = pd.read_parquet(folder / "compared_people.parquet")
    described_columns = [column.name for column in tables()["compared_people.parquet"].columns]
    assert list(people.columns) == described_columns
    sums = people.groupby(["scenario", "seed", "sex"])["reported_acts"].sum()
    rows = pd.read_csv(folder / "differences.csv").query("outcome == 'acts' and group == 'sex'")
    for row in rows[rows["seed"] != "all"].to_dict("records"):
        key = (int(row["seed"]), row["level"])
        assert row["averted"] == sums["base", *key] - sums["skilled", *key]
    assert set(people["seed"]) == {1, 2, 3}


def test_null_interventions_give_exact_zeros_everywhere(compare, tmp_path):
    assert compare((BASE, NULL), [1, 2, 3]) == 0
    folder = comparison_folder(tmp_path / "results", (BASE, NULL)).path
    table = pd.read_csv(folder / "differences.csv")
    for name in ("averted", "helped", "harmed", "per_100k"):
        assert (table[name] == 0).all()
    assert table[["low", "high", "per_100k_low", "per_100k_high"]].isna().all(axis=None)
    curves = pd.read_csv(folder / "curve_differences.csv")
    assert (curves["difference"] == 0).all()
    assert curves[["low", "high"]].isna().all(axis=None)


def test_the_tables_show_nothing_of_jobs_or_order(compare, folder, tmp_path):
    assert compare(seeds=[1, 2, 3]) == 0
    assert compare(seeds=[3, 1, 2], jobs=2, out="other") == 0
    other = tmp_path / "other" / folder.relative_to(tmp_path / "results")
    assert content(other) == content(folder)
    assert described(other)["content_hash"] == described(folder)["content_hash"]


def test_a_finished_comparison_is_shown_again_without_living_it(compare, folder, diary, capsys):
    compare()
    assert diary() == ["base 1", "base 2", "skilled 1", "skilled 2"]
    first, stamp = capsys.readouterr().out, (folder / "run.json").stat().st_mtime_ns
    assert compare() == 0
    assert diary() == []
    assert capsys.readouterr().out == first
    assert (folder / "run.json").stat().st_mtime_ns == stamp


def test_more_seeds_extend_it_and_fewer_take_nothing_away(compare, folder, diary, capsys):
    compare(seeds=[1])
    diary()
    assert compare(seeds=[1, 2, 3]) == 0
    assert diary() == ["base 2", "base 3", "skilled 2", "skilled 3"]
    before = content(folder)
    capsys.readouterr()
    assert compare(seeds=[2]) == 0
    assert diary() == []
    assert content(folder) == before
    assert "1 seed," in capsys.readouterr().out
    seeds = pd.read_csv(folder / "differences.csv")["seed"].unique().tolist()
    assert seeds == ["all", "1", "2", "3"]


def test_another_comparison_finds_the_runs_of_the_first(compare, diary):
    compare((BASE, SKILLED))
    diary()
    assert compare((BASE, SKILLED, KIND)) == 0
    assert diary() == ["kind 1", "kind 2"]


def test_force_lives_what_is_asked_for_again(compare, folder, diary):
    compare()
    before = content(folder)
    diary()
    assert compare(seeds=[2], force=True) == 0
    assert diary() == ["base 2", "skilled 2"]
    assert content(folder) == before


def test_what_failed_is_listed_and_tried_again(compare, folder, diary, mend, capsys):
    failing = {"simulate": made_up_outcomes.run_but_fail}
    assert compare(seeds=[1, 2, 3], **failing) == 1
    shown = capsys.readouterr()
    assert "skilled, seed 2: RuntimeError: an unlucky seed" in shown.err
    assert "2 seeds" in shown.out
    assert described(folder)["failed"] == [["skilled", 2]]
    assert "unlucky" in (folder / "failed" / "skilled-2.txt").read_text()
    mend()
    diary()
    assert compare(seeds=[1], **failing) == 0
    assert diary() == ["skilled 2"]
    assert described(folder)["failed"] == []
    assert not (folder / "failed").exists()


def test_with_nothing_to_pair_there_is_no_table(compare, folder, capsys):
    assert compare(seeds=[2], simulate=made_up_outcomes.run_but_fail) == 1
    assert "no seed has a pair" in capsys.readouterr().err
    assert content(folder) == {}


def test_what_is_damaged_is_lived_again(compare, folder, tmp_path, diary, capsys):
    compare()
    before = content(folder)
    diary()
    store = store_below(tmp_path / "results")
    kept = [store.get(result.key) for result in store.list("people")]
    for result, name in zip(kept, ("people.parquet", "curves.parquet"), strict=False):
        digest = sha256(result.files[name]).hexdigest()
        (store.folder / "objects" / digest[:2] / digest).write_bytes(b"nothing")
    assert compare(quiet=False) == 0
    assert len(diary()) == 2
    assert content(folder) == before
    assert "2 of them were damaged" in capsys.readouterr().err


COST = {"kind": "k", "title": "t", "people": 1, "cost": 1e308, "newly": 0, "units": 0}
COST |= {"name": "", "cost_per": "person"}


@pytest.mark.parametrize(
    "changes",
    [
        {"about": {"reached": [COST, COST]}},
        {"about": {"reached": None}},
        {"about": {"reached": [5]}},
        {"about": {}},
        {"files": {}},
        {"files": {"people.parquet": b"no table", "curves.parquet": b"none"}},
    ],
)
def test_what_holds_no_run_is_one_line_and_run_again_by_the_same_command(
    compare, folder, tmp_path, diary, capsys, changes
):
    compare()
    before = content(folder)
    store = store_below(tmp_path / "results")
    (first, *_) = store.list("people")
    store.put(replace(store.get(first.key), **changes))
    diary()
    assert compare() == 1
    assert "holds no people of a run" in capsys.readouterr().err
    assert compare() == 0
    assert len(diary()) == 1
    assert content(folder) == before


@pytest.mark.parametrize("seconds", [10**400, -1, "x", None, 0, math.inf])
def test_seconds_and_days_that_cannot_be_say_nothing_of_the_time_to_come(
    compare, tmp_path, capsys, seconds
):
    compare()
    store = store_below(tmp_path / "results")
    for result in store.list("people"):
        about = result.about | {"seconds": seconds, "agent_days": seconds}
        store.put(replace(store.get(result.key), about=about))
    assert compare(seeds=[1, 2, 3], quiet=False) == 0
    assert "2 runs to do, 4 known already: at a guess" in capsys.readouterr().err


def test_the_time_to_come_is_said_before(compare, capsys):
    compare(quiet=False)
    assert "4 runs to do: at a guess" in capsys.readouterr().err
    compare(seeds=[1, 2, 3], quiet=False)
    assert "2 runs to do, 4 known already: about" in capsys.readouterr().err


def test_json_has_estimates_without_nan(compare, folder, capsys):
    assert compare(FOUR, [1, 2, 3], as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["base"], found["scenarios"]) == ("base", ["skilled", "kind", "both"])
    assert found["seeds"] == [1, 2, 3]
    first = found["differences"][0]
    assert (first["scenario"], first["outcome"], first["group"]) == ("skilled", "new_cases", "all")
    assert first["low"] < first["averted"] < first["high"]
    assert found["packages"][0]["package"] == "both"


def test_one_seed_says_what_its_interval_is(compare, capsys):
    assert compare(seeds=[7]) == 0
    assert "within the only seed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("scenarios", "expected"),
    [
        ([BASE], "two scenarios or more"),
        ([BASE, SKILLED, SKILLED], "'skilled' stands twice"),
        ([BASE, made_up_outcomes.scenario("large", size=400)], "large: population.size is 400"),
        ([BASE, made_up_outcomes.scenario("long", years=3)], "--years sets it for all"),
        (
            [BASE, made_up_outcomes.scenario("group", kind="cohort")],
            "kind is cohort; expected open",
        ),
    ],
)
def test_what_cannot_be_paired_is_refused_and_nothing_written(
    compare, tmp_path, scenarios, expected
):
    with pytest.raises(InputError, match=expected):
        compare(scenarios)
    assert not (tmp_path / "results").exists()


def test_long_names_give_a_usable_folder():
    long = [made_up_outcomes.scenario(letter * 70) for letter in "abc"]
    assert len(folder_name(long)) == 100


def test_the_order_of_scenarios_makes_another_folder(tmp_path):
    one = comparison_folder(tmp_path, (BASE, SKILLED, KIND)).path
    two = comparison_folder(tmp_path, (BASE, KIND, SKILLED)).path
    assert one != two


def test_a_dask_cluster_gives_the_same_tables(compare, folder, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))  # workers find the made-up lives
    assert compare(out="other") == 0
    assert compare(dask="local", jobs=2) == 0
    other = tmp_path / "other" / folder.relative_to(tmp_path / "results")
    assert content(folder) == content(other)


@pytest.mark.parametrize("quiet", [True, False])
def test_a_dask_that_cannot_be_had_is_one_line_and_nothing_is_written(
    compare, tmp_path, capsys, diary, monkeypatch, quiet
):
    pytest.importorskip("distributed")
    monkeypatch.setattr("abm.runs.dask_cluster.SECONDS_TO_CONNECT", 1)
    assert compare(dask="no-such-file.json", quiet=quiet) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "no Dask scheduler answers" in line
    assert diary() == []
    assert not (tmp_path / "results").exists()
