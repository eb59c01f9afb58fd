"""What commands say and end with: one line on stderr, and codes that shells understand."""

import signal
import subprocess
import sys

import pytest

from abm import console


def test_exit_codes_are_those_of_the_documentation_and_of_shells() -> None:
    codes = (console.EXIT_DONE, console.EXIT_FAILED, console.EXIT_WRONG_INPUT)
    assert codes == (0, 1, 2)
    assert console.EXIT_INTERRUPTED == 128 + signal.SIGINT


def test_a_complaint_goes_to_stderr_and_its_code_is_handed_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert console.complain("a seed failed", console.EXIT_FAILED) == console.EXIT_FAILED
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "nssi: a seed failed\n")


def test_refused_input_reads_like_a_refused_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert console.refuse(ValueError("no such folder")) == console.EXIT_WRONG_INPUT
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "Error: no such folder\n")


def test_the_console_loads_nothing_of_the_model() -> None:
    code = "import sys, abm.console; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"numpy", "numba", "pandas", "rich"} & set(loaded)
