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
from abm.browser.page_model import PageModel
from abm.browser.paired_seeds import Compared, PairedSeeds
from abm.browser.session import CHANGED, Session
from abm.browser.tour import Tour
from abm.browser.views import VIEWS
from abm.runs.options import RunOptions

PEOPLE = 150
SECONDS = 300  # for what takes some on an idle machine


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
    assert pairs.wait(SECONDS)
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
    assert again.wait(SECONDS)
    assert pictures[-1].findings is not None
    assert pictures[-1].findings.differences.equals(same.differences)


def test_what_is_given_up_ends_its_processes_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    options = RunOptions(tmp_path / "kept", quiet=True)
    pictures: list[Compared] = []
    pairs = PairedSeeds(pictures.append, lambda: options)
    large = counterfactual_of(Choices("school-skills", population=50_000))
    assert large is not None
    before, others = set(threading.enumerate()), set(multiprocessing.active_children())
    pairs.start(large, 1)
    [comparison] = [one for one in set(threading.enumerate()) - before if one.name == "comparison"]
    until = time.monotonic() + SECONDS
    while not set(multiprocessing.active_children()) - others and time.monotonic() < until:
        time.sleep(0.02)
    assert set(multiprocessing.active_children()) - others
    pairs.cancel()
    comparison.join(SECONDS)  # ends after every thread that has a process
    assert not comparison.is_alive()
    assert not set(multiprocessing.active_children()) - others
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
        assert pairs.wait(SECONDS)
        assert "cannot store results" in pictures[-1].failure
        pairs.cancel()


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Begin no comparison; return the seeds of those that would be."""
    seeds: list[tuple[int, ...]] = []
    monkeypatch.setattr(paired_seeds._Comparison, "begin", lambda one: seeds.append(one.seeds))
    return seeds


def test_of_two_threads_that_start_the_same_at_once_one_does(
    tmp_path: Path, pair: Counterfactual, begun: list[tuple[int, ...]]
) -> None:
    """The thread of the page at a reset, and its player's with the picture that comes of it."""
    both = threading.Barrier(2)

    def slow_options() -> RunOptions:
        time.sleep(0.2)  # in which the other comes this far, too
        return RunOptions(tmp_path / "kept", quiet=True)

    pairs = PairedSeeds(lambda compared: None, slow_options)

    def start() -> None:
        both.wait(SECONDS)
        pairs.start(pair, 5)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert begun == [(5, 6, 7, 8, 9, 10)]


def test_after_a_reset_what_was_compared_before_is_not_begun_again(
    pair: Counterfactual, begun: list[tuple[int, ...]]
) -> None:
    """Its player may have drawn a picture of it just before."""
    pairs = PairedSeeds(lambda compared: None)
    pairs.start(pair, 5)
    pairs.turn_to(None, 5)
    pairs.start(pair, 5)
    pairs.turn_to(pair, 6)
    pairs.start(pair, 5)
    assert begun == [(5, 6, 7, 8, 9, 10)]
    pairs.start(pair, 6)
    assert len(begun) == 2


def test_a_page_that_has_gone_begins_nothing_more(
    pair: Counterfactual, begun: list[tuple[int, ...]]
) -> None:
    """Its player may be drawing, or running ahead for the tour, when it is closed."""
    session = Session(
        Choices("school-skills", population=PEOPLE), "tour=3&tab=changed", list(VIEWS)
    )
    tour = Tour(session)
    model = PageModel.from_choices(session.running.value)
    leave = tour.open()
    tour.press("begin")
    session._pair = model.counterfactual, 1
    session.pairs.turn_to(model.counterfactual, 1)
    session.tab.value = CHANGED
    session._draw(model.snapshot)
    tour._run_ahead(model)
    assert len(begun) == 2
    leave()
    session.close()
    session._draw(model.snapshot)
    tour._run_ahead(model)
    assert len(begun) == 2
