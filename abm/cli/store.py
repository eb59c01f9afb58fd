"""The command `store`: parses, calls; what it calls is imported when it is called."""

from pathlib import Path
from typing import Annotated

import typer

from abm.cli.options import JsonOption, check_folder


def store(
    out: Annotated[Path, typer.Option(help="Folder for results.")] = Path("results"),
    verify: Annotated[bool, typer.Option("--verify", help="Check every part.")] = False,
    clear_warm_ups: Annotated[
        bool, typer.Option("--clear-warm-ups", help="Remove the kept warm-ups.")
    ] = False,
    json_: JsonOption = False,
) -> None:
    """List what has been computed by commands of many runs, and check it."""
    from abm.cli.store_command import store_command
    from abm.experiments.comparison.shelf import Shelf, shelf_folder

    check_folder(out, is_written=verify or clear_warm_ups)
    lives = Shelf(shelf_folder(out))
    code = store_command(out, verify, json_, clear_warm_ups, lives)
    raise typer.Exit(code)
