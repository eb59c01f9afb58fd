"""A sweep lives its design once, keeps what failed apart, and shows nothing of how it was run."""

import json
import sys

import known_outcomes
import pandas as pd
import pytest
from scipy import stats

from abm.cli.sweep import sweep_command
from abm.experiments.sweeps.design import factorial
from abm.experiments.sweeps.differences import point_differences
from abm.runs import dask_cluster
from abm.runs.folder import RunFolder, this_platform
from abm.runs.options import RunOptions
from abm.scenario.scenario import load_scenario
from abm.studies.outcomes import NOT_EFFECTS

SCENARIO = load_scenario("birth-cohort", population=50, years=2)
VARIED = ["stressor_rate=0.5,1.0,1.45", "dissociation=both,end"]


@pytest.fixture
def sweep(tmp_path):
    """Return a function that sweeps and returns the exit code."""

    def run(seeds=(1, 2), out="results", varied=VARIED, **options):
        given = {"jobs": 1, "quiet": True, "simulate": known_outcomes.ishigami} | options
        how = RunOptions(tmp_path / out, **given)
        return sweep_command(SCENARIO, factorial(varied), seeds, how)

    return run


@pytest.fixture
def folder(tmp_path):
    return RunFolder(tmp_path / "results", SCENARIO, "sweep", factorial(VARIED).plain()).path


def content(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


def described(folder):
    return json.loads((folder / "run.json").read_text())


def test_a_sweep_leaves_one_row_a_run_and_outcome(sweep, folder, capsys):
    assert sweep() == 0
    table = pd.read_csv(folder / "sweep.csv")
    columns = ["point", "stressor_rate", "dissociation", "seed", "outcome", "value"]
    assert list(table.columns) == columns
    names = list(known_outcomes.ishigami(SCENARIO, 1))
    assert len(table) == 6 * 2 * len(names)
    assert table["outcome"].tolist()[: len(names)] == names
    assert table["point"].is_monotonic_increasing
    for _, row in table[table["outcome"] == "past_year_prevalence_12_18"].iterrows():
        lived = SCENARIO.with_parameters(stressor_rate=row["stressor_rate"])
        expected = known_outcomes.ishigami(lived, int(row["seed"]))
        assert row["value"] == pytest.approx(expected["past_year_prevalence_12_18"], rel=1e-12)
    assert pd.read_csv(folder / "design.csv")["point"].tolist() == [1, 2, 3, 4, 5, 6]
    assert described(folder)["seeds"] == [1, 2]
    assert {path.name for path in folder.iterdir()} == {
        *("design.csv", "sweep.csv", "point_differences.csv", "run.json")
    }
    shown = capsys.readouterr()
    assert "6 points, 2 seeds each" in shown.out
    assert str(folder) in shown.out
    assert "findahelpline.com" in shown.err


def test_the_tables_show_nothing_of_jobs(sweep, folder, tmp_path):
    assert sweep() == 0
    assert sweep(out="other", jobs=2) == 0
    other = tmp_path / "other" / folder.relative_to(tmp_path / "results")
    assert content(other) == content(folder)
    assert described(other)["content_hash"] == described(folder)["content_hash"]


def test_a_finished_sweep_lives_nothing_again(sweep, folder, known_diary, capsys):
    sweep()
    assert len(known_diary()) == 12
    first, stamp = capsys.readouterr().out, (folder / "run.json").stat().st_mtime_ns
    assert sweep() == 0
    assert known_diary() == []
    assert capsys.readouterr().out == first
    assert (folder / "run.json").stat().st_mtime_ns == stamp


def test_more_seeds_extend_and_fewer_take_nothing_away(sweep, folder, known_diary):
    sweep(seeds=[1])
    known_diary()
    assert sweep(seeds=[1, 2, 3]) == 0
    assert len(known_diary()) == 12
    before = content(folder)
    assert sweep(seeds=[3]) == 0
    assert known_diary() == []
    assert content(folder) == before
    assert sorted(pd.read_csv(folder / "sweep.csv")["seed"].unique()) == [1, 2, 3]


def test_fewer_seeds_later_hide_no_failure(sweep, folder, known_diary, mend, capsys):
    failing = {"simulate": known_outcomes.ishigami_but_fail_high}
    sweep(seeds=[1, 2, 3], **failing)
    before = content(folder)
    mend()
    sweep(seeds=[2], retry_failed=False, **failing)
    assert content(folder) == before
    assert {"failed.csv", "sweep.csv"} <= set(before)
    failed = [[point, seed] for point in (5, 6) for seed in (1, 2, 3)]
    assert described(folder)["failed"] == failed
    capsys.readouterr()
    assert sweep(seeds=[2], as_json=True, **failing) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["seeds"], found["failed"]) == ([2], failed)


def test_a_seed_that_failed_everywhere_is_not_forgotten(sweep, folder, known_diary):
    everywhere = {"simulate": known_outcomes.ishigami_but_fail_second_seed}
    assert sweep(seeds=[1, 2], **everywhere) == 1
    assert sweep(seeds=[1], **everywhere) == 1
    assert pd.read_csv(folder / "failed.csv")["seed"].unique().tolist() == [2]
    assert described(folder)["seeds"] == [1, 2]


def test_what_failed_is_listed_and_the_rest_is_kept(sweep, folder, known_diary, mend, capsys):
    failing = {"simulate": known_outcomes.ishigami_but_fail_high}
    assert sweep(**failing) == 1
    failed = pd.read_csv(folder / "failed.csv")
    assert failed[["point", "seed"]].to_numpy().tolist() == [[5, 1], [5, 2], [6, 1], [6, 2]]
    assert failed["error"].str.contains("too many stressors").all()
    assert sorted(pd.read_csv(folder / "sweep.csv")["point"].unique()) == [1, 2, 3, 4]
    assert described(folder)["failed"] == [[5, 1], [5, 2], [6, 1], [6, 2]]
    shown = capsys.readouterr()
    assert "point 5, seed 1: ValueError: too many stressors" in shown.err
    assert "failed" in shown.out
    known_diary()
    mend()
    assert sweep(**failing) == 1  # a failure is not tried again by itself
    assert known_diary() == []
    assert sweep(**failing, retry_failed=True) == 0
    assert len(known_diary()) == 4
    assert not (folder / "failed.csv").exists()


def test_json_has_means_and_intervals_by_point(sweep, folder, capsys):
    assert sweep(as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["folder"] == str(folder)
    assert [point["point"] for point in found["points"]] == [1, 2, 3, 4, 5, 6]
    assert found["points"][1]["values"] == {"stressor_rate": 0.5, "dissociation": "end"}
    outcomes = found["points"][0]["outcomes"]
    noisy = outcomes["past_year_prevalence_12_18"]
    assert noisy["low"] < noisy["mean"] < noisy["high"]
    assert outcomes["female_to_male_ratio"] == {"mean": None, "low": None, "high": None}


def test_the_time_to_come_is_said_before(sweep, capsys):
    sweep(quiet=False)
    said = capsys.readouterr().err
    assert "12 runs to do; timing one of them" in said
    assert "10 runs left" in said
    assert "about 1 s with one process" in said


def test_real_runs_have_every_outcome(sweep, tmp_path):
    from abm.runs.figures import run_outcomes

    assert sweep(seeds=[1], varied=["stressor_rate=0.5,1.0"], simulate=run_outcomes) == 0
    (path,) = (tmp_path / "results" / "birth-cohort").iterdir()
    table = pd.read_csv(path / "sweep.csv")
    assert table["outcome"].tolist() == [*NOT_EFFECTS] * 2


@pytest.mark.parametrize("quiet", [True, False])
def test_a_dask_that_cannot_be_had_is_one_line_and_nothing_is_written(
    sweep, tmp_path, capsys, monkeypatch, known_diary, quiet
):
    pytest.importorskip("distributed")
    monkeypatch.setattr(dask_cluster, "SECONDS_TO_CONNECT", 1)
    for address in ("tcp://127.0.0.1:1", "no-such-file.json"):
        assert sweep(dask=address, quiet=quiet) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert "no Dask scheduler answers" in line
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert sweep(dask="local", quiet=quiet) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "pip install" in line
    assert known_diary() == []
    assert not (tmp_path / "results").exists()


def test_a_table_that_cannot_be_written_or_removed_is_one_line(sweep, folder, capsys):
    (folder / "sweep.csv").mkdir(parents=True)
    assert sweep() == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot write" in line
    (folder / "sweep.csv").rmdir()
    (folder / "failed.csv").mkdir()
    assert sweep() == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot remove" in line


def test_run_json_says_platform_as_single_runs_do(sweep, folder):
    assert sweep() == 0
    assert described(folder)["platform"] == this_platform()
    assert "machine" not in described(folder)


def test_points_are_paired_by_seed():
    values = {1: [0.10, 0.14, 0.12], 2: [0.21, 0.24, 0.25], 3: [0.10, 0.14, 0.12]}
    rows = [
        {"point": point, "seed": seed, "outcome": "share", "value": value}
        for point, shares in values.items()
        for seed, value in enumerate(shares, 1)
    ]
    found = point_differences(pd.DataFrame(rows))
    assert found["point"].tolist() == [2, 3]
    second, third = found.to_dict("records")
    expected = stats.ttest_rel(values[2], values[1]).confidence_interval()
    assert second["difference"] == pytest.approx(0.34 / 3)
    assert (second["low"], second["high"]) == pytest.approx((expected.low, expected.high))
    assert (second["seeds"], second["seeds_above"], second["against"]) == (3, 1.0, 1)
    assert third["difference"] == third["seeds_above"] == 0
    assert pd.isna(third["low"])
