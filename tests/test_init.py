"""The package's public names: imported when first used, and all there."""

import subprocess
import sys

import pytest

import abm


@pytest.mark.parametrize("name", abm.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(abm, name) is not None
    assert name in dir(abm)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
        abm.no_such_name  # noqa: B018


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import abm; print(*set(sys.modules) - before)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"numpy", "numba", "mesa", "pandas", "pydantic"} & set(loaded)
