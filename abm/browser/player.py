"""Runs the days of one page in a thread of its own, and shows pictures of them.

Whatever is asked of a page (reset, play, step, follow) is put in a queue; one thread does it all,
so nothing reads a model while a day goes by, and the page itself never waits.
"""

import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace

from abm.browser.choices import Choices
from abm.browser.following import DAYS_KEPT
from abm.browser.page_model import PageModel
from abm.browser.recording import DAYS_APART, Recording
from abm.browser.snapshot import Snapshot
from abm.io.messages import InputError
from abm.simulation.compiled import announce_compiling, is_compiled

SECONDS_A_FRAME = 0.1
LONGEST_WAIT = 1.0
"""Seconds after which the next picture is sent although the last was not reported as drawn."""
BASELINE_SECONDS = 0.12
"""How long the baseline may run before anything else is looked at."""
SECONDS_BETWEEN_PICTURES = 1.0  # while days are run that nobody watches one by one
GIVEN_WAY = 3.0  # times as long as was run, to what somebody waits for
WARM_UP = "Simulating the years before the start"
DAYS_A_FRAME = {"day": 1, "week": 7, "month": 30}


@dataclass(frozen=True)
class PlayerState:
    """What a player is doing, for those who look at it."""

    playing: bool = False  # whether days go by
    working: str = ""  # what is being done that takes a while, in words
    failure: str = ""  # what went wrong, in words


def log_error(message: str, error: BaseException) -> None:
    """Write what went wrong, and where, in a line for whoever started the page."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    print(f"nssi: {message} ({where.filename}:{where.lineno})", file=sys.stderr)


class AbandonedError(Exception):
    """What is being prepared is no longer wanted: the page was closed, or the model reset."""


class Player:
    """One model and its baseline, played, stepped and reset.

    All functions given are called in the player's thread: `show` whenever its state changes,
    `draw` with every new snapshot; `gives_way` says whether days that nobody watches one by one
    should leave most of the time to something else.
    """

    def __init__(
        self,
        show: Callable[[PlayerState], None],
        draw: Callable[[Snapshot], None],
        gives_way: Callable[[], bool] = lambda: False,
    ) -> None:
        self.days_a_frame = 1
        self.recording = Recording()
        self._show_state, self._draw, self._gives_way = show, draw, gives_way
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._state = PlayerState()
        self._closed = threading.Event()
        self._model: PageModel | None = None
        self._is_ahead = False  # whether days were run that nobody watched one by one
        self._person: int | None = None
        self._ages: tuple[int, ...] | None = None
        self._sent = self._drawn = 0
        self._sent_at = 0.0
        self._thread = threading.Thread(target=self._run, name="player", daemon=True)

    # What a page asks; each returns at once

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """End the thread after the day that is being simulated."""
        self._closed.set()
        self._wake()

    def wait(self, seconds: float) -> bool:
        """Wait until the thread has ended; return whether it has."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def reset(
        self,
        choices: Choices,
        person: int | None = None,
        ages: tuple[int, ...] | None = None,
    ) -> None:
        """Make a new model, in which this person is followed and these year-groups are shown."""
        self._orders.put(lambda: self._reset(choices, person, ages))

    def play(self, playing: bool) -> None:
        """Let days go by, from the first on unless they are watched already; or stop."""
        self._ask(lambda model: self._play(model, playing))

    def step(self) -> None:
        """Run as many days as a frame has, once, unless days go by anyway."""
        self._ask(lambda model: None if self._state.playing else self._advance(self._seen(model)))

    def run_to(self, day: int) -> None:
        """Run until so many reported days have gone by, unless they have."""
        self._ask(lambda model: self._run_to(model, day))

    def run_through(self, follows_somebody: bool) -> None:
        """Run to the end of the years; play and step begin with the first day again.

        `follows_somebody`: whoever is followed by then is chosen shortly before it.
        """
        self._ask(lambda model: self._run_through(model, follows_somebody))

    def ask(self, act: Callable[[PageModel], None]) -> None:
        """Have something found out between two days, once there is a model."""
        self._ask(act)

    def follow(self, person: int) -> None:
        """Follow another person."""
        self._ask(lambda model: self._follow(model, person), self._send)

    def show_ages(self, ages: tuple[int, ...]) -> None:
        """Show other year-groups of the school."""
        self._ask(lambda model: self._show_ages(model, ages), self._send)

    def drawn(self, frame: int) -> None:
        """Take note that the browser has drawn a picture; the next may follow.

        What is told late of a model before a reset, whose pictures were more, is not meant.
        """
        if frame <= self._sent:
            self._drawn = max(self._drawn, frame)
        self._wake()

    def _wake(self) -> None:
        self._orders.put(lambda: None)

    def _ask(self, *acts: Callable[[PageModel], object]) -> None:
        """Have something done with the model, if there is one by then."""

        def order() -> None:
            for act in acts:
                if self._model is not None:
                    act(self._model)

        self._orders.put(order)

    # The thread

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                self._turn()
            except Exception as error:
                if not self._closed.is_set():  # else nobody is left to be told
                    self._fail(error)
        self._model = None

    def _turn(self) -> None:
        """Do one thing: what is asked, or the next frame, or something for the baseline."""
        model = self._model
        if model is None or not model.baseline_is_behind:
            self._serve(self._patience())
        elif not self._serve(0.0):
            self._catch_up(model)

    def _serve(self, patience: float | None) -> bool:
        """Do what is asked within some seconds, or the next frame; return whether either."""
        try:
            order = self._orders.get(timeout=patience)
        except queue.Empty:
            if self._model is None or self._patience() != 0.0:
                return False
            self._advance(self._model)
            return True
        order()
        return True

    def _patience(self) -> float | None:
        """Return for how many seconds there is nothing to do; None: until something is asked."""
        if not self._state.playing:
            return None
        since = time.monotonic() - self._sent_at
        is_drawn = self._drawn >= self._sent
        return max(0.0, (SECONDS_A_FRAME if is_drawn else LONGEST_WAIT) - since)

    def _reset(self, choices: Choices, person: int | None, ages: tuple[int, ...] | None) -> None:
        self._model, self._is_ahead = None, False
        self._person, self._ages = person, ages
        self._drawn = self._sent = 0
        self._show(playing=False, working="Preparing the young people", failure="")
        announce_compiling(lambda message: self._show(working=message))
        model = PageModel.from_choices(choices)
        model.prepare(lambda share: self._progress(WARM_UP, share))
        self._model, self.recording = model, Recording()
        if ages is not None:
            model.show_ages(ages)
        if person is not None:
            model.follow(person)
        self._show(working="")
        self._send(model)

    def _seen(self, model: PageModel) -> PageModel:
        """Return the model, anew if its days have gone by without being watched, or are over."""
        if model.running and not self._is_ahead:
            return model
        self._reset(model.choices, self._person, self._ages)
        assert self._model is not None
        return self._model

    def _follow(self, model: PageModel, person: int) -> None:
        self._person = person
        model.follow(person)

    def _show_ages(self, model: PageModel, ages: tuple[int, ...]) -> None:
        self._ages = ages
        model.show_ages(ages)

    def _play(self, model: PageModel, playing: bool) -> None:
        if playing:
            model = self._seen(model)
        self._show(playing=playing)
        if model.baseline is not None and model.snapshot.grey is None:
            self._picture_again(model)

    def _advance(self, model: PageModel) -> None:
        model.run_days(self.days_a_frame)
        self._run_baseline(model)
        self._picture_again(model)
        if not model.running:
            self._show(playing=False)

    def _run_to(self, model: PageModel, day: int) -> bool:
        """Run to a day beside the baseline, with a picture now and then; return whether it came.

        What a file plays of it is as close as if the years had been exported.
        """
        days = day - model.prepare().days

        def tell(share: float) -> None:
            self._progress(WARM_UP, share)
            self._serve_meanwhile(model)

        try:
            model.prepare_baseline(tell)
            while model.running and (left := day - model.prepare().days) > 0:
                begun = time.monotonic()
                what = "Running all years" if self._is_ahead else "Simulating the days to be shown"
                self._progress(what, 1.0 - left / days)
                model.run_days(min(left, DAYS_APART))
                while model.advance_baseline():
                    pass
                model.take_picture()
                self.recording.note(model.snapshot)
                if time.monotonic() > self._sent_at + SECONDS_BETWEEN_PICTURES:
                    self._send(model)
                self._serve_meanwhile(model)
                if self._state.playing:
                    break
                if self._gives_way():
                    time.sleep(min(GIVEN_WAY * (time.monotonic() - begun), LONGEST_WAIT))
        except AbandonedError:
            return False
        self._show(working="", playing=self._state.playing and model.running)
        self._picture_again(model)
        return not self._state.playing

    def _run_through(self, model: PageModel, follows_somebody: bool) -> None:
        self._is_ahead = True
        end = model.snapshot.days
        if self._run_to(model, end - DAYS_KEPT):
            if follows_somebody:
                model.follow_somebody()
            self._run_to(model, end)

    # The baseline

    def _catch_up(self, model: PageModel) -> None:
        """Run the baseline for a moment; when it has caught up while paused, show it."""
        try:
            model.prepare_baseline(lambda _: self._serve_meanwhile(model))
        except AbandonedError:
            return
        self._run_baseline(model)
        if not self._state.playing and not model.baseline_is_behind:
            self._picture_again(model)

    def _run_baseline(self, model: PageModel) -> None:
        until = time.monotonic() + BASELINE_SECONDS
        while time.monotonic() < until and model.advance_baseline():
            pass

    def _serve_meanwhile(self, model: PageModel) -> None:
        """Do what is asked, and play on, while the baseline goes through its warm-up."""
        self._check_open()
        self._serve(0.0)
        if self._model is not model:
            raise AbandonedError

    # Showing

    def _picture_again(self, model: PageModel) -> None:
        model.take_picture()
        self._send(model)

    def _send(self, model: PageModel) -> None:
        self._sent, self._sent_at = model.snapshot.frame, time.monotonic()
        self._draw(model.snapshot)
        self.recording.note(model.snapshot)

    def _show(self, **changes: bool | str) -> None:
        state = replace(self._state, **changes)  # type: ignore[arg-type]
        if state != self._state:
            self._state = state
            self._show_state(state)

    def _progress(self, what: str, share: float) -> None:
        self._check_open()
        if share == 0.0 and not is_compiled():  # the first day is what waits for machine code
            return
        self._show(working=f"{what}: {10 * int(10 * share)} %")

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise AbandonedError

    def _fail(self, error: Exception) -> None:
        """Stop, and say what went wrong; a reset makes a new model."""
        model, self._model = self._model, None
        if isinstance(error, InputError):
            failure = f"These settings cannot be run. {error}"
        else:
            when = "" if model is None or model.course is None else f" on {model.world.date}"
            failure = f"The model stopped{when}: {type(error).__name__}: {error}"
            log_error(failure, error)
        failure += ". Change what you like, then Reset."
        self._show(playing=False, working="", failure=failure)
