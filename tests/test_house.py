"""What the project holds to in its sources: short files, short functions, and types for others."""

import ast
from collections.abc import Iterator
from pathlib import Path

import abm

PACKAGE = Path(abm.__file__).parent
FILE_LINES, FUNCTION_LINES = 400, 60
NOTED = (
    *("run_command.py", "sweep_command.py", "compare_command.py", "validate_command.py"),
    *("terminal/key_figures.py", "terminal/comparison.py", "terminal/sensitivity.py"),
)
"""Fewer lines than these."""


def sources() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every Python file of the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8")


def test_files_are_short() -> None:
    lengths = {name: len(text.splitlines()) for name, text in sources()}
    assert lengths
    assert not {name: lines for name, lines in lengths.items() if lines >= FILE_LINES}


def test_functions_fit_a_screen() -> None:
    lengths = {
        f"{name}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, text in sources()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert lengths
    assert not {name: lines for name, lines in lengths.items() if lines >= FUNCTION_LINES}


def test_the_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").is_file()


def test_what_commands_of_runs_show_is_noted() -> None:
    """A bare `print` would be missing when the same command is answered again."""
    bare = [
        f"{name}:{node.lineno}"
        for name, text in sources()
        if name.endswith(NOTED)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id == "print" and "file" not in {keyword.arg for keyword in node.keywords}
    ]
    assert any(name.endswith(NOTED) for name, _ in sources())
    assert bare == []
