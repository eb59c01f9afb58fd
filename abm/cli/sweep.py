"""The command `sweep`: run every point of a design over seeds, write and show one table."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from abm.cli.answers import answering
from abm.cli.frame import Results, carry_out, list_failures
from abm.cli.options import ScenarioArgument, SharedOptions, setting_names, shares
from abm.runs.folder import RunFolder
from abm.runs.options import RunOptions
from abm.runs.result_store import DONE
from abm.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from abm.experiments.sweeps.design import Design, PointScenarios
MOST_POINTS = 1_000_000


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

        points = sweep_design(vary or [], samples, design, seeds[0])
        check_size(len(points.points), len(seeds))
        code = sweep_command(loaded, points, seeds, shared.run_options())
        answer.leave(code, RunFolder(shared.out, loaded, "sweep", points.plain()).path)


def sweep_command(
    scenario: Scenario, design: "Design", seeds: Sequence[int], options: RunOptions
) -> int:
    """Run every point of a design with every seed and write `design.csv` and `sweep.csv`.

    Runs that have a result are not run again; more seeds extend the table, and fewer take nothing
    away: the tables span every seed that the folder held before. Returns the exit code; nothing is
    written if a point is not allowed.
    """
    from abm.experiments.sweeps.design import PointScenarios

    scenarios = PointScenarios(scenario, design)
    folder = RunFolder(options.out, scenario, "sweep", design.plain())
    wanted = list(dict.fromkeys(seeds))
    return carry_out(folder, lambda: _swept(folder, design, scenarios, wanted, options))


def _swept(
    folder: RunFolder,
    design: "Design",
    scenarios: "PointScenarios",
    seeds: Sequence[int],
    options: RunOptions,
) -> Results:
    """Run what is missing; the tables are of all seeds asked for so far, what is shown of now."""
    import numpy as np

    from abm.experiments.sweeps.differences import point_differences
    from abm.experiments.sweeps.study import failures_table, points_and_seeds, run_points
    from abm.experiments.sweeps.sweep import sweep_table

    earlier = [int(seed) for seed in folder.description().get("seeds", [])]
    spanned = sorted({*seeds, *earlier})
    pairs = [(point, seed) for point in design.points.index for seed in spanned]
    title = f"sweeping {folder.scenario.name}, {len(design.points):,} points"
    runs = run_points(scenarios, pairs, options, title).astype({"seed": "uint64"})
    failures = failures_table(runs, design)
    swept = sweep_table(runs[runs["status"] == DONE], design)
    tables: dict[str, pd.DataFrame | bytes] = {
        "design.csv": design.csv(),
        "sweep.csv": swept,
        "point_differences.csv": point_differences(swept),
        "failed.csv": failures,
    }
    asked = runs[runs["seed"].isin(np.array(seeds, np.uint64))]
    return Results(
        tables=folder.write(tables, optional=("point_differences.csv", "failed.csv")),
        content={"seeds": spanned, "failed": points_and_seeds(failures)},
        show=lambda hash_: _show(folder, design, asked, failures, hash_, options),
        failed=len(failures) > 0,
    )


def _show(
    folder: RunFolder,
    design: "Design",
    runs: "pd.DataFrame",
    failures: "pd.DataFrame",
    hash_: str,
    options: RunOptions,
) -> None:
    """Print the key figures of every point, the folder and where to find support."""
    from abm.experiments.sweeps.study import points_and_seeds, reasons
    from abm.report.terminal.printing import print_result
    from abm.report.terminal.sweep import points_as_plain, sweep_section

    if len(failures):
        list_failures(reasons(failures), folder.path / "failed.csv")
        options.say("--retry-failed runs them again")
    done = runs[runs["status"] == DONE]
    if not options.as_json:
        seeds = runs["seed"].nunique()
        print_result(folder, sweep_section(folder.scenario, design, done, seeds))
        return
    content = {
        "scenario": folder.scenario.name,
        "seeds": sorted({int(seed) for seed in done["seed"]}),
        "failed": points_and_seeds(failures),
        "content_hash": hash_,
        "points": points_as_plain(design, done),
    }
    print_result(folder, content)
