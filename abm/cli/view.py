"""The command `view`: the page in the browser."""

import importlib.util
from typing import Annotated

import typer

from abm.cli.options import ScenarioArgument, SharedOptions, shares
from abm.io.terminal import refuse

NEEDED = ("solara", "solara_assets", "ipyvuetify", "uvicorn")


@shares("population seed", population="Number of people. Default on the page: 1000.")
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
    try:
        serve(choices, port, open_browser=not no_open, stock=mesa)
    except PortTakenError as error:
        raise typer.Exit(refuse(error)) from None
