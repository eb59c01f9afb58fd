"""Emulators: what a run finds, as a function of the free parameters, learnt from the bank.

Three kinds are tried for every figure: a plane, a quadratic, and a quadratic with a Gaussian
process on top (by Nystroem's approximation, so that it stays one matrix product). All are ridge
regressions of scikit-learn; the kind is chosen by the error in runs that were left out.

A stage of history matching holds emulators against what was observed. A point is ruled out by a
stage if its second largest implausibility is above the cut-off: the distance of what is expected
there from what was observed, over the spread of observation, emulator and chance together.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.experiments.calibration.targets import Target
from abm.runs.errors import RunnerError

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

KINDS = ("linear", "quadratic", "quadratic and process")
FOLDS = 5
PENALTIES = tuple(10.0**power for power in np.arange(-2.0, 5.01, 0.5))
MOST_KERNELS = 200
RUNS_A_KERNEL = 8
REACH = 0.7  # length of the process's kernel, in half the diagonal of the cube
FEWEST_RUNS = 20
WALL = 50.0  # how steep the density falls beyond the cut-off


class EmulatorError(RunnerError):
    """There are too few runs to learn from; one line for the user."""


@dataclass(frozen=True)
class Quality:
    """How well a figure is emulated, in runs that were left out."""

    kind: str  # one of `KINDS`
    explained: float  # share of the variance between runs that is explained (R2)
    residual: float  # standard deviation of what is not, on the natural scale: error and chance


@dataclass(frozen=True)
class Emulators:
    """Emulators of several figures."""

    models: "dict[str, _FastModel]"  # by kind: predicts every figure
    qualities: tuple[Quality, ...]  # one a figure
    residuals: np.ndarray  # not explained in runs that were left out: shape (runs, figures)

    def __call__(self, unit: np.ndarray) -> np.ndarray:
        """Return the figures expected at points of the unit cube, on natural scales.

        `unit` has the shape (points, parameters), what is returned (points, figures).
        """
        predicted = {kind: model(unit) for kind, model in self.models.items()}
        return np.column_stack([
            predicted[quality.kind][:, figure] for figure, quality in enumerate(self.qualities)
        ])  # fmt: skip

    @property
    def covariance(self) -> np.ndarray:
        """Covariance of what is not explained, error and chance together."""
        return np.atleast_2d(np.cov(self.residuals, rowvar=False))


class _FastModel:
    """A fitted model as plain arrays: the same predictions without checks, ten times as fast."""

    def __init__(self, model: "Pipeline") -> None:
        _, features, scaler, ridge = (step for _, step in model.steps)
        powers, self._kernels = features, None
        if hasattr(features, "transformer_list"):
            powers, process = (step for _, step in features.transformer_list)
            normal = np.asarray(process.normalization_.T)
            self._kernels = (process.components_, process.gamma, normal)
        coefficients = np.atleast_2d(ridge.coef_) / scaler.scale_
        self._weights = coefficients.T
        self._start = np.atleast_1d(ridge.intercept_) - coefficients @ scaler.mean_
        squares = [np.repeat(np.arange(len(row)), row) for row in powers.powers_ if row.sum() == 2]
        self._pairs = np.array(squares, np.int64).reshape(-1, 2)

    def __call__(self, unit: np.ndarray) -> np.ndarray:
        """Return the predictions at points, shape (points, figures)."""
        middle = _about_the_middle(np.asarray(unit, np.float64))
        parts = [middle, middle[:, self._pairs[:, 0]] * middle[:, self._pairs[:, 1]]]
        if self._kernels is not None:
            from scipy.spatial.distance import cdist

            points, gamma, normal = self._kernels
            parts.append(np.exp(-gamma * cdist(middle, points, "sqeuclidean")) @ normal)
        return np.asarray(np.hstack(parts) @ self._weights + self._start)


def learn(unit: np.ndarray, figures: np.ndarray, seed: int) -> Emulators:
    """Fit emulators to runs; an EmulatorError with fewer than `FEWEST_RUNS`.

    `unit` are points of the unit cube, of shape (runs, parameters); `figures`, of shape (runs,
    figures), are on natural scales and without missing values. The seed is that of the points the
    process rests on, and of the folds.
    """
    if len(unit) < FEWEST_RUNS:
        raise EmulatorError(f"{len(unit)} runs are too few to fit; expected {FEWEST_RUNS} or more")
    models, residuals = zip(*(_tried(kind, unit, figures, seed) for kind in KINDS), strict=True)
    errors = np.array([(left_out**2).mean(axis=0) for left_out in residuals])
    spread = figures.var(axis=0)
    chosen = errors.argmin(axis=0).tolist()
    qualities = tuple(
        Quality(
            KINDS[kind],
            float(1.0 - errors[kind, figure] / spread[figure]) if spread[figure] > 0 else 0.0,
            float(errors[kind, figure] ** 0.5),
        )
        for figure, kind in enumerate(chosen)
    )
    return Emulators(
        {KINDS[kind]: _FastModel(models[kind]) for kind in sorted(set(chosen))},
        qualities,
        np.column_stack([residuals[kind][:, figure] for figure, kind in enumerate(chosen)]),
    )


def _tried(
    kind: str, unit: np.ndarray, figures: np.ndarray, seed: int
) -> "tuple[Pipeline, np.ndarray]":
    """Return a fitted model, and its errors in runs that were left out."""
    from sklearn.linear_model import Ridge, RidgeCV
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    features = _features(kind, len(unit), unit.shape[1], seed)
    steps = [FunctionTransformer(_about_the_middle), features, StandardScaler()]
    scale = np.where(figures.std(axis=0) > 0, figures.std(axis=0), 1.0)
    search = make_pipeline(*steps, RidgeCV(PENALTIES, alpha_per_target=True))
    search.fit(unit, figures / scale)
    model = make_pipeline(*steps, Ridge(alpha=search[-1].alpha_))
    folds = KFold(FOLDS, shuffle=True, random_state=seed)
    left_out = cross_val_predict(model, unit, figures, cv=folds)
    return model.fit(unit, figures), figures - left_out.reshape(figures.shape)


def _about_the_middle(unit: np.ndarray) -> np.ndarray:
    return 2.0 * unit - 1.0


def _features(kind: str, runs: int, dimensions: int, seed: int) -> Any:
    from sklearn.kernel_approximation import Nystroem
    from sklearn.pipeline import FeatureUnion
    from sklearn.preprocessing import PolynomialFeatures

    powers = PolynomialFeatures(1 if kind == "linear" else 2, include_bias=False)
    if kind != "quadratic and process":
        return powers
    reach = REACH * dimensions**0.5
    kernels = Nystroem(
        kernel="rbf", gamma=0.5 / reach**2, random_state=seed,
        n_components=max(2, min(MOST_KERNELS, runs // RUNS_A_KERNEL)),
    )  # fmt: skip
    return FeatureUnion([("powers", powers), ("process", kernels)])


@dataclass(frozen=True)
class MatchingStage:
    """Emulators, and what they are held against."""

    targets: tuple[Target, ...]  # one a figure
    emulators: Emulators
    runs: int  # how many the emulators were learnt from

    @functools.cached_property
    def observed(self) -> np.ndarray:
        """What was observed, on natural scales."""
        return np.array([target.centre for target in self.targets])

    @functools.cached_property
    def spread(self) -> np.ndarray:
        """Standard errors of what was observed."""
        return np.array([target.spread for target in self.targets])

    def implausibility(self, unit: np.ndarray) -> np.ndarray:
        """Return the second largest implausibility over targets (the only one's, of one target)."""
        unexplained = np.array([quality.residual for quality in self.emulators.qualities])
        distance = np.abs(self.emulators(unit) - self.observed)
        standard = distance / np.hypot(self.spread, unexplained)
        second = max(len(self.targets) - 2, 0)
        return np.asarray(np.partition(standard, second, axis=1)[:, second])


def implausibility(stages: Sequence[MatchingStage], unit: np.ndarray) -> np.ndarray:
    """Return the largest implausibility of the stages at points; 0 without a stage."""
    largest = np.zeros(len(unit))
    for stage in stages:
        largest = np.maximum(largest, stage.implausibility(unit))
    return largest


def log_wall(stages: Sequence[MatchingStage], unit: np.ndarray, cut_off: float) -> np.ndarray:
    """Return a log-density that is 0 where nothing is ruled out and falls steeply beyond."""
    beyond = np.maximum(implausibility(stages, unit) - cut_off, 0.0)
    return np.asarray(-WALL * beyond**2)
