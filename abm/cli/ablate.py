"""The command `ablate`: switch off one mechanism at a time, and say what each does."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from abm.cli.answers import answering
from abm.cli.frame import Results, carry_out, list_failures
from abm.cli.options import ScenarioArgument, SharedOptions, beginning, shares
from abm.io.terminal import EXIT_FAILED, complain
from abm.runs.folder import RunFolder
from abm.runs.options import RunOptions
from abm.runs.result_store import DONE
from abm.scenario.scenario import Scenario

if TYPE_CHECKING:
    from abm.experiments.ablation.ablation import Mechanism
    from abm.experiments.sweeps.design import Design, PointScenarios
SEEDS, POPULATION = 4, 3_000


def mechanism_names(incomplete: str) -> list[tuple[str, str]]:
    """Return the mechanisms that begin like this; of a list A,B,... its last."""
    from abm.experiments.ablation.ablation import mechanisms

    before, comma, last = incomplete.rpartition(",")
    names = beginning(last, ((one.name, one.title) for one in mechanisms().values()))
    return [(before + comma + name, title) for name, title in names]


@shares(
    "seeds seed population years settings uncertainty out jobs dask retry_failed quiet as_json",
    seeds=f"Runs of the whole and without each mechanism. Default: {SEEDS}, from seed 1 or S.",
    population=f"Number of people. Default: {POPULATION:,}.",
)
def ablate(
    context: typer.Context,
    shared: SharedOptions,
    scenario: ScenarioArgument = "baseline",
    only: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,...",
            help="Mechanisms to switch off. Default: every one.",
            autocompletion=mechanism_names,
        ),
    ] = None,
) -> None:
    """Switch off one mechanism at a time, with the same people, and say what each does."""
    from abm.scenario.draws import POSTERIOR, SEEDS_A_DRAW

    step = SEEDS_A_DRAW if shared.uncertainty == POSTERIOR else 1  # one seed a draw
    seeds = shared.all_seeds(SEEDS, step=step)
    sized = replace(shared, population=shared.population or POPULATION)
    loaded = sized.scenario(scenario)
    with answering(context, shared.out / loaded.name, [loaded]) as answer:
        from abm.experiments.ablation.ablation import chosen_mechanisms

        chosen, options = chosen_mechanisms(loaded, only), shared.run_options()
        code = ablate_command(loaded, chosen, seeds, options)
        answer.leave(code, ablation_folder(loaded, chosen, options).path)


def ablation_folder(
    scenario: Scenario, chosen: "Sequence[Mechanism]", options: RunOptions
) -> RunFolder:
    """Return the folder that an ablation writes into."""
    from abm.experiments.ablation.ablation import ablation_design

    drawn = {} if options.draws is None else options.draws.design
    design = ablation_design(scenario, chosen).plain() | drawn
    return RunFolder(options.out, scenario, "ablate", design)


def ablate_command(
    scenario: Scenario, chosen: "Sequence[Mechanism]", seeds: Sequence[int], options: RunOptions
) -> int:
    """Run a scenario as it is and without each mechanism, and write `ablation.csv`.

    Runs that have a result are not run again, and the table spans every seed that the folder held
    before. Returns the exit code; nothing is written if a value is not allowed.
    """
    from abm.experiments.ablation.ablation import ablation_design
    from abm.experiments.sweeps.design import PointScenarios

    design = ablation_design(scenario, chosen)
    scenarios = PointScenarios(scenario, design)
    folder = ablation_folder(scenario, chosen, options)
    return carry_out(folder, lambda: _ablated(folder, chosen, design, scenarios, seeds, options))


def _ablated(
    folder: RunFolder,
    chosen: "Sequence[Mechanism]",
    design: "Design",
    scenarios: "PointScenarios",
    seeds: Sequence[int],
    options: RunOptions,
) -> Results | int:
    """Run what is missing; return the table over all seeds asked for so far."""
    from abm.experiments.ablation.ablation import ablation_table
    from abm.experiments.ablation.outcomes import AblationRun
    from abm.experiments.sweeps.study import (
        failures_table,
        points_and_seeds,
        reasons,
        run_points,
    )
    from abm.report.ablation import ablation_section
    from abm.report.figures.ablation import draw_ablation
    from abm.report.terminal.printing import print_result

    spanned = sorted({*seeds, *map(int, folder.description().get("seeds", []))})
    pairs = [(point, seed) for point in design.points.index for seed in spanned]
    title = f"switching off {len(chosen)} mechanisms of {folder.scenario.name}"
    evaluated = replace(options, simulate=options.simulate or AblationRun())
    runs = run_points(scenarios, pairs, evaluated, title).astype({"seed": "uint64"})
    failures = failures_table(runs, design)
    list_failures(reasons(failures), folder.path / "failed.csv")
    if not (runs["status"] == DONE).any():
        return complain("nothing was compared: no run has a result", EXIT_FAILED)
    table = ablation_table(runs, chosen)
    return Results(
        tables=folder.write(
            {"ablation.csv": table, "failed.csv": failures}, optional=("failed.csv",)
        ),
        content={"seeds": spanned, "failed": points_and_seeds(failures)}
        | ({} if options.draws is None else options.draws.describe(spanned)),
        show=lambda hash_: print_result(
            folder,
            {
                "seeds": spanned,
                "failed": points_and_seeds(failures),
                "content_hash": hash_,
                "rows": table.to_dict("records"),
            }
            if options.as_json
            else ablation_section(table),
        ),
        draw=lambda path: draw_ablation(path, table, folder.scenario),
        failed=len(failures) > 0,
    )
