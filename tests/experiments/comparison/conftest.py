"""What tests of comparisons share."""

import pytest


@pytest.fixture
def diary(tmp_path, monkeypatch):
    """Return a function that says which made-up runs were lived since it was last called."""
    path = tmp_path / "lives.txt"
    monkeypatch.setenv("OUTCOMES_DIARY", str(path))

    def lived():
        lines = path.read_text().splitlines() if path.exists() else []
        path.write_text("")
        return sorted(lines)

    return lived


@pytest.fixture
def mend(tmp_path):
    """Return a function that makes failing made-up runs work."""
    return (tmp_path / "lives.txt.mended").touch


@pytest.fixture
def without_figures(monkeypatch):
    """Draw no figures: they take seconds."""
    monkeypatch.setattr("abm.report.figures.comparison.draw_comparison_figures", lambda *given: [])
