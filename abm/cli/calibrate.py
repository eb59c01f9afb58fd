"""The command `calibrate`: parse, call; what it calls is imported when it is called."""

from pathlib import Path
from typing import Annotated

import typer

from abm.cli.options import SharedOptions, check_folder, shares


@shares("population out jobs dask quiet as_json")
def calibrate(
    shared: SharedOptions,
    wave: Annotated[
        str | None, typer.Option(metavar="N", help="Run only this wave: its name or number.")
    ] = None,
    screen: Annotated[
        bool, typer.Option("--screen", help="Tell which parameters move the fitted figures.")
    ] = False,
    fit_only: Annotated[
        bool, typer.Option("--fit-only", help="Run nothing: fit what the bank holds.")
    ] = False,
    bank: Annotated[Path, typer.Option(help="Folder of the bank of runs.")] = Path(
        "calibration/bank"
    ),
    minutes: Annotated[
        float, typer.Option(min=0, help="After so many minutes no run is begun.")
    ] = 60.0,
    runs: Annotated[
        int | None, typer.Option(min=1, help="Runs of all waves together: a reduced calibration.")
    ] = None,
) -> None:
    """Run the bank of runs, fit the free parameters and write the posterior, piece by piece."""
    from abm.cli.calibrate_command import calibrate_command, screen_command
    from abm.experiments.calibration.emulators import FEWEST_RUNS
    from abm.experiments.calibration.recipe import recipe
    from abm.experiments.calibration.waves import Calibration

    check_folder(shared.out)
    check_folder(bank)
    chosen = recipe().scaled(shared.population, runs)
    first = chosen.waves[0].points  # the smallest fit learns from no more
    if first < FEWEST_RUNS:
        raise typer.BadParameter(
            f"--runs: of {runs} in all {first} are of the first wave, too few to fit; "
            f"expected {FEWEST_RUNS} or more there"
        )
    calibration = Calibration(bank, shared.run_options(), minutes, chosen)
    if screen:
        raise typer.Exit(screen_command(calibration))
    raise typer.Exit(calibrate_command(calibration, wave, fit_only))
