"""What a comparison still has to live: how much that is, and doing it."""

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from abm.experiments.comparison.shelf import Shelf
from abm.experiments.comparison.tasks import Lived, Run, Work, live_one, live_run, make_warm_up
from abm.runs.crew import Piece, do_all
from abm.runs.keys import AGENT_DAYS_A_SECOND, agent_days, made_with


@dataclass
class Missing:
    """The runs of a comparison that are to be lived.

    Parameters
    ----------
    shelf
        Where lives are kept.
    runs
        What is to be lived, by key.
    found
        How many other runs are kept already.
    damaged
        How many of those to live were kept once, and are damaged.
    pace
        Seconds an agent-day, the median of runs that are kept, or a guess.
    is_guess
        Whether it is a guess.
    """

    shelf: Shelf
    runs: dict[str, Run]
    found: int = 0
    damaged: int = 0
    pace: float = 1 / AGENT_DAYS_A_SECOND
    is_guess: bool = True
    first: list[Piece] = field(default_factory=list)  # warm-ups that several of the runs share
    then: list[Piece] = field(default_factory=list)  # the runs, seed by seed

    @classmethod
    def among(
        cls, shelf: Shelf, runs: Sequence[Run], warm_ups: Path | None, again: Sequence[Run] = ()
    ) -> "Missing":
        """Look which runs are not kept.

        Parameters
        ----------
        shelf, runs
            Where, and which.
        warm_ups
            Folder of warm-ups that runs share, or None to live every run whole.
        again
            Those of them that are to be lived even if they are kept.
        """
        wanted = {run.key: run for run in runs}
        kept = {key: shelf.kept(key) for key in wanted}
        anyway = {run.key for run in again}
        missing = {k: run for k, run in wanted.items() if k in anyway or kept[k] is None}
        found = cls(shelf, missing, len(wanted) - len(missing))
        found.damaged = sum(kept[key] is None and shelf.is_damaged(key) for key in missing)
        paces = [each.seconds / each.agent_days for each in kept.values() if each is not None]
        if paces:
            found.pace, found.is_guess = statistics.median(paces), False
        found._plan(warm_ups)
        return found

    def _plan(self, folder: Path | None) -> None:
        """Say what is done first, and what then."""
        keys = {key: _warm_up_key(run, folder) for key, run in self.runs.items()}
        uses = Counter(keys.values())
        there = _kept_warm_ups(folder)
        made: set[str] = set()
        for key, run in sorted(self.runs.items(), key=lambda item: item[1].seed):
            warm_up = keys[key]
            work = Work(made_with(), run, folder if warm_up is not None else None)
            reported = run.scenario.population.size * run.scenario.calendar.years * 365.25
            before = max(1.0, agent_days(run.scenario) - reported)
            if warm_up is not None and uses[warm_up] > 1 and warm_up not in there | made:
                self.first.append(Piece(make_warm_up, work, before))
                made.add(warm_up)
            whole = warm_up not in there | made
            self.then.append(Piece(live_run, work, reported + (before if whole else 0.0)))

    @property
    def seconds(self) -> float:
        """About how long one process takes for all of it, compiling not counted."""
        return self.pace * self._weight

    @property
    def _weight(self) -> float:
        return sum(piece.weight for piece in (*self.first, *self.then))

    def live(
        self, executor: Executor | None, progress: Callable[[float], None] | None = None
    ) -> dict[str, str]:
        """Live them, keeping each as it comes: shared warm-ups first, then every run.

        Parameters
        ----------
        executor
            Where; by default this very process.
        progress
            Called with the share that is done, 0 to 1.

        Returns
        -------
        dict of str to str
            Tracebacks of the runs that failed, by key.

        Raises
        ------
        TableError
            If a run cannot be kept.
        RunnerError
            If the workers are lost.
        """
        errors: dict[str, str] = {}
        offset = 0.0

        def tell(done: float) -> None:
            if progress is not None:
                progress(min(1.0, (offset + done) / self._weight))

        def keep(piece: Piece, lived: Lived | None, error: str | None) -> None:
            run: Run = piece.argument.run
            wrong = error or (lived.error if lived is not None else None)
            if lived is None or wrong is not None:
                errors[run.key] = wrong or "nothing came back\n"
                return
            self.shelf.write(run.key, lived.files, lived.reached, lived.seconds, piece.weight)

        do_all(self.first, executor, lambda *given: None, tell)  # one that fails is done without
        offset = sum(piece.weight for piece in self.first)
        do_all(self.then, executor, keep, tell)
        return errors


def _warm_up_key(run: Run, folder: Path | None) -> str | None:
    """Return what the warm-up of a run is filed under, or None if it is not shared."""
    if folder is None or run.live is not live_one:
        return None
    from abm.runs.warm_ups import WarmUps

    return WarmUps(folder).key(run.scenario, run.seed)


def _kept_warm_ups(folder: Path | None) -> set[str]:
    """Return the keys of all warm-ups that are kept."""
    if folder is None or not folder.is_dir():
        return set()
    from abm.runs.warm_ups import WarmUps

    return {each.path.name.partition("-")[0] for each in WarmUps(folder).kept()}
