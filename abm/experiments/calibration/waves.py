"""A calibration: its bank and recipe, what the points of its waves are, and doing their runs."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from abm.experiments.calibration import fitting, point_estimate
from abm.experiments.calibration.bank import BankError, WaveDesign, WaveFolder, WaveRuns
from abm.experiments.calibration.bank_runs import WaveRunner, run_definition
from abm.experiments.calibration.bank_statistics import definitions, statistics
from abm.experiments.calibration.recipe import Recipe, Wave, recipe
from abm.experiments.calibration.sampling import prior_points
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
        """Where the posterior is written: in the package if the bank is its own and not reduced."""
        is_own = self.bank == BANK and self.recipe == recipe()
        return FOLDER if is_own else self.bank.parent

    @property
    def deadline(self) -> float:
        """When no run is begun any more, in seconds of `time.monotonic`."""
        return self.began + 60.0 * self.minutes

    def targets(self) -> Targets:
        """Return the targets of the register of this package."""
        return targets_of(statistics(self.recipe.runs.world))

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

    def is_whole(self, wave: Wave) -> bool:
        """Return whether every run of a wave is in a part."""
        folder = self.folder(wave)
        design = folder.design()
        if design is None or (wave.drawn == "prior" and len(design) < wave.points):
            return False
        return all(folder.has(block) for block in folder.blocks(len(design)))

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

    def learnt_from(
        self, runs: Sequence[tuple[Wave, WaveRuns]]
    ) -> tuple[Targets, list[fitting.WaveFigures]]:
        """Return what can be fitted to the runs of waves, and their figures."""
        recipe = self.recipe
        known = definitions(recipe.runs.world)
        targets = fitting.usable(self.targets(), runs, recipe.fit, known)
        return targets, fitting.wave_figures(runs, targets, recipe.space)

    def design(self, wave: Wave) -> WaveDesign:
        """Return the design of a wave; made and written if it is not there yet.

        A BankError if the waves before are not finished.
        """
        known = self._known_design(wave)
        if known is not None and (wave.drawn != "prior" or len(known) >= wave.points):
            return known
        space, about = self.recipe.space, self._about(wave)
        if wave.drawn == "prior":
            points = prior_points(space, wave.points, wave.first_seed)
        else:
            unit, further = self._drawn_points(wave)
            points, about = space.values(unit), about | further
        design = WaveDesign(space.names, points, wave.first_seed, about)
        self.folder(wave).write_design(design)
        return design

    def _about(self, wave: Wave) -> dict[str, Any]:
        return {"drawn": wave.drawn, "priors": self.recipe.space.plain()}

    def _known_design(self, wave: Wave) -> WaveDesign | None:
        """Return the design of a wave, if it was made; refuse one of another recipe."""
        folder, about = self.folder(wave), self._about(wave)
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

    def _drawn_points(self, wave: Wave) -> tuple[np.ndarray, dict[str, Any]]:
        """Return points of the unit cube drawn from what the waves before say, and how."""
        runs, settings, say = self._all_before(wave), self.recipe.fit, self.options.say
        targets, waves = self.learnt_from(runs)
        say(f"{wave.name}: fitting emulators to {sum(len(w.unit) for w in waves):,} runs")
        about: dict[str, Any] = {"learnt from": {w.name: self.folder(w).digest() for w, _ in runs}}
        if wave.drawn == "not ruled out":
            stages = fitting.matched(fitting.before_posterior(waves), targets, settings)
            left = fitting.next_points(stages, wave, len(self.recipe.space), settings)
            say(f"{wave.name}: {left.share:.2%} of the priors are not ruled out")
            about |= {"share not ruled out": left.share, "ruled out all the same": left.beyond}
            return left.points, about
        fit = fitting.fit_bank(waves, targets, settings)
        if wave.drawn == "likeliest draws":
            index, likeliest = point_estimate.likeliest(fit, waves, wave.unique)
            about |= {"draws": (index + 1).tolist()}
            return np.tile(likeliest, (wave.runs_each, 1)), about
        if wave.drawn == "best draw, moved":
            points = point_estimate.point_figures(fit, waves[-1])
            middle = point_estimate.middle_of(waves)
            best, move = point_estimate.best_of(fit, points, middle)
            about |= {"best": best + 1}
            return np.tile(move.unit, (wave.runs_each, 1)), about
        drawn = fitting.draw(fit, wave.unique, wave.first_seed)
        chain = {"accepted": drawn.accepted, "effective": drawn.effective}
        numbers = {name: value if value == value else None for name, value in chain.items()}
        about |= {"log density": drawn.density.tolist(), "chain": numbers}
        return np.concatenate([drawn.points, drawn.points[: wave.repeats]]), about

    def _all_before(self, wave: Wave) -> list[tuple[Wave, WaveRuns]]:
        waves = self.recipe.waves
        needed = waves[: waves.index(wave)]
        missing = [other.name for other in needed if not self.is_whole(other)]
        if missing:
            raise BankError(f"{wave.name}: {', '.join(missing)} is not finished; run it first")
        return self.finished(before=wave)

    def run(
        self, folder: WaveFolder, design: WaveDesign, population: int | None = None
    ) -> dict[str, Any]:
        """Do what is missing of a wave; return what was done and is left, ready for JSON."""
        runs, options = self.recipe.runs, self.options
        if population is not None:
            runs = runs.model_copy(update={"population": population})
        with (
            executor_for(options.jobs, options.dask) as executor,
            Progress(f"running {folder.name}", options.quiet) as bar,
        ):
            return WaveRunner(
                folder, design, run_definition(runs), options.store, executor, self.deadline,
                options.say, bar.update,
            ).run()  # fmt: skip
