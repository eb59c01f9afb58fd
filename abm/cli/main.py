"""The command ``nssi``: parses, calls, prints; what it calls is imported when it is called."""

import errno
import os
import sys
import warnings
from typing import Annotated, NoReturn

import typer

from abm.cli import (
    calibrate,
    compare,
    lists,
    report,
    run,
    sensitivity,
    store,
    sweep,
    validate,
    view,
)
from abm.io.terminal import (
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    complain,
    print_table,
    refuse,
    stopped_by_signals,
)

SUPPORT = (
    "If you or someone you know needs support: findahelpline.com lists crisis lines worldwide."
)
NOT_COMPILED = (
    "NUMBA_DISABLE_JIT is set, and the model has to be compiled. To follow it in a debugger, unset "
    'it and use NSSIModel(..., activation="agents"), which lives people in plain Python'
)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_EPILOG = f"\b\n{SUPPORT}"  # \b keeps it on one line

app = typer.Typer(
    help="Simulate non-suicidal self-injury in an adolescent population.",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
explain = typer.Typer(help="Explain how the model works.", no_args_is_help=True)
app.add_typer(explain, name="explain")


def main() -> NoReturn:
    """Run the command; wrong input is one message on stderr and exit code 2."""
    from abm.io.messages import InputError

    if not sys.warnoptions:  # what libraries warn of is for developers; Python's -W brings it back
        warnings.simplefilter("ignore")
        os.environ["PYTHONWARNINGS"] = "ignore"  # in the processes that run seeds, too
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not when a test has put its own in place
            stream.reconfigure(errors="backslashreplace")
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
        if not isinstance(error, BrokenPipeError):  # else the reader has seen enough
            code = code or complain(_about_output(error), EXIT_FAILED)
    sys.exit(code)


def _about_output(error: OSError) -> str:
    """Return a line about an error of standard output; others are faults of the program.

    Raises
    ------
    OSError
        If it is about something else.
    """
    if error.filename is not None or error.errno not in NO_ROOM:
        raise error
    return f"cannot write what was found: {error.strerror}"


def _print_version(wanted: bool) -> None:
    if wanted:
        from abm import __version__

        print(f"nssi {__version__}")
        raise typer.Exit


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


app.command(epilog=_EPILOG)(run.run)
app.command(epilog=_EPILOG)(compare.compare)
app.command(epilog=_EPILOG)(sweep.sweep)
app.command(epilog=_EPILOG)(sensitivity.sensitivity)
app.command()(validate.evidence)
app.command(epilog=_EPILOG)(validate.validate)
app.command(epilog=_EPILOG)(calibrate.calibrate)
app.command(epilog=_EPILOG)(report.report)
app.command(epilog=_EPILOG)(view.view)
app.command()(lists.scenarios)
app.command()(lists.parameters)
app.command()(lists.interventions)
app.command()(lists.init)
app.command()(store.store)


@explain.command()
def day() -> None:
    """List the phases of a day in the order in which they run."""
    from abm.mechanisms.day import DAY
    from abm.simulation.schedule import POPULATION_DAY

    rows: list[tuple[str, str, str, str]] = []
    for place, phase in enumerate(POPULATION_DAY, 1):
        rows.append((str(place), phase.name, "", phase.sentence))
        if phase.name == "live":
            own = [(step.name, step.section, step.sentence) for step in DAY]
            rows += [(f"{place}.{at}", *step) for at, step in enumerate(own, 1)]
    print_table(("", "phase", "section", "what happens"), rows)
