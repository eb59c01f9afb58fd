"""The written reference names the columns of the tables that studies write, all of them."""

import csv

import known_outcomes
import pytest

from abm.cli.sensitivity import sensitivity_command
from abm.cli.sweep import sweep_command
from abm.experiments.sensitivity.analysis import TABLES, Plan
from abm.experiments.sweeps.design import Range, factorial
from abm.report.columns import tables
from abm.runs.options import RunOptions
from abm.scenario.scenario import load_scenario

SCENARIO = load_scenario("birth-cohort", population=50, years=2)
RANGES = tuple(Range(name, *ends) for name, ends in known_outcomes.RANGES.items())


def documented(name, varied):
    """Return the columns of a table as documented, with the parameters that vary in place."""
    for column in tables()[name].columns:
        yield from varied if column.name == "*parameter*" else [column.name]


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_study_tables_have_the_documented_columns(tmp_path, monkeypatch, known_diary, method):
    monkeypatch.setattr(
        "abm.report.figures.sensitivity.draw_sensitivity_figures", lambda *given: []
    )
    good = RunOptions(tmp_path, jobs=1, quiet=True, simulate=known_outcomes.ishigami)
    poor = RunOptions(tmp_path, jobs=1, quiet=True, simulate=known_outcomes.ishigami_but_fail_high)
    sweep_command(SCENARIO, factorial(["stressor_rate=0.5,1.45"]), [1], poor)
    plan = Plan(method, RANGES, 8, repetitions=2)
    assert sensitivity_command(SCENARIO, plan, good) == 0
    found = set()
    for path in tmp_path.glob("birth-cohort/*/*.csv"):
        with path.open(newline="") as lines:
            header = next(csv.reader(lines))
        is_sweep = (path.parent / "sweep.csv").exists()
        varied = ["stressor_rate"] if is_sweep else [each.name for each in RANGES]
        assert header == list(documented(path.name, varied)), path.name
        found.add(path.name)
    assert found == {"design.csv", "sweep.csv", "failed.csv", *TABLES}
