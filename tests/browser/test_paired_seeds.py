"""The comparison behind the page: that of `nssi compare`, shown as it comes, given up at once."""

import multiprocessing
import threading
import time
from pathlib import Path

import pytest

import abm
from abm.browser import paired_seeds
from abm.browser.choices import Choices
from abm.browser.counterfactual import Counterfactual, counterfactual_of
from abm.browser.paired_seeds import Compared, PairedSeeds
from abm.runs.options import RunOptions

PEOPLE = 150


def files_of(tmp_path: Path) -> tuple[Path, Path]:
    """Return files of one reported year, and of the same with lessons."""
    base, lessons = tmp_path / "short.toml", tmp_path / "lessons.toml"
    base.write_text('extends = "baseline"\n[calendar]\nyears = 1\n')
    lessons.write_text(
        'extends = "short"\n[[interventions]]\nkind = "school_skills_programme"\ncoverage = 1.0\n'
    )
    return base, lessons


@pytest.fixture
def pair(tmp_path: Path) -> Counterfactual:
    """Return a small comparison."""
    found = counterfactual_of(Choices(str(files_of(tmp_path)[1]), population=PEOPLE))
    assert found is not None
    assert found.scenario.name == "short"
    return found


def test_what_is_shown_is_what_compare_finds_and_is_kept(
    tmp_path: Path, pair: Counterfactual, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paired_seeds, "SEEDS", 3)
    pictures: list[Compared] = []
    options = RunOptions(tmp_path / "kept", quiet=True)
    pairs = PairedSeeds(pictures.append, lambda: options)
    pairs.start(pair, 5, has_warm_up=False)
    pairs.start(pair, 5)  # is being done, and goes on with its first seed
    assert pairs.wait(120)
    assert {picture.failure for picture in pictures} == {""}
    assert all((one.findings is not None) == (one.done >= 2) for one in pictures)
    assert pictures[-1].is_whole
    findings = pictures[-1].findings
    same = abm.compare(list(map(str, files_of(tmp_path))), [5, 6, 7], population=PEOPLE)
    assert findings is not None
    assert findings.differences.equals(same.differences)
    assert findings.curve_differences.equals(same.curve_differences)
    monkeypatch.setattr(paired_seeds, "LocalProcesses", None)
    again = PairedSeeds(pictures.append, lambda: options)
    again.start(pair, 5)
    assert again.wait(60)
    assert pictures[-1].findings is not None
    assert pictures[-1].findings.differences.equals(same.differences)


def test_what_is_given_up_ends_its_processes_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    options = RunOptions(tmp_path / "kept", quiet=True)
    pictures: list[Compared] = []
    pairs = PairedSeeds(pictures.append, lambda: options)
    large = counterfactual_of(Choices("school-skills", population=50_000))
    assert large is not None
    before = set(threading.enumerate())
    pairs.start(large, 1)
    [comparison] = [one for one in set(threading.enumerate()) - before if one.name == "comparison"]
    until = time.monotonic() + 60
    while not multiprocessing.active_children() and time.monotonic() < until:
        time.sleep(0.02)
    assert multiprocessing.active_children()
    pairs.cancel()
    comparison.join(30)  # ends after every thread that has a process
    assert not comparison.is_alive()
    assert multiprocessing.active_children() == []
    assert options.store.list() == ()
    assert not any((tmp_path / "kept" / "store" / "busy").iterdir())
    assert pictures[-1].done == 0


def test_what_fails_is_said_and_can_be_tried_again(tmp_path: Path, pair: Counterfactual) -> None:
    (tmp_path / "kept").write_text("no folder")
    pictures: list[Compared] = []
    pairs = PairedSeeds(pictures.append, lambda: RunOptions(tmp_path / "kept", quiet=True))
    for _ in range(2):
        pictures.clear()
        pairs.start(pair, 5)
        assert pairs.wait(60)
        assert "cannot store results" in pictures[-1].failure
        pairs.cancel()
