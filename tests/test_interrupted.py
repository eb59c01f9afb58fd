"""Signals, a full disk and hostile text: one line, the usual exit code, nothing left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from abm.io.messages import nearest
from abm.io.terminal import plain

SECONDS = 300  # for what takes a few on an idle machine
POOL = """
import sys, time
from abm.cli import main as cli
from abm.runs.processes import LocalProcesses

def app(**given):
    with LocalProcesses(2) as pool:
        asleep = [pool.submit(time.sleep, 60) for _ in range(2)]
        pool.submit(abs, 1)
        print("ready", flush=True)
        [each.result() for each in asleep]

if __name__ == "__main__":
    cli.app = app
    cli.main()
"""


@pytest.fixture
def started(tmp_path, signals_count) -> Iterator[subprocess.Popen[str]]:
    """Start a made-up command with two workers, and end it whatever happens."""
    script = tmp_path / "command.py"
    script.write_text(POOL)
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=SECONDS)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("to_all", [False, True])
def test_a_signal_that_ends_is_one_line_and_the_usual_exit_code(started, number, to_all) -> None:
    assert started.stdout.readline() == "ready\n"
    (os.killpg if to_all else os.kill)(started.pid, number)
    _, error = started.communicate(timeout=SECONDS)
    assert error == "nssi: interrupted\n"
    assert started.returncode == 128 + number


def command(*words: str, **given) -> subprocess.CompletedProcess[str]:
    code = "from abm.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        stderr=subprocess.PIPE,
        text=True,
        timeout=SECONDS,
        **given,
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device here")
@pytest.mark.parametrize("words", [["scenarios"], ["parameters", "--json"]])
def test_a_full_disk_behind_standard_output_is_one_line_and_exit_1(words) -> None:
    with open("/dev/full", "w") as full:
        done = command(*words, stdout=full)
    assert done.returncode == 1
    assert done.stderr == "nssi: cannot write what was found: No space left on device\n"


@pytest.mark.skipif(os.name == "nt", reason="pipes of another kind")
@pytest.mark.parametrize("lines_read", [0, 1])
def test_what_is_begun_is_finished_though_its_reader_has_gone(tmp_path, lines_read) -> None:
    """As with ``nssi compare ... 2>&1 | head -1``: the folder is whole, or it would mislead."""
    words = "compare baseline school-skills crisis-support --population 50 --years 1 --jobs 1"
    code = "from abm.cli.main import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words.split()],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=tmp_path,
    )
    for _ in range(lines_read):
        assert process.stdout.readline().startswith(b"nssi: ")
    process.stdout.close()
    assert process.wait(timeout=SECONDS) == 0
    (folder,) = tmp_path.glob("results/compare-*/*")
    assert {"run.json", "report.html", "pairs.csv"} <= {path.name for path in folder.iterdir()}


@pytest.mark.skipif(os.name == "nt", reason="needs a shell that closes streams")
def test_a_closed_standard_output_is_no_fault() -> None:
    code = "from abm.cli.main import main; main()"
    closed = f"{sys.executable} -c '{code}' scenarios >&-"
    done = subprocess.run(closed, shell=True, stderr=subprocess.PIPE, timeout=SECONDS)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_model_that_is_not_compiled_says_how_to_debug_it(tmp_path) -> None:
    switched = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    done = command("run", "--population", "50", env=switched, cwd=tmp_path, stdout=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert 'activation="agents"' in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_no_file_can_have_is_refused_by_the_store(tmp_path) -> None:
    done = command("store", "--out", "a" * 300, cwd=tmp_path, stdout=subprocess.PIPE)
    assert done.returncode == 2
    assert "is not a usable path" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("text", ["\x1b[31m", "\x07", "\x9b1m", "\u202e", "\r", "\x7f", "\u2066"])
def test_what_commands_a_terminal_never_reaches_it(text) -> None:
    shown = plain(f"before {text} after")
    assert shown.isprintable()
    assert shown.startswith("before \\u00" if ord(text[0]) < 256 else "before \\u20")


def test_other_text_is_shown_as_it_is() -> None:
    for text in ("Größe, 10 %, é “so”\n\tmore", "\u00a0", "日本"):
        assert plain(text) == text


def test_a_hint_is_near_what_was_written() -> None:
    names = ["rest_shame", "stressor_rate", "care_home"]
    assert nearest("care_harm", ["rest_shame"]) is None
    assert nearest("stresor_rat", names) == "stressor_rate"
