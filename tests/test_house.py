"""What the project holds to in its sources: short files, short functions, and types for others."""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from grimp import build_graph

import abm
from abm.compilation import COMPILED, DECIDES

PACKAGE = Path(abm.__file__).parent
FILE_LINES, FUNCTION_LINES = 600, 60
NOTED = (
    *("cli/run.py", "cli/sweep.py", "cli/compare.py", "cli/validate.py", "cli/sensitivity.py"),
    *("terminal/printing.py", "terminal/comparison.py", "terminal/sensitivity.py"),
    *("terminal/run.py", "terminal/sweep.py"),
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


def test_files_of_tests_that_begin_first_are_there(request: pytest.FixtureRequest) -> None:
    (named,) = {tuple(plugin.LONG) for plugin in request.config.pluginmanager.get_plugins()
                if hasattr(plugin, "LONG")}  # fmt: skip
    assert [name for name in named if not (PACKAGE.parent / "tests" / name).is_file()] == []


def test_functions_fit_a_screen() -> None:
    lengths = {
        f"{name}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, text in sources()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert lengths
    assert not {name: lines for name, lines in lengths.items() if lines >= FUNCTION_LINES}


def test_every_mechanism_names_its_source_and_the_form_that_was_rejected() -> None:
    machinery = {"__init__", "beginning", "curves", "day", "day_log", "derived", "morning"}
    for path in (PACKAGE / "mechanisms").glob("*.py"):
        if path.stem not in {*machinery, "relaxing"}:
            said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            assert {"Source:", "Rejected:"} <= set(said.split()), path.name


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


# Rooms

TOP_FOLDERS = {
    *("browser", "cli", "evidence", "experiments", "io", "mechanisms", "people", "report", "runs"),
    *("scenario", "simulation", "studies"),
}
MOST_FILES_AT_THE_TOP = 8


def test_the_house_has_twelve_rooms_and_few_files_at_its_door() -> None:
    entries = list(PACKAGE.iterdir())
    assert {path.name for path in entries if (path / "__init__.py").is_file()} == TOP_FOLDERS
    assert len([path for path in entries if path.is_file()]) <= MOST_FILES_AT_THE_TOP


def test_no_import_runs_upward() -> None:
    """The contracts of pyproject.toml hold."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    done = subprocess.run(
        [*command, "--no-cache"],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_decides_a_bit_imports_nothing_else_of_the_package() -> None:
    """So a change of any other file cannot change a life, and the code version may leave it out."""
    graph = build_graph("abm", cache_dir=None)
    rooms = {f"abm.{place.split('.')[0]}" for place in DECIDES}
    deciding = {
        module
        for room in rooms
        for module in ({room} | graph.find_descendants(room) if room in graph.modules else set())
    }
    assert {"abm.simulation.kernel", "abm.mechanisms.day", "abm.chance"} <= deciding
    for module in deciding:
        others = graph.find_modules_directly_imported_by(module) - deciding - {"abm"}
        assert not {name for name in others if not name.startswith("abm.io")}, module


def files_with(*decorators: str) -> list[str]:
    """Return the names of files with functions that are decorated so."""
    return [
        name
        for name, text in sources()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(by, ast.Name) and by.id in decorators for by in node.decorator_list)
    ]


def outside(names: Iterable[str], places: tuple[str, ...]) -> list[str]:
    """Return the names of files that lie in none of some files and folders."""
    within = tuple(place if "." in place else f"{place}/" for place in places)
    return [name for name in names if not name.startswith(within)]


def test_rules_and_kernels_are_among_what_decides_results_and_machine_code() -> None:
    compiled = files_with("rule", "kernel")
    assert "mechanisms/day.py" in compiled
    assert not outside(compiled, DECIDES)
    assert not outside(compiled, COMPILED)


def test_all_that_kernels_reach_names_their_machine_code() -> None:
    """Rules, and modules of whose constants Numba makes machine code: whatever they import."""
    graph = build_graph("abm", cache_dir=None)
    modules = {f"abm.{name[:-3].replace('/', '.')}" for name in files_with("kernel")}
    assert "abm.simulation.kernel" in modules
    reached = modules.union(*(graph.find_upstream_modules(module) for module in modules))
    assert {"abm.chance", "abm.people.codes", "abm.mechanisms.curves"} <= reached
    assert not outside([f"{name[4:].replace('.', '/')}.py" for name in reached], COMPILED)
