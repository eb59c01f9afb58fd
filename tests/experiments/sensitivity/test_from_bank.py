"""Sensitivity by an emulator of kept runs: right, called so, and only of what is kept."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from abm.cli.main import main
from abm.experiments.calibration.bank import MadeWith, WaveDesign, WaveFolder
from abm.experiments.calibration.emulated_bank import learn_from_bank
from abm.experiments.calibration.recipe import Space, recipe

NAMES = ["barrier_mean", "urge_weight", "awareness_age"]
SLOPES = {"P01": [9.0, -3.0, 0.0], "E006": [0.0, 1.0, 2.0]}
RUNS = 60


@pytest.fixture(scope="module")
def bank(tmp_path_factory) -> Path:
    """Return a bank whose figures are planes over the priors."""
    folder, own = tmp_path_factory.mktemp("bank"), recipe()
    unit = np.random.default_rng(1).random((RUNS, len(NAMES)))
    design = WaveDesign(NAMES, Space(NAMES, own.runs.log_from).values(unit), 10_000)
    unit = Space(NAMES, own.runs.log_from).unit(design.points)
    figures = pd.DataFrame({name: 20.0 + unit @ slopes for name, slopes in SLOPES.items()})
    figures.loc[4, "E006"] = np.nan
    made_with = MadeWith(
        engine="e1",
        evaluation="v1",
        population=1_500,
        years=3,
        definitions={"P01": "1", "E006": "2"},
    )
    wave = WaveFolder(folder, own.waves[0].name, own.runs.part)
    wave.write_design(design)
    wave.write_part(range(RUNS), design, figures, made_with)
    return folder


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Return a function that calls the command with a bank: code, stdout, stderr."""

    def called(bank: Path, *more: str) -> tuple[int, str, str]:
        asked = ["--from-bank", str(bank), "--out", str(tmp_path / "out"), *more]
        monkeypatch.setattr(sys, "argv", ["nssi", "sensitivity", *asked])
        with pytest.raises(SystemExit) as leaving:
            main()
        printed = capsys.readouterr()
        return int(leaving.value.code or 0), printed.out, printed.err

    return called


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_planes_have_their_slopes_and_everything_says_emulator(
    bank: Path, tmp_path: Path, call, method: str
) -> None:
    code, told, _ = call(bank, "--method", method)
    assert code == 0
    assert "An emulator's answer, nothing was simulated: fitted to 59 kept runs" in told
    assert "emulator R2 1.00" in told
    (folder,) = (tmp_path / "out" / "baseline").iterdir()
    indices = pd.read_csv(folder / "indices.csv")
    assert set(indices["method"]) == {f"{method} (emulator)"}
    sizes = indices[indices["index"] == {"morris": "mu_star", "sobol": "ST"}[method]]
    for name, slopes in SLOPES.items():
        own = sizes[sizes["outcome"] == name].set_index("parameter")["value"]
        expected = (
            np.abs(slopes) if method == "morris" else np.square(slopes) / np.dot(slopes, slopes)
        )
        assert own[NAMES].to_numpy() == pytest.approx(expected, abs=0.03 * max(expected))
    quality = pd.read_csv(folder / "emulator.csv").set_index("outcome")
    assert (quality["explained"] > 0.999).all()
    described = json.loads((folder / "run.json").read_text())
    assert described["emulator"].startswith("An emulator's answer")
    assert described["ranges"] == {
        own.name: [own.low, own.high] for own in learn_from_bank(bank).ranges
    }
    report = (folder / "report.html").read_text()
    assert "An emulator&#39;s answer" in report or "An emulator's answer" in report
    assert f"--from-bank {bank}" in report
    assert "answer, nothing was simulated" in " ".join(
        (folder / "figures" / "sensitivity_ranked.svg").read_text().split()
    )


REFUSED = [
    (["england-2000-2014"], "the bank holds the baseline, not calendar.start"),
    (["--set", "stressor_rate=0.5"], "the baseline, not stressor_rate = 0.5"),
    (["--population", "2000"], "the bank holds 1500, not population.size = 2000"),
    (["--years", "5"], "the bank holds 3, not calendar.years = 5"),
    (
        ["--parameters", "barrier_mean,stressor_rate=0.5:1"],
        "stressor_rate is not varied in this bank",
    ),
    (["--parameters", "urge_weight,barrier_mean=0:12"], "barrier_mean: the bank holds"),
    (["--seeds", "2"], "--seeds is about runs"),
    (["--repeat", "2"], "--repeat is about runs"),
    (["--dask", "local"], "--dask is about runs"),
]


@pytest.mark.parametrize(("more", "message"), REFUSED, ids=lambda value: str(value)[:30])
def test_what_the_bank_does_not_hold_is_refused(
    bank: Path, tmp_path: Path, call, more: list[str], message: str
) -> None:
    code, out, told = call(bank, *more)
    assert (code, out) == (2, "")
    assert message in " ".join(told.split())
    assert len(told.strip().splitlines()) <= 4
    assert not (tmp_path / "out").exists()


def test_a_folder_without_a_bank_is_refused(tmp_path: Path, call) -> None:
    code, _, told = call(tmp_path)
    assert code == 2
    assert "has no finished part yet" in told
