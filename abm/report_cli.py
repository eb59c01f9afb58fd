"""The command `report`: parses, calls; what it calls is imported when it is called."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from abm.cli_options import OutOption
from abm.console import EXIT_DONE, EXIT_FAILED, refuse


def leave(code: int, folder: Path) -> NoReturn:
    """End a command with its exit code, and write the report of what is in its folder."""
    if code in (EXIT_DONE, EXIT_FAILED):
        from abm.report.html.writing import write_beside

        write_beside(folder)
    raise typer.Exit(code)


def report(
    run: Annotated[
        str,
        typer.Argument(metavar="RUN", help="A run folder, a run id, or a unique start of one."),
    ],
    sensitivity: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER",
            help="A sensitivity analysis (folder or run id): which assumptions matter most.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to write. Default: report.html in the folder."),
    ] = None,
    out: OutOption = Path("results"),
) -> None:
    """Write the one-file HTML report of a run, comparison, validation or analysis."""
    from abm.report.html.finding import find_run
    from abm.report.html.writing import write_report
    from abm.tables import TableError

    folder = find_run(run, out)
    analysis = None if sensitivity is None else find_run(sensitivity, out)
    try:
        written = write_report(folder, sensitivity=analysis, output=output)
    except TableError as error:
        raise typer.Exit(refuse(error)) from None
    print(written)
