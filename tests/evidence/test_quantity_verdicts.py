"""Verdicts on quantities, from results that are written down instead of simulated."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from abm.evidence.evaluation import Result, Simulated, Worlds, judge
from abm.evidence.quantities import quantities
from abm.evidence.quantity_members import (
    Part,
    ScalePoint,
    alone,
    entries_to_judge,
    points_of,
    quantities_judged,
)
from abm.evidence.quantity_verdicts import (
    GROUPS,
    QuantityVerdict,
    chances,
    group_of,
    is_too_wide,
    judge_part,
    judge_quantity,
    others_factor,
    verdict_by,
)
from abm.evidence.register import Study, register

numbers = st.floats(-3, 3)


def verdict(value: float, error: float, low: float, high: float) -> QuantityVerdict:
    is_sided = math.isinf(low) or math.isinf(high)
    return verdict_by(chances(value, error, low, high), is_sided=is_sided)


@given(numbers, st.lists(st.floats(0.001, 10), min_size=2, max_size=6), numbers, numbers)
def test_more_people_only_ever_make_a_verdict_firmer(
    value: float, errors: list[float], low: float, high: float
) -> None:
    assume(low < high)
    for bounds in [(low, high), (low, math.inf), (-math.inf, high)]:
        verdicts = [verdict(value, error, *bounds) for error in sorted(errors, reverse=True)]
        firm = [is_firm for is_firm in verdicts if is_firm != "not enough people yet"]
        assert len(set(firm)) <= 1
        assert verdicts[len(verdicts) - len(firm) :] == firm


@given(st.floats(0.01, 1), numbers, st.floats(4, 40))
def test_from_right_to_wrong_leads_through_not_enough_people(
    error: float, low: float, width: float
) -> None:
    high = low + width * error
    values = np.concatenate([end + error * np.linspace(-4, 4, 81) for end in (low, high)])
    verdicts = [verdict(value, error, low, high) for value in values]
    assert {"inside", "outside"} <= set(verdicts)
    for one, other in itertools.pairwise(verdicts):
        assert {one, other} != {"inside", "outside"}


@given(numbers, st.floats(0.01, 2), numbers, numbers)
def test_chances_add_up(value: float, error: float, low: float, high: float) -> None:
    assume(low <= high)
    assert sum(chances(value, error, low, high)) == pytest.approx(1.0)


def test_without_an_error_nothing_is_told_unless_it_is_none() -> None:
    assert verdict(0.5, math.nan, 0.0, 1.0) == "not enough people yet"
    assert verdict(0.5, 0.0, 0.0, 1.0) == "inside"
    assert verdict(0.0, 0.0, 0.0, 1.0) == "inside"
    assert verdict(0.0, 0.0, 0.0, math.inf) == "direction wrong"


SHARE = Part("", "log-odds", "share", 10.0, 20.0, 15.0)


def point(percent: float, error: float = 0.05) -> ScalePoint:
    return ScalePoint(math.log(percent / (100 - percent)), error, ())


@given(st.lists(st.floats(5, 40), min_size=1, max_size=5))
def test_several_members_are_averaged_and_make_no_smaller_error(percents: list[float]) -> None:
    together = judge_part(SHARE, list(map(point, percents)))
    assert min(percents) - 1e-9 <= together.value <= max(percents) + 1e-9
    again = judge_part(SHARE, 3 * list(map(point, percents)))
    assert again.low == pytest.approx(together.low)


def test_the_factor_of_error_is_symmetric_and_at_least_one() -> None:
    third = judge_part(dataclasses.replace(SHARE, centre=25.0), [point(50.0)])
    other = judge_part(dataclasses.replace(SHARE, centre=50.0), [point(25.0)])
    assert third.factor == pytest.approx(3.0)
    assert other.factor == pytest.approx(3.0)
    assert judge_part(SHARE, [point(15.0)]).factor == pytest.approx(1.0)


def test_without_an_answer_there_is_no_verdict() -> None:
    assert judge_part(SHARE, []).verdict == "no answer"


def test_what_nearly_everything_passes_is_no_test() -> None:
    assert not is_too_wide(SHARE)
    assert is_too_wide(dataclasses.replace(SHARE, high=35.0))
    assert is_too_wide(Part("", "log-odds", "share", 0.0, 100.0))
    assert not is_too_wide(Part("", "natural", "none", 0.0, math.inf))


def result(name: str, value: float, low: float, high: float, draws: tuple = ()) -> Result:
    entry = entries_to_judge(register())[name]
    simulated = Simulated(value, low, high, "written down", 100)
    return Result(entry, (simulated,), ("inside",), 0, (), (draws,))


def test_a_ratio_of_the_sexes_is_asked_of_both_in_the_same_study() -> None:
    entries = entries_to_judge(register())
    own, both = entries["E035"].study[0], entries["E035, females over males"].study[0]
    assert (both.sex, both.statistic, both.ages, both.asked) == (
        ("all", "ratio", own.ages, own.asked)
    )
    results = {"E035, females over males": result("E035, females over males", 3.0, 2.0, 4.5)}
    (points,) = points_of(quantities_judged(register())["female-to-male-one-question"], results)
    assert [math.exp(single.value) for single in points] == pytest.approx([3.0])


def test_a_ratio_of_two_entries_has_the_error_of_both() -> None:
    results = {
        "E217": result("E217", 30.0, 27.0, 33.3, (30.0, 20.0)),
        "E218": result("E218", 40.0, 36.0, 44.4, (30.0, 40.0)),
    }
    ((ratio,),) = points_of(quantities_judged(register())["trial-arms"], results)
    assert math.exp(ratio.value) == pytest.approx(0.75)
    assert ratio.error == pytest.approx(math.sqrt(2) * math.log(33.3 / 27.0) / 2 / 1.96, rel=1e-3)
    assert [math.exp(value) for value in ratio.draws] == pytest.approx([1.0, 0.5])


def test_the_others_are_what_is_left_of_a_hundred() -> None:
    results = {"E120": result("E120", 40.0, 38.0, 42.0)}
    quantity = quantities_judged(register())["any-help"]
    (points,) = points_of(quantity, results)
    assert judge_part(quantity.parts[0], points).value == pytest.approx(60.0)


@pytest.mark.parametrize(
    ("ages", "expected"), [((13.2, 13.2), "inside"), ((13.2, 19.4), "not enough people yet")]
)
def test_what_groups_of_people_do_not_tell_seeds_do(
    ages: tuple[float, float], expected: str
) -> None:
    study = Study(statistic="median", of="age")
    own = {"study": (study,), "low": 13.0, "high": 14.0, "published": 13.5}
    entry = register().entries["E065"].model_copy(update={**own, "use": "predicted"})
    people = np.arange(3000)
    tables = {
        seed: {"people": {"person": people, "age": np.full(3000, age)}}
        for seed, age in zip((1, 2), ages, strict=True)
    }
    # Of two seeds that differ, the median of all is that of the first here.
    tables[1]["people"] = {"person": np.arange(9000), "age": np.full(9000, ages[0])}
    judged = judge(entry, Worlds({"baseline": tables}))
    assert math.isnan(judged.simulated[0].low)
    outcome = judge_quantity(alone(entry), {entry.id: judged}, {entry.id: entry}, {})
    assert outcome.verdict == expected


def test_draws_are_judged_each_alone() -> None:
    quantity = quantities_judged(register())["disorder"]
    results = {
        "E055": result("E055", 7.0, 6.0, 8.0, (7.0, 7.0, 12.0)),
        "E056": result("E056", 7.5, 6.0, 9.0, (7.5, 12.0, math.nan)),
    }
    judged = judge_quantity(quantity, results, register().entries, {})
    assert (judged.draws_inside, judged.draws) == (1, 2)


def test_every_answerable_entry_stands_in_a_quantity_and_declared_members_have_one_study() -> None:
    judged = quantities_judged(register())
    standing = {name for quantity in judged.values() for name in quantity.entries}
    for entry in register().entries.values():
        assert entry.id in standing or not entry.is_answerable
    for quantity in quantities().values():
        for name in quantity.entries:
            assert name not in register().entries or len(register().entries[name].study) <= 1


def test_what_has_a_published_size_is_not_judged_by_its_direction() -> None:
    entries = register().entries
    for quantity in quantities_judged(register()).values():
        if any(part.is_sided for part in quantity.parts):
            published = [entries[name].published for name in quantity.entries]
            assert published == [None] * len(published), quantity.id


def test_what_is_asked_alone_brings_its_quantity_and_no_other() -> None:
    chosen = {name: register().entries[name] for name in ("E005", "E006", "P46")}
    part = register().model_copy(update={"entries": chosen})
    judged = quantities_judged(part)
    assert list(judged) == ["ever-reviews-mixed-intent", "female-to-male-reviews", "P46"]
    assert judged["ever-reviews-mixed-intent"].entries == ("E005",)
    whole = quantities_judged(register())["ever-reviews-mixed-intent"]
    assert judged["ever-reviews-mixed-intent"].parts == whole.parts


def test_another_register_with_the_same_names_has_quantities_of_its_own() -> None:
    other = register().entries["E005"].model_copy(update={"statement": "Something else."})
    part = register().model_copy(update={"entries": {"E005": other}})
    assert list(quantities_judged(part)) == ["E005"]


@pytest.mark.parametrize(
    ("name", "prior_pass", "group"),
    [
        ("female-to-male-reviews", 0.1, "fitted"),
        ("ever-reviews", 0.1, "no test"),
        ("presents-again", math.nan, "not answerable"),
        ("disorder", 0.1, "tested"),
        ("disorder", 0.6, "weak"),
        ("disorder", 0.95, "follows from the equations"),
        ("disorder", math.nan, "weak"),
    ],
)
def test_groups(name: str, prior_pass: float, group: str) -> None:
    quantity = quantities_judged(register())[name]
    assert group in GROUPS
    assert group_of(quantity, register().entries, prior_pass) == group


def test_one_published_estimate_is_set_beside_the_mean_of_the_others() -> None:
    quantity = quantities_judged(register())["maltreatment"]
    assert others_factor(quantity) == pytest.approx(3.42 / 2.49)
    assert math.isnan(others_factor(alone(register().entries["E002"])))
