"""The player: what is asked is done, failures are said, and a closed page does no work."""

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from served_pages import on_a_busy_machine

from abm.browser import player
from abm.browser.choices import Choices
from abm.browser.following import DAYS_KEPT
from abm.browser.player import DAYS_A_FRAME, Player, PlayerState
from abm.browser.recording import DAYS_APART
from abm.browser.snapshot import Snapshot
from abm.simulation.world import World

PEOPLE = 200


class Screen:
    """What a page would show."""

    def __init__(self) -> None:
        self.state = PlayerState()
        self.pictures: list[Snapshot] = []
        self.player = Player(self._show, self._draw)

    def _show(self, state: PlayerState) -> None:
        self.state = state

    def _draw(self, picture: Snapshot) -> None:
        self.pictures.append(picture)
        self.player.drawn(picture.frame)

    def wait(self, until: Callable[[], bool]) -> None:
        """Wait until something is so, at most three minutes where nothing else runs."""
        end = time.monotonic() + on_a_busy_machine(180)
        while not until():
            assert time.monotonic() < end, (self.state, len(self.pictures))
            time.sleep(0.01)

    @property
    def latest(self) -> Snapshot:
        """The picture shown."""
        return self.pictures[-1]


@pytest.fixture
def screen() -> Iterator[Screen]:
    """Return a screen on which day 0 of the baseline stands."""
    found = Screen()
    found.player.start()
    found.player.reset(Choices(population=PEOPLE))
    found.wait(lambda: bool(found.pictures))
    yield found
    found.player.close()
    assert found.player.wait(60)


def test_playing_goes_on_until_paused(screen: Screen) -> None:
    screen.player.days_a_frame = DAYS_A_FRAME["week"]
    screen.player.play(True)
    screen.wait(lambda: screen.latest.day >= 21)
    assert screen.state.playing
    screen.player.play(False)
    screen.wait(lambda: not screen.state.playing)
    day = screen.latest.day
    time.sleep(0.4)
    assert screen.latest.day == day
    assert day % 7 == 0


def test_a_step_is_one_frame(screen: Screen) -> None:
    screen.player.days_a_frame = DAYS_A_FRAME["month"]
    screen.player.step()
    screen.wait(lambda: screen.latest.day == 30)


def test_a_step_while_days_go_by_is_none(screen: Screen) -> None:
    screen.player.days_a_frame = DAYS_A_FRAME["month"]
    asked = threading.Event()
    screen.player.ask(lambda model: asked.wait(60) and None)
    screen.player.play(True)
    screen.player.step()
    screen.player.play(False)
    screen.player.step()
    asked.set()
    screen.wait(lambda: screen.latest.day > 0)
    assert screen.latest.day == 30


def test_frames_wait_for_the_browser_to_draw_but_not_for_ever(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = screen.player.drawn
    screen.player.drawn = lambda frame: None  # type: ignore[method-assign]
    assert player.LONGEST_WAIT == 1.0
    monkeypatch.setattr(player, "LONGEST_WAIT", 600.0)
    screen.player.play(True)
    screen.wait(lambda: screen.latest.day == 1)
    time.sleep(0.4)
    assert screen.latest.day == 1
    drawn(screen.latest.frame)
    screen.wait(lambda: screen.latest.day == 2)
    monkeypatch.setattr(player, "LONGEST_WAIT", 0.3)
    drawn(0)  # so that it looks again how long to wait
    screen.wait(lambda: screen.latest.day >= 4)
    assert screen.state.playing


def test_a_picture_that_is_drawn_after_a_reset_is_none_of_the_new_model(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen.player.drawn(1_000)
    screen.player.drawn = lambda frame: None  # type: ignore[method-assign]
    monkeypatch.setattr(player, "LONGEST_WAIT", 600.0)
    screen.player.play(True)
    screen.wait(lambda: screen.latest.day == 1)
    time.sleep(0.4)
    assert screen.latest.day == 1


def test_a_failure_is_said_and_a_reset_recovers(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(world: World) -> None:
        raise ZeroDivisionError("division by zero")

    with monkeypatch.context() as patch:
        patch.setattr(World, "live_day", fail)
        screen.player.play(True)
        screen.wait(lambda: bool(screen.state.failure))
    assert "The model stopped on 2015-09-01: ZeroDivisionError" in screen.state.failure
    assert not screen.state.playing
    assert capsys.readouterr().err.count("\n") == 1
    screen.player.step()
    screen.player.reset(Choices(population=PEOPLE, seed=2))
    screen.wait(lambda: screen.latest.seed == 2)
    assert screen.state == PlayerState()


def test_settings_that_cannot_be_run_are_said(screen: Screen) -> None:
    screen.player.reset(Choices(population=PEOPLE, values={"stressor_rate": 1e9}))
    screen.wait(lambda: bool(screen.state.failure))
    assert "stressor_rate" in screen.state.failure


def test_the_baseline_catches_up_while_paused_and_while_playing(screen: Screen) -> None:
    screen.player.days_a_frame = DAYS_A_FRAME["month"]
    screen.player.reset(Choices(population=PEOPLE, values={"stressor_rate": 1.2}))
    screen.player.play(True)
    screen.wait(lambda: screen.latest.day >= 120)
    screen.player.play(False)
    screen.wait(lambda: screen.latest.grey is not None)
    assert screen.latest.without is not None
    assert len(screen.latest.without.history) == len(screen.latest.history)


def test_closing_stops_the_thread_while_it_plays(screen: Screen) -> None:
    screen.player.play(True)
    screen.wait(lambda: screen.latest.day >= 3)
    screen.player.close()
    assert screen.player.wait(60)


def test_closing_stops_the_thread_while_it_prepares() -> None:
    screen = Screen()
    screen.player.start()
    screen.player.reset(Choices(population=9_000))
    screen.wait(lambda: "%" in screen.state.working)
    screen.player.close()
    assert screen.player.wait(60)
    assert screen.pictures == []


def test_before_there_is_machine_code_it_says_that_it_compiles(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("abm.simulation.compiled.is_compiled", lambda: False)
    monkeypatch.setattr("abm.browser.player.is_compiled", lambda: False)
    seen: list[str] = []
    monkeypatch.setattr(screen.player, "_show_state", lambda state: seen.append(state.working))
    screen.player.reset(Choices(population=PEOPLE, seed=2))
    screen.wait(lambda: "" in seen)
    assert seen[:2] == [
        "Preparing the young people",
        "Compiling, once (about a quarter of a minute)",
    ]


def test_all_years_are_run_through_beside_the_baseline_and_somebody_is_followed_at_the_end(
    screen: Screen,
) -> None:
    screen.player.reset(Choices("school-skills", population=PEOPLE))
    screen.player.run_through(follows_somebody=True)
    screen.wait(lambda: screen.latest.is_over)
    screen.wait(lambda: not screen.state.working)  # after the last picture
    assert screen.latest.grey is not None
    trace, grey = screen.latest.trace, screen.latest.grey.trace
    assert 15 <= trace.age < 16.5
    assert len(trace.days) == len(grey.days) == DAYS_KEPT
    assert grey.person == trace.person
    days = [moment.day for moment in screen.player.recording.moments]
    assert max(later - day for day, later in pairwise(days)) < 2 * DAYS_APART
    assert not screen.state.playing


def test_play_and_step_begin_with_the_first_day_while_and_after_all_years_are_run(
    screen: Screen,
) -> None:
    person = int(screen.latest.school.person[7])
    screen.player.show_ages((13,))
    screen.player.follow(person)
    screen.player.run_through(follows_somebody=False)
    screen.wait(lambda: screen.latest.day > 0)
    for _ in range(2):  # the second goes on from the first
        screen.player.step()
    screen.wait(lambda: screen.latest.day == 2)
    assert screen.latest.school.ages == (13,)
    assert screen.latest.trace.person == person
    screen.player.days_a_frame = screen.latest.days
    screen.player.step()
    screen.wait(lambda: screen.latest.is_over)
    screen.player.days_a_frame = 1
    seen = len(screen.pictures)
    screen.player.play(True)
    screen.wait(lambda: screen.state.playing and screen.latest.day in range(1, screen.latest.days))
    assert [one.day for one in screen.pictures[seen:]][:2] == [0, 1]
    day = screen.latest.day
    screen.player.play(False)
    screen.player.play(True)
    screen.wait(lambda: screen.latest.day > day)
