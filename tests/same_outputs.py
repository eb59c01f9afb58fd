"""Run small fixed cases of every command in two checkouts and compare all they write.

For a change that is to alter no result, such as moving files::

    python tests/same_outputs.py OLD_CHECKOUT NEW_CHECKOUT

Tables (CSV, Parquet), what programs read (``--json``), the words of reports and the names of all
files are compared. Run ids, names of kept answers, times and versions may differ, and words that
were renamed on purpose (`RENAMED`). Exit code 0: the same; 1: not, each difference in a line.
"""

import argparse
import html
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

SMALL = "--population 300 --quiet --json"
CASES = {
    "run": [
        f"run baseline --years 2 --seeds 2 {SMALL}",
        f"run birth-cohort --people --acts --panel --moments --ties {SMALL}",
    ],
    "compare": [f"compare baseline package-schools --years 3 --seeds 3 {SMALL}"],
    "sweep": [f"sweep baseline --vary stressor_rate=0.5,0.9 --years 1 --seeds 2 {SMALL}"],
    "sensitivity": [
        (
            "sensitivity birth-cohort --method morris --trajectories 3 "
            f"--parameters stressor_rate=0.5:1.2,barrier_mean,urge_weight {SMALL}"
        )
    ],
    "validate": ["validate --population 150 --seeds 1 --quiet --json"],
}
RENAMED: list[tuple[str, str]] = [
    ("In what was lived here", "In what was run here"),
    ("live more seeds or more people", "run more seeds or more people"),
    ("This lives the same again", "This runs the same again"),
    ("What was lived, ", "What was run, "),
    ("are not those that were lived.", "are not those that were run."),
    ("are lived over", "are simulated over"),
    ("The design was lived once.", "The design was run once."),
    ("lives it again with other seeds", "runs it again with other seeds"),
    ("very two seeds lived another draw", "very two seeds have another draw"),
    ("every seed lived another draw", "every seed has another draw"),
    ("differ from the base, year by year", "differ from “Baseline”, year by year"),
    ("not less, than in the base", "not less, than in the scenario compared with"),
    ("each when it was lived", "each at its own census"),
    ("tells on E001", "mostly moves the figure E001"),
    ("tells on E195-E196", "mostly moves the figures E195-E196"),
    ("New cases, for those reached", "New cases, fewer or more for those reached"),
    ("averted per 1,000 reached", "per 1,000 reached"),
]
"""Words of the old checkout and what stands in their place in the new one."""

# Older checkouts have `seeds` of a run in its folder, newer ones its sums in one file.
NOT_COMPARED = {"store", "seeds", "aggregates.json"}

VARYING = [
    (re.compile(r"(?<=\.answers/)[0-9a-f]{16}(?=\.json)"), "<question>"),
    (re.compile(r"(?<![\w.])[0-9a-f]{12}(?![\w.])"), "<run id>"),
    (re.compile(r"(?<![\w.])[0-9a-f]{16}(?![\w.])"), "<version>"),
    (re.compile(r"(?<![\w.])[0-9a-f]{64}(?![\w.])"), "<hash over tables, which are compared>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?( ?UTC|Z|\+00:00)?"), "<time>"),
    (re.compile(r"(?:/[\w.+-]+)+/results"), "<results>"),
    (
        re.compile(
            r"First acts came to .*? per 100 person-years of those who never had"
            r"|(?:About \d+(?: or \d+)?|Fewer than 1) in [\d,]+ young people who have not "
            r"self-injured before begin each year"
        ),
        "<first acts>",
    ),
    (re.compile(r"\b[\d.,]+ (?:CPU-)?(?:seconds|minutes)\b"), "<duration>"),
]


def main() -> int:
    """Compare two checkouts; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("commands", nargs="*", default=list(CASES), help="by default all")
    asked = parser.parse_args()
    found = 0
    for command in asked.commands:
        lines = list(_differences(command, asked.old.resolve(), asked.new.resolve()))
        print(f"{command}: {f'{len(lines)} differences' if lines else 'the same'}", flush=True)
        print(*(f"  {line}" for line in lines[:40]), sep="\n" if lines else "", flush=True)
        found += len(lines)
    return 1 if found else 0


def _differences(command: str, old: Path, new: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name:
        before, after = (
            _written(command, checkout, Path(name) / which / "results")
            for checkout, which in ((old, "old"), (new, "new"))
        )
    for file in sorted(before.keys() | after.keys()):
        if file not in after or file not in before:
            yield f"{file}: only in the {'old' if file in before else 'new'} checkout"
            continue
        lines = zip(before[file], after[file], strict=False)
        for number, (first, second) in enumerate(lines, 1):
            if first != second:
                yield f"{file}, line {number}: {first[:150]!r} became {second[:150]!r}"
                break
        else:
            if len(before[file]) != len(after[file]):
                yield f"{file}: {len(before[file])} lines became {len(after[file])}"


def _written(command: str, checkout: Path, out: Path) -> dict[str, list[str]]:
    """Run the cases of a command; return the lines of all that was printed and written."""
    is_old = out.parent.name == "old"
    shown: dict[str, list[str]] = {}
    for number, arguments in enumerate(CASES[command]):
        shown[f"printed by case {number + 1}"] = _printed(
            checkout, *arguments.split(), "--out", str(out)
        )
    folders = sorted({path.parent for path in out.rglob("run.json") if "store" not in path.parts})
    for folder in folders:
        _printed(checkout, "report", str(folder), "--out", str(out))
    for path in sorted(out.rglob("*")):
        if path.is_file() and not set(path.relative_to(out).parts) & NOT_COMPARED:
            shown[_neutral(str(path.relative_to(out)))] = _content(path)
    return {
        name: [_renamed(line) if is_old else line for line in map(_neutral, lines)]
        for name, lines in shown.items()
    }


def _printed(checkout: Path, *arguments: str) -> list[str]:
    done = subprocess.run(
        [str(checkout / "nssi"), *arguments], cwd=checkout, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{checkout}: nssi {' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout.splitlines()


def _content(path: Path) -> list[str]:
    """Return what a file says, in lines; of a picture or a description only that it is there."""
    if path.suffix == ".csv":
        return path.read_text().splitlines()
    if path.suffix == ".parquet":
        import pandas as pd

        return pd.read_parquet(path).to_csv(index=False).splitlines()
    if path.suffix == ".html":
        text = re.sub(r"(?s)<(script|style|svg)\b.*?</\1>", "", path.read_text())
        lines = html.unescape(re.sub(r"<[^>]*>", "\n", text)).splitlines()
        return [line.strip() for line in lines if line.strip()]
    return []


def _neutral(line: str) -> str:
    for pattern, name in VARYING:
        line = pattern.sub(name, line)
    return line


def _renamed(line: str) -> str:
    for before, after in RENAMED:
        line = line.replace(before, after)
    return line


if __name__ == "__main__":
    sys.exit(main())
