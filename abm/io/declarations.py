"""Declarations: the TOML files of the package, read and checked here, with errors of one line."""

import json
import tomllib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from abm.io.messages import shown


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError("expected a text")
    return text


Text = Annotated[str, AfterValidator(_filled)]
type ByName[T] = Annotated[Mapping[str, T], AfterValidator(MappingProxyType)]

EXPECTED = {
    "bool": "true or false",
    "dict": "a table",
    "finite": "a number",
    "float": "a number",
    "int": "a whole number",
    "mapping": "a table",
    "model": "a table",
    "string": "a text",
}
"""What is expected where an error of pydantic has a type that begins like this."""


class DeclarationError(ValueError):
    """A file of declarations is incomplete or contradicts itself."""


class Declared(BaseModel):
    """What a file declares: all that is needed, of the right types, and nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def read_declarations[T](
    kind: type[T], text: str, file: str, prepared: Callable[[dict[str, Any]], Any] = dict
) -> T:
    """Return what the TOML text of a file declares, checked; `prepared` changes its tables first.

    A `DeclarationError` names the file, the entry and what was expected of it.
    """
    try:
        tables = prepared(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise DeclarationError(f"{file}: is not valid TOML: {error}") from None
    try:  # as JSON, whose arrays are both tuples and lists where nothing else is converted
        return TypeAdapter(kind).validate_json(json.dumps(tables, default=str))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise DeclarationError(f"{file}: {_explained(first)}") from None


def _explained(error: ErrorDetails) -> str:
    """Return which entry is wrong, and what was expected of it."""
    path, kind = list(error["loc"]), error["type"]
    if kind == "value_error":
        message = str(error["ctx"]["error"])
    elif kind == "missing":
        last = path.pop()
        message = f"lacks {last}"
        if last in ("low", "high", 0, 1):
            path += ["range"] if isinstance(last, str) else []
            message = "expected [low, high]"
    elif kind == "extra_forbidden":
        message = "there is no such field or table"
    elif kind.partition("_")[0] in EXPECTED:
        expected = EXPECTED[kind.partition("_")[0]]
        message = f"expected {expected}, not {shown(error['input'])}"
    else:
        message = error["msg"].replace("Input should be", "expected")
    return ": ".join(filter(None, [".".join(map(str, path)), message]))


def named(tables: Any, field: str = "name") -> Any:
    """Return tables with the name of each in it, and its `range` as `low` and `high`."""
    if not isinstance(tables, dict):
        return tables
    return {name: _named(table, field, name) for name, table in tables.items()}


def _named(table: Any, field: str, name: str) -> Any:
    if not isinstance(table, dict):
        return table
    whole = {**table, field: name}
    if isinstance(ends := whole.get("range"), list) and len(ends) == 2:
        del whole["range"]
        whole["low"], whole["high"] = ends
    return whole
