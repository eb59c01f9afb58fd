"""What tests of running and keeping many results share."""

import gc
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HELPER = Path(__file__).with_name("made_up_results.py")


@pytest.fixture
def diary(tmp_path, monkeypatch):
    """Return the file that notes which made-up runs were lived."""
    path = tmp_path / "diary.txt"
    path.touch()
    monkeypatch.setenv("MADE_UP_DIARY", str(path))
    return path


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


@pytest.fixture
def small_disk(tmp_path):
    """Return the folder of a disk of 300 kB, or skip where none can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=300k", "none", str(place)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("cannot mount a small disk here")
    yield place
    gc.collect()  # what is open there
    subprocess.run(["umount", str(place)], check=True)
