"""A sweep survives what happens to its processes, disks and files, and ends with the same bytes."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import made_up_runs
import pytest
from made_up_runs import RATES, name, sweep
from watched import SECONDS_TO_END, needs_proc, wait_for_end, wait_for_lines, wait_until

from abm.runs import run_tasks
from abm.runs.result_store import FAILED, KeptResult, store_below

ALL = {name(rate, seed) for rate in RATES for seed in range(1, 6)}


@pytest.fixture
def pause(monkeypatch):
    """Return a function that says how many seconds a run takes from now on."""
    return lambda seconds: monkeypatch.setenv("MADE_UP_PAUSE", str(seconds))


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


def start(out, evaluate="figures", first=0, last=20, seeds=5, where="2"):
    """Start a sweep in a session of its own, so that all it starts can be found."""
    given = [str(each) for each in (out, evaluate, first, last, seeds, where)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    command = [sys.executable, made_up_runs.__file__, *given]
    return subprocess.Popen(command, start_new_session=True, **pipes)


def ends_well(process):
    """Assert that a sweep ends and says nothing but where to find support."""
    (line,) = process.communicate(timeout=90)[1].splitlines()
    assert "findahelpline.com" in line
    assert process.returncode == 0


def kept(out):
    """Return how the runs that are kept stand in the diary."""
    usual = made_up_runs.scenario().parameters["stressor_rate"]
    found = [result.about for result in store_below(out).list("run")]
    return {name(each["differences"].get("stressor_rate", usual), each["seed"]) for each in found}


def moment(number):
    """Return a number from 0 to 1 that looks random and never changes."""
    return int(hashlib.sha256(str(number).encode()).hexdigest()[:8], 16) / 0xFFFFFFFF


@needs_proc
@pytest.mark.parametrize("kills", [5, pytest.param(10, marks=pytest.mark.slow)])
def test_a_sweep_killed_again_and_again_loses_nothing(out, diary, pause, undisturbed, kills):
    """Five kills are one of each moment below; ten, marked slow, try each twice at others."""
    expected = undisturbed(seeds=15)
    pause(0.04)
    finished = set()
    for number in range(kills):
        lines, before = len(diary.read_text().splitlines()), len(finished)
        process = start(out, seeds=15)
        if number % 5 == 0:  # while it starts
            time.sleep(1.5 * moment(number))
        elif number % 5 == 1:  # while its first runs are lived
            wait_for_lines(diary, lines + 1, process)
            time.sleep(0.3 * moment(number))
        else:  # while it keeps results
            more = 1 + int(20 * moment(number))
            wait_until(lambda least=before + more: len(kept(out)) >= least, process)
            time.sleep(0.1 * moment(-number))
        process.kill()
        process.communicate()
        wait_for_end(process.pid)
        lived = diary.read_text().splitlines()[lines:]
        assert not finished & set(lived), "a finished run was lived again"
        finished |= kept(out)
    assert 0 < len(finished) < 300
    pause(0)
    lines = len(diary.read_text().splitlines())
    process = start(out, seeds=15)
    ends_well(process)
    assert len(diary.read_text().splitlines()[lines:]) == 300 - len(finished)
    assert tables(out) == expected
    assert not list(out.glob("store/set-aside/*"))


@needs_proc
@pytest.mark.usefixtures("ctrl_c_counts")
def test_ctrl_c_keeps_what_is_finished_and_ends_the_workers(out, diary, pause):
    pause(0.1)
    process = start(out)
    wait_for_lines(diary, 30, process)
    os.killpg(process.pid, signal.SIGINT)  # to all of them, as a terminal does
    _, error = process.communicate(timeout=SECONDS_TO_END)
    assert process.returncode == 130, error
    wait_for_end(process.pid)
    assert 10 <= len(kept(out)) < 100


def test_a_killed_local_worker_costs_no_run(out, diary, undisturbed):
    expected = undisturbed()
    assert sweep(out, made_up_runs.figures_or_be_killed_once, jobs=2) == 0
    assert Path(f"{diary}.scar").exists()
    assert tables(out) == expected


@needs_proc
def test_two_sweeps_at_once_live_what_they_share_once(out, diary, pause):
    pause(0.04)
    pair = [start(out, last=14), start(out, first=6)]
    for process in pair:
        ends_well(process)
    assert sorted(diary.read_text().split()) == sorted(ALL)
    assert kept(out) == ALL


def test_what_was_damaged_is_lived_again(out, diary, undisturbed):
    expected = undisturbed()
    assert sweep(out) == 0
    database = out / "store" / "results.sqlite"
    content = bytearray(database.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = bytes(3000)
    database.write_bytes(content)
    diary.write_text("")
    assert sweep(out) == 0
    assert 0 < len(diary.read_text().split()) <= 100
    assert tables(out) == expected
    assert kept(out) == ALL


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
