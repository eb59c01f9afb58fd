"""Lives are kept whole or not at all, and found again by what decided them."""

import made_up_lives
import numpy as np
import pandas as pd
import pytest
from made_up_lives import BASE, SKILLED

from abm.experiments.comparison.person_outcomes import as_files, from_files
from abm.experiments.comparison.shelf import Shelf, lives_key
from abm.experiments.comparison.tasks import Run
from abm.io.tables import TableError


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path / "lives")
    lives = made_up_lives.lives(SKILLED)
    shelf.write("ab12", as_files(lives), lives.reached, 1.5, 1000.0)
    return shelf


def test_lives_come_back_as_they_were(shelf):
    lives = made_up_lives.lives(SKILLED)
    found = shelf.read("ab12")
    assert found.people.dtype == lives.people.dtype
    assert np.array_equal(found.people, lives.people)
    assert found.reached == lives.reached
    pd.testing.assert_frame_equal(found.curves, lives.curves, check_dtype=False)
    assert from_files(as_files(found), found.reached).cost == lives.cost


def test_what_is_noted_comes_back(shelf):
    kept = shelf.kept("ab12")
    assert (kept.seconds, kept.agent_days) == (1.5, 1000.0)
    assert shelf.kept("cd34") is None
    assert not shelf.is_damaged("cd34")


@pytest.mark.parametrize("name", ["people.parquet", "curves.parquet", "done.json"])
@pytest.mark.parametrize("harm", ["cut", "change", "remove"])
def test_what_is_damaged_counts_as_not_kept(shelf, name, harm):
    path = shelf.place("ab12") / name
    content = path.read_bytes()
    if harm == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif harm == "change":
        path.write_bytes(content[:-9] + b"#" + content[-8:])
    else:
        path.unlink()
    assert shelf.kept("ab12") is None
    assert shelf.is_damaged("ab12")


def test_a_run_that_is_not_there_is_one_line(shelf):
    with pytest.raises(TableError, match="cannot read"):
        shelf.read("cd34")


def test_people_are_kept_in_the_order_of_their_numbers():
    people = made_up_lives.lives(BASE).people
    assert (np.diff(people["person"]) > 0).all()


def test_the_key_is_that_of_what_is_lived_whatever_it_is_called():
    renamed = made_up_lives.scenario("renamed", size=300)
    assert lives_key(BASE, 1) == lives_key(renamed, 1)
    keys = {Run(BASE, 1).key, Run(BASE, 2).key, Run(SKILLED, 1).key}
    keys.add(Run(BASE, 1, made_up_lives.live).key)
    assert len(keys) == 4
