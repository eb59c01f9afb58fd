"""Whether the fit can be trusted: recovery of known parameters, identifiability, predictions."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from abm.chance import Purpose, generator
from abm.experiments.calibration.fitting import Fitted, Lived, fitted, matched, stage_after
from abm.experiments.calibration.likelihood import LogDensity
from abm.experiments.calibration.recipe import Fit, Space
from abm.experiments.calibration.sampling import not_ruled_out, sample, starts
from abm.experiments.calibration.targets import Targets

if TYPE_CHECKING:
    import pandas as pd

    from abm.experiments.calibration.bank_statistics import Statistic

PRIOR_VARIANCE = 1.0 / 12.0  # of a side of the unit cube
Tell = Callable[[float], None]


def recovery(
    waves: Sequence[Lived], found: Fitted, fit: Fit, tell: Tell = lambda _: None
) -> "pd.DataFrame":
    """Tell how well known parameters come back: runs of the last wave as if they were observed.

    The runs are taken out before the emulators are learnt. Each is observed with its own chance
    and with the sampling error of the published figures, and fitted as those are. Its prior is
    what the wave was drawn from: uniform over what was not ruled out.

    Parameters
    ----------
    waves
        Of the bank, those drawn from a posterior left out.
    found
        What was fitted to all of them.
    fit
        How many truths, and cut-offs.
    tell
        Called with the share done.

    Returns
    -------
    pandas.DataFrame
        One row a truth and parameter, numbers in the unit cube: truth (index of the run),
        parameter (its place), true, low, high, variance.
    """
    import pandas as pd

    truths = _truths(waves[-1], fit)
    held_out = _without(waves, truths, found.targets, fit)
    dimensions = waves[-1].unit.shape[1]
    candidates = not_ruled_out(
        held_out.walls, dimensions, 2000, fit.cut_off, fit.tries, fit.seed
    ).points
    spreads = held_out.spreads
    covariance = spreads.observed + spreads.emulator + spreads.chance
    noise = generator(fit.seed, Purpose.FIT).multivariate_normal(
        np.zeros(len(covariance)), spreads.observed, size=len(truths)
    )
    tails = np.array([(1 - fit.share) / 2, (1 + fit.share) / 2])
    rows = []
    for place, run in enumerate(truths):
        observed = waves[-1].figures[run] + noise[place]
        density = LogDensity(
            held_out.last.emulators, observed, covariance, held_out.walls, fit.cut_off
        )
        begin = starts(density, candidates)
        chain = sample(density, begin, 10**6, fit.truth_steps, fit.seed + 1 + place).points
        low, high = np.quantile(chain, tails, axis=0)
        for at in range(dimensions):
            true = float(waves[-1].unit[run, at])
            index = int(waves[-1].index[run])
            rows.append((index, at, true, low[at], high[at], float(chain[:, at].var())))
        tell((place + 1) / len(truths))
    return pd.DataFrame(rows, columns=["truth", "parameter", "true", "low", "high", "variance"])


def _truths(wave: Lived, fit: Fit) -> np.ndarray:
    """Return the places of runs to be recovered; none whose point was lived twice."""
    first, second = wave.pairs()
    defined = np.isfinite(wave.figures).all(axis=1)
    defined[np.concatenate([first, second])] = False
    known = np.flatnonzero(defined)
    count = min(fit.truths, 2 * len(known) // 3)
    return np.sort(generator(fit.seed, Purpose.FIT).permutation(known)[:count])


def _without(waves: Sequence[Lived], truths: np.ndarray, targets: Targets, fit: Fit) -> Fitted:
    """Return the fit to all runs but some of the last wave."""
    kept = np.ones(len(waves[-1].index), bool)
    kept[truths] = False
    rest = [*waves[:-1], waves[-1].take(kept)]
    walls = matched(rest[:-1], targets, fit) if len(rest) > 1 else matched(rest, targets, fit)[:-1]
    last = stage_after(walls, rest, targets, fit)
    return fitted(targets, walls, last, rest, fit)


def emulators_table(found: Fitted) -> "pd.DataFrame":
    """Return how well each target is emulated, and the sources of spread, on natural scales."""
    import pandas as pd

    spreads = found.spreads
    rows = [
        {
            "target": target.name,
            "scale": target.scale.kind,
            "emulator": quality.kind,
            "explained": quality.explained,
            "observation_sd": float(spreads.observed[at, at] ** 0.5),
            "emulator_sd": float(spreads.emulator[at, at] ** 0.5),
            "chance_sd": float(spreads.chance[at, at] ** 0.5),
            "runs": found.last.runs,
        }
        for at, (target, quality) in enumerate(
            zip(found.last.targets, found.last.emulators.qualities, strict=True)
        )
    ]
    return pd.DataFrame(rows)


def identifiability_table(
    space: Space, unit: np.ndarray, weights: np.ndarray, recovered: "pd.DataFrame", fit: Fit
) -> "pd.DataFrame":
    """Return what was learnt of each parameter.

    Returns
    -------
    pandas.DataFrame
        parameter, prior_low, prior_high, prior, low, median, high (of the posterior),
        contraction (1 - variance of the posterior over that of the prior, in the unit cube),
        identified (contraction at least the cut-off), coverage (share of the truths that their
        interval holds), truth_contraction (mean over truths).
    """
    import pandas as pd

    middle = weights @ unit
    variance = weights @ (unit - middle) ** 2
    contraction = 1.0 - variance / PRIOR_VARIANCE
    values = space.values(unit)
    tails = [(1 - fit.share) / 2, 0.5, (1 + fit.share) / 2]
    low, median, high = (weighted_quantile(values, weights, each) for each in tails)
    covered = (recovered["true"] >= recovered["low"]) & (recovered["true"] <= recovered["high"])
    by = recovered.assign(covered=covered).groupby("parameter")
    coverage, spread = by["covered"].mean(), by["variance"].mean()
    places = range(len(space))
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
            "identified": contraction >= fit.unidentified,
            "coverage": [float(coverage.get(at, np.nan)) for at in places],
            "truth_contraction": [1 - float(spread.get(at, np.nan)) * 12.0 for at in places],
        }
    )


def correlations_table(space: Space, unit: np.ndarray, weights: np.ndarray) -> "pd.DataFrame":
    """Return the correlations of the posterior by pairs, the strongest first."""
    import pandas as pd

    covariance = np.atleast_2d(np.cov(unit, rowvar=False, aweights=weights))
    spread = np.sqrt(np.diag(covariance))
    spread[spread == 0] = 1.0
    found = covariance / np.outer(spread, spread)
    rows = [
        (space.names[a], space.names[b], float(found[a, b]))
        for a in range(len(space))
        for b in range(a + 1, len(space))
    ]
    table = pd.DataFrame(rows, columns=["parameter", "parameter_2", "correlation"])
    order = np.argsort(-table["correlation"].abs().to_numpy(), kind="stable")
    return table.iloc[order].reset_index(drop=True)


def predictive_table(
    chosen: "Sequence[tuple[Statistic, tuple[float, float], str]]",
    runs: "pd.DataFrame",
    weights: np.ndarray,
    fit: Fit,
) -> "pd.DataFrame":
    """Return what runs at the posterior's draws found of every fitted entry.

    Parameters
    ----------
    chosen
        Statistics, what is accepted of each, and its part in the fit.
    runs
        Lived once at each draw; a statistic that is not defined in a run is left out of it.
    weights
        Of the draws.
    fit
        The share of intervals.

    Returns
    -------
    pandas.DataFrame
        statistic, part_in_fit, accepted_low, accepted_high, low, median, high (one run's chance
        is in them), inside (weighted share of runs whose number is accepted), undefined.
    """
    import pandas as pd

    tails = [(1 - fit.share) / 2, 0.5, (1 + fit.share) / 2]
    rows = []
    for statistic, (accepted_low, accepted_high), part in chosen:
        values = runs[statistic.name].to_numpy(np.float64)
        there = np.isfinite(values)
        low, median, high = (
            float(weighted_quantile(values[there, None], weights[there], each)[0])
            if there.any() else np.nan for each in tails
        )  # fmt: skip
        accepted = (values >= accepted_low) & (values <= accepted_high) & there
        share = float(weights[accepted].sum() / weights[there].sum()) if there.any() else np.nan
        bounds = [
            bound if np.isfinite(bound) else np.nan for bound in (accepted_low, accepted_high)
        ]
        rows.append(
            (statistic.name, part, *bounds, low, median, high, share, float((~there).mean()))
        )
    names = ["statistic", "part_in_fit", "accepted_low", "accepted_high"]
    return pd.DataFrame(rows, columns=[*names, "low", "median", "high", "inside", "undefined"])


def weighted_quantile(values: np.ndarray, weights: np.ndarray, share: float) -> np.ndarray:
    """Return the quantile of each column of weighted rows: the first value that reaches it."""
    found = []
    for column in values.T:
        order = np.argsort(column, kind="stable")
        reached = np.cumsum(weights[order]) / weights.sum()
        place = min(int(np.searchsorted(reached, share - 1e-12)), len(order) - 1)
        found.append(float(column[order[place]]))
    return np.array(found)
