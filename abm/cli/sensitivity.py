"""The command `sensitivity`: parses, calls; what it calls is imported when it is called."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from abm.cli.answers import answering
from abm.cli.options import ScenarioArgument, SharedOptions, declared_names, shares

if TYPE_CHECKING:
    from abm.experiments.sensitivity.analysis import Plan
    from abm.experiments.sweeps.design import Range


FEWEST_TOP = 2
TRAJECTORIES, SAMPLES, TOP = 20, 128, 8


class MethodName(StrEnum):
    """How parameters are judged."""

    MORRIS = "morris"
    SOBOL = "sobol"


MethodOption = Annotated[MethodName, typer.Option(help="Screening, or shares of the variance.")]
RepeatOption = Annotated[
    int,
    typer.Option(min=1, max=1000, help="Run the design so often, with other seeds each time."),
]


@shares(
    "seeds seed population years settings out jobs dask retry_failed quiet as_json",
    seeds="Runs at each point, from seed 1 or S. Default: 1.",
)
def sensitivity(
    context: typer.Context,
    shared: SharedOptions,
    scenario: ScenarioArgument = "baseline",
    method: MethodOption = MethodName.MORRIS,
    parameters: Annotated[
        str | None,
        typer.Option(
            metavar="A,B=LOW:HIGH,...",
            help="What varies. Default: every parameter with a prior.",
            autocompletion=declared_names,
        ),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(min=FEWEST_TOP, metavar="K", help=f"The first K of --of. Default: {TOP}."),
    ] = None,
    of: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Run folder of a Morris analysis to take them from."),
    ] = None,
    trajectories: Annotated[
        int | None,
        typer.Option(min=2, max=10_000, help=f"Of Morris. Default: {TRAJECTORIES}."),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(min=2, help=f"Of Sobol, a power of two. Default: {SAMPLES}."),
    ] = None,
    second_order: Annotated[
        bool, typer.Option("--second-order", help="Sobol also looks at pairs of parameters.")
    ] = False,
    repeat: RepeatOption = 1,
) -> None:
    """Find which parameters move which outcomes at which ages, with intervals."""
    number = shared.seeds or 1
    first = shared.all_seeds(number * repeat + 3)[0]  # 3 more for chance
    loaded = shared.scenario(scenario)
    files = [] if of is None else [of / "run.json", of / "ranking.csv"]
    with answering(context, shared.out / loaded.name, [loaded], files) as answer:
        from abm.cli.sensitivity_command import sensitivity_command
        from abm.experiments.sweeps.design import check_size
        from abm.experiments.sweeps.study_folder import StudyFolder

        ranges = _ranges(parameters, top, of)
        plan = _plan(method, ranges, trajectories, samples, second_order, (number, repeat, first))
        check_size(plan.blocks * plan.problem.block, number * repeat)
        code = sensitivity_command(loaded, plan, shared.run_options())
        answer.leave(
            code, StudyFolder(shared.out, loaded, "sensitivity", plan.design().plain()).path
        )


def _ranges(parameters: str | None, top: int | None, of: Path | None) -> "tuple[Range, ...]":
    """Return what varies: what is named, the top of an earlier analysis, or all with priors."""
    from abm.cli.sensitivity_command import top_of
    from abm.experiments.sweeps.design import read_ranges

    if of is not None:
        if parameters is not None:
            raise typer.BadParameter("--parameters and --of both say what varies; leave one")
        return top_of(of, top or TOP)
    if top is not None:
        raise typer.BadParameter("--top: expected --of FOLDER, a Morris analysis to take them from")
    named = [text.strip() for text in parameters.split(",")] if parameters is not None else []
    return tuple(read_ranges(named, "--parameters"))


def _plan(
    method: MethodName,
    ranges: "tuple[Range, ...]",
    trajectories: int | None,
    samples: int | None,
    second_order: bool,
    seeding: tuple[int, int, int],
) -> "Plan":
    """Return the plan that the options mean, refusing those of the other method."""
    from abm.experiments.sensitivity.analysis import Plan

    number, repeat, first = seeding
    is_morris = method is MethodName.MORRIS
    if is_morris and (samples is not None or second_order):
        option = "--second-order" if second_order else "--samples"
        raise typer.BadParameter(f"{option} belongs to --method sobol")
    if not is_morris and trajectories is not None:
        raise typer.BadParameter("--trajectories belongs to --method morris")
    blocks = (trajectories or TRAJECTORIES) if is_morris else (samples or SAMPLES)
    return Plan(method.value, ranges, blocks, second_order, number, repeat, first)
