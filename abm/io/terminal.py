"""What commands print, tables for readers and JSON for programs, and what they end with."""

import contextlib
import io
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Any

EXIT_DONE, EXIT_FAILED, EXIT_WRONG_INPUT, EXIT_INTERRUPTED = 0, 1, 2, 130
"""Exit codes: all done; a run failed or a file cannot be used; nothing was begun; Ctrl-C."""

HELPLINES = (
    "If you or someone you know needs support: findahelpline.com lists crisis lines worldwide."
)
SUPPORT = (
    "A simulation shows what follows from its assumptions, not what will happen to a person. "
    f"{HELPLINES}"
)
_CODES = (*range(9), *range(11, 32), *range(0x7F, 0xA0))  # all but tab and end of line
_ORDERS = (0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))  # of reading
_CONTROLS = {code: f"\\u{code:04x}" for code in (*_CODES, *_ORDERS)}
"""What changes how a terminal shows other text, and how it is shown instead; JSON reads it so."""
NOTHING_NEW = "nothing was run anew"

Printed = list[list[Any]]
"""What was printed, each piece as its kind, and the plain data it shows."""


def stopped_by_signals() -> list[int]:
    """Let the signals that end a process interrupt it as Ctrl-C does; return those that came.

    Batch systems send SIGTERM, and a terminal that is closed SIGHUP: either way what is finished is
    kept, workers end, and a line says so.
    """
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        return came

    def interrupt(number: int, _: object) -> None:
        came.append(number)
        raise KeyboardInterrupt

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN:
            signal.signal(getattr(signal, name), interrupt)  # not what `nohup` has set
    if hasattr(signal, "SIGXFSZ"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then writing says that there is no room
    return came


class _Outlet(io.FileIO):
    """A standard stream; once its reader has gone, what is written to it goes nowhere."""

    def write(self, content: Any, /) -> int:
        try:
            return super().write(content)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return memoryview(content).nbytes


def outlast_readers() -> None:
    """Let commands write standard output and error whatever the terminal knows, and whoever reads.

    A reader who has seen enough, as `head` has, closes the pipe: the work goes on to its end, so
    that no results are left half written, and its exit code is that of the work.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed before the command began
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif stream is getattr(sys, f"__{name}__"):  # not when a test has put its own in place
            if stream.isatty():
                stream.reconfigure(errors="backslashreplace")
                continue
            outlet = io.BufferedWriter(_Outlet(stream.fileno(), "w", closefd=False))
            by_line = stream.line_buffering or stream.write_through  # unbuffered, if asked for
            look = stream.encoding, "backslashreplace", None, by_line
            setattr(sys, name, io.TextIOWrapper(outlet, *look))


def plain(text: str) -> str:
    """Return text without what would command a terminal; ends of lines stay."""
    return text.translate(_CONTROLS)


def complain(message: str, code: int) -> int:
    """Print on stderr what stopped a command, and return the exit code given."""
    print(plain(f"nssi: {message}"), file=sys.stderr)
    return code


def refuse(message: object) -> int:
    """Print on stderr what is wrong with the input, as Typer does, and return the exit code."""
    print(plain(f"Error: {message}"), file=sys.stderr)
    return EXIT_WRONG_INPUT


def print_text(text: str) -> None:
    """Print lines of text as they are."""
    _show("text", text)


def print_json(value: Any, indent: int | None = 2) -> None:
    """Print plain data as JSON; what is not known, NaN, is null."""
    known = _without_nan(value)
    print_text(json.dumps(known, indent=indent, ensure_ascii=False, allow_nan=False))


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nan(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    return None if value != value else value


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], numbers: Container[int] = ()
) -> None:
    """Print a table; where stdout is not a terminal, plainly and as wide as it needs.

    The columns of these `numbers` stand to the right.
    """
    sides = ["right" if column in numbers else "left" for column in range(len(columns))]
    _show("table", list(columns), [[str(cell) for cell in row] for row in rows], sides)


def print_support() -> None:
    """Print where to find support: with the table on a terminal, else on standard error."""
    _show("support")


# What was printed, to be printed again

_notes: list[Printed] = []


@contextlib.contextmanager
def noted(printed: Printed) -> Iterator[None]:
    """Note what is printed in the block, so that `print_again` prints the same at any width."""
    _notes.append(printed)
    try:
        yield
    finally:
        _notes.pop()


def print_again(printed: Printed) -> None:
    """Print what was noted."""
    for kind, *given in printed:
        _show(kind, *given)


def is_printable(printed: Any) -> bool:
    """Return whether what was read from a file can be printed again, and does no harm there."""
    return isinstance(printed, list) and all(map(_is_piece, printed))


def _is_piece(piece: Any) -> bool:
    match piece:
        case ["support"]:
            return True
        case ["text", str(text)]:
            return _is_plain(text)
        case ["table", list(columns), list(rows), list(sides)]:
            return _are_cells(columns, *rows, sides) and set(sides) <= {"left", "right"}
    return False


def _are_cells(*lines: Any) -> bool:
    return all(
        isinstance(line, list)
        and len(line) == len(lines[0])
        and all(isinstance(cell, str) and _is_plain(cell) for cell in line)
        for line in lines
    )


def _is_plain(text: str) -> bool:
    return all(line.isprintable() for line in text.split("\n"))


def _show(kind: str, *given: Any) -> None:
    given = tuple(map(_plain_in, given))
    for notes in _notes:
        notes.append([kind, *given])
    _KINDS[kind](*given)


def _plain_in(piece: Any) -> Any:
    return plain(piece) if isinstance(piece, str) else [_plain_in(part) for part in piece]


def _show_table(columns: list[str], rows: list[list[str]], sides: list[Any]) -> None:
    if not sys.stdout.isatty():
        print("\n".join(_aligned([columns, *rows], sides)))
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD)
    for column, side in zip(columns, sides, strict=True):
        table.add_column(column, justify=side)
    for row in rows:
        table.add_row(*(Text(cell, overflow="fold") for cell in row))
    Console().print(table)


def _aligned(lines: list[list[str]], sides: list[str]) -> list[str]:
    """Return the lines of a table of text, its columns to these sides."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if side == "right" else cell.ljust(width)
            for cell, side, width in zip(line, sides, widths, strict=True)
        ).rstrip()
        for line in lines
    ]


_KINDS: dict[str, Callable[..., None]] = {
    "text": print,
    "table": _show_table,
    "support": lambda: print(SUPPORT, file=sys.stdout if sys.stdout.isatty() else sys.stderr),
}
