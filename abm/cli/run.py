"""The command `run`: run the seeds that are missing, write their tables, show the key figures."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from abm.cli.answers import answering
from abm.cli.frame import Results, carry_out
from abm.cli.options import ScenarioArgument, SharedOptions, shares
from abm.io.tables import json_bytes, read_curves
from abm.report.format import format_list, format_seeds_of_tables
from abm.runs.folder import RunFolder, hash_of
from abm.runs.options import RunOptions
from abm.scenario.scenario import Scenario

if TYPE_CHECKING:
    from abm.runs.seeds import KeptSeed
    from abm.simulation.record import Logs
    from abm.studies.aggregates import Aggregates
    from abm.studies.key_figures import Row


@shares(
    "seeds seed population years settings uncertainty out jobs force quiet as_json",
    seeds="Run this many replicates, from seed 1 or S.",
)
def run(
    context: typer.Context,
    shared: SharedOptions,
    scenario: ScenarioArgument = "baseline",
    people: Annotated[bool, typer.Option("--people", help="Write people.parquet.")] = False,
    acts: Annotated[bool, typer.Option("--acts", help="Write acts.parquet.")] = False,
    panel: Annotated[bool, typer.Option("--panel", help="Write panel.parquet.")] = False,
    moments: Annotated[bool, typer.Option("--moments", help="Write moments.parquet.")] = False,
    ties: Annotated[bool, typer.Option("--ties", help="Write ties.parquet.")] = False,
) -> None:
    """Simulate one scenario, print its key figures, and write a run folder with tables, figures
    and a report.
    """
    seeds = shared.all_seeds()
    loaded = shared.scenario(scenario)
    with answering(context, shared.out / loaded.name, [loaded]) as answer:
        from abm.simulation.record import Logs

        options = shared.run_options()
        code = run_command(loaded, seeds, options, Logs(people, acts, panel, moments, ties))
        design = None if options.draws is None else options.draws.design
        answer.leave(code, RunFolder(options.out, loaded, design=design).path)


def run_command(
    scenario: Scenario, seeds: Sequence[int], options: RunOptions, logs: "Logs | None" = None
) -> int:
    """Run a scenario over seeds and put their tables, figures and key figures into its run folder.

    Seeds that are kept in the store are not run again, unless a log is newly asked for, what is
    kept is damaged, or that is asked for. Tables span every seed that the folder held before.
    Returns the exit code, also 1 if a seed has no figures; nothing is written if the scenario
    cannot have the parameters drawn.
    """
    from abm.simulation.record import NO_LOGS

    wanted = tuple(dict.fromkeys(seeds))
    if options.draws is not None:
        options.draws.check([scenario], wanted)
    design = None if options.draws is None else options.draws.design
    folder = RunFolder(options.out, scenario, design=design)
    return carry_out(folder, lambda: _simulated(folder, wanted, logs or NO_LOGS, options))


def _simulated(
    folder: RunFolder, seeds: Sequence[int], logs: "Logs", options: RunOptions
) -> Results:
    """Run what is missing; the tables are of all seeds of the folder, what is shown of now."""
    from abm.runs.run_seeds import processes, run_missing_seeds
    from abm.runs.seeds import AGGREGATES, CURVES, TABLES

    of_folder = run_missing_seeds(folder, seeds, logs, options)
    kept, failed = of_folder.kept, sorted(of_folder.errors)
    unmade = {seed: "\n".join(results.unmade.values()) for seed, results in kept.items()}
    folder.note_failures({str(seed): why for seed, why in (unmade | of_folder.errors).items()})
    tables, sums = {}, _aggregates(kept)
    if kept:
        tables = folder.combine(TABLES, {seed: results.files for seed, results in kept.items()})
        plain = {str(seed): own.to_plain() for seed, own in sums.items()}
        folder.write_if_other(AGGREGATES, json_bytes(plain, indent=None))
    of_now = {seed: kept[seed] for seed in seeds if seed in kept}
    return Results(
        tables=tables,
        content=_content(folder, kept, tables, options),
        show=lambda hash_: _show(folder, of_now, failed, tables, hash_, options),
        draw=(lambda path: _draw(folder, path, sums, options)) if kept else None,
        failed=bool(failed or _incomplete(of_now)),
        drawn_from=hash_of(
            f"{seed} {results.files[CURVES].name} "
            f"{results.files[AGGREGATES].name if seed in sums else None}"
            for seed, results in kept.items()
        ),
        is_new=of_folder.ran > 0,
        timings={
            "processes": processes(options, of_folder.ran),
            "seconds_by_seed": {str(seed): results.seconds for seed, results in kept.items()},
        },
    )


def _draw(
    folder: RunFolder, path: Path, sums: "Mapping[int, Aggregates]", options: RunOptions
) -> list[str]:
    from abm.report.figures.runs import RunResults, draw_figures
    from abm.runs.seeds import CURVES

    curves, scenario = read_curves(folder.path / CURVES), folder.scenario
    people, is_by_draw = scenario.population.size, options.draws is not None
    return draw_figures(path, RunResults(curves, sums, scenario.title, people, is_by_draw))


def _content(
    folder: RunFolder,
    kept: "Mapping[int, KeptSeed]",
    tables: Mapping[str, Any],
    options: RunOptions,
) -> dict[str, Any]:
    """Return what run.json says of seeds."""
    incomplete = _incomplete(kept)
    content: dict[str, Any] = {"seeds": list(kept)}
    if options.draws is not None:
        content |= options.draws.describe(kept)
    if apart := format_seeds_of_tables(tables):
        content["note"] = apart
    if incomplete:
        content["incomplete"] = incomplete
    content["failed"] = [seed for seed in folder.failures() if seed not in incomplete]
    return content


def _incomplete(kept: "Mapping[int, KeptSeed]") -> list[int]:
    """Return the seeds of which something could not be made."""
    return [seed for seed, results in kept.items() if results.unmade]


def _aggregates(kept: "Mapping[int, KeptSeed]") -> "dict[int, Aggregates]":
    """Return the sums over people and acts of those seeds that have them."""
    sums = {seed: results.aggregates for seed, results in kept.items()}
    return {seed: own for seed, own in sums.items() if own is not None}


def _summary(
    folder: RunFolder, kept: "Mapping[int, KeptSeed]", is_by_draw: bool
) -> "Sequence[Row]":
    """Return the key figures of these seeds."""
    import numpy as np

    from abm.runs.seeds import CURVES
    from abm.studies.key_figures import summary_of
    from abm.studies.key_figures_by_draw import summary_by_draw

    curves = read_curves(folder.path / CURVES)
    chosen = curves["seed"].isin(np.fromiter(kept, np.uint64))  # a list of large ones turns float
    summary = summary_by_draw if is_by_draw else summary_of
    return summary(curves[chosen], _aggregates(kept))


def _show(
    folder: RunFolder,
    kept: "Mapping[int, KeptSeed]",
    failed: Sequence[int],
    tables: Mapping[str, Any],
    hash_: str,
    options: RunOptions,
) -> None:
    """Print the key figures, the folder and where to find support."""
    from abm.report.terminal.printing import print_result
    from abm.report.terminal.run import run_section

    _show_failures(folder, kept, failed)
    draws, incomplete = options.draws, _incomplete(kept)
    rows = _summary(folder, kept, draws is not None) if kept else []
    if not options.as_json:
        section = run_section(folder.scenario, rows, list(kept), tables, draws is not None)
        print_result(folder, section)
        return
    content = {
        "scenario": folder.scenario.name,
        "seeds": list(kept),
        **({} if draws is None else folder.design | draws.describe(kept)),
        "failed": list(failed),
        **({"incomplete": incomplete} if incomplete else {}),
        "content_hash": hash_,
        "summary": [
            {name: value for name, value in asdict(row).items() if name != "form"} for row in rows
        ],
    }
    print_result(folder, content)


def _show_failures(
    folder: RunFolder, kept: "Mapping[int, KeptSeed]", failed: Sequence[int]
) -> None:
    """Say which seeds failed, and what could not be made of others, on standard error."""
    from abm.runs.seeds import MADE_OF_ROWS

    incomplete = {
        seed: f"has no {format_list([MADE_OF_ROWS.get(name, name) for name in results.unmade])}"
        for seed, results in kept.items()
        if results.unmade
    }
    for seed, what in (incomplete | dict.fromkeys(failed, "failed")).items():
        reason = folder.failed_path / f"{seed}.txt"
        print(f"nssi: seed {seed} {what}; the reason is in {reason}", file=sys.stderr)
