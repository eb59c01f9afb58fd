"""The recipe of the calibration, read from `recipe.toml` and checked."""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from abm.io.declarations import Declared, Text, read_declarations
from abm.io.messages import did_you_mean
from abm.parameters import parameters

RECIPE_FILE = Path(__file__).with_name("recipe.toml")
DIGITS = 12  # of a parameter's value: short to read, and still well inside its prior

CENTRAL = ("likeliest draws", "best draw, moved")
"""How the point that stands for the posterior is found, in this order."""

Count = Annotated[int, Field(ge=1)]


class Runs(Declared):
    """What one run of the bank is.

    Attributes
    ----------
    world : str
        The world of the register whose studies are done.
    population, years : int
        People, and reported years.
    part : int
        Runs of a part of the bank.
    log_from : float
        A prior is uniform in its logarithm if its upper end is at least so many times its lower.
    """

    world: Text
    population: Count
    years: Count
    part: Count
    log_from: float = Field(gt=1)


class Wave(Declared):
    """Runs that are designed together.

    Attributes
    ----------
    name : str
        Also of its folder in the bank.
    drawn : str
        From the prior, from what emulators have not ruled out, or from the fitted posterior; the
        likeliest draws of the last posterior wave; or the best of these, moved a little.
    points : int
        How many runs.
    first_seed : int
        Seed of the first; each further run has the next.
    repeats : int
        So many of the points are the first ones once more, with other seeds: they tell chance
        from errors of the emulators.
    lives : int
        Of each of the likeliest draws, or of the best one: with other seeds, `points` in all.
    population : int, optional
        People of a run, if other than in the waves before.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    drawn: Literal["prior", "not ruled out", "posterior", "likeliest draws", "best draw, moved"]
    points: Count
    first_seed: Annotated[int, Field(ge=0)]
    repeats: Annotated[int, Field(ge=0)] = 0
    lives: Count = 1
    population: Count | None = None

    @property
    def unique(self) -> int:
        """How many points differ."""
        return (self.points - self.repeats) // self.lives

    @model_validator(mode="after")
    def _check(self) -> Self:
        once = self.drawn not in ("not ruled out", "posterior")
        if 2 * self.repeats > self.points or (self.repeats and once):
            raise ValueError(f"{self.name}: repeats are at most half of what is drawn")
        if (self.drawn in CENTRAL) != (self.lives > 1) or self.points % self.lives:
            raise ValueError(
                f"{self.name}: lives belongs to the likeliest draws, and points is a multiple of it"
            )
        if self.drawn == CENTRAL[1] and self.points != self.lives:
            raise ValueError(f"{self.name}: it is one point, lived `lives` times")
        return self


class Screening(Declared):
    """The Morris screening: trajectories, the seed of its runs, and what is screened.

    Attributes
    ----------
    ranges : dict
        By name of a parameter: the range screened, where it is not its prior. Those without a
        prior stay fixed in the fit.
    """

    trajectories: Annotated[int, Field(ge=2)]
    first_seed: Annotated[int, Field(ge=0)]
    ranges: dict[str, Annotated[list[float], Field(min_length=2, max_length=2)]] = Field(
        default_factory=dict
    )


class Fit(Declared):
    """Cut-offs and sizes of the fit.

    Attributes
    ----------
    seed : int
        Of all luck of the fit.
    cut_off : float
        Implausibility above which a point is ruled out.
    window : float
        Runs up to this implausibility are learnt from after the first stage.
    tries : int
        Points among which what is not ruled out is looked for, before a chain is used.
    steps : int
        Of every walker of the chain that samples the posterior.
    most_undefined : float
        A figure that is undefined in a larger share of the runs is only checked.
    truths, truth_steps : int
        Runs held out to be recovered, and the steps of a walker for each.
    share : float
        Of the posterior that the intervals of diagnostics hold.
    unidentified : float
        Parameters whose contraction is below are named as not identified.
    truncation : float
        No draw weighs more than the number of draws to the power of minus this.
    """

    seed: Annotated[int, Field(ge=0)]
    cut_off: float = Field(gt=0)
    window: float = Field(gt=0)
    tries: Count
    steps: Annotated[int, Field(ge=50)]
    most_undefined: float = Field(ge=0, lt=1)
    truths: Count
    truth_steps: Annotated[int, Field(ge=50)]
    share: float = Field(gt=0, lt=1)
    unidentified: float = Field(ge=0, le=1)
    truncation: float = Field(gt=0, le=1)


class Recipe(Declared):
    """Everything that decides a calibration, besides the register, the priors and the engine.

    Attributes
    ----------
    free : dict
        By name of a parameter: why it is free.
    """

    runs: Runs
    waves: tuple[Wave, ...] = ()
    screening: Screening
    fit: Fit
    free: dict[str, Text]

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name, (low, high) in self.screening.ranges.items():
            screened = parameters().get(name)
            if screened is None:
                raise ValueError(
                    f"screening: no parameter {name}{did_you_mean(name, parameters())}"
                )
            if not screened.low <= low < high <= screened.high:
                raise ValueError(f"screening: {name} would leave its range in parameters.toml")
        for name in self.free:
            declared = parameters().get(name)
            if declared is None:
                raise ValueError(f"free: no parameter {name}{did_you_mean(name, parameters())}")
            if declared.prior is None:
                raise ValueError(f"free: {name} has no prior in parameters.toml")
        if not self.waves or self.waves[0].drawn != "prior":
            raise ValueError("waves: the first is drawn from the prior")
        taken: set[int] = set()
        for wave in self.waves:
            seeds = set(range(wave.first_seed, wave.first_seed + wave.points))
            if taken & seeds:
                raise ValueError(f"waves: {wave.name} shares seeds with one before it")
            taken |= seeds
        if len({wave.name for wave in self.waves}) < len(self.waves):
            raise ValueError("waves: two have one name")
        drawn: list[str] = [wave.drawn for wave in self.waves]
        central = [kind for kind in drawn if kind in CENTRAL]
        before = drawn[: len(drawn) - len(central)]
        in_order = drawn == [*before, *central] and central == sorted(central, key=CENTRAL.index)
        if not in_order or central.count(CENTRAL[0]) > 1 or (
            central and (before[-1], central[0]) != ("posterior", CENTRAL[0])
        ):  # fmt: skip
            raise ValueError("waves: after the last posterior, the likeliest draws, then the best")
        return self

    def scaled(self, population: int | None, runs: int | None) -> "Recipe":
        """Return the recipe with other people a run, and the waves scaled to so many runs."""
        changed = self.runs if population is None else self._with(population=population)
        waves = self.waves
        if runs is not None:
            share = runs / sum(wave.points for wave in waves)
            waves = tuple(_smaller(wave, share) for wave in waves)
        if population is not None:
            waves = tuple(wave.model_copy(update={"population": None}) for wave in waves)
        return self.model_copy(update={"runs": changed, "waves": waves})

    @property
    def first_fit(self) -> int:
        """How many runs the smallest fit learns from: the first, of a part of the first wave."""
        return self.waves[0].points

    def _with(self, population: int) -> Runs:
        return self.runs.model_copy(update={"population": population})


def _smaller(wave: Wave, share: float) -> Wave:
    lives = wave.lives if wave.lives == 1 else max(2, round(wave.lives * min(1.0, share)))
    points = max(1, round(wave.points * share / lives)) * lives
    if wave.drawn == CENTRAL[1]:
        points = lives
    repeats = min(points // 2, round(wave.repeats * share))
    return wave.model_copy(update={"points": points, "repeats": repeats, "lives": lives})


class Space:
    """The free parameters, their priors, and the unit cube in which both are uniform.

    Parameters
    ----------
    names
        Parameters with a prior.
    log_from
        See `Runs`.
    ranges
        By name: what stands in for the prior.
    """

    def __init__(
        self,
        names: Sequence[str],
        log_from: float,
        ranges: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        given = dict(ranges or {})
        priors = [given.get(name, parameters()[name].prior) for name in names]
        self.names = list(names)
        ends = np.array([prior for prior in priors if prior is not None], np.float64)
        self.low, self.high = ends.reshape(-1, 2).T
        with np.errstate(divide="ignore", invalid="ignore"):
            self.is_log = (self.low > 0) & (self.high >= log_from * self.low)
        self._start = np.where(self.is_log, np.log(np.where(self.is_log, self.low, 1)), self.low)
        end = np.where(self.is_log, np.log(np.where(self.is_log, self.high, 1)), self.high)
        self._width = end - self._start

    def __len__(self) -> int:
        """Return how many parameters there are."""
        return len(self.names)

    def values(self, unit: np.ndarray) -> np.ndarray:
        """Return parameter values at points of the unit cube, rounded, within their priors."""
        inner = self._start + np.asarray(unit, np.float64) * self._width
        raw = np.where(self.is_log, np.exp(np.where(self.is_log, inner, 0.0)), inner)
        rounded = np.vectorize(lambda value: float(f"{value:.{DIGITS}g}"), otypes=[float])(raw)
        return np.asarray(np.clip(rounded, self.low, self.high))

    def unit(self, values: np.ndarray) -> np.ndarray:
        """Return the points of the unit cube at which parameters have these values."""
        given = np.asarray(values, np.float64)
        inner = np.where(self.is_log, np.log(np.where(self.is_log, given, 1.0)), given)
        return np.asarray((inner - self._start) / self._width)

    def plain(self) -> dict[str, list[float | str]]:
        """Return the priors, ready for JSON: by name low, high and how they are uniform."""
        kinds = np.where(self.is_log, "log-uniform", "uniform")
        rows = zip(self.names, self.low, self.high, kinds, strict=True)
        return {name: [float(low), float(high), str(kind)] for name, low, high, kind in rows}


def read_recipe(text: str, file: str = RECIPE_FILE.name) -> Recipe:
    """Read and check the text of a recipe; a DeclarationError names the file and what is wrong."""
    return read_declarations(Recipe, text, file)


@functools.cache
def recipe() -> Recipe:
    """Return the recipe of this package."""
    return read_recipe(RECIPE_FILE.read_text(encoding="utf-8"))
