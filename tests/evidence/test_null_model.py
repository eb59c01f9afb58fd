"""The null model: near what it is fitted to, the same each time, and without any association."""

import datetime
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.evidence.evaluation import Worlds
from abm.evidence.null_model import (
    distance,
    do_null_study,
    fitted,
    main,
    null_model,
    null_results,
    null_worlds,
)
from abm.evidence.null_population import (
    FIRST_AGE,
    LAST_AGE,
    NullPopulation,
    null_population,
    null_tables,
    null_trial,
)
from abm.evidence.register import Study, register
from abm.evidence.verdicts import NO_EFFECT
from abm.scenario.scenario import load_scenario
from abm.studies.trial import AFTER_ONE_ACT

ENTRIES = register().entries


def shipped_worlds() -> Worlds:
    worlds = register().worlds.items()
    return null_worlds(tuple((name, own.kind, own.scenario, own.years) for name, own in worlds))


def some_numbers() -> st.SearchStrategy[dict[str, float]]:
    ranges = {
        name: st.floats(number.low, number.high) for name, number in null_model().numbers.items()
    }
    return st.fixed_dictionaries(ranges)


def small(numbers: dict[str, float], seed: int = 3) -> NullPopulation:
    return null_population(numbers, 400, seed)


# What it is fitted to


def test_what_it_is_fitted_to_is_inside() -> None:
    results = null_results(ENTRIES[name] for name in null_model().figures)
    assert {result.verdict for result in results.values()} == {"inside"}


def test_it_is_fitted_to_all_the_model_is_fitted_to_that_it_can_answer() -> None:
    """England's figures are of a trend, and P02 asks what P01 asks."""
    answered = {
        name
        for name, result in null_results(ENTRIES.values()).items()
        if result.entry.use == "fitted" and result.entry.study[0].world == "baseline"
        if result.simulated[0].people
    }
    assert answered - {"P02"} == set(null_model().figures)


def test_no_number_alone_brings_it_nearer() -> None:
    values = null_model().values
    best = distance(values)
    for name, value in values.items():
        for factor in (0.85, 1.15):
            assert distance(values | {name: value * factor}) > 0.98 * best


def test_numbers_lie_within_the_ranges_of_the_fit() -> None:
    assert all(n.low < n.value < n.high and n.unit for n in null_model().numbers.values())


def test_the_fit_ends_where_nothing_is_nearer(monkeypatch: pytest.MonkeyPatch) -> None:
    target = {name: math.sqrt(n.low * n.high) * 1.1 for name, n in null_model().numbers.items()}

    def apart(numbers: dict[str, float]) -> float:
        return 0.1 + sum((numbers[name] / target[name] - 1.0) ** 2 for name in target)

    monkeypatch.setattr("abm.evidence.null_model.distance", apart)
    assert fitted() == pytest.approx(target, rel=0.02)


def test_it_prints_its_numbers_and_figures(capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(null_model().numbers) + len(null_model().figures)


# What it answers


def test_every_entry_has_a_result_and_its_own_studies() -> None:
    results = null_results(ENTRIES.values())
    assert list(results) == list(ENTRIES)
    for name, result in results.items():
        studies = ENTRIES[name].study if ENTRIES[name].is_answerable else ()
        assert len(result.simulated) == len(studies)


@pytest.mark.parametrize("statistic", NO_EFFECT)
def test_nothing_is_associated_with_what_nobody_has(statistic: str) -> None:
    study = Study(statistic=statistic, of="ever", by="adversity > 0", given="regulation")
    answer = do_null_study(study, shipped_worlds())
    assert answer.value == NO_EFFECT[statistic]
    assert math.isnan(answer.low)
    assert math.isnan(answer.high)


def test_levels_of_what_nobody_has_have_no_answer() -> None:
    for study in (
        Study(statistic="percentage", of="endorses_calm"),
        Study(statistic="percentage", of="ever", setting="specialist care"),
        Study(statistic="mean", of="distress", table="prompts"),
        Study(statistic="mean", of="distress_after - distress_before", table="acts"),
    ):
        assert math.isnan(do_null_study(study, shipped_worlds()).value)


def test_worlds_that_are_compared_do_not_differ() -> None:
    study = Study(
        world="plain", against="not-exposed", statistic="difference", of="ever", by="not other"
    )
    assert do_null_study(study, shipped_worlds()).value == 0.0


def test_those_out_of_care_are_everybody() -> None:
    outside, everybody = (
        do_null_study(Study(statistic="percentage", of="ever", setting=setting), shipped_worlds())
        for setting in ("out of care", "community")
    )
    assert outside == everybody


def test_there_is_no_trend_in_england() -> None:
    ratio = null_results([ENTRIES["P10"]])["P10"].simulated[0]
    assert ratio.low < 1.0 < ratio.high


def test_a_single_item_finds_fewer_and_either_lies_between() -> None:
    one, either, every = (
        do_null_study(
            Study(statistic="percentage", of="ever", asked={"question": question}), shipped_worlds()
        ).value
        for question in ("single item", "either", "list")
    )
    assert one < either < every


def test_a_world_of_ones_own_has_the_same_people() -> None:
    entry = ENTRIES["E005"]
    (study,) = entry.study
    own = entry.model_copy(update={"study": (study.model_copy(update={"world": "own"}),)})
    worlds = {"own": register().worlds["baseline"]}
    there, here = null_results([own], worlds)["E005"], null_results([entry])["E005"]
    assert there.simulated == here.simulated


# The population


@given(some_numbers())
@settings(max_examples=20, deadline=None)
def test_acts_begin_with_the_first_and_end_by_25(numbers: dict[str, float]) -> None:
    people = small(numbers)
    acted = np.isfinite(people.first_age)
    assert (people.acts_by(people.first_age)[acted] >= 1).all()
    assert (people.acts_by(np.full(400, FIRST_AGE)) == 0).all()
    assert people.acts_by(np.full(400, LAST_AGE)).sum() == len(people.act_age)


@given(some_numbers(), st.floats(1.05, 2.0))
@settings(max_examples=20, deadline=None)
def test_more_hazard_lets_the_same_people_begin_earlier(
    numbers: dict[str, float], factor: float
) -> None:
    more = numbers | {"peak_hazard": numbers["peak_hazard"] * factor}
    assert (small(more).first_age <= small(numbers).first_age).all()


@given(some_numbers())
@settings(max_examples=20, deadline=None)
def test_tables_agree_with_each_other(numbers: dict[str, float]) -> None:
    people, years = small(numbers), 5
    asking = load_scenario("baseline")
    tables = null_tables(people, asking, datetime.date(2015, 9, 1), years)
    for name in ("person", "acts", "past_year_acts", "ever"):
        assert (tables["waves"][name] == tables["people"][name]).all()
    last = tables["people"]["year"] == years - 1
    census, acts = tables["census"], tables["acts"]
    assert census["acts"].sum() == len(acts["person"])
    assert census["first_acts"].sum() == (acts["acts_before"] == 0).sum()
    assert (census["never_days"] <= census["person_days"] + 1e-6).all()
    in_last = census["year"] == 2020
    assert census["ever"][in_last].sum() == tables["people"]["ever"][last].sum()
    assert (tables["leavers"]["age"] == LAST_AGE).all()


def test_the_same_seed_gives_the_same_people_and_another_gives_others() -> None:
    values = null_model().values
    assert (small(values).act_age == small(values).act_age).all()
    assert len(small(values, 4).act_age) != len(small(values).act_age)


def test_both_arms_of_a_trial_are_alike() -> None:
    rows = null_trial(null_population(null_model().values, 5_000, 3), AFTER_ONE_ACT, 10)
    treated = rows["treated"] == 1
    assert len(rows["acts"]) > 0
    for name in rows.keys() - {"treated"}:
        assert (rows[name][treated] == rows[name][~treated]).all()
    assert (rows["late_acts"] <= rows["acts"]).all()


def test_acts_before_and_after_entry_are_those_of_the_months() -> None:
    population = null_population(null_model().values, 5_000, 3)
    rows = null_trial(population, AFTER_ONE_ACT._replace(months=12), 10)
    months = sum(rows[f"month_{number}"] for number in range(1, 13))
    assert (months == rows["acts"] + rows["acts_after"]).all()
    assert (rows["month_before"] <= rows["half_year_before"]).all()
    assert (rows["half_year_before"] <= rows["year_before"]).all()
