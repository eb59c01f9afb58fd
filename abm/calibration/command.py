"""The command `calibrate`: does the next piece of what is missing, and says what is left."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from abm.calibration.bank import BankError, Design, WaveFolder, prior_points
from abm.calibration.living import HowToLive, Kind, Piece, kind_of_run, live_wave
from abm.calibration.measured import statistics
from abm.calibration.recipe import Recipe, Space, Wave, recipe
from abm.calibration.targets import targets_of
from abm.experiments.executors import NoExecutorError, RunnerError, executor_for
from abm.experiments.store import Store, StoreError, store_folder
from abm.report.progress import Progress
from abm.tables import TableError, csv_bytes, write_bytes

DONE, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130
BANK = Path("calibration/bank")
MINUTES = 60.0


@dataclass(frozen=True)
class HowToCalibrate:
    """Where and how long.

    Parameters
    ----------
    bank
        Folder of the bank; diagnostics and the screening's table lie beside it.
    out
        Folder of all results: runs that are in no part of the bank yet are kept below it.
    jobs, dask
        As of sweeps.
    minutes
        After these no run is begun; what is finished is kept.
    quiet, as_json
        No progress; one JSON object instead of lines.
    recipe
        What to do.
    """

    bank: Path = BANK
    out: Path = Path("results")
    jobs: int | None = None
    dask: str | None = None
    minutes: float = MINUTES
    quiet: bool = False
    as_json: bool = False
    recipe: Recipe = field(default_factory=recipe)

    @property
    def space(self) -> Space:
        """The free parameters."""
        return Space(list(self.recipe.free), self.recipe.runs.log_from)

    def say(self, message: str) -> None:
        """Print a message to standard error, unless quiet."""
        if not self.quiet:
            print(f"nssi: {message}", file=sys.stderr, flush=True)

    @contextmanager
    def living(self, title: str) -> Iterator[HowToLive]:
        """Yield how runs are lived, with processes and a progress bar."""
        deadline = time.monotonic() + 60.0 * self.minutes
        store = Store(store_folder(self.out / "calibration"))
        with executor_for(self.jobs, self.dask) as executor, Progress(title, self.quiet) as bar:
            yield HowToLive(store, executor, deadline, self.say, bar.update)


def wave_command(name: str, how: HowToCalibrate) -> int:
    """Live what is missing of one wave."""
    return guarded(lambda: _show(how, _wave(name, how)))


def _wave(name: str, how: HowToCalibrate) -> dict[str, Any]:
    wave = wave_named(name, how.recipe)
    folder = WaveFolder(how.bank, wave.name, how.recipe.runs.part)
    design = designed(folder, wave, how)
    return {wave.name: _lived(folder, design, kind_of_run(how.recipe.runs), how)}


def _lived(folder: WaveFolder, design: Design, kind: Kind, how: HowToCalibrate) -> dict[str, Any]:
    with how.living(f"living {folder.name}") as living:
        piece = live_wave(folder, design, kind, living)
    return plain_piece(piece, len(design))


def plain_piece(piece: Piece, runs: int) -> dict[str, Any]:
    """Return what was done of a wave and what is left, ready for JSON."""
    return {
        "runs": runs, "lived_now": piece.done, "failed_now": piece.failed,
        "parts": piece.parts, "of_parts": piece.of_parts, "whole": piece.is_whole,
    }  # fmt: skip


def wave_named(name: str, chosen: Recipe) -> Wave:
    """Return a wave of the recipe by its name or number.

    Raises
    ------
    BankError
        If there is none.
    """
    for place, wave in enumerate(chosen.waves, 1):
        if name in (wave.name, str(place)):
            return wave
    names = ", ".join(wave.name for wave in chosen.waves)
    raise BankError(f"--wave: expected one of {names}, not {name}")


def designed(folder: WaveFolder, wave: Wave, how: HowToCalibrate) -> Design:
    """Return the design of a wave; made and written if it is not there yet.

    Raises
    ------
    BankError
        If what is there was made for other free parameters, priors or seeds.
    """
    about = {"drawn": wave.drawn, "priors": how.space.plain()}
    found = folder.design()
    if found is not None:
        _refuse_another(folder, found, wave, about)
        if wave.drawn != "prior" or len(found) >= wave.points:
            return found
    if wave.drawn != "prior":
        raise BankError(f"{wave.name}: the waves before it are not finished")
    points = prior_points(how.space, wave.points, wave.first_seed)
    design = Design(how.space.names, points, wave.first_seed, about)
    folder.write_design(design)
    return design


def _refuse_another(folder: WaveFolder, found: Design, wave: Wave, about: dict[str, Any]) -> None:
    known = {name: found.about.get(name) for name in about}
    if known != about or found.first_seed != wave.first_seed:
        raise BankError(
            f"{folder.path} was designed for other free parameters, priors or seeds than the "
            "recipe has now; choose another --bank, or move that folder away"
        )


def screen_command(how: HowToCalibrate) -> int:
    """Screen all priors, and write and show which parameter moves which fitted figure."""
    return guarded(lambda: _screen(how))


def _screen(how: HowToCalibrate) -> int:
    from abm.calibration.screening import (
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
    left = _lived(folder, design, kind_of_run(how.recipe.runs), how)
    if not left["whole"]:
        return _show(how, {folder.name: left})
    targets = targets_of(statistics(how.recipe.runs.world))
    runs = folder.read()
    if runs.failed:
        raise BankError(f"{len(runs.failed)} runs of the screening failed: {folder.path}")
    table = screened(all_priors(how.recipe), targets.fitted, runs.runs, how.recipe.free)
    write_bytes(how.bank.parent / "screening.csv", csv_bytes(table))
    return _show_screening(how, table)


def _show_screening(how: HowToCalibrate, table: Any) -> int:
    from abm.console import print_json, print_table

    if how.as_json:
        print_json([
            {name: None if value != value else value for name, value in row.items()}
            for row in table.to_dict("records")
        ])  # fmt: skip
        return DONE
    rows = [
        (row.parameter, f"{row.largest:.2f}", row.moves, "yes" if row.chosen else "")
        for row in table.itertuples()
    ]
    print_table(("parameter", "largest mu* (accepted half-widths)", "moves", "free"), rows)
    return DONE


def _show(how: HowToCalibrate, content: dict[str, Any]) -> int:
    from abm.console import print_json

    if how.as_json:
        print_json(content)
        return DONE
    for name, about in content.items():
        words = f"{about['parts']} of {about['of_parts']} parts of {about['runs']:,} runs"
        left = "finished" if about["whole"] else "the same command goes on"
        print(f"{name}: {words}; {about['lived_now']:,} lived now; {left}")
        if about["failed_now"]:
            print(f"{name}: {about['failed_now']} runs failed; see {how.bank / name}")
    return DONE


def guarded(work: Any) -> int:
    """Do the work; return its exit code, or that of what stopped it."""
    try:
        return int(work())
    except (BankError, NoExecutorError) as error:
        return _complain(str(error), WRONG_INPUT)
    except (StoreError, RunnerError, TableError) as error:
        return _complain(f"{error}; what is finished is kept", FAILED)
    except KeyboardInterrupt:
        message = "interrupted; what is finished is kept, and the same command goes on from there"
        return _complain(message, INTERRUPTED)


def _complain(message: str, code: int) -> int:
    print(f"nssi: {message}", file=sys.stderr)
    return code
