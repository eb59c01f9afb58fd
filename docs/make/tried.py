"""What becomes of predictions that fail once what is held to cause it is changed.

`failures.toml` says what is tried: numbers and switches to be changed, and the entries that are
asked then. ``python -m docs.make.tried`` lives these worlds and writes `validation/tried.json`,
which the page of failures shows. It takes an hour or two; what is finished is not run again.
"""

import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from abm.compilation import code_version
from abm.evidence.evaluation import Worlds, do_study
from abm.evidence.listing import finite
from abm.evidence.register import register
from abm.evidence.selection import only
from abm.evidence.worlds import FIRST_SEED, run_worlds, runs_of, worlds_needed
from abm.io.declarations import Declared, Text
from abm.io.tables import read_json, write_json
from abm.parameters import switches
from abm.runs.options import RunOptions

TRIED = Path("validation/tried.json")
SEEDS = range(FIRST_SEED, FIRST_SEED + 3)
PEOPLE = 2_500  # where a cause does not ask for more
Found = list[dict[str, Any]]
"""Of every study of some entries what it gave: `entry`, `part`, `simulated`, `low` and `high`, the
interval (95 %) for chance; None where there is none."""
Changes = Mapping[str, float | str]  # of parameters and switches, by name


class Tried(Declared):
    """One change of the baseline, to see whether it brings nearer what fails."""

    title: Text
    changes: Changes


@dataclass(frozen=True)
class TriedFigures:
    """What was found under changes, as kept."""

    seeds: Sequence[int]
    worlds: Sequence[Mapping[str, Any]]

    @classmethod
    def read(cls, path: Path) -> "TriedFigures":
        """Read what `main` wrote."""
        kept = read_json(path)
        return cls(kept["seeds"], kept["worlds"])

    def value(self, changes: Changes, people: int, entry: str, part: object) -> float | None:
        """Return what a study of an entry gave; None where it was not asked, or had no answer."""
        named = part if isinstance(part, str) else ""
        for world in self.worlds:
            if (world["changes"], world["people"]) == (changes, people):
                for row in world["figures"]:
                    if (row["entry"], row["part"]) == (entry, named):
                        return None if row["simulated"] is None else float(row["simulated"])
        return None


def scenario_text(changes: Changes) -> str:
    """Return the text of a scenario file with these changes."""
    numbers = [f"{name} = {value}" for name, value in changes.items() if name not in switches()]
    answers = [f'{name} = "{value}"' for name, value in changes.items() if name in switches()]
    parts = ['extends = "baseline"', 'title = "Tried"', "[parameters]", *numbers]
    return "\n".join([*parts, "[switches]", *answers, ""])


def find(changes: Changes, people: int, entries: Iterable[str], options: RunOptions) -> Found:
    """Do every study of some entries in worlds with these changes."""
    judged = only(register(), ",".join(entries))
    needed = worlds_needed(judged, judged.entries.values())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tried.toml"
        file.write_text(scenario_text(changes), encoding="utf-8")
        runs = runs_of(judged, needed, list(SEEDS), str(file), people)
    worlds = Worlds(run_worlds(runs, options.jobs, options.say, options.store))
    rows = []
    for entry in judged.entries.values():
        for study in entry.study:
            number = do_study(study, worlds)
            ends = {"low": finite(number.low), "high": finite(number.high)}
            row: dict[str, Any] = {"entry": entry.id, "part": study.part}
            rows.append(row | {"simulated": finite(number.value)} | ends)
    options.store.remove({run.key for run in runs})
    return rows


def main(path: Path = TRIED, jobs: int | None = None) -> None:
    """Try all that has not been tried with this code, and keep what it gives as it comes."""
    options = RunOptions(jobs=jobs)
    about = {"code_version": code_version(), "seeds": list(SEEDS)}
    kept = read_json(path) if path.exists() else {}
    known = kept["worlds"] if {name: kept.get(name) for name in about} == about else []
    worlds = []
    for world in wanted():
        kept_world = next((one for one in known if _answers(one, world)), None)
        worlds.append(kept_world or {**world, "figures": find(**world, options=options)})
        later = [one for one in known if one not in worlds]  # not lost if this is stopped
        write_json(path, {**about, "worlds": [*worlds, *later]}, indent=1)
    write_json(path, {**about, "worlds": worlds}, indent=1)


def _answers(kept: Mapping[str, Any], world: Mapping[str, Any]) -> bool:
    """Return whether what is kept of a world answers all that is asked of one."""
    return (
        kept["changes"] == world["changes"]
        and kept["people"] == world["people"]
        and (set(world["entries"]) <= set(kept["entries"]))
    )


def wanted() -> list[dict[str, Any]]:
    """Return what is to be lived: `changes`, `people` and the `entries` to be asked.

    Before the changes that are tried with so many people stands the baseline itself.
    """
    import pandas as pd

    from docs.make.failures import VALIDATION, causes, failing

    bad = set(failing(pd.read_csv(VALIDATION))["id"])
    worlds: list[tuple[Changes, int]] = []
    asked: list[set[str]] = []
    for cause in causes():
        entries = bad.intersection(cause.entries)
        tried = [one.changes for one in cause.tried]
        for changes in ({}, *tried) if entries and tried else ():
            world = dict(changes), cause.people
            if world not in worlds:
                worlds.append(world)
                asked.append(set())
            asked[worlds.index(world)] |= entries
    return [
        {"changes": changes, "people": people, "entries": sorted(entries)}
        for (changes, people), entries in zip(worlds, asked, strict=True)
    ]


if __name__ == "__main__":
    main(jobs=int(sys.argv[1]) if len(sys.argv) > 1 else None)
