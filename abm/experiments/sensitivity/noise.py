"""How far chance within runs, rather than parameters, moves outcomes and rankings."""

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

TOP = 8


class Noise(NamedTuple):
    """Variances of one outcome."""

    points: int  # at which two or more seeds are known
    between_seeds: float  # variance between single runs at the same point, pooled over these points
    # Runs in the mean of a point: those that define the outcome, as the harmonic mean over points,
    # because chance in a mean falls with one over their number.
    seeds_averaged: float
    over_points: float  # variance over the design of what is analysed: the means of points
    # The part of `over_points` that is due to chance; at most, because the same seeds are run at
    # every point and part of their chance cancels. The interval, 95 %, is by chi-square: how surely
    # so few seeds tell `between_seeds`, as if chance were normal and alike at every point.
    share: float
    share_low: float
    share_high: float
    single_run_share: float  # the same if every point had been run with one seed


def noise_of(analysed: np.ndarray, replicates: np.ndarray) -> Noise:
    """Return how much of an outcome's variance over a design is chance within runs.

    `analysed` has shape (points, seeds): what the analysis averages, NaN where undefined;
    `replicates` (some points, more seeds): runs at the same point in each row, which may include
    those above.
    """
    known = np.isfinite(replicates)
    counts = known.sum(axis=1)
    several = counts > 1
    freedom = int((counts[several] - 1).sum())
    means = point_means(analysed)
    means = means[np.isfinite(means)]
    if freedom == 0 or len(means) < 2:
        return Noise(int(several.sum()), *[math.nan] * 7)
    rows, weights = np.where(known, replicates, 0.0)[several], known[several]
    centres = rows.sum(axis=1) / counts[several]
    between = float((weights * (rows - centres[:, None]) ** 2).sum()) / freedom
    over = float(means.var(ddof=1))
    averaged = _seeds_averaged(analysed)
    between_means = between / averaged
    single = over - between_means + between
    share = between_means / over if over > 0 else math.nan
    return Noise(
        int(several.sum()), between, averaged, over, share, *_share_interval(share, freedom),
        between / single if single > 0 else math.nan,
    )  # fmt: skip


def _seeds_averaged(analysed: np.ndarray) -> float:
    """Return the harmonic mean, over points with any, of how many seeds define the outcome."""
    counts = np.isfinite(analysed).sum(axis=1)
    counts = counts[counts > 0]
    return float(len(counts) / (1.0 / counts).sum())


def _share_interval(share: float, freedom: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of variance with so many degrees of freedom.

    NaN where all runs at every point agree.
    """
    from scipy.special import chdtri

    if not share > 0:
        return math.nan, math.nan
    # The points at which chi-square has 2.5 % and 97.5 % above it.
    low, high = (share * freedom / float(chdtri(freedom, above)) for above in (0.025, 0.975))
    return low, min(high, max(1.0, share))


def point_means(values: np.ndarray) -> np.ndarray:
    """Return the mean over seeds at each point; NaN only where no seed defines the outcome."""
    known = np.isfinite(values)
    counts = known.sum(axis=1)
    sums = np.where(known, values, 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), math.nan)


def stability_table(rankings: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Compare the rankings of repetitions of one design with other seeds, pair by pair.

    Columns are outcome, repetition, other, spearman, kendall (rank correlations of the indices),
    and `shared` of the `top` parameters of both.
    """
    rows = []
    pairs = itertools.combinations(enumerate(rankings, 1), 2)
    for (number, one), (other, two) in pairs:
        for outcome in [name for name in one["outcome"].unique() if name in set(two["outcome"])]:
            first = one[one["outcome"] == outcome].set_index("parameter")
            second = two[two["outcome"] == outcome].set_index("parameter").loc[first.index]
            rows.append((outcome, number, other, *_agreement(first, second)))
    columns = ["outcome", "repetition", "other", "spearman", "kendall", "top", "shared"]
    return pd.DataFrame(rows, columns=columns)


def _agreement(first: pd.DataFrame, second: pd.DataFrame) -> tuple[float, float, int, int]:
    """Return Spearman's and Kendall's correlation, the size of the top, and its overlap."""
    from scipy.stats import kendalltau, spearmanr

    top = min(TOP, len(first))
    shared = int(((first["rank"] <= top) & (second["rank"] <= top)).sum())
    one, two = first["value"].to_numpy(np.float64), second["value"].to_numpy(np.float64)
    if np.ptp(one) == 0 or np.ptp(two) == 0:
        return math.nan, math.nan, top, shared
    spearman, kendall = spearmanr(one, two).statistic, kendalltau(one, two).statistic
    return float(spearman), float(kendall), top, shared
