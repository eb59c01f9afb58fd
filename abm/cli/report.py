"""The command `report`: one HTML file of what was found."""

from pathlib import Path
from typing import Annotated

import typer

from abm.cli.options import SharedOptions, shares
from abm.io.tables import TableError
from abm.io.terminal import refuse


@shares("out")
def report(
    shared: SharedOptions,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A run folder, a run id, or a unique start of one.")
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
) -> None:
    """Write the one-file HTML report of a run, comparison, validation or analysis."""
    from abm.report.html.folder import find_run
    from abm.report.html.writing import write_report

    folder = find_run(run, shared.out)
    analysis = None if sensitivity is None else find_run(sensitivity, shared.out)
    try:
        written = write_report(folder, sensitivity=analysis, output=output)
    except TableError as error:
        elsewhere = "; --output FILE writes it elsewhere" if output is None else ""
        raise typer.Exit(refuse(f"{error}{elsewhere}")) from None
    print(written)
