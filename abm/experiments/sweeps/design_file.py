"""Reading a design from a CSV file: strict, and errors say which line and column."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from abm.experiments.sweeps.design import (
    LARGEST_POINT,
    MOST_POINTS,
    POINT,
    Design,
    Value,
    read_value,
)
from abm.io.files import read_bytes
from abm.io.messages import InputError, did_you_mean, shown
from abm.parameters import Parameter, Switch, parameters, switches


def read_design(path: Path) -> Design:
    """Read the points of a design.

    Parameters
    ----------
    path
        A CSV file whose header names parameters and switches; one line a point. A column
        ``point`` numbers them; otherwise they count from 1.

    Raises
    ------
    InputError
        In one line: file, line, column, what was expected, and the nearest name.
    """
    import pandas as pd

    lines = _lines(path)
    try:
        _, header = next(lines)
    except StopIteration:
        raise InputError(f"{path}: is empty; expected a header of parameter names") from None
    columns = _columns(path, header)
    seen: dict[tuple[Value, ...], int] = {}
    points: dict[int, int] = {}  # the line of each number
    for line, cells in lines:
        where = f"{path}: line {line}"
        values = _point(where, columns, cells)
        if values in seen:
            raise InputError(f"{where} is the same point as line {seen[values]}")
        seen[values] = line
        point = len(seen) if POINT not in header else _number(where, cells[header.index(POINT)])
        if point in points:
            raise InputError(f"{where}: point {point} stands in line {points[point]} already")
        points[point] = line
        if len(seen) > MOST_POINTS:
            raise InputError(f"{path}: has more than {MOST_POINTS:,} points")
    if not seen:
        raise InputError(f"{path}: has no points; expected a line of values below the header")
    names = [declared.name for declared in columns if declared is not None]
    index = pd.Index(list(points), name=POINT)
    return Design("file", pd.DataFrame(list(seen), index=index, columns=names))


def _number(where: str, text: str) -> int:
    """Return the number that a line gives its point."""
    if text.isdecimal() and text.isascii() and len(text) <= 10 and int(text) <= LARGEST_POINT:
        return int(text)
    raise InputError(
        f"{where}: point: expected a whole number from 0 to {LARGEST_POINT:,}, not {shown(text)}"
    )


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and cells of every line that is not blank."""
    try:
        text = read_bytes(path).decode("utf-8-sig")
        with io.StringIO(text, newline="") as file:
            reader = csv.reader(file, strict=True)
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, [cell.strip() for cell in cells]
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not a text in UTF-8") from None
    except csv.Error as error:
        raise InputError(f"{path}: line {reader.line_num}: is not CSV: {error}") from None


def _columns(path: Path, header: Sequence[str]) -> list[Parameter | Switch | None]:
    """Return what each column holds; None for the numbers of the points."""
    declared: dict[str, Parameter | Switch] = {**parameters(), **switches()}
    for place, name in enumerate(header):
        where = f"{path}: line 1, column {place + 1}"
        if name in header[:place]:
            raise InputError(f"{where}: {shown(name)} stands twice")
        if name != POINT and name not in declared:
            hint = did_you_mean(name, declared)
            raise InputError(f"{where}: there is no parameter or switch called {shown(name)}{hint}")
    found = [declared.get(name) for name in header]
    if not any(found):
        raise InputError(f"{path}: line 1: expected names of parameters or switches")
    return found


def _point(
    where: str, columns: Sequence[Parameter | Switch | None], cells: Sequence[str]
) -> tuple[Value, ...]:
    """Return the values of one line."""
    if len(cells) != len(columns):
        raise InputError(f"{where}: expected {len(columns)} values, not {len(cells)}")
    return tuple(
        read_value(declared, cell, f"{where}, column {place} ({declared.name})")
        for place, (declared, cell) in enumerate(zip(columns, cells, strict=True), 1)
        if declared is not None
    )
