"""The recipe of the calibration, read from `recipe.toml` and checked."""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from abm.io.declarations import DeclarationError, Declared, Text, read_declarations, text_of
from abm.io.messages import InputError, did_you_mean, printable
from abm.parameters import parameters, switches

RECIPE_FILE = Path(__file__).with_name("recipe.toml")
DIGITS = 12  # of a parameter's value: short to read, and still well inside its prior

Count = Annotated[int, Field(ge=1)]
Range = Annotated[list[float], Field(min_length=2, max_length=2)]
WholeNumber = Annotated[int, Field(ge=0)]


class Runs(Declared):
    """What one run of the bank is."""

    world: Text  # the world of the register whose studies are done
    population: Count
    years: Count  # reported years
    part: Count  # runs of a part of the bank
    log_from: float = Field(
        gt=1
    )  # a prior whose ends are so many times apart is uniform in its log


class Wave(Declared):
    """Runs that are designed together.

    The points of the first wave are drawn from the prior, those of every further one from the
    posterior of all runs before it.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]  # of its folder in the bank, too
    points: Count
    runs_each: Count = 1  # of a point, with other seeds: all points once, then all again
    first_seed: WholeNumber  # of the first run; each further one has the next
    widened: float = Field(1.0, ge=1)
    """The posterior drawn from is that of so many times less information, lest truth be lost; with
    1 its very draws are run."""
    population: Count | None = None  # people of a run, if other than in the other waves

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return self.points * self.runs_each

    def scaled(self, share: float) -> "Wave":
        """Return the wave with so much smaller or larger a number of points."""
        return self.model_copy(update={"points": max(1, round(self.points * share))})


class Screening(Declared):
    """The Morris screening."""

    trajectories: Annotated[int, Field(ge=2)]
    first_seed: WholeNumber  # of its runs
    ranges: dict[str, Range] = Field(default_factory=dict)
    """By name of a parameter: the range screened, where it is not its prior. Those without a prior
    stay fixed in the fit."""


class FitSettings(Declared):
    """Cut-offs and sizes of the fit."""

    seed: WholeNumber  # of everything random in the fit
    discrepancy: float = Field(ge=0)
    """What the model leaves out even at its best: standard deviation on log-odds, logarithms and
    Fisher's z; a share of the published number where that is looked at as it is."""
    runs_a_term: float = Field(gt=0)
    """Runs that those near the posterior are to be worth, for a term of the regression."""
    most_undefined: float = Field(ge=0, lt=1)
    """A figure that is undefined in a larger share of the runs is only checked."""
    draws: Count  # of the posterior that ship, all alike likely
    truths: Count  # runs held out at most, to be recovered
    share: float = Field(gt=0, lt=1)  # of the posterior that intervals hold
    inside: float = Field(gt=0, lt=0.5)
    """Share of the width of its prior that a value of the point keeps from its ends."""
    unidentified: float = Field(ge=0, le=1)
    """Parameters whose contraction is below are named as not identified."""


class Recipe(Declared):
    """Everything that decides a calibration, besides the register, the priors and the engine."""

    runs: Runs
    waves: tuple[Wave, ...] = ()
    screening: Screening
    fit: FitSettings
    free: dict[str, Text]  # by name of a parameter: why it is free
    priors: dict[str, Range] = Field(default_factory=dict)
    """By name of a free parameter: its prior, where it is not that of `parameters.toml`."""
    held: dict[str, float | str] = Field(default_factory=dict)
    """By name of a parameter or switch: the value that it has in every run, where it is not the
    default."""
    checked: dict[str, Text] = Field(default_factory=dict)
    """By statistic of the bank: why it is left out of the fit though its entry is fitted."""
    quantities: dict[str, Text] = Field(default_factory=dict)
    """By statistic of the bank: the quantity whose published estimates, taken together, it is held
    against in place of its own."""

    @property
    def space(self) -> "Space":
        """The free parameters."""
        return Space(list(self.free), self.runs.log_from, self.priors)

    @model_validator(mode="after")
    def _check_parameters(self) -> Self:
        ranges = {"screening": self.screening.ranges, "priors": self.priors}
        for part in (*ranges, "free"):
            for name in ranges.get(part, self.free):
                if name not in parameters():
                    hint = did_you_mean(name, parameters())
                    raise ValueError(f"{part}: no parameter {name}{hint}")
        for part, pairs in ranges.items():
            for name, (low, high) in pairs.items():
                if not parameters()[name].low <= low < high <= parameters()[name].high:
                    raise ValueError(f"{part}: {name} would leave its range in parameters.toml")
        for name in self.free:
            if parameters()[name].prior is None and name not in self.priors:
                raise ValueError(f"free: {name} has no prior in parameters.toml")
        for name in self.held:
            if name not in parameters() and name not in switches():
                hint = did_you_mean(name, [*parameters(), *switches()])
                raise ValueError(f"held: no parameter or switch {name}{hint}")
            if name in self.free:
                raise ValueError(f"held: {name} is free")
        return self

    @model_validator(mode="after")
    def _check_waves(self) -> Self:
        if not self.waves:
            raise ValueError("waves: expected at least one, drawn from the prior")
        if self.waves[0].runs_each > 1:
            raise ValueError("waves: the first runs every point once")
        if any(wave.widened == 1 for wave in self.waves[1:-1]):
            raise ValueError("waves: all between the first and the last have widened above 1")
        taken: set[int] = set()
        for wave in self.waves:
            seeds = set(range(wave.first_seed, wave.first_seed + wave.runs))
            if taken & seeds:
                raise ValueError(f"waves: {wave.name} shares seeds with one before it")
            taken |= seeds
        if len({wave.name for wave in self.waves}) < len(self.waves):
            raise ValueError("waves: two have one name")
        if len({*self.quantities.values()}) < len(self.quantities):
            raise ValueError("quantities: one is aimed at twice")
        return self

    def scaled(self, population: int | None, runs: int | None) -> "Recipe":
        """Return the recipe with other people a run, and the waves scaled to so many runs."""
        waves, runs_now = self.waves, self.runs
        if runs is not None:
            share = runs / sum(wave.runs for wave in waves)
            waves = tuple(wave.scaled(share) for wave in waves)
        if population is not None:
            runs_now = runs_now.model_copy(update={"population": population})
            waves = tuple(wave.model_copy(update={"population": None}) for wave in waves)
        return self.model_copy(update={"runs": runs_now, "waves": waves})


class Space:
    """The free parameters, their priors, and the unit cube in which both are uniform.

    `ranges` stand in for the priors of some parameters, by name; `log_from` is explained at `Runs`.
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
        self._start = self._linear(self.low)
        self._width = self._linear(self.high) - self._start

    def __len__(self) -> int:
        """Return how many parameters there are."""
        return len(self.names)

    def _linear(self, values: np.ndarray) -> np.ndarray:
        """Return values on the scales on which the priors are uniform."""
        return np.where(self.is_log, np.log(np.where(self.is_log, values, 1.0)), values)

    def values(self, unit: np.ndarray) -> np.ndarray:
        """Return parameter values at points of the unit cube, rounded, within their priors."""
        inner = self._start + np.asarray(unit, np.float64) * self._width
        raw = np.where(self.is_log, np.exp(np.where(self.is_log, inner, 0.0)), inner)
        rounded = np.vectorize(lambda value: float(f"{value:.{DIGITS}g}"), otypes=[float])(raw)
        return np.asarray(np.clip(rounded, self.low, self.high))

    def unit(self, values: np.ndarray) -> np.ndarray:
        """Return the points of the unit cube at which parameters have these values."""
        linear = self._linear(np.asarray(values, np.float64))
        return np.asarray((linear - self._start) / self._width)

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


def own_recipe(path: Path) -> Recipe:
    """Return the recipe of a user's file; an InputError of one line says what is wrong with it."""
    try:
        return read_recipe(text_of(path), str(path))
    except DeclarationError as error:
        raise InputError(printable(str(error))) from None
