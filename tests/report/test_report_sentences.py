"""Sentences stay true whatever came out: less, more, nothing, no telling, no data, no seed."""

import json
import shutil
from collections import Counter
from pathlib import Path

import made_up_folders as made_up
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_reader import page_of, read_page

from abm.report import format


def answer(folder):
    told = read_page(page_of(folder)).part("answer").all("p")
    return [each.text for each in told][:-1]


def test_no_report_compares_alternatives_by_whether_intervals_overlap(tmp_path):
    compared = made_up.comparison(
        tmp_path / "a", {"school-skills": (6.0,) * 3, "dbt-a": (1.0,) * 3}
    )
    for folder in (compared, made_up.sweep(tmp_path / "b")):
        text = read_page(page_of(folder)).text
        assert "stand well apart" not in text
        assert "must not be judged from whether their intervals overlap" in text


def test_scenarios_of_one_title_are_told_apart_by_their_names(tmp_path):
    folder = made_up.comparison(tmp_path, {"school-skills": (6.0,) * 3, "dbt-a": (1.0,) * 3})
    said = json.loads((folder / "run.json").read_text())
    for scenario in said["design"]["others"]:
        scenario["title"] = "Same"
    made_up.write(folder, {"run.json": said})
    page = read_page(page_of(folder))
    asked = page.all("header")[0].text
    assert "“Baseline”, and as in “Same (school-skills)” and “Same (dbt-a)”" in asked


def test_a_run_whose_tables_hold_other_seeds_says_so(tmp_path):
    tables = {
        "curves.csv": {"seeds": [1, 2, 3, 5]},
        "acts.parquet": {"seeds": [1, 2]},
        "people.parquet": {"seeds": [1, 2]},
    }
    text = read_page(page_of(made_up.run(tmp_path / "a", tables=tables))).part("caveats").text
    assert (
        "curves.csv holds seeds 1, 2, 3 and 5; acts.parquet and people.parquet hold seeds 1 and 2."
    ) in text
    alike = {name: {"seeds": [1, 2]} for name in tables}
    page = read_page(page_of(made_up.run(tmp_path / "b", tables=alike)))
    assert "different seeds" not in page.part("caveats").text


def test_a_number_of_ones_own_has_no_source_that_says_another(tmp_path):
    said = made_up.description("run")["scenario"]
    said["parameters"]["prevalence_sexual_abuse"] = 0.12
    part = read_page(page_of(made_up.run(tmp_path, scenario=said))).part("assumptions")
    (table,) = [each for each in part.all("table") if "differ from the defaults" in each.text]
    headings = [each.text for each in table.all("th")[:5]]
    cells = [each.text for each in table.all("td")[:4]]
    assert headings == [
        "parameter", "value", "source of the value", "default", "source of the default"
    ]  # fmt: skip
    assert cells[:3] == ["0.12", "not stated", "0.285"]
    assert "Australian Child Maltreatment Study" in cells[3]


def test_an_effect_of_ones_own_names_the_default_beside_its_source(tmp_path):
    folder = made_up.comparison(tmp_path)
    said = json.loads((folder / "run.json").read_text())
    (lessons,) = said["design"]["others"][0]["interventions"]
    name, value = next(iter(lessons["effects"].items()))
    plain = read_page(page_of(folder)).part("assumptions").text
    assert "not stated" not in plain
    lessons["effects"][name] = value / 2
    made_up.write(folder, {"run.json": said})
    assert (
        f"source not stated; default {value:g}: "
        in read_page(page_of(folder)).part("assumptions").text
    )


def test_a_validation_without_its_json_is_told_from_its_table(tmp_path):
    shipped = Path(__file__).parents[2] / "validation"
    shutil.copytree(shipped, tmp_path / "kept")
    folder = tmp_path / "kept"
    assert not (folder / "evidence.json").exists()
    page = read_page(page_of(folder))
    table = pd.read_csv(folder / "evidence.csv")
    good = table["verdict"].isin(["inside", "direction right"])
    predicted = table["use"] == "predicted"
    assert f"Of {predicted.sum()} claims and figures predicted" in page.part("answer").text
    assert f"{(good & predicted).sum()} came out inside" in page.part("answer").text
    folded = page.part("tables").all("details")  # every entry by its own interval alone
    rows = [row.all("td") for fold in folded for row in fold.all("tr")]
    shown = Counter(cells[-1].text for cells in rows if len(cells) > 3)
    assert shown == Counter(table["verdict"][table["verdict"] != "not answerable"])
    assert "100 (100 to 100)" not in page.text


def test_nobody_who_self_injured(tmp_path):
    def nobody(curves):
        return curves.assign(value=0.0)

    told = answer(made_up.run(tmp_path, (1,), nobody))
    assert "nobody had ever self-injured (95 % interval 0.0 to" in told[0]
    assert "nan" not in " ".join(told)
    several = answer(made_up.run(tmp_path / "several", (1, 2), nobody))
    assert "nobody had ever self-injured (95 % interval 0.0 to" in several[0]


def test_seeds_that_agree_get_the_interval_of_their_people(tmp_path):
    def same(curves):
        one = curves[curves["seed"] == 1]
        both = pd.concat([one, one.assign(seed=2)], ignore_index=True)
        return both.astype({"seed": "uint64"})

    told = answer(made_up.run(tmp_path, (1, 2), same))
    assert "15.0 % (95 % interval 13.8 to 16.3 %)" in told[0]


def test_wide_intervals_are_pointed_out(tmp_path):
    def wild(curves):
        scale = np.where(curves["seed"] == 1, 0.1, 1.0)
        return curves.assign(value=curves["value"] * scale)

    page = read_page(page_of(made_up.run(tmp_path, (1, 2), wild)))
    assert "is wider than the figure itself" in page.part("caveats").text


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        ("run", "curves.csv"),
        ("compare", "differences.csv"),
        ("validate", "evidence.json"),
        ("sensitivity", "ranking.csv"),
        ("sweep", "sweep.csv"),
    ],
)
def test_a_folder_without_its_table_says_that_it_has_no_answer(tmp_path, kind, table):
    folder = made_up.KINDS[kind](tmp_path)
    (folder / table).unlink()
    told = answer(folder)
    assert len(told) == 1
    assert "so it has no answer" in told[0]
    assert f"nssi {kind}" in told[0]
    page = read_page(page_of(folder))
    assert all(len(section.text) > 60 for section in page.all("section"))


def test_failed_runs_are_told(tmp_path):
    folder = made_up.changed(made_up.run(tmp_path), failed=[4, 5])
    assert "2 runs that failed" in read_page(page_of(folder)).part("caveats").text


def test_no_parameter_that_moves_anything(tmp_path):
    told = answer(made_up.sensitivity(tmp_path, (0.0, 0.0, 0.0)))
    assert told == ["None of the parameters that were explored moved any main outcome."]


def test_which_parameter_leads_and_which_cannot_be_told_from_chance(tmp_path):
    told = answer(made_up.sensitivity(tmp_path))
    assert "barrier_mean, urge_weight and weight_feel move the main outcomes most" in told[0]
    assert "moves it by 50 percentage points (95 % interval 25 to 75 percentage points)" in told[1]
    assert "1 of 3 parameters cannot be told from no effect" in told[2]
    sobol = answer(made_up.sensitivity(tmp_path / "sobol", kind="sobol"))
    assert "has a part in 0.5" in sobol[1]
    assert "0.05 of the variance" in sobol[2]


def test_chance_that_was_not_estimated_is_not_claimed(tmp_path):
    folder = made_up.sensitivity(tmp_path)
    (folder / "noise.csv").unlink()
    assert answer(folder)[2] == "How much of this is chance within runs was not estimated."


def test_an_emulator_is_not_said_to_have_run_anything(tmp_path):
    said = "An emulator answered: R2 0.98."
    told = read_page(page_of(made_up.sensitivity(tmp_path / "bank", emulator=said))).text
    assert "not the emulator's error" in told
    assert "--repeat" not in told  # which is refused where nothing is run
    run = read_page(page_of(made_up.sensitivity(tmp_path / "run"))).text
    assert "at these seeds; they do not cover chance within runs" in run
    assert "--repeat" in run


def test_a_sweep_says_where_a_share_is_lowest_and_highest(tmp_path):
    told = answer(made_up.sweep(tmp_path))
    assert "goes from 12.0 % (95 % interval 0.0 to 37.4 %) at stressor_rate = 0.5" in told[0]
    assert "at stressor_rate = 1.0: 10 points more (no interval), paired by seed." in told[0]
    fewer = ((0.3, 0.32, 0.34), (0.2, 0.21, 0.25), (0.3, 0.33, 0.33))
    cells = [
        each.text for each in read_page(page_of(made_up.sweep(tmp_path / "less", fewer))).all("td")
    ]
    assert "10.0 points less (7.5 to 12.5)" in cells  # no minus beside "less"
    assert "no difference (2.5 less to 2.5 more)" in cells
    same = answer(made_up.sweep(tmp_path / "same", ((0.2,), (0.2,))))
    assert "is the same at every point: 20.0 % (no interval)" in same[0]


def test_a_validation_that_fails_nothing_or_answers_nothing(tmp_path):
    fine = answer(made_up.validation(tmp_path / "fine", [made_up.entry()]))
    assert fine[-1].startswith("None comes out outside or in the wrong direction")
    silent = [made_up.entry(verdict="no answer", simulated=None)]
    told = answer(made_up.validation(tmp_path / "silent", silent))
    assert "0 came out inside" in told[0]
    assert "1 entry of 1 got no answer at all" in told[-1]


def test_what_fails_stands_before_what_holds(tmp_path):
    tables = read_page(page_of(made_up.validation(tmp_path))).part("tables").all("table")
    captions = [table.all("caption")[0].text for table in tables]
    assert captions[0].startswith("What comes out outside")
    assert captions[1] == "What comes near"
    assert "P02" in tables[0].text
    assert "Nobody dies." in tables[-1].text


@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(), st.floats())
def test_numbers_never_show_what_is_no_number(value, low, high):
    for show in (
        format.format_number,
        format.format_percent,
        format.format_rate,
        format.format_age,
    ):
        told = format.format_estimate(value, low, high, show) + format.format_range(low, high, show)
        assert "nan" not in told
        assert "inf" not in told.replace("interval", "")


def test_seeds():
    assert format.format_seeds([3, 1, 2]) == "1 to 3"
    assert format.format_seeds([7, 1]) == "1 and 7"
    assert format.format_seeds([]) == "none"
    assert json.dumps(format.format_number(-0.0)) == '"0"'
