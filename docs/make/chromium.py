"""The page in a process of its own and a headless Chromium that looks at it.

For screenshots and benchmarks; needs the extra ``dev`` and a Chromium or Chrome.
"""

import contextlib
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

CHROMIUM_NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)  # fmt: skip
OF_PLAYWRIGHT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--hide-scrollbars",
)  # fmt: skip
COMMAND = "from abm.cli.main import main; main()"
MILLISECONDS = 600_000


def chromium() -> str | None:
    """Return where a Chromium or Chrome is that starts: the system's, else Playwright's."""
    for name in CHROMIUM_NAMES:
        if (path := shutil.which(name)) and _answer(path, "--version"):
            return path
    path = _answer(sys.executable, "-c", OF_PLAYWRIGHT)
    return path if path and _answer(path, "--version") else None


def _answer(*command: str) -> str:
    """Return what a command prints; nothing if it fails, as a browser without libraries does."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


@contextlib.contextmanager
def served_page(*arguments: str) -> Iterator[str]:
    """Serve the page; yield its address, and end it with Ctrl-C."""
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "view", "--no-open", *arguments],
            stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            if not address:
                errors.seek(0)
                raise SystemExit(errors.read())
            yield address
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


@contextlib.contextmanager
def chromium_page(width: int, height: int) -> Iterator[Any]:
    """Yield an empty tab of a headless Chromium, of this size in pixels."""
    from playwright.sync_api import sync_playwright

    executable = chromium()
    if executable is None:
        raise SystemExit("a Chromium or Chrome that starts is missing: install one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        page = browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(MILLISECONDS)
        yield page
        browser.close()


def open_page(page: Any, address: str) -> None:
    """Go to the page and wait until it shows a day."""
    page.goto(address)
    wait_for_status(page, "Day ")


def wait_for_status(page: Any, text: str) -> None:
    """Wait until the status line says this."""
    page.wait_for_function(
        "text => document.querySelector('.status')?.innerText.includes(text)", arg=text
    )
