"""Emulators: what a run finds, as a function of the free parameters, learnt from the bank.

Three kinds are tried for every figure: a plane, a quadratic, and a quadratic with a Gaussian
process on top (by Nystroem's approximation, so that it stays one matrix product). All are ridge
regressions of scikit-learn; the kind is chosen by the error in runs that were left out.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

KINDS = ("linear", "quadratic", "quadratic and process")
FOLDS = 5
PENALTIES = tuple(10.0**power for power in np.arange(-2.0, 5.01, 0.5))
MOST_KERNELS = 200
RUNS_A_KERNEL = 8
REACH = 0.7  # length of the process's kernel, in half the diagonal of the cube
FEWEST_RUNS = 20


class EmulatorError(Exception):
    """There are too few runs to learn from; one line for the user."""


@dataclass(frozen=True)
class Quality:
    """How well a figure is emulated, in runs that were left out.

    Parameters
    ----------
    kind
        One of `KINDS`.
    explained
        Share of the variance between runs that is explained (R2).
    residual
        Standard deviation of what is not, on the natural scale: error and chance.
    """

    kind: str
    explained: float
    residual: float


@dataclass(frozen=True)
class Emulators:
    """Emulators of several figures.

    Parameters
    ----------
    models
        By kind: predicts every figure.
    qualities
        One a figure.
    residuals
        What is not explained in runs that were left out: shape (runs, figures).
    """

    models: "dict[str, Compiled]"
    qualities: tuple[Quality, ...]
    residuals: np.ndarray

    def __call__(self, unit: np.ndarray) -> np.ndarray:
        """Return the expected figures at points of the unit cube.

        Parameters
        ----------
        unit
            Shape (points, parameters).

        Returns
        -------
        numpy.ndarray
            On natural scales, shape (points, figures).
        """
        predicted = {kind: model(unit) for kind, model in self.models.items()}
        columns = [predicted[each.kind][:, at] for at, each in enumerate(self.qualities)]
        return np.column_stack(columns)

    @property
    def covariance(self) -> np.ndarray:
        """Covariance of what is not explained, error and chance together."""
        return np.atleast_2d(np.cov(self.residuals, rowvar=False))


class Compiled:
    """A fitted model as plain arrays: the same predictions without checks, ten times as fast.

    Parameters
    ----------
    model
        Centring, features, scaling and ridge regression.
    """

    def __init__(self, model: "Pipeline") -> None:
        features, scaler, ridge = model[1], model[2], model[3]
        self._kernels = None
        if hasattr(features, "transformer_list"):
            powers, process = (each for _, each in features.transformer_list)
            normal = np.asarray(process.normalization_.T)
            self._kernels = (process.components_, process.gamma, normal)
        else:
            powers = features
        coefficients = np.atleast_2d(ridge.coef_) / scaler.scale_
        self._weights = coefficients.T
        self._start = np.atleast_1d(ridge.intercept_) - coefficients @ scaler.mean_
        exponents = powers.powers_
        squares = [np.repeat(np.arange(len(row)), row) for row in exponents if row.sum() == 2]
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
    """Fit emulators to runs.

    Parameters
    ----------
    unit
        Points of the unit cube, shape (runs, parameters).
    figures
        On natural scales, without missing values: shape (runs, figures).
    seed
        Of the points the process rests on, and of the folds.

    Raises
    ------
    EmulatorError
        With fewer than `FEWEST_RUNS` runs.
    """
    if len(unit) < FEWEST_RUNS:
        raise EmulatorError(f"{len(unit)} runs are too few to fit; expected {FEWEST_RUNS} or more")
    found = [_tried(kind, unit, figures, seed) for kind in KINDS]
    errors = np.array([(each[1] ** 2).mean(axis=0) for each in found])
    chosen = errors.argmin(axis=0)
    spread = figures.var(axis=0)
    residuals = np.column_stack([found[kind][1][:, at] for at, kind in enumerate(chosen)])
    qualities = tuple(
        Quality(
            KINDS[kind],
            float(1.0 - errors[kind, at] / spread[at]) if spread[at] > 0 else 0.0,
            float(errors[kind, at] ** 0.5),
        )
        for at, kind in enumerate(chosen)
    )
    models = {KINDS[kind]: Compiled(found[kind][0]) for kind in sorted(set(chosen.tolist()))}
    return Emulators(models, qualities, residuals)


def _tried(
    kind: str, unit: np.ndarray, figures: np.ndarray, seed: int
) -> "tuple[Pipeline, np.ndarray]":
    """Return a fitted model, and its errors in runs that were left out."""
    from sklearn.linear_model import Ridge, RidgeCV
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    steps = [_centred(), _features(kind, len(unit), unit.shape[1], seed), StandardScaler()]
    scale = np.where(figures.std(axis=0) > 0, figures.std(axis=0), 1.0)
    search = make_pipeline(*steps, RidgeCV(PENALTIES, alpha_per_target=True))
    search.fit(unit, figures / scale)
    penalty = search[-1].alpha_
    model = make_pipeline(*steps, Ridge(alpha=penalty))
    folds = KFold(FOLDS, shuffle=True, random_state=seed)
    outside = cross_val_predict(model, unit, figures, cv=folds)
    return model.fit(unit, figures), figures - outside.reshape(figures.shape)


def _centred() -> Any:
    from sklearn.preprocessing import FunctionTransformer

    return FunctionTransformer(_about_the_middle)


def _about_the_middle(unit: np.ndarray) -> np.ndarray:
    return 2.0 * unit - 1.0


def _features(kind: str, runs: int, dimensions: int, seed: int) -> Any:
    from sklearn.kernel_approximation import Nystroem
    from sklearn.pipeline import FeatureUnion
    from sklearn.preprocessing import PolynomialFeatures

    degree = 1 if kind == "linear" else 2
    powers = PolynomialFeatures(degree, include_bias=False)
    if kind != "quadratic and process":
        return powers
    reach = REACH * dimensions**0.5
    kernels = Nystroem(
        kernel="rbf", gamma=0.5 / reach**2, random_state=seed,
        n_components=max(2, min(MOST_KERNELS, runs // RUNS_A_KERNEL)),
    )  # fmt: skip
    return FeatureUnion([("powers", powers), ("process", kernels)])


def finite_rows(figures: np.ndarray) -> np.ndarray:
    """Return for each run whether all its figures are defined."""
    return np.asarray(np.isfinite(figures).all(axis=1))
