"""The command `view`: parse, call; what it calls is imported when called."""

import importlib.util
from typing import Annotated

import typer

from abm.cli.options import ScenarioArgument, SeedOption
from abm.io.terminal import refuse

NEEDED = ("solara", "ipyvuetify", "uvicorn")


def view(
    scenario: ScenarioArgument = "baseline",
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port on 127.0.0.1. Default: a free one.")
    ] = 0,
    no_open: Annotated[bool, typer.Option("--no-open", help="Open no browser.")] = False,
    population: Annotated[
        int | None, typer.Option(help="Number of people. Default on the page: 1000.")
    ] = None,
    seed: SeedOption = None,
    mesa: Annotated[
        bool, typer.Option("--mesa", help="Show Mesa's own page instead, with the same model.")
    ] = False,
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
        seed=1 if seed is None else seed,
        population=DEFAULT_PEOPLE if population is None else population,
    )
    choices.resolve()
    try:
        serve(choices, port, open_browser=not no_open, stock=mesa)
    except PortTakenError as error:
        raise typer.Exit(refuse(error)) from None
