"""A store that somebody hands over: what says nothing sound is set aside, and no command falls."""

import json
from hashlib import sha256

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from abm.cli.store_command import store_command
from abm.experiments.comparison.shelf import DONE, Shelf, shelf_folder
from abm.io.tables import TableError
from abm.runs.keys import RunResult, table_of
from abm.runs.store import Store, store_folder

KEY, OTHER = "a" * 64, "b" * 64


def sound(**given):
    fields = {"differences": "{}", "outcomes": {"wave": 1.0}} | given
    return RunResult(KEY, 1, fields.pop("status", "done"), **fields)


def plant(store, table):
    """Write a part whose name carries its own checksum."""
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer)
    content = buffer.getvalue().to_pybytes()
    store.parts.mkdir(parents=True, exist_ok=True)
    path = store.parts / f"{sha256(content).hexdigest()}.parquet"
    path.write_bytes(content)
    return path


HOSTILE = {
    **{
        text[:12]: table_of([sound(differences=text)])
        for text in ("no JSON", "[]", "null", "[" * 100_000, '{"population.size": "x"}')
    },
    "status": table_of([sound(status="neither")]),
    "part": table_of([sound()]).append_column("part", pa.array(["x"], pa.string())),
    "twice": table_of([sound()]).append_column("wave", pa.array([1.0])),
    "nothing": table_of([sound()]).set_column(0, "key", pa.array([None], pa.string())),
}


@pytest.mark.parametrize("table", HOSTILE.values(), ids=HOSTILE)
def test_a_part_that_says_nothing_sound_is_set_aside(tmp_path, table, capsys):
    store = Store(store_folder(tmp_path))
    path = plant(store, table)
    store.append([RunResult(OTHER, 2, "done", "{}", {"wave": 2.0})])
    assert store_command(tmp_path, verify=False, as_json=False) in (0, 1)
    assert store_command(tmp_path, verify=True, as_json=True) in (0, 1)
    assert not path.exists()
    assert len(list(store.aside.iterdir())) == 1
    assert store_command(tmp_path, verify=True, as_json=False) == 0
    assert "Traceback" not in capsys.readouterr().err
    assert Store(store.folder).known([KEY, OTHER]) == {OTHER}


def test_names_in_a_store_do_not_command_the_terminal(tmp_path, capsys):
    plant(Store(store_folder(tmp_path)), table_of([sound(differences='{"\\u001b[31mred": 1}')]))
    assert store_command(tmp_path, verify=False, as_json=False) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "u001b" in shown


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
