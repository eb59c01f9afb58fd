"""What `./nssi` does on machines that lack something: a browser, a Python, a folder to write to.

The machines are made up: a PATH with little on it, an empty HOME, and an environment whose Python
notes what it is asked to run. The browser is looked for in earnest, and tests are collected in
earnest, each choice of them once.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from docs.make.chromium import OF_PLAYWRIGHT

ROOT = Path(__file__).parents[1]
TOOLS = ("sh", "cat", "chmod", "cksum", "dirname", "flock", "grep", "mkdir", "readlink", "rm")
PAGE, OTHERS = "tests/browser/test_page_in_chromium.py", "tests/test_house.py"
STARTS, FAILS = "echo Chromium 150", "exit 127"
INSTALL = "-m playwright install chromium"
INSTALL_APT = "apt-get install -y --no-install-recommends chromium"


class Machine:
    """A checkout that is set up, on a machine without a browser."""

    def __init__(self, folder: Path, browser: Path, collected: Path) -> None:
        self.checkout, self.bin, self.home = (folder / name for name in ("nssi", "bin", "home"))
        self.calls = folder / "calls"
        for made in (self.checkout, self.bin, self.home):
            made.mkdir()
        for name in ("nssi", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, self.checkout)
        for name in TOOLS:
            if found := shutil.which(name):
                (self.bin / name).symlink_to(found)
        self.environment = {"PATH": str(self.bin), "HOME": str(self.home)}
        self.playwrights, self.collected = self.home / browser, collected
        """Where Playwright would put its browser; where what was collected is kept."""
        self.put("id", "echo 1000")

    def put(self, name: str | Path, *lines: str) -> None:
        """Put a command on the machine."""
        path = self.bin / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(("#!/bin/sh", *lines, "")), encoding="utf-8")
        path.chmod(0o755)

    def set_up(self, *asked: str) -> None:
        """Install the project; its Python notes what it is asked, and acts on these lines."""
        environment = self.checkout / ".venv"
        self.put(environment / "bin" / "nssi", FAILS)
        self.put(
            environment / "bin" / "python",
            'case "$*" in *collect-only*)', f'kept="{self.collected}/$(echo "$*" | cksum)"',
            f'[ -e "$kept" ] || (cd "{ROOT}"; "{sys.executable}" "$@" >"$kept")',
            'exec cat "$kept" ;;',
            f'-c*) cd "{ROOT}"; exec "{sys.executable}" "$@" ;; esac',
            f'echo "$*" >>"{self.calls}"', 'case "$*" in', *asked, "esac",
        )  # fmt: skip
        made_from = f"{self.checkout}\n".encode() + b"".join(
            (ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")
        )
        stamp = subprocess.check_output(["cksum"], input=made_from)
        (environment / "nssi-installed").write_bytes(stamp)

    def makes(self, path: str | Path, line: str) -> str:
        """Return the shell line that puts a command on the machine."""
        return (
            f"mkdir -p '{Path(self.bin, path).parent}'; "
            f"printf '#!/bin/sh\\n{line}\\n' >'{self.bin / path}'; chmod +x '{self.bin / path}'"
        )

    def has_apt(self, *lines: str) -> None:
        """Make the user root on a Debian, whose apt-get acts on these lines."""
        self.put("id", "echo 0")
        self.put(
            "apt-get", f'echo "apt-get $*" >>"{self.calls}"', 'case "$*" in', *lines, "esac"
        )  # fmt: skip

    def nssi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Call the launcher."""
        return subprocess.run(
            [self.checkout / "nssi", *arguments], env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True,
        )  # fmt: skip

    def noted(self) -> list[str]:
        """Return what was asked of Python and apt-get."""
        return self.calls.read_text(encoding="utf-8").splitlines() if self.calls.exists() else []


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where below HOME Playwright would put its browser."""
    home = tmp_path_factory.mktemp("home")
    asked = [sys.executable, "-c", OF_PLAYWRIGHT]
    found = subprocess.check_output(asked, env={"PATH": "", "HOME": str(home)}, text=True)
    return Path(found.strip()).relative_to(home)


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which each choice of tests is collected once."""
    return tmp_path_factory.mktemp("collected")


@pytest.fixture
def machine(tmp_path: Path, browser: Path, collected: Path) -> Machine:
    """Return a machine with nothing on it but the project."""
    return Machine(tmp_path, browser, collected)


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome-stable"])
def test_a_browser_that_is_there_is_used(machine: Machine, name: str) -> None:
    machine.set_up()
    machine.put(name, STARTS)
    assert machine.nssi("test", PAGE).returncode == 0
    assert machine.noted() == [f"-m pytest {PAGE}"]


def test_the_browser_that_playwright_installed_before_is_used(machine: Machine) -> None:
    machine.set_up()
    machine.put(machine.playwrights, STARTS)
    assert machine.nssi("test", PAGE).returncode == 0
    assert machine.noted() == [f"-m pytest {PAGE}"]


def test_without_one_playwright_installs_it(machine: Machine) -> None:
    machine.set_up(f"'{INSTALL}') {machine.makes(machine.playwrights, STARTS)} ;;")
    done = machine.nssi("test", PAGE)
    assert (done.returncode, done.stderr) == (0, "")
    assert machine.noted() == [INSTALL, f"-m pytest {PAGE}"]


def test_where_playwright_reaches_nothing_apt_installs_it_for_root(machine: Machine) -> None:
    machine.set_up(f"'{INSTALL}') echo no network >&2; exit 1 ;;")
    machine.put("chromium-browser", FAILS)  # as Ubuntu's, which only points to the snap
    machine.has_apt(f"install*) {machine.makes('chromium', STARTS)} ;;")
    done = machine.nssi("test", PAGE)
    assert (done.returncode, done.stderr) == (0, "")
    assert machine.noted() == [INSTALL, "apt-get update", INSTALL_APT, f"-m pytest {PAGE}"]


def test_where_apt_has_no_chromium_that_of_playwright_gets_its_libraries(machine: Machine) -> None:
    machine.set_up(
        f"'{INSTALL}') {machine.makes(machine.playwrights, FAILS)} ;;",
        f"*install-deps*) {machine.makes(machine.playwrights, STARTS)} ;;",
    )
    machine.has_apt("install*) exit 100 ;;")
    done = machine.nssi("test", PAGE)
    assert (done.returncode, done.stderr) == (0, "")
    assert machine.noted()[3:] == ["-m playwright install-deps chromium", f"-m pytest {PAGE}"]


@pytest.mark.parametrize("asked", [[], [PAGE, OTHERS], ["-q", "tests/browser/test_view_cli.py"]])
def test_where_none_can_be_had_one_line_says_so_before_any_test(
    machine: Machine, asked: list[str]
) -> None:
    machine.set_up("*install*) echo no network >&2; exit 1 ;;")
    done = machine.nssi("test", *asked)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "apt-get install chromium" in done.stderr
    assert machine.noted() == [INSTALL]


def test_tests_that_look_through_no_browser_need_none(machine: Machine) -> None:
    machine.set_up()
    done = machine.nssi("test", OTHERS)
    assert (done.returncode, done.stderr) == (0, "")
    assert machine.noted() == [f"-m pytest {OTHERS}"]


def test_a_machine_without_a_python_is_told_so_in_one_line(machine: Machine) -> None:
    machine.put("python3", "exit 1")  # an old one, or a shim with none behind it
    done = machine.nssi("run", "baseline")
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr == (
        "nssi: needs Python 3.12 or newer with its venv module, and found none on the PATH\n"
    )


def test_a_checkout_that_may_not_be_written_is_told_so_in_one_line(machine: Machine) -> None:
    if os.getuid() == 0:  # who may write everywhere, but not make a folder below a file
        (machine.checkout / ".venv").write_text("", encoding="utf-8")
    machine.checkout.chmod(0o555)
    done = machine.nssi("run", "baseline")
    machine.checkout.chmod(0o755)
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.startswith(f"nssi: needs to write {machine.checkout}/.venv")
    assert done.stderr.count("\n") == 1
