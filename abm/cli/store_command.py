"""The command `store`: what has been computed, and whether it is whole."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from abm.io.tables import TableError
from abm.io.terminal import EXIT_DONE, EXIT_FAILED, complain, print_json, print_table, print_text
from abm.runs.keys import read_differences
from abm.runs.store import FAILED, Store, StoreError, StoreReport, store_folder

Run = Mapping[str, Any]
FAILURES_SHOWN = 5
PLAIN = ("population.kind", "population.size", "calendar.years")


@dataclass(frozen=True)
class Group:
    """Runs whose scenarios differ from the defaults in the same settings.

    Parameters
    ----------
    population, people, years
        Kind and size of the population, and reported years.
    differing
        Names of the other settings that differ from the defaults.
    version
        Version of the code that lived them.
    is_current
        Whether that is the version of now; others are never used again.
    scenarios, runs, failed
        Different scenarios, runs in all, and how many of these failed.
    """

    population: str
    people: int
    years: int
    differing: tuple[str, ...]
    version: str
    is_current: bool
    scenarios: int
    runs: int
    failed: int


class Kept(Protocol):
    """A further folder of what is kept, such as the lives of comparisons."""

    folder: Path

    def keys(self) -> list[str]: ...
    def size(self) -> int: ...
    def verify(self) -> list[str]: ...


def store_command(
    out: Path,
    verify: bool,
    as_json: bool,
    clear_warm_ups: bool = False,
    lives: Kept | None = None,
) -> int:
    """List what has been computed under a folder of results.

    Parameters
    ----------
    out
        Folder of all results.
    verify
        Check every part and make the index anew; what is damaged is moved aside.
    as_json
        Print one JSON object instead of the table.
    clear_warm_ups
        Remove the kept warm-ups; what needs one lives it again.
    lives
        What comparisons keep of their runs.

    Returns
    -------
    int
        Exit code: 0 done; 1 if the store cannot be read, or something was damaged.
    """
    from abm.cli.store_warm_ups import as_object, look_at, print_warm_ups
    from abm.runs.warm_ups import WarmUps, warm_ups_folder

    store = Store(store_folder(out))
    try:
        report = store.verify() if verify else None
        warm_ups = look_at(WarmUps(warm_ups_folder(out)), verify, clear_warm_ups)
        found = store.all_runs()
        size = store.size()
        damaged_lives = lives.verify() if lives is not None and verify else []
    except (StoreError, TableError) as error:
        return complain(str(error), EXIT_FAILED)
    try:
        groups = summary(found)
    except ValueError:
        message = "runs are kept that say nothing sound; `nssi store --verify` sets them aside"
        return complain(message, EXIT_FAILED)
    if as_json:
        whole = _as_object(store, found, groups, size, report)
        whole["warm_ups"] = as_object(warm_ups)
        if lives is not None:
            whole["lives"] = {"folder": str(lives.folder), "runs": len(lives.keys()),
                              "bytes": lives.size(), "damaged": damaged_lives}  # fmt: skip
        print_json(whole)
    else:
        _print(store, found, groups, size, report)
        print_warm_ups(warm_ups)
        if lives is not None:
            _print_lives(lives, damaged_lives)
    is_damaged = warm_ups.is_damaged or (report is not None and report.damaged) or damaged_lives
    return EXIT_FAILED if is_damaged else EXIT_DONE


def _print_lives(lives: Kept, damaged: list[str]) -> None:
    """Print what comparisons keep; nothing, if there is nothing to say."""
    if number := len(lives.keys()):
        print_text(f"\n{_counted(number, 'run')} of comparisons, {_in_words(lives.size())}")
        print_text(f"{lives.folder} (may be removed; what a comparison needs is run again)")
    if damaged:
        count = _counted(len(damaged), "run")
        complain(f"{count} of comparisons damaged and set aside; run again when needed", 1)


def summary(found: Sequence[Run]) -> list[Group]:
    """Group runs by kind and size of their populations, years, and which settings differ.

    Parameters
    ----------
    found
        `Store.all_runs`.
    """
    from abm.compilation import code_version

    groups: dict[tuple[Any, ...], list[int]] = {}
    scenarios: dict[tuple[Any, ...], set[str]] = {}
    described: dict[str, tuple[Any, ...]] = {}
    for run in found:
        differences = run["differences"]
        if differences not in described:
            described[differences] = _described(read_differences(differences))
        key = (*described[differences], run["code"])
        counts = groups.setdefault(key, [0, 0])
        counts[0] += 1
        counts[1] += run["status"] == FAILED
        scenarios.setdefault(key, set()).add(differences)
    found_groups = []
    for key in sorted(groups):
        kind, people, years, differing, version = key
        runs, failed = groups[key]
        current = version == code_version()
        count = len(scenarios[key])
        found_groups.append(
            Group(kind, people, years, differing, version, current, count, runs, failed)
        )
    return found_groups


def _described(differences: dict[str, Any]) -> tuple[Any, ...]:
    """Return kind, people, years and the other settings that differ."""
    from abm.scenario.scenario import Scenario

    defaults = Scenario(name="defaults")
    kind = differences.get("population.kind", defaults.population.kind)
    people = differences.get("population.size", defaults.population.size)
    years = differences.get("calendar.years", defaults.calendar.years)
    return kind, people, years, tuple(sorted(set(differences) - set(PLAIN)))


def _as_object(
    store: Store,
    found: Sequence[Run],
    groups: list[Group],
    size: int,
    report: StoreReport | None,
) -> dict[str, Any]:
    content: dict[str, Any] = {
        "folder": str(store.folder),
        "runs": len(found),
        "failed": sum(run["status"] == FAILED for run in found),
        "parts": store.part_count(),
        "bytes": size,
        "groups": [asdict(group) for group in groups],
        "failures": _failures(found),
    }
    if report is not None:
        content["verified"] = asdict(report)
    return content


def _failures(found: Sequence[Run]) -> list[dict[str, Any]]:
    """Return the runs that failed: seed, differing settings, error."""
    return [
        {
            "key": run["key"],
            "seed": run["seed"],
            "differences": read_differences(run["differences"]),
            "error": run["error"],
        }
        for run in found
        if run["status"] == FAILED
    ]


def _print(
    store: Store,
    found: Sequence[Run],
    groups: list[Group],
    size: int,
    report: StoreReport | None,
) -> None:
    if not groups:
        print(f"Nothing has been computed in {store.folder} yet.")
    else:
        columns = ("population", "people", "years", "differing", "scenarios", "runs", "failed", "")
        print_table(columns, map(_row, groups))
        runs, parts = _counted(len(found), "run"), _counted(store.part_count(), "part")
        print(f"\n{runs} in {parts}, {_in_words(size)}")
        print(store.folder)
    failures = _failures(found)
    for failure in failures[:FAILURES_SHOWN]:
        last = (failure["error"].strip().splitlines() or ["unknown"])[-1]
        print(f"nssi: seed {failure['seed']} failed: {last}", file=sys.stderr)
    if len(failures) > FAILURES_SHOWN:
        print(f"nssi: and {len(failures) - FAILURES_SHOWN} more; see --json", file=sys.stderr)
    if report is not None:
        _print_check(store, report)


def _row(group: Group) -> tuple[object, ...]:
    differing = ", ".join(group.differing) or "-"
    version = "" if group.is_current else "of another version of the code"
    return (
        group.population, f"{group.people:,}", group.years, differing, group.scenarios,
        group.runs, group.failed, version,
    )  # fmt: skip


def _print_check(store: Store, report: StoreReport) -> None:
    if report.damaged:
        print(
            f"nssi: {_counted(len(report.damaged), 'part')} damaged, moved to {store.aside}; "
            "the runs in them count as not lived",
            file=sys.stderr,
        )
    if report.abandoned:
        print(
            f"nssi: {_counted(len(report.abandoned), 'file')} half written, moved to {store.aside}",
            file=sys.stderr,
        )
    if not report.damaged:
        print("Every part is whole.")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _in_words(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"
