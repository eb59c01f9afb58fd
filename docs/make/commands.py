"""The page of all commands, made from the commands themselves.

``python -m docs.make.commands docs/commands.md`` writes it; a test compares them.
"""

import sys
from pathlib import Path
from typing import Any

import typer

from abm.cli.main import COMMANDS, app
from abm.io.tables import write_bytes
from docs.make.templates import Row, render


def page() -> str:
    """Return the text of docs/commands.md."""
    group: Any = typer.main.get_command(app)
    return render(
        "commands.md",
        purposes=COMMANDS,
        commands={name: group.get_command(None, name) for name in group.commands},
        named=lambda members: [
            (f"[`{name}`](#nssi-{name})", line) for name, line in members.items()
        ],
        usage=_usage,
        options=_options,
        sentences=lambda command: " ".join(command.help.split()),
    )


def _usage(name: str, command: Any) -> str:
    """Return the line to type: the name, then arguments, in brackets those that may be left out."""
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    return " ".join(["nssi", name, *map(_written, arguments), "[OPTIONS]"])


def _options(command: Any) -> list[Row]:
    """Return arguments and options with what they mean."""
    return [(f"`{_written(one)}`", _meaning(one)) for one in command.params]


def _written(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name.upper())
    if parameter.param_type_name == "argument":
        return name if parameter.required or name.startswith("[") else f"[{name}]"
    return ", ".join(parameter.opts) + ("" if parameter.is_flag else f" {name}")


def _meaning(parameter: Any) -> str:
    is_said = "Default" in (parameter.help or "")
    has_default = parameter.default not in (None, False) and not callable(parameter.default)
    default = f" Default: {parameter.default}." if has_default and not is_said else ""
    return f"{parameter.help or ''}{default}"


if __name__ == "__main__":
    write_bytes(Path(sys.argv[1]), page().encode())
