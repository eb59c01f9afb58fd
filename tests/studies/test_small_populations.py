"""Populations so small that groups are empty have figures, or are without them; never an error."""

import math
import tempfile
import warnings
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import abm
from abm.report.figures.comparison import draw_comparison_figures
from abm.report.figures.runs import RunResults, draw_figures
from abm.report.notebook import findings_as_html
from abm.scenario.scenario import load_scenario
from abm.simulation.record import Logs
from abm.simulation.run import run
from abm.studies.aggregates import aggregate
from abm.studies.key_figures import BOUNDS
from abm.studies.outcomes import outcomes_of


def of(size, girls):
    return load_scenario("baseline", population=size, years=1, overrides={"female_share": girls})


@cache
def records(size, girls):
    return [run(of(size, girls), seed, Logs(people=True, acts=True)) for seed in (1, 2)]


@settings(max_examples=5, deadline=None)
@example(40, 0.0)
@example(60, 1.0)
@example(1, 0.5)
@given(st.integers(1, 60), st.sampled_from([0.0, 0.5, 1.0]))
def test_key_figures_and_outcomes_are_possible_or_left_out(size, girls):
    both = records(size, girls)
    assert not any(math.isinf(value) for record in both for value in outcomes_of(record).values())
    for table in (abm.key_figures(both[0]), abm.key_figures(both)):
        known = table[table["low"].notna()]
        assert (known["low"] < known["high"]).all()
        assert known["estimate"].between(known["low"], known["high"]).all()
        for form, (least, most) in BOUNDS.items():
            own = known[known["form"] == form]
            assert own[["low", "high"]].stack().between(least, most).all()
        assert (table["interval"] != "").all()
        if girls in (0.0, 1.0):
            assert "female_to_male_ratio" not in set(table["measure"])


@pytest.mark.parametrize(("size", "girls"), [(40, 0.0), (2, 0.5)])
def test_figures_are_drawn_or_left_out_without_a_warning(size, girls):
    for chosen in (records(size, girls)[:1], records(size, girls)):
        curves = pd.concat([record.curves for record in chosen], ignore_index=True)
        sums = {record.seed: aggregate(record) for record in chosen}
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("error")
            assert draw_figures(Path(folder), RunResults(curves, sums, "small", size)) is not None


@pytest.mark.parametrize("girls", [0.0, 1.0])
@pytest.mark.parametrize("seeds", [(1,), (1, 2)])
def test_alternatives_of_one_sex_are_compared_and_reported(girls, seeds, tmp_path):
    given = {"population": 30, "years": 1, "overrides": {"female_share": girls}}
    found = abm.compare(["baseline", "school-skills"], seeds, out=tmp_path, **given)
    table = found.averted("sex")
    assert not (table["low"] == table["high"]).any()
    assert findings_as_html(found)
    assert draw_comparison_figures(tmp_path, found)
