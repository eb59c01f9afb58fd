"""From the bank to a posterior: targets, stages, the likelihood, draws and their weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from abm.experiments.calibration.bank import WaveRuns
from abm.experiments.calibration.emulators import EmulatorError
from abm.experiments.calibration.history_matching import Stage, next_stage
from abm.experiments.calibration.likelihood import LogDensity, Spreads, fewest_pairs, spreads_of
from abm.experiments.calibration.recipe import Fit, Space, Wave
from abm.experiments.calibration.sampling import NotRuledOut, Sampled, not_ruled_out, sample, starts
from abm.experiments.calibration.targets import Targets, matrix

LEAST_LOG_WEIGHT = -700.0  # below the largest: still a number
CANDIDATES = 2000  # points among which chains look for a start


@dataclass(frozen=True)
class Lived:
    """The finished runs of a wave, as a fit sees them.

    Parameters
    ----------
    wave
        Of the recipe.
    index
        Place of each run in the design.
    unit
        Their points in the unit cube, shape (runs, parameters).
    figures
        What they found on natural scales, shape (runs, targets).
    """

    wave: Wave
    index: np.ndarray
    unit: np.ndarray
    figures: np.ndarray

    def take(self, rows: np.ndarray) -> "Lived":
        """Return some of the runs."""
        return Lived(self.wave, self.index[rows], self.unit[rows], self.figures[rows])

    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the places of runs that stand at one point, first and second of each pair."""
        unique = self.wave.unique
        places = {int(index): place for place, index in enumerate(self.index)}
        both = [
            (places[index], places[index + unique])
            for index in range(self.wave.repeats)
            if index in places and index + unique in places
        ]
        first, second = np.array(both, np.int64).reshape(-1, 2).T
        return first, second


@dataclass(frozen=True)
class Fitted:
    """What was learnt from the waves of the bank.

    Parameters
    ----------
    targets
        What was fitted and what is only checked.
    walls
        Stages that decide what is ruled out.
    last
        The stage of the likelihood.
    spreads
        Its covariances.
    density
        Of the posterior.
    """

    targets: Targets
    walls: tuple[Stage, ...]
    last: Stage
    spreads: Spreads
    density: LogDensity


def usable(targets: Targets, waves: Sequence[tuple[Wave, WaveRuns]], fit: Fit,
           definitions: Mapping[str, str]) -> Targets:  # fmt: skip
    """Return the targets that every wave measured in the same way and that are mostly defined.

    How often a figure is undefined is looked at in the last wave.
    """
    left_out: dict[str, str] = {}
    for wave, runs in waves:
        known = runs.defined_as(definitions)
        for name in targets.names:
            if name not in known:
                left_out[name] = f"{wave.name} of the bank measured it in another way, or not"
    wave, runs = waves[-1]
    for name in targets.names:
        if name not in left_out:
            share = float(runs.runs[name].isna().mean())
            if share > fit.most_undefined:
                left_out[name] = f"undefined in {share:.0%} of the runs of {wave.name}"
    return targets.without(left_out)


def lived_waves(
    waves: Sequence[tuple[Wave, WaveRuns]], targets: Targets, space: Space
) -> list[Lived]:
    """Return the runs of waves as a fit sees them."""
    found = []
    for wave, runs in waves:
        columns = {name: runs.runs[name].to_numpy(np.float64) for name in targets.names}
        unit = space.unit(runs.runs[space.names].to_numpy(np.float64))
        index = runs.runs["index"].to_numpy(np.int64)
        found.append(Lived(wave, index, unit, matrix(targets.fitted, columns)))
    return found


def matched(waves: Sequence[Lived], targets: Targets, fit: Fit) -> list[Stage]:
    """Return the stages that waves of the bank give, in their order.

    The first wave gives two, one over the priors and one near what that does not rule out; each
    further wave gives one more, learnt from all so far.
    """
    if not targets.fitted:
        raise EmulatorError("no fitted entry of the register can be learnt from the bank")
    stages: list[Stage] = []
    for count in [1, *range(1, len(waves) + 1)]:
        stages.append(stage_after(stages, waves[:count], targets, fit))
    return stages


def stage_after(
    stages: Sequence[Stage], waves: Sequence[Lived], targets: Targets, fit: Fit
) -> Stage:
    """Return the stage that some waves give after others.

    Runs drawn from a posterior are all learnt from, whatever the stages before say; with such runs
    of others only as many as it takes.
    """
    unit = np.concatenate([wave.unit for wave in waves])
    figures = np.concatenate([wave.figures for wave in waves])
    drawn = [np.full(len(wave.unit), wave.wave.drawn == "posterior") for wave in waves]
    always = np.concatenate(drawn)
    window = 0.0 if always.any() else fit.window
    return next_stage(stages, targets.fitted, unit, figures, window, fit.seed, always)


def differences(waves: Sequence[Lived]) -> np.ndarray:
    """Return what runs of one point differ by, shape (pairs, targets).

    Chance is not the same everywhere: pairs drawn from a posterior are taken if there are enough.
    """

    def pairs(chosen: Sequence[Lived]) -> np.ndarray:
        found = [wave.figures[first] - wave.figures[second]
                 for wave in chosen for first, second in [wave.pairs()]]  # fmt: skip
        whole = np.concatenate(found) if found else np.empty((0, 0))
        return np.asarray(whole[np.isfinite(whole).all(axis=1)])

    near = pairs([wave for wave in waves if wave.wave.drawn == "posterior"])
    return near if len(near) >= fewest_pairs(waves[0].figures.shape[1]) else pairs(waves)


def fitted(
    targets: Targets, walls: Sequence[Stage], last: Stage, waves: Sequence[Lived], fit: Fit
) -> Fitted:
    """Return the posterior density that the last stage gives within the walls."""
    spreads = spreads_of(last, differences(waves))
    observed = np.array([target.centre for target in last.targets])
    covariance = spreads.observed + spreads.emulator
    density = LogDensity(last.emulators, observed, covariance, walls, fit.cut_off)
    return Fitted(targets, tuple(walls), last, spreads, density)


def fit_bank(waves: Sequence[Lived], targets: Targets, fit: Fit) -> Fitted:
    """Fit the waves of the bank; runs drawn from a posterior join the last stage.

    The likeliest draws choose among draws and are not learnt from.
    """
    bank, drawn = not_drawn(waves), drawn_waves(waves)
    stages = matched(bank, targets, fit)
    walls, last = stages[:-1], stages[-1]
    if drawn:
        last = stage_after(walls, [*bank, *drawn], targets, fit)
    return fitted(targets, walls, last, [*bank, *drawn], fit)


def not_drawn(waves: Sequence[Lived]) -> list[Lived]:
    """Return the waves of the prior and of what is not ruled out."""
    return [wave for wave in waves if wave.wave.drawn in ("prior", "not ruled out")]


def drawn_waves(waves: Sequence[Lived]) -> list[Lived]:
    """Return the waves drawn from a posterior."""
    return [wave for wave in waves if wave.wave.drawn == "posterior"]


def next_points(stages: Sequence[Stage], wave: Wave, dimensions: int, fit: Fit) -> NotRuledOut:
    """Return the points of a wave of what is not ruled out, the repeats last."""
    found = not_ruled_out(stages, dimensions, wave.unique, fit.cut_off, fit.tries, wave.first_seed)
    points = np.concatenate([found.points, found.points[: wave.repeats]])
    return found._replace(points=points)


def draw(found: Fitted, dimensions: int, count: int, steps: int, fit: Fit, seed: int) -> Sampled:
    """Draw from the posterior.

    Parameters
    ----------
    found
        What was fitted.
    dimensions
        Parameters.
    count
        Draws.
    steps
        Of each walker.
    fit
        Cut-offs.
    seed
        The same seed gives the same draws.
    """
    candidates = not_ruled_out(
        found.walls, dimensions, CANDIDATES, fit.cut_off, fit.tries, seed
    ).points
    return sample(found.density, starts(found.density, candidates), count, steps, seed)


def likeliest(found: Fitted, waves: Sequence[Lived], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which draws of the last posterior wave have the highest density, and their points.

    Returns
    -------
    tuple of numpy.ndarray
        Their indices in that wave's design, the likeliest first, and points of the unit cube.
    """
    drawn = drawn_waves(waves)[-1]
    once = np.flatnonzero(drawn.index < drawn.wave.unique)
    order = np.argsort(-found.density(drawn.unit[once]), kind="stable")[:count]
    return drawn.index[once][order], drawn.unit[once][order]


def weights_of(log_new: np.ndarray, log_drawn: np.ndarray, truncation: float) -> np.ndarray:
    """Return importance weights of draws, truncated so that none outweighs all others.

    Parameters
    ----------
    log_new, log_drawn
        Log-density by what is known now, and by what they were drawn from.
    truncation
        No draw gets more than the number of draws to the power of minus this: with one half and
        400 draws, a twentieth of all weight.

    Returns
    -------
    numpy.ndarray
        They sum to 1.
    """
    ratio = log_new - log_drawn
    raw = np.exp(np.maximum(ratio - ratio.max(), LEAST_LOG_WEIGHT))
    most = len(raw) ** -truncation
    falling = np.sort(raw)[::-1]
    for cut in range(len(raw)):
        rest = falling[cut:].sum()
        if falling[cut] <= most * rest / (1.0 - most * cut):
            break
    level = most * rest / (1.0 - most * cut)
    weights = np.minimum(raw, level)
    return np.asarray(weights / weights.sum())


def effective_size(weights: np.ndarray) -> float:
    """Return how many equally weighted draws are worth the same (Kish)."""
    return float(weights.sum() ** 2 / (weights**2).sum())
