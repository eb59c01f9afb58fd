"""The page on figures of one's own: its file can be read, and its commands are those there are."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from abm.cli.main import app
from abm.evidence.own_evidence import with_own
from abm.evidence.register import register
from abm.evidence.selection import GROUPS
from abm.io.messages import InputError
from docs.make.tutorial import blocks_of

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "own-figures.md"


@pytest.fixture
def file(tmp_path: Path, monkeypatch) -> Path:
    """Write the file of the page where its commands look for it."""
    monkeypatch.chdir(tmp_path)
    (block,) = (block for block in blocks() if block.language == "toml")
    Path("district.toml").write_text(block.text, encoding="utf-8")
    return Path("district.toml")


def blocks() -> list:
    return blocks_of(PAGE.read_text(encoding="utf-8"))


def test_its_file_is_one(file: Path) -> None:
    listed = CliRunner().invoke(app, ["evidence", "--evidence", str(file), "--only", "own"])
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["id", "D1", "D2", "D3"]


def test_what_is_wrong_is_said_as_the_page_says(file: Path) -> None:
    (block,) = (block for block in blocks() if block.language == "text")
    text = file.read_text(encoding="utf-8").replace("maltreatment_types", "maltreatment_type")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(block.text.strip().removeprefix("Error: "))):
        with_own(register(), file)


def test_it_names_every_word_for_several() -> None:
    assert set(GROUPS) <= set(re.findall(r"`([\w-]+)`", PAGE.read_text(encoding="utf-8")))
