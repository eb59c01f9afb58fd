"""Do what a page tells its reader to do, and set what it says beside what comes out.

``python -m docs.make.tutorial`` does each of `PAGES` in an empty folder and prints what differs;
``--write`` puts what came out into the page. In a page

- a block of ``sh`` is run, and must end with code 0 unless it says ``# ends with code 2``;
- a block of ``python`` is run as a program of its own;
- a block of ``toml`` whose first line is ``# scenarios/NAME.toml`` is written to that file;
- a block of ``text`` right after a command is what it prints. The names of run folders, which
  change with the version of the code, stand there as ``0123456789ab``.
"""

import argparse
import difflib
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from abm.io.tables import write_bytes

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SCENARIO = re.compile(r"# (scenarios/[\w-]+\.toml)\n")
CODE = re.compile(r"# ends with code (\d+)")
PASSING = re.compile(r"^(?:nssi: |[^\n]+: \d+%, )[^\n]*\n", re.MULTILINE)
"""Lines that say how long it takes and how far it is."""
RUN_ID = re.compile(r"\b(?=\w*\d)[0-9a-f]{12}\b")
ANY_ID = "0123456789ab"
PAGES = [Path("docs/tutorial.md"), Path("docs/how-to/notebook-and-r.md")]
MOST_SECONDS = 600


class PageError(Exception):
    """A command of a page went otherwise than the page says."""


@dataclass(frozen=True)
class Block:
    """One fenced block of a page: its language, text, and where the text stands."""

    language: str
    text: str
    start: int
    stop: int


def blocks_of(page: str) -> list[Block]:
    """Return the fenced blocks of a page in their order."""
    return [Block(match[1], match[2], *match.span(2)) for match in BLOCK.finditer(page)]


def done(page: str, folder: Path) -> str:
    """Do what a page says in an empty folder; return the page with what came out.

    Parameters
    ----------
    page
        Text of the page.
    folder
        Where its reader stands: it gets a command ``./nssi`` and what the commands write.

    Raises
    ------
    PageError
        When a command ends with another code than the page says.
    """
    put_command(folder)
    pieces, at, printed = [], 0, None
    previous_end = 0
    for block in blocks_of(page):
        if block.language == "text" and printed is not None and _follows(page, previous_end, block):
            pieces += [page[at : block.start], printed]
            at, printed = block.stop, None
        elif block.language in ("sh", "python"):
            printed = run_block(block, folder)
        elif block.language == "toml":
            write_scenario(block, folder)
        previous_end = block.stop
    return "".join([*pieces, page[at:]])


def _follows(page: str, end: int, block: Block) -> bool:
    """Tell whether a block comes right after another, with no words in between."""
    return page[end : block.start].split() == ["```", "```text"]


def put_command(folder: Path) -> None:
    """Put a ``./nssi`` into a folder that starts the command of this Python."""
    command = folder / "nssi"
    start = "from abm.cli.main import main; main()"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "{start}" "$@"\n')
    command.chmod(0o755)


def run_block(block: Block, folder: Path) -> str:
    """Run a block of commands or Python; return what it prints, errors last."""
    program = ["sh", "-ec"] if block.language == "sh" else [sys.executable, "-c"]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    ended = subprocess.run(
        [*program, block.text],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=MOST_SECONDS,
        check=False,
    )
    expected = CODE.search(block.text)
    if ended.returncode != int(expected[1] if expected else 0):
        raise PageError(f"code {ended.returncode} from:\n{block.text}{ended.stderr[-2000:]}")
    printed = RUN_ID.sub(ANY_ID, ended.stdout + PASSING.sub("", ended.stderr))
    return "".join(f"{line.rstrip()}\n" for line in printed.splitlines())


def write_scenario(block: Block, folder: Path) -> None:
    """Write a block that names a scenario file in its first line; leave others alone."""
    named = SCENARIO.match(block.text)
    if named:
        path = folder / named[1]
        path.parent.mkdir(exist_ok=True)
        path.write_text(block.text, encoding="utf-8")


def differences(page: str, done_page: str) -> Iterator[str]:
    """Yield the lines in which a page and what came out differ."""
    yield from difflib.unified_diff(
        page.splitlines(), done_page.splitlines(), "the page", "what came out", lineterm="", n=1
    )


def main() -> int:
    """Check or write pages; return 1 if one of them is not as it came out."""
    parser = argparse.ArgumentParser(description="Do what a page tells its reader to do.")
    parser.add_argument("--write", action="store_true", help="Put what came out into the page.")
    parser.add_argument("pages", nargs="*", type=Path, default=PAGES)
    given = parser.parse_args()
    code = 0
    for path in given.pages:
        page = path.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            done_page = done(page, Path(folder))
        if done_page != page and given.write:
            write_bytes(path, done_page.encode())
            print(f"wrote {path}")
        elif done_page != page:
            print("\n".join(differences(page, done_page)))
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
