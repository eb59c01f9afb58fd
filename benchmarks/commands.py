"""Measure whole commands and write them as a table: `python benchmarks/commands.py`.

Every command is a process of its own with a fresh results folder: CPU-seconds of it and of all
processes that it starts, clock, and the memory of the largest one at its peak. With
``--beside CHECKOUT`` each is done in another checkout of the project too, right before or after:
before a change and after it. What has been measured is kept (``--kept FILE``) and not measured
again, so it may be interrupted; remove that file to begin anew.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from checkouts import ROOT, checkout, commit_of, python_of
from result_table import machine, table

HERE = Path(__file__).resolve().parent
WHOLE = {"run": 10_000, "compare": 3_000, "validate": 1_000, "morris": 1_000}
QUICK = {"run": 1_000, "compare": 200, "validate": 200, "morris": 50}
LONG = ("compare-package-schools", "compare-dbt-a", "million")
PAGES = {"page-1000": 1_000, "page-10000": 10_000}
FRAMES = 100  # that a page is charged for
FIGURES = ("CPU s", "clock s", "peak MB")
TITLE = """# What commands cost

Written by `benchmarks/commands.py`; how to run it is in README.md."""
EXPLANATION = """\
CPU-seconds of a command and of all processes it starts; the peak is that of the largest process.
Each command has a fresh results folder. Cold: nothing compiled before; warm: machine code from a
cache; repeated: asked again. Of a page: its server, with `school-skills` and the baseline."""


@dataclass(frozen=True)
class Step:
    """One command; the steps of a unit follow each other in one scratch folder."""

    arguments: str
    remark: str = ""
    compiles: bool = False  # from nothing
    goes_on: bool = False  # in the results folder of the step before

    @property
    def label(self) -> str:
        """How the table names it."""
        return f"`nssi {self.arguments}`" + (f", {self.remark}" if self.remark else "")


MILLION = Step("run baseline --population 1000000")


@dataclass(frozen=True)
class Cost:
    """What one step took in one checkout; also a line of the file that is kept."""

    commit: str
    unit: str
    label: str
    cpu: float  # seconds
    clock: float  # seconds
    peak: float  # megabytes


def units(people: dict[str, int]) -> dict[str, tuple[Step, ...]]:
    """Return what is measured: units that can be chosen, each with its commands."""
    run = f"run baseline --population {people['run']}"
    compare = f"--seeds 10 --population {people['compare']}"
    morris = "sensitivity birth-cohort --method morris --trajectories 2"
    return {
        "run": (
            Step(run, "cold", compiles=True),
            Step(run, "warm"),
            Step(run, "repeated", goes_on=True),
        ),
        "compare": (Step(f"compare baseline school-skills {compare}"),),
        "validate": (Step(f"validate --seeds 1 --population {people['validate']}"),),
        "morris": (Step(f"{morris} --population {people['morris']}"),),
        **dict.fromkeys(PAGES, ()),
        "compare-package-schools": (Step(f"compare baseline package-schools {compare}"),),
        "compare-dbt-a": (Step(f"compare baseline dbt-a {compare}"),),
        "million": (MILLION,),
    }


class Side:
    """A checkout, and a scratch folder for its machine code and its results."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self.folder = folder
        self.python = sys.executable if folder == ROOT else python_of(folder)
        self.commit = commit_of(folder)
        self.cache = scratch / "cache"
        self.environment = os.environ | {"NSSI_CACHE_DIR": str(self.cache)}
        self.results = scratch / "results"

    def costs(self, unit: str, steps: Sequence[Step]) -> Iterator[Cost]:
        """Do what belongs to a unit."""
        if not self.cache.exists() and not any(step.compiles for step in steps):
            self.nssi("run baseline --population 30 --years 1")
        if unit in PAGES:
            yield from self.page_costs(unit)
        for step in steps:
            if step.compiles:
                shutil.rmtree(self.cache, ignore_errors=True)
            if not step.goes_on:
                shutil.rmtree(self.results, ignore_errors=True)
            cpu, clock, peak = self.nssi(step.arguments)
            yield Cost(self.commit, unit, step.label, cpu, clock, peak)

    def nssi(self, arguments: str) -> tuple[float, float, float]:
        """Run a command of the project; return CPU and clock seconds and megabytes."""
        program = "from abm.cli.main import main; main()"
        options = ["--quiet", "--out", str(self.results)]
        command = [self.python, "-c", program, *arguments.split(), *options]
        with tempfile.TemporaryFile("w+") as errors:
            started = time.perf_counter()
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
            _, status, usage = os.wait4(process.pid, 0)
            clock = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                errors.seek(0)
                raise SystemExit(f"nssi {arguments} in {self.folder}:\n{errors.read()}")
        peak = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
        return usage.ru_utime + usage.ru_stime, clock, peak

    def page_costs(self, unit: str) -> Iterator[Cost]:
        """Open the page and play it: what the server takes until it shows a day, and for frames."""
        people = str(PAGES[unit])
        command = [self.python, str(HERE / "page.py"), "--json"]
        lines = subprocess.run(
            [*command, "--people", people, "--views", "ages"],
            cwd=self.folder,
            env=self.environment | {"PYTHONPATH": str(self.folder)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout.splitlines()
        for line in lines:
            result = json.loads(line)
            label, factor = f"the page with {PAGES[unit]:,} people, until it shows a day", 1.0
            if "pace" in result:
                label = f"the page with {PAGES[unit]:,} people, {FRAMES} frames"
                label += f" of a {result['pace']}"
                factor = FRAMES / max(1, result["frames"])
            cpu, clock = factor * result["cpu"], factor * result["seconds"]
            yield Cost(self.commit, unit, label, cpu, clock, result["peak"])


class Kept:
    """The costs measured so far, a line each in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self.costs = [Cost(**json.loads(line)) for line in lines]

    def add(self, costs: Sequence[Cost]) -> None:
        """Keep the costs of a unit."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(cost)) + "\n" for cost in costs)
        self.costs += costs

    def under(self, label: str, commit: str) -> list[Cost]:
        """Return the repeats of one step in one checkout."""
        return [cost for cost in self.costs if (cost.label, cost.commit) == (label, commit)]

    def labels(self, unit: str, steps: Sequence[Step]) -> list[str]:
        """Return the rows of a unit; those of a page are known once it was measured."""
        if unit in PAGES:
            return list(dict.fromkeys(cost.label for cost in self.costs if cost.unit == unit))
        return [step.label for step in steps]

    def repeats(self, unit: str, steps: Sequence[Step], commit: str) -> int:
        """Return how often a unit has been measured in a checkout."""
        labels = self.labels(unit, steps)
        return min((len(self.under(label, commit)) for label in labels), default=0)


def costs_table(kept: Kept, labels: Sequence[str], commits: Sequence[str]) -> str:
    """Lay out one row a command: medians of each checkout, and how many times less CPU it takes."""
    this, *beside = commits
    head = ["command", *FIGURES]
    head += [f"{figure}, at {commit}" for commit in beside for figure in FIGURES]
    rows = []
    for label in labels:
        row = [label]
        for commit in commits:
            costs = kept.under(label, commit)
            row += [middle([cost.cpu for cost in costs]), middle([cost.clock for cost in costs])]
            row.append(middle([cost.peak for cost in costs], 0))
        for commit in beside:
            pairs = zip(kept.under(label, commit), kept.under(label, this), strict=False)
            row.append(middle([other.cpu / max(cost.cpu, 0.01) for other, cost in pairs], 2))
        rows.append(row)
    return table(head + ["times less CPU"] * len(beside), rows)


def middle(values: Sequence[float], decimals: int = 1) -> str:
    """Show a median; nothing where nothing was measured."""
    return f"{statistics.median(values):,.{decimals}f}" if values else ""


def write(path: Path, kept: Kept, labels: Sequence[str], commits: Sequence[str]) -> None:
    """Write the table of what has been measured so far."""
    beside = "".join(f", the one beside it at {commit}" for commit in commits[1:])
    text = f"{TITLE}\n\n{machine()}\nThis checkout is at {commits[0]}{beside}.\n\n{EXPLANATION}\n\n"
    text += costs_table(kept, labels, commits) + "\n"
    for cost in kept.under(MILLION.label, commits[0]):
        minutes = f"{cost.clock / 60:,.0f} minutes, {cost.peak:,.0f} MB at the peak"
        text += f"\nA million people, 15 + 10 years: {minutes}.\n"
    path.write_text(text, encoding="utf-8")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    names = list(units(WHOLE))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=names, metavar="UNIT", help=", ".join(names))
    parser.add_argument("--beside", type=checkout, metavar="CHECKOUT", help="to compare with")
    parser.add_argument("--repeats", type=int, default=1, help="interleaved repeats")
    parser.add_argument("--quick", action="store_true", help="small populations")
    parser.add_argument("--kept", type=Path, default=ROOT / "results" / "commands.jsonl")
    parser.add_argument("--output", type=Path, default=HERE / "commands.md", help="table to write")
    return parser.parse_args()


def main() -> None:
    """Measure what is missing, and write the table after every unit."""
    chosen = arguments()
    listed = units(QUICK if chosen.quick else WHOLE)
    names = chosen.only or [name for name in listed if name not in LONG]
    kept = Kept(chosen.kept)
    with tempfile.TemporaryDirectory() as scratch:
        folders = [ROOT, *([chosen.beside] if chosen.beside else [])]
        sides = [Side(folder, Path(scratch, str(i))) for i, folder in enumerate(folders)]
        for repeat in range(chosen.repeats):
            for number, name in enumerate(names):
                for side in sides[:: -1 if (repeat + number) % 2 else 1]:
                    if kept.repeats(name, listed[name], side.commit) <= repeat:
                        print(f"{name} at {side.commit}", file=sys.stderr, flush=True)
                        kept.add(list(side.costs(name, listed[name])))
                labels = [row for unit in names for row in kept.labels(unit, listed[unit])]
                write(chosen.output, kept, labels, [side.commit for side in sides])
    print(f"written: {chosen.output}", file=sys.stderr)


if __name__ == "__main__":
    main()
