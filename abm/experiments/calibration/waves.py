"""A calibration: its bank and recipe, what the points of its waves are, and doing their runs."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from abm.experiments.calibration.bank import BankError, WaveDesign, WaveFolder, WaveRuns
from abm.experiments.calibration.bank_runs import WaveRunner, run_definition
from abm.experiments.calibration.bank_statistics import definitions, statistics
from abm.experiments.calibration.fit import BankRuns, FitError, fit_runs
from abm.experiments.calibration.recipe import Recipe, Wave, recipe
from abm.experiments.calibration.sampling import (
    Normal,
    scores_of,
    standard_normals,
    unit_of,
)
from abm.experiments.calibration.targets import Targets, targets_of
from abm.io.progress import Progress
from abm.runs.executors import executor_for
from abm.runs.options import RunOptions
from abm.scenario.posterior import FOLDER

BANK = Path("calibration/bank")


@dataclass(frozen=True)
class Calibration:
    """A bank of runs, the recipe it follows, and how its runs are done."""

    bank: Path = BANK  # diagnostics and the screening's table are written beside it
    options: RunOptions = field(default_factory=RunOptions)
    minutes: float = 60.0  # after these no run is begun; what is finished is kept
    recipe: Recipe = field(default_factory=recipe)
    began: float = field(default_factory=time.monotonic)

    @property
    def posterior_folder(self) -> Path:
        """Where the posterior is written: in the package once its own bank is whole."""
        is_own = self.bank == BANK and self.recipe == recipe()
        return FOLDER if is_own and self.is_whole(self.recipe.waves[-1]) else self.bank.parent

    @property
    def deadline(self) -> float:
        """When no run is begun any more, in seconds of `time.monotonic`."""
        return self.began + 60.0 * self.minutes

    def targets(self) -> Targets:
        """Return the targets of the register of this package."""
        recipe = self.recipe
        return targets_of(statistics(recipe.runs.world), recipe.quantities, recipe.checked)

    def folder(self, wave: Wave) -> WaveFolder:
        """Return the folder of a wave."""
        return WaveFolder(self.bank, wave.name, self.recipe.runs.part)

    def waves(self, name: str | None) -> Sequence[Wave]:
        """Return the wave of a name or number, or all; a BankError if there is none."""
        waves = self.recipe.waves
        chosen = [w for at, w in enumerate(waves, 1) if name in (None, w.name, str(at))]
        if not chosen:
            names = ", ".join(f"{at} ({wave.name})" for at, wave in enumerate(waves, 1))
            raise BankError(f"--wave: expected one of {names}, not {name}")
        return chosen

    def parts(self, wave: Wave) -> tuple[int, int]:
        """Return how many parts of a wave are finished, and of how many."""
        folder = self.folder(wave)
        design = folder.design()
        count = wave.runs if design is None else len(design)
        blocks = folder.blocks(max(count, wave.runs) if self._is_first(wave) else count)
        return sum(folder.has(block) for block in blocks), len(blocks)

    def _is_first(self, wave: Wave) -> bool:
        return wave.name == self.recipe.waves[0].name

    def is_whole(self, wave: Wave) -> bool:
        """Return whether every run of a wave is in a part."""
        finished, of_all = self.parts(wave)
        return finished == of_all

    def finished(self, before: Wave | None = None) -> list[tuple[Wave, WaveRuns]]:
        """Return the runs of the waves, in order, up to one or the first that has no part."""
        finished = []
        for wave in self.recipe.waves:
            folder = self.folder(wave)
            if (before is not None and wave.name == before.name) or not folder.parts():
                break
            self._known_design(wave)
            finished.append((wave, folder.read()))
        return finished

    def learnt_from(self, runs: Sequence[tuple[Wave, WaveRuns]]) -> tuple[Targets, BankRuns]:
        """Return what can be fitted to the runs of waves, and those that know all of it."""
        targets = self._usable(runs)
        figures, scores, waves, drawn_from = [], [], [], []
        for number, (wave, own) in enumerate(runs):
            figures.append(figures_of(own, targets))
            scores.append(scores_of(self.unit(own)))
            waves.append(np.full(len(own.runs), number))
            drawn_from.append(self.drawn_from(wave))
        known = np.isfinite(np.concatenate(figures)).all(axis=1)
        everything = BankRuns(
            np.concatenate(scores), np.concatenate(figures), np.concatenate(waves),
            tuple(drawn_from),
        )  # fmt: skip
        return targets, everything.take(known)

    def unit(self, runs: WaveRuns) -> np.ndarray:
        """Return the points of runs in the unit cube."""
        space = self.recipe.space
        return space.unit(runs.runs[space.names].to_numpy(np.float64))

    def _usable(self, runs: Sequence[tuple[Wave, WaveRuns]]) -> Targets:
        """Return the targets that every wave has in the same definition and mostly defines.

        How often a figure is undefined is looked at in the last wave.
        """
        known, settings = definitions(self.recipe.runs.world), self.recipe.fit
        targets, left_out = self.targets(), dict[str, str]()
        for wave, own in runs:
            for name in {*targets.names} - {*own.defined_as(known)}:
                left_out[name] = f"{wave.name} of the bank measured it in another way, or not"
        wave, own = runs[-1]
        for name in targets.names:
            share = 0.0 if name in left_out else float(own.runs[name].isna().mean())
            if share > settings.most_undefined:
                left_out[name] = f"undefined in {share:.0%} of the runs of {wave.name}"
        usable = targets.without(left_out)
        if not usable.fitted:
            raise FitError("no fitted entry of the register can be learnt from the bank")
        return usable

    def drawn_from(self, wave: Wave) -> Normal | None:
        """Return what the points of a wave were drawn from; None if from the posterior itself."""
        design = self._known_design(wave)
        normal = None if design is None else design.about.get("normal scores")
        if normal is not None:
            return Normal(np.array(normal["mean"]), np.array(normal["covariance"]))
        return Normal.prior(len(self.recipe.space)) if self._is_first(wave) else None

    def design(self, wave: Wave) -> WaveDesign:
        """Return the design of a wave; made and written if it is not there yet.

        A BankError if the waves before are not finished.
        """
        known, is_first = self._known_design(wave), self._is_first(wave)
        if known is not None and (not is_first or len(known) >= wave.runs):
            return known  # the first may grow
        space, about = self.recipe.space, self._about()
        if is_first:
            scores = standard_normals(wave.points, len(space), wave.first_seed)
        else:
            scores, further = self._narrowed(wave)
            about |= further
        points = np.tile(space.values(unit_of(scores)), (wave.runs_each, 1))
        design = WaveDesign(space.names, points, wave.first_seed, about)
        self.folder(wave).write_design(design)
        return design

    def _about(self) -> dict[str, Any]:
        return {"priors": self.recipe.space.plain()}

    def _known_design(self, wave: Wave) -> WaveDesign | None:
        """Return the design of a wave, if it was made; refuse one of another recipe."""
        folder, about = self.folder(wave), self._about()
        design = folder.design()
        if design is not None and (
            {name: design.about.get(name) for name in about} != about
            or design.first_seed != wave.first_seed
        ):
            raise BankError(
                f"{folder.path} was designed for other free parameters, priors or seeds than the "
                "recipe has now; choose another --bank, or move that folder away"
            )
        return design

    def _narrowed(self, wave: Wave) -> tuple[np.ndarray, dict[str, Any]]:
        """Return normal scores drawn from the posterior of all runs before a wave, and how.

        Where it is to be widened, a normal distribution stands for it.
        """
        needed = self.recipe.waves[: self.recipe.waves.index(wave)]
        if missing := [other.name for other in needed if not self.is_whole(other)]:
            raise BankError(f"{wave.name}: {', '.join(missing)} is not finished; run it first")
        targets, runs = self.learnt_from(self.finished(before=wave))
        self.options.say(f"{wave.name}: fitting {len(runs.scores):,} runs")
        fit = fit_runs(runs, targets.fitted, self.recipe.fit)
        about = {"learnt from": {other.name: self.folder(other).digest() for other in needed}}
        if wave.widened == 1:
            return fit.posterior.resampled(wave.points, wave.first_seed), about
        normal = fit.normal.widened(wave.widened)
        numbers = {"mean": normal.mean.tolist(), "covariance": normal.covariance.tolist()}
        standard = standard_normals(wave.points, len(normal.mean), wave.first_seed)
        return normal.at(standard), about | {"normal scores": numbers}

    def run(
        self, folder: WaveFolder, design: WaveDesign, population: int | None = None
    ) -> dict[str, Any]:
        """Do what is missing of a wave; return what was done and is left, ready for JSON."""
        recipe, options = self.recipe, self.options
        if population is not None:
            runs = recipe.runs.model_copy(update={"population": population})
            recipe = recipe.model_copy(update={"runs": runs})
        with (
            executor_for(options.jobs, options.dask) as executor,
            Progress(f"running {folder.name}", options.quiet) as bar,
        ):
            return WaveRunner(
                folder, design, run_definition(recipe), options.store, executor, self.deadline,
                options.say, bar.update,
            ).run()  # fmt: skip


def figures_of(runs: WaveRuns, targets: Targets) -> np.ndarray:
    """Return the targets in runs of a wave on their natural scales, shape (runs, targets)."""
    return np.column_stack(
        [target.scale.to(runs.runs[target.name].to_numpy(np.float64)) for target in targets.fitted]
    )
