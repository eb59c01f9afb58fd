"""What is measured in every run of the bank: the value of every study of the register in one world.

All studies that lie in that world alone are done, predicted ones too, so that a refit to other
figures needs no run. Statistics over many studies of limited size are left out.
"""

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from abm.compilation import version_of
from abm.evidence.register import SETTINGS, Entry, Register, Study, register

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario

EVALUATION = ("observed_tables", "tables", "statistics", "evaluation", "expressions")
"""Modules of the evidence that decide what a study finds; the code version leaves them out."""
NOT_MEANT = {"part", "low", "high"}
HASH_DIGITS = 16


class OtherEvidenceError(Exception):
    """A worker has another register or another evaluation of studies."""


@dataclass(frozen=True)
class Statistic:
    """A study of the register as a column of the bank: P01, or E083.2 where there are several."""

    name: str
    entry: Entry
    study: Study

    @property
    def definition(self) -> str:
        """Hash over what is computed; what is accepted of it does not count."""
        meant = self.study.model_dump(mode="json", exclude=NOT_MEANT)
        meant["setting"] = SETTINGS[self.study.setting]
        if self.study.asked.question == "list":  # as all were before there were other questions
            del meant["asked"]["question"]
        return _hash(json.dumps(meant, sort_keys=True).encode())


def statistics_of(chosen: Register, world: str) -> Mapping[str, Statistic]:
    """Return the statistics of a register that one world answers, by name, in its order."""
    found: dict[str, Statistic] = {}
    for entry in chosen.entries.values():
        for place, study in enumerate(entry.study, 1):
            name = entry.id if len(entry.study) == 1 else f"{entry.id}.{place}"
            alone = study.world == world and study.against is None and study.size is None
            if entry.is_answerable and alone:
                found[name] = Statistic(name, entry, study)
    return MappingProxyType(found)


@functools.cache
def statistics(world: str = "baseline") -> Mapping[str, Statistic]:
    """Return the statistics of this package's register that one world answers."""
    return statistics_of(register(), world)


@functools.cache
def evaluation_hash(world: str = "baseline") -> str:
    """Return a hash over how worlds are looked at: the code of the evidence, and the world."""
    folder = Path(__file__).parents[2] / "evidence"
    parts = [(folder / f"{name}.py").read_bytes() for name in EVALUATION]
    parts += [Path(__file__).read_bytes(), version_of("studies").encode()]
    parts.append(register().worlds[world].model_dump_json().encode())
    return _hash(b"\0".join(parts))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:HASH_DIGITS]


@dataclass(frozen=True)
class Measure:
    """Lives a run and returns every statistic; what it measures enters the key of the run.

    Parameters
    ----------
    world
        Of the register: its logs are kept.
    meant
        Hash over everything measured; `measure` makes it.
    """

    world: str
    meant: str

    @property
    def key_name(self) -> str:
        """What stands for it in the key of a run."""
        return f"calibration bank, {self.world}, {self.meant}"

    def __call__(self, scenario: "Scenario", seed: int) -> dict[str, float]:
        """Live one run.

        Raises
        ------
        OtherEvidenceError
            If this process would measure something else.
        """
        from abm.evidence.evaluation import Worlds, value_of
        from abm.evidence.observed_tables import observe

        if measure(self.world) != self:
            raise OtherEvidenceError("a worker has another register; install the same everywhere")
        tables = observe(scenario, seed, register().worlds[self.world])
        worlds = Worlds({self.world: {seed: tables}})
        found = statistics(self.world)
        return {name: value_of(each.study, worlds) for name, each in found.items()}


@functools.cache
def measure(world: str = "baseline") -> Measure:
    """Return what measures runs with the register of this package."""
    definitions = [f"{name}={each.definition}" for name, each in statistics(world).items()]
    meant = _hash("\n".join([*definitions, evaluation_hash(world)]).encode())
    return Measure(world, meant)
