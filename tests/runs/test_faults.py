"""A sweep survives what happens to its processes, disks and files, and ends with the same bytes."""

import made_up_runs
import pytest
from made_up_runs import RATES, name, sweep

from abm.runs import run_tasks
from abm.runs.result_store import FAILED, KeptResult, store_below

ALL = {name(rate, seed) for rate in RATES for seed in range(1, 6)}


@pytest.fixture
def out(tmp_path):
    return tmp_path / "results"


def tables(out):
    """Return the tables of a folder of results."""
    return {path.name: path.read_bytes() for path in out.glob("made-up/*/*.csv")}


@pytest.fixture
def undisturbed(tmp_path, diary):
    """Return a function that gives the tables of a sweep, leaving no trace in the diary."""

    def tables_of(**options):
        assert sweep(tmp_path / "undisturbed", **options) == 0
        diary.write_text("")
        return tables(tmp_path / "undisturbed")

    return tables_of


def kept(out):
    """Return how the runs that are kept stand in the diary."""
    usual = made_up_runs.scenario().parameters["stressor_rate"]
    found = [result.about for result in store_below(out).list("run")]
    return {name(each["differences"].get("stressor_rate", usual), each["seed"]) for each in found}


@pytest.mark.parametrize("odd", [None, "long", -1.0, 10**400, [1]], ids=lambda odd: str(odd)[:9])
def test_what_a_store_says_beside_the_figures_may_be_anything(out, odd, capsys):
    first, second = (task.key for task in made_up_runs.tasks(made_up_runs.figures, [1, 2], [0.5]))
    store = store_below(out)
    store.put(KeptResult(first, "run", about={"seconds": odd}, figures={"wave": 1.0}))
    assert sweep(out, last=2, seeds=1, quiet=False) == 0
    store.put(KeptResult(second, "run", FAILED, {"error": odd}))
    assert sweep(out, last=2, seeds=2, quiet=False) == 1
    assert "point 1, seed 2: " in capsys.readouterr().err


def test_a_full_disk_is_one_clear_line_and_damages_nothing(
    small_disk, diary, undisturbed, monkeypatch, capsys
):
    monkeypatch.setattr(run_tasks, "LARGEST_BATCH", 5)
    expected = undisturbed()
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 240_000)
    capsys.readouterr()
    assert sweep(small_disk / "results") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "disk is full" in line or "No space left on device" in line
    before = kept(small_disk / "results")
    assert 0 < len(before) < 100
    filler.unlink()
    diary.write_text("")
    assert sweep(small_disk / "results") == 0
    assert sorted(diary.read_text().split()) == sorted(ALL - before)
    assert tables(small_disk / "results") == expected
