"""A sensitivity analysis from design to tables: right, resumed, and never of a half design."""

import json
import math
import re

import known_outcomes
import pandas as pd
import pytest
from test_indices import ishigami_indices

from abm.cli.sensitivity import sensitivity_command, top_of
from abm.experiments.sensitivity.analysis import Plan, analyse_runs
from abm.experiments.sweeps.design import PointScenarios, Range
from abm.experiments.sweeps.study import run_points
from abm.io.messages import InputError
from abm.runs.folder import RunFolder
from abm.runs.options import RunOptions
from abm.scenario.scenario import load_scenario

SCENARIO = load_scenario("birth-cohort", population=50, years=2)
RANGES = tuple(Range(name, *ends) for name, ends in known_outcomes.RANGES.items())
X = dict(zip(("x1", "x2", "x3"), known_outcomes.RANGES, strict=True))
MORRIS = Plan("morris", RANGES, 10)


@pytest.fixture(autouse=True)
def _without_figures(monkeypatch):
    """Draw no figures: they take seconds, and have tests of their own."""
    monkeypatch.setattr(
        "abm.report.figures.sensitivity.draw_sensitivity_figures", lambda *given: []
    )


@pytest.fixture
def analyse(tmp_path):
    """Return a function that analyses and returns the exit code."""

    def run(plan=MORRIS, out="results", **options):
        given = {"jobs": 1, "quiet": True, "simulate": known_outcomes.ishigami} | options
        return sensitivity_command(SCENARIO, plan, RunOptions(tmp_path / out, **given))

    return run


@pytest.fixture
def folder_of(tmp_path):
    def find(plan=MORRIS, out="results"):
        return RunFolder(tmp_path / out, SCENARIO, "sensitivity", plan.design().plain()).path

    return find


def content(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


def test_sobol_of_a_known_function_through_store_and_tables(analyse, folder_of):
    plan = Plan("sobol", RANGES, 256, second_order=True)
    assert analyse(plan) == 0
    table = pd.read_csv(folder_of(plan) / "indices.csv", keep_default_na=False)
    assert list(table.columns) == [
        "method", "outcome", "age", "parameter", "parameter_2", "index", "value", "low", "high"
    ]  # fmt: skip
    own = table[table["outcome"] == "lifetime_prevalence_12_18"]
    rows = own.set_index(["index", "parameter", "parameter_2"]).astype(
        {"value": float, "low": float, "high": float}
    )
    for (index, *names), truth in ishigami_indices().items():
        first, second = [*(X[name] for name in names), ""][:2]
        row = rows.loc[(index, first, second)]
        assert row["low"] <= truth <= row["high"], (index, names)


def test_ages_have_a_column_of_their_own(analyse, folder_of):
    assert analyse() == 0
    table = pd.read_csv(folder_of() / "indices.csv", dtype={"age": str}, keep_default_na=False)
    ages = table[table["outcome"] == "lifetime_prevalence"]
    assert ages["age"].unique().tolist() == ["14", "15"]  # at 10 nothing varies
    effects = ages[(ages["index"] == "mu_star")].set_index(["age", "parameter"])["value"]
    first, _, third = known_outcomes.RANGES
    for place, slope in ((("14", first), 2), (("14", third), 0), (("15", third), 1)):
        assert float(effects[place]) == pytest.approx(slope * math.pi, abs=1e-9)


def test_noise_is_estimated_from_a_few_more_seeds(analyse, folder_of, known_diary):
    plan = Plan("sobol", RANGES, 64)
    assert analyse(plan) == 0
    assert len(known_diary()) == 64 * 5 + 3 * 10
    noise = pd.read_csv(folder_of(plan) / "noise.csv", keep_default_na=False)
    rows = noise.set_index("outcome").loc[
        ["lifetime_prevalence_12_18", "past_year_prevalence_12_18"]
    ]
    assert (rows["seeds"].astype(int) == 1).all()
    assert (rows["noise_points"].astype(int) == 10).all()
    between = rows["between_seeds"].astype(float)
    assert between.iloc[0] == pytest.approx(0.0, abs=1e-12)
    assert between.iloc[1] == pytest.approx(known_outcomes.NOISE**2, rel=0.6)
    undefined = noise.set_index("outcome")["note"]
    assert undefined["female_to_male_ratio"] == "undefined in 64 of 64 samples"


def test_more_seeds_need_no_further_runs_and_lower_the_noise(analyse, folder_of, known_diary):
    analyse()
    before = known_diary()
    more = Plan("morris", RANGES, 10, seeds=4)
    assert analyse(more) == 0
    points = len(MORRIS.design().points)
    after = known_diary()
    assert not set(before) & set(after)
    assert len(before) + len(after) == 4 * len(MORRIS.design().points.drop_duplicates())
    assert folder_of(more) != folder_of()
    noise = pd.read_csv(folder_of(more) / "noise.csv").set_index("outcome")
    row = noise.loc["past_year_prevalence_12_18"]
    assert (row["seeds"], row["noise_points"]) == (4, points)
    assert row["between_seeds"] == pytest.approx(known_outcomes.NOISE**2, rel=0.4)
    assert row["noise_share"] < row["single_run_noise_share"] / 2


def test_a_shorter_analysis_is_part_of_a_longer_one(analyse, known_diary):
    analyse(Plan("sobol", RANGES, 16, seeds=2))
    known_diary()
    analyse(Plan("sobol", RANGES, 32, seeds=2))
    assert len(known_diary()) == 16 * 5 * 2


def test_repetitions_say_how_stable_the_ranking_is(analyse, folder_of, capsys):
    plan = Plan("morris", RANGES, 10, seeds=2, repetitions=3)
    assert analyse(plan) == 0
    table = pd.read_csv(folder_of(plan) / "stability.csv")
    own = table[table["outcome"] == "lifetime_prevalence_12_18"]
    assert own[["repetition", "other"]].to_numpy().tolist() == [[1, 2], [1, 3], [2, 3]]
    assert own["spearman"].tolist() == pytest.approx([1.0, 1.0, 1.0])  # no noise, no change
    assert (own["top"] == 3).all()
    assert (own["shared"] == 3).all()
    assert "repetitions 1 and 2: Spearman" in capsys.readouterr().out
    before = content(folder_of(plan))
    assert analyse() == 0
    assert not (folder_of() / "stability.csv").exists()
    assert analyse(Plan("morris", RANGES, 10, seeds=3, repetitions=2)) == 0
    assert content(folder_of(plan)) == before  # another analysis takes nothing away


def test_a_refusal_leaves_no_tables_that_are_not_of_the_whole_design(
    analyse, folder_of, known_diary, capsys
):
    failing = {"simulate": known_outcomes.ishigami_but_fail_high}
    assert analyse() == 0
    (folder_of() / "figures" / "sensitivity_ranked.png").write_bytes(b"drawn")
    whole = content(folder_of())
    assert analyse(**failing) == 1  # the same design, and complete: what it found still holds
    assert "when it was complete" in capsys.readouterr().err
    left = content(folder_of())
    assert {"failed.csv"} == left.keys() - whole.keys()
    assert {name: left[name] for name in whole} == whole
    (folder_of() / "noise.csv").write_text("half of it")
    assert analyse(**failing) == 1
    assert "when it was complete" not in capsys.readouterr().err
    names = {path.name for path in folder_of().rglob("*") if path.is_file()}
    assert names == {"design.csv", "failed.csv"}


def test_terminal_says_what_intervals_cover_and_how_sure_the_noise_is(analyse, capsys):
    assert analyse() == 0
    said = capsys.readouterr().out
    assert "+- 95 % by Student's t over trajectories" in said
    assert "which points were chosen, at these seeds" in said
    assert "(--repeat)" in said
    (chance,) = (line for line in said.splitlines() if "(chance in the variance)" in line)
    assert re.search(r"\d\.\d% \(\d+\.\d to \d+\.\d\)", chance)


def test_a_design_with_failed_rows_is_not_analysed(analyse, folder_of, known_diary, mend, capsys):
    failing = {"simulate": known_outcomes.ishigami_but_fail_high}
    assert analyse(**failing) == 1
    said = capsys.readouterr().err
    assert "nothing was analysed" in said
    assert "--retry-failed" in said
    assert "too many stressors" in said
    failed = pd.read_csv(folder_of() / "failed.csv")
    assert (failed["stressor_rate"] > 1.4).all()
    assert {path.name for path in folder_of().glob("*.csv")} == {"design.csv", "failed.csv"}
    known_diary()
    mend()
    assert analyse(**failing) == 1
    assert known_diary() == []
    assert analyse(**failing, retry_failed=True) == 0
    names = [*known_outcomes.RANGES, "seed"]
    assert len(known_diary()) == len(failed[names].drop_duplicates())
    assert (folder_of() / "indices.csv").exists()
    assert not (folder_of() / "failed.csv").exists()


def test_missing_rows_are_refused_by_the_analysis_itself(tmp_path):
    design = MORRIS.design()
    how = RunOptions(tmp_path, jobs=1, quiet=True, simulate=known_outcomes.ishigami)
    scenarios = PointScenarios(SCENARIO, design)
    runs = run_points(scenarios, [(point, 1) for point in design.points.index], how, "")
    none = runs.iloc[:0]
    assert len(analyse_runs(MORRIS, design, runs, none).indices)
    with pytest.raises(ValueError, match="finish the design"):
        analyse_runs(MORRIS, design, runs.iloc[:-1], none)
    with pytest.raises(ValueError, match="finish the design"):
        analyse_runs(MORRIS, design, runs.assign(status="failed"), none)


def test_two_processes_give_the_same_bytes_as_one(analyse, folder_of):
    assert analyse() == 0
    assert analyse(out="other", jobs=2) == 0
    assert content(folder_of()) == content(folder_of(out="other"))
    hashes = [
        json.loads((folder / "run.json").read_text())["content_hash"]
        for folder in (folder_of(), folder_of(out="other"))
    ]
    assert hashes[0] == hashes[1]


def test_a_finished_analysis_lives_and_writes_nothing_again(analyse, folder_of, known_diary):
    analyse()
    known_diary()
    stamps = {path: path.stat().st_mtime_ns for path in folder_of().rglob("*")}
    assert analyse() == 0
    assert known_diary() == []
    assert {path: path.stat().st_mtime_ns for path in folder_of().rglob("*")} == stamps


def test_sobol_can_take_the_top_of_a_morris_analysis(analyse, folder_of):
    assert analyse() == 0
    ranking = pd.read_csv(folder_of() / "ranking.csv")
    first = ranking[ranking["outcome"] == "all"]["parameter"].tolist()[:2]
    found = top_of(folder_of(), 2)
    assert [each.name for each in found] == first
    assert all((each.low, each.high) == known_outcomes.RANGES[each.name] for each in found)
    sobol = Plan("sobol", found, 8)
    assert analyse(sobol) == 0
    with pytest.raises(InputError, match="expected 2 to 3"):
        top_of(folder_of(), 4)
    with pytest.raises(InputError, match="expected a Morris one"):
        top_of(folder_of(sobol), 2)
    with pytest.raises(InputError, match="no finished"):
        top_of(folder_of() / "nowhere", 2)


def test_seeds_may_be_large(analyse, folder_of, capsys):
    plan = Plan("morris", RANGES, 10, repetitions=2, first_seed=2**63)
    assert analyse(plan, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["seeds"] == [2**63, 2**63 + 1]
    failing = {"simulate": known_outcomes.ishigami_but_fail_second_seed}
    mixed = Plan("morris", RANGES, 10, seeds=2, first_seed=2**63 - 1)
    assert analyse(mixed, **failing) == 0
    assert json.loads((folder_of(mixed) / "run.json").read_text())["seeds"] == mixed.all_seeds


def test_what_is_to_come_is_said_before(analyse, capsys):
    analyse(quiet=False)
    said = capsys.readouterr().err
    assert "morris, 40 points of 3 parameters (10 trajectories), 40 runs" in said
    assert "30 more to estimate chance: 3 seeds at 10 points" in said
    assert "with one process" in said


def test_json_has_ranking_and_noise(analyse, folder_of, capsys):
    assert analyse(as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["folder"] == str(folder_of())
    assert {row["outcome"] for row in found["ranking"]} >= {"all", "past_year_prevalence_12_18"}
    assert {row["outcome"] for row in found["noise"]} >= {"past_year_prevalence_12_18"}
    assert found["stability"] == []
