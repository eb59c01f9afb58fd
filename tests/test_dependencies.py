"""The bounds of pyproject.toml are true: the project works with the oldest versions and the newest.

The model and the page also with the next Mesa, as far as it is out: `-k pre-release`.

With the Python that runs this, in environments of their own that are thrown away.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PART = (
    "tests/test_frozen_baseline.py", "tests/test_bits.py", "tests/test_model.py",
    "tests/cli/test_cli.py", "tests/browser/test_page_model.py",
    "tests/browser/test_views_drawn.py",
    "tests/browser/test_view_cli.py", "tests/browser/test_stock.py",
    "tests/experiments/calibration/test_fit.py",
    "tests/runs/test_faults_on_dask.py",
    "tests/experiments/sensitivity/test_indices.py", "tests/report/test_figures.py",
    "tests/docs_make/test_site.py", "tests/report/test_report_pages.py", "tests/io/test_tables.py",
    "tests/scenario/test_posterior.py", "tests/scenario/files/test_interventions_errors.py",
)  # fmt: skip
"""Tests that between them use every dependency."""


MODEL_AND_PAGE = (
    "tests/test_model.py", "tests/browser/test_page_model.py", "tests/browser/test_stock.py",
    "tests/browser/test_view_cli.py",
)  # fmt: skip
NEXT_MESA = "mesa>=4.0.0a0"
VERSIONS = {
    "lowest": ("lowest-direct", "", PART),
    "highest": ("highest", "", PART),
    "pre-release of Mesa": ("highest", NEXT_MESA, MODEL_AND_PAGE),
}


@pytest.mark.slow
@pytest.mark.usefixtures("browser_name")  # so that `./nssi test` sees that a browser is needed
@pytest.mark.parametrize(("resolution", "instead", "tests"), VERSIONS.values(), ids=VERSIONS)
def test_a_part_of_the_tests_passes_with_versions_within_the_bounds(
    resolution: str, instead: str, tests: tuple[str, ...], tmp_path: Path
) -> None:
    environment, versions = tmp_path / "environment", tmp_path / "versions.txt"
    python, overrides = environment / "bin" / "python", tmp_path / "overrides.txt"
    overrides.write_text(instead, encoding="utf-8")

    def uv(*arguments: str | Path) -> None:
        subprocess.run([sys.executable, "-m", "uv", *arguments], cwd=ROOT, check=True)

    uv("venv", "--python", sys.executable, environment)
    uv(
        "pip", "compile", "--quiet", "pyproject.toml", "--extra", "dev", "--resolution", resolution,
        "--override", overrides, "--python", python, "--output-file", versions,
    )  # fmt: skip
    uv("pip", "install", "--python", python, "-r", versions)
    uv("pip", "install", "--python", python, "--no-deps", "-e", ".")
    uv("pip", "check", "--python", python)
    subprocess.run([python, "-m", "pytest", "-p", "no:cacheprovider", *tests], cwd=ROOT, check=True)
