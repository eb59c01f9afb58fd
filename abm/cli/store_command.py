"""The command `store`: what has been computed, and whether it is whole."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from abm.io.files import ReadBack
from abm.io.messages import printable
from abm.io.terminal import EXIT_DONE, EXIT_FAILED, complain, print_json, print_table
from abm.runs.result_store import (
    FAILED,
    KeptResult,
    ResultStore,
    StoreError,
    StoreReport,
    store_below,
)

FAILURES_SHOWN = 5
ALL = "all"
PLAIN = ("population.kind", "population.size", "calendar.years")


@dataclass(frozen=True, order=True)
class Group:
    """Results of one kind whose scenarios differ from the defaults in the same settings."""

    kind: str
    population: str  # its kind; "unknown", and no people, where a result does not say
    people: int
    years: int
    differing: tuple[str, ...]  # names of the other settings that differ
    version: str  # of the code that lived them
    is_current: bool  # whether that is the version of now; others are never used again
    scenarios: int
    runs: int
    failed: int


class _Differences(ReadBack):
    """Those settings that are listed by themselves."""

    kind: str | None = Field(None, alias="population.kind")
    people: int | None = Field(None, alias="population.size", ge=1)
    years: int | None = Field(None, alias="calendar.years", ge=1)


def store_command(out: Path, verify: bool, as_json: bool, clear: str | None = None) -> int:
    """List what has been computed under a folder of results.

    Parameters
    ----------
    out
        Folder of all results.
    verify
        Check every result; what is damaged is removed or moved aside.
    as_json
        Print one JSON object instead of the table.
    clear
        Kind of results to remove first, or "all" with what was set aside; what needs one computes
        it again.

    Returns
    -------
    int
        Exit code: 0 done; 1 if the store cannot be read, or something was damaged.
    """
    store = store_below(out)
    try:
        removed = None if clear is None else store.clear(None if clear == ALL else clear)
        report = store.verify() if verify else None
        results = store.list()
        size = store.size()
    except StoreError as error:
        return complain(str(error), EXIT_FAILED)
    groups = summary(results)
    if as_json:
        content = _as_object(store, results, groups, size, report)
        print_json(content if removed is None else content | {"removed": removed})
    else:
        if removed is not None:
            print(f"Removed {_counted(removed, 'result')}.")
        _print(store, results, groups, size, report)
    return EXIT_FAILED if _is_damaged(report) else EXIT_DONE


def summary(results: Sequence[KeptResult]) -> list[Group]:
    """Group results by kind, kind and size of their populations, years, and what differs."""
    from abm.compilation import code_version

    groups: dict[tuple[Any, ...], list[KeptResult]] = {}
    for result in results:
        version = str(result.about.get("code"))
        groups.setdefault((result.kind, *_described(result), version), []).append(result)
    listed = []
    for key, members in groups.items():
        scenarios = {repr(result.about.get("differences")) for result in members}
        failed = sum(result.status == FAILED for result in members)
        counts = key[-1] == code_version(), len(scenarios), len(members), failed
        listed.append(Group(*(*key, *counts)))
    return sorted(listed)


def _described(result: KeptResult) -> tuple[str, int, int, tuple[str, ...]]:
    """Return kind, people, years and the other settings that differ."""
    from abm.scenario.scenario import Scenario

    differences = result.about.get("differences")
    try:
        own = _Differences.model_validate(differences)
    except ValidationError:
        return "unknown", 0, 0, ()
    defaults = Scenario(name="defaults")
    kind = own.kind or defaults.population.kind
    people = own.people or defaults.population.size
    years = own.years or defaults.calendar.years
    return kind, people, years, tuple(sorted(set(differences or ()) - set(PLAIN)))


def _as_object(
    store: ResultStore,
    results: Sequence[KeptResult],
    groups: list[Group],
    size: int,
    report: StoreReport | None,
) -> dict[str, Any]:
    failures = [result for result in results if result.status == FAILED]
    content: dict[str, Any] = {
        "folder": str(store.folder),
        "runs": len(results),
        "failed": len(failures),
        "bytes": size,
        "groups": [asdict(group) for group in groups],
        "failures": [
            {"key": failure.key, "kind": failure.kind}
            | {name: failure.about.get(name) for name in ("seed", "differences", "error")}
            for failure in failures
        ],
    }
    if report is not None:
        content["verified"] = asdict(report)
    return content


def _is_damaged(report: StoreReport | None) -> bool:
    return report is not None and bool(report.lost or report.set_aside)


def _print(
    store: ResultStore,
    results: Sequence[KeptResult],
    groups: list[Group],
    size: int,
    report: StoreReport | None,
) -> None:
    if not groups:
        print(f"Nothing has been computed in {store.folder} yet.")
    else:
        plain = ("population", "people", "years", "differing", "scenarios", "runs", "failed", "")
        print_table(("what", *plain), map(_row, groups))
        print(f"\n{_counted(len(results), 'result')}, {_format_size(size)}")
        print(store.folder)
    failures = [result.about for result in results if result.status == FAILED]
    for about in failures[:FAILURES_SHOWN]:
        last = (str(about.get("error")).strip().splitlines() or ["unknown"])[-1]
        seed = printable(str(about.get("seed")))
        print(f"nssi: seed {seed} failed: {printable(last)}", file=sys.stderr)
    if len(failures) > FAILURES_SHOWN:
        print(f"nssi: and {len(failures) - FAILURES_SHOWN} more; see --json", file=sys.stderr)
    if report is not None:
        _print_check(store, report)


def _row(group: Group) -> tuple[object, ...]:
    differing = printable(", ".join(group.differing)) or "-"
    version = "" if group.is_current else "of another version of the code"
    return (
        group.kind, printable(group.population), f"{group.people:,}", group.years, differing,
        group.scenarios, group.runs, group.failed, version,
    )  # fmt: skip


def _print_check(store: ResultStore, report: StoreReport) -> None:
    if not _is_damaged(report):
        print("Everything is whole.")
        return
    lost = _counted(report.lost, "result")
    message = f"{lost} damaged, to be computed again when asked for"
    if report.set_aside:
        files = _counted(len(report.set_aside), "file")
        message += f"; {files} moved to {store.folder / 'set-aside'}"
    print(f"nssi: {message}", file=sys.stderr)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _format_size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"
