"""Processes of a comparison may be killed: what was done is kept, and the tables are the same."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import made_up_outcomes
import pytest
from made_up_outcomes import BASE, SKILLED

from abm.cli.compare_command import compare_command
from abm.runs.options import RunOptions
from abm.runs.result_store import store_below

pytestmark = pytest.mark.usefixtures("without_figures")
SEEDS = range(1, 6)
SECONDS = 120  # for what takes a few on an idle machine
SLOWLY = """
import made_up_outcomes
from pathlib import Path
from abm.cli.compare_command import compare_command
from abm.runs.options import RunOptions

if __name__ == "__main__":
    how = RunOptions(Path("results"), jobs={jobs}, quiet=True, simulate=made_up_outcomes.run_slowly)
    compare_command((made_up_outcomes.BASE, made_up_outcomes.SKILLED), range(1, 6), how)
"""


def compare(out, live, jobs=1):
    return compare_command((BASE, SKILLED), SEEDS, RunOptions(out, jobs, quiet=True, simulate=live))


def tables(out):
    return {path.name: path.read_bytes() for path in out.glob("compare-*/*/*.csv")}


def test_what_a_killed_worker_lost_is_done_again(tmp_path, diary, capsys):
    assert compare(tmp_path / "whole", made_up_outcomes.run) == 0
    shown = capsys.readouterr().out.replace("whole", "part")
    assert compare(tmp_path / "part", made_up_outcomes.run_or_be_killed_once, jobs=2) == 0
    assert capsys.readouterr().out == shown
    assert tables(tmp_path / "part") == tables(tmp_path / "whole")


def test_runs_that_kill_every_worker_are_given_up_and_the_others_are_compared(
    tmp_path, diary, capsys
):
    assert compare(tmp_path, made_up_outcomes.run_or_be_killed, jobs=2) == 1
    shown = capsys.readouterr()
    assert "base, seed 2: The process that did this ended abruptly" in shown.err
    assert "4 seeds" in shown.out
    assert len(store_below(tmp_path).list("people")) == 8


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_killed_comparison_goes_on_with_what_is_left(tmp_path, diary, monkeypatch, jobs):
    assert compare(tmp_path / "whole", made_up_outcomes.run) == 0
    diary()
    (tmp_path / "slowly.py").write_text(SLOWLY.format(jobs=jobs))
    path = os.pathsep.join([str(tmp_path), *sys.path])
    process = subprocess.Popen(
        [sys.executable, "slowly.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": path},
        start_new_session=True,
    )
    try:
        noted = Path(os.environ["OUTCOMES_DIARY"])
        deadline = time.monotonic() + SECONDS
        while len(store_below(tmp_path / "results").list()) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(SECONDS)
    kept = len(store_below(tmp_path / "results").list("people"))
    assert 3 <= kept < 10
    noted.write_text("")
    assert compare(tmp_path / "results", made_up_outcomes.run_slowly) == 0
    assert len(diary()) == 10 - kept
    assert tables(tmp_path / "results") == tables(tmp_path / "whole")
