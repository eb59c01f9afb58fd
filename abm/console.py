"""What commands print, tables for readers and JSON for programs, and what they end with."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

EXIT_DONE, EXIT_FAILED, EXIT_WRONG_INPUT, EXIT_INTERRUPTED = 0, 1, 2, 130
"""Exit codes: all done; a run failed or a file cannot be used; nothing was begun; Ctrl-C."""


def complain(message: str, code: int) -> int:
    """Print on stderr what stopped a command, and return the exit code given."""
    print(f"nssi: {message}", file=sys.stderr)
    return code


def refuse(message: object) -> int:
    """Print on stderr what is wrong with the input, as Typer does, and return the exit code."""
    print(f"Error: {message}", file=sys.stderr)
    return EXIT_WRONG_INPUT


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; where stdout is not a terminal, plainly and as wide as it needs.

    Parameters
    ----------
    columns : sequence of str
        The headings.
    rows : iterable of sequence
        The cells, shown as ``str`` shows them.
    """
    cells = [[str(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _print_rich_table(columns, cells)
    else:
        _print_plain_table([list(columns), *cells])


def print_json(value: Any) -> None:
    """Print a value as indented JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def _print_plain_table(rows: list[list[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(padded).rstrip())


def _print_rich_table(columns: Sequence[str], rows: list[list[str]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=SIMPLE_HEAD)
    for row in rows:
        table.add_row(*(Text(cell, overflow="fold") for cell in row))
    Console().print(table)
