"""Seeds up to 2**64 - 1 stand in every table as the integers they are."""

import json
import sys
from dataclasses import replace

import hand_made
import known_outcomes
import pandas as pd
import pyarrow.parquet as pq
import pytest

from abm.cli import main as cli
from abm.cli.run import run_command
from abm.cli.sweep import sweep_command
from abm.experiments.sweeps.design import factorial
from abm.io.tables import read_curves
from abm.runs.options import RunOptions
from abm.scenario.scenario import load_scenario
from abm.simulation.curves import curves_frame
from abm.simulation.record import Logs

LARGE = 2**63 + 1


@pytest.fixture(autouse=True)
def _without_figures(monkeypatch):
    """Draw no figures: they take seconds."""
    monkeypatch.setattr("abm.report.figures.runs.draw_figures", lambda *given: [])


def run_by_hand(scenario, seed, logs, progress=None):
    """Return what a small seed gives, under the seed."""
    return replace(hand_made.record(scenario, seed % 100, logs), seed=seed)


def only(pattern, folder):
    (found,) = folder.glob(pattern)
    return found


@pytest.mark.parametrize("seed", [0, 2**63 - 1, LARGE, 2**64 - 1])
def test_frames_hold_any_seed(seed):
    assert curves_frame([hand_made.census()], seed)["seed"].unique().tolist() == [seed]
    made = hand_made.record(hand_made.scenario(size=20), 3, Logs(people=True, moments=True))
    record = replace(made, seed=seed)
    assert record.curves["seed"].unique().tolist() == [seed]
    assert record.people["seed"].unique().tolist() == [seed]
    assert record.moments["seed"].dtype == "uint64"


def test_a_run_writes_a_large_seed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    options = ["--population", "60", "--years", "1", "--seed", str(LARGE), "--people", "--json"]
    monkeypatch.setattr(sys, "argv", ["nssi", "run", "baseline", *options])
    with pytest.raises(SystemExit) as leaving:
        cli.main()
    assert not leaving.value.code
    found = json.loads(capsys.readouterr().out)
    assert found["seeds"] == [LARGE]
    assert found["summary"]
    folder = only("baseline/*", tmp_path / "results")
    assert read_curves(folder / "curves.csv")["seed"].unique().tolist() == [LARGE]
    assert set(pq.read_table(folder / "people.parquet")["seed"].to_pylist()) == {LARGE}


def test_the_summary_takes_the_seeds_asked_for_of_small_and_large_ones(tmp_path, capsys):
    scenario = hand_made.scenario(size=300, years=2)
    how = RunOptions(tmp_path, 1, quiet=True, as_json=True, simulate=run_by_hand)
    assert run_command(scenario, [LARGE], how) == 0
    alone = json.loads(capsys.readouterr().out)["summary"]
    assert run_command(scenario, [1, LARGE + 1], how) == 0
    assert "people and 2 seeds" in capsys.readouterr().out
    assert run_command(scenario, [LARGE], how) == 0
    assert json.loads(capsys.readouterr().out)["summary"] == alone
    table = read_curves(only("hand-made/*/curves.csv", tmp_path))
    assert sorted(table["seed"].unique().tolist()) == [1, LARGE, LARGE + 1]


@pytest.mark.parametrize("seeds", [[LARGE], [1, LARGE]])
def test_a_sweep_writes_large_seeds(tmp_path, capsys, known_diary, seeds):
    scenario = load_scenario("birth-cohort", population=50, years=2)
    evaluate = known_outcomes.ishigami_but_fail_high
    how = RunOptions(tmp_path, jobs=1, quiet=True, as_json=True, simulate=evaluate)
    design = factorial(["stressor_rate=0.5,1.45"])
    for some in (seeds, [LARGE]):
        assert sweep_command(scenario, design, some, how) == 1
        found = json.loads(capsys.readouterr().out)
        assert found["seeds"] == some
        assert found["failed"] == [[2, seed] for seed in seeds]
    for name in ("sweep.csv", "failed.csv"):
        table = pd.read_csv(only(f"birth-cohort/*/{name}", tmp_path), dtype={"seed": str})
        assert table["seed"].unique().tolist() == [str(seed) for seed in seeds]
