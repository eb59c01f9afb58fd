"""The package's public names: imported when first used, and all there."""

import subprocess
import sys
from importlib import import_module

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


def test_tab_completion_shows_what_is_public() -> None:
    assert set(dir(abm)) == set(abm.__all__)
    assert "Any" not in dir(abm)


def test_a_run_takes_the_name_of_a_scenario(tmp_path, monkeypatch) -> None:
    (tmp_path / "few.toml").write_text(
        'extends = "birth-cohort"\n[population]\nsize = 20\n[calendar]\nyears = 1\n'
    )
    record = abm.run(tmp_path / "few.toml")
    assert (record.scenario.name, len(record.people)) == ("few", 20)
    monkeypatch.chdir(tmp_path)
    for starts in (abm.run, abm.NSSIModel):
        with pytest.raises(abm.ScenarioError, match="did you mean 'birth-cohort'"):
            starts("birth-cohor")


@pytest.mark.parametrize(("old", "new"), abm._MOVED.items())
def test_what_the_docs_named_is_found_by_its_old_name_too(old: str, new: str) -> None:
    assert import_module(old) is import_module(new)
    assert import_module(new).__spec__.name == new
