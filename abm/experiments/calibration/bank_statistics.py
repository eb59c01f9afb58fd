"""What every run of the bank gives: the value of every study of the register in one world.

All studies that lie in that world alone are done, predicted ones too, so that a refit to other
figures needs no run. Statistics over many studies of limited size are left out. People are looked
at on the last day of every reported year.
"""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from abm.compilation import version_of
from abm.evidence.evaluation import Worlds, value_of
from abm.evidence.observed_tables import observe
from abm.evidence.register import SETTINGS, Entry, Register, Study, register
from abm.experiments.calibration.bank import short_hash
from abm.scenario.scenario import Scenario

EVALUATION = (
    *("observed_tables", "year_ends", "tables", "statistics", "evaluation", "expressions"),
)
"""Modules of the evidence that decide what a study finds; the code version leaves them out."""
NOT_IN_DEFINITION = {"part", "low", "high"}
LOOKED_AT = "every reported year"
"""Banks of before looked at people on the last day alone."""


class OtherEvidenceError(Exception):
    """A worker has another register or another evaluation of studies."""


@dataclass(frozen=True)
class BankStatistic:
    """A study of the register as a column of the bank: P01, or E083.2 where there are several."""

    name: str
    entry: Entry
    study: Study

    @property
    def definition(self) -> str:
        """Hash over what is computed; what is accepted of it does not count."""
        content = self.study.model_dump(mode="json", exclude=NOT_IN_DEFINITION)
        content |= {"setting": SETTINGS[self.study.setting], "looked_at": LOOKED_AT}
        if self.study.asked.question == "list":  # as all were before there were other questions
            del content["asked"]["question"]
        return short_hash(json.dumps(content, sort_keys=True).encode())


def statistics_of(chosen: Register, world: str) -> Mapping[str, BankStatistic]:
    """Return the statistics of a register that one world answers, by name, in its order."""
    statistics: dict[str, BankStatistic] = {}
    for entry in chosen.entries.values():
        for number, study in enumerate(entry.study, 1):
            name = entry.id if len(entry.study) == 1 else f"{entry.id}.{number}"
            alone = study.world == world and study.against is None and study.size is None
            if entry.is_answerable and alone:
                statistics[name] = BankStatistic(name, entry, study)
    return MappingProxyType(statistics)


@functools.cache
def statistics(world: str = "baseline") -> Mapping[str, BankStatistic]:
    """Return the statistics of this package's register that one world answers."""
    return statistics_of(register(), world)


def definitions(world: str = "baseline") -> dict[str, str]:
    """Return the definition of each of them by name."""
    return {name: statistic.definition for name, statistic in statistics(world).items()}


@functools.cache
def evaluation_hash(world: str = "baseline") -> str:
    """Return a hash over how worlds are looked at: the code of the evidence, and the world."""
    folder = Path(__file__).parents[2] / "evidence"
    parts = [(folder / f"{name}.py").read_bytes() for name in EVALUATION]
    parts += [Path(__file__).read_bytes(), version_of("studies").encode()]
    parts.append(register().worlds[world].model_dump_json().encode())
    return short_hash(b"\0".join(parts))


@dataclass(frozen=True)
class BankEvaluator:
    """Does a run and returns every statistic; what it computes enters the key of the run."""

    world: str  # of the register: its logs are kept
    digest: str  # over everything computed; `bank_evaluator` makes it

    @property
    def key_name(self) -> str:
        """What stands for it in the key of a run."""
        return f"calibration bank, {self.world}, {self.digest}"

    def __call__(self, scenario: Scenario, seed: int) -> dict[str, float]:
        """Do one run; an OtherEvidenceError if this process would compute something else."""
        if bank_evaluator(self.world) != self:
            raise OtherEvidenceError("a worker has another register; install the same everywhere")
        tables = observe(scenario, seed, register().looked_at(self.world))
        worlds = Worlds({self.world: {seed: tables}})
        return {
            name: value_of(statistic.study, worlds)
            for name, statistic in statistics(self.world).items()
        }


@functools.cache
def bank_evaluator(world: str = "baseline") -> BankEvaluator:
    """Return what evaluates runs with the register of this package."""
    lines = [f"{name}={definition}" for name, definition in definitions(world).items()]
    return BankEvaluator(world, short_hash("\n".join([*lines, evaluation_hash(world)]).encode()))
