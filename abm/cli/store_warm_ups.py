"""What `nssi store` says of kept warm-ups: how many, of what, how large, and whether whole."""

import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from abm.io.terminal import print_table
from abm.runs.warm_ups import KeptWarmUp, WarmUps, WarmUpsReport


@dataclass(frozen=True)
class WarmUpGroup:
    """Warm-ups that differ in their seeds and in values of the same settings only.

    Parameters
    ----------
    people, start
        Size of the population, and the first reported day.
    differing
        Names of the other settings that differ from the defaults.
    version, is_current
        Version of the code that lived them, and whether it is that of now; others are never used.
    number, size
        How many there are, and their bytes.
    """

    people: int
    start: str
    differing: tuple[str, ...]
    version: str
    is_current: bool
    number: int
    size: int


@dataclass(frozen=True)
class WarmUpListing:
    """What there is, what a check found, and how many were removed; None where not asked for."""

    folder: str
    groups: tuple[WarmUpGroup, ...]
    report: WarmUpsReport | None = None
    removed: int | None = None

    @property
    def is_damaged(self) -> bool:
        """Whether the check found something that was truncated or changed."""
        return self.report is not None and bool(self.report.damaged)


def look_at(warm_ups: WarmUps, verify: bool, clear: bool) -> WarmUpListing:
    """List the warm-ups of a folder, after checking or removing them where asked for.

    Raises
    ------
    StoreError
        If something cannot be read, moved or removed.
    """
    report = warm_ups.verify() if verify else None
    removed = warm_ups.clear() if clear else None
    groups = tuple(warm_up_groups(warm_ups.kept()))
    return WarmUpListing(str(warm_ups.folder), groups, report, removed)


def warm_up_groups(kept: Iterable[KeptWarmUp]) -> list[WarmUpGroup]:
    """Group warm-ups by population, start, which settings differ, and version of the code."""
    from abm.compilation import code_version

    sizes: dict[tuple[Any, ...], list[int]] = {}
    for each in kept:
        key = (each.people, each.start, each.differing, each.code)
        sizes.setdefault(key, []).append(each.size)
    groups = []
    for key, found in sorted(sizes.items()):
        people, start, differing, code = key
        current = code == code_version()
        groups.append(WarmUpGroup(people, start, differing, code, current, len(found), sum(found)))
    return groups


def as_object(listing: WarmUpListing) -> dict[str, Any]:
    """Return a listing as plain data for JSON."""
    content: dict[str, Any] = {
        "folder": listing.folder,
        "number": sum(group.number for group in listing.groups),
        "bytes": sum(group.size for group in listing.groups),
        "groups": [asdict(group) for group in listing.groups],
    }
    if listing.report is not None:
        content["verified"] = asdict(listing.report)
    if listing.removed is not None:
        content["removed"] = listing.removed
    return content


def print_warm_ups(listing: WarmUpListing) -> None:
    """Print a listing; nothing, if there is nothing to say."""
    if listing.groups:
        number = sum(group.number for group in listing.groups)
        size = sum(group.size for group in listing.groups)
        columns = ("warm-ups of people", "until", "differing", "seeds", "MB", "")
        print()
        print_table(columns, map(_row, listing.groups))
        print(f"\n{number:,} warm-up{'s' if number > 1 else ''}, {size / 1e6:.1f} MB")
        print(listing.folder)
    if listing.removed is not None:
        print(f"Removed {listing.removed:,} file{'' if listing.removed == 1 else 's'} of warm-ups.")
    if listing.report is not None:
        _print_check(listing.report)


def _row(group: WarmUpGroup) -> tuple[object, ...]:
    version = "" if group.is_current else "of another version of the code"
    differing = ", ".join(group.differing) or "-"
    size = f"{group.size / 1e6:.1f}"
    return f"{group.people:,}", group.start, differing, group.number, size, version


def _print_check(report: WarmUpsReport) -> None:
    if report.damaged:
        print(
            f"nssi: {len(report.damaged)} warm-up(s) damaged and set aside; they are lived again "
            "when needed",
            file=sys.stderr,
        )
    if report.abandoned:
        print(f"nssi: {len(report.abandoned)} warm-up(s) half written, set aside", file=sys.stderr)
