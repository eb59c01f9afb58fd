"""What tests of many runs share."""

import signal

import pytest


@pytest.fixture
def known_diary(tmp_path, monkeypatch):
    """Return a function that says which known outcomes were computed since it was last called."""
    path = tmp_path / "known.txt"
    monkeypatch.setenv("KNOWN_DIARY", str(path))

    def lived():
        lines = path.read_text().splitlines() if path.exists() else []
        path.write_text("")
        return lines

    return lived


@pytest.fixture
def mend(tmp_path):
    """Return a function that makes failing known outcomes work."""
    return (tmp_path / "known.txt.mended").touch


@pytest.fixture
def ctrl_c_counts():
    """Let processes hear Ctrl-C also where the tests run in the background of a script.

    Shells start such a job with SIGINT ignored, and what it starts inherits that.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
