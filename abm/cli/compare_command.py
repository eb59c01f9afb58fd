"""The command `compare`: live what is missing, pair the people, write and show what differs."""

import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from abm.experiments.comparison.compare import ComparisonFindings, check_comparable, find
from abm.experiments.comparison.runs import (
    Failures,
    comparison_folder,
    kept_outcomes,
    run_missing,
)
from abm.experiments.sweeps.study import MOST_LISTED
from abm.experiments.sweeps.study_folder import StudyFolder, guarded
from abm.io.terminal import EXIT_DONE, EXIT_FAILED, complain
from abm.runs.folder import content_hash
from abm.runs.options import RunOptions

if TYPE_CHECKING:
    import pandas as pd

    from abm.scenario.scenario import Scenario


def compare_command(
    scenarios: "Sequence[Scenario]",
    seeds: Sequence[int] = (1,),
    how: RunOptions | None = None,
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
    InputError
        If the scenarios cannot be compared, or cannot have the parameters drawn; nothing is
        written then.
    """
    chosen = how or RunOptions()
    check_comparable(scenarios)
    wanted = list(dict.fromkeys(seeds))
    if chosen.draws is not None:
        chosen.draws.check(scenarios, wanted)
    folder = comparison_folder(chosen.out, scenarios, chosen.draws)
    return guarded(folder, lambda: _complete(folder, tuple(scenarios), wanted, chosen))


def _complete(
    folder: StudyFolder,
    scenarios: "tuple[Scenario, ...]",
    seeds: Sequence[int],
    how: RunOptions,
) -> int:
    """Live what is missing; write tables of all seeds asked for so far, show those of now."""
    from abm.report.figures.comparison import draw_comparison_figures
    from abm.report.terminal.comparison import show

    started = time.time()
    earlier = [int(seed) for seed in folder.description().get("seeds", [])]
    spanned = sorted({*seeds, *earlier})
    failures = run_missing(scenarios, seeds, spanned, how)
    folder.replace_failures(failures)
    look = partial(kept_outcomes, how)
    findings = find(scenarios, spanned, look, how.draws is not None)
    if not findings.seeds:
        _list_failures(folder, failures)
        return complain("nothing was compared: no seed has a pair of runs", EXIT_FAILED)
    tables = folder.write(_tables(folder, findings))
    content = {
        "seeds": spanned,
        "failed": [list(place) for place in failures],
        "figures": folder.draw_missing(
            lambda figures: draw_comparison_figures(figures, findings), content_hash(tables)
        ),
        **({} if how.draws is None else how.draws.describe(spanned)),
    }
    folder.describe_study(content, tables, started)
    is_all = set(seeds) >= set(findings.seeds)
    shown = findings if is_all else find(scenarios, seeds, look, how.draws is not None)
    if not shown.seeds:
        shown = findings
    _list_failures(folder, failures)
    show(folder, shown, content_hash(tables), failures, how)
    return EXIT_FAILED if failures else EXIT_DONE


def _tables(folder: StudyFolder, findings: ComparisonFindings) -> "dict[str, pd.DataFrame | bytes]":
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


def _list_failures(folder: StudyFolder, failures: Failures) -> None:
    """Print the runs that failed to standard error, the first few of them."""
    for (name, seed), trace in list(failures.items())[:MOST_LISTED]:
        reason = trace.strip().splitlines()[-1:] or ["no reason given"]
        print(f"nssi: {name}, seed {seed}: {reason[0]}", file=sys.stderr)
    if failures:
        count = f"{len(failures):,} runs failed" if len(failures) > 1 else "1 run failed"
        print(f"nssi: {count}; tracebacks in {folder.failed_path}", file=sys.stderr)
