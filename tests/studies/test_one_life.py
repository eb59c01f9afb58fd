"""One life, day by day, is the life of the run, whatever of it is looked at."""

import json
import sys

import pytest

from abm.cli import main as cli
from abm.io.messages import InputError
from abm.scenario.draws import chosen_draws
from abm.scenario.scenario import load_scenario
from abm.simulation.run import run
from abm.studies.one_life import follow_life

SIZE, YEARS, SEED = 40, 4, 3


@pytest.fixture(scope="module")
def scenario():
    often = {"barrier_mean": 7.5}
    return load_scenario("birth-cohort", population=SIZE, years=YEARS, overrides=often)


@pytest.fixture(scope="module")
def record(scenario):
    return run(scenario, SEED)


@pytest.fixture(scope="module")
def busiest(record):
    """The one with most acts."""
    return record.people.loc[record.people["acts"].idxmax()]


@pytest.fixture(scope="module")
def life(scenario, busiest):
    return follow_life(scenario, SEED, int(busiest["person"]))


def events(life, kind):
    return [event for day in life.days for event in day.events if event.kind == kind]


def test_it_is_the_life_of_the_run(life, record, busiest):
    assert busiest["acts"] > 0
    for name in ("acts", "urges"):
        assert sum(getattr(day, name) for day in life.days) == busiest[name]
    logged = record.acts[record.acts["person"] == busiest["person"]]
    assert [event.hour for event in events(life, "act")] == logged["hour"].tolist()
    dates = [day.date for day in life.days for _ in range(day.acts)]
    assert dates == [day.date() for day in logged["day"]]
    care = [event.text for event in events(life, "care")]
    assert care.count("treated in hospital") == busiest["hospital_contacts"]
    assert life.days[-1].friends == busiest["friend_count"]
    assert (life.sex == "girl") == (busiest["sex"] == "female")
    assert len(life.childhood) == busiest["maltreatment_types"]


def test_every_stressor_has_its_words(life):
    assert len(events(life, "stressor")) == sum(day.stressors for day in life.days) > 0
    summaries = [summary for _, _, summary in life.years()]
    assert [age for age, _, _ in life.years()] == list(range(10, 10 + YEARS))
    assert all("stressors" in summary for summary in summaries)


def test_some_ages_are_a_part_of_the_whole(life, scenario):
    part = follow_life(scenario, SEED, life.person, (11, 12))
    assert part.days == tuple(day for day in life.days if 11 <= day.age < 12)


@pytest.mark.parametrize(
    ("person", "expected"),
    [(5, "nobody of this scenario turned 10"), (SIZE, f"to 20150{SIZE - 1:05}")],
)
def test_who_is_not_there_is_refused_with_those_who_are(scenario, person, expected):
    year = scenario.calendar.start.year * 1_000_000
    with pytest.raises(InputError, match=expected):
        follow_life(scenario, SEED, person if person < SIZE else year + person)


def test_the_command_shows_days_years_and_where_to_find_support(
    life, record, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("abm.studies.one_life.follow_life", lambda *_: life)
    asked = ["nssi", "person", str(SEED), str(life.person), "birth-cohort", "--quiet"]

    def printed(*more):
        monkeypatch.setattr(sys, "argv", [*asked, *more])
        with pytest.raises(SystemExit) as leaving:
            cli.main()
        assert not leaving.value.code
        return capsys.readouterr()

    monkeypatch.chdir(tmp_path)
    text = printed()
    assert sum(day.date.isoformat() in text.out for day in life.days) == sum(
        day.is_of_note for day in life.days
    )
    assert "Aged 10 in all: " in text.out
    assert "findahelpline.com" in text.err
    assert len(json.loads(printed("--json").out)["days"]) == len(life.days)
    listed = record.people[record.people["ever"]]["person"]
    monkeypatch.setattr("abm.simulation.run.run", lambda *_, **__: record)
    asked[3] = "list"
    lines = printed().out.splitlines()
    assert [line.split()[0] for line in lines[1 : 1 + len(listed)]] == [str(n) for n in listed]
    asked[3] = str(life.person)
    followed = []
    monkeypatch.setattr("abm.studies.one_life.follow_life", lambda *a: followed.append(a) or life)
    printed("--uncertainty", "posterior")
    drawn = chosen_draws("posterior").drawn(load_scenario("birth-cohort"), SEED)
    assert followed[0][0].parameters == drawn.parameters != load_scenario("birth-cohort").parameters
    printed("--csv", "days.csv")
    assert len((tmp_path / "days.csv").read_text().splitlines()) == 1 + len(life.days)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["9" * 5_000], "PERSON: expected a number"),
        (["2015000001", "--csv", "nowhere/days.csv"], "--csv: nowhere/days.csv: expected a file"),
        (["2015000001", "--csv", "."], "--csv: .: expected a file"),
    ],
    ids=["a number of 5,000 digits", "no folder", "a folder"],
)
def test_what_cannot_be_is_refused_before_anything_is_run(
    wrong, told, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["nssi", "person", str(SEED), *wrong])
    with pytest.raises(SystemExit) as leaving:
        cli.main()
    assert leaving.value.code == 2
    assert told in " ".join(capsys.readouterr().err.split())
    assert list(tmp_path.iterdir()) == []
