"""What is to be expected after hospital follows from published shares, and nothing else."""

import json

import hand_made
import numpy as np
import pandas as pd
import pytest

from abm.cli.run import run_command
from abm.parameters import parameters
from abm.runs.folder import RunFolder
from abm.runs.options import RunOptions
from abm.scenario.scenario import Scenario, ScenarioError, load_scenario
from abm.simulation.record import Logs, Record
from abm.studies.follow_up import first_presentations, follow_up, follow_up_frame

END = 740_000
VALUES = {name: declared.default for name, declared in parameters().items()}
ON = {"observation.follow_up": "true"}
KIND = [("person", "i8"), ("day", "i8"), ("age", "f8"), ("hour", "f8"), ("hospital", "i8")]


def acts(*rows):
    """Return a log of acts: person, years before the end, age, and whether hospital followed."""
    found = np.zeros(len(rows), KIND)
    for place, (person, years, age, hospital) in enumerate(rows):
        found[place] = (person, END - round(365.25 * years), age, 12.0, hospital)
    return found


def presenters(number, years):
    return acts(*((person, years, 15.0, 1) for person in range(number)))


def test_as_many_as_in_the_published_study_are_expected_as_there():
    """9,173 people over its mean length: 55 and 69 deaths, with the published intervals."""
    suicide, other = follow_up(presenters(9173, 9), END, VALUES)
    assert suicide.outcome == "died by suicide"
    assert suicide.people == other.people == 9173
    assert suicide.person_years == pytest.approx(9 * 9173, rel=1e-3)
    assert suicide.expected == pytest.approx(55, abs=0.2)
    assert other.expected == pytest.approx(69, abs=0.3)
    published = {suicide: (0.0045, 0.0078), other: (0.0059, 0.0095)}
    for found, (low, high) in published.items():
        assert found.interval.low / 9173 == pytest.approx(low, abs=0.0001)
        assert found.interval.high / 9173 == pytest.approx(high, abs=0.0001)


def test_longer_follow_up_and_more_people_mean_more():
    short, long = (follow_up(presenters(1000, years), END, VALUES)[0] for years in (1, 9))
    assert short.expected < long.expected < 9 * short.expected
    double = follow_up(presenters(2000, 9), END, VALUES)[0]
    assert double.expected == pytest.approx(2 * long.expected)
    assert long.interval.low < long.expected < long.interval.high


def test_who_never_presents_is_not_followed_and_who_does_is_followed_from_the_first_time():
    log = acts(
        (1, 1, 16.2, 1), (1, 3, 14.2, 1), (1, 5, 12.2, 0),  # presents twice, after other acts
        (2, 2, 15.0, 0),  # never presents
        (3, 2, 18.9, 1), (4, 2, 19.0, 1),  # the last of the ages followed, and one too old
        (5, 1, 19.5, 1), (5, 3, 17.5, 1),
    )  # fmt: skip
    found = first_presentations(log)
    assert found["person"].tolist() == [1, 3, 5]
    assert found["age"].tolist() == [14.2, 18.9, 17.5]
    followed = follow_up(log, END, VALUES)[0]
    assert followed.people == 3
    assert followed.person_years == pytest.approx(3 + 2 + 3, abs=0.01)


def test_nobody_means_nothing_to_expect():
    for found in follow_up(acts((1, 2, 15.0, 0)), END, VALUES):
        assert (found.people, found.person_years, found.expected) == (0, 0.0, 0.0)
        assert found.interval == (0.0, 0.0)


@pytest.mark.parametrize("studied", [1.0, 2.0, 3.0])
def test_a_published_share_of_a_handful_leaves_everything_possible(studied):
    found = follow_up(presenters(100, 5), END, VALUES | {"follow_up_people": studied})[0]
    assert found.interval.low <= found.expected < found.interval.high == 100


def test_no_hazard_means_no_deaths():
    none = follow_up(presenters(100, 5), END, VALUES | {"follow_up_suicide": 0.0})[0]
    assert none.expected == 0.0


# In a run


def scenario(**more):
    return load_scenario("birth-cohort", population=300, years=2, overrides=more)


def with_hospital(record):
    """Move the acts of a record made by hand into its calendar; every fifth led to hospital."""
    log = record.logged["acts"][0].copy()
    log["day"] -= 3 * 365
    log["hospital"] = np.arange(len(log)) % 5 == 0
    logged = record.logged | {"acts": (log,)}
    return Record(record.scenario, record.seed, record.censuses, logged)


def live(scenario: Scenario, seed: int, logs: Logs, progress) -> Record:
    record = hand_made.record(scenario, seed, logs)
    return with_hospital(record) if logs.acts else record


def run(chosen, out):
    return run_command(chosen, [1, 2], RunOptions(out, 1, quiet=True, simulate=live))


@pytest.fixture(autouse=True)
def _without_figures(monkeypatch):
    monkeypatch.setattr("abm.report.figures.runs.draw_figures", lambda *given: [])


def test_a_run_writes_it_only_where_it_is_on(tmp_path, capsys):
    for chosen, is_there in ((scenario(), False), (scenario(**ON), True)):
        assert run(chosen, tmp_path) == 0
        folder = RunFolder(tmp_path, chosen).path
        assert (folder / "follow_up.csv").exists() == is_there
        tables = json.loads((folder / "run.json").read_text())["tables"]
        assert ("follow_up.csv" in tables) == is_there
        assert "acts.parquet" not in tables
    table = pd.read_csv(folder / "follow_up.csv")
    assert table["seed"].tolist() == [1, 1, 2, 2]
    assert set(table["outcome"]) == {"died by suicide", "died of other causes"}
    assert (table["people"] > 0).all()
    assert table["expected"].between(table["low"], table["high"]).all()


def test_the_table_has_the_documented_columns():
    from abm.report.columns import tables

    frame = follow_up_frame(with_hospital(hand_made.record(scenario(**ON))))
    assert list(frame.columns) == [column.name for column in tables()["follow_up.csv"].columns]
    assert follow_up_frame(hand_made.record(scenario())) is None


def test_it_needs_the_acts():
    with pytest.raises(ValueError, match=r"observation\.follow_up"):
        follow_up_frame(hand_made.record(scenario(**ON), logs=Logs(people=True)))


@pytest.mark.parametrize("wrong", ["1", '"yes"', "0.5"])
def test_it_is_on_or_off(wrong):
    with pytest.raises(ScenarioError, match=r"observation\.follow_up: expected true or false"):
        scenario(**{"observation.follow_up": wrong})


@pytest.mark.parametrize("people", [1, 2, 3, 5, 20])
def test_every_size_of_the_published_study_that_may_be_set_gives_an_interval(people):
    declared = parameters()["follow_up_people"]
    for number in (people, declared.low, declared.high):
        for found in follow_up(presenters(50, 5), END, VALUES | {"follow_up_people": number}):
            low, high = found.interval
            assert 0 <= low <= found.expected <= high <= found.people


def test_what_was_lived_is_kept_where_nothing_can_be_made_of_it(tmp_path, monkeypatch, capsys):
    def fail(record):
        raise ValueError("math domain error")

    monkeypatch.setattr("abm.runs.seeds.follow_up_frame", fail)
    chosen = scenario(**ON)
    assert run(chosen, tmp_path) == 1
    folder = RunFolder(tmp_path, chosen)
    assert "math domain error" in (folder.failed_path / "1.txt").read_text()
    described = json.loads((folder.path / "run.json").read_text())
    assert (described["seeds"], described["failed"]) == ([1, 2], [])
    assert described["incomplete"] == [1, 2]
    assert "curves.csv" in described["tables"]
    error = capsys.readouterr().err
    assert "seed 1 has no deaths to be expected after hospital; the reason is in" in error
    assert "failed;" not in error
    assert "Traceback" not in error
    assert run(chosen, tmp_path) == 1  # it is said again
    assert "seed 2 has no" in capsys.readouterr().err
