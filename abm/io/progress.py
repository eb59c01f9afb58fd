"""How far a long piece of work is: a bar on a terminal, plain lines elsewhere, or nothing."""

import sys
import time
from typing import Any, Self

SECONDS_BETWEEN_LINES = 10.0
SECONDS_BETWEEN_MOVES = 0.1


class Progress:
    """Show what is being done, the share that is done and the time left, on standard error."""

    def __init__(self, title: str, quiet: bool = False) -> None:
        self._title = title
        self._bar: Any = None
        self._bar_task: Any = None
        self._shown = time.monotonic()
        self._first: tuple[float, float] | None = None
        self._mode = "none" if quiet else ("bar" if sys.stderr.isatty() else "lines")

    def __enter__(self) -> Self:
        self._shown = time.monotonic()
        if self._mode == "bar":
            self._open_bar()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, share: float) -> None:
        """Say that this share of the work, 0 to 1, is done; shown at most ten times a second."""
        if self._mode == "none":
            return
        now = time.monotonic()
        if self._first is None and share > 0:  # what came before was compiling and starting
            self._first = (now, share)
        interval = SECONDS_BETWEEN_MOVES if self._mode == "bar" else SECONDS_BETWEEN_LINES
        if now - self._shown < interval and share < 1:
            return
        self._shown = now
        if self._mode == "bar":
            self._bar.update(self._bar_task, completed=share)
        elif share < 1:
            line = f"{self._title}: {share:.0%}, {self._left(now, share)}"
            print(line, file=sys.stderr, flush=True)

    def _left(self, now: float, share: float) -> str:
        """Return the time left in words, from the pace so far."""
        if self._first is None or share <= self._first[1]:
            return "time left not known yet"
        since, at = self._first
        return f"about {in_words((now - since) * (1 - share) / (share - at))} left"

    def _open_bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("time left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar_task = self._bar.add_task(self._title, total=1.0)
        self._bar.start()


def in_words(seconds: float) -> str:
    """Return a duration as readers say it."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
