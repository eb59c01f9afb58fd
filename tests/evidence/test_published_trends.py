"""What the tables of the two scenarios of the calendar say, and what their trends put in."""

import datetime

import made_up_world
import pytest

from abm.evidence import published_trends
from abm.evidence.listing import number
from abm.evidence.published_trends import main, trend_rows
from abm.evidence.register import register
from abm.evidence.verdict_table import COLUMNS
from abm.experiments.calibration.trends import trend_problems
from abm.parameters import parameters
from abm.scenario.dates import multiplier_on
from abm.scenario.scenario import load_scenario
from abm.studies.surveys import willingness_on


def rows_of(place: str, seeds: int = 3) -> list[dict[str, str]]:
    """Return the rows of a place, of worlds that are made up, by the names of the columns."""
    made_up = trend_rows(place, seeds, 100, observe=made_up_world.look)
    return [dict(zip(COLUMNS, row, strict=True)) for row in made_up]


def by_text(rows: list[dict[str, str]], text: str) -> dict[str, str]:
    (row,) = [row for row in rows if text in row["what"]]
    return row


# The tables


def test_entries_of_the_register_stand_with_all_their_studies_and_verdicts():
    rows = rows_of("england")
    judged = [row for row in rows if row["verdict"] != "-"]
    names = ["P07"] * 3 + ["P08", "P09", "P10", "P11", "P11", "E092", "E093"]
    assert [row["id"] for row in judged if row["id"] in names] == names
    assert {"R09", "R10", "R11", "R12"} <= {row["id"] for row in judged}
    for row in judged:
        entry = register().entries[row["id"]]
        assert (row["use"], row["published"]) == (entry.use, number(entry.published))
    assert [row["id"] for row in rows_of("victoria") if row["verdict"] != "-"] == ["P12"]


def test_other_years_and_groups_stand_beside_what_newspapers_reported():
    rows = rows_of("england")
    by_press = {row["what"][:12]: row["published"] for row in rows if row["id"] == "press"}
    assert by_press == {"2007, female": "11.7", "2000, both s": "5.3", "2007, both s": "8.9"}
    males = [row for row in rows if "males of 16" in row["what"] and row["id"] == "-"]
    assert {row["use"] for row in males} == {"predicted"}
    assert [row["what"][:4] for row in males] == ["2000", "2007", "2014"]


def test_all_mental_health_presentations_are_those_for_self_harm_over_their_share():
    rows = rows_of("victoria")
    years = [row["what"][:7] for row in rows if "hospital for self-harm" in row["what"]]
    assert years == [f"20{year:02d}-{year + 1:02d}" for year in range(8, 15)]
    assert by_text(rows, "divided by 0.225")["use"] == "input"
    growth = by_text(rows, "growth of both")
    assert (growth["published"], growth["use"], growth["id"]) == ("6.5", "fitted", "P12")


def test_one_seed_tells_no_interval_of_what_repeats_within_persons():
    presentations = [row for row in rows_of("victoria", 1) if row["id"] != "P12"]
    assert {row["interval"] for row in presentations} == {"-"}


def test_nothing_that_has_no_number_is_an_error_or_shows_as_nan():
    for place in ("england", "victoria"):
        assert "nan" not in "\n".join(" ".join(row.values()) for row in rows_of(place))


# What the trends put in


def test_what_the_trends_are_solved_from_is_fitted():
    """And the quotient of two of these surveys."""
    entries = [register().entries[row["id"]] for row in rows_of("england") if row["verdict"] != "-"]
    fitted = {entry.id for entry in entries if entry.use == "fitted"}
    assert fitted == {*trend_problems()["england"].entries, "P10"}
    assert {register().entries[name].counts_with for name in fitted} == {None, "P08"}


def test_more_say_so_face_to_face_from_year_to_year():
    scenario = load_scenario("england-2000-2014")
    days = {year: datetime.date(year, 12, 31) for year in (2000, 2007, 2014)}
    asked = {year: willingness_on(scenario, day) for year, day in days.items()}
    assert asked[2000] < asked[2007] < asked[2014] == scenario.parameters["survey_willingness"]


def test_trends_of_england_stand_still_before_and_after():
    scenario = load_scenario("england-2000-2014")
    assert set(scenario.trends) == {"survey_willingness", "awareness_rate"}
    for trend in scenario.trends.values():
        assert (min(trend), max(trend)) == (2000, 2014)
        over_time = [multiplier_on(trend, datetime.date(year, 1, 1)) for year in range(1985, 2020)]
        assert set(over_time[:16]) == {trend[2000]}
        assert set(over_time[-6:]) == {trend[2014]}


def test_odds_of_hospital_grow_as_physical_presentations_did_and_end_at_the_baseline():
    """By 2.1 % a year (E222)."""
    trends = load_scenario("victoria-2008-2015").trends
    (first, low), (last, high) = trends["hospital_intercept"].items()
    assert parameters()["hospital_intercept"].trend_on == "odds"
    assert 100 * ((high / low) ** (1 / (last - first)) - 1) == pytest.approx(2.1, abs=0.05)
    assert {trend[2016] for trend in trends.values()} == {1.0}
    assert set(trends) == {"hospital_intercept", "help_seeking_odds"}


# The command


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
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.out == ""


def test_both_tables_are_printed_unless_one_is_named(capsys, monkeypatch):
    monkeypatch.setattr(published_trends, "trend_rows", lambda *_: [COLUMNS])
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
@pytest.mark.parametrize("place", ["england", "victoria"])
def test_they_come_out_as_published(place):
    for row in trend_rows(place, seeds=4, population=10_000, jobs=2):
        name, use, verdict, *_ = row
        if use == "fitted" and verdict != "-":
            assert verdict == "inside", row
        if name == "P11":
            assert verdict == "direction right", row
