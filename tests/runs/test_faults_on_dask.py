"""A sweep on a Dask cluster survives what happens to its processes."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import made_up_runs
import pytest
from watched import SECONDS_TO_END, needs_proc, wait_until

from abm.runs.errors import RunnerError
from abm.runs.executors import executor_for
from abm.runs.result_store import store_below

HELPERS = Path(made_up_runs.__file__).parent


class DaskCluster(NamedTuple):
    place: str
    scheduler: int


@pytest.fixture
def dask_cluster(tmp_path, monkeypatch, diary):
    """Start a scheduler and two workers by the documented commands; yield where they are."""
    pytest.importorskip("distributed")
    path = os.pathsep.join([str(HELPERS), *(each for each in sys.path if each)])
    monkeypatch.setenv("PYTHONPATH", path)
    place = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    local = ["--host", "127.0.0.1", "--no-dashboard"]
    commands = [[*dask, "scheduler", *local, "--port", "0", "--scheduler-file", str(place)]]
    worker = ["--scheduler-file", str(place), "--nthreads", "1", "--no-nanny"]
    commands += [[*dask, "worker", *local, *worker, "--local-directory", str(tmp_path)]] * 2
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with contextlib.ExitStack() as stack:
        processes = []
        for command in commands:
            process = stack.enter_context(subprocess.Popen(command, **quiet))
            stack.callback(process.kill)
            processes.append(process)
            while not place.exists():
                assert process.poll() is None
                time.sleep(0.05)
        yield DaskCluster(str(place), processes[0].pid)


@needs_proc
def test_a_local_dask_cluster_ends_when_its_starter_is_killed(tmp_path):
    pytest.importorskip("distributed")
    code = (
        "import time\n"
        "from abm.runs.dask_cluster import local_cluster\n"
        "with local_cluster(1) as address:\n"
        "    print(address, flush=True)\n"
        "    time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = process.stdout.readline().rsplit(":", 1)[1].strip()
    wait_until(lambda: len(descendants(process.pid)) >= 3, process)
    children = [pid for pid in descendants(process.pid) if pid != process.pid]
    process.kill()
    process.communicate()
    until = time.monotonic() + SECONDS_TO_END
    while any(is_alive(pid) for pid in children) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [pid for pid in children if is_alive(pid)], port


def is_alive(pid):
    with contextlib.suppress(OSError, IndexError):
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def descendants(pid):
    """Return a process and all that descend from it."""
    found = [pid]
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += descendants(int(child))
    return found


def test_an_address_where_nothing_answers_is_one_clear_error(monkeypatch):
    pytest.importorskip("distributed")
    from abm.runs import dask_cluster

    monkeypatch.setattr(dask_cluster, "SECONDS_TO_CONNECT", 1)
    for address in ("tcp://127.0.0.1:1", "nonsense", "no-such-file.json"):
        with (
            pytest.raises(RunnerError, match="no Dask scheduler answers"),
            executor_for(dask=address),
        ):
            pass


@needs_proc
def test_a_killed_scheduler_is_one_line_and_keeps_what_is_finished(
    dask_cluster, tmp_path, monkeypatch
):
    """The command's own process, so that what Dask prints on the way is seen, too."""
    monkeypatch.setenv("MADE_UP_PAUSE", "0.2")
    given = [str(tmp_path / "out"), "figures", "0", "4", "25", dask_cluster.place]
    process = subprocess.Popen(
        [sys.executable, made_up_runs.__file__, *given],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: len(store_below(tmp_path / "out").list()) >= 4, process)
    os.kill(dask_cluster.scheduler, signal.SIGKILL)
    _, complaint = process.communicate(timeout=180)
    assert process.returncode == 1
    assert len(complaint.splitlines()) == 1, complaint
    kept = store_below(tmp_path / "out").list()
    assert 4 <= len(kept) < 100
    assert {result.status for result in kept} == {"done"}
