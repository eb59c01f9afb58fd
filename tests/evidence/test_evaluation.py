"""Studies in lived worlds: samples, answers, intervals, sets of studies."""

import math

import hand_made
import numpy as np
import pytest

from abm.evidence.evaluation import Worlds, do_study, jackknife, judge
from abm.evidence.register import Asked, Entry, Study
from abm.evidence.tables import answers, pooled


def people(count: int, start: int = 1, share: float = 0.3) -> dict[str, np.ndarray]:
    ever = hand_made.spread(count, start) < share
    return {
        "person": 1000 + np.arange(count),
        "sex": np.arange(count) % 2,
        "age": 10.0 + np.arange(count) % 15,
        "care": np.arange(count) % 4,
        "ever": ever,
        "acts": 3 * ever,
        "past_year_acts": ever & (np.arange(count) % 3 == 0),
        "x": hand_made.spread(count, start + 1),
        "survey_willingness": np.full(count, 0.5),
        "recognition": np.where(np.arange(count) % 2 == 0, 0.5, 0.2),
        "asked_by_list": np.arange(count) % 4 < 2,
    }


def worlds(count: int = 4000, **more: float) -> Worlds:
    lived = {"baseline": {seed: {"people": people(count, seed)} for seed in (5, 6)}}
    for name, share in more.items():
        lived[name] = {seed: {"people": people(count, seed, share)} for seed in (5, 6)}
    return Worlds(lived)


def study(**settings) -> Study:
    return Study(**{"statistic": "percentage", "of": "ever", **settings})


def test_a_study_samples_by_sex_age_setting_and_more() -> None:
    found = do_study(
        study(sex="female", ages=(12, 18), setting="specialist care", where="person > 1500"),
        worlds(),
    )
    expected = yes = 0
    for seed in (5, 6):
        rows = people(4000, seed)
        chosen = (rows["sex"] == 0) & (rows["age"] >= 12) & (rows["age"] < 19)
        chosen &= (rows["care"] >= 3) & (rows["person"] > 1500)
        expected, yes = expected + chosen.sum(), yes + rows["ever"][chosen].sum()
    assert found.people == expected
    assert found.value == pytest.approx(100 * yes / expected) if expected else True


def test_the_jackknife_gives_the_interval_of_a_mean() -> None:
    """For a mean it is Student's interval of group means, whatever the statistic's formula."""
    values = hand_made.spread(5000, 3)
    group = np.arange(5000) % 20
    low, high = jackknife(lambda rows: float(values[rows].mean()), float(values.mean()), group)
    means = np.array([values[group == each].mean() for each in range(20)])
    half = 2.0930 * means.std(ddof=1) / math.sqrt(20)
    assert high - low == pytest.approx(2 * half, rel=1e-3)


def test_intervals_of_ratios_lie_on_the_log_scale() -> None:
    """The interval of a ratio turned over is that of the ratio, turned over."""
    found = do_study(study(statistic="ratio", by="x > 0.2"), worlds())
    turned = do_study(study(statistic="ratio", by="x <= 0.2"), worlds())
    assert found.value == pytest.approx(1 / turned.value)
    assert found.low == pytest.approx(1 / turned.high)
    assert found.high == pytest.approx(1 / turned.low)


def test_few_groups_give_no_interval() -> None:
    assert all(map(math.isnan, jackknife(lambda rows: 1.0, 1.0, np.array([0, 0, 1]))))


def test_two_worlds_are_set_against_each_other() -> None:
    found = do_study(
        study(statistic="difference", by="other", against="riskier", per=100.0),
        worlds(riskier=0.5),
    )
    assert found.value == pytest.approx(20.0, abs=1.5)
    assert found.low < found.value < found.high


def test_a_missing_world_gives_no_answer() -> None:
    entry = Entry(
        **{"id": "P01", "statement": "x", "source": "x", "year": 2000, "kind": "level"},
        instrument="survey",
        **{"use": "predicted", "low": 1, "high": 2, "interval": "x"},
        study=(study(world="mars"),),
    )
    assert judge(entry, worlds()).verdict == "no answer"


def test_of_several_studies_the_worst_counts() -> None:
    entry = Entry(
        **{"id": "P01", "statement": "x", "source": "x", "year": 2000, "kind": "level"},
        instrument="survey",
        **{"use": "predicted", "low": 20, "high": 40, "interval": "x"},
        study=(study(), study(of="not ever"), study(of="ever", low=99.0)),
    )
    result = judge(entry, worlds())
    assert result.verdicts == ("inside", "outside", "direction wrong")
    assert (result.deciding, result.verdict) == (1, "outside")


def test_face_to_face_some_do_not_say_so_and_it_is_keyed() -> None:
    table = pooled([(5, people(4000)), (6, people(4000))])
    asked = Asked(mode="face to face")
    told = answers(table, asked).column("ever")
    ever = table.column("ever")
    assert (told <= ever).all()
    assert told.sum() / ever.sum() == pytest.approx(0.5, abs=0.03)
    rows = np.arange(len(table)) % 3 == 0
    some = answers(table.take(rows), asked).column("ever")
    np.testing.assert_array_equal(some, told[rows])


def test_recall_and_concealment_lose_what_they_say() -> None:
    table = pooled([(5, people(6000))])
    ever, recent = table.column("ever") > 0, table.column("past_year_acts") > 0
    forgot = answers(table, Asked(recall=0.4)).column("ever") > 0
    assert (forgot[recent] == ever[recent]).all()
    assert forgot[ever & ~recent].mean() == pytest.approx(0.4, abs=0.04)
    hidden = answers(table, Asked(concealment=0.25)).column("ever") > 0
    assert hidden[ever].mean() == pytest.approx(0.75, abs=0.04)


def test_a_single_item_misses_few_acts_and_boys() -> None:
    """With three acts a girl says yes with 1 - 0.5^3, a boy with 1 - 0.8^3."""
    table = pooled([(7, people(40_000))])
    did = table.column("ever") > 0
    girls = table.column("sex") == 0
    found = answers(table, Asked(question="single item"))
    assert found.column("ever")[did & girls].mean() == pytest.approx(1 - 0.5**3, abs=0.02)
    assert found.column("ever")[did & ~girls].mean() == pytest.approx(1 - 0.8**3, abs=0.02)
    assert not found.column("ever")[~did].any()
    of_the_year = found.column("past_year_acts") > 0
    assert (found.column("ever") > 0)[of_the_year].all()
    in_year = girls & (table.column("past_year_acts") > 0)
    assert of_the_year[in_year].mean() == pytest.approx(0.5, abs=0.02)


def test_of_those_asked_either_way_some_have_the_list() -> None:
    table = pooled([(7, people(40_000))])
    did = table.column("ever") > 0
    listed = table.column("asked_by_list") > 0
    item = answers(table, Asked(question="single item")).column("ever") > 0
    either = answers(table, Asked(question="either")).column("ever") > 0
    assert either[did & listed].all()
    assert (either == item)[~listed].all()


def test_who_takes_an_act_for_what_is_meant_does_so_on_any_day() -> None:
    asked = Asked(question="single item")
    columns = people(3000)
    found = [
        answers(pooled([(7, {**columns, "day": np.full(3000, day)})]), asked).column("ever")
        for day in (100, 200)
    ]
    assert (found[0] == found[1]).all()


def test_sets_of_studies_are_drawn_by_keyed_streams() -> None:
    """Nothing is found in noise more often than by chance, a strong link always."""
    small = {"size": (100, 200), "studies": 19, "statistic": "percentage of studies significant"}
    noise = do_study(study(of="x", by="ever", **small), worlds())
    strong = do_study(study(of="x", by="x > 0.5", **small), worlds())
    assert noise.value < 10.0
    assert strong.value == 100.0
    assert noise == do_study(study(of="x", by="ever", **small), worlds())


def test_studies_that_find_a_tenth_or_more() -> None:
    found = do_study(
        study(statistic="percentage of studies endorsing", size=(50, 60), studies=10), worlds()
    )
    assert found.value > 99.0
