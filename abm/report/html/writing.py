"""From a run folder to its report: the one place where the parts of a report come together."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from abm.io.messages import InputError
from abm.io.tables import TableError, write_bytes
from abm.report.html.assumptions import assumptions_of
from abm.report.html.caveats import caveats_of
from abm.report.html.contents import ReportBody
from abm.report.html.description import Description, read_description
from abm.report.html.files import Files, ReportError
from abm.report.html.influence import Influence, read_influence
from abm.report.html.pictures import pictures_of
from abm.report.html.provenance import facts, provenance_of
from abm.report.rendering import as_html
from abm.report.sections import Items, Report, Section

FILE = "report.html"


def write_report(
    folder: str | Path, *, sensitivity: str | Path | None = None, output: str | Path | None = None
) -> Path:
    """Write the one-file HTML report of a run folder.

    Parameters
    ----------
    folder : str or Path
        What `nssi run`, `compare`, `validate`, `sensitivity` or `sweep` wrote.
    sensitivity : str or Path, optional
        The folder of a sensitivity analysis, for the assumptions that matter most.
    output : str or Path, optional
        The file to write, by default ``report.html`` in the folder.

    Returns
    -------
    Path
        The file, which opens without a network.

    Raises
    ------
    InputError
        If a folder cannot be reported on; nothing is written then.
    TableError
        If the file cannot be written.
    """
    page = report_of(Path(folder), None if sensitivity is None else Path(sensitivity))
    place = Path(folder) / FILE if output is None else Path(output)
    if place.is_dir():
        raise ReportError(f"--output: {place} is a folder; expected a file")
    write_bytes(place, page.encode("utf-8", errors="backslashreplace"))
    return place


def write_beside(folder: Path) -> None:
    """Write the report of a folder that a command has just written; never in the way of it.

    A report that is newer than ``run.json`` stays. What goes wrong is one line on standard error.
    """
    description, page = folder / "run.json", folder / FILE
    try:
        if not description.exists():
            return
        if page.exists() and page.stat().st_mtime_ns >= description.stat().st_mtime_ns:
            return
        write_report(folder)
    except (InputError, TableError, OSError) as error:
        print(f"nssi: no report was written: {error}", file=sys.stderr)


def report_of(folder: Path, sensitivity: Path | None = None) -> str:
    """Return the report of a run folder as HTML, the same for the same files.

    Raises
    ------
    ReportError
        If a folder cannot be reported on.
    """
    files = Files(folder)
    said = read_description(files)
    influence = None
    if sensitivity is not None:
        influence = read_influence(Files(sensitivity))
    elif said.command == "sensitivity":
        influence = read_influence(files, said)
    found = _findings(files, said, influence)
    sections = (
        Section("answer", "The answer in short", found.answer),
        Section("figures", "Figures", pictures_of(files, said.command)),
        Section("tables", "What was found, in numbers", (Items(found.readings), *found.tables)),
        assumptions_of(said, influence),
        found.fitted or Section("fitted", "", ()),
        caveats_of(said, found.cautions),
        provenance_of(files, said),
    )
    return as_html(Report(found.kind, found.title, found.question, facts(said), sections))


def _findings(files: Files, said: Description, influence: Influence | None) -> ReportBody:
    """Return what the folder found, read by the reader of its command."""
    from abm.report.html.comparison import findings_of_comparison
    from abm.report.html.run import findings_of_run
    from abm.report.html.sensitivity import findings_of_sensitivity
    from abm.report.html.sweep import findings_of_sweep
    from abm.report.html.validation import findings_of_validation

    if said.command == "sensitivity":
        own = influence if influence is not None else read_influence(files, said)
        return findings_of_sensitivity(files, said, own)
    readers: Mapping[str, Callable[[Files, Description], ReportBody]] = {
        "run": findings_of_run,
        "compare": findings_of_comparison,
        "validate": findings_of_validation,
        "sweep": findings_of_sweep,
    }
    return readers[said.command](files, said)
