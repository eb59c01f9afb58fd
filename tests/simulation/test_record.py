"""A record: frames on demand, words for codes, and safe to send between processes."""

import pickle
from dataclasses import fields, replace

import hand_made
import numpy as np
import pytest

from abm.simulation.record import Logs

SCENARIO = hand_made.scenario(size=200)


@pytest.fixture(scope="module")
def record():
    return hand_made.record(SCENARIO, 3, Logs(people=True, acts=True, moments=True))


def test_logs_that_were_off_are_none(record):
    assert record.panel is None
    assert record.logs == Logs(people=True, acts=True, moments=True)


def test_codes_become_words_and_seed_comes_first(record):
    assert list(record.people.columns[:3]) == ["seed", "person", "sex"]
    assert set(record.people["sex"]) == {"female", "male"}
    assert record.people["ever"].dtype == bool
    assert record.people["left"].dtype == bool
    assert set(record.acts["route"]) == {"calm", "feel", "punish"}
    assert set(record.acts["seed"]) == {3}


def test_days_become_dates(record):
    assert record.acts["day"].min().isoformat() == "2020-03-01T00:00:00"


def test_chunks_stand_one_after_another(record):
    assert len(record.people) == 200
    assert not record.people["person"].duplicated().any()


def test_an_empty_log_is_an_empty_frame(record):
    assert record.moments.empty
    assert "person" in record.moments


def test_pickled_it_is_the_same_and_carries_no_frames(record):
    bare = len(pickle.dumps(hand_made.record(SCENARIO, 3, record.logs)))
    assert record.curves is not None
    again = pickle.loads(pickle.dumps(record))
    assert len(pickle.dumps(record)) == pytest.approx(bare, rel=0.01)
    assert again.acts.equals(record.acts)
    assert again.curves.equals(record.curves)


def test_columns_in_chunks_are_those_of_the_frame(record):
    chunks = list(record.chunks("people"))
    assert len(chunks) == 2
    joined = np.concatenate([chunk["person"] for chunk in chunks])
    assert np.array_equal(joined, record.people["person"])


def test_what_programmes_came_to_is_never_lost(record):
    """Costs of a run that came back from another process, or lost its logs, are its costs."""
    came_to = ({"kind": "biofeedback", "title": "Biofeedback", "people": 3, "cost": 750.0},)
    costly = replace(record, reached=came_to)
    for again in (pickle.loads(pickle.dumps(costly)), costly.keeping(Logs(acts=True))):
        assert again.reached == came_to
        assert {field.name for field in fields(costly)} == vars(again).keys()
    assert costly.keeping(Logs(acts=True)).logs == Logs(acts=True)
