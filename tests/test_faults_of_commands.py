"""Whatever befalls a command: what is finished is kept, and in the end the same tables are there.

One test a mishap, over all six commands of many runs. What becomes of workers, databases, files and
disks is tested with the runner and the store.
"""

import contextlib
import os
import signal
import sqlite3
from pathlib import Path

import pytest
from made_up_commands import BEFALLEN, COMMANDS

from abm.runs.processes import LocalProcesses
from abm.runs.result_store import ResultStore, StoreError, store_below

DRAWING = (
    "runs.draw_figures",
    "comparison.draw_comparison_figures",
    "quantities.draw_quantities",
    "sensitivity.draw_sensitivity_figures",
    "calibration.draw_diagnostics",
)
PASSING = {"run.json", "calibration.json"}  # they hold clocks
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="starts commands by forking")
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


@pytest.fixture(scope="module", autouse=True)
def mishaps(tmp_path_factory):
    """Return the folder of diary and mishap; draw no figures, and keep each run by itself."""
    folder = tmp_path_factory.mktemp("mishaps")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("MISHAPS", str(folder))
        patched.setattr("abm.runs.run_tasks.BATCH_SECONDS", 0.0)
        for place in DRAWING:
            patched.setattr(f"abm.report.figures.{place}", lambda *given, **more: [])
        yield folder


@pytest.fixture
def begun(mishaps):
    """Return a function that says which runs have begun since it was last called."""
    diary = mishaps / "diary"
    diary.write_text("")

    def lines():
        found = diary.read_text().splitlines()
        diary.write_text("")
        return found

    return lines


@pytest.fixture(scope="module")
def workers():
    """Return two workers that last from one command to the next."""
    with LocalProcesses(2) as processes:
        yield processes


def tables(out: Path) -> dict[str, bytes]:
    """Return all that a command wrote for its users."""
    ours = [path for path in sorted(out.rglob("*")) if path.is_file()]
    named = {str(path.relative_to(out)): path for path in ours if path.name not in PASSING}
    return {name: path.read_bytes() for name, path in named.items() if "store/" not in name}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, mishaps):
    """Return a function that gives the tables of a command, and which runs it began."""
    known = {}

    def of(command):
        if command not in known:
            out = tmp_path_factory.mktemp("undisturbed")
            (mishaps / "diary").write_text("")
            assert COMMANDS[command](options(out)) == 0
            known[command] = tables(out), sorted((mishaps / "diary").read_text().splitlines())
            assert known[command][0]
            assert len(set(known[command][1])) == len(known[command][1]) > BEFALLEN
            (mishaps / "diary").write_text("")
        return known[command]

    return of


def options(out: Path, jobs: int = 1) -> dict:
    return {"out": out, "jobs": jobs, "quiet": True, "as_json": True}


def kept(out: Path) -> int:
    return len(store_below(out).list())


def forked(command: str, out: Path) -> int:
    """Start a command in a process of its own."""
    process = os.fork()
    if not process:
        code = 99
        try:
            code = COMMANDS[command](options(out))
        finally:
            os._exit(code)
    return process


def goes_on(command, out, begun, undisturbed, missing: int) -> None:
    """Assert that a command begins the runs that are missing, no other, and ends as undisturbed."""
    begun()
    assert COMMANDS[command](options(out)) == 0
    assert len(begun()) == missing
    assert tables(out) == undisturbed(command)[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_killed_worker_costs_nothing_but_time(
    command, tmp_path, mishaps, undisturbed, begun, workers, monkeypatch
):
    expected, runs = undisturbed(command)
    lasting = contextlib.nullcontext(workers)
    monkeypatch.setattr("abm.runs.executors.LocalProcesses", lambda jobs: lasting)
    (mishaps / "mishap").write_text("killed")
    assert COMMANDS[command](options(tmp_path, jobs=2)) == 0
    assert not (mishaps / "mishap").exists()
    assert sorted(set(begun())) == runs
    assert tables(tmp_path) == expected


@needs_fork
@pytest.mark.parametrize("command", COMMANDS)
def test_a_killed_command_goes_on_where_it_was(command, tmp_path, mishaps, undisturbed, begun):
    runs = undisturbed(command)[1]
    (mishaps / "mishap").write_text("killed")
    _, status = os.waitpid(forked(command, tmp_path), 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    assert kept(tmp_path) == BEFALLEN - 1
    goes_on(command, tmp_path, begun, undisturbed, len(runs) - BEFALLEN + 1)


@pytest.mark.parametrize("command", COMMANDS)
def test_ctrl_c_keeps_what_is_finished(command, tmp_path, mishaps, undisturbed, begun, capsys):
    runs = undisturbed(command)[1]
    (mishaps / "mishap").write_text("interrupted")
    assert COMMANDS[command](options(tmp_path)) == 130
    assert "interrupted" in capsys.readouterr().err
    assert kept(tmp_path) == BEFALLEN - 1
    goes_on(command, tmp_path, begun, undisturbed, len(runs) - BEFALLEN + 1)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_one_line_and_keeps_what_was_there(
    command, tmp_path, undisturbed, begun, capsys, monkeypatch
):
    runs = undisturbed(command)[1]
    put_many, room = ResultStore.put_many, [3]

    def put_into_little(store, results):
        room[0] -= 1
        if room[0] < 0:
            raise StoreError("cannot store results: No space left on device")
        put_many(store, results)

    with monkeypatch.context() as patched:
        patched.setattr(ResultStore, "put_many", put_into_little)
        assert COMMANDS[command](options(tmp_path)) == 1
    error = capsys.readouterr().err
    assert "No space left on device" in error
    assert error.count("\n") == 1
    assert kept(tmp_path) == 3
    goes_on(command, tmp_path, begun, undisturbed, len(runs) - 3)


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_damaged_is_run_again(command, tmp_path, mishaps, undisturbed, begun):
    runs = undisturbed(command)[1]
    (mishaps / "mishap").write_text("interrupted")
    assert COMMANDS[command](options(tmp_path)) == 130
    for path in list(tmp_path.glob("store/objects/*/*"))[:1]:
        path.write_bytes(path.read_bytes()[:100])
    if not list(tmp_path.glob("store/objects/*/*")):
        with contextlib.closing(sqlite3.connect(tmp_path / "store/results.sqlite")) as database:
            database.execute("UPDATE results SET figures = x'00' WHERE id = 1")
            database.commit()
    goes_on(command, tmp_path, begun, undisturbed, len(runs) - BEFALLEN + 2)


@needs_fork
@pytest.mark.parametrize("command", COMMANDS)
def test_of_two_at_once_each_run_is_done_by_one(command, tmp_path, undisturbed, begun):
    expected, runs = undisturbed(command)
    pair = [forked(command, tmp_path) for _ in range(2)]
    codes = {os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in pair}
    assert 0 in codes
    assert codes <= {0, 2}  # a folder that is being written is refused
    assert sorted(begun()) == runs
    assert tables(tmp_path) == expected
