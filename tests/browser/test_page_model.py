"""The model behind the page does what `nssi run` does, whatever is looked at."""

import inspect
import io
import tomllib
from datetime import date

import numpy as np
import pandas as pd
import pytest

from abm.browser.choices import Choices
from abm.browser.page_model import PageModel
from abm.browser.views.figures import as_csv
from abm.io.messages import InputError
from abm.model import NSSIModel
from abm.parameters import parameters, switches
from abm.scenario.scenario import Scenario, load_scenario
from abm.scenario.toml_text import as_toml
from abm.simulation.record import Logs
from abm.simulation.run import run

PEOPLE = 240
FIRST_YEAR = 366  # 2015-09-01 to 2016-08-31


@pytest.fixture(scope="module")
def played() -> PageModel:
    """Return a model with two changes run for a year and ten days, with its baseline."""
    model = PageModel("school-skills", rng=5, population=PEOPLE, stressor_rate=1.1)
    model.prepare_baseline()
    model.run_days(FIRST_YEAR)
    model.follow(model.snapshot.trace.person or 0)
    model.run_days(10)
    while model.advance_baseline():
        pass
    model.take_picture()
    return model


def test_the_model_has_every_parameter_and_switch_as_a_keyword_and_no_hidden_ones() -> None:
    found = inspect.signature(type(PageModel()).__init__).parameters
    assert {*parameters(), *switches()} < set(found)
    assert "scenario" not in found
    assert not any(each.kind is inspect.Parameter.VAR_KEYWORD for each in found.values())
    assert issubclass(PageModel, NSSIModel)


def test_the_figures_are_those_of_a_run_of_the_same_scenario_seed_and_days(
    played: PageModel,
) -> None:
    changed = {"stressor_rate": 1.1}
    same = load_scenario("school-skills", population=PEOPLE, years=1, overrides=changed)
    record = run(same, 5, Logs())
    census = played.snapshot.censuses[0]
    assert np.array_equal(census.stocks, record.censuses[0].stocks)
    assert np.array_equal(census.flows, record.censuses[0].flows)
    table = pd.read_csv(io.StringIO(as_csv(played.snapshot)), dtype=str)
    lines = table.drop(columns=["world", "scenario"]).to_csv(index=False).splitlines()
    expected = record.curves[record.curves["date"] == record.curves["date"].min()]
    assert lines[: len(expected) + 1] == expected.to_csv(index=False).splitlines()
    assert table["date"].iloc[-1] == str(played.snapshot.date)


def test_events_of_the_past_year_are_counted_on_any_day(played: PageModel) -> None:
    snapshot = played.snapshot
    assert snapshot.date.isoformat() == "2016-09-10"
    assert snapshot.flow_days == (snapshot.date - date(2015, 9, 10)).days
    person_days = snapshot.census.flows[:, :, 0].sum()
    assert person_days == snapshot.flow_days * PEOPLE


def test_following_somebody_changes_nothing() -> None:
    watched, plain = (PageModel(rng=3, population=PEOPLE) for _ in range(2))
    watched.prepare()
    plain.prepare()
    plain.following.person = None
    for model in (watched, plain):
        model.run_days(40)
    assert len(watched.following.trace().days) == 40
    assert len(plain.following.trace().days) == 0
    names = [name for name in watched.world.people.dtype.names if name not in ("watched", "points")]
    assert all(
        np.array_equal(watched.world.people[name], plain.world.people[name]) for name in names
    )


def test_somebody_who_is_not_there_is_not_followed_and_named() -> None:
    model = PageModel(population=PEOPLE)
    before = model.snapshot.trace.person
    model.follow(12)
    assert (model.snapshot.trace.person, model.snapshot.trace.missing) == (before, 12)
    other = next(row for row in model.snapshot.school.person.tolist() if row != before)
    model.follow(other)
    assert (model.snapshot.trace.person, model.snapshot.trace.missing) == (other, None)


def test_somebody_who_enters_later_is_followed_from_then_on() -> None:
    model = PageModel(population=PEOPLE)
    model.run_days(FIRST_YEAR + 1)
    newest = int(model.world.people["person"].max())
    again = PageModel(population=PEOPLE)
    again.follow(newest)
    assert again.snapshot.trace.missing == newest
    again.run_days(FIRST_YEAR + 1)
    again.take_picture()
    assert (again.snapshot.trace.person, again.snapshot.trace.missing) == (newest, None)


def test_the_baseline_is_the_same_people_without_what_was_changed(played: PageModel) -> None:
    assert played.baseline is not None
    assert played.counterfactual is not None
    assert played.snapshot.grey is not None
    assert played.counterfactual.scenario == load_scenario("baseline", population=PEOPLE)
    record = run(load_scenario("baseline", population=PEOPLE, years=1), 5, Logs())
    assert np.array_equal(played.baseline.world.censuses[0].stocks, record.censuses[0].stocks)


def test_a_scenario_with_nothing_changed_has_no_baseline() -> None:
    model = PageModel(population=PEOPLE)
    model.prepare_baseline()
    assert model.counterfactual is None
    assert model.baseline is None
    assert model.snapshot.grey_sentence == ""


def test_a_step_is_a_day_for_mesa_too() -> None:
    model = PageModel(population=PEOPLE)
    model.step()
    model.run_for(2)
    assert (model.time, model.snapshot.day) == (3.0, 3)


def test_a_snapshot_stays_as_it_was_when_the_model_lives_on() -> None:
    model = PageModel(population=PEOPLE)
    model.step()
    before = model.snapshot
    seen = before.census.stocks.copy(), before.census.flows.copy(), before.school.distress.copy()
    model.run_days(30)
    model.take_picture()
    assert model.snapshot is not before
    assert before.day == 1
    after = before.census.stocks, before.census.flows, before.school.distress
    assert all(np.array_equal(a, b) for a, b in zip(seen, after, strict=True))


def test_a_model_stops_at_the_end_of_its_calendar() -> None:
    model = PageModel("birth-cohort", population=PEOPLE)
    model.prepare()
    days = model.snapshot.days
    model.course.world.days_lived = model.course.world.total_days - 2  # type: ignore[union-attr]
    model.run_days(30)
    model.take_picture()
    assert model.snapshot.day == days
    assert not model.running


def test_the_scenario_that_is_downloaded_means_the_same(played: PageModel) -> None:
    table = tomllib.loads(as_toml(played.settings.resolved()))
    again = Scenario.from_table(table, played.settings.name)
    assert again == played.settings


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (Choices(population=20), "people: expected 150 to 50,000"),
        (Choices(seed=-1), "seed"),
        (Choices("no-such"), "no-such"),
        (Choices(values={"stressor_rate": 99.0}), "stressor_rate"),
        (Choices(interventions=({"kind": "magic"},)), "magic"),
    ],
)
def test_wrong_choices_say_what_is_wrong(choices: Choices, words: str) -> None:
    with pytest.raises(InputError, match=words):
        choices.resolve()
