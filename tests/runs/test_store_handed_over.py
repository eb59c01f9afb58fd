"""What somebody hands over: what says nothing sound counts as missing, and no command falls."""

import json

import pytest

from abm.cli.store_command import store_command
from abm.experiments.comparison.shelf import DONE, Shelf, shelf_folder
from abm.io.tables import TableError

KEY = "a" * 64


def kept(tmp_path, **changes):
    """Return a shelf with one run whose done.json was changed, and its folder."""
    shelf = Shelf(shelf_folder(tmp_path))
    shelf.write(KEY, {"people.parquet": b"no table", "curves.parquet": b"none"}, (), 1.0, 5.0)
    path = shelf.place(KEY) / DONE
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return shelf


def test_the_command_lists_and_checks_what_comparisons_keep(tmp_path, capsys):
    shelf = kept(tmp_path)
    assert store_command(tmp_path, verify=True, as_json=False, lives=shelf) == 0
    assert "1 run of comparisons" in capsys.readouterr().out
    (shelf.place(KEY) / "people.parquet").write_bytes(b"damaged")
    assert store_command(tmp_path, verify=True, as_json=True, lives=shelf) == 1
    found = json.loads(capsys.readouterr().out)["lives"]
    assert (found["runs"], found["damaged"]) == (0, [KEY])
    assert store_command(tmp_path, verify=True, as_json=False, lives=shelf) == 0


COST = {"kind": "k", "title": "t", "people": 1, "cost": 1e308, "newly": 0, "units": 0}
COST |= {"name": "", "cost_per": "person"}


@pytest.mark.parametrize(
    "changes",
    [
        {"reached": [COST, COST]}, {"reached": None}, {"reached": [5]}, {"files": []},
        {"seconds": 10**400}, {"seconds": -1}, {"agent_days": 0}, {"files": {"../x": "y"}},
    ],
)  # fmt: skip
def test_what_is_noted_of_lives_in_another_shape_counts_as_missing(tmp_path, changes):
    assert kept(tmp_path).kept(KEY) is not None
    assert kept(tmp_path, **changes).kept(KEY) is None


def test_lives_that_are_none_are_moved_aside_with_one_line(tmp_path):
    shelf = kept(tmp_path)
    with pytest.raises(TableError, match="moved to"):
        shelf.read(KEY)
    assert shelf.keys() == []
