"""From finished waves to the files of a calibration: posterior, diagnostics, figures."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.evidence.register import bounds_of
from abm.experiments.calibration import diagnostics, fitting, point_estimate
from abm.experiments.calibration.bank import BankError, WaveRuns
from abm.experiments.calibration.bank_statistics import Statistic, statistics
from abm.experiments.calibration.options import HowToCalibrate
from abm.experiments.calibration.recipe import CENTRAL, Wave
from abm.experiments.calibration.waves import all_targets, finished_waves
from abm.io.progress import Progress
from abm.io.tables import TableError, csv_bytes, write_bytes
from abm.scenario.posterior import Posterior, write_posterior

if TYPE_CHECKING:
    import pandas as pd

VERSIONS = ("nssi-abm", "numpy", "scipy", "scikit-learn", "emcee")
HASH_DIGITS = 16
DIAGNOSTICS = "diagnostics"


@dataclass(frozen=True)
class Drawn:
    """Draws of the posterior.

    Parameters
    ----------
    unit
        Points of the unit cube.
    values
        Of the parameters.
    weights
        They sum to 1.
    density
        Log-density of each, by the last fit.
    runs
        What was lived at them, or None.
    """

    unit: np.ndarray
    values: np.ndarray
    weights: np.ndarray
    density: np.ndarray
    runs: "pd.DataFrame | None"


Draw = Callable[[Path, "dict[str, pd.DataFrame]"], object]


def finish(how: HowToCalibrate, draw: Draw) -> dict[str, Any]:
    """Fit what the bank holds, write posterior and diagnostics; return a summary for JSON.

    Parameters
    ----------
    how
        Where and with what.
    draw
        Draws the tables of the diagnostics into a folder.

    Raises
    ------
    BankError
        If the bank holds no finished part.
    EmulatorError, TableError
        If too few runs are there to fit; if a file cannot be written.
    """
    runs = finished_waves(how)
    if not runs:
        raise BankError(f"{how.bank} holds no finished part; nssi calibrate lives them")
    fit, space = how.recipe.fit, how.space
    measured = statistics(how.recipe.runs.world)
    definitions = {name: each.definition for name, each in measured.items()}
    targets = fitting.usable(all_targets(how), runs, fit, definitions)
    waves = fitting.lived_waves(runs, targets, space)
    how.say(f"fitting emulators to {sum(len(wave.unit) for wave in waves):,} runs")
    found = fitting.fit_bank(waves, targets, fit)
    drawn = _drawn(found, runs, how)
    with Progress("recovering known parameters", how.quiet) as bar:
        recovered = diagnostics.recovery(fitting.not_drawn(waves), found, fit, bar.update)
    tables = _tables(how, found, drawn, recovered, measured)
    about = _about(how, runs, found, drawn) | _central(found, drawn, waves, how)
    posterior = Posterior(space.names, drawn.values, drawn.weights, about)
    folder = how.bank.parent / DIAGNOSTICS
    _make(folder)
    write_posterior(how.posterior_folder, posterior)
    for name, table in tables.items():
        write_bytes(folder / f"{name}.csv", csv_bytes(table))
    draw(folder, tables)
    return _summary(how, found, drawn, tables)


def _drawn(found: fitting.Fitted, runs: Sequence[tuple[Wave, WaveRuns]], how: HowToCalibrate
           ) -> Drawn:  # fmt: skip
    """Return the draws that were lived, with weights by what was learnt from them; else new ones.

    Before the last wave is there, draws are those of the emulated posterior, of equal weight.
    """
    fit, space = how.recipe.fit, how.space
    lived_draws = [each for each in runs if each[0].drawn == "posterior"]
    if not lived_draws:
        planned = [wave for wave in how.recipe.waves if wave.drawn == "posterior"]
        last = planned[-1] if planned else how.recipe.waves[-1]
        sampled = fitting.draw(found, len(space), last.unique, fit.steps, fit, last.first_seed)
        equal = np.full(len(sampled.points), 1.0 / len(sampled.points))
        return Drawn(sampled.points, space.values(sampled.points), equal, sampled.density, None)
    wave, lived = lived_draws[-1]
    design = how.folder(wave).design()
    if design is None:
        raise BankError(f"{how.folder(wave).path} lacks its design")
    chosen = lived.runs[lived.runs["index"] < wave.unique].reset_index(drop=True)
    rows = chosen["index"].to_numpy(np.int64)
    before = np.array(design.about["log density"], np.float64)[rows]
    values = chosen[space.names].to_numpy(np.float64)
    unit = space.unit(values)
    density = found.density(np.clip(unit, 0.0, 1.0))
    weights = fitting.weights_of(density, before, fit.truncation)
    return Drawn(unit, values, weights, density, chosen)


def _central(
    found: fitting.Fitted, drawn: Drawn, waves: Sequence[fitting.Lived], how: HowToCalibrate
) -> dict[str, Any]:
    """Return the point that stands for the posterior, and how it was found.

    Of the likeliest draws it is the one whose own runs fit best, moved a little to where they
    should fit still better; before these are lived, the draw of the highest emulated density.
    """
    space, last = how.space, waves[-1]
    if last.wave.drawn not in CENTRAL:
        values = drawn.values[int(np.argmax(drawn.density))]
        return {"central": dict(zip(space.names, map(float, values), strict=True))}
    points = point_estimate.reached(found, last)
    middle = point_estimate.middle_of(waves)
    best, move = point_estimate.best_of(found, points, middle)
    unit = move.unit if last.wave.drawn == CENTRAL[1] else points[best].unit
    values = space.values(unit)
    return {
        "central": dict(zip(space.names, map(float, values), strict=True)),
        "central_from": {
            "wave": last.wave.name,
            "runs": last.wave.lives,
            "population": last.wave.population or how.recipe.runs.population,
            "distance": round(point_estimate.distance(found, points[best]), 2),
        },
    }


def _tables(
    how: HowToCalibrate,
    found: fitting.Fitted,
    drawn: Drawn,
    recovered: "pd.DataFrame",
    measured: Any,
) -> "dict[str, pd.DataFrame]":
    fit, space = how.recipe.fit, how.space
    named = recovered.assign(parameter=[space.names[at] for at in recovered["parameter"]])
    tables = {
        "emulators": diagnostics.emulators_table(found),
        "identifiability": diagnostics.identifiability_table(
            space, drawn.unit, drawn.weights, recovered, fit
        ),
        "correlations": diagnostics.correlations_table(space, drawn.unit, drawn.weights),
        "recovery": named,
    }
    if drawn.runs is not None:
        chosen = _fitted_statistics(found, measured)
        tables["predictive"] = diagnostics.predictive_table(chosen, drawn.runs, drawn.weights, fit)
    return tables


def _fitted_statistics(
    found: fitting.Fitted, measured: Any
) -> list[tuple[Statistic, tuple[float, float], str]]:
    """Return every statistic of a fitted entry, what is accepted, and its part in the fit."""
    rows = []
    for name, each in measured.items():
        if name in found.targets.names or name in found.targets.checked:
            part = "fitted" if name in found.targets.names else found.targets.checked[name]
            rows.append((each, bounds_of(each.entry, each.study), part))
    return rows


def _about(
    how: HowToCalibrate,
    runs: Sequence[tuple[Wave, WaveRuns]],
    found: fitting.Fitted,
    drawn: Drawn,
) -> dict[str, Any]:
    """Return posterior.json: what decided the draws, without date or place."""
    engines = sorted({made.engine for _, lived in runs for made in lived.made_with})
    return {
        "draws": len(drawn.weights),
        "effective": round(fitting.effective_size(drawn.weights), 1),
        "lived": drawn.runs is not None,
        "fitted": found.targets.names,
        "checked": dict(found.targets.checked),
        "priors": how.space.plain(),
        "recipe": how.recipe.model_dump(mode="json"),
        "bank": {wave.name: how.folder(wave).digest() for wave, _ in runs},
        "engines": engines,
        "register": register_hash(found),
        "versions": {name: metadata.version(name) for name in VERSIONS},
    }


def register_hash(found: fitting.Fitted) -> str:
    """Return a hash over what was fitted and to what."""
    content = [[each.name, each.scale.kind, each.low, each.high] for each in found.targets.fitted]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:HASH_DIGITS]


def _summary(
    how: HowToCalibrate, found: fitting.Fitted, drawn: Drawn, tables: "dict[str, pd.DataFrame]"
) -> dict[str, Any]:
    known = tables["identifiability"]
    covered = tables["recovery"]
    inside = (covered["true"] >= covered["low"]) & (covered["true"] <= covered["high"])
    return {
        "fitted": found.targets.names,
        "checked": dict(found.targets.checked),
        "draws": len(drawn.weights),
        "effective": round(fitting.effective_size(drawn.weights), 1),
        "coverage": round(float(inside.mean()), 3),
        "truths": int(covered["truth"].nunique()),
        "not_identified": known.loc[~known["identified"], "parameter"].tolist(),
        "posterior": str(how.posterior_folder),
        "diagnostics": str(how.bank.parent / DIAGNOSTICS),
    }


def _make(folder: Any) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TableError(f"cannot write to {folder}: {error.strerror or error}") from error
