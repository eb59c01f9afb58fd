"""The command `calibrate`: piece by piece, from an empty folder to a posterior."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from abm.cli import calibrate as command
from abm.cli.main import app
from abm.experiments.calibration import bank_runs, waves
from abm.experiments.calibration.bank_statistics import statistics
from abm.experiments.calibration.recipe import RECIPE_FILE, own_recipe, recipe
from abm.experiments.calibration.targets import targets_of
from abm.experiments.calibration.waves import Calibration
from abm.io.messages import InputError
from abm.runs.options import RunOptions
from abm.scenario import posterior
from abm.scenario.scenario import Scenario

FEW = {"truths": 6}
NAMES = list(recipe().free)[:4]


def figures(scenario: Scenario, seed: int) -> dict[str, float]:
    """Return every statistic of the register: targets move with four parameters, a little."""
    unit = small_recipe().space.unit(np.array([scenario.parameters[name] for name in NAMES]))
    random = np.random.Generator(np.random.Philox(seed))
    values = dict.fromkeys(statistics(), 1.0)
    for number, target in enumerate(targets_of(statistics()).fitted):
        moved = 4.0 * (unit[number % len(NAMES)] - 0.5) + 0.3 * random.normal()
        values[target.name] = float(target.scale.back(target.centre + target.half_width * moved))
    return values


def small_recipe():
    chosen = recipe().scaled(50, 300)
    fit = chosen.fit.model_copy(update=FEW)
    free = {name: recipe().free[name] for name in NAMES}
    return chosen.model_copy(update={"fit": fit, "free": free})


@pytest.fixture
def made_up(monkeypatch):
    """Let runs cost nothing but arithmetic."""

    def run_definition(runs):
        real = bank_runs.run_definition(runs)
        return bank_runs.RunDefinition(real.baseline, figures, real.made_with)

    monkeypatch.setattr(waves, "run_definition", run_definition)


def small(tmp_path, **more) -> Calibration:
    options = RunOptions(tmp_path / "out", jobs=1, quiet=True, as_json=True)
    return Calibration(tmp_path / "bank", options, **{"recipe": small_recipe(), **more})


def test_a_calibration_runs_from_end_to_end_and_again_without_running(tmp_path, made_up, capsys):
    assert command.calibrate_command(small(tmp_path, minutes=0.0)) == 0
    planned = small_recipe().waves[0].runs
    state = json.loads(capsys.readouterr().out)["wave-1"]
    assert state == {
        "runs": planned,
        "parts": 0,
        "of_parts": -(-planned // recipe().runs.part),
        "whole": False,
    }

    assert command.calibrate_command(small(tmp_path), wave="1") == 0
    assert command.calibrate_command(small(tmp_path), fit_only=True) == 0
    capsys.readouterr()
    assert not (tmp_path / "diagnostics" / "predictive.csv").exists()  # of the last wave's runs

    assert command.calibrate_command(small(tmp_path)) == 0
    report = json.loads(capsys.readouterr().out)
    assert all(report[wave.name]["whole"] for wave in small_recipe().waves)
    assert report["fit"]["not_identified"] == []
    files = sorted(path.name for path in (tmp_path / "diagnostics").glob("*.csv"))
    assert files == [
        "correlations.csv", "identifiability.csv", "opinions.csv", "predictive.csv", "ranks.csv",
        "regressions.csv",
    ]  # fmt: skip
    before = {path.name: path.read_bytes() for path in tmp_path.glob("posterior.*")}
    draws = posterior.draws(20, 1, tmp_path)
    space = small_recipe().space
    unit = space.unit(np.array([[draw[name] for name in NAMES] for draw in draws]))
    assert np.abs(unit.mean(axis=0) - 0.5).max() < 0.1  # where every target is met
    predicted = pd.read_csv(tmp_path / "diagnostics" / "predictive.csv")
    fitted = predicted[predicted["part_in_fit"] == "fitted"]
    assert (fitted["median"] > fitted["accepted_low"]).all()
    assert (fitted["median"] < fitted["accepted_high"]).all()

    (tmp_path / "posterior.csv").unlink()
    assert command.calibrate_command(small(tmp_path), fit_only=True) == 0
    capsys.readouterr()
    assert {path.name: path.read_bytes() for path in tmp_path.glob("posterior.*")} == before

    other = small(tmp_path, recipe=_with_other_seeds())
    assert command.calibrate_command(other) == 2
    assert "designed for other" in capsys.readouterr().err


def _with_other_seeds():
    chosen = small_recipe()
    first = chosen.waves[0].model_copy(update={"first_seed": 90_000})
    return chosen.model_copy(update={"waves": (first, *chosen.waves[1:])})


def test_the_screening_says_what_each_prior_moves(tmp_path, made_up, capsys):
    few = small_recipe().model_copy(
        update={
            "screening": recipe().screening.model_copy(update={"trajectories": 4, "ranges": {}})
        }
    )
    assert command.screen_command(small(tmp_path, recipe=few)) == 0
    rows = json.loads(capsys.readouterr().out)
    moving = [row["parameter"] for row in rows if row["largest"] > 0.5]
    assert sorted(moving) == sorted(NAMES)
    assert all(row["largest"] == pytest.approx(4.0) for row in rows[:4])
    table = pd.read_csv(tmp_path / "screening.csv")
    assert table["parameter"].tolist() == [row["parameter"] for row in rows]
    assert set(table.loc[table["chosen"], "parameter"]) == set(NAMES)


def test_what_cannot_be_done_is_one_line(tmp_path, made_up, capsys, monkeypatch):
    assert command.calibrate_command(small(tmp_path), wave="99") == 2
    assert "expected one of 1 (wave-1)" in capsys.readouterr().err
    assert command.calibrate_command(small(tmp_path), wave="2") == 2
    assert "wave-1 is not finished" in capsys.readouterr().err
    assert command.calibrate_command(small(tmp_path), fit_only=True) == 2
    assert "no finished part" in capsys.readouterr().err
    monkeypatch.setattr(command, "LIBRARIES", ("not_there_at_all",))
    assert command.calibrate_command(small(tmp_path)) == 2
    assert 'pip install "nssi-abm[calibration]"' in capsys.readouterr().err
    assert not list(tmp_path.rglob("*.parquet"))


def test_only_the_whole_bank_of_the_package_makes_its_posterior(tmp_path, monkeypatch):
    monkeypatch.setattr(Calibration, "is_whole", lambda self, wave: True)
    assert small(tmp_path).posterior_folder == tmp_path
    assert Calibration().posterior_folder == posterior.FOLDER
    assert Calibration(recipe=small_recipe()).posterior_folder == waves.BANK.parent
    monkeypatch.setattr(Calibration, "is_whole", lambda self, wave: False)
    assert Calibration().posterior_folder == waves.BANK.parent


def test_a_recipe_of_ones_own_holds_values_and_narrows_priors(tmp_path):
    """What it holds is in every run, and its priors are what points are drawn from."""
    text = RECIPE_FILE.read_text("utf-8").replace("[free]", "[free]\nawareness_rate = 'when'")
    more = "[priors]\nawareness_rate = [0.5, 1.5]\n[held]\nfriends_learn = 0.5\nservices = 'off'\n"
    file = tmp_path / "own.toml"
    file.write_text(text + more, "utf-8")
    own = own_recipe(file)
    at = own.space.names.index("awareness_rate")
    assert (own.space.low[at], own.space.high[at]) == (0.5, 1.5)
    baseline = bank_runs.run_definition(own).baseline
    assert baseline.parameters["friends_learn"] == 0.5
    assert baseline.switches["services"] == "off"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("[held]\nbarrier_meen = 1.0\n", "no parameter or switch barrier_meen"),
        ("[held]\nbarrier_mean = 10.0\n", "barrier_mean is free"),
        ("[priors]\nfriends_learn = [0.5, 1.5]\n", "would leave its range"),
        ("[waves\n", "is not valid TOML"),
    ],
)
def test_a_recipe_of_ones_own_that_is_wrong_is_one_line(tmp_path, more, reason):
    file = tmp_path / "own.toml"
    file.write_text(RECIPE_FILE.read_text("utf-8") + more, "utf-8")
    bank = tmp_path / "bank"
    result = CliRunner().invoke(app, ["calibrate", "--recipe", str(file), "--bank", str(bank)])
    assert isinstance(result.exception, InputError)
    assert reason in str(result.exception)
    assert not bank.exists()


def test_too_few_runs_to_fit_are_refused_before_one_is_run(tmp_path):
    folders = ["--bank", str(tmp_path / "bank"), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, ["calibrate", "--runs", "6", "--population", "40", *folders])
    assert result.exit_code == 2
    assert "too few to fit; expected 20 or more" in " ".join(result.stderr.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_reduced_calibration_of_the_real_model(tmp_path):
    arguments = [
        "calibrate", "--runs", "150", "--population", "150", "--bank", str(tmp_path / "bank"),
        "--out", str(tmp_path / "out"), "--json",
    ]  # fmt: skip
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert all(report[wave.name]["whole"] for wave in recipe().waves)
    assert len(report["fit"]["fitted"]) >= 5
    assert len(posterior.draws(5, 1, tmp_path)) == 5
