"""What is derived from logs, against loops by hand."""

import datetime
from types import SimpleNamespace

import made_up_world
import numpy as np

from abm.evidence.observed_tables import (
    Columns,
    act_columns,
    count_first_contacts,
    number_acts,
    tables_of,
)
from abm.mechanisms.day_log import ACT_DTYPE


def a_few_acts() -> np.ndarray:
    rows = np.zeros(5, ACT_DTYPE)
    rows["person"] = [8, 3, 3, 3, 8]
    rows["day"] = [100, 110, 100, 120, 140]
    rows["hour"] = [12, 12, 12, 12, 12]
    rows["visible"] = [0, 0, 0, 1, 0]
    rows["hospital"] = [0, 0, 1, 1, 0]
    return rows


def test_acts_stand_by_person_and_time_with_what_lies_around_them() -> None:
    columns = act_columns(a_few_acts(), start=90, end=150)
    assert columns["person"].tolist() == [3, 3, 3, 8, 8]
    assert columns["days_to_next"].tolist() == [10, 10, np.inf, 40, np.inf]
    assert columns["days_since"].tolist() == [np.inf, 10, 10, np.inf, 40]
    assert columns["seen"].tolist() == [True, True, True, False, False]
    assert columns["days_to_hospital"].tolist() == [20, 10, np.inf, np.inf, np.inf]
    assert columns["days_left"].tolist() == [49.5, 39.5, 29.5, 49.5, 9.5]


def numbered(contacts: tuple[int, int]) -> Columns:
    columns = act_columns(a_few_acts(), start=90, end=150)
    people = np.zeros(2, [("person", "i8"), ("acts", "i8"), ("service_contacts", "i8")])
    people["person"], people["acts"] = [8, 3], [2, 7]
    people["service_contacts"] = contacts
    number_acts(columns, people)
    return columns


def test_unlogged_acts_and_contacts_count_before() -> None:
    columns = numbered((1, 3))
    assert columns["acts_before"].tolist() == [4, 5, 6, 0, 1]
    assert columns["contacts_before"].tolist() == [2, 2, 2, 1, 1]


def test_first_contacts_are_counted_where_and_when_they_were() -> None:
    """Of the five acts the one of day 120 alone brought in a service, person 3 not yet known."""
    record = SimpleNamespace(
        censuses=[SimpleNamespace(date=datetime.date.fromordinal(day)) for day in (119, 484)]
    )
    for contacts, expected in (((0, 1), 1), ((0, 2), 0)):
        census: Columns = {}
        acts = numbered(contacts)
        acts["sex"], acts["age"] = np.full(5, 1), np.full(5, 13.9)
        count_first_contacts(census, acts, record)
        counts = census["first_contacts"].reshape(2, 2, 15)
        assert counts.sum() == counts[1, 1, 3] == expected


def test_motives_are_those_of_the_last_five_acts() -> None:
    record = made_up_world.record()
    tables = tables_of(record, made_up_world.world(np.concatenate(record.logged["people"])))
    people, acts = tables["people"], tables["acts"]
    for place in np.flatnonzero(people["ever"] == 1)[:20]:
        own = acts["person"] == people["person"][place]
        shares = np.array([acts[f"share_{route}"][own] for route in ("calm", "feel", "punish")])
        sums = shares[:, -5:].sum(axis=1)
        np.testing.assert_allclose(people["feel"][place], sums[1] / sums.sum())
        assert people["endorses_feel"][place] == (sums[1] / sums.sum() >= 0.25)
    assert np.isnan(people["feel"][people["ever"] == 0]).all()


def test_prompts_look_to_the_next_of_the_same_day() -> None:
    prompts = tables_of(made_up_world.record())["prompts"]
    for row in range(40):
        same = (prompts["person"] == prompts["person"][row]) & (
            prompts["day"] == prompts["day"][row]
        )
        later = np.flatnonzero(same & (prompts["hour"] > prompts["hour"][row]))
        if len(later):
            assert prompts["acts_to_next"][row] == prompts["acts"][later[0]]
        else:
            assert np.isnan(prompts["acts_to_next"][row])


def test_distress_before_an_act_is_ranked_among_the_persons_prompts() -> None:
    record = made_up_world.record()
    acts, prompts = tables_of(record)["acts"], record.logged["moments"][0]
    ranked = np.flatnonzero(~np.isnan(acts["distress_rank"]))[:20]
    assert len(ranked)
    for act in ranked:
        own = prompts["distress"][prompts["person"] == acts["person"][act]]
        assert acts["distress_rank"][act] == (own < acts["distress_before"][act]).mean()
        np.testing.assert_allclose(acts["usual_distress"][act], own.mean())


def test_waves_carry_their_year_and_willingness() -> None:
    waves = tables_of(made_up_world.record(years=(2000, 2014)))["waves"]
    assert set(waves["year"]) == {2000, 2014}
    years = [datetime.date.fromordinal(int(day)).year for day in waves["day"]]
    assert waves["year"].tolist() == years
    assert (waves["survey_willingness"] == 0.77).all()
