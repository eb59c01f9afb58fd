"""A results folder that somebody hands over: whatever its files say, it harms nothing else.

What cannot be read, or has another shape, counts as missing and is made anew.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import hand_made
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.cli.run import run_command
from abm.io.tables import read_curves
from abm.runs.folder import RunFolder
from abm.runs.options import RunOptions
from abm.runs.result_store import store_below
from abm.simulation.record import Logs

SCENARIO = hand_made.scenario(size=300, years=2)
FIGURES = ["prevalence.png", "prevalence.svg"]
WEIRD = ["../../../../victim.txt", "/etc/passwd", "a\0b", "\x1b[31m", "\ud800", "", ".", "x" * 5000]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats(allow_nan=False)
    | st.text(max_size=8) | st.sampled_from(WEIRD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)  # fmt: skip


def draw(path: Path, *_: object) -> list[str]:
    for name in FIGURES:
        (path / name).write_text("a figure")
    return FIGURES


def run(out: Path, **more) -> int:
    how = RunOptions(out, 1, quiet=True, simulate=hand_made.run, **more)
    return run_command(SCENARIO, [1], how, Logs(people=True))


@pytest.fixture(scope="module", autouse=True)
def _quick_figures():
    """Draw in no time: what is drawn is not what these tests are about."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("abm.report.figures.runs.draw_figures", draw)
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """Return the folder of all results of a finished run."""
    out = tmp_path_factory.mktemp("whole") / "results"
    assert run(out) == 0
    return out


@pytest.fixture
def folder(whole, tmp_path) -> Path:
    """Return a copy of the run's folder, and something precious near it."""
    shutil.copytree(whole, tmp_path / "results")
    (tmp_path / "victim.txt").write_text("precious")
    return RunFolder(tmp_path / "results", SCENARIO).path


def rerun(folder: Path) -> int:
    return run(folder.parents[1])


def tables(folder: Path) -> dict[str, bytes]:
    names = ("curves.csv", "people.parquet", "aggregates.json")
    return {name: (folder / name).read_bytes() for name in names}


def kept_as(folder: Path, **other) -> None:
    """Change what is kept of the seed, its checksums made right again."""
    store = store_below(folder.parents[1])
    (key,) = (result.key for result in store.list("seed"))
    result = store.get(key)
    store.put(replace(result, **{name: {**getattr(result, name), **other[name]} for name in other}))


def change(path: Path, slot: tuple[str | int, ...], value: object) -> None:
    """Put a value into a JSON file; the empty slot is the whole of it."""
    told = {"whole": json.loads(path.read_text())}
    place = told
    for key in ("whole", *slot)[:-1]:
        place = place[key]
    place[("whole", *slot)[-1]] = value
    path.write_text(json.dumps(told["whole"]))


def slots(told: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the way to everything in plain data."""
    inner = told.items() if isinstance(told, dict) else ()
    inner = enumerate(told) if isinstance(told, list) else inner
    return [path, *(way for key, value in inner for way in slots(value, (*path, key)))]


def gone_by(told: object) -> Iterator[tuple[str | int, ...]]:
    """Yield the way to everything that a command may go by; the scenario stands in the key."""
    names = ("tables", "figures", "failed", "content_hash")
    yield from (way for way in slots(told) if not way or way[0] in names)


@pytest.mark.parametrize("name", WEIRD)
def test_a_name_in_run_json_never_deletes_a_file_elsewhere(folder, name):
    change(folder / "run.json", ("figures", "files"), [name, *FIGURES])
    change(folder / "run.json", ("figures", "made_from"), "something else")
    assert rerun(folder) == 0
    assert (folder.parents[2] / "victim.txt").read_text() == "precious"
    assert json.loads((folder / "run.json").read_text())["figures"]["files"] == FIGURES


def test_a_figure_that_is_drawn_no_more_goes_and_nothing_else_does(folder):
    for name in ("old.png", "notes.txt"):
        (folder / "figures" / name).write_text("there before")
    for files in (["old.png"], ["notes.txt"]):
        change(folder / "run.json", ("figures",), {"files": files, "made_from": "other"})
        assert rerun(folder) == 0
    assert not (folder / "figures" / "old.png").exists()
    assert (folder / "figures" / "notes.txt").exists()


def test_a_lock_that_is_a_link_is_refused_and_its_target_stays(folder, capsys):
    (folder / ".lock").symlink_to(folder.parents[2] / "victim.txt")
    assert rerun(folder) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert (folder.parents[2] / "victim.txt").read_text() == "precious"


@pytest.mark.parametrize("name", ["figures", "failed", ".arriving", ""])
def test_a_folder_that_is_a_link_is_refused_and_what_is_in_it_stays(folder, name, capsys):
    elsewhere = folder.parents[2] / "elsewhere"
    if (folder / name).exists():
        shutil.move(folder / name, elsewhere)
    elsewhere.mkdir(exist_ok=True)
    (elsewhere / "old.png").write_text("precious")
    (folder / name).symlink_to(elsewhere)
    before = {path: path.read_bytes() for path in elsewhere.rglob("*") if path.is_file()}
    assert run(folder.parents[1], force=True) == 2
    assert "is a link to another folder" in capsys.readouterr().err
    assert {p: p.read_bytes() for p in elsewhere.rglob("*") if p.is_file()} == before


SHAPES = ["[" * 100_000, "null", "[]", "{}", "5", '{"tables": null}', '{"1": {}}']


@pytest.mark.parametrize("file", ["run.json", "aggregates.json"])
@pytest.mark.parametrize("content", SHAPES)
def test_another_shape_of_json_counts_as_missing(folder, file, content, capsys):
    before = tables(folder)
    described = json.loads((folder / "run.json").read_text())
    (folder / file).write_text(content)
    assert rerun(folder) == 0
    assert "Traceback" not in capsys.readouterr().err
    assert tables(folder) == before
    now = json.loads((folder / "run.json").read_text())
    assert now["content_hash"] == described["content_hash"]


@pytest.mark.parametrize("content", SHAPES)
def test_kept_sums_of_another_shape_count_as_missing(folder, content, capsys):
    before = tables(folder)
    kept_as(folder, files={"aggregates.json": content.encode()})
    assert rerun(folder) == 0
    assert "Traceback" not in capsys.readouterr().err
    assert tables(folder) == before


@pytest.mark.parametrize("content", [b"no table", b"", b"PAR1 and more that is no table PAR1"])
@pytest.mark.parametrize("file", ["people.parquet", "curves.csv"])
def test_a_table_that_is_none_is_one_line_or_made_anew(folder, file, content, capsys):
    kept_as(folder, files={file: content})
    assert rerun(folder) in (0, 1)
    error = capsys.readouterr().err
    assert "Traceback" not in error
    assert error.count("\n") <= 2


@pytest.mark.parametrize("odd", [float("inf"), -1, "long", None, [1]])
def test_what_is_said_of_a_seed_may_be_anything(folder, odd):
    kept_as(folder, about={"seconds": odd, "unmade": odd})
    (folder / "run.json").unlink()
    assert rerun(folder) == 0
    assert json.loads((folder / "run.json").read_text())["timings"]["seconds_by_seed"] == {"1": 0}


def test_seeds_of_a_folder_that_are_kept_nowhere_are_run(folder):
    change(folder / "run.json", ("seeds",), [1, 7])
    assert rerun(folder) == 0
    assert read_curves(folder / "curves.csv")["seed"].unique().tolist() == [1, 7]


@settings(max_examples=80, deadline=None)
@given(data=st.data(), value=VALUES)
def test_any_value_in_any_slot_is_survived(whole, tmp_path_factory, data, value):
    out = tmp_path_factory.mktemp("any") / "results"
    shutil.copytree(whole, out)
    victim = out.parent / "victim.txt"
    victim.write_text("precious")
    folder = RunFolder(out, SCENARIO).path
    told = json.loads((folder / "run.json").read_text())
    change(folder / "run.json", data.draw(st.sampled_from(list(gone_by(told)))), value)
    before = tables(folder)
    assert run(out) == 0
    assert tables(folder) == before
    assert victim.read_text() == "precious"
    shutil.rmtree(out.parent)
