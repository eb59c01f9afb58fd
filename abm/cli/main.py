"""The command ``nssi``: finds the command that is meant, and says what went wrong."""

import errno
import importlib
import os
import sys
import warnings
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from abm.io.messages import InputError
from abm.io.terminal import (
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    HELPLINES,
    complain,
    outlast_readers,
    refuse,
    stopped_by_signals,
)

NOT_COMPILED = (
    "NUMBA_DISABLE_JIT is set, and the model has to be compiled. To follow it in a debugger, unset "
    'it and use NSSIModel(..., activation="agents"), which lives people in plain Python'
)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
COMPLETE = "_NSSI_COMPLETE"  # set by a shell that completes a command line
_EPILOG = f"\b\n{HELPLINES}"  # \b keeps it on one line

COMMANDS = {
    "Answer a question": {
        "run": "Simulate one scenario, and write what came of it.",
        "compare": "Simulate several with the same people, and compare them.",
        "report": "Write one HTML file of what was found.",
        "person": "Follow one simulated young person day by day.",
        "view": "Watch a scenario, and change it, on a page in the browser.",
    },
    "Ask what could be otherwise": {
        "scenarios": "List the scenarios that can be named.",
        "init": "Write a scenario file to start your own from.",
        "interventions": "List the kinds of interventions, or explain one.",
        "parameters": "List, search or explain the numbers of the model.",
        "sweep": "Simulate a scenario with many values of its numbers.",
        "sensitivity": "Find which numbers move which results.",
        "ablate": "Switch off one mechanism at a time, and see what it does.",
    },
    "Judge the model": {
        "explain": "List what happens in a day of the model, in order.",
        "evidence": "List what was published about it, or explain one figure.",
        "validate": "Set what the model gives beside what was published.",
        "calibrate": "Fit the numbers of the model to what was published.",
    },
    "Look after results": {
        "store": "List, check or remove what has been computed.",
    },
}
"""What a person wants, and by which commands; each is a function in a module of its name."""
IN_LISTS = ("scenarios", "interventions", "parameters", "explain", "evidence")
"""These stand together in `abm.cli.lists`."""


class Commands(TyperGroup):
    """The commands in their groups; one is imported when it is called, not to be listed."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        names = [name for group in COMMANDS.values() for name in group]
        self.commands: dict[str, Any] = dict.fromkeys(names)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command of that name, or None."""
        if cmd_name not in self.commands:
            return None
        module = importlib.import_module(f"abm.cli.{'lists' if cmd_name in IN_LISTS else cmd_name}")
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        line = next(group[cmd_name] for group in COMMANDS.values() if cmd_name in group)
        command = alone.command(cmd_name, short_help=line, epilog=_EPILOG)
        command(getattr(module, cmd_name))
        return typer.main.get_command(alone)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one line a command, under what they are for."""
        for purpose, commands in COMMANDS.items():
            with formatter.section(purpose):
                width = max(map(len, self.commands))
                formatter.write_dl([(name.ljust(width), line) for name, line in commands.items()])


def _print_version(wanted: bool) -> None:
    if wanted:
        from abm import __version__

        print(f"nssi {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=Commands,
    help="Simulate non-suicidal self-injury in an adolescent population.",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    pass


def main() -> NoReturn:
    """Run the command; wrong input is one message on stderr and exit code 2."""
    if not sys.warnoptions:  # what libraries warn of is for developers; Python's -W brings it back
        warnings.simplefilter("ignore")
        os.environ["PYTHONWARNINGS"] = "ignore"  # in the processes that run seeds, too
    outlast_readers()
    if COMPLETE in os.environ:
        typer.completion.completion_init()
    code: int | str | None = EXIT_DONE
    signals = stopped_by_signals()
    try:
        if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
            raise InputError(NOT_COMPILED)
        app(prog_name="nssi")
    except SystemExit as leaving:
        code = leaving.code
    except InputError as error:
        code = refuse(error)
    except KeyboardInterrupt:
        code = complain("interrupted", EXIT_INTERRUPTED)
    except MemoryError:
        code = complain("there is too little memory for this", EXIT_FAILED)
    except OSError as error:
        code = complain(_about_output(error), EXIT_FAILED)
    code = 128 + signals[0] if signals and code != EXIT_DONE else code
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = code or complain(_about_output(error), EXIT_FAILED)
    sys.exit(code)


def _about_output(error: OSError) -> str:
    """Return a line about an error of standard output; others are faults and are raised."""
    if error.filename is not None or error.errno not in NO_ROOM:
        raise error
    return f"cannot write what was found: {error.strerror}"
