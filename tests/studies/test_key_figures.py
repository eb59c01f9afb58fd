"""The key figures: each with the interval its data can carry."""

import hand_made
import numpy as np
import pandas as pd
import pytest

from abm.simulation.curves import curves_frame
from abm.studies.aggregates import MOTIVE_BANDS, Aggregates, aggregate, motive_share
from abm.studies.key_figures import summary_table

SCENARIO = hand_made.scenario(size=2_000)


@pytest.fixture(scope="module")
def records():
    return {seed: hand_made.record(SCENARIO, seed) for seed in (1, 2, 3)}


@pytest.fixture(scope="module")
def one(records):
    return summary_table(records[1].curves, {1: aggregate(records[1])}).set_index("measure")


@pytest.fixture(scope="module")
def several(records):
    curves = pd.concat(
        record.curves.assign(value=record.curves["value"] * (1 - 0.04 * seed))
        for seed, record in records.items()
    )
    return summary_table(curves, {seed: aggregate(record) for seed, record in records.items()})


def test_every_interval_encloses_its_estimate(one, several):
    for table in (one, several):
        known = table[table["low"].notna()]
        assert (known["low"] <= known["estimate"]).all()
        assert (known["estimate"] <= known["high"]).all()
        assert table["interval"].str.len().gt(0).all()


def test_one_seed_cannot_tell_the_interval_of_urges(one):
    row = one.loc["urges_per_person_year"]
    assert np.isnan(row["low"])
    assert row["interval"] == "needs several seeds"


def test_acts_have_an_interval_over_persons_if_people_were_logged(one, records):
    assert one.loc["acts_per_person_year", "interval"] == "over persons, one seed"
    without = summary_table(records[1].curves).set_index("measure")
    assert without.loc["acts_per_person_year", "interval"] == "needs several seeds"
    assert "median_onset_age" not in without.index


def test_presentations_have_an_interval_for_what_repeats_within_persons(one, records):
    acts = records[1].acts
    chosen = acts[(acts["hospital"] != 0) & acts["age"].between(12, 19, inclusive="left")]
    counts = chosen.groupby("person").size()
    sums = aggregate(records[1]).presentations
    assert sums.tolist() == [counts.sum(), (counts**2).sum()]
    assert sums[1] > sums[0]
    row = one.loc["hospital_presentations_per_100k"]
    assert row["interval"] == "over persons, one seed"
    without = summary_table(records[1].curves).set_index("measure")
    assert np.isnan(without.loc["hospital_presentations_per_100k", "low"])


def test_seeds_that_agree_are_surer_than_one_and_never_wholly_sure(records):
    alike = [records[1].curves.assign(seed=seed) for seed in (1, 2, 3)]
    sums = dict.fromkeys((1, 2, 3), aggregate(records[1]))
    table = summary_table(pd.concat(alike), sums).set_index("measure")
    single = summary_table(records[1].curves, {1: sums[1]}).set_index("measure")
    known = table["low"].notna()
    assert (table["low"][known] < table["high"][known]).all()
    assert {"people and 3 seeds", "the runs agree, no interval"} <= set(table["interval"])
    shares = [each.loc["lifetime_prevalence"] for each in (table, single)]
    narrow, wide = ((share["high"] - share["low"]) for share in shares)
    assert (narrow < wide).all()
    assert (narrow / wide).to_numpy() == pytest.approx((8 / 10 / 3) ** 0.5, rel=0.02)


def test_several_seeds_are_compared_with_each_other(several):
    apart = several[several["interval"] == "people and 3 seeds"]
    assert {"lifetime_prevalence", "incidence", "acts_per_person_year"} <= set(apart["measure"])
    assert apart["low"].notna().all()
    (urges,) = several[several["measure"] == "urges_per_person_year"]["interval"]
    assert urges == "between 3 seeds"


def test_median_onset_is_that_of_the_people(one, records):
    people = records[1].people
    grown_up = people[people["ever"] & (people["age"] >= 18)]
    assert one.loc["median_onset_age", "estimate"] == pytest.approx(
        grown_up["first_age"].median(), abs=0.02
    )


def test_the_peak_is_an_age_between_those_not_ruled_out(one):
    row = one.loc["past_year_peak_age"]
    assert 10 <= row["low"] <= row["estimate"] <= row["high"] <= 24


def test_a_cohort_has_the_same_key_figures():
    curves = curves_frame(hand_made.cohort_censuses(), 1)
    measures = set(summary_table(curves)["measure"])
    assert {"lifetime_prevalence", "incidence", "past_year_peak_age"} <= measures


def test_a_world_without_acts_has_a_summary():
    census = hand_made.census()
    census.stocks[..., 1:] = 0
    census.flows[..., 2:] = 0
    table = summary_table(curves_frame([census], 1)).set_index("measure")
    assert (table.loc["lifetime_prevalence", "estimate"] == 0).all()
    assert "female_to_male_ratio" not in table.index


def test_shares_of_motives_are_those_of_the_acts(records):
    sums = aggregate(records[1]).motives
    acts = records[1].acts
    girls = acts[(acts["sex"] == "female") & acts["age"].between(14, 16, inclusive="left")]
    for route, name in enumerate(("calm", "feel", "punish")):
        share, (low, high) = motive_share(sums[0, MOTIVE_BANDS.index((14, 15)), route])
        assert share == pytest.approx((girls["route"] == name).mean())
        assert low < share < high


def test_aggregates_survive_being_written_as_plain_lists(records):
    sums = aggregate(records[1])
    again = Aggregates.from_plain(sums.to_plain())
    for name in ("onset", "yearly_acts", "motives", "presentations"):
        assert np.array_equal(getattr(sums, name), getattr(again, name))


def test_nothing_is_aggregated_from_what_was_not_logged():
    assert aggregate(hand_made.record(SCENARIO, 1, hand_made.Logs(people=True))) is None
