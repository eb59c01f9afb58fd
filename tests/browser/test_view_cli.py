"""The command `nssi view`: what is wrong is said in a line, and Ctrl-C ends it cleanly."""

import importlib.util
import signal
import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from served_pages import WAIT, on_a_busy_machine, serving

from abm.cli import main as cli


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command in this process; return its exit code."""
    monkeypatch.setattr(sys, "argv", ["nssi", "view", "--no-open", *arguments])
    with pytest.raises(SystemExit) as leaving:
        cli.main()
    return int(leaving.value.code or 0)


def test_a_taken_port_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert call(monkeypatch, "--port", str(port)) == 2
    error = capsys.readouterr().err.strip()
    assert error.startswith(f"Error: --port: {port} on 127.0.0.1 cannot be used")
    assert "\n" not in error


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["basline"], "Did you mean 'baseline'"),
        (["--population", "3"], "people: expected 150 to 50,000"),
        (["--port", "99999"], "65535"),
        (["--seed", "-1"], "--seed"),
    ],
)
def test_wrong_input_is_refused_before_anything_starts(
    arguments: list[str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call(monkeypatch, *arguments) == 2
    assert words.lower() in capsys.readouterr().err.lower()


def test_a_run_is_written_to_one_file_and_no_file_is_overwritten(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    short = tmp_path / "short.toml"
    short.write_text('extends = "baseline"\n[calendar]\nyears = 1\n', encoding="utf-8")
    path = tmp_path / "run.html"
    arguments = (str(short), "--population", "150", "--export")
    assert call(monkeypatch, *arguments, str(path)) == 0
    assert capsys.readouterr().out.strip() == str(path)
    written = path.read_bytes()
    assert b"Content-Security-Policy" in written
    assert b"366 of 366 days" in written
    for wrong, reason in (
        (path, "exists already"),
        (tmp_path / "run.txt", "expected a name that ends in .html"),
        (tmp_path / "nowhere" / "run.html", "there is no folder"),
    ):
        assert call(monkeypatch, *arguments, str(wrong)) == 2
        error = capsys.readouterr().err.strip()
        assert reason in error
        assert "\n" not in error
    assert path.read_bytes() == written
    assert sorted(each.name for each in tmp_path.iterdir()) == ["run.html", "short.toml"]


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "solara" else find(name)
    )
    assert call(monkeypatch) == 2
    error = capsys.readouterr().err.strip()
    assert "nssi-abm[viz]" in error
    assert "\n" not in error


def test_mesa_s_own_page_shows_the_same_model_to_who_has_its_key_and_ctrl_c_ends_it(
    context: Any, tmp_path: Path
) -> None:
    with serving(tmp_path, "--population", "150", "--mesa") as found:
        asked = urllib.request.Request(f"{found.address}/?{found.query[:-1]}")
        assert refusal_of(asked) == 403
        foreign = {"Cookie": "a/b=1"}  # of a server on another port, which calls its cookie so
        asked = urllib.request.Request(found.address, headers=foreign)
        assert refusal_of(asked) == 403
        page = context.new_page()
        page.set_default_timeout(on_a_busy_machine(WAIT))
        page.on("requestfailed", lambda request: wrongs.append(request.url))
        page.on("pageerror", lambda error: wrongs.append(str(error)))
        wrongs: list[str] = []
        page.goto(f"{found.address}/?{found.query}")
        page.get_by_role("button", name="Step").click()
        page.get_by_role("tab", name="By age").click()
        page.get_by_text("Young people on 7 September 2015").wait_for()
        page.get_by_role("tab", name="School friends").click()
        disc = page.locator("circle.node").nth(3)
        person = disc.get_attribute("data-person")
        disc.click()  # once it no longer moves: Mesa's tabs slide
        page.locator(f"circle.node[data-person='{person}'][stroke-width='3.5']").wait_for()
        # at once: Mesa runs what has come to the server, and keys come one by one
        page.locator("#console-input").fill("print('agents:', len(model.agents))")
        page.locator("#console-input").press("Enter")
        page.get_by_text("agents: 150").wait_for()
        page.get_by_role("tab", name="Data collected").click()
        page.get_by_role("button", name="▶").click()  # Ctrl-C ends it while days go by, too
        page.get_by_role("button", name="❚❚").wait_for()
        page.wait_for_function("parseFloat(document.body.innerText.split('Time: ')[1]) > 7")
        assert wrongs == []
        port = found.address.rsplit(":", 1)[1]
        asked = urllib.request.Request(found.address, headers={"Host": f"evil.example:{port}"})
        assert refusal_of(asked) == 400
        assert listening_addresses(int(port)) == {"127.0.0.1"}
        found.process.send_signal(signal.SIGINT)
        assert found.process.wait(timeout=on_a_busy_machine(60)) == 0
        page.close()
        assert "Stopped." in found.said()
        assert "Traceback" not in found.said()


def refusal_of(asked: urllib.request.Request) -> int:
    """Return the status with which a request is refused."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=60)
    return refused.value.code


def listening_addresses(port: int) -> set[str]:
    """Return the addresses on which this machine listens on a port (Linux)."""
    found = set()
    for line in Path("/proc/net/tcp").read_text(encoding="utf-8").splitlines()[1:]:
        local, state = line.split()[1], line.split()[3]
        address, number = local.split(":")
        if state == "0A" and int(number, 16) == port:
            found.add(".".join(str(int(address[at : at + 2], 16)) for at in (6, 4, 2, 0)))
    return found
