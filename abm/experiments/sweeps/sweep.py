"""The design of a sweep, from options or a file, and its table: a row a run and outcome."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from abm.experiments.sweeps.design import (
    LARGEST_POINT,
    MOST_POINTS,
    POINT,
    Design,
    Value,
    factorial,
    latin_hypercube,
    read_ranges,
    read_value,
)
from abm.experiments.sweeps.study import outcome_names
from abm.io.files import read_bytes
from abm.io.messages import InputError, did_you_mean, shown
from abm.parameters import Parameter, Switch, parameters, switches


def sweep_design(vary: Sequence[str], samples: int | None, file: Path | None, seed: int) -> Design:
    """Return the design that the options of the command mean.

    `vary` are texts such as ``NAME=a,b,c``, for every combination; with `samples`, the points of a
    Latin hypercube by default over all priors, ``NAME=low:high`` or ``NAME``. `file` is a CSV file
    with one point a line.
    """
    if file is not None:
        if vary or samples is not None:
            raise InputError("--design: the file is the whole design; leave --vary and --samples")
        return read_design(file)
    if samples is not None:
        return latin_hypercube(read_ranges(vary, "--vary"), samples, seed)
    if not vary:
        raise InputError("nothing varies; expected --vary NAME=a,b,c or --samples N or --design")
    return factorial(vary)


def read_design(path: Path) -> Design:
    """Read the points of a design from a CSV file: strict, and errors say which line and column.

    The header names parameters and switches; one line a point. A column ``point`` numbers them;
    otherwise they count from 1.
    """
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
    for number, name in enumerate(header):
        where = f"{path}: line 1, column {number + 1}"
        if name in header[:number]:
            raise InputError(f"{where}: {shown(name)} stands twice")
        if name != POINT and name not in declared:
            hint = did_you_mean(name, declared)
            raise InputError(f"{where}: there is no parameter or switch called {shown(name)}{hint}")
    columns = [declared.get(name) for name in header]
    if not any(columns):
        raise InputError(f"{path}: line 1: expected names of parameters or switches")
    return columns


def _point(
    where: str, columns: Sequence[Parameter | Switch | None], cells: Sequence[str]
) -> tuple[Value, ...]:
    """Return the values of one line."""
    if len(cells) != len(columns):
        raise InputError(f"{where}: expected {len(columns)} values, not {len(cells)}")
    return tuple(
        read_value(declared, cell, f"{where}, column {number} ({declared.name})")
        for number, (declared, cell) in enumerate(zip(columns, cells, strict=True), 1)
        if declared is not None
    )


def sweep_table(runs: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Return one row a run and outcome: point, what varies, seed, outcome, value.

    `runs` are done, one row each, one column an outcome.
    """
    names = outcome_names(runs)
    table = runs[["point", "seed", *names]].reset_index(drop=True)
    long = table.melt(["point", "seed"], var_name="outcome", value_name="value", ignore_index=False)
    long["order"] = long["outcome"].map({name: number for number, name in enumerate(names)})
    long = long.sort_values(["point", "seed", "order"], kind="stable").reset_index(drop=True)
    values = design.points.loc[long["point"]].reset_index(drop=True)
    values.insert(0, "point", long["point"])
    return values.join(long[["seed", "outcome", "value"]])
