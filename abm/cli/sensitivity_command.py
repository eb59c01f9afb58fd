"""The command `sensitivity`: which parameters move which outcomes, by Morris or Sobol."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from abm.experiments.sensitivity.analysis import NOISE_SEEDS, TABLES, Plan, analyse_runs
from abm.experiments.sweeps.design import Design, PointScenarios, Range, read_ranges
from abm.experiments.sweeps.study import PointSeed, failures_table, list_failures, run_points
from abm.experiments.sweeps.study_folder import StudyFolder, guarded
from abm.io.files import ReadBack, files_in, open_regular
from abm.io.messages import InputError, shown
from abm.io.tables import TableError, checksum, read_json
from abm.io.terminal import EXIT_DONE, EXIT_FAILED, complain
from abm.report.terminal.sensitivity import show
from abm.runs.folder import content_hash
from abm.runs.options import RunOptions

if TYPE_CHECKING:
    import pandas as pd

    from abm.scenario.scenario import Scenario


class _Kind(ReadBack):
    kind: str


class _Analysis(ReadBack):
    """What of the run.json of an analysis is gone by."""

    design: _Kind
    ranges: dict[str, Annotated[list[float], Field(min_length=2, max_length=2)]]


def top_of(folder: Path, count: int) -> tuple[Range, ...]:
    """Return the most influential parameters of a finished Morris analysis, with its ranges.

    Parameters
    ----------
    folder
        Run folder of `nssi sensitivity --method morris`.
    count
        How many, from the top of the ranking over all main outcomes.

    Raises
    ------
    InputError
        If that is no finished Morris analysis, or it has fewer parameters.
    """
    import pandas as pd

    try:
        described = _Analysis.model_validate(read_json(folder / "run.json"))
        with open_regular(folder / "ranking.csv") as file:
            ranking = pd.read_csv(file, keep_default_na=False)
        names = ranking[ranking["outcome"] == "all"].sort_values("rank")["parameter"].tolist()
        ends = [described.ranges[name] for name in names]
    except (TableError, OSError, ValueError, KeyError, TypeError):
        raise InputError(f"--of: {folder} holds no finished sensitivity analysis") from None
    if described.design.kind != "morris":
        kind = shown(described.design.kind)
        raise InputError(f"--of: {folder} is a {kind} analysis; expected a Morris one")
    if not 2 <= count <= len(names):
        raise InputError(f"--top: expected 2 to {len(names)} parameters, not {count}")
    texts = [f"{name}={low}:{high}" for name, (low, high) in zip(names, ends, strict=True)]
    return tuple(read_ranges(texts[:count], "--of"))


def sensitivity_command(scenario: "Scenario", plan: Plan, how: RunOptions | None = None) -> int:
    """Live a design and write the sensitivity indices of every outcome.

    Parameters
    ----------
    scenario
        What the points change.
    plan
        What to explore.
    how
        Where and how to run.

    Returns
    -------
    int
        Exit code: 0 done, 1 runs have no result and nothing was analysed (the runs are kept, and
        the same command goes on), 2 the folder cannot be written, 130 interrupted.

    Raises
    ------
    InputError
        If the plan or a point of it is not allowed; nothing is written then.
    """
    chosen = how or RunOptions()
    design = plan.design()
    scenarios = PointScenarios(scenario, design)
    folder = StudyFolder(chosen.out, scenario, "sensitivity", design.plain())
    return guarded(folder, lambda: _complete(folder, plan, design, scenarios, chosen))


def _complete(
    folder: StudyFolder,
    plan: Plan,
    design: Design,
    scenarios: PointScenarios,
    how: RunOptions,
) -> int:
    """Live what is missing; analyse, write, draw and show if everything is there."""
    from abm.report.figures.sensitivity import draw_sensitivity_figures

    started, scenario = time.time(), folder.scenario
    pairs = [(point, seed) for point in design.points.index for seed in plan.all_seeds]
    further = plan.noise_pairs(len(design.points))
    how.say(_announcement(plan, design, len(pairs), further))
    title = f"living {design.kind} points of {scenario.name}"
    runs = run_points(scenarios, [*pairs, *further], how, title)
    failures = failures_table(runs, design)
    if len(failures):
        return _refuse(folder, design, failures, len(runs))
    folder.remove("failed.csv")
    findings = analyse_runs(plan, design, runs.iloc[: len(pairs)], runs.iloc[len(pairs) :])
    tables = folder.write({"design.csv": design.csv(), **findings.tables()})
    people = scenario.population.size
    figures = folder.draw_missing(
        lambda path: draw_sensitivity_figures(
            path, findings, scenario.title or scenario.name, people
        ),
        content_hash(tables),
    )
    content = {"seeds": plan.all_seeds, "repetitions": plan.repetitions, "failed": []}
    content |= {"ranges": _plain_ranges(plan), "figures": figures}
    folder.describe_study(content, tables, started)
    show(folder, findings, content_hash(tables), how)
    return EXIT_DONE


def _announcement(plan: Plan, design: Design, runs: int, further: Sequence[PointSeed]) -> str:
    """Return what is going to be lived, in one line."""
    seeds = len(plan.all_seeds)
    text = f"{design.shape} of {len(plan.ranges)} parameters ({plan.blocks} {plan.problem.unit})"
    text += f" x {seeds} seeds = {runs:,} runs" if seeds > 1 else f", {runs:,} runs"
    if further:
        points = len({point for point, _ in further})
        text += (
            f", and {len(further)} more to estimate chance: {NOISE_SEEDS} seeds at {points} points"
        )
    return text


def _refuse(folder: StudyFolder, design: Design, failures: "pd.DataFrame", runs: int) -> int:
    """Say which runs are missing and how to finish the design.

    An analysis that was finished before stays: it is of these very points, seeds and code.
    Anything else that looks like one goes.
    """
    finished = _is_finished(folder)
    if not finished:
        _remove_analysis(folder)
    folder.write({"design.csv": design.csv(), "failed.csv": failures})
    list_failures(failures, folder.path / "failed.csv")
    count = f"{len(failures):,} of {runs:,} runs have no result"
    message = f"nothing was analysed: {count}; the same command lives what is missing"
    if (failures["status"] != "missing").any():
        message += ", with --retry-failed also what failed"
    if finished:
        message += "; the tables are those of the same design when it was complete"
    return complain(message, EXIT_FAILED)


def _is_finished(folder: StudyFolder) -> bool:
    """Return whether the folder holds a whole analysis: every table as run.json describes it."""
    known = folder.description().get("tables", {})
    try:
        sums = {name: checksum(folder.path / name) for name in known}
        return "indices.csv" in known and sums == {n: each["sha256"] for n, each in known.items()}
    except TableError:
        return False


def _remove_analysis(folder: StudyFolder) -> None:
    """Remove tables, figures and description of an analysis that is not whole."""
    for name in (*TABLES, "run.json"):
        folder.remove(name)
    for path in files_in(folder.figures_path, "sensitivity_*"):
        path.unlink(missing_ok=True)


def _plain_ranges(plan: Plan) -> dict[str, list[float]]:
    return {each.name: [each.low, each.high] for each in plan.ranges}
