"""A survey finds what its respondents say; asking changes nothing and luck is keyed."""

import datetime
import math

import numpy as np
import pytest

from abm.people.layout import FEMALE, MALE, person_dtype
from abm.scenario.scenario import load_scenario
from abm.simulation.record import Logs
from abm.simulation.run import run
from abm.simulation.world import World
from abm.studies.surveys import (
    HouseholdSurvey,
    ask,
    survey_on_dates,
    survey_panel,
    survey_world,
    willingness_on,
)

DAY = datetime.date(2014, 9, 1)
GIRLS = HouseholdSurvey(sex="female", ages=(16, 24))


def people(number=30_000):
    """Return people of all ages; a fifth of the girls and a tenth of the boys ever acted."""
    rows = np.zeros(number, person_dtype())
    rows["person"] = np.arange(number) + 1_990_000_000
    rows["present"] = 1
    rows["sex"] = np.arange(number) % 2
    every = np.where(rows["sex"] == FEMALE, 5, 10)
    rows["acts"] = np.where(np.arange(number) // 2 % every == 0, 3, 0)
    rows["past_year_acts"] = np.where(np.arange(number) // 2 % (2 * every) == 0, 2, 0)
    return rows, 10 + 15 * np.arange(number) / number


def asked(survey, willingness=0.77, seed=1, date=DAY):
    return ask(survey, *people(), seed, date, willingness)


def test_everybody_willing_and_asked_gives_the_share_there_is():
    girls = asked(GIRLS, willingness=1.0)
    boys = asked(HouseholdSurvey(sex="male"), willingness=1.0)
    assert girls.share == pytest.approx(0.2, abs=0.002)
    assert boys.share == pytest.approx(0.1, abs=0.002)
    assert girls.people == girls.respondents == pytest.approx(9000, abs=2)
    past_year = asked(HouseholdSurvey(sex="female", question="past_year"), willingness=1.0)
    assert past_year.share == pytest.approx(0.1, abs=0.002)


def test_less_willing_people_report_less_and_the_difference_is_the_willingness():
    shares = [asked(GIRLS, willingness).share for willingness in (0.0, 0.5, 0.77, 1.0)]
    assert shares[0] == 0.0
    assert shares == sorted(shares)
    assert shares[2] / shares[3] == pytest.approx(0.77, abs=0.03)
    assert asked(GIRLS).true == asked(GIRLS, 0.1).true


def test_on_paper_everybody_says_so():
    on_paper = HouseholdSurvey(sex="female", ages=(16, 24), mode="self_completion")
    found = asked(on_paper, willingness=0.3)
    assert found.reported == found.true


def test_a_single_item_misses_some_and_more_boys() -> None:
    rows, ages = people()
    shares = {}
    for sex in ("female", "male"):
        item = HouseholdSurvey(sex=sex, mode="self_completion", wording="single_item")
        found = ask(item, rows, ages, 1, DAY, 0.3, (0.35, 0.2))
        shares[sex] = found.reported / found.true
    assert shares["female"] == pytest.approx(1 - 0.65**3, abs=0.03)
    assert shares["male"] == pytest.approx(1 - 0.8**3, abs=0.03)


def test_only_the_sex_and_ages_wanted_are_asked():
    rows, ages = people(3000)
    chosen = (rows["sex"] == FEMALE) & (ages >= 16) & (ages < 25)
    assert ask(GIRLS, rows, ages, 1, DAY, 1.0).people == chosen.sum()
    one_year = HouseholdSurvey(sex="male", ages=(12, 12))
    chosen = (rows["sex"] == MALE) & (np.floor(ages) == 12)
    assert ask(one_year, rows, ages, 1, DAY, 1.0).people == chosen.sum()


def test_a_sample_has_its_size_and_its_sampling_error():
    samples = [
        asked(HouseholdSurvey(sex="female", ages=(16, 24), respondents=360, number=number))
        for number in range(200)
    ]
    assert {each.respondents for each in samples} == {360}
    shares = np.array([each.share for each in samples])
    expected = 0.2 * 0.77
    assert shares.mean() == pytest.approx(expected, abs=0.006)
    assert shares.std() == pytest.approx(math.sqrt(expected * (1 - expected) / 360), rel=0.25)
    covered = np.mean([low <= expected <= high for low, high in (x.interval for x in samples)])
    assert covered > 0.88


def test_more_wanted_than_there_are_means_all_of_them():
    few = HouseholdSurvey(sex="female", ages=(16, 24), respondents=10**6)
    assert asked(few) == asked(GIRLS)
    rows, ages = people(10)
    nobody = ask(HouseholdSurvey(ages=(24, 24)), rows[:5], ages[:5], 1, DAY, 1.0)
    assert nobody.respondents == 0
    assert math.isnan(nobody.share)
    assert all(map(math.isnan, nobody.interval))


def test_luck_is_keyed_by_person_day_seed_and_survey_and_not_by_order():
    survey = HouseholdSurvey(respondents=500)
    rows, ages = people()
    backwards = ask(survey, rows[::-1], ages[::-1], 1, DAY, 0.77)
    assert asked(survey) == backwards
    others = {
        asked(survey, seed=2).reported,
        asked(survey, date=DAY + datetime.timedelta(1)).reported,
        asked(HouseholdSurvey(respondents=500, number=1)).reported,
        asked(HouseholdSurvey(respondents=500, number=2)).reported,
    }
    assert len(others | {asked(survey).reported}) > 2


def test_somebody_more_in_the_population_changes_nobody_elses_answer():
    rows, ages = people()
    whole = ask(HouseholdSurvey(), rows, ages, 1, DAY, 0.5)
    without = ask(HouseholdSurvey(), rows[1:], ages[1:], 1, DAY, 0.5)
    assert 0 <= whole.reported - without.reported <= 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"sex": "girls"}, "sex: expected"),
        ({"ages": (18, 16)}, "ages: expected"),
        ({"ages": (9, 16)}, "ages: expected"),
        ({"ages": (16, 25)}, "ages: expected"),
        ({"respondents": 0}, "respondents: expected"),
        ({"question": "ever"}, "question: expected"),
        ({"mode": "telephone"}, "mode: expected"),
        ({"wording": "essay"}, "wording: expected"),
    ],
)
def test_an_impossible_survey_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        HouseholdSurvey(**wrong)


# In a world

RISKY = {"barrier_mean": 6.5, "awareness_age": 10.0}
TREND = {"trends.survey_willingness.2016": 1.0, "trends.survey_willingness.2018": 0.5}


@pytest.fixture(scope="module")
def cohort():
    return load_scenario("birth-cohort", population=400, years=4, overrides=RISKY | TREND)


def test_a_world_can_be_asked_on_any_date_and_goes_on_as_if_it_had_not(cohort):
    asked_on = World(cohort, 2)
    dates = [datetime.date(2016, 1, 31), datetime.date(2018, 5, 5)]
    survey = HouseholdSurvey(mode="self_completion")
    first, last = survey_on_dates(asked_on, dict.fromkeys(dates, survey))
    assert [first.date, last.date] == dates
    assert 0 < first.share < last.share
    unasked = World(cohort, 2)
    while unasked.date < asked_on.date:
        unasked.live_day()
    assert unasked.people.tobytes() == asked_on.people.tobytes()
    ever = unasked.people["acts"] > 0
    assert last.true == ever.sum()
    with pytest.raises(ValueError, match="has lived to"):
        next(survey_on_dates(asked_on, {dates[0]: survey}))


def test_willingness_follows_its_trend(cohort):
    assert willingness_on(cohort, datetime.date(2015, 9, 1)) == 0.77
    assert willingness_on(cohort, datetime.date(2019, 1, 1)) == 0.385
    world = World(cohort, 2)
    answers = list(survey_on_dates(world, {datetime.date(2019, 6, 1): HouseholdSurvey()}))
    assert answers == [survey_world(world, HouseholdSurvey())]
    assert 0.15 < answers[0].reported / answers[0].true < 0.6


def test_waves_of_a_panel_are_surveys_too(cohort):
    everybody = cohort.model_copy(
        update={"observation": cohort.observation.model_copy(update={"panel_share": 1.0})}
    )
    record = run(everybody, 2, Logs(panel=True))
    survey = HouseholdSurvey()
    answers = list(survey_panel(record, survey))
    assert [answer.date.year for answer in answers] == [2016, 2017, 2018, 2019]
    assert [answer.respondents for answer in answers] == [400] * 4
    world = World(everybody, 2)
    assert list(survey_on_dates(world, {each.date: survey for each in answers})) == answers
