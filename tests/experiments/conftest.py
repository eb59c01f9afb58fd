"""What tests of many runs share."""

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
