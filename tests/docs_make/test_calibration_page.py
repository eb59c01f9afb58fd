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
    names = [*recipe().free]
    even = {"parameter": names, "median": 9.0, "low": 8.0, "high": 10.0, "contraction": 0.9,
            "identified": True, "coverage": 0.9, "p": 0.3, "flat": True}  # fmt: skip
    known = pd.DataFrame(even)
    known.loc[0, ["contraction", "identified"]] = 0.02, False
    known.loc[1, ["p", "flat"]] = 0.001, False
    tables = {
        "identifiability": known,
        "opinions": pd.DataFrame({
            "parameter": names, "sd": 0.1, "other_sd": 0.12, "difference": -0.25, "overlap": 0.8,
            "worth": 83.0,
        }),
        "regressions": pd.DataFrame({
            "target": ["P01"], "explained": [0.9], "observation_sd": [0.1],
            "discrepancy_sd": [0.05], "error_sd": [0.04], "unexplained_sd": [0.1], "runs": [200],
        }),
        "correlations": pd.DataFrame({
            "parameter": names[:1], "parameter_2": names[1:2], "correlation": [0.7],
        }),
        "predictive": pd.DataFrame({
            "statistic": ["P01", "E083.2"], "part_in_fit": ["fitted", "only one side is bounded"],
            "accepted_low": [15.0, float("nan")], "accepted_high": [20.0, 1.0],
            "before_low": [1.0, 0.1], "before_high": [60.0, 0.9],
            "low": [14.0, 0.3], "median": [17.0, 0.5], "high": [19.0, 0.9],
            "inside": [0.8, 1.0], "undefined": [0.0, 0.0],
        }),
    }  # fmt: skip
    for name, table in tables.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    ends = recipe().space.plain()
    point = {name: (float(low) + float(high)) / 2 for name, (low, high, _) in ends.items()}
    point[names[0]] = ends[names[0]][0]
    about = {"draws": 400, "central": point,
             "central_from": {"wave": "wave-4", "runs": 3, "distance": 9.5}}  # fmt: skip
    write_json(tmp_path / "posterior.json", about)
    return tmp_path


def test_diagnostics_are_reported(diagnosed):
    text = page(folder=diagnosed, about=diagnosed / "posterior.json")
    first, second, *_ = recipe().free
    assert f"Not identified (below 0.1): `{first}`" in text
    assert f"ranks that are not even: `{second}`" in text
    assert f"| `{first}` | -0.25 | 1.20 | 80% |" in text
    assert "([P01](evidence.md)) | 15 to 20 | 1 to 60 | 17 | 14 to 19 | 80% | fitted |" in text
    assert "([E083.2](evidence.md)) | up to 1 |" in text
    assert f"at an end of their prior: `{first}`" in text


def test_diagnostics_of_other_parameters_are_not_reported(diagnosed):
    table = pd.read_csv(diagnosed / "identifiability.csv")
    table.iloc[:-1].to_csv(diagnosed / "identifiability.csv", index=False)
    assert "Nothing yet" in page(folder=diagnosed, about=diagnosed / "posterior.json")
