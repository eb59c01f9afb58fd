"""From finished waves to the files of a calibration: posterior, diagnostics, figures."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from abm.experiments.calibration import diagnostics, fitting, point_estimate
from abm.experiments.calibration.bank import BankError, WaveRuns, short_hash
from abm.experiments.calibration.bank_statistics import statistics
from abm.experiments.calibration.recipe import CENTRAL, Recipe, Wave
from abm.experiments.calibration.waves import Calibration
from abm.io.progress import Progress
from abm.io.tables import csv_bytes, made_folder, write_bytes
from abm.scenario.posterior import Posterior, write_posterior

VERSIONS = ("nssi-abm", "numpy", "scipy", "scikit-learn", "emcee")

DrawFigures = Callable[[Path, "dict[str, pd.DataFrame]"], object]


@dataclass(frozen=True)
class PosteriorDraws:
    """Draws of the posterior."""

    unit: np.ndarray  # points of the unit cube
    values: np.ndarray  # of the parameters
    weights: np.ndarray  # they sum to 1
    density: np.ndarray  # log-density of each, by the last fit
    runs: pd.DataFrame | None  # what was run at them, or None


def write_outputs(calibration: Calibration, draw_figures: DrawFigures) -> dict[str, Any]:
    """Fit what the bank holds, write posterior and diagnostics; return a summary for JSON.

    `draw_figures` draws the tables of the diagnostics into a folder. A BankError if the bank holds
    no finished part, an EmulatorError if there are too few runs to fit.
    """
    runs = calibration.finished()
    if not runs:
        raise BankError(f"{calibration.bank} holds no finished part; nssi calibrate makes them")
    recipe, options = calibration.recipe, calibration.options
    targets, waves = calibration.learnt_from(runs)
    options.say(f"fitting emulators to {sum(len(wave.unit) for wave in waves):,} runs")
    fit = fitting.fit_bank(waves, targets, recipe.fit)
    draws = _draws(fit, runs, calibration)
    with Progress("recovering known parameters", options.quiet) as bar:
        recovered = diagnostics.recovery(fitting.before_posterior(waves), fit, bar.update)
    tables = _tables(recipe, fit, draws, recovered)
    about = _about(calibration, runs, fit, draws) | _central(fit, draws, waves, recipe)
    folder = made_folder(calibration.bank.parent / "diagnostics")
    posterior = Posterior(recipe.space.names, draws.values, draws.weights, about)
    write_posterior(calibration.posterior_folder, posterior)
    for name, table in tables.items():
        write_bytes(folder / f"{name}.csv", csv_bytes(table))
    draw_figures(folder, tables)
    known = tables["identifiability"]
    return {
        **{name: about[name] for name in ("fitted", "checked", "draws", "effective")},
        "coverage": round(float(diagnostics.is_covered(recovered).mean()), 3),
        "truths": int(recovered["truth"].nunique()),
        "not_identified": known.loc[~known["identified"], "parameter"].tolist(),
        "posterior": str(calibration.posterior_folder),
        "diagnostics": str(folder),
    }


def _draws(
    fit: fitting.BankFit, runs: Sequence[tuple[Wave, WaveRuns]], calibration: Calibration
) -> PosteriorDraws:
    """Return the draws that were run, with weights by what was learnt from them; else new ones.

    Before the last wave is there, draws are those of the emulated posterior, of equal weight.
    """
    recipe = calibration.recipe
    space = recipe.space
    posterior_runs = [wave_runs for wave_runs in runs if wave_runs[0].drawn == "posterior"]
    if not posterior_runs:
        planned = [wave for wave in recipe.waves if wave.drawn == "posterior"]
        last = planned[-1] if planned else recipe.waves[-1]
        drawn = fitting.draw(fit, last.unique, last.first_seed)
        equal = np.full(len(drawn.points), 1.0 / len(drawn.points))
        values = space.values(drawn.points)
        return PosteriorDraws(drawn.points, values, equal, drawn.density, None)
    wave, wave_runs = posterior_runs[-1]
    folder = calibration.folder(wave)
    design = folder.design()
    if design is None:
        raise BankError(f"{folder.path} lacks its design")
    chosen = wave_runs.runs[wave_runs.runs["index"] < wave.unique].reset_index(drop=True)
    drawn_density = np.array(design.about["log density"], np.float64)[chosen["index"].to_numpy()]
    values = chosen[space.names].to_numpy(np.float64)
    unit = space.unit(values)
    density = fit.density(np.clip(unit, 0.0, 1.0))
    weights = fitting.weights_of(density, drawn_density, recipe.fit.truncation)
    return PosteriorDraws(unit, values, weights, density, chosen)


def _central(
    fit: fitting.BankFit,
    draws: PosteriorDraws,
    waves: Sequence[fitting.WaveFigures],
    recipe: Recipe,
) -> dict[str, Any]:
    """Return the point that stands for the posterior, and how it was found.

    Of the likeliest draws it is the one whose own runs fit best, moved a little to where they
    should fit still better; before these are run, the draw of the highest emulated density.
    """
    space, last = recipe.space, waves[-1]
    if last.wave.drawn not in CENTRAL:
        values = draws.values[int(np.argmax(draws.density))]
        return {"central": dict(zip(space.names, map(float, values), strict=True))}
    points = point_estimate.point_figures(fit, last)
    best, move = point_estimate.best_of(fit, points, point_estimate.middle_of(waves))
    values = space.values(move.unit if last.wave.drawn == CENTRAL[1] else points[best].unit)
    return {
        "central": dict(zip(space.names, map(float, values), strict=True)),
        "central_from": {
            "wave": last.wave.name,
            "runs": last.wave.runs_each,
            "population": last.wave.population or recipe.runs.population,
            "distance": round(point_estimate.misfit(fit, points[best]), 2),
        },
    }


def _tables(
    recipe: Recipe, fit: fitting.BankFit, draws: PosteriorDraws, recovered: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    space, unit, weights = recipe.space, draws.unit, draws.weights
    named = recovered.assign(parameter=[space.names[at] for at in recovered["parameter"]])
    tables = {
        "emulators": diagnostics.emulators_table(fit),
        "identifiability": diagnostics.identifiability_table(
            space, unit, weights, recovered, recipe.fit
        ),
        "correlations": diagnostics.correlations_table(space, unit, weights),
        "recovery": named,
    }
    if draws.runs is not None:
        known = statistics(recipe.runs.world)
        tables["predictive"] = diagnostics.predictive_table(fit, known, draws.runs, weights)
    return tables


def _about(
    calibration: Calibration,
    runs: Sequence[tuple[Wave, WaveRuns]],
    fit: fitting.BankFit,
    draws: PosteriorDraws,
) -> dict[str, Any]:
    """Return posterior.json: what decided the draws, without date or place."""
    aims = [[aim.name, aim.scale.kind, aim.low, aim.high] for aim in fit.targets.fitted]
    return {
        "draws": len(draws.weights),
        "effective": round(fitting.effective_size(draws.weights), 1),
        "lived": draws.runs is not None,
        "fitted": fit.targets.names,
        "checked": dict(fit.targets.checked),
        "priors": calibration.recipe.space.plain(),
        "recipe": calibration.recipe.model_dump(mode="json", by_alias=True),
        "bank": {wave.name: calibration.folder(wave).digest() for wave, _ in runs},
        "engines": sorted({part.engine for _, wave in runs for part in wave.made_with}),
        "register": short_hash(json.dumps(aims).encode()),
        "versions": {name: metadata.version(name) for name in VERSIONS},
    }
