"""Sentences for those who decide stay true whatever came out, and stand on one page."""

import dataclasses
import json
import math
import re

import made_up_folders as made_up
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_region import REGION, SEEDS, outcomes
from page_reader import page_of, read_page

from abm.experiments.comparison.compare import find
from abm.report.averted import LESS, MORE, OF_A_RUN, UNCLEAR, AvertedOutcome
from abm.report.briefing import COUNTED, SENTENCES, Briefing
from abm.report.format import format_chances, format_money, format_whole, format_whole_range
from abm.report.terminal.comparison import briefing_of, choice_of, comparison_section
from abm.scenario.economics import Economics

FEWER, OTHER, WIDE = (6.0, 9.0, 7.0), (-6.0, -9.0, -7.0), (6.0, -9.0, 7.0)
NAN = math.nan


def front(folder, sensitivity=None):
    page = read_page(page_of(folder, sensitivity))
    names = ("answer", "for-whom", "surety", "hangs-on", "cannot-say")
    parts = {e.attributes.get("id"): e for e in page.all("section")}
    return {name: parts[name].text if name in parts else "" for name in names}


@pytest.mark.parametrize(
    ("kind", "averted", "sentence"),
    [
        ("school-skills", FEWER, "about 7 fewer begin (95 % interval 4 to 11 fewer). It costs"),
        ("school-skills", OTHER, "about 7 more begin (95 % interval 4 to 11 more). It costs"),
        ("school-skills", WIDE, "cannot be told from chance: the estimate is about 1 fewer (95 %"),
        ("school-skills", (0.0,) * 3, "the very same people begin as in “Baseline”."),
        ("school-skills", (6.0,), "about 6 fewer begin (95 % interval "),
        ("pandemic", OTHER, "about 7 more begin (95 % interval 4 to 11 more). Beyond chance"),
        ("pandemic", WIDE, "cannot be told from chance: the estimate is about 1 fewer"),
    ],
)
def test_an_answer_is_in_whole_numbers_and_true(tmp_path, kind, averted, sentence):
    page = front(made_up.comparison(tmp_path, {kind: averted}))
    answer = page["answer"]
    assert "In “Baseline”, about 50 begin to self-injure over 5 years among 300" in answer
    assert sentence in answer
    assert ("costs about 900" in answer) == (kind == "school-skills")
    is_beyond = sum(averted) and averted != WIDE
    assert ("there are also" in answer) == bool(is_beyond)
    assert ("for each one who does not begin" in answer) == bool(
        is_beyond and sum(averted) > 0 and kind != "pandemic"
    )
    for limits in re.findall(r"interval ([^)]*)\)", answer.split("Beyond chance")[0]):
        assert re.fullmatch(r"[\d,]+( more)? to [\d,]+ (fewer|more)", limits)
    for wrong in ("nan", "avert", "-7", "harm", "luck"):
        assert wrong not in " ".join(page.values())
    one = "There is one run of each only" in page["surety"]
    assert one == (len(averted) == 1)
    assert "No sensitivity analysis was given" in page["hangs-on"]


@pytest.mark.parametrize(
    ("averted", "text", "notes"),
    [
        (FEWER, "43 (7 fewer)", {"Empty", "Thin"}),
        (OTHER, "57 (7 more)", {"Striped", "Thin"}),
        (WIDE, "49 (1 fewer)", {"Empty", "Thin"}),
        ((0.0,) * 3, "50 (no difference)", set()),
        ((6.0,), "44 (6 fewer)", {"Empty", "Thin"}),
    ],
)
@pytest.mark.parametrize("kind", ["school-skills", "pandemic"])
def test_a_figure_sets_the_difference_beside_all_who_begin(tmp_path, kind, averted, text, notes):
    page = read_page(page_of(made_up.comparison(tmp_path, {kind: averted})))
    (figure,) = page.part("answer").all("figure")
    base, own = (bar.text for bar in figure.all("li"))
    assert base.split() == ["Baseline", "50"]
    assert own.endswith(text)
    told = {word for word in ("Empty", "Striped", "Thin") if f"{word}" in figure.text}
    assert told == notes


def test_several_have_a_sentence_each_and_a_table(tmp_path):
    values = {"school-skills": FEWER, "dbt-a": (0.0,) * 3, "pandemic": OTHER}
    page = read_page(page_of(made_up.comparison(tmp_path, values)))
    (table,) = page.part("answer").all("table")
    rows = [row.text for row in table.all("tbody")[0].all("tr")]
    assert [row.split("fewer")[0][-2:] for row in rows[:1]] == ["7 "]
    assert [row.count("900") for row in rows] == [1, 1, 0]  # what happens has no cost
    assert "must not be judged from whether their intervals overlap" in page.part("surety").text
    assert page.all("h1")[0].text == "3 scenarios against “Baseline”: what would change?"


def test_many_are_counted_by_what_can_be_told(tmp_path):
    values = {"school-skills": FEWER, "dbt-a": (0.0,) * 3, "crisis-support": OTHER}
    page = front(made_up.comparison(tmp_path, values | {"self-compassion": WIDE}))
    assert "with 1 fewer begin, beyond chance (“Skills lessons" in page["answer"]
    assert "with 1 more begin, beyond chance" in page["answer"]
    assert "with 1 the very same people begin" in page["answer"]
    assert "The most: With “Skills lessons in school at 12-13”, about 7 fewer" in page["answer"]
    assert "likeliest to be too large by chance" in page["surety"]


def test_other_outcomes_are_told_where_new_cases_are_not(tmp_path):
    folder = made_up.comparison(tmp_path, {"school-skills": WIDE})
    table = made_up.differences({"school-skills": WIDE})
    beyond = (table["outcome"] == "acts") & (table["group"] == "all")
    table.loc[beyond, ["averted", "low", "high"]] = (-30_004.0, -56_146.0, -3_854.0)
    answer = front(made_up.write(folder, {"differences.csv": table}))["answer"]
    assert "Beyond chance there are about 30,000 more acts; not told from chance: years" in answer


def test_few_are_told_among_100_000(tmp_path):
    page = front(made_up.comparison(tmp_path, {"school-skills": (0.0, 1.0, 1.0)}))
    assert "about 16,700 begin to self-injure over 5 years among 100,000" in page["answer"]
    assert "the estimate is about 222 fewer" in page["answer"]


def test_costs_are_left_out_where_none_are_stated(tmp_path):
    folder = made_up.comparison(tmp_path, {"school-skills": FEWER, "dbt-a": FEWER})
    costless = made_up.differences({"school-skills": FEWER, "dbt-a": FEWER}, cost=0.0)
    text = front(made_up.write(folder, {"differences.csv": costless}))["answer"]
    assert "cost" not in text
    assert "currency" not in text


def test_an_analysis_says_what_it_hangs_on(tmp_path):
    folder = made_up.comparison(tmp_path / "a", {"school-skills": FEWER})
    text = front(folder, made_up.sensitivity(tmp_path / "b"))["hangs-on"]
    assert "move the main outcomes of “Baseline” most: Mean of the barrier against acting" in text
    assert "How strongly “Skills lessons in school” acts on a person is assumed" in text


def test_numbers_that_any_scenario_changes_were_not_fitted_anew(tmp_path):
    folder = made_up.comparison(tmp_path)
    said = json.loads((folder / "run.json").read_text())
    (other,) = said["design"]["others"]
    other["parameters"] |= {"stressor_rate": 0.5, "stressor_size": 1.5}
    said["scenario"]["parameters"]["stressor_rate"] = 0.7
    made_up.write(folder, {"run.json": said})
    told = read_page(page_of(folder)).part("cannot-say").text
    assert "2 numbers of the model are not the default" in told


def test_a_trend_goes_from_one_year_to_another(tmp_path):
    said = made_up.description("run")["scenario"]
    said["trends"] = {"survey_willingness": {"2000": 0.5, "2014": 1.0}}
    text = front(made_up.run(tmp_path, scenario=said))["answer"]
    assert "The share who had ever self-injured went from " in text
    assert " in 2020 at ages 12 to 18 and from " in text
    assert "surveys are told less" in text
    assert "went from" not in front(made_up.run(tmp_path / "without"))["answer"]


def test_everything_else_is_folded_behind_one_page(tmp_path):
    page = read_page(page_of(made_up.comparison(tmp_path)))
    behind = [e for e in page.all("div") if e.attributes.get("class") == "appendix"]
    folds = [section.all("details") for section in behind[0].all("section")]
    assert folds
    assert all(fold and "open" not in fold[0].attributes for fold in folds)


# With all tables: the region of a made-up comparison


@pytest.fixture(scope="module")
def findings():
    return find(REGION, SEEDS, outcomes)


def test_terminal_and_page_open_with_the_same_sentences(findings):
    short = briefing_of(findings).answer()
    assert [f"\n{line}" for line in short] == list(comparison_section(findings).parts[: len(short)])
    assert short[-1].startswith("Judged only by how many begin, which is the best on average")
    assert "likelier than not" in short[-1]


def test_costs_and_chances_stand_in_the_table_and_pairs_in_how_sure(findings):
    briefing = briefing_of(findings)
    table = briefing.at_a_glance()
    assert table.headings[3:] == ("cost", "cost of one fewer", "chance of fewer")
    assert table.note.startswith("In EUR of 2022")
    pairs = findings.pairs.set_index(["scenario", "against", "outcome"])
    row = pairs.loc[("package", "region", "new_cases")]
    (cells,) = [cells for cells in table.rows if cells[0] == "package"]
    assert cells[3] == format_money(row["added_cost"])
    against = [line for line in briefing.surety() if line.startswith("Against each other")]
    assert "than with “groups”" in against[0]


def test_groups_of_a_difference_add_up_to_it(findings):
    briefing = briefing_of(findings)
    told = [line for line in briefing.for_whom() if ": " in line]
    assert told
    cases = briefing.rows.query("outcome == 'new_cases' and scenario == 'package'")
    by_sex = cases[cases["group"] == "sex"]["averted"].sum()
    assert by_sex == pytest.approx(cases[cases["group"] == "all"]["averted"].iloc[0])
    assert "girls and young women (" in " ".join(told)
    assert "reached" in " ".join(told)


def test_one_seed_of_all_tables_has_its_sentences(findings):
    found = find(REGION[:2], [1], outcomes)
    one = briefing_of(found)
    assert "cost without an interval" in choice_of(found).frontier_table("new_cases").note
    assert "cost without an interval" not in choice_of(findings).frontier_table("new_cases").note
    assert any("one run of each only" in line for line in one.surety())
    assert one.at_a_glance() is None


def test_an_answer_with_drawn_parameters_covers_them():
    drawn = find(REGION[:2], range(1, 7), outcomes, is_by_draw=True)
    briefing = briefing_of(drawn)
    pair = drawn.pairs.query("outcome == 'new_cases'").iloc[0]
    scale = briefing.scale
    assert (scale * pair["low"], scale * pair["high"]) == pytest.approx(
        (briefing.cases[0].low, briefing.cases[0].high), rel=1e-2
    )
    assert any("what is not known of the fitted numbers" in line for line in briefing.surety())


# Any numbers at all


def briefing_with(**row: float) -> Briefing:
    table = made_up.differences({"x": (1.0, 1.0)})
    table[list(row)] = list(row.values())
    return Briefing("base", {}, 300, 5, False, frozenset(), Economics(), table)


NUMBER = st.floats(-1e6, 1e6) | st.just(NAN)


@settings(max_examples=40)
@given(
    value=NUMBER,
    reach=st.floats(0, 1e6) | st.just(NAN),
    changed=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    cost=NUMBER,
    reached=st.floats(0, 1e6) | st.just(NAN),
)
def test_what_is_claimed_is_what_the_interval_allows(value, reach, changed, cost, reached):
    low, high = value - reach, value + reach
    limits = {"averted": value, "low": low, "high": high, "per_100k": value}
    limits |= {"per_100k_low": low, "per_100k_high": high, "cost": cost, "reached": reached}
    briefing = briefing_with(**limits, helped=changed[0], harmed=changed[1])
    (case,) = briefing.cases
    sentence = briefing.sentence(case)
    assert ("cannot be told" in sentence) == (case.reading == UNCLEAR)
    if case.reading in (LESS, MORE):
        word = "fewer" if case.reading == LESS else "more"
        assert f" {word} begin (95 % interval " in sentence
        assert sentence.endswith(f"{word}).")
    figure = briefing.bars()
    assert (figure is None) == math.isnan(value)
    for bar in figure.bars if figure else ():
        assert -1e-12 <= bar.more <= bar.share + bar.more <= 1 + 1e-12
        assert 0 <= bar.share <= figure.bars[0].share
        assert bar.limits is None or 0 <= bar.limits[0] <= bar.limits[1] <= 1
        assert not any(wrong in bar.text for wrong in ("nan", "inf", " -"))
    lines = [*briefing.answer(), *briefing.for_whom(), *briefing.surety()]
    assert all(line.endswith(".") for line in lines)
    text = " ".join(lines)
    assert not any(wrong in text for wrong in ("nan", "inf ", " -"))


def test_every_reading_has_its_sentence():
    row = made_up.differences({"x": (1.0,)}).iloc[0]
    case = AvertedOutcome.from_row(row, 5, among=OF_A_RUN)
    assert case.reading in SENTENCES
    assert set(SENTENCES) == set(COUNTED)


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.06, 5.1, "0 to 5 fewer"),
        (-0.3, 5.1, "0 to 5 fewer"),
        (-5.1, 0.3, "0 to 5 more"),
        (-5.1, -0.06, "0 to 5 more"),
        (-3.2, 12_345.6, "3 more to 12,300 fewer"),
        (0.1, 0.4, "0.1 to 0.4 fewer"),
        (-0.2, 0.4, "0.2 more to 0.4 fewer"),
        (NAN, 5.0, "-"),
    ],
)
def test_limits_are_whole_people(low, high, text):
    assert format_whole_range(low, high) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (240_000.0, "0.24 million euro"),
        (12_345_678.0, "12 million euro"),
        (1_234.0, "1,200 euro"),
        (0.0, "0 euro"),
        (99_700.0, "0.10 million euro"),
    ],
)
def test_money_has_two_digits(amount, text):
    assert format_money(amount, "EUR") == text


def test_whole_numbers_have_three_digits():
    numbers = (0.0, 0.21, 0.96, 9.6, 289.3, 11_194.0)
    assert [*map(format_whole, numbers)] == ["0", "0.2", "1", "10", "289", "11,200"]
    assert format_whole(NAN) == "-"
    assert format_whole(pd.Series([3.0]).iloc[0]) == "3"


@pytest.mark.parametrize(
    ("shares", "texts"),
    [
        ((0.09, 0.035), ["about 9 in 100", "3 or 4 in 100"]),
        ((0.0004, 0.02, 0.05), ["fewer than 1 in 1,000", "about 2 in 100", "5 in 100"]),
        ((0.02, 0.0004), ["about 2 in 100", "fewer than 1 in 1,000"]),
        ((0.0004,), ["fewer than 1 in 1,000"]),
    ],
)
def test_shares_in_a_row_are_about_once_and_never_about_fewer(shares, texts):
    assert format_chances(shares) == texts


def test_few_who_ever_did_are_not_about_fewer(findings):
    curves = findings.curve_differences.copy()
    is_of_girls = (curves["sex"] == "female") & (curves["measure"] == "lifetime_prevalence")
    curves.loc[is_of_girls, "base"] = 0.0004
    opening = dataclasses.replace(briefing_of(findings), curves=curves).opening()
    assert "at the end fewer than 1 in 1,000 girls and about " in opening
