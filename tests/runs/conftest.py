"""What tests of living and keeping runs share."""

import pytest

from abm.runs.store import Store


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
