"""The command `store`: what has been computed, whether it is whole, and how to be rid of it."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from pydantic import Field, ValidationError

from abm.cli.options import JsonOption, check_folder
from abm.compilation import code_version
from abm.io.files import ReadBack
from abm.io.messages import last_line, printable
from abm.io.terminal import EXIT_DONE, EXIT_FAILED, complain, print_json, print_table
from abm.report.format import format_count
from abm.runs.result_store import (
    FAILED,
    KeptResult,
    ResultStore,
    StoreError,
    StoreReport,
    store_below,
)
from abm.scenario.scenario import Scenario

FAILURES_SHOWN = 5
ALL = "all"
PLAIN = ("population.kind", "population.size", "calendar.years")


def store(
    out: Annotated[Path, typer.Option(help="Folder for results.")] = Path("results"),
    verify: Annotated[bool, typer.Option("--verify", help="Check every part.")] = False,
    clear: Annotated[
        Literal["seed", "run", "people", "warm-up", "world", "bank run", "all"] | None,
        typer.Option(metavar="KIND", help="Remove results of a kind, such as warm-up, or all."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List what has been computed by commands of many runs; check or remove it."""
    check_folder(out, is_written=verify or clear is not None)
    raise typer.Exit(store_command(out, verify, as_json, clear))


@dataclass(frozen=True, order=True)
class Group:
    """Results of one kind whose scenarios differ from the defaults in the same settings."""

    kind: str
    population: str  # its kind; "unknown", and no people, where a result does not say
    people: int
    years: int
    differing: tuple[str, ...]  # names of the other settings that differ
    version: str  # of the code that ran them
    is_current: bool  # whether that is the version of now; others are never used again
    scenarios: int
    runs: int
    failed: int


class _Differences(ReadBack):
    """Those settings that are listed by themselves."""

    kind: str | None = Field(None, alias="population.kind")
    people: int | None = Field(None, alias="population.size", ge=1)
    years: int | None = Field(None, alias="calendar.years", ge=1)


@dataclass(frozen=True)
class _Listed:
    """What a store holds, and what a check of it found."""

    store: ResultStore
    results: Sequence[KeptResult]
    size: int  # bytes
    report: StoreReport | None
    removed: int | None

    @property
    def failures(self) -> list[KeptResult]:
        """The results that failed."""
        return [result for result in self.results if result.status == FAILED]

    @property
    def is_damaged(self) -> bool:
        """Whether the check found damage."""
        return self.report is not None and bool(self.report.lost or self.report.set_aside)


def store_command(out: Path, verify: bool, as_json: bool, clear: str | None = None) -> int:
    """List what has been computed under a folder of results.

    With `verify` every result is checked; what is damaged is removed or moved aside. With `clear`
    results of that kind are removed first, or "all" with what was set aside; what needs one
    computes it again. Returns 1 if the store cannot be read, or something was damaged.
    """
    store = store_below(out)
    try:
        removed = None if clear is None else store.clear(None if clear == ALL else clear)
        report = store.verify() if verify else None
        listed = _Listed(store, store.list(), store.size(), report, removed)
    except StoreError as error:
        return complain(str(error), EXIT_FAILED)
    if as_json:
        print_json(_as_object(listed))
    else:
        _print(listed)
    return EXIT_FAILED if listed.is_damaged else EXIT_DONE


def summary(results: Sequence[KeptResult]) -> list[Group]:
    """Group results by kind, kind and size of their populations, years, and what differs."""
    groups: dict[tuple[Any, ...], list[KeptResult]] = {}
    for result in results:
        version = str(result.about.get("code"))
        groups.setdefault((result.kind, *_described(result), version), []).append(result)
    listed = []
    for key, members in groups.items():
        scenarios = {repr(member.about.get("differences")) for member in members}
        failed = sum(member.status == FAILED for member in members)
        counts = key[-1] == code_version(), len(scenarios), len(members), failed
        listed.append(Group(*(*key, *counts)))
    return sorted(listed)


def _described(result: KeptResult) -> tuple[str, int, int, tuple[str, ...]]:
    """Return kind, people, years and the other settings that differ."""
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


def _as_object(listed: _Listed) -> dict[str, Any]:
    content: dict[str, Any] = {
        "folder": str(listed.store.folder),
        "runs": len(listed.results),
        "failed": len(listed.failures),
        "bytes": listed.size,
        "groups": [asdict(group) for group in summary(listed.results)],
        "failures": [
            {"key": failure.key, "kind": failure.kind}
            | {name: failure.about.get(name) for name in ("seed", "differences", "error")}
            for failure in listed.failures
        ],
    }
    if listed.report is not None:
        content["verified"] = asdict(listed.report)
    return content if listed.removed is None else content | {"removed": listed.removed}


def _print(listed: _Listed) -> None:
    if listed.removed is not None:
        print(f"Removed {format_count(listed.removed, 'result')}.")
    if not listed.results:
        print(f"Nothing has been computed in {listed.store.folder} yet.")
    else:
        plain = ("population", "people", "years", "differing", "scenarios", "runs", "failed", "")
        print_table(("what", *plain), map(_row, summary(listed.results)))
        print(f"\n{format_count(len(listed.results), 'result')}, {_format_size(listed.size)}")
        print(listed.store.folder)
    for failure in listed.failures[:FAILURES_SHOWN]:
        last = last_line(failure.about.get("error"))
        seed = printable(str(failure.about.get("seed")))
        print(f"nssi: seed {seed} failed: {printable(last)}", file=sys.stderr)
    if (more := len(listed.failures) - FAILURES_SHOWN) > 0:
        print(f"nssi: and {more} more; see --json", file=sys.stderr)
    if listed.report is not None:
        _print_check(listed, listed.report)


def _row(group: Group) -> tuple[object, ...]:
    differing = printable(", ".join(group.differing)) or "-"
    version = "" if group.is_current else "of another version of the code"
    return (
        group.kind, printable(group.population), f"{group.people:,}", group.years, differing,
        group.scenarios, group.runs, group.failed, version,
    )  # fmt: skip


def _print_check(listed: _Listed, report: StoreReport) -> None:
    if not listed.is_damaged:
        print("Everything is whole.")
        return
    message = f"{format_count(report.lost, 'result')} damaged, to be computed again when asked for"
    if report.set_aside:
        files = format_count(len(report.set_aside), "file")
        message += f"; {files} moved to {listed.store.folder / 'set-aside'}"
    print(f"nssi: {message}", file=sys.stderr)


def _format_size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"
