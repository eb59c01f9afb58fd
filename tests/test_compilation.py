"""Compiling takes long the first time, and is told then and only then."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from abm.simulation.compiled import announce_compiling

LIGHT = """
import sys
import abm.mechanisms.day, abm.chance
print("numba" in sys.modules)
"""


def run_python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done


def test_rules_can_be_read_without_numba():
    assert run_python("-c", LIGHT).stdout.split() == ["False"]


def test_a_new_cache_holds_nothing_compiled(tmp_path):
    ask = "from abm.simulation.compiled import announce_compiling; announce_compiling(print)"
    assert "Compiling, once" in run_python("-c", ask, NSSI_CACHE_DIR=str(tmp_path)).stdout


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_first_run_says_that_it_compiles_and_the_next_does_not(tmp_path: Path, jobs: str):
    command = "import sys; from abm.cli.main import main; main()"
    options = ["run", "birth-cohort", "--population", "20", "--years", "1", "--out", str(tmp_path)]
    found = [
        run_python(
            "-c", command, *options, "--seeds", "2", "--jobs", jobs, "--force",
            NSSI_CACHE_DIR=str(tmp_path / "cache"),
        ).stderr
        for _ in range(2)
    ]  # fmt: skip
    assert ["Compiling, once" in messages for messages in found] == [True, False]


def test_plain_python_is_never_compiled():
    ask = "from abm.simulation.compiled import is_compiled; print(is_compiled())"
    assert run_python("-c", ask, NUMBA_DISABLE_JIT="1").stdout.split() == ["True"]


def test_a_compiled_kernel_is_not_announced():
    import hand_made

    from abm.simulation.run import run

    run(hand_made.scenario(size=5, years=1), 1)
    said: list[str] = []
    announce_compiling(said.append)
    assert said == []
