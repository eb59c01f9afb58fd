"""Lives the days of one page in a thread of its own, and shows pictures of them.

Whatever is asked of a page (reset, play, step, follow) is put in a queue; one thread does it all,
so nothing reads a model while it lives, and the page itself never waits.
"""

import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace

from abm.browser.choices import Choices
from abm.browser.page_model import PageModel
from abm.browser.snapshot import Snapshot
from abm.io.messages import InputError
from abm.simulation.compiled import announce_compiling, is_compiled

SECONDS_A_FRAME = 0.1
LONGEST_WAIT = 1.0
"""Seconds after which the next picture is sent although the last was not reported as drawn."""
GHOST_SECONDS = 0.12
"""How long the ghost may live on before anything else is looked at."""
DAYS_A_FRAME = {"day": 1, "week": 7, "month": 30}


@dataclass(frozen=True)
class Shown:
    """What a page shows of its player.

    Parameters
    ----------
    playing
        Whether days go by.
    working
        What is being done that takes a while, in words; or nothing.
    failure
        What went wrong, in words; or nothing.
    """

    playing: bool = False
    working: str = ""
    failure: str = ""


def log_error(words: str, error: BaseException) -> None:
    """Write what went wrong, and where, in a line for whoever started the page."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    print(f"nssi: {words} ({where.filename}:{where.lineno})", file=sys.stderr)


class ClosedError(Exception):
    """The page has been closed."""


class OutdatedError(Exception):
    """The model has been reset while its ghost was being prepared."""


class Player:
    """One model and its ghost, played, stepped and reset.

    Parameters
    ----------
    show
        Called in the player's thread whenever what is shown changes.
    picture
        Called in the player's thread with every new snapshot; None when there is no model.
    """

    def __init__(
        self, show: Callable[[Shown], None], picture: Callable[[Snapshot | None], None]
    ) -> None:
        self._tell, self._picture = show, picture
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._shown = Shown()
        self._closed = threading.Event()
        self._model: PageModel | None = None
        self._days_a_frame = 1
        self._sent = self._drawn = 0
        self._sent_at = 0.0
        self._thread = threading.Thread(target=self._run, name="player", daemon=True)

    # What a page asks; each returns at once

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """End the thread after the day that is being lived."""
        self._closed.set()
        self._orders.put(lambda: None)

    def wait(self, seconds: float) -> bool:
        """Wait until the thread has ended; return whether it has."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def reset(self, choices: Choices) -> None:
        """Make a new model."""
        self._orders.put(lambda: self._reset(choices))

    def play(self, playing: bool) -> None:
        """Let days go by, or stop."""
        self._orders.put(lambda: self._play(playing))

    def step(self) -> None:
        """Live as many days as a frame has, once."""
        self._orders.put(self._advance)

    def pace(self, days: int) -> None:
        """Choose how many days a frame has."""
        self._orders.put(lambda: setattr(self, "_days_a_frame", days))

    def follow(self, person: int) -> None:
        """Follow another person."""
        self._orders.put(lambda: self._on_model(lambda model: model.follow(person)))

    def show_ages(self, ages: tuple[int, ...]) -> None:
        """Show other year-groups of the school."""
        self._orders.put(lambda: self._on_model(lambda model: model.show_ages(ages)))

    def drawn(self, frame: int) -> None:
        """Take note that the browser has drawn a picture; the next may follow."""
        self._drawn = max(self._drawn, frame)
        self._orders.put(lambda: None)

    # The thread

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                self._turn()
            except ClosedError:
                break
            except Exception as error:
                if self._closed.is_set():  # nobody is left to tell
                    break
                self._fail(error)
        self._model = None

    def _turn(self) -> None:
        """Do one thing: what is asked, or the next frame, or something for the ghost."""
        behind = self._ghost_is_behind()
        if self._serve(0.0 if behind else self._patience()):
            return
        if behind:
            self._advance_ghost()

    def _serve(self, patience: float | None) -> bool:
        """Do what is asked within some seconds, or live the next frame; return whether either."""
        try:
            order = self._orders.get(timeout=patience)
        except queue.Empty:
            if self._patience() != 0.0:
                return False
            self._advance()
            return True
        order()
        return True

    def _patience(self) -> float | None:
        """Return for how many seconds there is nothing to do; None: until something is asked."""
        if not self._shown.playing:
            return None
        since = time.monotonic() - self._sent_at
        is_drawn = self._drawn >= self._sent
        return max(0.0, (SECONDS_A_FRAME if is_drawn else LONGEST_WAIT) - since)

    def _reset(self, choices: Choices) -> None:
        self._model = None
        self._drawn = self._sent = 0
        self._show(playing=False, working="Preparing the young people", failure="")
        announce_compiling(lambda words: self._show(working=words))
        model = PageModel.of(choices)
        model.prepare(lambda share: self._progress("Living the years before the start", share))
        self._model = model
        self._show(working="")
        self._send(model)

    def _play(self, playing: bool) -> None:
        model = self._model
        if model is None:
            return
        self._show(playing=playing and model.running)
        if model.ghost is not None and model.snapshot.ghost_day != model.ghost.days:
            self._picture_again(model)

    def _advance(self) -> None:
        model = self._model
        if model is None:
            return
        model.live(self._days_a_frame)
        if model.ghost is not None:
            self._let_ghost_live(model)
        self._picture_again(model)
        if not model.running:
            self._show(playing=False)

    def _on_model(self, change: Callable[[PageModel], None]) -> None:
        if self._model is not None:
            change(self._model)
            self._send(self._model)

    # The ghost

    def _ghost_is_behind(self) -> bool:
        model = self._model
        if model is None or model.is_unchanged or model.course is None:
            return False
        return model.ghost is None or model.ghost.days < model.course.days

    def _advance_ghost(self) -> None:
        """Let the ghost live for a moment; when it has caught up while paused, show it."""
        model = self._model
        if model is None:
            return
        if model.ghost is None:
            try:
                model.prepare_ghost(lambda _: self._serve_meanwhile(model))
            except OutdatedError:
                return
        self._let_ghost_live(model)
        if not self._shown.playing and not self._ghost_is_behind():
            self._picture_again(model)

    def _let_ghost_live(self, model: PageModel) -> None:
        until = time.monotonic() + GHOST_SECONDS
        while time.monotonic() < until and model.advance_ghost():
            pass

    def _serve_meanwhile(self, model: PageModel) -> None:
        """Do what is asked, and play on, while the ghost lives its warm-up."""
        self._check_open()
        self._serve(0.0)
        if self._model is not model:
            raise OutdatedError

    # Showing

    def _picture_again(self, model: PageModel) -> None:
        model.take_picture()
        self._send(model)

    def _send(self, model: PageModel) -> None:
        snapshot = model.snapshot
        self._sent, self._sent_at = snapshot.frame, time.monotonic()
        self._picture(snapshot)

    def _show(self, **changes: bool | str) -> None:
        shown = replace(self._shown, **changes)  # type: ignore[arg-type]
        if shown != self._shown:
            self._shown = shown
            self._tell(shown)

    def _progress(self, what: str, share: float) -> None:
        self._check_open()
        if share == 0.0 and not is_compiled():  # the first day is what waits for machine code
            return
        self._show(working=f"{what}: {10 * int(10 * share)} %")

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise ClosedError

    def _fail(self, error: Exception) -> None:
        """Stop, and say what went wrong; a reset makes a new model."""
        model, self._model = self._model, None
        if isinstance(error, InputError):
            words = f"These settings cannot be lived. {error}"
        else:
            when = "" if model is None or model.course is None else f" on {model.world.date}"
            words = f"The model stopped{when}: {type(error).__name__}: {error}"
            log_error(words, error)
        self._show(playing=False, working="", failure=f"{words}. Change what you like, then Reset.")
