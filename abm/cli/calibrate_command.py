"""The command `calibrate`: does the next piece of what is missing, and says what is left."""

import time
from typing import Any

from abm.experiments.calibration.bank import BankError
from abm.experiments.calibration.options import HowToCalibrate, guarded, require_libraries
from abm.experiments.calibration.waves import all_targets, designed, is_whole, live, waves_to_live
from abm.io.tables import csv_bytes, write_bytes
from abm.io.terminal import EXIT_DONE, print_json, print_table


def calibrate_command(how: HowToCalibrate, wave: str | None = None, fit_only: bool = False) -> int:
    """Do the next piece of a calibration.

    Parameters
    ----------
    how
        Where and how long.
    wave
        Live only this wave, by name or number.
    fit_only
        Live nothing: fit what the bank holds.

    Returns
    -------
    int
        Exit code: 0 done as far as time allowed, 1 runs or files failed, 2 the bank and the recipe
        do not fit, 130 interrupted. What is finished is kept in every case.
    """
    return guarded(lambda: _calibrate(how, wave, fit_only))


def _calibrate(how: HowToCalibrate, wave: str | None, fit_only: bool) -> int:
    from abm.experiments.calibration.outputs import finish
    from abm.report.figures.calibration import draw_diagnostics

    require_libraries()
    report: dict[str, Any] = {}
    left = False
    for each in [] if fit_only else waves_to_live(how, wave):
        is_over = time.monotonic() >= how.deadline
        if left or (is_over and not is_whole(how, each)):
            report[each.name] = {"runs": each.points, "whole": False}
            left = True
            continue
        report[each.name] = live(how.folder(each), designed(each, how), how, each.population)
        left = not report[each.name]["whole"]
    if fit_only or (wave is None and not left):
        report["fit"] = finish(how, draw_diagnostics)
    return _show(how, report)


def screen_command(how: HowToCalibrate) -> int:
    """Screen all priors, and write and show which parameter moves which fitted figure."""
    return guarded(lambda: _screen(how))


def _screen(how: HowToCalibrate) -> int:
    import numpy as np

    from abm.experiments.calibration.screening import (
        all_priors,
        screened,
        screening_design,
        screening_folder,
    )

    design, folder = screening_design(how.recipe), screening_folder(how.bank, how.recipe)
    if (found := folder.design()) is None:
        folder.write_design(design)
    elif found.about != design.about or not np.array_equal(found.points, design.points):
        raise BankError(f"{folder.path} screened other priors; move that folder away")
    left = live(folder, design, how)
    if not left["whole"]:
        return _show(how, {folder.name: left})
    runs = folder.read()
    if runs.failed:
        raise BankError(f"{len(runs.failed)} runs of the screening failed: see {folder.path}")
    space, free = all_priors(how.recipe), how.recipe.free
    table = screened(space, all_targets(how).fitted, runs.runs, free)
    write_bytes(how.bank.parent / "screening.csv", csv_bytes(table))
    return _show_screening(how, table)


def _show_screening(how: HowToCalibrate, table: Any) -> int:
    if how.as_json:
        print_json([
            {name: None if value != value else value for name, value in row.items()}
            for row in table.to_dict("records")
        ])  # fmt: skip
        return EXIT_DONE
    rows = [
        (row.parameter, f"{row.largest:.2f}", row.moves, "yes" if row.chosen else "")
        for row in table.itertuples()
    ]
    print_table(("parameter", "largest mu* (accepted half-widths)", "moves", "free"), rows)
    return EXIT_DONE


def _show(how: HowToCalibrate, report: dict[str, Any]) -> int:
    if how.as_json:
        print_json(report)
        return EXIT_DONE
    for name, about in report.items():
        if name == "fit":
            print("\n".join(_fit_in_words(about)))
            continue
        if "parts" not in about:
            print(f"{name}: {about['runs']:,} runs not begun; the same command goes on")
            continue
        words = f"{about['parts']} of {about['of_parts']} parts of {about['runs']:,} runs"
        left = "finished" if about["whole"] else "the same command goes on"
        print(f"{name}: {words}; {about['lived_now']:,} lived now; {left}")
        if about["failed_now"]:
            print(f"{name}: {about['failed_now']} runs failed; see {how.bank / name}")
    return EXIT_DONE


def _fit_in_words(about: dict[str, Any]) -> list[str]:
    unknown = ", ".join(about["not_identified"]) or "none"
    return [
        f"fitted to {len(about['fitted'])} figures: {', '.join(about['fitted'])}",
        *(f"only checked: {name}: {why}" for name, why in about["checked"].items()),
        f"{about['draws']} draws, worth {about['effective']} of equal weight",
        f"{about['coverage']:.0%} of the intervals hold the truth, of {about['truths']} held out",
        f"not identified: {unknown}",
        f"posterior in {about['posterior']}, diagnostics in {about['diagnostics']}",
    ]
