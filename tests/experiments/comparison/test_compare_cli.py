"""`nssi compare` and `abm.compare`: what they pass on, wrong input, and real runs."""

import json
import sys

import made_up_outcomes
import pandas as pd
import pytest

import abm
from abm.cli import compare as command
from abm.cli import main as cli
from abm.runs.errors import RunnerError
from abm.runs.result_store import store_below

NOTHING = """extends = "baseline"
title = "Lessons for nobody"
[[interventions]]
kind = "school_skills_programme"
coverage = 0.0
"""
MUCH = """extends = "baseline"
[[interventions]]
kind = "school_skills_programme"
coverage = 1.0
ages = [10, 24]
effects = { regulation = 1.0 }
months_to_full = 0
"""
SMALL = ("--population", "60", "--years", "1", "--seeds", "2", "--jobs", "1")
OFTEN = ("--set", "barrier_mean=7.5")


@pytest.fixture
def nssi(tmp_path, monkeypatch, capsys):
    """Return a function that calls the command in a folder of two scenarios."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "nothing.toml").write_text(NOTHING)
    (tmp_path / "scenarios" / "much.toml").write_text(MUCH)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["nssi", *arguments])
        with pytest.raises(SystemExit) as leaving:
            cli.main()
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return int(leaving.value.code or 0), printed.out, printed.err

    return call


def test_compare_passes_on_what_was_asked(nssi, monkeypatch):
    calls = []
    monkeypatch.setattr(
        command, "compare_command", lambda *given, **options: calls.append((given, options)) or 0
    )
    code, _, _ = nssi(
        *("compare", "baseline", "nothing", "much", "--seeds", "2", "--seed", "5", "--years", "3"),
        *("--population", "40", "--set", "stressor_rate=0.7", "--jobs", "2", "--out", "here"),
        *("--dask", "local", "--force", "--quiet", "--json", "--people"),
    )
    assert code == 0
    (((scenarios, seeds, how), more),) = calls
    assert more == {"keeps_people": True}
    assert [each.name for each in scenarios] == ["baseline", "nothing", "much"]
    assert {each.parameters["stressor_rate"] for each in scenarios} == {0.7}
    assert {(each.population.size, each.calendar.years) for each in scenarios} == {(40, 3)}
    assert list(seeds) == [5, 6]
    assert (str(how.out), how.jobs, how.dask) == ("here", 2, "local")
    assert (how.force, how.quiet, how.as_json) == (True, True, True)


WRONG = [
    (["compare"], "missing argument"),
    (["compare", "baseline"], "missing argument"),
    (["compare", "baseline", "nothin"], "did you mean 'nothing'"),
    (["compare", "baselin", "nothing"], "did you mean 'baseline'"),
    (["compare", "baseline", "baseline"], "stands twice"),
    (["compare", "baseline", "birth-cohort"], "expected open as in baseline"),
    (["compare", "baseline", "nothing", "--seeds", "0"], "--seeds"),
    (["compare", "baseline", "nothing", "--seed", str(2**64)], "--seed"),
    (["compare", "baseline", "nothing", "--set", "nothing"], "name=value"),
    (["compare", "baseline", "nothing", "--set", "stressor_rat=1"], "did you mean"),
    (["compare", "baseline", "nothing", "--population", "0"], "population.size"),
    (["compare", "baseline", "nothing", "--out", "scenarios/much.toml"], "not a folder"),
]


@pytest.mark.parametrize(("arguments", "expected"), WRONG)
def test_wrong_input_is_one_message_and_nothing_is_written(nssi, tmp_path, arguments, expected):
    code, out, err = nssi(*arguments)
    assert code == 2
    assert out == ""
    assert expected.lower() in err.lower()
    assert len(err.strip().splitlines()) <= 4
    assert [path.name for path in tmp_path.iterdir()] == ["scenarios"]


def test_help_names_where_support_is_found(nssi):
    code, out, _ = nssi("compare", "--help")
    assert code == 0
    assert f"  {cli.HELPLINES}\n" in out


@pytest.mark.usefixtures("without_figures")
def test_real_runs_null_is_zero_and_more_is_not(nssi, tmp_path):
    names = ("baseline", "nothing", "much")
    code, out, err = nssi("compare", *names, *SMALL, *OFTEN, "--json")
    assert code == 0
    found = json.loads(out)
    assert "6 runs to do after 2 warm-ups that they share" in err
    assert "findahelpline" not in out
    (folder,) = (tmp_path / "results").glob("compare-baseline-nothing-much/*")
    assert str(folder) in str(tmp_path / found["folder"])
    table = pd.read_csv(folder / "differences.csv")
    null = table[table["scenario"] == "nothing"]
    zeros = ["averted", "helped", "harmed", "per_100k", "reached"]
    assert (null[zeros] == 0).all(axis=None)
    much = table[(table["scenario"] == "much") & (table["group"] == "all")]
    assert (much["reached"] >= 60).all()
    assert (much["helped"] + much["harmed"]).sum() > 0
    curves = pd.read_csv(folder / "curve_differences.csv")
    null = curves[(curves["scenario"] == "nothing") & (curves["seeds"] > 1)]
    assert (null["difference"] == 0).all()
    assert null[["low", "high"]].isna().all(axis=None)
    reached = pd.read_csv(folder / "reached.csv")
    assert set(reached["kind"]) == {"school_skills_programme"}


def test_from_python_runs_that_share_what_they_can_change_no_bit(tmp_path, nssi):
    given = {"population": 60, "years": 1, "overrides": {"barrier_mean": 7.5}}
    shared = abm.compare(["baseline", "much"], seeds=[3, 4], jobs=2, out="kept", **given)
    whole = abm.compare(["baseline", "much"], seeds=[3, 4], live=run_whole, **given)
    pd.testing.assert_frame_equal(shared.differences, whole.differences)
    pd.testing.assert_frame_equal(shared.curve_differences, whole.curve_differences)
    assert len(store_below(tmp_path / "kept").list("warm-up")) == 2
    assert shared.averted("sex")["level"].unique().tolist() == ["female", "male"]


def run_whole(scenario, seed, store):
    from abm.experiments.comparison.runs import PEOPLE_ONLY
    from abm.simulation.run import run

    return run(scenario, seed, PEOPLE_ONLY)


def test_from_python_a_failed_run_is_an_error(diary):
    with pytest.raises(RunnerError, match="unlucky seed"):
        abm.compare(
            [made_up_outcomes.BASE, made_up_outcomes.SKILLED],
            [2],
            live=made_up_outcomes.run_but_fail,
        )
