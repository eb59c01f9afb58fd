"""Which folder is meant by a path, a run id or the start of one."""

import os
from collections.abc import Iterator
from pathlib import Path

from abm.io.messages import did_you_mean, shown
from abm.report.html.files import ReportError

DESCRIPTION = "run.json"
MOST_NAMED = 3


def find_run(run: str, out: Path) -> Path:
    """Return the run folder that is meant.

    Parameters
    ----------
    run
        A folder, a run id, or a start of one that only one run below `out`
        has; ``NAME/START`` looks only among the runs of that name.
    out
        Folder of all results.

    Raises
    ------
    ReportError
        If no run is meant, or several are.
    """
    try:
        place = Path(run)
        if place.is_dir():
            if (place / DESCRIPTION).exists() or _is_path(run):
                return place
        elif place.exists():
            raise ReportError(f"{place}: is not a folder; expected the folder of a run")
        return _by_id(run, out)
    except (OSError, ValueError) as error:
        if isinstance(error, ReportError):
            raise
        raise ReportError(f"{shown(run)} is not a usable path") from None


def _is_path(run: str) -> bool:
    return any(separator in run for separator in (os.sep, os.altsep) if separator)


def _by_id(run: str, out: Path) -> Path:
    name, _, start = run.replace(os.sep, "/").rpartition("/")
    found = sorted(_runs_below(out))
    if start:
        meant = [
            each
            for each in found
            if each.name.startswith(start) and (not name or each.parent.name == name)
        ]
        if len(meant) == 1:
            return meant[0]
        if meant:
            some = ", ".join(str(each) for each in meant[:MOST_NAMED])
            raise ReportError(f"{shown(run)} is the start of {len(meant)} runs: {some}")
    hint = did_you_mean(start, [each.name for each in found])
    if not hint and found:
        newest = max(found, key=lambda each: (each / DESCRIPTION).stat().st_mtime)
        hint = f"; the newest run there is {newest}"
    raise ReportError(f"there is no run folder {shown(run)}, nor a run of that id in {out}{hint}")


def _runs_below(out: Path) -> Iterator[Path]:
    """Yield every run folder ``<out>/<name>/<run id>/``."""
    for scenario in _folders(out):
        if scenario.name == "store":
            continue
        for folder in _folders(scenario):
            if (folder / DESCRIPTION).is_file():
                yield folder


def _folders(folder: Path) -> list[Path]:
    try:
        return [each for each in folder.iterdir() if each.is_dir()]
    except OSError:
        return []
