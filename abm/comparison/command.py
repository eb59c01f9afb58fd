"""The command `compare`: live what is missing, pair the people, write and show what differs."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.comparison.findings import Findings, check_comparable, find
from abm.comparison.folder import ComparisonFolder
from abm.comparison.lives import Lives
from abm.comparison.living import Live, Run, live_one
from abm.comparison.missing import Missing
from abm.comparison.shelf import Shelf, shelf_folder
from abm.compilation import announce_compiling
from abm.console import EXIT_DONE, EXIT_FAILED, NOTHING_NEW, complain
from abm.experiments.designs.study import MOST_LISTED, HowToRun, guarded
from abm.experiments.folders.folder import content_hash
from abm.experiments.running.executors import executor_for
from abm.experiments.running.processes import processors
from abm.report.progress import Progress, in_words

if TYPE_CHECKING:
    import pandas as pd

    from abm.calibration.uncertainty import Draws
    from abm.scenario import Scenario

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
        from abm.experiments.store.warm_ups import warm_ups_folder

        return warm_ups_folder(self.out.absolute()) if self.is_on_this_machine else None


def compare_command(
    scenarios: "Sequence[Scenario]",
    seeds: Sequence[int] = (1,),
    how: HowToCompare | None = None,
) -> int:
    """Live scenarios over the same seeds and write what each averts against the first.

    Runs that are kept are not lived again; more seeds extend the tables, and fewer take nothing
    away: tables span every seed that the folder held before.

    Parameters
    ----------
    scenarios
        The base, then the others.
    seeds
        One run a scenario and seed.
    how
        Where and how to run.

    Returns
    -------
    int
        Exit code: 0 done, 1 runs failed (listed; the rest is kept), 2 the folder cannot be
        written, 130 interrupted.

    Raises
    ------
    ScenarioError
        If the scenarios cannot be compared, or cannot have the parameters drawn; nothing is
        written then.
    """
    chosen = how or HowToCompare()
    check_comparable(scenarios)
    wanted = list(dict.fromkeys(seeds))
    if chosen.draws is not None:
        chosen.draws.check(scenarios, wanted)
    design = None if chosen.draws is None else chosen.draws.design
    folder = ComparisonFolder(chosen.out, scenarios, design)
    return guarded(folder, lambda: _complete(folder, tuple(scenarios), wanted, chosen))


def _complete(
    folder: ComparisonFolder,
    scenarios: "tuple[Scenario, ...]",
    seeds: Sequence[int],
    how: HowToCompare,
) -> int:
    """Live what is missing; write tables of all seeds asked for so far, show those of now."""
    started = time.time()
    earlier = [int(seed) for seed in folder.description().get("seeds", [])]
    spanned = sorted({*seeds, *earlier})
    failures = live_missing(scenarios, seeds, spanned, how)
    folder.replace_failures(failures)
    look = partial(kept_lives, how)
    findings = find(scenarios, spanned, look, how.draws is not None)
    if not findings.seeds:
        _list_failures(folder, failures)
        return complain("nothing was compared: no seed has a pair of runs", EXIT_FAILED)
    tables = folder.write(_tables(folder, findings))
    content = {
        "seeds": spanned,
        "failed": [list(place) for place in failures],
        "figures": _draw(folder, findings, content_hash(tables)),
        **({} if how.draws is None else how.draws.said(spanned)),
    }
    folder.describe_study(content, tables, started)
    is_all = set(seeds) >= set(findings.seeds)
    shown = findings if is_all else find(scenarios, seeds, look, how.draws is not None)
    if not shown.seeds:
        shown = findings
    _list_failures(folder, failures)
    from abm.report.comparison_terminal import show

    show(folder, shown, content_hash(tables), failures, how)
    return EXIT_FAILED if failures else EXIT_DONE


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


def _tables(folder: ComparisonFolder, findings: Findings) -> "dict[str, pd.DataFrame | bytes]":
    """Return the tables by file name; one that would be empty is removed if it is there."""
    tables = {
        "differences.csv": findings.differences,
        "curve_differences.csv": findings.curve_differences,
        "reached.csv": findings.reached,
        "packages.csv": findings.packages,
    }
    for name in [name for name, table in tables.items() if table.empty]:
        folder.remove(name)
        del tables[name]
    return dict(tables)


def _draw(folder: ComparisonFolder, findings: Findings, made_from: str) -> dict[str, Any]:
    """Draw the figures, unless they are there and show these very tables."""
    from abm.report.comparison_figures import draw_comparison_figures

    before = folder.description().get("figures", {})
    files = before.get("files", [])
    whole = bool(files) and all((folder.figures_path / name).exists() for name in files)
    if whole and before.get("made_from") == made_from:
        return dict(before)
    return {
        "files": draw_comparison_figures(folder.figures_path, findings),
        "made_from": made_from,
    }


def _list_failures(folder: ComparisonFolder, failures: Failures) -> None:
    """Print the runs that failed to standard error, the first few of them."""
    for (name, seed), trace in list(failures.items())[:MOST_LISTED]:
        reason = trace.strip().splitlines()[-1:] or ["no reason given"]
        print(f"nssi: {name}, seed {seed}: {reason[0]}", file=sys.stderr)
    if failures:
        count = f"{len(failures):,} runs failed" if len(failures) > 1 else "1 run failed"
        print(f"nssi: {count}; tracebacks in {folder.failed_path}", file=sys.stderr)
