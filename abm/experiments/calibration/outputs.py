"""From finished waves to the files of a calibration: posterior, diagnostics, figures."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from abm.experiments.calibration import diagnostics
from abm.experiments.calibration.bank import BankError, WaveRuns, short_hash
from abm.experiments.calibration.bank_statistics import statistics
from abm.experiments.calibration.fit import BankRuns, Fit, fit_runs, log_posterior, point_estimate
from abm.experiments.calibration.recipe import Wave
from abm.experiments.calibration.sampling import (
    effective_size,
    scores_of,
    truncated,
    unit_of,
)
from abm.experiments.calibration.second_opinion import opinions_table, second_opinion
from abm.experiments.calibration.targets import Targets
from abm.experiments.calibration.waves import Calibration
from abm.io.progress import Progress
from abm.io.tables import csv_bytes, made_folder, write_bytes
from abm.scenario.posterior import Posterior, write_posterior

VERSIONS = ("nssi-abm", "numpy", "scipy", "scikit-learn")

Finished = Sequence[tuple[Wave, WaveRuns]]
DrawFigures = Callable[[Path, "dict[str, pd.DataFrame]"], object]


@dataclass(frozen=True)
class PosteriorDraws:
    """Draws of the posterior."""

    unit: np.ndarray  # points of the unit cube
    weights: np.ndarray  # they sum to 1
    runs: pd.DataFrame | None  # what was run at them, or None
    of_runs: np.ndarray  # weight of each of these


def write_outputs(calibration: Calibration, draw_figures: DrawFigures) -> dict[str, Any]:
    """Fit what the bank holds, write posterior and diagnostics; return a summary for JSON.

    `draw_figures` draws the tables of the diagnostics into a folder. A BankError if the bank holds
    no finished part, a FitError if there are too few runs to fit.
    """
    finished = calibration.finished()
    if not finished:
        raise BankError(f"{calibration.bank} holds no finished part; nssi calibrate makes them")
    recipe, options = calibration.recipe, calibration.options
    targets, runs = calibration.learnt_from(finished)
    options.say(f"fitting {len(runs.scores):,} runs")
    fit = fit_runs(runs, targets.fitted, recipe.fit)
    draws = _draws(fit, finished, calibration)
    with Progress("recovering known parameters", options.quiet) as bar:
        ranked = diagnostics.ranks(runs, fit, fit.likelihood.noise, recipe.fit, bar.update)
    tables = _tables(calibration, finished, targets, runs, fit, draws, ranked)
    about = _about(calibration, finished, targets, draws) | _point(calibration, finished, fit, runs)
    folder = made_folder(calibration.bank.parent / "diagnostics")
    values = recipe.space.values(draws.unit)
    posterior = Posterior(recipe.space.names, values, draws.weights, about)
    write_posterior(calibration.posterior_folder, posterior)
    for name, table in tables.items():
        write_bytes(folder / f"{name}.csv", csv_bytes(table))
    draw_figures(folder, tables)
    known, opinions = tables["identifiability"], tables["opinions"]
    identified = known[known["identified"]]
    return {
        **{name: about[name] for name in ("fitted", "checked", "draws", "effective")},
        "truths": int(ranked["truth"].nunique()),
        "not_identified": known.loc[~known["identified"], "parameter"].tolist(),
        "not_flat": identified.loc[~identified["flat"], "parameter"].tolist(),
        "largest_difference": round(float(opinions["difference"].abs().max()), 2),
        "least_overlap": round(float(opinions["overlap"].min()), 2),
        "point_outside": about["central_from"]["outside"],
        "posterior": str(calibration.posterior_folder),
        "diagnostics": str(folder),
    }


def _draws(fit: Fit, finished: Finished, calibration: Calibration) -> PosteriorDraws:
    """Return the points of the last wave, with weights by what was learnt from running them.

    Before the recipe's last wave is there, draws are those of the fit, of equal weight.
    """
    recipe = calibration.recipe
    wave, own = finished[-1]
    if wave.name != recipe.waves[-1].name or wave.name == recipe.waves[0].name:
        unit = unit_of(fit.posterior.resampled(recipe.fit.draws, recipe.fit.seed))
        return PosteriorDraws(unit, np.full(len(unit), 1.0 / len(unit)), None, np.empty(0))
    scores = scores_of(calibration.unit(own))
    points, first, number, times = np.unique(
        scores, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    weights = truncated(
        log_posterior(fit, points) - calibration.drawn_from(wave).log_density(points)
    )
    of_runs = (weights / times)[number.reshape(-1)]
    order = np.argsort(first)  # as they were designed
    return PosteriorDraws(unit_of(points[order]), weights[order], own.runs, of_runs)


def _point(
    calibration: Calibration, finished: Finished, fit: Fit, runs: BankRuns
) -> dict[str, Any]:
    """Return the point that stands for the posterior, and how it was chosen."""
    recipe, (wave, _) = calibration.recipe, finished[-1]
    space, point = recipe.space, point_estimate(fit, runs, recipe.fit)
    values = space.values(unit_of(point.scores))
    outside = [name for name, is_out in zip(space.names, point.outside, strict=True) if is_out]
    return {
        "central": dict(zip(space.names, map(float, values), strict=True)),
        "central_from": {
            "wave": wave.name,
            "runs": point.runs,
            "population": wave.population or recipe.runs.population,
            "distance": round(point.distance, 2),
            "outside": outside,
        },
    }


def _tables(
    calibration: Calibration, finished: Finished, targets: Targets, runs: BankRuns, fit: Fit,
    draws: PosteriorDraws, ranked: pd.DataFrame,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    recipe = calibration.recipe
    space, settings = recipe.space, recipe.fit
    histograms, recovered = diagnostics.flatness(ranked)
    other = second_opinion(runs, fit, settings)
    tables = {
        "regressions": diagnostics.regressions_table(fit, targets.fitted),
        "identifiability": diagnostics.identifiability_table(
            space, draws.unit, draws.weights, recovered, settings
        ),
        "correlations": diagnostics.correlations_table(space, draws.unit, draws.weights),
        "ranks": histograms.assign(parameter=[space.names[at] for at in histograms["parameter"]]),
        "opinions": opinions_table(space, fit.posterior, other),
    }
    if draws.runs is not None:
        known, before = statistics(recipe.runs.world), finished[0][1].runs
        tables["predictive"] = diagnostics.predictive_table(
            targets, known, before, draws.runs, draws.of_runs, settings
        )
    return tables


def _about(
    calibration: Calibration, finished: Finished, targets: Targets, draws: PosteriorDraws
) -> dict[str, Any]:
    """Return posterior.json: what decided the draws, without date or place."""
    aims = [[aim.name, aim.scale.kind, aim.low, aim.high] for aim in targets.fitted]
    return {
        "draws": len(draws.weights),
        "effective": round(effective_size(draws.weights), 1),
        "lived": draws.runs is not None,
        "fitted": targets.names,
        "checked": dict(targets.checked),
        "priors": calibration.recipe.space.plain(),
        "recipe": calibration.recipe.model_dump(mode="json"),
        "bank": {wave.name: calibration.folder(wave).digest() for wave, _ in finished},
        "engines": sorted({part.engine for _, wave in finished for part in wave.made_with}),
        "register": short_hash(json.dumps(aims).encode()),
        "versions": {name: metadata.version(name) for name in VERSIONS},
    }
