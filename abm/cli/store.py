"""The command `store`: parses, calls; what it calls is imported when it is called."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from abm.cli.options import JsonOption, check_folder


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
    from abm.cli.store_command import store_command

    check_folder(out, is_written=verify or clear is not None)
    raise typer.Exit(store_command(out, verify, as_json, clear))
