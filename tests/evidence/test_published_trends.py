"""What the tables of the two scenarios of the calendar say, and what their trends put in."""

import datetime
import math

import numpy as np
import pytest

from abm.evidence import published_trends
from abm.evidence.published_trends import (
    FACE,
    PAPER,
    STUDIES,
    england_lines,
    main,
    study_lines,
    survey_england,
    table_lines,
    victoria_lines,
)
from abm.scenario.dates import multiplier_on
from abm.scenario.scenario import load_scenario
from abm.studies.surveys import Answer, willingness_on

SHARES = {("female", 2000): 0.06, ("female", 2007): 0.12, ("female", 2014): 0.18}
SHARES |= {("male", 2000): 0.04, ("male", 2007): 0.07, ("male", 2014): 0.1}


def answers(people=1000, more=0.0):
    """Return made-up answers to every study, each share raised by `more`."""
    found = []
    for study in STUDIES:
        share = SHARES.get((study.sex, study.year), 0.08) + more
        true = round(people * min(1.0, 1.25 * share))
        reported = true if study.mode == PAPER else round(people * share)
        found.append(Answer(study.date, people, people, true, reported))
    return found


def by_text(lines, text):
    (line,) = [line for line in lines if text in f"{line.year} {line.what}"]
    return line


# England


def test_shares_ratio_and_rises_are_those_of_the_answers():
    lines = england_lines([answers(), answers(more=0.02)])
    assert by_text(lines, "2000 female, 16-24").found == pytest.approx(7.0)
    assert by_text(lines, "2014 female, 16-24, ever self-harmed, face").found == pytest.approx(19.0)
    assert by_text(lines, "times").found == pytest.approx((3.0 + 2.5) / 2)
    assert by_text(lines, "male, rise, points").found == pytest.approx(6.0)
    assert by_text(lines, "rise of females minus").found == pytest.approx(6.0)
    for line in lines:
        low, high = line.interval
        assert low < line.found < high or "male" in line.what
    assert math.isnan(by_text(lines, " male, rise, points").interval.low)  # both seeds say 6


def test_no_share_lies_below_0_or_above_100():
    lines = england_lines([answers(20), answers(20, more=0.5)])
    for line in lines:
        if line.what.endswith("%") and not math.isnan(line.interval.low):
            assert 0 <= line.interval.low < line.interval.high <= 100
    assert by_text(lines, "times").interval.low >= 0


def test_seeds_that_agree_have_the_interval_of_all_their_people():
    one, three = (england_lines([answers()] * seeds) for seeds in (1, 3))
    for what in ("2000 female, 16-24", "times"):
        narrow, wide = by_text(three, what).interval, by_text(one, what).interval
        assert wide.low < narrow.low < narrow.high < wide.high


def test_presentations_repeat_so_one_seed_tells_no_interval():
    for seeds in (1, 3):
        for line in victoria_lines(counts(seeds), 2008)[: 7 if seeds > 1 else None]:
            assert math.isnan(line.interval.low)  # one seed, or three that agree
    apart = counts(3) * np.array([0.9, 1.0, 1.2])[:, None, None] ** [[1], [0]]
    low, high = victoria_lines(apart, 2008)[0].interval
    assert 0 <= low < 5000 < high


def test_one_seed_has_the_interval_of_a_sample():
    lines = england_lines([answers(people=1000)])
    low, high = by_text(lines, "2000 female, 16-24").interval
    assert 4.5 < low < 6.0 < high < 7.8
    low, high = by_text(lines, "times").interval
    assert 1.5 < low < 3.0 < high < 5.0
    assert math.isnan(by_text(lines, "rise of females minus").interval.low)


def test_nobody_who_reports_gives_no_ratio_and_no_error():
    nobody = [Answer(study.date, 10, 10, 0, 0) for study in STUDIES]
    line = by_text(england_lines([nobody]), "times")
    assert math.isnan(line.found)
    assert "nan" not in "\n".join(table_lines(england_lines([nobody])))


def test_only_two_surveys_are_fitted():
    assert [study.source for study in STUDIES if study.use == "fitted"] == ["P08", "P09"]
    assert {study.year for study in STUDIES if study.use == "fitted"} == {2000, 2014}
    assert len(set(STUDIES)) == len(STUDIES)


def test_reporting_carries_half_of_the_published_rise():
    """Half on the logarithmic scale: the square root of 19.7 / 6.5."""
    scenario = load_scenario("england-2000-2014")
    asked = {study.year: willingness_on(scenario, study.date) for study in STUDIES}
    first = multiplier_on(scenario.trends["survey_willingness"], datetime.date(2000, 1, 1))
    assert 1 / first == pytest.approx(math.sqrt(19.7 / 6.5), rel=0.01)
    assert asked[2000] < asked[2007] < asked[2014] == scenario.parameters["survey_willingness"]


def test_trends_of_england_rise_and_stand_still_before_and_after():
    scenario = load_scenario("england-2000-2014")
    assert set(scenario.trends) == {"survey_willingness", "awareness_rate"}
    for trend in scenario.trends.values():
        assert list(trend) == [2000, 2014]
        over_time = [multiplier_on(trend, datetime.date(year, 1, 1)) for year in range(1985, 2020)]
        assert over_time == sorted(over_time)
        assert over_time[0] == trend[2000]
        assert over_time[-1] == trend[2014]


def test_a_lived_population_is_asked_everything_on_its_day():
    scenario = load_scenario("england-2000-2014", population=300)
    found = dict(zip(STUDIES, survey_england(scenario, 3), strict=True))
    for study, answer in found.items():
        assert answer.date == study.date
        assert answer.respondents == answer.people
        assert answer.reported <= answer.true
    asked = {(each.year, each.sex, each.mode): answer for each, answer in found.items()}
    girls, boys, both = (asked[2007, sex, FACE] for sex in ("female", "male", "all"))
    assert girls.people + boys.people == both.people == 180
    assert girls.reported + boys.reported == both.reported
    on_paper = asked[2014, "female", PAPER]
    assert on_paper.reported == on_paper.true == asked[2014, "female", FACE].true


# Victoria


def counts(seeds=3):
    """Return presentations that grow by 6.5 % a year among 6,000 people."""
    events = 300 * 1.065 ** np.arange(7)
    return np.array([[events, np.full(7, 6000.0)]] * seeds)


def test_all_mental_health_presentations_grow_with_those_for_self_harm():
    lines = victoria_lines(counts(), 2008)
    assert [line.year for line in lines[:2]] == ["2008-09", "2009-10"]
    assert lines[0].found == pytest.approx(5000)
    mean = np.mean([line.found for line in lines[:7]])
    every = by_text(lines, "mental health")
    assert every.found == pytest.approx(mean / 0.225)
    growth = by_text(lines, "growth")
    assert growth.found == pytest.approx(6.5)
    assert growth.interval.low < 6.5 < growth.interval.high
    assert growth.use == "fitted"


def test_a_year_without_presentations_shows_no_growth_and_no_error():
    few = counts(1)
    few[:, 0, 2] = 0
    lines = victoria_lines(few, 2008)
    assert math.isnan(by_text(lines, "growth").found)
    assert "nan" not in "\n".join(table_lines(lines))


def test_hospital_share_grows_as_physical_presentations_did_and_ends_at_the_baseline():
    """By 2.1 % a year (E222)."""
    trends = load_scenario("victoria-2008-2015").trends
    (first, low), (last, high) = trends["hospital_share"].items()
    assert 100 * ((high / low) ** (1 / (last - first)) - 1) == pytest.approx(2.1, abs=0.05)
    assert {trend[2016] for trend in trends.values()} == {1.0}
    assert set(trends) == {"hospital_share", "help_seeking_odds"}


# The command


def test_columns_of_the_table_stand_below_each_other():
    heading, *rows = table_lines(england_lines([answers(), answers()]))
    start = heading.index("published")
    assert all(row[start - 2 : start].isspace() for row in rows)
    assert rows[0][start:].startswith("6.5 (4.2 to 10.0)")
    assert all(len(row) < 140 for row in rows)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (["wales"], "invalid choice: 'wales'"),
        (["england", "--seeds", "0"], "whole number from 1, not '0'"),
        (["--jobs", "two"], "whole number from 1, not 'two'"),
        (["--population", "9000000"], "population.size"),
    ],
)
def test_wrong_arguments_end_with_two_and_print_no_table(capsys, wrong, message):
    with pytest.raises(SystemExit) as left:
        main(wrong)
    assert left.value.code == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.out == ""


def test_both_tables_are_printed_unless_one_is_named(capsys, monkeypatch):
    made_up = {"england": england_lines([answers()]), "victoria": victoria_lines(counts(), 2008)}
    monkeypatch.setattr(published_trends, "study_lines", lambda place, *_: made_up[place])
    main([])
    both = capsys.readouterr().out
    assert "england-2000-2014" in both
    assert "victoria-2008-2015" in both
    main(["victoria", "--population", "1000"])
    one = capsys.readouterr().out
    assert "England" not in one
    assert "1,000 people, 4 seeds" in one


# What the two scenarios are for


@pytest.mark.slow
def test_england_comes_out_within_the_published_intervals():
    lines = study_lines("england", load_scenario("england-2000-2014"), seeds=4, jobs=2)
    assert 4.2 <= by_text(lines, "2000 female, 16-24").found <= 10.0
    last = by_text(lines, "2014 female, 16-24, ever self-harmed, face")
    assert 15.7 <= last.found <= 24.5
    assert 1.86 <= by_text(lines, "times").found <= 4.93
    assert by_text(lines, "male, rise, points").interval.low > 0
    assert by_text(lines, "rise of females minus").interval.low > 0


@pytest.mark.slow
def test_victoria_grows_as_published_within_its_interval():
    lines = study_lines("victoria", load_scenario("victoria-2008-2015"), seeds=8, jobs=2)
    low, high = by_text(lines, "growth").interval
    assert 0 < low < 6.5 < high < 13
