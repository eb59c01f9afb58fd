"""The posterior that ships with the package: weighted draws of the free parameters.

`draws` and `point_estimate` are for whoever runs scenarios; nothing here needs the libraries of
the fit.
"""

import functools
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.chance import Purpose, generator
from abm.io.files import open_regular
from abm.io.messages import did_you_mean
from abm.io.tables import TableError, csv_bytes, read_json, write_bytes, write_json
from abm.parameters import parameters

if TYPE_CHECKING:
    import pandas as pd

TABLE, ABOUT = "posterior.csv", "posterior.json"
FOLDER = Path(__file__).parent
SUM_ERROR = 1e-6


class PosteriorError(ValueError):
    """There is no posterior, or it is damaged; one line for the user."""


@dataclass(frozen=True)
class Posterior:
    """Weighted draws."""

    names: list[str]  # the free parameters
    values: np.ndarray  # shape (draws, parameters)
    weights: np.ndarray  # they sum to 1
    about: dict[str, Any]  # what stands in posterior.json

    def at(self, draw: int) -> dict[str, float]:
        """Return a draw, counted from 0."""
        return dict(zip(self.names, map(float, self.values[draw]), strict=True))


def draws(count: int, seed: int, folder: Path = FOLDER) -> list[dict[str, float]]:
    """Return draws from the posterior, each as often as its weight says: parameter values by name.

    Drawn systematically: one random start and even steps through the weights, so that a few draws
    are spread over the posterior, and more draws than there are come back evenly. The same seed
    gives the same draws; `folder` holds `posterior.csv` and `posterior.json`. PosteriorError if
    there is no posterior.
    """
    fitted = posterior(folder)
    stream = generator(seed, Purpose.DRAWS)
    shares = (np.arange(count) + stream.random()) / count
    chosen = np.searchsorted(np.cumsum(fitted.weights), shares, side="right")
    chosen = np.minimum(chosen, len(fitted.weights) - 1)
    return [fitted.at(int(draw)) for draw in stream.permutation(chosen)]


def __getattr__(name: str) -> Any:
    if name == "central":
        warnings.warn("central is called point_estimate", DeprecationWarning, stacklevel=2)
        return point_estimate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def point_estimate(folder: Path = FOLDER) -> dict[str, float]:
    """Return the point that stands for the posterior; the defaults of the parameters are it.

    It is one of the draws that were run: the one whose own runs came nearest to all fitted figures.
    It holds jointly, which the medians of all parameters would not.
    """
    return dict(posterior(folder).about["central"])


@functools.lru_cache(maxsize=8)
def posterior(folder: Path = FOLDER) -> Posterior:
    """Read a posterior; one that is missing, damaged or of other parameters is refused."""
    import pandas as pd

    path = folder / TABLE
    if not path.exists():
        raise PosteriorError(f"there is no posterior at {path}; `nssi calibrate` makes it")
    try:
        with open_regular(path) as file:
            table = pd.read_csv(file)
        about = dict(read_json(folder / ABOUT))
    except (OSError, ValueError, TypeError, TableError) as error:
        raise PosteriorError(f"{path} cannot be read: {error}") from None
    return _checked(path, table, about)


def _checked(path: Path, table: "pd.DataFrame", about: dict[str, Any]) -> Posterior:
    names = [str(name) for name in table.columns[2:]]
    _demand([*table.columns[:2]] == ["draw", "weight"], path, "expected draw, weight, parameters")
    for name in names:
        hint = did_you_mean(name, parameters())
        _demand(name in parameters(), path, f"no parameter {name}{hint}")
    try:
        numbers = table[["weight", *names]].to_numpy(np.float64)
    except (ValueError, TypeError):
        raise PosteriorError(f"{path}: expected numbers") from None
    weights, values = numbers[:, 0], numbers[:, 1:]
    whole = len(table) > 0 and bool(np.isfinite(numbers).all()) and bool((weights >= 0).all())
    _demand(whole and abs(weights.sum() - 1.0) < SUM_ERROR, path, "expected weights that sum to 1")
    low = np.array([parameters()[name].low for name in names])
    high = np.array([parameters()[name].high for name in names])
    _demand(bool(((values >= low) & (values <= high)).all()), path, "a value leaves its range")
    point = about.get("central")
    _demand(
        isinstance(point, dict)
        and list(point) == names
        and all(isinstance(value, int | float) for value in point.values())
        and bool(((low <= [*point.values()]) & ([*point.values()] <= high)).all()),
        path.with_name(ABOUT),
        "central: expected a value of every parameter",
    )
    return Posterior(names, values, weights, about)


def _demand(condition: bool, path: Path, message: str) -> None:
    if not condition:
        raise PosteriorError(f"{path}: {message}")


def write_posterior(folder: Path, fitted: Posterior) -> None:
    """Write draws and what is known of them."""
    import pandas as pd

    columns: dict[str, Any] = {"draw": np.arange(1, len(fitted.weights) + 1)}
    columns["weight"] = fitted.weights
    columns |= dict(zip(fitted.names, fitted.values.T, strict=True))
    write_bytes(folder / TABLE, csv_bytes(pd.DataFrame(columns)))
    write_json(folder / ABOUT, fitted.about)
    posterior.cache_clear()
