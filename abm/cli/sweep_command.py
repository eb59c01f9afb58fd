"""What `nssi sweep` does: live every point of a design over seeds, write and show one table."""

import json
import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.experiments.sweeps.design import Design, PointScenarios
from abm.experiments.sweeps.study import (
    failures_table,
    list_failures,
    outcome_names,
    run_points,
)
from abm.experiments.sweeps.study_folder import StudyFolder, guarded
from abm.experiments.sweeps.sweep import sweep_table
from abm.io.terminal import EXIT_DONE, EXIT_FAILED, print_support, print_table, print_text
from abm.runs.folder import content_hash
from abm.runs.options import RunOptions
from abm.runs.result_store import DONE
from abm.studies.intervals import BetweenSeeds, between_seeds
from abm.studies.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

    from abm.scenario.scenario import Scenario


# Key figures of the printed table; the others are in sweep.csv.
SHOWN = {
    "lifetime_prevalence_12_18": "ever, 12-18",
    "past_year_prevalence_12_18": "past year, 12-18",
    "median_onset_age": "median onset",
    "mean_past_year_acts": "acts a year",
}
MOST_SHOWN_POINTS, MOST_SHOWN_NAMES = 60, 5


def sweep_command(
    scenario: "Scenario", design: Design, seeds: Sequence[int] = (1,), how: RunOptions | None = None
) -> int:
    """Live every point of a design with every seed and write `design.csv` and `sweep.csv`.

    Runs that have a result are not lived again; more seeds extend the table, and fewer take
    nothing away: the tables span every seed that the folder held before.

    Parameters
    ----------
    scenario
        What the points change.
    design
        The points.
    seeds
        One run a point and seed.
    how
        Where and how to run.

    Returns
    -------
    int
        Exit code: 0 done, 1 runs of the table failed (listed in failed.csv, the rest is kept),
        2 the folder cannot be written, 130 interrupted.

    Raises
    ------
    InputError
        If a point is not allowed; nothing is written then.
    """
    chosen = how or RunOptions()
    scenarios = PointScenarios(scenario, design)
    folder = StudyFolder(chosen.out, scenario, "sweep", design.plain())
    wanted = list(dict.fromkeys(seeds))
    return guarded(folder, lambda: _complete(folder, design, scenarios, wanted, chosen))


def _complete(
    folder: StudyFolder,
    design: Design,
    scenarios: PointScenarios,
    seeds: Sequence[int],
    how: RunOptions,
) -> int:
    """Live what is missing; write tables of all seeds asked for so far, show those of now."""
    started = time.time()
    spanned = sorted({*seeds, *_earlier_seeds(folder)})
    pairs = [(point, seed) for point in design.points.index for seed in spanned]
    title = f"sweeping {folder.scenario.name}, {len(design.points):,} points"
    runs = run_points(scenarios, pairs, how, title).astype({"seed": "uint64"})
    failures = failures_table(runs, design)
    tables: dict[str, pd.DataFrame | bytes] = {
        "design.csv": design.csv(),
        "sweep.csv": sweep_table(runs[runs["status"] == DONE], design),
    }
    if len(failures):
        tables["failed.csv"] = failures
    else:
        folder.remove("failed.csv")
    written = folder.write(tables)
    content = {"seeds": spanned, "failed": _places_of(failures)}
    folder.describe_study(content, written, started)
    asked = runs[runs["seed"].isin(np.array(seeds, np.uint64))]
    _show(folder, design, asked, failures, content_hash(written), how)
    return EXIT_FAILED if len(failures) else EXIT_DONE


def _earlier_seeds(folder: StudyFolder) -> list[int]:
    """Return the seeds of the tables that the folder holds, those that failed everywhere too."""
    return [int(seed) for seed in folder.description().get("seeds", [])]


def _places_of(failures: "pd.DataFrame") -> list[list[int]]:
    """Return point and seed of each failure; an array of both would turn large seeds to floats."""
    return [
        [int(point), int(seed)]
        for point, seed in zip(failures["point"], failures["seed"], strict=True)
    ]


def _show(
    folder: StudyFolder,
    design: Design,
    runs: "pd.DataFrame",
    failures: "pd.DataFrame",
    hash_: str,
    how: RunOptions,
) -> None:
    """Print the key figures of every point, the folder and where to find support."""
    if len(failures):
        list_failures(failures, folder.path / "failed.csv")
        how.say("--retry-failed lives them again")
    done = runs[runs["status"] == DONE]
    if how.as_json:
        print_text(json.dumps(_as_plain(folder, design, done, failures, hash_), allow_nan=False))
        return
    seeds = runs["seed"].nunique()
    count = f"{seeds} seeds each, 95 % intervals between them" if seeds > 1 else "one seed each"
    print_text(f"{folder.scenario.title or folder.scenario.name}: {design.shape}, {count}")
    if len(done):
        print_table(*_cells(design, done))
    rest = len(design.points) - MOST_SHOWN_POINTS
    if rest > 0:
        print_text(f"... {rest:,} more points are in sweep.csv")
    print_text(f"\n{folder.path}")
    print_support()


def _cells(design: Design, done: "pd.DataFrame") -> tuple[list[str], list[list[str]]]:
    """Return the headings and cells of the printed table."""
    varied = design.names if len(design.names) <= MOST_SHOWN_NAMES else []
    outcomes = [name for name in SHOWN if name in done.columns] or outcome_names(done)[:4]
    by_point = dict(list(done.groupby("point", sort=True)))
    rows = []
    for point in design.points.index[:MOST_SHOWN_POINTS]:
        values = [design.points.at[point, name] for name in varied]
        cells = [f"{value:g}" if isinstance(value, float) else str(value) for value in values]
        if point in by_point:
            cells += [_shown(name, by_point[point][name].to_numpy(float)) for name in outcomes]
        else:
            cells += ["failed"] + [""] * (len(outcomes) - 1)
        rows.append([str(point), *cells])
    return ["point", *varied, *(SHOWN.get(name, name) for name in outcomes)], rows


def _shown(name: str, values: np.ndarray) -> str:
    """Return the mean over seeds with its interval, in the unit of the outcome."""
    found = _over_seeds(name, values)
    if math.isnan(found.mean):
        return "not defined"
    scale, digits, sign = (100, 1, " %") if _is_share(name) else (1, 2, "")
    text = f"{scale * found.mean:.{digits}f}{sign}"
    if math.isnan(found.low):
        return text
    return f"{text} ({scale * found.low:.{digits}f} to {scale * found.high:.{digits}f})"


def _is_share(name: str) -> bool:
    return name in OUTCOMES and OUTCOMES[name].unit.startswith("share")


def _over_seeds(name: str, values: np.ndarray) -> BetweenSeeds:
    """Return mean and interval of an outcome, cut off at what it can be."""
    lowest = -math.inf if (values < 0).any() else 0.0
    highest = 1.0 if _is_share(name) and not (values > 1).any() else math.inf
    return between_seeds(values, (lowest, highest))


def _as_plain(
    folder: StudyFolder,
    design: Design,
    done: "pd.DataFrame",
    failures: "pd.DataFrame",
    hash_: str,
) -> dict[str, Any]:
    """Return what the command found as plain data: means and intervals by point and outcome."""
    points = []
    for point, rows in done.groupby("point", sort=True):
        figures = {}
        for name in outcome_names(done):
            mean, _, low, high = _over_seeds(name, rows[name].to_numpy(float))
            limits = {"mean": mean, "low": low, "high": high}
            figures[name] = {k: None if math.isnan(v) else v for k, v in limits.items()}
        values = design.points.loc[point].to_dict()
        points.append({"point": int(str(point)), "values": values, "outcomes": figures})
    return {
        "folder": str(folder.path),
        "run_id": folder.run_id,
        "scenario": folder.scenario.name,
        "seeds": sorted({int(seed) for seed in done["seed"]}),
        "failed": _places_of(failures),
        "content_hash": hash_,
        "points": points,
    }
