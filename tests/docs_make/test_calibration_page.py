"""The page of the calibration says what the recipe, the register and the diagnostics say."""

from pathlib import Path

import pandas as pd
import pytest

from abm.experiments.calibration.recipe import recipe
from abm.io.tables import write_json
from docs.make.calibration import DIAGNOSTICS, page

ROOT = Path(__file__).parents[2]


def test_the_written_page_is_up_to_date() -> None:
    written = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    assert written == page(folder=ROOT / DIAGNOSTICS)


def test_every_free_parameter_stands_there_with_its_reason() -> None:
    text = page(folder=Path("nowhere"))
    assert "Nothing yet" in text
    for name, why in recipe().free.items():
        assert f"| `{name}` |" in text
        assert why in text


@pytest.fixture
def diagnosed(tmp_path):
    tables = {
        "identifiability": {
            "parameter": ["barrier_mean", "learning_rate"], "median": [9.0, 0.02],
            "low": [8.0, 0.01], "high": [10.0, 0.1], "contraction": [0.9, 0.02],
            "identified": [True, False], "coverage": [0.9, 0.95],
        },
        "emulators": {
            "target": ["P01"], "emulator": ["quadratic"], "explained": [0.9],
            "observation_sd": [0.1], "emulator_sd": [0.05], "chance_sd": [0.1],
        },
        "correlations": {
            "parameter": ["barrier_mean"], "parameter_2": ["learning_rate"], "correlation": [0.7],
        },
        "recovery": {"truth": [1, 2], "true": [0.5, 0.5], "low": [0.1, 0.6], "high": [0.9, 0.9]},
        "predictive": {
            "statistic": ["P01", "E083.2"], "part_in_fit": ["fitted", "only one side is bounded"],
            "accepted_low": [15.0, float("nan")], "accepted_high": [20.0, 1.0],
            "low": [14.0, 0.3], "median": [17.0, 0.5], "high": [19.0, 0.9],
            "inside": [0.8, 1.0], "undefined": [0.0, 0.0],
        },
    }  # fmt: skip
    for name, table in tables.items():
        pd.DataFrame(table).to_csv(tmp_path / f"{name}.csv", index=False)
    middle = {
        name: (float(low) + float(high)) / 2
        for name, (low, high, _) in recipe().space.plain().items()
    }
    about = {"draws": 400, "effective": 123.4, "central": {**middle, "resolution_chance": 0.0}}
    write_json(tmp_path / "posterior.json", about)
    return tmp_path


def test_diagnostics_are_reported(diagnosed):
    text = page(folder=diagnosed, about=diagnosed / "posterior.json")
    assert "400 draws, worth 123.4 of equal weight" in text
    assert "Not identified (below 0.1): `learning_rate`" in text
    assert "90% intervals hold 50% of the true values" in text
    assert "([P01](evidence.md)) | 15 to 20 | 17 | 14 to 19 | 80% | fitted |" in text
    assert "([E083.2](evidence.md)) | up to 1 |" in text
    assert "at an end of their prior" in text
    assert "prior allows: `resolution_chance` (0)." in text
