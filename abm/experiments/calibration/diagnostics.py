"""Whether the fit can be trusted: recovery of known parameters, identifiability, predictions."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from abm.chance import Purpose, generator
from abm.evidence.register import bounds_of
from abm.experiments.calibration.bank_statistics import BankStatistic
from abm.experiments.calibration.fitting import BankFit, WaveFigures, fit_bank
from abm.experiments.calibration.recipe import FitSettings, Space
from abm.experiments.calibration.sampling import sample, starts

PRIOR_VARIANCE = 1.0 / 12.0  # of a side of the unit cube
ROUNDING = 1e-12  # of a sum of weights
MANY = 10**6  # draws: as many as a chain has


def recovery(
    waves: Sequence[WaveFigures], fit: BankFit, progress: Callable[[float], None] = lambda _: None
) -> pd.DataFrame:
    """Return how well known parameters come back: runs of the last wave as if they were observed.

    The runs are taken out before the emulators are learnt. Each is observed with its own chance
    and with the sampling error of the published figures, and fitted as those are. Its prior is
    what the wave was drawn from: uniform over what was not ruled out.

    The waves are those of the bank that were not drawn from a posterior. Returned is one row a
    truth and parameter, with numbers in the unit cube: truth (index of the run), parameter (its
    place), true, low, high, variance.
    """
    settings, last = fit.settings, waves[-1]
    truths = _truths(last, settings)
    rest = np.setdiff1d(np.arange(len(last.index)), truths)
    held_out = fit_bank([*waves[:-1], last.take(rest)], fit.targets, settings)
    candidates = held_out.candidates(settings.seed)
    spreads = held_out.spreads
    covariance = spreads.observed + spreads.emulator + spreads.chance
    noise = generator(settings.seed, Purpose.FIT).multivariate_normal(
        np.zeros(len(covariance)), spreads.observed, size=len(truths)
    )
    low_tail, _, high_tail = _shares(settings)
    rows = []
    for number, run in enumerate(truths, 1):
        density = held_out.density_given(last.figures[run] + noise[number - 1], covariance)
        begin, seed = starts(density, candidates), settings.seed + number
        chain = sample(density, begin, MANY, settings.truth_steps, seed).points
        low, high = np.quantile(chain, [low_tail, high_tail], axis=0)
        for at, true in enumerate(last.unit[run]):
            spread = float(chain[:, at].var())
            rows.append((int(last.index[run]), at, float(true), low[at], high[at], spread))
        progress(number / len(truths))
    return pd.DataFrame(rows, columns=["truth", "parameter", "true", "low", "high", "variance"])


def _truths(wave: WaveFigures, settings: FitSettings) -> np.ndarray:
    """Return the rows of runs to be recovered; none whose point was run twice."""
    defined = np.isfinite(wave.figures).all(axis=1)
    defined[np.concatenate(wave.pairs())] = False
    known = np.flatnonzero(defined)
    count = min(settings.truths, 2 * len(known) // 3)
    return np.sort(generator(settings.seed, Purpose.FIT).permutation(known)[:count])


def is_covered(recovered: pd.DataFrame) -> pd.Series:
    """Return for each truth and parameter whether its interval holds it."""
    return (recovered["true"] >= recovered["low"]) & (recovered["true"] <= recovered["high"])


def emulators_table(fit: BankFit) -> pd.DataFrame:
    """Return how well each target is emulated, and the sources of spread, on natural scales."""
    spreads, qualities = fit.spreads, fit.last.emulators.qualities
    return pd.DataFrame({
        "target": [target.name for target in fit.last.targets],
        "scale": [target.scale.kind for target in fit.last.targets],
        "emulator": [quality.kind for quality in qualities],
        "explained": [quality.explained for quality in qualities],
        "observation_sd": np.diag(spreads.observed) ** 0.5,
        "emulator_sd": np.diag(spreads.emulator) ** 0.5,
        "chance_sd": np.diag(spreads.chance) ** 0.5,
        "runs": fit.last.runs,
    })  # fmt: skip


def identifiability_table(
    space: Space,
    unit: np.ndarray,
    weights: np.ndarray,
    recovered: pd.DataFrame,
    settings: FitSettings,
) -> pd.DataFrame:
    """Return what was learnt of each parameter.

    `low`, `median` and `high` are of the posterior; `contraction` is 1 - its variance over that of
    the prior, in the unit cube, and `truth_contraction` its mean over truths; `identified` says
    that it reaches the cut-off, `coverage` how many of the truths lie in their interval.
    """
    variance = weights @ (unit - weights @ unit) ** 2
    contraction = 1.0 - variance / PRIOR_VARIANCE
    low, median, high = _quantiles(space.values(unit), weights, settings)
    by_parameter = recovered.assign(covered=is_covered(recovered)).groupby("parameter")
    truths = by_parameter[["covered", "variance"]].mean().reindex(range(len(space)))
    return pd.DataFrame(
        {
            "parameter": space.names,
            "prior_low": space.low,
            "prior_high": space.high,
            "prior": np.where(space.is_log, "log-uniform", "uniform"),
            "low": low,
            "median": median,
            "high": high,
            "contraction": contraction,
            "identified": contraction >= settings.unidentified,
            "coverage": truths["covered"].to_numpy(np.float64),
            "truth_contraction": 1 - truths["variance"].to_numpy(np.float64) * 12.0,
        }
    )


def correlations_table(space: Space, unit: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    """Return the correlations of the posterior by pairs, the strongest first."""
    covariance = np.atleast_2d(np.cov(unit, rowvar=False, aweights=weights))
    spread = np.sqrt(np.diag(covariance))
    spread[spread == 0] = 1.0
    correlations = covariance / np.outer(spread, spread)
    first, second = np.triu_indices(len(space), 1)
    names = np.array(space.names)
    table = pd.DataFrame({
        "parameter": names[first],
        "parameter_2": names[second],
        "correlation": correlations[first, second],
    })  # fmt: skip
    order = np.argsort(-table["correlation"].abs().to_numpy(), kind="stable")
    return table.iloc[order].reset_index(drop=True)


def predictive_table(
    fit: BankFit, statistics: Mapping[str, BankStatistic], runs: pd.DataFrame, weights: np.ndarray
) -> pd.DataFrame:
    """Return what runs at the posterior's draws, one at each, found of every fitted entry.

    One run's chance is in `low`, `median` and `high`; `inside` is the weighted share of runs whose
    number is accepted. Runs in which a statistic is `undefined` are left out of it.
    """
    parts = dict.fromkeys(fit.targets.names, "fitted") | dict(fit.targets.checked)
    rows = []
    for name, statistic in statistics.items():
        if name not in parts:
            continue
        bounds = bounds_of(statistic.entry, statistic.study)
        values = runs[name].to_numpy(np.float64)
        known = np.isfinite(values)
        accepted = (values >= bounds[0]) & (values <= bounds[1]) & known
        quantiles, inside = [np.nan] * 3, np.nan
        if known.any():
            quantiles = _quantiles(values[known], weights[known], fit.settings).tolist()
            inside = float(weights[accepted].sum() / weights[known].sum())
        ends = [bound if np.isfinite(bound) else np.nan for bound in bounds]
        rows.append((name, parts[name], *ends, *quantiles, inside, float((~known).mean())))
    names = ["statistic", "part_in_fit", "accepted_low", "accepted_high"]
    return pd.DataFrame(rows, columns=[*names, "low", "median", "high", "inside", "undefined"])


def _shares(settings: FitSettings) -> np.ndarray:
    """Return which quantiles are the lower end, the median and the upper end of intervals."""
    return np.array([(1 - settings.share) / 2, 0.5, (1 + settings.share) / 2])


def _quantiles(values: np.ndarray, weights: np.ndarray, settings: FitSettings) -> np.ndarray:
    """Return those of each column of weighted rows: the first value that reaches the share."""
    shares = _shares(settings) - ROUNDING
    return np.quantile(values, shares, axis=0, weights=weights, method="inverted_cdf")
