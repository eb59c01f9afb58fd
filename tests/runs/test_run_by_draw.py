"""A run under the posterior: which draw each seed lived, and what is due to what."""

import json

import hand_made
import made_up_posterior
import numpy as np
import pandas as pd
import pytest

import abm
from abm.cli.run import run_command
from abm.runs.folder import RunFolder
from abm.runs.options import RunOptions
from abm.scenario import draws as uncertainty
from abm.simulation.record import Logs
from abm.simulation.run import run as simulate_run

SCENARIO = hand_made.scenario(size=300, years=2)


@pytest.fixture
def draws(tmp_path):
    return made_up_posterior.written(tmp_path / "fitted")


@pytest.fixture
def run(tmp_path, draws, monkeypatch):
    """Return a function that runs and returns the folder."""
    monkeypatch.setenv("HAND_MADE_DIARY", str(tmp_path / "diary.txt"))
    monkeypatch.setattr("abm.report.figures.runs.draw_figures", lambda *given: [])

    def call(seeds, scenario=SCENARIO, **options):
        given = {"jobs": 1, "quiet": True, "simulate": hand_made.run, "draws": draws} | options
        how = RunOptions(tmp_path / "results", **given)
        assert run_command(scenario, list(seeds), how) == 0
        design = given["draws"].design if given["draws"] else None
        return RunFolder(tmp_path / "results", scenario, design=design)

    return call


def described(folder):
    return json.loads((folder.path / "run.json").read_text())


def test_the_folder_is_its_own_and_says_the_draws(run, draws):
    folder, plain = run(range(1, 5)), run(range(1, 3), draws=None)
    assert folder.path != plain.path
    known = described(folder)
    assert known["design"] == {"uncertainty": "posterior", "posterior": draws.hash}
    assert known["draws"] == {str(seed): draws.number(seed) for seed in range(1, 5)}
    assert known["scenario"] == SCENARIO.resolved()
    assert described(plain)["design"] == {}
    assert not {"draws", "values_of_draws"} & described(plain).keys()
    run(range(1, 7))
    assert list(described(folder)["draws"]) == [str(seed) for seed in range(1, 7)]


def test_another_posterior_is_another_folder(run, tmp_path):
    other = made_up_posterior.written(tmp_path / "other", made_up_posterior.posterior(3))
    assert run([1]).path != run([1], draws=other).path


def test_parameters_and_chance_are_shown_apart(run, capsys):
    run(range(1, 9), as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["uncertainty"], len(found["draws"])) == ("posterior", 8)
    curves = pd.concat(
        [hand_made.record(SCENARIO, seed).curves for seed in range(1, 9)], ignore_index=True
    )
    chosen = (curves["measure"] == "lifetime_prevalence") & (curves["age"] == "12-18")
    last = curves[chosen & (curves["sex"] == "all") & (curves["date"] == curves["date"].max())]
    values = last["value"].to_numpy().reshape(4, 2)
    row = found["summary"][0]
    within = values.var(axis=1, ddof=1).mean()
    assert row["estimate"] == pytest.approx(values.mean())
    assert row["high"] - row["low"] == pytest.approx(2 * 2.776445 * np.sqrt(within / 8))
    parameter = max(0.0, values.mean(axis=1).var(ddof=1) - within / 2)
    width = row["parameter_high"] - row["parameter_low"]
    assert width == pytest.approx(2 * 1.959964 * np.sqrt(parameter))
    assert row["one_run_low"] < row["low"] < row["estimate"]
    assert row["draws"] == 4
    run(range(1, 9))
    out = capsys.readouterr().out
    assert "parameters" in out.splitlines()[1]
    assert "4 draws, two runs each" in out


@pytest.mark.parametrize("seeds", [[1], [1, 2], [2, 3]])
def test_too_few_seeds_say_what_is_needed(run, capsys, seeds):
    run(seeds)
    assert "an even --seeds of at least 4" in capsys.readouterr().out


def test_a_seed_lives_the_very_scenario_that_is_drawn(tmp_path, monkeypatch, draws, run):
    monkeypatch.setattr(uncertainty, "FOLDER", tmp_path / "fitted")
    cohort = abm.load_scenario("birth-cohort", population=40, years=8)
    curves = pd.read_csv(run([3, 4], cohort, simulate=simulate_run).path / "curves.csv")
    alone = {seed: abm.run(uncertainty.drawn(cohort, seed), seed, Logs()).curves for seed in (3, 4)}
    for seed, expected in alone.items():
        own = curves[curves["seed"] == seed].reset_index(drop=True)
        assert own["value"].tolist() == pytest.approx(expected["value"].tolist(), rel=1e-12)
    plain = abm.run(cohort, 3, Logs()).curves
    assert plain["value"].tolist() != alone[3]["value"].tolist()
