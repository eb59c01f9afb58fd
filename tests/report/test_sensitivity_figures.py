"""Figures of a sensitivity analysis: drawn where there is something to draw, always the same."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from abm.chance import Purpose, generator
from abm.experiments.sensitivity.analysis import Plan, SensitivityFindings, analyse_runs
from abm.experiments.sweeps.design import Range
from abm.report.figures.sensitivity import draw_sensitivity_figures

RANGES = tuple(Range(f"parameter_{place}", 0.0, 1.0) for place in range(3))
ALL = {"ranked", "mu_sigma", "by_age", "heat_map", "convergence"}


def findings(method: str = "morris", blocks: int = 8, by_age: bool = True) -> SensitivityFindings:
    plan = Plan(method, RANGES, blocks, seeds=2)
    design = plan.design()
    places = [(point, seed) for point in design.points.index for seed in (1, 2)]
    runs = pd.DataFrame(places, columns=["point", "seed"]).assign(status="done")
    values = design.points.to_numpy(float)[runs["point"] - 1] @ np.array([1.0, 0.3, 0.1])
    noisy = values + 0.05 * generator(1, Purpose.BOOTSTRAP).normal(size=len(values))
    runs["lifetime_prevalence_12_18"] = noisy
    runs["median_onset_age"] = 13 + noisy**2
    for age in (13, 14) if by_age else ():
        runs[f"lifetime_prevalence_age_{age}"] = noisy * age
    return analyse_runs(plan, design, runs, runs.iloc[:0])


def names(files: list[str]) -> set[str]:
    assert {Path(name).suffix for name in files} <= {".png", ".svg"}
    return {Path(name).stem.removeprefix("sensitivity_") for name in files}


def test_every_figure_is_drawn_and_always_the_same(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        files = draw_sensitivity_figures(folder, findings(), "A $title_ of any kind", 1000)
        assert names(files) == ALL
        assert sorted(path.name for path in folder.iterdir()) == sorted(files)
    one, two = ({p.name: p.read_bytes() for p in folder.iterdir()} for folder in folders)
    assert one == two
    assert (
        "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()
    )


def test_figures_without_data_are_left_out(tmp_path: Path) -> None:
    files = draw_sensitivity_figures(tmp_path, findings("sobol", 8, by_age=False), "Title", 10)
    assert names(files) == {"ranked", "heat_map"}


def test_nothing_to_rank_draws_nothing(tmp_path: Path) -> None:
    found = findings()
    empty = SensitivityFindings(
        found.plan, found.indices.iloc[:0], found.ranking.iloc[:0], found.convergence.iloc[:0],
        found.noise, found.stability, found.main_outcomes,
    )  # fmt: skip
    assert draw_sensitivity_figures(tmp_path, empty, "Title", 10) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("count", [1, 5])
def test_names_beside_points_do_not_overlap(count: int) -> None:
    from abm.report.figures.sensitivity import _apart

    heights = _apart([0.5] * count, 0.075)
    assert (np.diff(sorted(heights)) > 0.07).all()
    assert min(heights) >= 0.0
    assert max(heights) <= 1.0
