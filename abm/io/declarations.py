"""Declarations: the TOML files of the package, read and checked here, with errors of one line."""

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from abm.io.files import files_in, read_bytes
from abm.io.messages import did_you_mean, shown


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

TOO_DEEP = "is nested too deeply"
LARGEST_FILE = 1_000_000  # bytes
LONGEST_LINE = 2_000  # characters; reading a key of n dotted parts costs n squared


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
    return checked(kind, prepared(toml_tables(text, file)), file)


def text_of(path: Path) -> str:
    """Return the text of a user's file: regular, not too large, with short lines.

    A `DeclarationError` says what is wrong, and which file beside a missing one may be meant.
    """
    try:
        text = read_bytes(path, LARGEST_FILE).decode("utf-8-sig")
    except FileNotFoundError:
        raise DeclarationError(f"{path}: there is no such file{_beside(path)}") from None
    except UnicodeDecodeError:
        raise DeclarationError(f"{path}: is not a text file (expected TOML in UTF-8)") from None
    except OSError as error:
        reason = error.strerror if error.filename else "it cannot be read"
        raise DeclarationError(f"{path}: {reason}") from None
    except ValueError:  # a null character or a lone surrogate
        raise DeclarationError(f"{path}: is not a usable path") from None
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            reason = f"line {number} is too long (over {LONGEST_LINE:,} characters)"
            raise DeclarationError(f"{path}: {reason}")
    return text


def _beside(path: Path) -> str:
    """Return which file beside a missing one may be meant."""
    try:
        return did_you_mean(path.name, [other.name for other in files_in(path.parent, "*.toml")])
    except OSError:
        return ""


def toml_tables(text: str, file: str) -> dict[str, Any]:
    """Return the tables of a TOML text; a DeclarationError says that it is none."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise DeclarationError(f"{file}: {TOO_DEEP}") from None
    except ValueError as error:  # also a number with too many digits
        raise DeclarationError(f"{file}: is not valid TOML: {error}") from None


def checked[T](kind: type[T], tables: Any, where: str) -> T:
    """Return what tables declare; a DeclarationError begins with where they are from."""
    try:  # as JSON, whose arrays are both tuples and lists where nothing else is converted
        return TypeAdapter(kind).validate_json(json.dumps(tables, default=str))
    except RecursionError:
        raise DeclarationError(f"{where}: {TOO_DEEP}") from None
    except ValidationError as error:
        errors = error.errors(include_url=False)
        misspelt = (one for one in errors if _meant(one, kind))  # else it would be said to lack it
        raise DeclarationError(f"{where}: {_explained(next(misspelt, errors[0]), kind)}") from None


def _explained(error: ErrorDetails, declared: Any) -> str:
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
        message = f"there is no such field or table{_meant(error, declared)}"
        if path[-1] == "range" and "high" in _fields_at(declared, path[:-1]):
            message = "expected [low, high]"
    elif kind == "json_invalid":
        message = TOO_DEEP
    elif kind.partition("_")[0] in EXPECTED:
        expected = EXPECTED[kind.partition("_")[0]]
        message = f"expected {expected}, not {shown(error['input'])}"
    else:
        message = error["msg"].replace("Input should be", "expected")
    return ": ".join(filter(None, [".".join(map(str, path)), message]))


def _meant(error: ErrorDetails, declared: Any) -> str:
    """Return the name of a field that a misspelt one is near to, as a question; else nothing."""
    if error["type"] != "extra_forbidden":
        return ""
    *path, name = error["loc"]
    return did_you_mean(str(name), _fields_at(declared, path))


def _fields_at(declared: Any, path: Sequence[str | int]) -> Sequence[str]:
    """Return the fields of what is declared at a path of names and numbers."""
    for step in path:
        if isinstance(declared, type) and issubclass(declared, BaseModel):
            declared = declared.model_fields[str(step)].annotation
        else:  # dict[str, T] or tuple[T, ...]
            declared = next((kind for kind in get_args(declared)[::-1] if kind is not ...), None)
    is_model = isinstance(declared, type) and issubclass(declared, BaseModel)
    return list(declared.model_fields) if is_model else []


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
