"""From a run folder to its report: the one place where the parts of a report come together."""

import sys
from pathlib import Path

from abm.io.messages import InputError
from abm.io.tables import TableError, write_bytes
from abm.report.html.ablation import body_of_ablation
from abm.report.html.assumptions import assumptions, hangs_on
from abm.report.html.common import ReportBody, cannot_say, caveats, fitted_figures
from abm.report.html.comparison import body_of_comparison
from abm.report.html.folder import DESCRIPTION, Description, Files, ReportError, read_description
from abm.report.html.pictures import pictures_of
from abm.report.html.provenance import facts, provenance
from abm.report.html.run import body_of_run
from abm.report.html.sensitivity import Influence, body_of_sensitivity, read_influence
from abm.report.html.sweep import body_of_sweep
from abm.report.html.validation import body_of_validation
from abm.report.rendering import as_html
from abm.report.sections import Report, Section

FILE = "report.html"


def write_report(
    folder: str | Path, *, sensitivity: str | Path | None = None, output: str | Path | None = None
) -> Path:
    """Write the one-file HTML report of a run folder, and return its path; it opens offline.

    `folder` is what `nssi run`, `compare`, `validate`, `sensitivity`, `sweep` or `ablate` wrote;
    `sensitivity` that of an analysis, for the assumptions that matter most; `output` the file to
    write, by default ``report.html`` in the folder. InputError if a folder cannot be reported on;
    nothing is written then. TableError if the file cannot be written.
    """
    report = report_of(Path(folder), None if sensitivity is None else Path(sensitivity))
    path = Path(folder) / FILE if output is None else Path(output)
    if path.is_dir():
        raise ReportError(f"--output: {path} is a folder; expected a file")
    write_bytes(path, as_html(report).encode("utf-8", errors="backslashreplace"))
    return path


def write_beside(folder: Path) -> None:
    """Write the report of a folder that a command has just written; never in the way of it.

    A report that is newer than ``run.json`` stays. What goes wrong is one line on standard error.
    """
    description, page = folder / DESCRIPTION, folder / FILE
    try:
        if not description.exists():
            return
        if page.exists() and page.stat().st_mtime_ns >= description.stat().st_mtime_ns:
            return
        write_report(folder)
    except (InputError, TableError, OSError) as error:
        print(f"nssi: no report was written: {error}", file=sys.stderr)


def report_of(folder: Path, sensitivity: Path | None = None) -> Report:
    """Return the report of a run folder, the same for the same files."""
    files = Files(folder)
    description = read_description(files)
    influence = None
    if sensitivity is not None:
        influence = read_influence(Files(sensitivity))
    elif description.command == "sensitivity":
        influence = read_influence(files, description)
    body = _body(files, description, influence)
    front: tuple[Section, ...] = (Section("answer", "The answer in short", body.answer),)
    if body.front:
        front += (*body.front, hangs_on(description, influence), cannot_say(description))
    appendix = (
        *([] if body.alternatives is None else [body.alternatives]),
        Section("figures", "Figures", pictures_of(files, description)),
        Section("tables", "What was found, in numbers", body.tables),
        assumptions(description, influence),
        fitted_figures(description) if body.fitted is None else body.fitted,
        caveats(description, body.cautions),
        provenance(files, description),
    )
    return Report(
        body.kind, body.title, body.question, facts(description), front, appendix, bool(body.front)
    )


def _body(files: Files, description: Description, influence: Influence | None) -> ReportBody:
    """Return what the folder holds, read by the reader of its command."""
    match description.command:
        case "run":
            return body_of_run(files, description)
        case "compare":
            return body_of_comparison(files, description)
        case "validate":
            return body_of_validation(files, description)
        case "sweep":
            return body_of_sweep(files, description)
        case "ablate":
            return body_of_ablation(files, description)
        case "sensitivity":
            own = influence or read_influence(files, description)
            return body_of_sensitivity(files, description, own)
