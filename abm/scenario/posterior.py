"""The posterior that ships with the package: weighted draws of the free parameters.

`draws` and `central` are for whoever lives runs; nothing here needs the libraries of the fit.
"""

import functools
from collections.abc import Mapping
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
    """Weighted draws.

    Parameters
    ----------
    names
        The free parameters.
    values
        Shape (draws, parameters).
    weights
        They sum to 1.
    about
        What stands in posterior.json.
    """

    names: list[str]
    values: np.ndarray
    weights: np.ndarray
    about: dict[str, Any]

    def at(self, draw: int) -> dict[str, float]:
        """Return a draw, counted from 0."""
        return dict(zip(self.names, map(float, self.values[draw]), strict=True))


def draws(count: int, seed: int, folder: Path = FOLDER) -> list[dict[str, float]]:
    """Return draws from the posterior, each as often as its weight says.

    Drawn systematically: one random start and even steps through the weights, so that a few draws
    are spread over the posterior, and more draws than there are come back evenly.

    Parameters
    ----------
    count
        How many.
    seed
        The same seed gives the same draws.
    folder
        Of `posterior.csv` and `posterior.json`; by default the package's.

    Returns
    -------
    list of dict
        Parameter values by name, for `Scenario.with_parameters`.

    Raises
    ------
    PosteriorError
        If there is no posterior.
    """
    found = posterior(folder)
    stream = generator(seed, Purpose.DRAWS)
    places = (np.arange(count) + stream.random()) / count
    chosen = np.searchsorted(np.cumsum(found.weights), places, side="right")
    chosen = np.minimum(chosen, len(found.weights) - 1)
    return [found.at(int(draw)) for draw in stream.permutation(chosen)]


def central(folder: Path = FOLDER) -> dict[str, float]:
    """Return the point that stands for the posterior; the defaults of the parameters are it.

    Of the draws with the highest emulated density it is the one whose own runs came nearest to all
    fitted figures, moved a little to where these runs say that they are met still better. It is
    the best known single set of parameters, which the medians of all parameters would not be.

    Raises
    ------
    PosteriorError
        If there is no posterior.
    """
    return dict(posterior(folder).about["central"])


@functools.lru_cache(maxsize=8)
def posterior(folder: Path = FOLDER) -> Posterior:
    """Read a posterior.

    Raises
    ------
    PosteriorError
        If it is missing or damaged, or names parameters that are not declared.
    """
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
    known = isinstance(point, dict) and list(point) == names and _within(point)
    _demand(known, path.with_name(ABOUT), "central: expected a value of every parameter")
    return Posterior(names, values, weights, about)


def _within(point: Mapping[str, Any]) -> bool:
    """Return whether all values are numbers in the range of their parameter."""
    declared = parameters()
    return all(
        isinstance(value, int | float) and declared[name].low <= value <= declared[name].high
        for name, value in point.items()
    )


def _demand(condition: bool, path: Path, message: str) -> None:
    if not condition:
        raise PosteriorError(f"{path}: {message}")


def write_posterior(folder: Path, found: Posterior) -> None:
    """Write draws and what is known of them.

    Raises
    ------
    TableError
        If they cannot be written.
    """
    import pandas as pd

    columns: dict[str, Any] = {"draw": np.arange(1, len(found.weights) + 1)}
    columns["weight"] = found.weights
    columns |= dict(zip(found.names, found.values.T, strict=True))
    write_bytes(folder / TABLE, csv_bytes(pd.DataFrame(columns)))
    write_json(folder / ABOUT, found.about)
    posterior.cache_clear()
