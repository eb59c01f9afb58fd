"""Every command of many runs, on runs that cost nothing but arithmetic; a mishap may befall one.

The folder that `MISHAPS` names reaches workers, too: `diary` notes every run that begins, `mishap`
says what befalls the fifth of them, once: its process is killed, or interrupted.
"""

import contextlib
import math
import os
import signal
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import hand_made

from abm.runs.options import RunOptions
from abm.scenario.scenario import Scenario

BEFALLEN = 5
STUDIES = "P01"
NAMES = ("stressor_rate", "stressor_size")


def begin(line: str) -> None:
    """Note that a run begins; let happen what is to happen."""
    folder = Path(os.environ["MISHAPS"])
    with open(folder / "diary", "a", encoding="utf-8") as diary:
        diary.write(f"{line}\n")
    mishap, mine = folder / "mishap", folder / f"mishap-of-{os.getpid()}"
    if len((folder / "diary").read_text().splitlines()) >= BEFALLEN:
        with contextlib.suppress(FileNotFoundError):  # it befalls one of two that begin at once
            mishap.rename(mine)
            if mine.read_text() == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            raise KeyboardInterrupt


def seed_run(scenario, seed, logs, progress):
    begin(f"{seed}")
    return hand_made.record(scenario, seed, logs)


def figures(scenario, seed):
    values = [scenario.parameters[name] for name in NAMES]
    begin(f"{values} {seed}")
    return {"lifetime_prevalence_12_18": sum(values), "median_onset_age": math.sin(seed)}


def ablation_figures(scenario, seed):
    from abm.experiments.ablation.outcomes import ABLATION_OUTCOMES

    learning = scenario.switches["reinforcement"] != "none"
    begin(f"{learning} {scenario.parameters['satiation_size']} {seed}")
    return dict.fromkeys(ABLATION_OUTCOMES, 1.0 + learning + 0.1 * math.sin(seed))


def outcomes(scenario, seed, warm_ups):
    import made_up_outcomes

    begin(f"{scenario.name} {seed}")
    return made_up_outcomes.record(scenario, seed)


def world(scenario, seed, how):
    import made_up_world

    begin(f"{how.meaning} {seed}")
    return made_up_world.look(scenario, seed, how)


def scenario() -> Scenario:
    table = {"population": {"kind": "cohort", "size": 50}, "calendar": {"years": 2}}
    return Scenario.from_table(table, "made-up")


def run(options: dict) -> int:
    from abm.cli.run import run_command
    from abm.simulation.record import Logs

    how = RunOptions(**options, simulate=seed_run)
    return run_command(hand_made.scenario(60, 2), range(1, 10), how, Logs(people=True))


def sweep(options: dict) -> int:
    from abm.cli.sweep import sweep_command
    from abm.experiments.sweeps.design import factorial

    design = factorial(["stressor_rate=0.5,0.6,0.7,0.8"])
    return sweep_command(scenario(), design, [1, 2, 3], RunOptions(**options, simulate=figures))


def sensitivity(options: dict) -> int:
    from abm.cli.sensitivity import sensitivity_command
    from abm.experiments.sensitivity.analysis import Plan, Range

    plan = Plan("morris", tuple(Range(name, 0.5, 0.9) for name in NAMES), 4)
    return sensitivity_command(scenario(), plan, RunOptions(**options, simulate=figures))


def ablate(options: dict) -> int:
    from abm.cli.ablate import ablate_command
    from abm.experiments.ablation.ablation import chosen_mechanisms

    chosen = chosen_mechanisms(scenario(), "reinforcement,satiation")
    return ablate_command(
        scenario(), chosen, [1, 2, 3], RunOptions(**options, simulate=ablation_figures)
    )


def compare(options: dict) -> int:
    from made_up_outcomes import BASE, SKILLED

    from abm.cli.compare import compare_command

    how = RunOptions(**options, simulate=outcomes)
    return compare_command((BASE, SKILLED), range(1, 6), how)


def validate(options: dict) -> int:
    from abm.cli.validate import validate_command
    from abm.evidence.selection import choose

    how = RunOptions(**options, simulate=world)
    return validate_command("baseline", range(101, 108), 100, how, choose(STUDIES))


def calibrate(options: dict) -> int:
    from abm.cli.calibrate import calibrate_command
    from abm.experiments.calibration import bank_runs, waves
    from abm.experiments.calibration.recipe import recipe

    def definition(runs):
        real = bank_runs.run_definition(runs)
        return bank_runs.RunDefinition(real.baseline, figures, real.made_with)

    calibration = waves.Calibration(
        options["out"] / "bank", RunOptions(**options), recipe=recipe().scaled(50, 60)
    )
    with patch.object(waves, "run_definition", definition):
        return calibrate_command(calibration, wave="1")


COMMANDS: dict[str, Callable[[dict], int]] = {
    command.__name__: command
    for command in (run, sweep, sensitivity, ablate, compare, validate, calibrate)
}
