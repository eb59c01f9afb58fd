"""The comparison behind the page: the runs and figures of `nssi compare`, seed by seed.

Every processor has a process that gives way to the page and runs one seed after another. What
is done is kept in the user's cache, so that the same comparison is there at once the next time.
"""

import contextlib
import functools
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from abm.browser import start
from abm.browser.choices import LARGEST_SEED
from abm.browser.counterfactual import Counterfactual
from abm.compilation import private_cache_folder
from abm.experiments.comparison.compare import ComparisonFindings, find
from abm.experiments.comparison.runs import kept_outcomes, run_missing, run_of, run_people
from abm.runs.options import RunOptions
from abm.runs.processes import LocalProcesses, processors

SEEDS = 6
FEWEST_SEEDS = 2  # that a difference is shown of
MOST_PROCESSES = 4
NICENESS = 5
MOST_KEPT = 500_000_000  # bytes; what is beyond is forgotten at the start of a page
SECONDS_BETWEEN = 1.0  # that a share is told anew


class CancelledError(Exception):
    """A comparison is no longer wanted."""


@dataclass(frozen=True, eq=False)
class Compared:
    """How far a comparison has come, and what it has found."""

    pair: Counterfactual
    seeds: tuple[int, ...]  # that are to be run
    done: int
    share: float  # of everything, 0 to 1
    findings: ComparisonFindings | None = None  # of the seeds that are done, from two on
    failure: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing more is to come."""
        return self.done == len(self.seeds)

    def is_of(self, pair: Counterfactual | None, seed: int) -> bool:
        """Return whether this is what is compared, from this seed on."""
        return pair == self.pair and self.seeds == _seeds_from(seed)


def _seeds_from(seed: int) -> tuple[int, ...]:
    """Return so many seeds from this one on, none of them beyond the largest."""
    first = min(seed, LARGEST_SEED + 1 - SEEDS)
    return tuple(range(first, first + SEEDS))


@functools.cache
def kept_options() -> RunOptions:
    """Return where runs of pages are kept: in the user's cache, or for as long as this process."""
    cache = private_cache_folder()
    parent = cache.parent if cache is not None else Path(tempfile.mkdtemp(prefix="nssi-page-"))
    options = RunOptions(parent / "page", quiet=True)
    if options.store.size() > MOST_KEPT:
        options.store.clear()
    return options


class PairedSeeds:
    """The comparison of one page; `show` is called from its threads with how far it has come.

    Several threads may start it and give it up: that of the page, and that of its player.
    """

    def __init__(
        self, show: Callable[[Compared], None], options: Callable[[], RunOptions] = kept_options
    ) -> None:
        self._show, self._options = show, options
        self._running: _Comparison | None = None
        self._lock = threading.Lock()
        self._chosen: tuple[Counterfactual | None, int] | None = None
        self._is_closed = False

    def turn_to(self, pair: Counterfactual | None, seed: int) -> None:
        """Give up what is being done, and from now on begin nothing but this.

        A thread that has just seen what was chosen before may still ask for that.
        """
        with self._lock:
            self._chosen = pair, seed
            self._give_up()

    def start(self, pair: Counterfactual, seed: int, has_warm_up: bool = True) -> None:
        """Compare over so many seeds from this one on, unless that is what is being done.

        The page makes the warm-up of its own seed; until it has, that seed is waited with.
        """
        seeds = _seeds_from(seed)
        with self._lock:
            if self._is_closed or self._chosen not in (None, (pair, seed)):
                return
            running = self._running
            if running is None or (running.pair, running.seeds) != (pair, seeds):
                self._give_up()
                running = _Comparison(pair, seeds, self._options(), self._show)
                self._running = running
                running.begin()
            if has_warm_up:
                running.has_warm_up.set()

    def cancel(self) -> None:
        """Give up what is being done; its processes end at once, and nothing more is shown."""
        with self._lock:
            self._give_up()

    def close(self) -> None:
        """Give up what is being done for good: a page that has gone may still be drawing."""
        with self._lock:
            self._is_closed = True
            self._give_up()

    def _give_up(self) -> None:
        if self._running is not None:
            self._running.cancelled.set()
            self._running = None

    def wait(self, seconds: float) -> bool:
        """Wait until everything is done; return whether it is."""
        if self._running is None:
            return True
        self._running.thread.join(seconds)
        return not self._running.thread.is_alive()


@dataclass(eq=False)
class _Comparison:
    """One comparison, in threads that each have a process."""

    pair: Counterfactual
    seeds: tuple[int, ...]
    options: RunOptions
    show: Callable[[Compared], None]

    cancelled: threading.Event = field(default_factory=threading.Event)
    has_warm_up: threading.Event = field(default_factory=threading.Event)  # of the first seed
    shares: dict[int, float] = field(default_factory=dict)  # by seed
    findings: ComparisonFindings | None = None
    failure: str = ""
    last_time: float = 0.0  # that a share was passed on, by the monotonic clock

    def __post_init__(self) -> None:
        self.scenarios = self.pair.pair
        self.lock = threading.Lock()
        work = partial(self._guarded, self._run_lanes)
        self.thread = threading.Thread(target=work, name="comparison", daemon=True)

    def begin(self) -> None:
        """Start the thread that starts the others, and ends last."""
        self.thread.start()

    def _run_lanes(self) -> None:
        known = [seed for seed in self.seeds if self._is_kept(seed)]
        with self.lock:
            self.shares.update(dict.fromkeys(known, 1.0))
            self._show()
        left = [seed for seed in self.seeds if seed not in known]
        number = min(processors(), MOST_PROCESSES, len(left))
        lanes = [
            threading.Thread(target=self._guarded, args=(self._run_seeds, left[lane::number]))
            for lane in range(number)
        ]
        for lane in lanes:
            lane.daemon = True
            lane.start()
        for lane in lanes:
            lane.join()

    def _is_kept(self, seed: int) -> bool:
        keys = {run_of(scenario, seed, self.options).key for scenario in self.scenarios}
        return self.options.store.has(keys, failed=False, whole=True) == keys

    def _run_seeds(self, seeds: Sequence[int]) -> None:
        self._give_up_if_unwanted()  # before a process is begun for it
        with LocalProcesses(1, NICENESS) as executor:
            executor.submit(run_people, {})  # so that it has imported everything by then
            for seed in seeds:
                while seed == self.seeds[0] and not self.has_warm_up.wait(SECONDS_BETWEEN):
                    self._give_up_if_unwanted()
                tell = partial(self._tell, seed)
                failures = run_missing(self.scenarios, [seed], [seed], self.options, executor, tell)
                for trace in failures.values():
                    raise RuntimeError(trace.strip().splitlines()[-1])
                with self.lock:
                    self.shares[seed] = 1.0
                    self._show()

    def _guarded(self, work: Callable[..., None], *arguments: object) -> None:
        """Do some work; if it fails, say so and give up the rest."""
        try:
            work(*arguments)
        except CancelledError:
            pass
        except Exception as error:
            with self.lock, contextlib.suppress(Exception):  # of a page that has just gone
                self.failure = f"{type(error).__name__}: {error}"
                self._show()
            self.cancelled.set()

    def _tell(self, seed: int, share: float) -> None:
        """Note how far a seed has come; give up if nobody wants it any more."""
        self._give_up_if_unwanted()
        with self.lock:
            self.shares[seed] = min(share, 0.99)
            if time.monotonic() > self.last_time + SECONDS_BETWEEN:
                self._show_share()

    def _give_up_if_unwanted(self) -> None:
        if self.cancelled.is_set() or start.stopped.is_set():
            raise CancelledError

    def _show(self) -> None:
        """Find what follows from the seeds that are done, and show it."""
        done = [seed for seed in self.seeds if self.shares.get(seed) == 1.0]
        known = () if self.findings is None else self.findings.seeds
        if len(done) >= FEWEST_SEEDS and tuple(done) != known and not self.failure:
            self.findings = find(self.scenarios, done, partial(kept_outcomes, self.options))
        self._show_share()

    def _show_share(self) -> None:
        self.last_time = time.monotonic()
        done = sum(share == 1.0 for share in self.shares.values())
        share = sum(self.shares.values()) / len(self.seeds)
        if not self.cancelled.is_set():
            self.show(Compared(self.pair, self.seeds, done, share, self.findings, self.failure))
