"""The command `view`: the page in the browser."""

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from abm.cli.options import ScenarioArgument, SharedOptions, shares
from abm.io.terminal import refuse

if TYPE_CHECKING:
    from abm.browser.choices import Choices

NEEDED = ("solara", "solara_assets", "ipyvuetify", "uvicorn")


@shares("population seed", population="Number of people. Default on the page: 3000.")
def view(
    shared: SharedOptions,
    scenario: ScenarioArgument = "baseline",
    mesa: Annotated[
        bool, typer.Option("--mesa", help="Show the model in Mesa's own page, with a console.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port on 127.0.0.1. Default: a free one.")
    ] = 0,
    no_open: Annotated[bool, typer.Option("--no-open", help="Open no browser.")] = False,
    export: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.html",
            help="Serve no page: write one file that plays the whole run without a network.",
        ),
    ] = None,
) -> None:
    """Serve a page in the browser on which to watch, change and compare; Ctrl-C ends it."""
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        message = (
            "the page needs the extra 'viz': pip install 'nssi-abm[viz]' "
            "(from a clone: pip install -e '.[viz]')"
        )
        raise typer.Exit(refuse(message))
    from abm.browser.choices import DEFAULT_PEOPLE, Choices
    from abm.browser.server import PortTakenError, serve

    choices = Choices(
        scenario,
        seed=1 if shared.seed is None else shared.seed,
        population=DEFAULT_PEOPLE if shared.population is None else shared.population,
    )
    choices.resolve()
    if export is not None and mesa:
        raise typer.Exit(refuse("--export and --mesa: expected one of them"))
    if export is not None:
        write_recording(choices, export)
        return
    try:
        serve(choices, port, open_browser=not no_open, stock=mesa)
    except PortTakenError as error:
        raise typer.Exit(refuse(error)) from None


def write_recording(choices: "Choices", path: Path) -> None:
    """Run what was chosen and write the file that plays it, which must not exist yet."""
    from abm.browser.recording import page_file, recorded
    from abm.io.progress import Progress
    from abm.io.tables import TableError, write_bytes

    if path.suffix.lower() not in (".html", ".htm"):
        raise typer.Exit(refuse(f"--export: {path}: expected a name that ends in .html"))
    if path.exists() or path.is_symlink():
        raise typer.Exit(refuse(f"--export: {path}: exists already; choose another name"))
    if not path.parent.is_dir():
        raise typer.Exit(refuse(f"--export: {path}: there is no folder {path.parent}"))
    with Progress("Recording the run") as progress:
        recording, last = recorded(choices, progress.update)
    try:
        write_bytes(path, page_file(recording.moments, last))
    except TableError as error:
        raise typer.Exit(refuse(f"--export: {error}")) from None
    print(path)
