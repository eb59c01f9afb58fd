"""Whether the fit can be trusted: recovery of known parameters, identifiability, predictions."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from abm.chance import Purpose, generator
from abm.evidence.register import bounds_of
from abm.experiments.calibration.bank_statistics import BankStatistic
from abm.experiments.calibration.fit import EVERYWHERE, BankRuns, Fit, interval, learn
from abm.experiments.calibration.recipe import FitSettings, Space
from abm.experiments.calibration.sampling import Normal, one_thread, sample
from abm.experiments.calibration.targets import Target, Targets

PRIOR_VARIANCE = 1.0 / 12.0  # of a side of the unit cube
FOLDS = 5  # parts in which truths are held out
FEWER = 12  # power of 2: points of a round for a truth
BINS = 10  # of a rank histogram
BAND = 0.95  # of the counts that chance gives in a bin
UNEVEN = 0.01  # p below which ranks are not flat


@one_thread
def ranks(
    runs: BankRuns,
    fit: Fit,
    noise: np.ndarray,
    settings: FitSettings,
    progress: Callable[[float], None] = lambda _: None,
) -> pd.DataFrame:
    """Return where known parameters lie in the posteriors of what their runs gave.

    Simulation-based calibration (Talts et al. 2018, arXiv 1804.06788): points of the latest waves
    are held out in turn; a run of each is taken as observed, with errors of the variance `noise` by
    target, and fitted as the published figures are, with what its wave was drawn from as prior.
    Returned is one row a truth and parameter: truth, parameter (its place), rank: the share of the
    posterior below the true value, even between 0 and 1 if the fit is right.
    """
    truths, priors = _truths(runs, settings.truths)
    errors = generator(settings.seed, Purpose.FIT).normal(size=(len(truths), len(noise)))
    near = fit.near
    if not runs.wave[truths].any():
        near = Normal(near.mean, EVERYWHERE * near.covariance)  # truths lie all over the prior
    rows = []
    for fold in range(FOLDS):
        own = np.flatnonzero(np.arange(len(truths)) % FOLDS == fold)
        rest = np.flatnonzero(~np.isin(runs.point, runs.point[truths[own]]))
        likelihood = learn(runs.take(rest), near, fit.likelihood.noise, settings)
        for number in own:
            run = truths[number]
            observed = runs.figures[run] + errors[number] * noise**0.5
            density = likelihood.given(observed, is_run=True)
            drawn = sample(density, priors[number], settings.seed + int(number), FEWER)
            below = drawn.weights @ (drawn.scores < runs.scores[run])
            rows += [(int(number), at, float(rank)) for at, rank in enumerate(below)]
            progress(len(rows) / below.size / max(len(truths), 1))
    return pd.DataFrame(rows, columns=["truth", "parameter", "rank"])


def _truths(runs: BankRuns, most: int) -> tuple[np.ndarray, list[Normal]]:
    """Return runs to be recovered, and what each was drawn from.

    They are the first runs of points of the latest waves, of the first only where it is alone.
    """
    first = np.sort(np.unique(runs.point, return_index=True)[1])
    known = {at: normal for at, normal in enumerate(runs.drawn_from) if normal is not None}
    first = first[np.isin(runs.wave[first], [*known])]
    later = first[runs.wave[first] > 0]
    chosen = later if len(later) else first
    chosen = chosen[np.argsort(-runs.wave[chosen], kind="stable")][:most]
    return chosen, [known[int(wave)] for wave in runs.wave[chosen]]


def flatness(ranked: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the histograms of ranks, and what they say by parameter.

    The first has parameter, bin, count, and the band (low, high) that chance gives; the second, by
    parameter, `coverage` (share of truths between the ranks .05 and .95), `chi2` and `p`.
    """
    from scipy.stats import binom, chisquare

    edges = np.linspace(0.0, 1.0, BINS + 1)
    counts = {at: np.histogram(own["rank"], edges)[0] for at, own in ranked.groupby("parameter")}
    truths = ranked["truth"].nunique()
    low, high = binom.interval(BAND, truths, 1 / BINS)
    histograms = pd.DataFrame(
        [(at, bin_, int(n), int(low), int(high))
         for at, own in counts.items() for bin_, n in enumerate(own)],
        columns=["parameter", "bin", "count", "low", "high"],
    )  # fmt: skip
    tests = {at: chisquare(own) for at, own in counts.items()}
    summary = pd.DataFrame({
        "coverage": ranked["rank"].between(0.05, 0.95).groupby(ranked["parameter"]).mean(),
        "chi2": {at: float(test.statistic) for at, test in tests.items()},
        "p": {at: float(test.pvalue) for at, test in tests.items()},
    })  # fmt: skip
    return histograms, summary


def regressions_table(fit: Fit, targets: Sequence[Target]) -> pd.DataFrame:
    """Return how well each target is known, and the sources of spread, on natural scales.

    `explained` is R2 in runs left out. `unexplained_sd` holds chance of a run and error of the
    regression; `error_sd` is the same as long as no runs of one point tell them apart.
    """
    likelihood = fit.likelihood
    spread, local = np.array([target.spread for target in targets]), likelihood.local
    return pd.DataFrame({
        "target": [target.name for target in targets],
        "scale": [target.scale.kind for target in targets],
        "explained": local.explained,
        "observation_sd": spread,
        "discrepancy_sd": np.sqrt(np.maximum(likelihood.noise - spread**2, 0.0)),
        "error_sd": np.sqrt(np.diag(likelihood.error)),
        "unexplained_sd": np.sqrt(np.diag(local.covariance)),
        "runs": round(fit.worth),
    })  # fmt: skip


def identifiability_table(
    space: Space, unit: np.ndarray, weights: np.ndarray, recovered: pd.DataFrame,
    settings: FitSettings,
) -> pd.DataFrame:  # fmt: skip
    """Return what was learnt of each parameter.

    `low`, `median` and `high` are of the posterior; `contraction` is 1 - its variance over that of
    the prior, in the unit cube, and `identified` says that it reaches the cut-off. `recovered` is
    what `flatness` says; `flat` that the ranks of known values do not differ from even ones.
    """
    contraction = 1.0 - weights @ (unit - weights @ unit) ** 2 / PRIOR_VARIANCE
    values = space.values(unit)
    low, high = interval(values, weights, settings.share)
    return pd.DataFrame({
        "parameter": space.names,
        "prior_low": space.low,
        "prior_high": space.high,
        "prior": np.where(space.is_log, "log-uniform", "uniform"),
        "low": low,
        "median": interval(values, weights, 0.0)[0],
        "high": high,
        "contraction": contraction,
        "identified": contraction >= settings.unidentified,
        **{name: recovered[name].to_numpy() for name in ("coverage", "chi2", "p")},
        "flat": recovered["p"].to_numpy() >= UNEVEN,
    })  # fmt: skip


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
    targets: Targets,
    statistics: Mapping[str, BankStatistic],
    before: pd.DataFrame,
    after: pd.DataFrame,
    settings: FitSettings,
) -> pd.DataFrame:
    """Return what runs found of every fitted entry, `before` at points of the prior.

    `after` are runs at draws of the posterior; `inside` is the share of them whose number is
    accepted. One run's chance is in all of it; runs in which a statistic is
    `undefined` are left out of it.
    """
    parts = dict.fromkeys(targets.names, "fitted") | dict(targets.checked)
    accepted = {target.name: (target.low, target.high) for target in targets.fitted}
    rows = []
    for name, statistic in statistics.items():
        if name not in parts:
            continue
        low, high = accepted.get(name, bounds_of(statistic.entry, statistic.study))
        values = after[name].to_numpy(np.float64)
        known = np.isfinite(values)
        within = ((values >= low) & (values <= high))[known]
        rows.append((
            name, parts[name], *(end if np.isfinite(end) else np.nan for end in (low, high)),
            *_three(before[name].to_numpy(np.float64), settings.share),
            *_three(values, settings.share),
            within.mean() if known.any() else np.nan, float((~known).mean()),
        ))  # fmt: skip
    ends = ["low", "median", "high"]
    names = ["statistic", "part_in_fit", "accepted_low", "accepted_high"]
    names += [*(f"before_{end}" for end in ends), *ends, "inside", "undefined"]
    return pd.DataFrame(rows, columns=names)


def _three(values: np.ndarray, share: float) -> tuple[float, float, float]:
    """Return the lower end, the median and the upper end of values that are known."""
    known = values[np.isfinite(values)]
    if not len(known):
        return np.nan, np.nan, np.nan
    low, median, high = np.quantile(known, [(1 - share) / 2, 0.5, (1 + share) / 2])
    return float(low), float(median), float(high)
