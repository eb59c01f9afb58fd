"""From finished waves to the files of a calibration: posterior, diagnostics, figures."""

import json
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from abm.experiments.calibration import diagnostics
from abm.experiments.calibration.bank import BankError, WaveRuns, short_hash
from abm.experiments.calibration.bank_statistics import statistics
from abm.experiments.calibration.fit import BankRuns, Fit, fit_runs, point_estimate
from abm.experiments.calibration.recipe import Wave
from abm.experiments.calibration.sampling import (
    effective_size,
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
    unit = unit_of(fit.posterior.resampled(recipe.fit.draws, recipe.fit.seed))
    with Progress("recovering known parameters", options.quiet) as bar:
        ranked = diagnostics.ranks(runs, fit, fit.likelihood.noise, recipe.fit, bar.update)
    tables = _tables(calibration, finished, targets, runs, fit, unit, ranked)
    about = _about(calibration, finished, targets, fit) | _point(calibration, finished, fit, runs)
    folder = made_folder(calibration.bank.parent / "diagnostics")
    even = np.full(len(unit), 1.0 / len(unit))
    posterior = Posterior(recipe.space.names, recipe.space.values(unit), even, about)
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
    unit: np.ndarray, ranked: pd.DataFrame,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    recipe = calibration.recipe
    space, settings = recipe.space, recipe.fit
    even = np.full(len(unit), 1.0 / len(unit))
    histograms, recovered = diagnostics.flatness(ranked)
    other = second_opinion(runs, fit, settings)
    tables = {
        "regressions": diagnostics.regressions_table(fit, targets.fitted),
        "identifiability": diagnostics.identifiability_table(
            space, unit, even, recovered, settings
        ),
        "correlations": diagnostics.correlations_table(space, unit, even),
        "ranks": histograms.assign(parameter=[space.names[at] for at in histograms["parameter"]]),
        "opinions": opinions_table(space, fit.of_a_run, other),
    }
    wave, after = finished[-1]
    if calibration.drawn_from(wave) is None:
        known, before = statistics(recipe.runs.world), finished[0][1].runs
        tables["predictive"] = diagnostics.predictive_table(
            targets, known, before, after.runs, settings
        )
    return tables


def _about(
    calibration: Calibration, finished: Finished, targets: Targets, fit: Fit
) -> dict[str, Any]:
    """Return posterior.json: what decided the draws, without date or place."""
    aims = [[aim.name, aim.scale.kind, aim.low, aim.high] for aim in targets.fitted]
    return {
        "draws": calibration.recipe.fit.draws,
        "effective": round(effective_size(fit.posterior.weights)),  # of what they are drawn from
        "fitted": targets.names,
        "checked": dict(targets.checked),
        "priors": calibration.recipe.space.plain(),
        "recipe": calibration.recipe.model_dump(mode="json"),
        "bank": {wave.name: calibration.folder(wave).digest() for wave, _ in finished},
        "engines": sorted({part.engine for _, wave in finished for part in wave.made_with}),
        "register": short_hash(json.dumps(aims).encode()),
        "versions": {name: metadata.version(name) for name in VERSIONS},
    }
