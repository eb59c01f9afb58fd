"""Processes that tests start, and what becomes of them."""

import contextlib
import time
from pathlib import Path

import pytest

SECONDS_TO_END = 60.0  # on a busy machine; for those processes whose main process was killed
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")


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


def wait_until(is_so, process):
    until = time.monotonic() + 180.0  # a guard: busy machines start processes slowly
    while not is_so():
        assert time.monotonic() < until
        assert process.poll() is None
        time.sleep(0.01)


def wait_for_lines(diary, number, process):
    wait_until(lambda: len(diary.read_text().splitlines()) >= number, process)
