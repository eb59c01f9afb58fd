"""What commands say and end with: one line on stderr, and codes that shells understand."""

import json
import signal
import subprocess
import sys

import pytest

from abm.io import terminal


def test_exit_codes_are_those_of_the_documentation_and_of_shells() -> None:
    codes = (terminal.EXIT_DONE, terminal.EXIT_FAILED, terminal.EXIT_WRONG_INPUT)
    assert codes == (0, 1, 2)
    assert terminal.EXIT_INTERRUPTED == 128 + signal.SIGINT


def test_a_complaint_goes_to_stderr_and_its_code_is_handed_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert terminal.complain("a seed failed", terminal.EXIT_FAILED) == terminal.EXIT_FAILED
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "nssi: a seed failed\n")


def test_refused_input_reads_like_a_refused_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert terminal.refuse(ValueError("no such folder")) == terminal.EXIT_WRONG_INPUT
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "Error: no such folder\n")


def test_the_console_loads_nothing_of_the_model() -> None:
    code = "import sys, abm.io.terminal; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"numpy", "numba", "pandas", "rich"} & set(loaded)


@pytest.mark.parametrize("width", ["50", "200"])
def test_what_was_noted_is_printed_again_the_same_at_any_width(
    width: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def show() -> None:
        terminal.print_text("[bold]as it is")
        terminal.print_table(("name", "what it asks"), [("baseline", "nothing " * 12), ("b", 2)])
        terminal.print_table(("", "estimate", "from"), [("ever " * 9, "1 %", "seeds")], {1})
        terminal.print_support()

    noted: terminal.Printed = []
    with terminal.noted(noted):
        show()
    assert terminal.is_printable(json.loads(json.dumps(noted)))
    plain = capsys.readouterr()
    terminal.print_again(noted)
    assert capsys.readouterr() == plain
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", width)
    show()
    on_terminal = capsys.readouterr()
    assert on_terminal != plain
    terminal.print_again(noted)
    assert capsys.readouterr() == on_terminal
