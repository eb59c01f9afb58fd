"""Short expressions over the columns of a table, as they stand in the register.

A small part of Python: names of columns, numbers, + - * / **, comparisons, `and`, `or`, `not` and
the functions of `FUNCTIONS`. Nothing else is accepted, so a register cannot run code.
"""

import ast
import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

LONGEST = 300  # characters of an expression, so that it is not nested deeply either
LARGEST = 1e15  # number in it


class Rows(Protocol):
    """What an expression is evaluated over: columns, and whose row each is."""

    key: np.ndarray

    def column(self, name: str) -> np.ndarray:
        """Return a column."""
        ...


class ExpressionError(ValueError):
    """An expression that cannot be read, or names what is not there."""


ARITHMETIC: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
COMPARISONS: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def _top(values: np.ndarray, share: float) -> np.ndarray:
    return values >= np.nanquantile(values, 1.0 - float(share))


def _bottom(values: np.ndarray, share: float) -> np.ndarray:
    return values <= np.nanquantile(values, float(share))


def _third(values: np.ndarray) -> np.ndarray:
    """Return 0, 1 or 2: the lowest, the middle or the highest third."""
    third = np.searchsorted(np.nanquantile(values, [1 / 3, 2 / 3]), values)
    return np.where(np.isnan(values), np.nan, third)


def _z(values: np.ndarray) -> np.ndarray:
    spread = np.nanstd(values)
    return (values - np.nanmean(values)) / (spread if spread > 0 else 1.0)


PLAIN: Mapping[str, Callable[..., np.ndarray]] = {
    **{"log": np.log, "log1p": np.log1p, "abs": np.abs, "floor": np.floor, "missing": np.isnan},
    **{"top": _top, "bottom": _bottom, "third": _third, "z": _z},
}
"""Functions of values: `top(x, 0.1)` is true for the highest tenth of the sample."""


def _persons(rows: Rows) -> np.ndarray:
    """Return a number from 0 for the person of every row."""
    before, after = rows.key[:-1], rows.key[1:]
    if (after < before).any():
        return np.unique(rows.key, return_inverse=True)[1]
    person = np.zeros(len(rows.key), np.int32)
    np.cumsum(after > before, out=person[1:])
    return person


def _own_mean(rows: Rows, values: np.ndarray) -> np.ndarray:
    """Return for every row the mean over the rows of the same person."""
    person = _persons(rows)
    known = ~np.isnan(values)
    sums = np.bincount(person, np.where(known, values, 0.0))
    return (sums / np.bincount(person, known))[person]


def _own_max(rows: Rows, values: np.ndarray) -> np.ndarray:
    """Return for every row the highest value among the rows of the same person."""
    person = _persons(rows)
    highest = np.full(person.max(initial=-1) + 1, -np.inf)
    np.maximum.at(highest, person, np.where(np.isnan(values), -np.inf, values))
    return highest[person]


def _next(rows: Rows, values: np.ndarray) -> np.ndarray:
    """Return the value of the person's next row; NaN at the last."""
    later = np.full(len(values), np.nan)
    same = rows.key[1:] == rows.key[:-1]
    later[:-1][same] = values[1:][same]
    return later


def _first(rows: Rows, *_: Any) -> np.ndarray:
    """Return true for the first row of every person."""
    return np.concatenate([[True], rows.key[1:] != rows.key[:-1]])[: len(rows.key)]


OWN: Mapping[str, Callable[..., np.ndarray]] = {
    "own_mean": _own_mean,
    "own_max": _own_max,
    "next": _next,
    "first": _first,
}
"""Functions that look at the rows of the same person, which stand together in order of time."""

FUNCTIONS = (*PLAIN, *OWN)


def evaluate(text: str, rows: Rows) -> np.ndarray:
    """Return the value of an expression for every row, as float64 (true is 1)."""
    with np.errstate(all="ignore"):
        value = _value(parse(text), rows)
    return np.broadcast_to(np.asarray(value, np.float64), rows.key.shape)


def names_in(text: str) -> frozenset[str]:
    """Return the columns that an expression names; an ExpressionError as `parse`."""
    parts = list(ast.walk(parse(text)))
    functions = {id(part.func) for part in parts if isinstance(part, ast.Call)}
    return frozenset(
        part.id for part in parts if isinstance(part, ast.Name) and id(part) not in functions
    )


@functools.lru_cache(maxsize=4096)
def parse(text: str) -> ast.expr:
    """Return the tree of an expression; an ExpressionError names what is not allowed in it."""
    if len(text) > LONGEST:
        raise ExpressionError(f"is too long for an expression (over {LONGEST} characters)")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        raise ExpressionError(f"{text!r} is not an expression") from None
    _check(tree, text)
    return tree


def _check(node: ast.expr, text: str) -> None:
    """Refuse whatever is not in the small language."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            if not isinstance(part.func, ast.Name) or part.func.id not in FUNCTIONS:
                known = ", ".join(FUNCTIONS)
                raise ExpressionError(f"{text!r}: expected one of the functions {known}")
            if part.keywords:
                raise ExpressionError(f"{text!r}: functions take no named arguments")
            _check_arguments(part.func.id, part.args, text)
        elif isinstance(part, ast.Constant):
            _check_number(part.value, text)
        elif not isinstance(part, ALLOWED):
            raise ExpressionError(f"{text!r}: {type(part).__name__} is not allowed")


def _check_arguments(function: str, arguments: Sequence[ast.expr], text: str) -> None:
    """Refuse a function of fewer or more values than it takes."""
    takes = {"top": 2, "bottom": 2, "first": 0}.get(function, 1)
    if len(arguments) != takes:
        raise ExpressionError(f"{text!r}: {function} takes {takes} values, not {len(arguments)}")
    share = arguments[1] if takes > 1 else ast.Constant(0)
    if not isinstance(share, ast.Constant) or not 0 <= _check_number(share.value, text) <= 1:
        raise ExpressionError(f"{text!r}: {function} takes a share from 0 to 1")


def _check_number(value: object, text: str) -> float:
    """Return a number of an expression; refuse what is none, or is too large for one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExpressionError(f"{text!r}: expected a number, not {value!r}")
    if not abs(value) <= LARGEST:
        raise ExpressionError(f"{text!r}: a number in it is too large")
    return float(value)


ALLOWED: tuple[type, ...] = (
    *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Name, ast.Load),
    *(ast.And, ast.Or, ast.Not, ast.USub),
    *ARITHMETIC,
    *COMPARISONS,
)


def _value(node: ast.expr, rows: Rows) -> Any:
    """Evaluate one node."""
    if isinstance(node, ast.Constant):
        return np.float64(node.value)  # type: ignore[arg-type]  # by zero: infinite, no error
    if isinstance(node, ast.Name):
        return rows.column(node.id)
    if isinstance(node, ast.BinOp):
        return ARITHMETIC[type(node.op)](_value(node.left, rows), _value(node.right, rows))
    if isinstance(node, ast.UnaryOp):
        inner = _value(node.operand, rows)
        return -inner if isinstance(node.op, ast.USub) else np.asarray(inner) == 0
    if isinstance(node, ast.BoolOp):
        truths = [np.asarray(_value(part, rows)) != 0 for part in node.values]
        both = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        return both.reduce(np.broadcast_arrays(*truths))
    if isinstance(node, ast.Compare):
        return _compared(node, rows)
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    return _called(node.func.id, [_value(argument, rows) for argument in node.args], rows)


def _compared(node: ast.Compare, rows: Rows) -> Any:
    values = [_value(part, rows) for part in (node.left, *node.comparators)]
    pairs = zip(node.ops, values[:-1], values[1:], strict=True)
    truths = [COMPARISONS[type(operator)](left, right) for operator, left, right in pairs]
    return np.logical_and.reduce(np.broadcast_arrays(*truths))


def _called(name: str, values: list[Any], rows: Rows) -> Any:
    if name in PLAIN:
        first = np.asarray(values[0], np.float64)
        return PLAIN[name](first, *values[1:])
    wide = [np.broadcast_to(np.asarray(v, np.float64), rows.key.shape) for v in values]
    return OWN[name](rows, *wide)
