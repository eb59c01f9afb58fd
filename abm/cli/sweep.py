"""The command `sweep`: run every point of a design over seeds, write and show one table."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from abm.cli.answers import answering
from abm.cli.options import ScenarioArgument, SharedOptions, setting_names, shares
from abm.io.terminal import print_support, print_table, print_text

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from abm.cli.frame import Results
    from abm.experiments.sweeps.design import Design, PointScenarios
    from abm.runs.folder import RunFolder
    from abm.runs.options import RunOptions
    from abm.scenario.scenario import Scenario
    from abm.studies.intervals import BetweenSeeds

MOST_POINTS = 1_000_000
SHOWN = {
    "lifetime_prevalence_12_18": "ever, 12-18",
    "past_year_prevalence_12_18": "past year, 12-18",
    "median_onset_age": "median onset",
    "mean_past_year_acts": "acts a year",
}
"""Key figures of the printed table; the others are in sweep.csv."""
MOST_SHOWN_POINTS, MOST_SHOWN_NAMES = 60, 5


@shares(
    "seeds seed population years settings out jobs dask retry_failed quiet as_json",
    seeds="Runs at each point, from seed 1 or S. Default: 1.",
)
def sweep(
    context: typer.Context,
    shared: SharedOptions,
    scenario: ScenarioArgument = "baseline",
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=A,B,C",
            help="Values to combine with all others; with --samples NAME=LOW:HIGH. Repeatable.",
            autocompletion=setting_names,
        ),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_POINTS, help="Points of a Latin hypercube over ranges or all priors."
        ),
    ] = None,
    design: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Points of a CSV file: a column a parameter or switch."),
    ] = None,
) -> None:
    """Simulate a scenario at every point of a design, and write one tidy table."""
    seeds = shared.all_seeds()
    loaded = shared.scenario(scenario)
    files = [] if design is None else [design]
    with answering(context, shared.out / loaded.name, [loaded], files) as answer:
        from abm.experiments.sweeps.design import check_size
        from abm.experiments.sweeps.sweep import sweep_design
        from abm.runs.folder import RunFolder

        points = sweep_design(vary or [], samples, design, seeds[0])
        check_size(len(points.points), len(seeds))
        code = sweep_command(loaded, points, seeds, shared.run_options())
        answer.leave(code, RunFolder(shared.out, loaded, "sweep", points.plain()).path)


def sweep_command(
    scenario: "Scenario", design: "Design", seeds: Sequence[int], options: "RunOptions"
) -> int:
    """Run every point of a design with every seed and write `design.csv` and `sweep.csv`.

    Runs that have a result are not run again; more seeds extend the table, and fewer take nothing
    away: the tables span every seed that the folder held before. Returns the exit code; nothing is
    written if a point is not allowed.
    """
    from abm.cli.frame import carry_out
    from abm.experiments.sweeps.design import PointScenarios
    from abm.runs.folder import RunFolder

    scenarios = PointScenarios(scenario, design)
    folder = RunFolder(options.out, scenario, "sweep", design.plain())
    wanted = list(dict.fromkeys(seeds))
    return carry_out(folder, lambda: _swept(folder, design, scenarios, wanted, options))


def _swept(
    folder: "RunFolder",
    design: "Design",
    scenarios: "PointScenarios",
    seeds: Sequence[int],
    options: "RunOptions",
) -> "Results":
    """Run what is missing; the tables are of all seeds asked for so far, what is shown of now."""
    import numpy as np

    from abm.cli.frame import Results
    from abm.experiments.sweeps.study import failures_table, run_points
    from abm.experiments.sweeps.sweep import sweep_table
    from abm.runs.result_store import DONE

    earlier = [int(seed) for seed in folder.description().get("seeds", [])]
    spanned = sorted({*seeds, *earlier})
    pairs = [(point, seed) for point in design.points.index for seed in spanned]
    title = f"sweeping {folder.scenario.name}, {len(design.points):,} points"
    runs = run_points(scenarios, pairs, options, title).astype({"seed": "uint64"})
    failures = failures_table(runs, design)
    tables: dict[str, pd.DataFrame | bytes] = {
        "design.csv": design.csv(),
        "sweep.csv": sweep_table(runs[runs["status"] == DONE], design),
    }
    if len(failures):
        tables["failed.csv"] = failures
    else:
        folder.remove("failed.csv")
    asked = runs[runs["seed"].isin(np.array(seeds, np.uint64))]
    return Results(
        tables=folder.write(tables),
        content={"seeds": spanned, "failed": _points_and_seeds(failures)},
        show=lambda hash_: _show(folder, design, asked, failures, hash_, options),
        failed=len(failures) > 0,
    )


def _points_and_seeds(failures: "pd.DataFrame") -> list[list[int]]:
    """Return point and seed of each failure; an array of both would turn large seeds to floats."""
    return [
        [int(point), int(seed)]
        for point, seed in zip(failures["point"], failures["seed"], strict=True)
    ]


def _show(
    folder: "RunFolder",
    design: "Design",
    runs: "pd.DataFrame",
    failures: "pd.DataFrame",
    hash_: str,
    options: "RunOptions",
) -> None:
    """Print the key figures of every point, the folder and where to find support."""
    from abm.experiments.sweeps.study import list_failures
    from abm.runs.result_store import DONE

    if len(failures):
        list_failures(failures, folder.path / "failed.csv")
        options.say("--retry-failed runs them again")
    done = runs[runs["status"] == DONE]
    if options.as_json:
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


def _cells(design: "Design", done: "pd.DataFrame") -> tuple[list[str], list[list[str]]]:
    """Return the headings and cells of the printed table."""
    from abm.experiments.sweeps.study import outcome_names

    varied = design.names if len(design.names) <= MOST_SHOWN_NAMES else []
    outcomes = [name for name in SHOWN if name in done.columns] or outcome_names(done)[:4]
    by_point = dict(list(done.groupby("point", sort=True)))
    rows = []
    for point in design.points.index[:MOST_SHOWN_POINTS]:
        values = [design.points.at[point, name] for name in varied]
        cells = [f"{value:g}" if isinstance(value, float) else str(value) for value in values]
        if point in by_point:
            cells += [_format(name, by_point[point][name].to_numpy(float)) for name in outcomes]
        else:
            cells += ["failed"] + [""] * (len(outcomes) - 1)
        rows.append([str(point), *cells])
    return ["point", *varied, *(SHOWN.get(name, name) for name in outcomes)], rows


def _format(name: str, values: "np.ndarray") -> str:
    """Return the mean over seeds with its interval, in the unit of the outcome."""
    estimate = _over_seeds(name, values)
    if math.isnan(estimate.mean):
        return "not defined"
    scale, digits, sign = (100, 1, " %") if _is_share(name) else (1, 2, "")
    text = f"{scale * estimate.mean:.{digits}f}{sign}"
    if math.isnan(estimate.low):
        return text
    return f"{text} ({scale * estimate.low:.{digits}f} to {scale * estimate.high:.{digits}f})"


def _is_share(name: str) -> bool:
    from abm.studies.outcomes import OUTCOMES

    return name in OUTCOMES and OUTCOMES[name].unit.startswith("share")


def _over_seeds(name: str, values: "np.ndarray") -> "BetweenSeeds":
    """Return mean and interval of an outcome, cut off at what it can be."""
    from abm.studies.intervals import between_seeds

    lowest = -math.inf if (values < 0).any() else 0.0
    highest = 1.0 if _is_share(name) and not (values > 1).any() else math.inf
    return between_seeds(values, (lowest, highest))


def _as_plain(
    folder: "RunFolder",
    design: "Design",
    done: "pd.DataFrame",
    failures: "pd.DataFrame",
    hash_: str,
) -> dict[str, Any]:
    """Return what the command found as plain data: means and intervals by point and outcome."""
    from abm.experiments.sweeps.study import outcome_names

    points = []
    for point, rows in done.groupby("point", sort=True):
        outcomes = {}
        for name in outcome_names(done):
            mean, _, low, high = _over_seeds(name, rows[name].to_numpy(float))
            limits = {"mean": mean, "low": low, "high": high}
            outcomes[name] = {k: None if math.isnan(v) else v for k, v in limits.items()}
        values = design.points.loc[point].to_dict()
        points.append({"point": int(str(point)), "values": values, "outcomes": outcomes})
    return {
        "folder": str(folder.path),
        "run_id": folder.run_id,
        "scenario": folder.scenario.name,
        "seeds": sorted({int(seed) for seed in done["seed"]}),
        "failed": _points_and_seeds(failures),
        "content_hash": hash_,
        "points": points,
    }
