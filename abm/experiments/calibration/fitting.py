"""From the bank to a posterior: stages of history matching, the likelihood, draws and weights.

The emulated likelihood is normal on natural scales, with every source of spread in it.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from abm.experiments.calibration.bank import WaveRuns
from abm.experiments.calibration.emulators import (
    EmulatorError,
    MatchingStage,
    implausibility,
    learn,
    log_wall,
)
from abm.experiments.calibration.recipe import FitSettings, Space, Wave
from abm.experiments.calibration.sampling import (
    Density,
    NotRuledOut,
    Sample,
    not_ruled_out,
    sample,
    starts,
    within_cube,
)
from abm.experiments.calibration.targets import Targets

LEAST_ERROR = 0.05  # of what is unexplained: an emulator is never taken as more exact
LEAST_LOG_WEIGHT = -700.0  # below the largest: still a number
PAIRS_A_FIGURE = 2  # of runs at one point: with fewer they do not tell chance
CANDIDATES = 2000  # points among which chains look for a start


@dataclass(frozen=True)
class WaveFigures:
    """The finished runs of a wave, as a fit sees them."""

    wave: Wave
    index: np.ndarray  # place of each run in the design
    unit: np.ndarray  # their points in the unit cube, shape (runs, parameters)
    figures: np.ndarray  # on natural scales, shape (runs, targets)

    def take(self, rows: np.ndarray) -> "WaveFigures":
        """Return some of the runs."""
        return WaveFigures(self.wave, self.index[rows], self.unit[rows], self.figures[rows])

    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of runs that stand at one point, first and second of each pair."""
        row_of = {int(index): row for row, index in enumerate(self.index)}
        twins = [(index, index + self.wave.unique) for index in range(self.wave.repeats)]
        rows = [(row_of[one], row_of[two]) for one, two in twins if {one, two} <= row_of.keys()]
        first, second = np.array(rows, np.int64).reshape(-1, 2).T
        return first, second


@dataclass(frozen=True)
class Spreads:
    """Covariances on natural scales, each of shape (figures, figures)."""

    observed: np.ndarray  # of what was observed: one figure knows nothing of another
    emulator: np.ndarray  # of the error of the emulators
    chance: np.ndarray  # of what one run of the bank finds about what is expected at its point


@dataclass(frozen=True)
class BankFit:
    """What was learnt from the waves of the bank."""

    settings: FitSettings
    targets: Targets  # what was fitted, and what is only checked
    walls: list[MatchingStage]  # they decide what is ruled out
    last: MatchingStage  # of the likelihood
    spreads: Spreads
    dimensions: int  # free parameters

    @functools.cached_property
    def density(self) -> Density:
        """The log-density of the posterior at points, up to a constant."""
        return self.density_given(self.last.observed, self.spreads.observed + self.spreads.emulator)

    def density_given(self, observed: np.ndarray, covariance: np.ndarray) -> Density:
        """Return the log-density of a posterior, had something else been observed.

        Its covariance is that of the distance between that and what is expected.
        """
        inverse = np.linalg.inv(covariance)

        def density(unit: np.ndarray) -> np.ndarray:
            distance = self.last.emulators(unit) - observed
            likelihood = -0.5 * np.einsum("ij,jk,ik->i", distance, inverse, distance)
            return np.asarray(likelihood + log_wall(self.walls, unit, self.settings.cut_off))

        return within_cube(density)

    def candidates(self, seed: int) -> np.ndarray:
        """Return points that are not ruled out, among which chains look for a start."""
        return not_ruled_out(self.walls, self.dimensions, CANDIDATES, self.settings, seed).points


# What is learnt from


def usable(
    targets: Targets,
    waves: Sequence[tuple[Wave, WaveRuns]],
    settings: FitSettings,
    definitions: Mapping[str, str],
) -> Targets:
    """Return the targets that every wave has in the same definition and that are mostly defined.

    How often a figure is undefined is looked at in the last wave.
    """
    left_out: dict[str, str] = {}
    for wave, runs in waves:
        for name in {*targets.names} - {*runs.defined_as(definitions)}:
            left_out[name] = f"{wave.name} of the bank measured it in another way, or not"
    wave, runs = waves[-1]
    for name in targets.names:
        share = 0.0 if name in left_out else float(runs.runs[name].isna().mean())
        if share > settings.most_undefined:
            left_out[name] = f"undefined in {share:.0%} of the runs of {wave.name}"
    return targets.without(left_out)


def wave_figures(
    waves: Sequence[tuple[Wave, WaveRuns]], targets: Targets, space: Space
) -> list[WaveFigures]:
    """Return the runs of waves as a fit sees them."""
    if not targets.fitted:
        raise EmulatorError("no fitted entry of the register can be learnt from the bank")
    return [
        WaveFigures(
            wave,
            runs.runs["index"].to_numpy(np.int64),
            space.unit(runs.runs[space.names].to_numpy(np.float64)),
            np.column_stack([
                target.scale.to(runs.runs[target.name].to_numpy(np.float64))
                for target in targets.fitted
            ]),
        )
        for wave, runs in waves
    ]  # fmt: skip


def before_posterior(waves: Sequence[WaveFigures]) -> list[WaveFigures]:
    """Return the waves of the prior and of what is not ruled out."""
    return [wave for wave in waves if wave.wave.drawn in ("prior", "not ruled out")]


def of_posterior(waves: Sequence[WaveFigures]) -> list[WaveFigures]:
    """Return the waves drawn from a posterior."""
    return [wave for wave in waves if wave.wave.drawn == "posterior"]


# Stages of history matching


def matched(
    waves: Sequence[WaveFigures], targets: Targets, settings: FitSettings
) -> list[MatchingStage]:
    """Return the stages that waves of the bank give, in their order.

    The first wave gives two, one over the priors and one near what that does not rule out; each
    further wave gives one more, learnt from all so far.
    """
    walls = _walls(waves, targets, settings)
    return [*walls, stage_after(walls, waves, targets, settings)]


def _walls(
    waves: Sequence[WaveFigures], targets: Targets, settings: FitSettings
) -> list[MatchingStage]:
    """Return the stages that waves give, but the last."""
    stages: list[MatchingStage] = []
    for count in [1, *range(1, len(waves))]:
        stages.append(stage_after(stages, waves[:count], targets, settings))
    return stages


def stage_after(
    stages: Sequence[MatchingStage],
    waves: Sequence[WaveFigures],
    targets: Targets,
    settings: FitSettings,
) -> MatchingStage:
    """Return the stage that some waves give after others: learnt near what is not ruled out.

    Without a stage before, all runs are learnt from; else those inside the window, and at least
    three a coefficient of a quadratic, the least implausible first. Only where a run stands
    decides, not what it found, so nothing is learnt from a choice of outcomes. Runs drawn from a
    posterior are all learnt from; with such runs of others only as many as it takes.
    """
    unit = np.concatenate([wave.unit for wave in waves])
    figures = np.concatenate([wave.figures for wave in waves])
    always = np.repeat([wave.wave.drawn == "posterior" for wave in waves],
                       [len(wave.unit) for wave in waves])  # fmt: skip
    defined = np.isfinite(figures).all(axis=1)
    points, figures, near = unit[defined], figures[defined], always[defined]
    if stages:
        scores = np.where(near, 0.0, implausibility(stages, points))
        dimensions = unit.shape[1]
        fewest = 3 * (dimensions + 1) * (dimensions + 2) // 2
        within = scores <= (0.0 if always.any() else settings.window)
        count = max(int(within.sum()), min(fewest, len(scores)))
        chosen = np.argsort(scores, kind="stable")[:count]
        points, figures = points[chosen], figures[chosen]
    return MatchingStage(targets.fitted, learn(points, figures, settings.seed), len(points))


def next_points(
    stages: Sequence[MatchingStage], wave: Wave, dimensions: int, settings: FitSettings
) -> NotRuledOut:
    """Return the points of a wave of what is not ruled out, the repeats last."""
    drawn = not_ruled_out(stages, dimensions, wave.unique, settings, wave.first_seed)
    return drawn._replace(points=np.concatenate([drawn.points, drawn.points[: wave.repeats]]))


# The likelihood


def fit_bank(waves: Sequence[WaveFigures], targets: Targets, settings: FitSettings) -> BankFit:
    """Fit the waves of the bank; runs drawn from a posterior join the last stage.

    The likeliest draws choose among draws and are not learnt from.
    """
    bank = before_posterior(waves)
    learnt_from = [*bank, *of_posterior(waves)]
    walls = _walls(bank, targets, settings)
    last = stage_after(walls, learnt_from, targets, settings)
    spreads = _spreads(last, differences(learnt_from))
    return BankFit(settings, targets, walls, last, spreads, waves[0].unit.shape[1])


def differences(waves: Sequence[WaveFigures]) -> np.ndarray:
    """Return what runs of one point differ by, shape (pairs, targets).

    Chance is not the same everywhere: pairs drawn from a posterior are taken if there are enough.
    """

    def pairs(chosen: Sequence[WaveFigures]) -> np.ndarray:
        rows = [wave.figures[first] - wave.figures[second]
                for wave in chosen for first, second in [wave.pairs()]]  # fmt: skip
        whole = np.concatenate(rows) if rows else np.empty((0, 0))
        return np.asarray(whole[np.isfinite(whole).all(axis=1)])

    near = pairs(of_posterior(waves))
    return near if len(near) >= PAIRS_A_FIGURE * waves[0].figures.shape[1] else pairs(waves)


def _spreads(stage: MatchingStage, pairs: np.ndarray) -> Spreads:
    """Return the covariances of a stage; differences of pairs of runs tell chance from error.

    Without them everything unexplained counts as both, which makes posteriors wider than they need
    be.
    """
    observed = np.diag([target.spread**2 for target in stage.targets])
    unexplained = stage.emulators.covariance
    if len(pairs) < PAIRS_A_FIGURE * len(observed):
        return Spreads(observed, unexplained, unexplained)
    chance = np.atleast_2d(pairs.T @ pairs / (2.0 * len(pairs)))
    return Spreads(observed, _error(unexplained, chance), chance)


def _error(unexplained: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Return the part of the unexplained covariance that chance leaves, at least a little."""
    size = np.sqrt(np.diag(unexplained))
    standard = (unexplained - chance) / np.outer(size, size)
    values, vectors = np.linalg.eigh((standard + standard.T) / 2)
    kept = (vectors * np.maximum(values, LEAST_ERROR)) @ vectors.T
    return np.asarray(kept * np.outer(size, size))


# Draws


def draw(fit: BankFit, count: int, seed: int) -> Sample:
    """Draw from the posterior; the same seed gives the same draws."""
    begin = starts(fit.density, fit.candidates(seed))
    return sample(fit.density, begin, count, fit.settings.steps, seed)


def weights_of(log_new: np.ndarray, log_drawn: np.ndarray, truncation: float) -> np.ndarray:
    """Return importance weights of draws, truncated so that none outweighs all others.

    They are the ratio of densities by what is known now and by what the draws are from, and sum to
    1. No draw gets more than the number of draws to the power of minus `truncation`: with one half
    and 400 draws, a twentieth of all weight.
    """
    ratio = log_new - log_drawn
    raw = np.exp(np.maximum(ratio - ratio.max(), LEAST_LOG_WEIGHT))
    most = len(raw) ** -truncation
    falling = np.sort(raw)[::-1]
    for cut in range(len(raw)):
        level = most * falling[cut:].sum() / (1.0 - most * cut)
        if falling[cut] <= level:
            break
    weights = np.minimum(raw, level)
    return np.asarray(weights / weights.sum())


def effective_size(weights: np.ndarray) -> float:
    """Return how many equally weighted draws are worth the same (Kish)."""
    return float(weights.sum() ** 2 / (weights**2).sum())
