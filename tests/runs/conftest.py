"""What tests of running and keeping many results share."""

import subprocess
import sys
from pathlib import Path

import pytest

from abm.runs.store import Store

HELPER = Path(__file__).with_name("made_up_results.py")


@pytest.fixture
def diary(tmp_path, monkeypatch):
    """Return the file that notes which made-up runs were lived."""
    path = tmp_path / "diary.txt"
    path.touch()
    monkeypatch.setenv("MADE_UP_DIARY", str(path))
    return path


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "runs")


@pytest.fixture
def start():
    """Return a function that starts the helper's process; all are ended with the test."""
    started = []

    def begin(*arguments):
        command = [sys.executable, str(HELPER), *map(str, arguments)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
