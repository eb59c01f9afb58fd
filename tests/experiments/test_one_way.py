"""The sub-packages of many runs depend on one another in one direction only."""

import ast
from pathlib import Path

from abm import experiments

FOLDER = Path(experiments.__file__).parent
ORDER = ("outcomes", "store", "running", "folders", "designs", "sensitivity")
"""Each may import from itself and from those before it."""


def imported_from(package: str) -> set[str]:
    """Return the sub-packages that the modules of one import from, wherever in their text."""
    start = f"{experiments.__name__}."
    found = set()
    for path in (FOLDER / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}:{node.lineno}: a relative import"
                names = [f"{node.module}.{each.name}" for each in node.names]
            elif isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            else:
                continue
            found |= {name.removeprefix(start).split(".")[0] for name in names if start in name}
    return found


def test_every_module_is_in_a_sub_package() -> None:
    folders = {path.parent.name for path in FOLDER.glob("*/__init__.py")}
    assert folders == set(ORDER)
    assert [path.name for path in FOLDER.glob("*.py")] == ["__init__.py"]


def test_imports_go_one_way() -> None:
    for place, package in enumerate(ORDER):
        assert imported_from(package) <= set(ORDER[: place + 1]), package
    assert imported_from("sensitivity") >= {"designs", "sensitivity"}


def test_the_order_is_the_written_one() -> None:
    written = [line for line in (experiments.__doc__ or "").splitlines() if line.startswith("- `")]
    assert tuple(line.split("`")[1] for line in written) == ORDER
