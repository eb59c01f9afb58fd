"""The waves of the bank: what their points are, and living them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from abm.experiments.calibration.bank import BankError, Design, WaveFolder, WaveRuns, prior_points
from abm.experiments.calibration.bank_runs import kind_of_run, live_wave
from abm.experiments.calibration.bank_statistics import statistics
from abm.experiments.calibration.options import HowToCalibrate
from abm.experiments.calibration.recipe import Recipe, Wave
from abm.experiments.calibration.targets import Targets, targets_of


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
    names = ", ".join(f"{place} ({wave.name})" for place, wave in enumerate(chosen.waves, 1))
    raise BankError(f"--wave: expected one of {names}, not {name}")


def finished_waves(how: HowToCalibrate, before: Wave | None = None) -> list[tuple[Wave, WaveRuns]]:
    """Return the runs of the waves, in order, up to one or the first that has no part.

    Raises
    ------
    BankError
        If one was made for other free parameters, priors or seeds.
    """
    found = []
    for wave in how.recipe.waves:
        folder = how.folder(wave)
        if (before is not None and wave.name == before.name) or not folder.has_parts():
            break
        design = folder.design()
        if design is not None:
            _refuse_another(folder, design, wave, how)
        found.append((wave, folder.read()))
    return found


def is_whole(how: HowToCalibrate, wave: Wave) -> bool:
    """Return whether every run of a wave is in a part."""
    folder = how.folder(wave)
    design = folder.design()
    if design is None or (wave.drawn == "prior" and len(design) < wave.points):
        return False
    return all(folder.has(block) for block in folder.blocks(len(design)))


def all_targets(how: HowToCalibrate) -> Targets:
    """Return the targets of the register of this package."""
    return targets_of(statistics(how.recipe.runs.world))


def designed(wave: Wave, how: HowToCalibrate) -> Design:
    """Return the design of a wave; made and written if it is not there yet.

    Raises
    ------
    BankError
        If what is there was made for other free parameters, priors or seeds, or the waves before
        are not finished.
    """
    folder = how.folder(wave)
    found = folder.design()
    if found is not None:
        _refuse_another(folder, found, wave, how)
        if wave.drawn != "prior" or len(found) >= wave.points:
            return found
    if wave.drawn == "prior":
        points = prior_points(how.space, wave.points, wave.first_seed)
        about = _about(wave, how)
    else:
        points, about = _drawn_points(wave, how)
    design = Design(how.space.names, points, wave.first_seed, about)
    folder.write_design(design)
    return design


def _about(wave: Wave, how: HowToCalibrate) -> dict[str, Any]:
    return {"drawn": wave.drawn, "priors": how.space.plain()}


def _drawn_points(wave: Wave, how: HowToCalibrate) -> tuple[Any, dict[str, Any]]:
    """Return points drawn from what the waves before say."""
    from abm.experiments.calibration import fitting, point_estimate

    runs = _all_before(wave, how)
    fit, space = how.recipe.fit, how.space
    targets = fitting.usable(all_targets(how), runs, fit, _definitions(how))
    waves = fitting.lived_waves(runs, targets, space)
    how.say(f"{wave.name}: fitting emulators to {sum(len(w.unit) for w in waves):,} runs")
    learnt_from = {w.name: how.folder(w).digest() for w, _ in runs}
    about = {**_about(wave, how), "learnt from": learnt_from}
    if wave.drawn == "not ruled out":
        stages = fitting.matched(fitting.not_drawn(waves), targets, fit)
        found = fitting.next_points(stages, wave, len(space), fit)
        how.say(f"{wave.name}: {found.share:.2%} of the priors are not ruled out")
        about |= {"share not ruled out": found.share, "ruled out all the same": found.beyond}
        return space.values(found.points), about
    posterior = fitting.fit_bank(waves, targets, fit)
    if wave.drawn == "likeliest draws":
        index, points = fitting.likeliest(posterior, waves, wave.unique)
        about |= {"draws": (index + 1).tolist()}
        return space.values(np.tile(points, (wave.lives, 1))), about
    if wave.drawn == "best draw, moved":
        lived = point_estimate.reached(posterior, waves[-1])
        middle = point_estimate.middle_of(waves)
        best, move = point_estimate.best_of(posterior, lived, middle)
        about |= {"best": best + 1}
        return space.values(np.tile(move.unit, (wave.lives, 1))), about
    drawn = fitting.draw(posterior, len(space), wave.unique, fit.steps, fit, wave.first_seed)
    chain = {"accepted": drawn.accepted, "effective": drawn.effective}
    about |= {"log density": drawn.density.tolist(), "chain": _finite(chain)}
    return space.values(np.concatenate([drawn.points, drawn.points[: wave.repeats]])), about


def _finite(numbers: dict[str, float]) -> dict[str, float | None]:
    return {name: value if value == value else None for name, value in numbers.items()}


def _definitions(how: HowToCalibrate) -> dict[str, str]:
    found = statistics(how.recipe.runs.world)
    return {name: each.definition for name, each in found.items()}


def _all_before(wave: Wave, how: HowToCalibrate) -> list[tuple[Wave, WaveRuns]]:
    waves = how.recipe.waves
    needed = waves[: waves.index(wave)]
    missing = [each.name for each in needed if not is_whole(how, each)]
    if missing:
        raise BankError(f"{wave.name}: {', '.join(missing)} is not finished; live it first")
    return finished_waves(how, before=wave)


def _refuse_another(folder: WaveFolder, found: Design, wave: Wave, how: HowToCalibrate) -> None:
    about = _about(wave, how)
    known = {name: found.about.get(name) for name in about}
    if known != about or found.first_seed != wave.first_seed:
        raise BankError(
            f"{folder.path} was designed for other free parameters, priors or seeds than the "
            "recipe has now; choose another --bank, or move that folder away"
        )


def live(
    folder: WaveFolder, design: Design, how: HowToCalibrate, population: int | None = None
) -> dict[str, Any]:
    """Live what is missing of a wave; return what was done and is left, ready for JSON."""
    population = how.recipe.runs.population if population is None else population
    with how.living(f"living {folder.name}") as living:
        runs = how.recipe.runs.model_copy(update={"population": population})
        piece = live_wave(folder, design, kind_of_run(runs), living)
    return {
        "runs": len(design), "lived_now": piece.done, "failed_now": piece.failed,
        "parts": piece.parts, "of_parts": piece.of_parts, "whole": piece.is_whole,
    }  # fmt: skip


def waves_to_live(how: HowToCalibrate, name: str | None) -> Sequence[Wave]:
    """Return the waves that a command is about: one that is named, or all."""
    return how.recipe.waves if name is None else (wave_named(name, how.recipe),)
