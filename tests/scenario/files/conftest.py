"""A few declared parameters, and an empty folder to work in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from abm import parameters as declared

SMALL = Path(__file__).parents[2] / "data" / "parameters.toml"


@pytest.fixture(scope="module", autouse=True)
def small_declarations() -> Iterator[None]:
    """Declare the few parameters of tests/data, so that no test hangs on the model's numbers."""
    caches = (declared._declared, declared.record_dtype)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(declared, "PARAMETERS_FILE", SMALL)
        for cache in caches:
            cache.cache_clear()
        yield
    for cache in caches:
        cache.cache_clear()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder with a ``scenarios`` folder in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").mkdir()
    return tmp_path / "scenarios"
