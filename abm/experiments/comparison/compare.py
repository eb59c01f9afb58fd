"""`abm.compare`: scenarios compared from Python."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from abm.experiments.comparison.findings import Findings, check_comparable, find
from abm.experiments.comparison.missing import Missing
from abm.experiments.comparison.person_outcomes import Lives
from abm.experiments.comparison.shelf import Shelf, shelf_folder
from abm.experiments.comparison.tasks import Live, Run, live_one
from abm.experiments.sweeps.study import HowToRun
from abm.io.progress import Progress, in_words
from abm.io.terminal import NOTHING_NEW
from abm.runs.errors import RunnerError
from abm.runs.executors import executor_for
from abm.runs.processes import processors
from abm.scenario.draws import chosen_draws
from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.compiled import announce_compiling

if TYPE_CHECKING:
    from abm.scenario.draws import Draws


Failures = dict[tuple[str, int], str]


@dataclass(frozen=True)
class HowToCompare(HowToRun):
    """Where and how many runs are lived, and with what.

    Parameters
    ----------
    force
        Live every run again, kept or not.
    live
        What lives a run.
    draws
        The posterior that seeds draw their parameters from; None leaves parameters as they are.
    """

    force: bool = False
    live: Live = live_one
    draws: "Draws | None" = None

    def run_of(self, scenario: "Scenario", seed: int) -> Run:
        """Return the run of a scenario and seed."""
        lived = scenario if self.draws is None else self.draws.drawn(scenario, seed)
        return Run(lived, seed, self.live)

    @property
    def shelf(self) -> Shelf:
        """The lives that are kept below `out`."""
        return Shelf(shelf_folder(self.out))

    @property
    def warm_ups(self) -> Path | None:
        """Folder of warm-ups, or None where workers may be on machines that do not share it."""
        from abm.runs.warm_ups import warm_ups_folder

        return warm_ups_folder(self.out.absolute()) if self.is_on_this_machine else None


def live_missing(
    scenarios: "Sequence[Scenario]",
    asked: Sequence[int],
    spanned: Sequence[int],
    how: HowToCompare,
) -> Failures:
    """Live every scenario and seed that is not kept; return tracebacks of those that failed.

    Parameters
    ----------
    scenarios
        What to live.
    asked
        Seeds of now; with `force` these are lived again.
    spanned
        These, and those that were asked for earlier.
    how
        Where and how.
    """
    runs = {(each.name, seed): how.run_of(each, seed) for seed in spanned for each in scenarios}
    again = [run for run in runs.values() if how.force and run.seed in set(asked)]
    missing = Missing.among(how.shelf, list(runs.values()), how.warm_ups, again)
    if not missing.runs:
        how.say(NOTHING_NEW)
        return {}
    jobs = min(how.jobs or processors(), len(missing.runs))
    with executor_for(jobs, how.dask) as executor:  # before anything is lived
        if how.is_on_this_machine and how.live is live_one:
            announce_compiling(how.say)
        how.say(_announcement(missing, jobs, how))
        with Progress(f"living {len(missing.runs):,} runs", how.quiet) as progress:
            errors = missing.live(executor, progress.update)
    return {place: errors[run.key] for place, run in runs.items() if run.key in errors}


def _announcement(missing: Missing, jobs: int, how: HowToCompare) -> str:
    """Say how many runs are to come and about how long they take."""
    text = f"{len(missing.runs):,} runs to live"
    if missing.first:
        text += f" after {len(missing.first):,} warm-ups that they share"
    if missing.found:
        text += f", {missing.found:,} known already"
    if missing.damaged:
        text += f"; {missing.damaged:,} of them were damaged"
    work = in_words(max(1.0, missing.seconds / (1 if how.dask else jobs)))
    if how.dask:
        where = "of work, shared by the workers"
    else:
        where = f"with {jobs} processes" if jobs > 1 else "with one process"
    sure = "at a guess" if missing.is_guess else "about"
    return f"{text}: {sure} {work} {where}"


def kept_lives(how: HowToCompare, scenario: "Scenario", seed: int) -> Lives | None:
    """Return the lives of a scenario and seed, or None if they are not kept."""
    key = how.run_of(scenario, seed).key
    return how.shelf.read(key) if how.shelf.kept(key) is not None else None


def compare(
    scenarios: Sequence[str | Path | Scenario],
    seeds: Iterable[int] = (1,),
    *,
    population: int | None = None,
    years: int | None = None,
    overrides: Mapping[str, object] | None = None,
    out: str | Path | None = None,
    jobs: int = 1,
    live: Live | None = None,
    uncertainty: str = "chance",
) -> Findings:
    """Live scenarios with the same seeds and say what each averts against the first.

    Parameters
    ----------
    scenarios : sequence
        The base, then the others: names, paths or scenarios.
    seeds : iterable of int
        One run a scenario and seed.
    population, years, overrides
        As of `abm.load_scenario`, for every scenario given by name or path.
    out : str or Path, optional
        Folder of results in which runs are kept, and found again; by default nothing is kept.
    jobs : int
        Processes. With more than one, a script needs ``if __name__ == "__main__":``.
    live : callable, optional
        What lives a run, by default the model.
    uncertainty : str
        "posterior" lives every two seeds, 1 and 2, 3 and 4 and so on, with another draw of the
        fitted parameters, and tables then tell parameters and chance apart; "chance" leaves
        parameters as scenarios say.

    Returns
    -------
    Findings
        `differences`, `curve_differences`, `reached` and `packages` are pandas frames;
        ``averted("sex")`` gives the estimates over all seeds by sex.

    Raises
    ------
    ScenarioError
        If a scenario cannot be loaded, scenarios cannot be compared, or there is no posterior.
    RunnerError
        If a run failed; with `out` the rest is kept.

    Examples
    --------
    >>> import abm
    >>> pair = abm.compare(["baseline", "school-skills"], seeds=range(20))  # doctest: +SKIP
    >>> pair.averted()[["outcome", "averted", "low", "high"]]  # doctest: +SKIP
    """
    loaded = _loaded(scenarios, population, years, overrides)
    chosen = list(dict.fromkeys(seeds))
    draws = chosen_draws(uncertainty)
    with tempfile.TemporaryDirectory() if out is None else nullcontext(out) as folder:
        how = HowToCompare(Path(folder), jobs, quiet=True, live=live or live_one, draws=draws)
        return _compare(loaded, chosen, how)


def _loaded(
    scenarios: Sequence[str | Path | Scenario],
    population: int | None,
    years: int | None,
    overrides: Mapping[str, object] | None,
) -> list[Scenario]:
    """Return the scenarios, those that are named loaded; refuse what cannot be compared."""
    loaded = [
        each
        if isinstance(each, Scenario)
        else load_scenario(each, population=population, years=years, overrides=overrides)
        for each in scenarios
    ]
    check_comparable(loaded)
    return loaded


def _compare(scenarios: Sequence[Scenario], seeds: Sequence[int], how: HowToCompare) -> Findings:
    if how.draws is not None:
        how.draws.check(scenarios, seeds)
    failures = live_missing(scenarios, seeds, seeds, how)
    for (name, seed), trace in failures.items():
        raise RunnerError(f"{name}, seed {seed} failed:\n{trace}")
    return find(scenarios, seeds, partial(kept_lives, how), how.draws is not None)
