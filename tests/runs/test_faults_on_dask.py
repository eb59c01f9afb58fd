"""Many runs on a Dask cluster survive what happens to its processes."""

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
from made_up_runs import SECONDS_TO_END, expected_of, wait_for_parts

from abm.runs import tasks
from abm.runs.runner import RunTask, executor_for, run_missing
from abm.runs.store import Store, store_folder
from abm.scenario.scenario import load_scenario

HELPERS = Path(made_up_runs.__file__).parent
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")


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


def test_a_killed_dask_worker_costs_no_run(dask_cluster, store, tmp_path, diary, monkeypatch):
    monkeypatch.setattr(tasks, "LARGEST_BATCH", 4)
    wanted = made_up_runs.tasks(made_up_runs.figures_of_a_worker)
    expected = expected_of(tmp_path, wanted, diary)
    killed: list[int] = []

    def kill_one(share):
        if share >= 0.3 and not killed:
            workers = {line for line in diary.read_text().splitlines() if line.startswith("pid")}
            if len(workers) == 2:  # the other may still be importing
                killed.append(int(sorted(workers)[0].removeprefix("pid ")))
                os.kill(killed[0], signal.SIGKILL)

    with executor_for(dask=dask_cluster.place) as executor:
        executor._client.wait_for_workers(2, timeout=30)
        lived = run_missing(store, wanted, executor, progress=kill_one)
    assert killed
    assert (lived.done, lived.failed) == (100, 0)
    assert made_up_runs.table(store, lived.keys) == expected


def test_real_runs_are_the_same_on_dask(tmp_path):
    pytest.importorskip("distributed")
    wanted = [RunTask(load_scenario("birth-cohort", population=30, years=2), s) for s in range(6)]
    with executor_for(2, "local") as executor:
        lived = run_missing(Store(tmp_path / "runs"), wanted, executor)
    assert lived.done == 6
    table = made_up_runs.table(Store(tmp_path / "runs"), lived.keys)
    assert table == made_up_runs.undisturbed(tmp_path / "here", wanted)


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
    time.sleep(1.0)
    children = [pid for pid in descendants(process.pid) if pid != process.pid]
    assert len(children) >= 2
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
    from abm.runs.runner import RunnerError

    monkeypatch.setattr(dask_cluster, "SECONDS_TO_CONNECT", 1)
    for address in ("tcp://127.0.0.1:1", "nonsense", "no-such-file.json"):
        with (
            pytest.raises(RunnerError, match="no Dask scheduler answers"),
            executor_for(dask=address),
        ):
            pass


@needs_proc
def test_a_killed_scheduler_is_one_line_and_keeps_what_is_finished(dask_cluster, tmp_path):
    """The command's own process, so that what Dask prints on the way is seen, too."""
    code = (
        "import sys, made_up_runs\n"
        "from pathlib import Path\n"
        "from abm.runs import tasks as batches\n"
        "from abm.experiments.sweeps.design import factorial\n"
        "from abm.experiments.sweeps.study import HowToRun\n"
        "from abm.cli.sweep_command import sweep_command\n"
        "batches.LARGEST_BATCH = 4\n"
        "evaluate = made_up_runs.figures_slowly\n"
        "how = HowToRun(Path(sys.argv[2]), dask=sys.argv[1], quiet=True, evaluate=evaluate)\n"
        "design = factorial(['stressor_rate=0.5,0.6,0.7,0.8'])\n"
        "sys.exit(sweep_command(made_up_runs.scenario(), design, range(1, 26), how))\n"
    )
    store = Store(store_folder(tmp_path / "out"))
    process = subprocess.Popen(
        [sys.executable, "-c", code, dask_cluster.place, str(tmp_path / "out")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for_parts(store, 4, process)
    os.kill(dask_cluster.scheduler, signal.SIGKILL)
    _, complaint = process.communicate(timeout=40)
    assert process.returncode == 1
    assert len(complaint.splitlines()) == 1, complaint
    kept = store.all_runs()
    assert 4 <= len(kept) < 100
    assert {run["status"] for run in kept} == {"done"}
