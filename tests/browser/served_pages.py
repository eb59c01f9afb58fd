"""Pages that another process serves, and tabs of a browser that look at them."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import TimeoutError, expect

PEOPLE = 300
WAIT, EXPECT, ALL_YEARS = 60_000, 30_000, 300_000
"""Milliseconds that a step, words, or all years and paired seeds are waited for, at most."""
BESIDE_A_VIEW = {"Follow": ("School friends", "One person"), "Year-groups": ("School friends",)}
"""Inputs above the view that is open, and the views that have them."""
HERE = Path(__file__).parent


def on_a_busy_machine(seconds: float) -> float:
    """Return how long something may take here that takes some seconds where nothing else runs."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@dataclass
class Served:
    """A page that is served by another process."""

    address: str
    process: subprocess.Popen[str]
    log: Path
    query: str = ""  # that the address printed had

    def said(self) -> str:
        """Return what the server has said so far."""
        return self.log.read_text(encoding="utf-8")

    def wait_until_said(self, words: str) -> None:
        """Wait until the server says this: a browser may show it first."""
        until = time.monotonic() + on_a_busy_machine(EXPECT / 1000)
        while words not in self.said():
            assert time.monotonic() < until, self.said()[-5000:]
            time.sleep(0.05)


@contextlib.contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[Served]:
    """Start `nssi view` with these arguments, wait until it is ready, and end it with Ctrl-C."""
    log = folder / "server.log"
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, str(HERE / "serve_with_faults.py"), "view", "--no-open", *arguments],
            stdout=subprocess.PIPE, stderr=errors, text=True, env={**os.environ, "PORT": "1"},
        )  # fmt: skip
    try:
        assert process.stdout is not None
        address, _, query = process.stdout.readline().strip().partition("/?")
        assert address.startswith("http://127.0.0.1:"), log.read_text(encoding="utf-8")
        with urllib.request.urlopen(f"{address}/readyz", timeout=60) as answer:
            assert answer.status == 200
        yield Served(address, process, log, query)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(timeout=on_a_busy_machine(60))


@dataclass
class Watched:
    """A tab and all that it should not have done."""

    page: Any
    wrongs: list[str] = field(default_factory=list)

    def status(self) -> str:
        """Return the status in plain words."""
        return str(self.page.locator(".status").inner_text())

    def day(self) -> int:
        """Return the day shown."""
        words = self.status().split("Day ")[1].split(" of")[0]
        return int(words.replace(",", ""))

    def wait_for_status(self, words: str, milliseconds: float | None = None) -> None:
        """Wait until the status says this."""
        script = "words => document.querySelector('.status')?.innerText.includes(words)"
        try:
            self.page.wait_for_function(script, arg=words, timeout=milliseconds)
        except TimeoutError as error:
            error.add_note(f"Waited for {words!r}; the status says {self.status()!r}.")
            raise

    def press(self, name: str) -> None:
        """Press a button of the controls."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def pace(self, name: str) -> None:
        """Choose how long a frame is."""
        self.open_sheet()
        self.page.get_by_label("Each frame is").select_option(name)

    def open_sheet(self) -> None:
        """Bring the settings up where the screen is too narrow for them to be there always."""
        button = self.page.get_by_role("button", name="Knobs")
        if button.is_visible() and button.get_attribute("aria-expanded") == "false":
            button.click()
            self.page.locator(".side.open").wait_for()

    def open(self, tab: str) -> None:
        """Open a view, and wait until it is where it stays: what stands above it moves it."""
        self.page.get_by_role("tab", name=tab).click()
        self.page.locator(f"[role=tab][aria-selected=true]:text-is('{tab}')").wait_for()
        for label, tabs in BESIDE_A_VIEW.items():
            state = "visible" if tab in tabs else "detached"
            self.page.get_by_label(label, exact=True).wait_for(state=state)

    def wait_until_due(self) -> None:
        """Wait until a change has been heard; what is said of it moves what is below."""
        self.page.get_by_text("Settings changed: press Reset").wait_for()

    def query(self) -> str:
        """Return what the address asks for, as the page itself has it."""
        return str(self.page.evaluate("location.search")).removeprefix("?")

    def type(self, label: str, text: str) -> None:
        """Type a text into an input instead of what it holds, key by key."""
        self.page.get_by_label(label, exact=True).click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text, delay=20)

    def scenario_run(self) -> dict[str, Any]:
        """Reset, live a day, and return the scenario that can then be downloaded."""
        self.pace("day")
        self.press("Reset")
        self.wait_for_status("Day 0 of")  # it may have been the first day before, too
        self.press("Step")
        self.wait_for_status("Day 1 of")
        self.open("Figures")
        with self.page.expect_download() as waiting:
            self.page.get_by_role("button", name="Download scenario (TOML)").click()
        return tomllib.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))

    def unfold(self, name: str) -> None:
        """Open a part of the settings, unless it is open."""
        self.open_sheet()
        part = self.page.locator("details", has=self.page.locator(f"summary:text-is('{name}')"))
        if part.get_attribute("open") is None:
            part.locator("summary").click()


@contextlib.contextmanager
def tab_of(context: Any, served: Served, query: str = "", waits_for: str = "") -> Iterator[Watched]:
    """Open the page in a new tab; afterwards nothing may have gone wrong in it.

    It is there once it has a button of the name given, else once its status says which day it is.
    """
    page = context.new_page()
    page.set_default_timeout(on_a_busy_machine(WAIT))
    expect.set_options(timeout=on_a_busy_machine(EXPECT))
    watched = Watched(page)
    page.on("pageerror", lambda error: watched.wrongs.append(f"page error: {error}"))
    page.on(
        "console",
        lambda message: (
            watched.wrongs.append(f"console: {message.text}") if message.type == "error" else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((served.address, "data:", "blob:"))
            else watched.wrongs.append(f"request to {request.url}")
        ),
    )
    page.goto(f"{served.address}/?{query}" if query else served.address)
    if waits_for:
        page.get_by_role("button", name=waits_for).wait_for()
    else:
        watched.wait_for_status("Day ")
    try:
        yield watched
    finally:
        page.close()
    assert watched.wrongs == []
    said = served.said()
    assert "Traceback" not in said, said[-5000:]
