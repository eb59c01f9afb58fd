"""Many runs survive what happens to processes, disks and files."""

import contextlib
import hashlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import made_up_runs
import pytest
from made_up_runs import SECONDS_TO_END, expected_of, wait_for_parts

from abm.runs import tasks
from abm.runs.runner import local_executor, run_missing
from abm.runs.store import Store, StoreError

HELPERS = Path(made_up_runs.__file__).parent
SCRIPT = HELPERS / "live_made_up_runs.py"


@pytest.fixture
def pause(monkeypatch):
    """Return a function that says how many seconds a run takes from now on."""
    return lambda seconds: monkeypatch.setenv("MADE_UP_PAUSE", str(seconds))


def start(store, seeds=5):
    """Start a main process of its own session, so that all it starts can be found."""
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), str(store.folder), str(seeds), "5"],
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def alive_in_session(session):
    """Return the processes of a session that are not zombies."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError, IndexError):
                state, *fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                if int(fields[2]) == session and state not in "ZX":
                    found.append(int(entry.name))
    return found


def wait_for_end(session):
    until = time.monotonic() + SECONDS_TO_END
    while (left := alive_in_session(session)) and time.monotonic() < until:
        time.sleep(0.05)
    assert left == []


def wait_for_lines(diary, number, process=None, seconds=180.0):
    until = time.monotonic() + seconds
    while len(diary.read_text().splitlines()) < number:
        assert time.monotonic() < until
        assert process is None or process.poll() is None
        time.sleep(0.005)


def moment(number):
    """Return a number from 0 to 1 that looks random and never changes."""
    return int(hashlib.sha256(str(number).encode()).hexdigest()[:8], 16) / 0xFFFFFFFF


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")


@needs_proc
@pytest.mark.parametrize("kills", [5, pytest.param(10, marks=pytest.mark.slow)])
def test_a_main_process_killed_again_and_again_loses_nothing(store, tmp_path, diary, pause, kills):
    """Five kills are one of each moment below; ten, marked slow, try each twice at others."""
    wanted = made_up_runs.tasks(made_up_runs.figures, range(1, 16))
    names = {t.key: f"{t.scenario.parameters['stressor_rate']!r}-{t.seed}" for t in wanted}
    expected = expected_of(tmp_path, wanted, diary)
    pause(0.04)
    finished: set[str] = set()
    for number in range(kills):
        lines = len(diary.read_text().splitlines())
        process = start(store, seeds=15)
        if number % 5 == 0:  # while it starts
            time.sleep(1.5 * moment(number))
        elif number % 5 == 1:  # while its first runs are lived
            wait_for_lines(diary, lines + 1, process)
            time.sleep(0.3 * moment(number))
        else:  # while it stores results
            wait_for_parts(store, 1 + int(4 * moment(number)), process)
            time.sleep(0.1 * moment(-number))
        process.kill()
        process.communicate()
        wait_for_end(process.pid)
        lived = diary.read_text().splitlines()[lines:]
        assert not finished & set(lived), "a finished run was lived again"
        finished |= {names[key] for key in Store(store.folder).known(list(names))}
    assert 0 < len(finished) < len(wanted)
    pause(0)
    told, complaint = start(store, seeds=15).communicate(timeout=60)
    assert complaint == ""
    assert told.split() == [str(len(finished)), str(len(wanted) - len(finished)), "0"]
    assert made_up_runs.table(Store(store.folder), list(names)) == expected
    assert not list(store.folder.glob("set-aside/*"))


@needs_proc
@pytest.mark.usefixtures("ctrl_c_counts")
def test_ctrl_c_keeps_what_is_finished_and_ends_the_workers(store, diary, pause):
    pause(0.1)
    process = start(store)
    wait_for_lines(diary, 30, process)
    os.killpg(process.pid, signal.SIGINT)  # to all of them, as a terminal does
    _, error = process.communicate(timeout=SECONDS_TO_END)
    assert process.returncode == 130, error
    wait_for_end(process.pid)
    wanted = made_up_runs.tasks(made_up_runs.figures)
    known = Store(store.folder).known([task.key for task in wanted])
    assert 10 <= len(known) < 100


def test_a_killed_local_worker_costs_no_run(store, tmp_path, diary, monkeypatch):
    monkeypatch.setattr(tasks, "LARGEST_BATCH", 5)
    wanted = made_up_runs.tasks(made_up_runs.figures_or_be_killed_once)
    with local_executor(2) as executor:
        lived = run_missing(store, wanted, executor)
    assert Path(f"{diary}.scar").exists()
    assert (lived.done, lived.failed) == (100, 0)
    expected = expected_of(tmp_path, wanted, diary)
    assert made_up_runs.table(store, lived.keys) == expected


def test_a_run_that_always_kills_its_worker_is_recorded(store, monkeypatch):
    monkeypatch.setattr(tasks, "LARGEST_BATCH", 5)
    wanted = made_up_runs.tasks(made_up_runs.figures_or_be_killed, rates=[0.5, 0.6, 0.7])
    with local_executor(2) as executor:
        lived = run_missing(store, wanted, executor)
    assert (lived.done, lived.failed) == (14, 1)
    table = store.results(lived.keys)
    failed = table[table["status"] == "failed"]
    assert failed["seed"].tolist() == [3]
    assert failed["error"].str.contains("ended abruptly, twice").all()


@needs_proc
def test_two_processes_on_one_store_lose_nothing_and_live_nothing_twice(
    store, tmp_path, diary, pause
):
    wanted = made_up_runs.tasks(made_up_runs.figures)
    expected = expected_of(tmp_path, wanted, diary)
    pause(0.04)
    pair = [start(store), start(store)]
    counts = []
    for process in pair:
        told, complaint = process.communicate(timeout=90)
        assert complaint == ""
        counts.append([int(word) for word in told.split()])
    assert all(found + done == 100 and failed == 0 for found, done, failed in counts)
    assert counts[0][1] + counts[1][1] == 100
    assert len(diary.read_text().splitlines()) == 100
    assert made_up_runs.table(Store(store.folder), [task.key for task in wanted]) == expected


# Disks


@pytest.fixture
def small_disk(tmp_path):
    """Return the folder of a disk of 200 kB, or skip where none can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=200k", "none", str(place)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("cannot mount a small disk here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_one_clear_error_and_damages_nothing(
    small_disk, tmp_path, diary, monkeypatch
):
    monkeypatch.setattr(tasks, "LARGEST_BATCH", 5)
    wanted = made_up_runs.tasks(made_up_runs.figures)
    expected = expected_of(tmp_path, wanted, diary)
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 150_000)
    folder = small_disk / "runs"
    with pytest.raises(StoreError, match="No space left on device") as caught:
        run_missing(Store(folder), wanted)
    assert "\n" not in str(caught.value)
    keys = [task.key for task in wanted]
    kept = Store(folder).known(keys)
    assert 0 < len(kept) < 100
    assert not list(folder.rglob("*.partial"))
    filler.unlink()
    diary.write_text("")
    lived = run_missing(Store(folder), wanted)
    assert len(diary.read_text().splitlines()) == lived.done == 100 - len(kept)
    assert made_up_runs.table(Store(folder), keys) == expected
    assert Store(folder).verify().damaged == ()


def test_a_write_that_fails_midway_leaves_nothing(store, tmp_path, diary):
    """A limit on the size of files: the write fails after its first bytes are written."""
    wanted = made_up_runs.tasks(made_up_runs.figures)
    code = (
        "import resource, sys\n"
        "sys.argv = ['', *sys.argv[1:]]\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))\n"
        "sys.dont_write_bytecode = True\n"
        "import live_made_up_runs\n"
        "live_made_up_runs.main()\n"
    )
    command = [sys.executable, "-c", code, str(store.folder), "5", "50"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HELPERS), *sys.path])}
    process = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert process.returncode == 1
    assert process.stderr.startswith("cannot store results in")
    assert process.stderr.count("\n") == 1
    assert [path for path in store.folder.rglob("*") if path.suffix] == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 1500
    assert run_missing(store, wanted).done == 100
