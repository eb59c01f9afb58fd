"""The command `calibrate`: does the next piece of what is missing, and says what is left."""

import importlib.util
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from abm.cli.frame import guarded
from abm.cli.options import SharedOptions, check_folder, shares
from abm.io.tables import csv_bytes, write_bytes
from abm.io.terminal import EXIT_DONE, print_json, print_table

if TYPE_CHECKING:
    from abm.experiments.calibration.waves import Calibration

LIBRARIES = ("sklearn", "scipy", "threadpoolctl")


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
    own: Annotated[
        Path | None,
        typer.Option(
            "--recipe",
            help="Your own recipe, in the form of abm/experiments/calibration/recipe.toml.",
        ),
    ] = None,
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
    from abm.experiments.calibration.fit import FEWEST_RUNS
    from abm.experiments.calibration.recipe import own_recipe, recipe
    from abm.experiments.calibration.waves import Calibration

    check_folder(shared.out)
    check_folder(bank)
    chosen = (recipe() if own is None else own_recipe(own)).scaled(shared.population, runs)
    first = chosen.waves[0].runs  # the smallest fit learns from no more
    if first < FEWEST_RUNS:
        raise typer.BadParameter(
            f"--runs: of {runs} in all {first} are of the first wave, too few to fit; "
            f"expected {FEWEST_RUNS} or more there"
        )
    calibration = Calibration(bank, shared.run_options(), minutes, chosen)
    if screen:
        raise typer.Exit(screen_command(calibration))
    raise typer.Exit(calibrate_command(calibration, wave, fit_only))


def calibrate_command(
    calibration: "Calibration", wave: str | None = None, fit_only: bool = False
) -> int:
    """Do the next piece of a calibration: run waves, or one of them, and fit what the bank holds.

    Returns the exit code: 0 done as far as time allowed, 1 runs or files failed, 2 the bank and the
    recipe do not fit, 130 interrupted. What is finished is kept in every case.
    """
    return guarded(lambda: _calibrate(calibration, wave, fit_only))


def _calibrate(calibration: "Calibration", wave: str | None, fit_only: bool) -> int:
    from abm.experiments.calibration.outputs import write_outputs
    from abm.report.figures.calibration import draw_diagnostics

    _require_libraries()
    report: dict[str, Any] = {}
    left = False
    for chosen in [] if fit_only else calibration.waves(wave):
        is_over = time.monotonic() >= calibration.deadline
        if left or (is_over and not calibration.is_whole(chosen)):
            parts, of_parts = calibration.parts(chosen)
            report[chosen.name] = {
                "runs": chosen.runs, "parts": parts, "of_parts": of_parts, "whole": False
            }  # fmt: skip
            left = True
            continue
        folder, design = calibration.folder(chosen), calibration.design(chosen)
        report[chosen.name] = calibration.run(folder, design, chosen.population)
        left = not report[chosen.name]["whole"]
    if fit_only or (wave is None and not left):
        report["fit"] = write_outputs(calibration, draw_diagnostics)
    return _show(calibration, report)


def screen_command(calibration: "Calibration") -> int:
    """Screen all priors, and write and show which parameter moves which fitted figure."""
    return guarded(lambda: _screen(calibration))


def _screen(calibration: "Calibration") -> int:
    import numpy as np

    from abm.experiments.calibration.bank import BankError
    from abm.experiments.calibration.screening import (
        all_priors,
        screened,
        screening_design,
        screening_folder,
    )

    recipe = calibration.recipe
    design, folder = screening_design(recipe), screening_folder(calibration.bank, recipe)
    if (known := folder.design()) is None:
        folder.write_design(design)
    elif known.about != design.about or not np.array_equal(known.points, design.points):
        raise BankError(f"{folder.path} screened other priors; move that folder away")
    left = calibration.run(folder, design)
    if not left["whole"]:
        return _show(calibration, {folder.name: left})
    runs = folder.read()
    if runs.failed:
        raise BankError(f"{len(runs.failed)} runs of the screening failed: see {folder.path}")
    targets = calibration.targets().fitted
    table = screened(all_priors(recipe), targets, runs.runs, recipe.free)
    write_bytes(calibration.bank.parent / "screening.csv", csv_bytes(table))
    return _show_screening(calibration, table)


def _show_screening(calibration: "Calibration", table: Any) -> int:
    if calibration.options.as_json:
        print_json(table.to_dict("records"))
        return EXIT_DONE
    rows = [
        (row.parameter, f"{row.largest:.2f}", row.moves, "yes" if row.chosen else "")
        for row in table.itertuples()
    ]
    print_table(("parameter", "largest mu* (accepted half-widths)", "moves", "free"), rows)
    return EXIT_DONE


def _show(calibration: "Calibration", report: dict[str, Any]) -> int:
    if calibration.options.as_json:
        print_json(report)
        return EXIT_DONE
    for name, about in report.items():
        if name == "fit":
            print("\n".join(_describe_fit(about)))
            continue
        parts = f"{about['parts']} of {about['of_parts']} parts of {about['runs']:,} runs"
        left = "finished" if about["whole"] else "the same command goes on"
        print(f"{name}: {parts}; {about.get('lived_now', 0):,} run now; {left}")
        if about.get("failed_now"):
            print(f"{name}: {about['failed_now']} runs failed; see {calibration.bank / name}")
    return EXIT_DONE


def _require_libraries() -> None:
    """Refuse to begin where what fits is not installed."""
    from abm.experiments.calibration.bank import BankError

    if any(importlib.util.find_spec(name) is None for name in LIBRARIES):
        raise BankError('calibration needs further libraries: pip install "nssi-abm[calibration]"')


def _describe_fit(about: dict[str, Any]) -> list[str]:
    def listed(name: str) -> str:
        return ", ".join(about[name]) or "none"

    return [
        f"fitted to {len(about['fitted'])} figures (see nssi evidence ID): {listed('fitted')}",
        *(f"only checked: figure {name}: {why}" for name, why in about["checked"].items()),
        f"{about['draws']} draws, of a sample worth {about['effective']:,} independent ones",
        f"not identified: {listed('not_identified')}",
        f"identified, but ranks of {about['truths']} known values not flat: {listed('not_flat')}",
        f"second opinion: means differ by up to {about['largest_difference']} standard deviations",
        f"of the posterior; densities overlap by {about['least_overlap']:.0%} or more",
        f"values of the point near an end or in a tail: {listed('point_outside')}",
        f"posterior in {about['posterior']}, diagnostics in {about['diagnostics']}",
    ]
